"""The story of one body: its dated rows in one query, as events of the timeline."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate
from django.urls import reverse

from core.models import User
from core.timeline import NOTHING, TEXT, Event, Todo, part, rows_of
from organizations.choices import (
    ENDING_EVENTS,
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    MassKind,
    OrganizationEventKind,
    PostKind,
    ReviewType,
)
from organizations.models import (
    Affiliation,
    BranchCoverage,
    BranchPost,
    CharterRecord,
    CoveragePlan,
    ElectionTerm,
    FormerName,
    InstructorAssignment,
    Liaison,
    MassOrganization,
    MemberSurvey,
    OrganizationEvent,
    OrganizationMerge,
    PartyBranch,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
)

REGISTER, COVER, MANAGED, PEOPLE = "登记", "组织覆盖", "归口", "指导员和联络员"
BRANCH = "换届和书记"
PAPERS, DUTIES, MERGES = "章程和承诺书", "前置审查和同步", "合并记录"


def history_rows(body: SocialOrganization) -> list[dict[str, Any]]:
    """Everything dated about the body but its registration events: one query, newest first."""
    of = {"organization": body.pk}
    branch_name = Coalesce(NullIf("branch__short_name", Value("")), "branch__name")
    version = Cast("version_no", TEXT)
    covering = BranchCoverage.objects.filter(**of).order_by().values("branch")
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
        part(MassOrganization.objects.filter(**of), "mass", "kind", "start", end="end"),
        part(CoveragePlan.objects.filter(**of), "plan", Coalesce(Cast("planned_on", TEXT), NOTHING),
             TruncDate("created_at"), note="measures", more="responsible", end="group_since"),
        part(ElectionTerm.objects.filter(branch__in=covering, elected_on__isnull=False), "term", Cast(F("number") + 1, TEXT), "elected_on",
             note=branch_name, ref="branch_id"),
        part(BranchPost.objects.filter(branch__in=covering, post=PostKind.SECRETARY), "secretary", "person_name", "start",
             note=branch_name, end="end", ref="branch_id"),
        part(SyncDuty.objects.done().filter(**of), "duty", "action", "done_on", note="done_note"),
        part(SyncDuty.objects.filter(waived_on__isnull=False, **of), "waived", "action", "waived_on", note="waived_note"),
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
    if body.ended_on and not any(event.kind in ENDING_EVENTS for event in valid if event.organization_id == body.pk):
        yield Event(body.ended_on, body.get_status_display(), key=True, kind=REGISTER)
    for row in covered_only(story):
        told = row["source"] == "former" and row["start"] in renamed  # the event tells it with its document
        if row["start"] is not None and not told and (event := event_of(row)):
            yield event
        if row["end"] is not None and (event := ending_of(row)):
            yield event
    if body.letter_on and body.letter_status != LetterStatus.PENDING:
        yield Event(body.letter_on, "签订党建工作承诺书", kind=PAPERS)
    if not any(event.kind == OrganizationEventKind.FOUNDED for event in valid):
        note = "，".join(filter(None, [body.registration_no, body.registration_authority]))
        yield Event(body.registered_on, "成立登记", note=note, key=True, kind=REGISTER)


def covered_only(story: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a branch did is told of the days on which it covered the body; a secretary's end where nobody follows that day."""
    spans = [(row["ref"], row["start"], row["end"]) for row in story if row["source"] == "coverage"]
    follows = {(row["ref"], row["start"]) for row in story if row["source"] == "secretary"}
    for row in story:
        if row["source"] not in ("term", "secretary"):
            yield row
            continue
        days = {}
        for name in ("start", "end"):
            day = row[name]
            held = any(
                ref == row["ref"] and day and start <= day and (end is None or day < end) for ref, start, end in spans
            )
            days[name] = day if held else None
        if (row["ref"], days["end"]) in follows:
            days["end"] = None
        yield {**row, **days}


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
        case "mass":
            return Event(start, f"成立{MassKind(word).label}", kind=COVER)
        case "plan":
            why = "，".join(filter(None, [f"拟于{word}前建成" if word else "", row["more"], note]))
            return Event(start, "制定组建计划", note=why, kind=COVER)
        case "term":
            url = reverse("organizations:partybranch-detail", args=[row["ref"]])
            return Event(start, f"{note}选举产生第{word}届班子", url, key=True, kind=BRANCH)
        case "secretary":
            url = reverse("organizations:partybranch-detail", args=[row["ref"]])
            return Event(start, f"{word}任{note}书记", url, kind=BRANCH)
        case "waived":
            url = reverse("organizations:syncduty-detail", args=[row["ref"]])
            return Event(start, f"同步事项不适用：{word}", url, note=note, kind=DUTIES)
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
        case "liaison":
            return Event(row["end"], f"{row['word']}不再任党建联络员", kind=PEOPLE)
        case "mass":
            return Event(row["end"], f"撤销{MassKind(row['word']).label}", kind=COVER)
        case "plan":
            return Event(row["end"], "建立党小组", kind=COVER)
        case "secretary":
            return Event(row["end"], f"{row['word']}不再任{row['note']}书记", kind=BRANCH)
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
