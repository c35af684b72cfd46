"""The story of one body: its dated rows in one query, as events of the timeline."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate
from django.urls import reverse

from core.models import User
from core.timeline import NOTHING, TEXT, Event, Todo, part, rows_of
from organizations.choices import (
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    OrganizationEventKind,
    ReviewType,
)
from organizations.models import (
    Affiliation,
    BranchCoverage,
    CharterRecord,
    FormerName,
    InstructorAssignment,
    Liaison,
    MemberSurvey,
    OrganizationEvent,
    OrganizationMerge,
    PartyBranch,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
)

REGISTER, COVER, MANAGED, PEOPLE = "登记", "组织覆盖", "归口", "指导员和联络员"
PAPERS, DUTIES, MERGES = "章程和承诺书", "前置审查和同步", "合并记录"


def history_rows(body: SocialOrganization) -> list[dict[str, Any]]:
    """Everything dated about the body but its registration events: one query, newest first."""
    of = {"organization": body.pk}
    branch_name = Coalesce(NullIf("branch__short_name", Value("")), "branch__name")
    version = Cast("version_no", TEXT)
    return rows_of(
        part(BranchCoverage.objects.filter(**of), "coverage", "method", "start", note=branch_name, end="end",
             ref="branch_id", more="document_no"),
        part(Affiliation.objects.filter(**of), "affiliation", "kind", "start", end="end"),
        part(FormerName.objects.filter(**of), "former", "name", "until"),
        part(InstructorAssignment.objects.filter(**of), "instructor", "instructor_name", "start", note="sent_by",
             end="end"),
        part(Liaison.objects.filter(**of), "liaison", "name", "start", note="phone", end="end"),
        part(CharterRecord.objects.filter(**of), "charter", "status", Coalesce("approved_on", "voted_on"), note=version),
        part(MemberSurvey.objects.filter(**of), "survey", Coalesce(Cast("member_count", TEXT), NOTHING), "filled_on"),
        part(SyncDuty.objects.done().filter(**of), "duty", "action", "done_on", note="done_note"),
        part(RegistrationReview.objects.filter(**of), "review", "review_type", "accepted_on", note="approval_no"),
        part(OrganizationMerge.objects.filter(kept=body.pk, undone_at=None), "merge", "dropped__name",
             TruncDate("created_at"), note="dropped__code"),
    )  # fmt: skip


def register_events(body: SocialOrganization) -> list[OrganizationEvent]:
    """The body's registration events and those of bodies that were merged into it, the newest first: one query."""
    rows = OrganizationEvent.objects.filter(organization=body) | OrganizationEvent.objects.filter(successor=body)
    return list(rows.select_related("organization", "successor", "withdrawn_by").order_by("-on", "-pk"))


def own_events(
    body: SocialOrganization, story: list[dict[str, Any]], registered: Iterable[OrganizationEvent], user: User
) -> Iterator[Event]:
    """Pages of the office alone are linked for the office alone."""
    for event in _events(body, story, registered):
        yield event if user.is_office or event.kind not in (DUTIES, MERGES, REGISTER) else replace(event, url="")


def _events(
    body: SocialOrganization, story: list[dict[str, Any]], registered: Iterable[OrganizationEvent]
) -> Iterator[Event]:
    valid = [event for event in registered if event.withdrawn_at is None]
    renamed = {event.on for event in valid if event.kind == OrganizationEventKind.RENAMED}
    for event in valid:
        yield event_of_register(body, event)
    for row in story:
        told = row["source"] == "former" and row["start"] in renamed  # the event tells it with its document
        if row["start"] is not None and not told and (event := event_of(row)):
            yield event
        if row["end"] is not None and (event := ending_of(row)):
            yield event
    if body.letter_on and body.letter_status != LetterStatus.PENDING:
        yield Event(body.letter_on, "签订党建工作承诺书", kind=PAPERS)
    if not any(event.kind == OrganizationEventKind.FOUNDED for event in valid):
        yield Event(body.registered_on, "成立登记", note=body.registration_authority, key=True, kind=REGISTER)


def event_of_register(body: SocialOrganization, event: OrganizationEvent) -> Event:
    if event.organization_id != body.pk:
        url = event.organization.get_absolute_url()
        return Event(event.on, f"{event.organization}并入", url, note=event.document_no, key=True, kind=REGISTER)
    note = "，".join(filter(None, [event.words, event.document_no]))
    url = event.successor.get_absolute_url() if event.successor_id else ""
    return Event(event.on, event.get_kind_display(), url, note=note, key=True, kind=REGISTER)


def event_of(row: dict[str, Any]) -> Event | None:
    start, word, note = row["start"], row["word"], row["note"]
    match row["source"]:
        case "coverage":
            url = reverse("organizations:partybranch-detail", args=[row["ref"]])
            why = "，".join(filter(None, ["组织覆盖开始", row["more"]]))
            return Event(start, f"由{note}{CoverageMethod(word).label}", url, note=why, key=True, kind=COVER)
        case "affiliation":
            return Event(start, f"党建归口：{AffiliationKind(word).label}", kind=MANAGED)
        case "former":
            return Event(start, "更名", note=f"原名称：{word}", key=True, kind=REGISTER)
        case "instructor":
            return Event(start, f"选派党建工作指导员{word}", note=note, kind=PEOPLE)
        case "liaison":
            return Event(start, f"{word}任党建联络员", kind=PEOPLE)
        case "charter":
            url = reverse("organizations:charterrecord-detail", args=[row["ref"]])
            status = CharterStatus(word)
            key = status == CharterStatus.APPROVED
            return Event(start, f"章程第{note}版：{status.label}", url, key=key, kind=PAPERS)
        case "survey":
            url = reverse("organizations:membersurvey-detail", args=[row["ref"]])
            return Event(start, f"填报党员情况调查表{f'，党员{word}名' if word else ''}", url, kind=DUTIES)
        case "duty":
            url = reverse("organizations:syncduty-detail", args=[row["ref"]])
            return Event(start, f"完成同步事项：{word}", url, note=note, kind=DUTIES)
        case "review":
            url = reverse("organizations:registration-detail", args=[row["ref"]])
            return Event(start, f"前置审查受理：{ReviewType(word).label}", url, note=note, kind=DUTIES)
        case "merge":
            url = reverse("organizations:organizationmerge-detail", args=[row["ref"]])
            return Event(start, f"重复记录“{word}”并入", url, note=note, kind=MERGES)
    return None


def ending_of(row: dict[str, Any]) -> Event | None:
    match row["source"]:
        case "coverage":
            return Event(row["end"], f"{row['note']}不再覆盖", kind=COVER)
        case "instructor":
            return Event(row["end"], f"{row['word']}不再担任党建工作指导员", kind=PEOPLE)
    return None


def own_todos(body: SocialOrganization, day: date) -> Iterator[Todo]:
    """What is left to do after a body has ended; what is wrong with a living one stands in its check-up."""
    if not body.ended_on or body.coverage_method:
        return
    left = PartyBranch.objects.active(day).filter(
        coverages__organization=body, coverages__method=CoverageMethod.OWN, coverages__end=body.ended_on
    )
    for branch in left[:1]:
        why = "单位已终止，党组织要撤销，党员要转出（ORG-03）"
        yield Todo("bad", "待处理", f"{branch}还没有撤销", branch.get_absolute_url(), why)
