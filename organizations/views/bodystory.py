"""The story of one body: its dated rows in one query, as events of the timeline and as things to do."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse

from core.timeline import Event, Todo
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


def own_todos(body: SocialOrganization, day: date, user: Any) -> Iterator[Todo]:
    """What the record itself asks for; who reads only sees it without buttons."""
    staff = user.is_committee_staff

    def todo(kind: str, word: str, text: str, why: str, page: str, act: str, **extra: Any) -> Todo:
        url = reverse(f"organizations:{page}", args=[body.pk]) if staff else body.get_absolute_url()
        return Todo(kind, word, text, url, why, act=act if staff else "", **extra)

    if body.ended_on:
        if body.coverage_method:
            branch = reverse("organizations:partybranch-detail", args=[body.branch_ref])
            yield Todo("bad", "待处理", f"{body.branch_name}仍在覆盖这家单位", branch, "单位已注销或撤销（ORG-03）")
        return
    if not body.coverage_method and not body.has_instructor:
        yield todo("bad", "覆盖空白", "没有党组织覆盖，也没有指导员", "先选派党建工作指导员（COV-03）",
                   "socialorganization-instructor", "选派指导员")  # fmt: skip
    if body.charter_status != CharterStatus.APPROVED:
        url = f"{reverse('organizations:charterrecord-create')}?organization={body.pk}"
        yield Todo("warn", CharterStatus(body.charter_status).label, "党的建设还没有写入已核准的章程",
                   url if staff else body.get_absolute_url(), "下次修订章程时写入并核准（CH-01）",
                   act="登记章程" if staff else "")  # fmt: skip
    if body.letter_status in (None, LetterStatus.PENDING):
        url = f"{reverse('organizations:commitmentletter-create')}?organization={body.pk}"
        act = "登记承诺书" if staff and body.letter_status is None else ""
        yield Todo("warn", "待签", "党建工作承诺书还没有签订", url if act else body.get_absolute_url(), "", act=act)
    term = body.council_term_end
    if term and term <= day + HALF_YEAR:
        word, kind = ("届满", "bad") if term < day else ("临近届满", "warn")
        yield todo(kind, word, "负责人任期届满，要换届或办理延期", "提前六个月提醒（ORG-04）",
                   "socialorganization-update", "改届满日", when=f"{term}")  # fmt: skip
    if not body.code:
        yield todo("warn", "缺代码", "没有统一社会信用代码", "导入和核对都靠它认出这家单位",
                   "socialorganization-update", "补代码")  # fmt: skip
