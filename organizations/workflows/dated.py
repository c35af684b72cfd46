"""更正 and 作废 of dated rows: coverage, posts, liaisons, 归口, instructors, mass organizations. A wrong day, name or way is
mended, a row that should never have been there is taken away; the logs of its owners keep what stood there and why."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from core import audit
from core.choices import AuditEvent
from core.editing import StaleError, require_reason
from core.models import User
from core.periods import today
from core.secrets import mask_phone
from organizations.choices import SyncEvent
from organizations.models import (
    Affiliation,
    BranchCoverage,
    BranchPost,
    InstructorAssignment,
    Liaison,
    MassOrganization,
    PartyBranch,
    SocialOrganization,
)

from .bodies import require_sending_day
from .branches import require_one_post
from .intervals import can_keep, refuse_overlap
from .keepers import tell_keepers
from .posts import member_called
from .seen import Row, claim, write
from .sync import settle, unsettle


@dataclass(frozen=True)
class DatedKind:
    """One kind of dated row: its word in the log (by which a past day's corrections find it) and what may be mended."""

    model: type[models.Model]
    word: str
    fields: tuple[str, ...]
    owners: tuple[str, ...] = ("organization",)
    check: Callable[[Row, set[str]], None] = lambda row, changed: None
    void_check: Callable[[Row], None] = lambda row: None

    def about(self, row: Row, owner: models.Model) -> str:
        """Which row of its owner it is, in words."""
        others = [str(getattr(row, name)) for name in self.owners if getattr(row, name) != owner]
        return "、".join(others) or str(row)


def span(row: Row) -> str:
    return f"{row.start}至{row.end}" if row.end else f"{row.start}起"


# What the kinds ask ------------------------------------------------------------------------------------------------


def _within(
    row: Row, changed: set[str], starts: Iterable[tuple[str, date]], ends: Iterable[tuple[str, date | None]]
) -> None:
    """Not before its owners began, not after they ended."""
    if "start" in changed:
        for what, day in starts:
            if row.start < day:
                raise ValidationError({"start": f"起始日期不能早于{what}{day}。"}, code="start")
    for what, day in ends:
        if day is not None and (row.end is None or row.end > day):
            raise ValidationError({"end": f"{what}{day}，终止日期要填，并且不能晚于这一天。"}, code="end")


def _of_body(row: Row, changed: set[str]) -> None:
    body = row.organization
    _within(row, changed, [("登记日期", body.registered_on)], [("这家社会组织终止于", body.ended_on)])


def _of_branch(row: Row, changed: set[str]) -> None:
    branch = row.branch
    _within(row, changed, [("党组织成立日期", branch.founded_on)], [("党组织撤销于", branch.dissolved_on)])


def _coverage(row: BranchCoverage, changed: set[str]) -> None:
    _of_branch(row, changed)
    _of_body(row, changed)


def _post(row: BranchPost, changed: set[str]) -> None:
    _of_branch(row, changed)
    if row.end is None and changed & {"post", "person_name", "end"}:
        require_one_post(row.branch, row.person_name, row.post, but=row.pk)
    if "person_name" in changed:
        row.member = member_called(row.branch, row.person_name, row.start)


def _liaison(row: Liaison, changed: set[str]) -> None:
    _of_body(row, changed)
    if changed & {"start", "end"}:
        others = row.organization.liaisons.exclude(pk=row.pk)
        refuse_overlap(others, row.start, "这段时间已有联络员", row.end)


def _instructor(row: InstructorAssignment, changed: set[str]) -> None:
    _of_body(row, changed)
    if "start" in changed:
        require_sending_day(row.organization, row.start)
    outside = models.Q(visited_on__lt=row.start)
    if row.end is not None:
        outside |= models.Q(visited_on__gte=row.end)
    visit = row.visits.filter(outside).order_by("visited_on").first()
    if visit is not None:
        raise ValidationError(
            f"{visit.visited_on}有走访记录，不在改后的选派期间里。请先核对走访，或改日期。", code="visits"
        )


def _unvisited(row: InstructorAssignment) -> None:
    if n := row.visits.count():
        raise ValidationError(f"这名指导员已有{n}次走访记录，不能作废。走访登记错了的，请先删除走访。", code="visits")


KINDS = {
    "coverage": DatedKind(
        BranchCoverage, "组织覆盖", ("method", "document_no"), ("branch", "organization"), check=_coverage
    ),
    "post": DatedKind(
        BranchPost, "班子职务", ("post", "person_name", "body_post", "phone", "is_full_time"), ("branch",), check=_post
    ),
    "affiliation": DatedKind(Affiliation, "党建管理归口", ("kind",), check=_of_body),
    "liaison": DatedKind(Liaison, "党建联络员", ("name", "phone"), check=_liaison),
    "instructor": DatedKind(
        InstructorAssignment, "党建工作指导员", ("instructor_name", "sent_by", "phone"), check=_instructor,
        void_check=_unvisited,
    ),
    "mass": DatedKind(MassOrganization, "群团组织", ("kind",), check=_of_body),
}  # fmt: skip
OF_BRANCH, OF_BODY = ("coverage", "post"), ("coverage", "affiliation", "instructor", "liaison", "mass")


def kind_of(row: Row) -> DatedKind:
    return next(kind for kind in KINDS.values() if kind.model is type(row))


def dated_rows(owner: PartyBranch | SocialOrganization) -> Iterator[tuple[str, Row]]:
    """Every dated row of a branch or a body as (kind, row), running or over, the newest of each kind first."""
    role = "branch" if isinstance(owner, PartyBranch) else "organization"
    for name in OF_BRANCH if role == "branch" else OF_BODY:
        kind = KINDS[name]
        for row in (
            kind.model._default_manager.filter(**{role: owner}).select_related(*kind.owners).order_by("-start", "-pk")
        ):
            yield name, row


def can_correct(user: User, row: Row) -> bool:
    return can_keep(user)


# 更正 and 作废 --------------------------------------------------------------------------------------------------------


REASON = "请写明原因，例如文件上是3月1日，录入时写错。"


def correct_row(row: Row, *, seen: str, reason: str, by: User, **values: Any) -> Row:
    """Write the right values of start, end and the kind's own fields; StaleError if the row is no longer as it was `seen`."""
    why, kind = require_reason(reason, REASON), kind_of(row)
    with transaction.atomic():
        stored, mine = claim(row, seen, *kind.owners)
        before = dict(stored.__dict__)
        for name in ("start", "end", *kind.fields):
            if name in values:
                setattr(stored, name, values[name])
        changed = {name for name in ("start", "end", *kind.fields) if getattr(stored, name) != before[name]}
        if not changed:
            raise ValidationError("内容没有改动，不用保存。", code="same")
        kind.check(stored, changed)
        stored.full_clean()
        if hasattr(stored, "version"):
            stored.version += 1
        if hasattr(stored, "before_save"):
            stored.before_save()
        write(stored, mine)
        _log(kind, stored, before, by, f"更正：{why}")
        _unprove(stored, before["start"], by)
        _follow(stored, by)
    return stored


def void_row(row: Row, *, seen: str, reason: str, by: User) -> None:
    """Take a row away that was entered by mistake; the logs of its owners keep all its values."""
    why, kind = require_reason(reason, REASON), kind_of(row)
    with transaction.atomic():
        stored, mine = claim(row, seen, *kind.owners)
        kind.void_check(stored)
        if not mine.delete()[0]:
            raise StaleError(stored)
        for name in kind.owners:
            owner = getattr(stored, name)
            changes = {f"{kind.word}：{kind.about(stored, owner)}": [words_of(kind, stored), "作废"]}
            audit.record(AuditEvent.CHANGE, owner, by=by, changes=changes, note=f"作废：{why}")
        _unprove(stored, stored.start, by)
        if isinstance(stored, BranchPost):
            tell_keepers(stored.branch, on=today(stored.branch.committee))


def words_of(kind: DatedKind, row: Row) -> str:
    """All that the row says, for the log: its phone masked, as there it stands under no column of its own."""
    said = [
        mask_phone(word) if name == "phone" else word for name in kind.fields if (word := audit.in_words(row, name))
    ]
    return "，".join([*(word for word in said if word not in ("", "否")), span(row)])


def _log(kind: DatedKind, row: Row, before: dict[str, Any], by: User, note: str) -> None:
    """Each owner's log says which row and what changed: days under their own label, so that only days from the earlier
    one on are told of the correction; other values together with the days for which they hold."""
    found = audit.differences(row, before, ("start", "end", *kind.fields))
    labels = {str(row._meta.get_field(name).verbose_name) for name in ("start", "end")}
    for name in kind.owners:
        owner = getattr(row, name)
        about = f"{kind.word}：{kind.about(row, owner)}"
        changes = {f"{about}，{label}": pair for label, pair in found.items()}
        if found.keys() - labels:
            changes[f"{about}，时间"] = [span(row), span(row)]
        audit.record(AuditEvent.CHANGE, owner, by=by, changes=changes, note=note)


def _unprove(row: Row, start: date, by: User) -> None:
    """What the row, which began on that day, had proved for 六个同步."""
    if isinstance(row, BranchCoverage | InstructorAssignment):
        unsettle(row.organization, SyncEvent.SET_UP, lost=start, by=by)
    if isinstance(row, BranchCoverage) and row.branch.term_start:
        unsettle(row.organization, SyncEvent.REELECTED, lost=row.branch.term_start, by=by)


def _follow(row: Row, by: User) -> None:
    if isinstance(row, BranchCoverage | InstructorAssignment):
        settle(row.organization, by=by)
    elif isinstance(row, BranchPost):
        tell_keepers(row.branch, on=today(row.branch.committee))
