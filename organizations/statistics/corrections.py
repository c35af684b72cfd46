"""更正: what was entered later although it touches an earlier day. The figures of a past day equal those computed on that
day, but for these rows; so the page of a past day lists them (DOMAIN §4, F11)."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.choices import AuditEvent
from core.models import AuditEntry, Committee
from organizations.models import (
    DueMark,
    InstructorAssignment,
    Membership,
    MemberSurvey,
    OrganizationMerge,
    PartyBranch,
    SocialOrganization,
)

from .definitions import Definition, definition

SHOWN = 30
STATUS = "登记状态"  # counts only where the definition leaves out bodies that are not 正常
SEARCHED = 3000  # newest later changes that are looked at
DAY = re.compile(r"\d{4}-\d\d-\d\d")
BODY, BRANCH = "organizations.socialorganization", "organizations.partybranch"
MEMBER, SURVEY, SETTING = "organizations.partymember", "organizations.membersurvey", "core.officesetting"
MERGE = "organizations.organizationmerge"
PLAN, INSTRUCTOR = "organizations.coverageplan", "organizations.instructorassignment"
MARK = "organizations.duemark"
MARKED = str(DueMark._meta.verbose_name)
# words of the log that tell of a dated fact: it touches the day if it began, ended or was meant for then
DATED = {
    BODY: ("登记日期", "成立日期", "注销", "撤销日期", "归口", "指导员", "联络员", "群团组织", "组织覆盖", "标注应建未建", "选派", "登记事件"),
    BRANCH: ("成立", "撤销日期", "组织覆盖", "覆盖单位", "覆盖方式", "起始日期"),
    MEMBER: ("所在党支部", "转正日期", "转入", "起始日期", "终止日期", "组织关系", "人员类别"),
    SURVEY: ("填报日期",),
    SETTING: ("自何日起",),
    PLAN: ("党小组成立日期",),
    INSTRUCTOR: ("选派日期", "终止日期"),
    MARK: ("标注应建未建",),
}  # fmt: skip
# words of what has no day of its own: a change of it is a correction of every day
UNDATED = {
    BODY: ("类型", "从业人员数"),
    BRANCH: ("类别",),
    MEMBER: ("社会组织专职人员", "专职"),
    SURVEY: ("党员数", "正式党员数", "从业人员数"),
    SETTING: (),
    PLAN: (),
    INSTRUCTOR: (),
    MARK: (),
}  # fmt: skip
ENTERED = (BODY, BRANCH, MEMBER, SURVEY, INSTRUCTOR, MARK)  # a new row tells by its own day whether it reaches back
LATER = (AuditEvent.CREATE, AuditEvent.CHANGE, AuditEvent.STATUS, AuditEvent.UNDO, AuditEvent.SETTING)


@dataclass(frozen=True)
class Correction:
    """One later entry, or the rows of one imported workbook together."""

    at: datetime
    who: str
    what: str
    changes: tuple[tuple[str, str, str], ...] = ()
    object_type: str = ""
    object_id: int | None = None
    batch_id: int | None = None


class Corrections(NamedTuple):
    """The newest of them, how many were found, and whether there are later changes that nobody has looked at."""

    rows: list[Correction]
    count: int
    is_capped: bool


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _later(committee: Committee, on: date) -> QuerySet:
    rows = AuditEntry.objects.filter(at__gte=end_of(on), event__in=LATER, object_type__in=DATED, success=True)
    return rows.filter(committee_id__in=committee.scope_ids)


def _reaches_back(on: date) -> Q:
    """Rows entered later that held on the day (补录); one that was over by then changes no figure of it."""
    return (
        Q(object_type=BODY) & Exists(on_register_then(on).filter(pk=OuterRef("object_id")))
        | Q(object_type=BRANCH) & Exists(PartyBranch.objects.active(on).filter(pk=OuterRef("object_id")))
        | Q(object_type=MEMBER) & Exists(Membership.objects.on(on).filter(member=OuterRef("object_id")))
        | Q(object_type=SURVEY) & Exists(MemberSurvey.objects.filter(pk=OuterRef("object_id"), filled_on__lte=on))
        | Q(object_type=INSTRUCTOR) & Exists(InstructorAssignment.objects.on(on).filter(pk=OuterRef("object_id")))
        | Q(object_type=MARK) & Exists(DueMark.objects.on(on).filter(pk=OuterRef("object_id")))
    )


def on_register_then(on: date) -> QuerySet:
    """Rows of the register of that day, those too that were found to be double later."""
    rows = SocialOrganization._base_manager.filter(registered_on__lte=on)
    return rows.exclude(ended_on__lte=on)


def days_in(values: Iterable[object]) -> list[date]:
    found = []
    for value in values:
        for text in DAY.findall(str(value)):
            try:
                found.append(date.fromisoformat(text))
            except ValueError:
                continue
    return found


def touches(entry: AuditEntry, on: date, chosen: Definition, away: Collection[int] = ()) -> bool:
    """Whether a logged change says something about that day; `away` are bodies that were not on its register."""
    if chosen.exclude_abnormal and STATUS in entry.changes and not days_in([entry.changes]):
        return True
    dated, undated = DATED[entry.object_type], UNDATED[entry.object_type]
    for label, pair in entry.changes.items():
        if label in undated and not (entry.object_type == BODY and entry.object_id in away):
            return True
        if not any(word in label for word in dated):
            continue
        days = days_in(pair if isinstance(pair, list) else [pair])
        if not days:  # what a workbook says without a day holds from its day “as of”
            days = [entry.batch.as_of] if entry.batch_id and entry.batch.as_of else days_in([entry.changes])
        first = max if label == MARKED else min  # “2020-05-01起” → “到2023-03-31为止”: nothing changes before the end
        if not days or first(days) <= on:
            return True
    return False


def corrections(committee: Committee, on: date) -> Corrections:
    """What was entered, changed or merged after that day and touches it, newest first; seven queries."""
    later, chosen = _later(committee, on), definition(committee, on)
    created = later.filter(_reaches_back(on), event=AuditEvent.CREATE)
    single = list(created.filter(batch=None).order_by("-pk")[: SEARCHED + 1])
    changed = later.exclude(event=AuditEvent.CREATE, object_type__in=ENTERED)
    changed = list(changed.select_related("batch").order_by("-pk")[: SEARCHED + 1])
    away = _away({entry.object_id for entry in changed if entry.object_type == BODY}, on)
    known = {(entry.object_type, entry.object_id) for entry in single}
    found = [*_batches(created), *(_line(entry, "补录") for entry in single[:SEARCHED])]
    found += _merges(committee, on)
    found += [
        _line(entry, "更正")
        for entry in changed[:SEARCHED]
        if (entry.object_type, entry.object_id) not in known and touches(entry, on, chosen, away)
    ]
    found.sort(key=lambda row: row.at, reverse=True)
    return Corrections(found[:SHOWN], len(found), max(len(single), len(changed)) > SEARCHED)


def _away(ids: set[int], on: date) -> set[int]:
    """Which of these bodies were not on the register of the day; what has no day of its own changes nothing there."""
    return ids - set(on_register_then(on).filter(pk__in=ids).values_list("pk", flat=True))


def _merges(committee: Committee, on: date) -> Iterator[Correction]:
    """Double rows that both stood on the register of the day and were made one later, and those taken apart again."""
    rows = OrganizationMerge.objects.within(committee).filter(dropped__in=on_register_then(on).values("pk"))
    for row in rows.select_related("created_by", "undone_by"):
        names = "、".join(dict.fromkeys(row.names))
        steps = ((row.created_at, row.created_by, "合并重复记录"), (row.undone_at, row.undone_by, "撤销合并重复记录"))
        for at, who, word in steps:
            if at and at >= end_of(on):
                yield Correction(at, str(who or "系统"), f"{word}：{names}", (), MERGE, row.pk)


def _batches(created: QuerySet) -> Iterator[Correction]:
    """The rows of one imported workbook are one line."""
    rows = created.exclude(batch=None).order_by().values("batch", "batch__file_name", "batch__applied_at", "user_name")
    for row in rows.annotate(n=Count("pk")):
        what = f"导入《{row['batch__file_name']}》，其中{row['n']}行的日期在这一天或以前"
        yield Correction(row["batch__applied_at"], row["user_name"], what, batch_id=row["batch"])


def _line(entry: AuditEntry, word: str) -> Correction:
    pairs = tuple(
        (label, str(pair[0] if pair[0] is not None else ""), str(pair[1] if pair[1] is not None else ""))
        for label, pair in entry.shown_changes.items()
        if isinstance(pair, list) and len(pair) == 2
    )
    shown = () if entry.event == AuditEvent.CREATE else pairs
    return Correction(
        entry.at, entry.user_name or "系统", f"{word}：{entry.object_label}", shown, entry.object_type, entry.object_id,
        entry.batch_id,
    )  # fmt: skip
