"""更正编入、减少: the day and reason with which a membership began or ended, put right afterwards (DOMAIN §6.3).

Ledger and balance follow from the row; quarters that were signed keep their stored figures.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import require_reason
from core.models import User
from core.periods import today
from organizations.choices import LeaveReason
from organizations.models import Membership

from .changes import settle_changes
from .members import STATUS_AFTER
from .seen import claim, write

LABELS = {
    "join_reason": "进入原因",
    "start": "起始日期",
    "leave_reason": "离开原因",
    "end": "终止日期",
    "origin": "转自何处",
    "document_no": "文号",
}


def like_reasons(reason: str) -> list[LeaveReason]:
    """The reasons that leave the member in the same standing: only those may take each other's place."""
    effect = STATUS_AFTER.get(LeaveReason(reason))
    return [other for other in LeaveReason if STATUS_AFTER.get(other) == effect]


def correct_membership(row: Membership, *, seen: str, reason: str, by: User, **values: Any) -> Membership:
    """`values`: join_reason, start, and of an ended one leave_reason and end; ValidationError where they cannot be,
    StaleError where the row is no longer as it was `seen`."""
    why = require_reason(reason, "请写明更正的依据，例如“对照转入介绍信”。")
    with transaction.atomic():
        stored, mine = claim(row, seen, "branch__committee", "member")
        changed = {name: value for name, value in values.items() if value != getattr(stored, name)}
        if not changed:
            raise ValidationError("没有改动，不用更正。", code="same")
        require_sense(stored, changed)
        before = {name: audit.in_words(stored, name) for name in changed}
        for name, value in changed.items():
            setattr(stored, name, value)
        stored.full_clean()
        write(stored, mine)
        settle_changes([stored.member_id])
        changes = {
            f"{stored.branch}—{LABELS[name]}": [old, audit.in_words(stored, name)] for name, old in before.items()
        }
        audit.record(AuditEvent.CHANGE, stored.member, by=by, changes=changes, note=f"更正编入、减少：{why}")
    return stored


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
