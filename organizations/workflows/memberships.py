"""更正编入、减少: the day and reason with which a membership began or ended, put right afterwards (DOMAIN §6.3).

Ledger and balance follow from the row; quarters that were signed keep their stored figures.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.periods import today
from organizations.choices import LeaveReason
from organizations.models import Membership

from .changes import settle_changes
from .dated import mark_of
from .members import STATUS_AFTER

LABELS = {"join_reason": "进入原因", "start": "起始日期", "leave_reason": "离开原因", "end": "终止日期"}


def like_reasons(reason: str) -> list[LeaveReason]:
    """The reasons that leave the member in the same standing: only those may take each other's place."""
    effect = STATUS_AFTER.get(LeaveReason(reason))
    return [other for other in LeaveReason if STATUS_AFTER.get(other) == effect]


STALE = "这一段组织关系刚刚被别人更正过，请返回查看以后再改。"


def correct_membership(row: Membership, *, reason: str, by: User, seen: str = "", **values: Any) -> Membership:
    """`values`: join_reason, start, and of an ended one leave_reason and end; ValidationError where they cannot be, or
    where the row is no longer the one that was `seen` (its mark)."""
    if seen and seen != mark_of(row):
        raise ValidationError(STALE, code="stale")
    stored = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    reason = reason.strip()
    if len(reason) < 2:
        raise ValidationError({"reason": "请写明更正的依据，例如“对照转入介绍信”。"}, code="reason")
    changed = {name: value for name, value in values.items() if value != getattr(row, name)}
    if not changed:
        raise ValidationError("没有改动，不用更正。", code="same")
    require_sense(row, changed)
    before = {name: shown(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.full_clean()
    with transaction.atomic():
        try:
            with transaction.atomic():
                written = Membership.objects.filter(**stored).update(**{name: getattr(row, name) for name in changed})
        except IntegrityError:
            row.validate_constraints()
            raise
        if not written:
            raise ValidationError(STALE, code="stale")
        settle_changes([row.member_id])
        changes = {f"{row.branch}—{LABELS[name]}": [old, shown(row, name)] for name, old in before.items()}
        audit.record(AuditEvent.CHANGE, row.member, by=by, changes=changes, note=f"更正编入、减少：{reason}")
    return row


def shown(row: Membership, name: str) -> str:
    value = getattr(row, name)
    return value.isoformat() if isinstance(value, date) else getattr(row, f"get_{name}_display")()


def require_sense(row: Membership, changed: dict[str, Any]) -> None:
    if "leave_reason" in changed and changed["leave_reason"] not in like_reasons(row.leave_reason):
        raise ValidationError({"leave_reason": "改成这个原因会改变党籍，请在党员页面上办理。"}, code="status")
    others = row.member.memberships.filter(kind=row.kind).exclude(pk=row.pk)
    joined = (
        (("start", "这一天"), ("join_reason", "这个原因"), "end", row.start, "上"),
        (("end", "这一天"), ("leave_reason", "这个原因"), "start", row.end, "下"),
    )
    for day, why, edge, at, which in joined:
        for name, what in (day, why):
            if name in changed and at and others.filter(**{edge: at}).exists():
                sentence = f"{what}与{which}一段组织关系相接，不能单独改。"
                raise ValidationError({name: sentence}, code="joined")
    for name in {"start", "end"} & changed.keys():
        if changed[name] > today(row.branch.committee):
            raise ValidationError({name: "日期不能晚于今天。"}, code="future")
