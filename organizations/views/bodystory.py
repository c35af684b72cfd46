"""The story of one body: its dated rows in one query, as events of the timeline."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse

from core.timeline import Event
from organizations.choices import (
    AffiliationKind,
    CharterStatus,
    CoverageMethod,
    LetterStatus,
    OrganizationEventKind,
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
    SocialOrganization,
)

HALF_YEAR = timedelta(days=183)
TEXT, DAY = CharField(), DateField()
NO_DAY = Cast(Value(None), DAY)
NAMES = ("source", "word", "note", "start", "end", "ref", "row")


def part(rows: QuerySet, source: str, word: Any, note: Any, start: Any, end: Any, ref: str = "pk") -> QuerySet:
    """One kind of dated row in the common shape of the union; both databases want the same types in every part."""
    columns = {
        "h_source": Cast(Value(source), TEXT),
        "h_word": Cast(word, TEXT),
        "h_note": Cast(note, TEXT),
        "h_start": Cast(start, DAY),
        "h_end": Cast(end, DAY),
        "h_ref": Cast(ref, BigIntegerField()),
        "h_row": Cast("pk", BigIntegerField()),
    }
    return rows.order_by().annotate(**columns).values_list(*columns)


def history_rows(body: SocialOrganization) -> list[dict[str, Any]]:
    """Everything dated about the body: one query, newest first."""
    nothing = Value("")
    of = {"organization": body.pk}
    branch_name = Coalesce(NullIf("branch__short_name", Value("")), "branch__name")
    queries = [
        part(BranchCoverage.objects.filter(**of), "coverage", "method", branch_name, "start", "end", "branch_id"),
        part(Affiliation.objects.filter(**of), "affiliation", "kind", nothing, "start", "end"),
        part(FormerName.objects.filter(**of), "former", "name", nothing, "until", NO_DAY),
        part(InstructorAssignment.objects.filter(**of), "instructor", "instructor_name", "sent_by", "start", "end"),
        part(Liaison.objects.filter(**of), "liaison", "name", "phone", "start", "end"),
        part(OrganizationEvent.objects.filter(**of), "event", "kind", "detail", "on", NO_DAY),
        part(CharterRecord.objects.filter(**of), "charter", "status", Cast("version_no", TEXT),
             Coalesce("approved_on", "voted_on"), NO_DAY),
        part(MemberSurvey.objects.filter(**of), "survey", Coalesce(Cast("member_count", TEXT), nothing),
             nothing, "filled_on", NO_DAY),
    ]  # fmt: skip
    found = queries[0].union(*queries[1:], all=True)
    rows = [dict(zip(NAMES, values, strict=True)) for values in found]
    return sorted(rows, key=lambda row: (row["start"] or date.min, row["row"]), reverse=True)


def own_events(body: SocialOrganization, story: list[dict[str, Any]]) -> Iterator[Event]:
    events = {OrganizationEventKind.FOUNDED}
    for row in story:
        if row["start"] is not None and (event := event_of(row)):
            yield event
            if row["source"] == "event":
                events.add(row["word"])
        if row["end"] is not None and (event := ending_of(row)):
            yield event
    if body.letter_on and body.letter_status != LetterStatus.PENDING:
        yield Event(body.letter_on, "签订党建工作承诺书")
    yield Event(body.registered_on, "成立登记", note=body.registration_authority, key=True)


def event_of(row: dict[str, Any]) -> Event | None:
    start, word, note = row["start"], row["word"], row["note"]
    match row["source"]:
        case "coverage":
            url = reverse("organizations:partybranch-detail", args=[row["ref"]])
            return Event(start, f"由{note}{CoverageMethod(word).label}", url, note="组织覆盖开始", key=True)
        case "affiliation":
            return Event(start, f"党建归口：{AffiliationKind(word).label}")
        case "instructor":
            return Event(start, f"选派党建工作指导员{word}", note=note)
        case "liaison":
            return Event(start, f"{word}任党建联络员")
        case "event":
            return Event(start, OrganizationEventKind(word).label, note=note, key=True)
        case "charter":
            url = reverse("organizations:charterrecord-detail", args=[row["ref"]])
            status = CharterStatus(word).label
            return Event(start, f"章程第{note}版：{status}", url, key=word == CharterStatus.APPROVED)
        case "survey":
            return Event(start, f"填报党员情况调查表{f'，党员{word}名' if word else ''}")
    return None


def ending_of(row: dict[str, Any]) -> Event | None:
    match row["source"]:
        case "coverage":
            return Event(row["end"], f"{row['note']}不再覆盖")
        case "instructor":
            return Event(row["end"], f"{row['word']}不再担任党建工作指导员")
    return None
