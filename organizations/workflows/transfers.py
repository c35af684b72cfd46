"""组织关系转接 (DOMAIN §6.3): 发起 → 上级审核 → 在途 → 接收确认, or 退回, or 撤回.

The membership stays in the old branch until the receipt; then it ends and the new one begins on the same day, in one
transaction. What staff do at once runs through the same three steps and leaves the same rows.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.editing import create_record, require_reason, update_record
from core.models import User
from core.notices import notify
from core.periods import today
from core.transitions import advance
from organizations.choices import (
    TRANSFER_FLOW,
    TRANSFER_OPEN,
    JoinReason,
    LeaveReason,
    MembershipKind,
    MemberStatus,
    TransferDirection,
    TransferStatus,
)
from organizations.models import (
    Membership,
    MemberTransfer,
    PartyBranch,
    PartyMember,
    is_secretary_of,
)

from .intervals import can_keep
from .members import current_membership, enrol, move_membership, refuse_while_moving
from .recipients import office_of, secretaries_of

S = TransferStatus


# Who may -----------------------------------------------------------------------------------------------------------


def can_start(user: User, member: PartyMember, membership: Membership | None) -> bool:
    """Staff, and the secretary of the branch where the relationship is; `membership` is the open full one."""
    if member.status != MemberStatus.NORMAL:
        return False
    return can_keep(user) or (membership is not None and is_secretary_of(user, membership.branch_id))


def can_approve(user: User, row: MemberTransfer) -> bool:
    return can_keep(user) and row.status == S.PENDING


def can_receive(user: User, row: MemberTransfer) -> bool:
    """The secretary of the new branch, or staff for it; what goes outside is confirmed by staff with the receipt slip."""
    return row.status == S.IN_TRANSIT and (can_keep(user) or is_secretary_of(user, row.to_branch_id))


def can_return(user: User, row: MemberTransfer) -> bool:
    return can_approve(user, row) or can_receive(user, row)


def can_withdraw(user: User, row: MemberTransfer) -> bool:
    """The old branch until the review, staff until the receipt."""
    if row.status == S.PENDING:
        return can_keep(user) or is_secretary_of(user, row.from_branch_id)
    return row.status == S.IN_TRANSIT and can_keep(user)


# What happens ------------------------------------------------------------------------------------------------------


def start_transfer(row: MemberTransfer, *, by: User) -> MemberTransfer:
    """发起. The old branch is where the relationship is; one open transfer for each member."""
    member, membership = row.member, current_membership(row.member)
    if row.direction != TransferDirection.INWARD and membership is None and member.status == MemberStatus.NORMAL:
        raise ValidationError({"direction": f"{member}的组织关系不在本级支部，请选“从外单位转来”。"}, code="none")
    row.from_branch = None if row.direction == TransferDirection.INWARD or membership is None else membership.branch
    _require_movable(row)
    row.committee_id = (row.from_branch or row.to_branch or member).committee_id
    if row.started_on > today(row.committee):
        raise ValidationError({"started_on": "发起日期不能晚于今天。"}, code="future")
    row.full_clean(exclude=["committee", "created_by"])
    with transaction.atomic():
        create_record(row, by=by, note="发起转接")
        if not can_keep(by):
            tell(office_of(row.committee_id), row, "待审核", f"{row.from_branch}发起，请审核。")
    return row


def approve_transfer(row: MemberTransfer, *, by: User, on: date | None = None) -> MemberTransfer:
    """上级审核通过: on its way; the old branch still counts the member."""
    with transaction.atomic():
        day = max(on or today(row.committee), row.started_on)
        advance(row, TRANSFER_FLOW, S.IN_TRANSIT, by=by, approved_on=day, approved_by=by)
        if row.to_branch_id:
            tell(secretaries_of([row.to_branch_id], day), row, "待接收", "党员报到以后，请确认接收。")
    return row


def receive_transfer(row: MemberTransfer, *, by: User, on: date, note: str = "") -> MemberTransfer:
    """接收确认: from this day on the member counts in the new branch and no longer in the old one (MB-06)."""
    if row.status == S.IN_TRANSIT:
        require_order(row, on)
    with transaction.atomic():
        advance(row, TRANSFER_FLOW, S.RECEIVED, by=by, note=note, ended_on=on, ended_by=by, answer=note)
        membership = current_membership(row.member)
        if (membership.branch_id if membership else None) != row.from_branch_id:
            raise ValidationError(
                "党员的组织关系在发起以后变动过，不能按这件转接接收。请退回后重新发起。", code="moved"
            )
        branch, outside = row.to_branch, row.outside
        if branch is not None and branch.dissolved_on is not None:
            raise ValidationError(f"{branch}已撤销，不能接收党员。请退回。", code="dissolved")
        move_membership(row.member, on=on, by=by, branch=branch, outside=outside, document_no=row.letter_no)
        tell(starters_of(row, by), row, "已接收", f"{row.target}于{on}接收。")
    return row


def require_order(row: MemberTransfer, on: date) -> None:
    if on > today(row.committee):
        raise ValidationError({"on": "接收日期不能晚于今天。"}, code="future")
    if on < row.started_on:
        raise ValidationError({"on": f"接收日期不能早于发起日期{row.started_on}。"}, code="order")


def return_transfer(row: MemberTransfer, *, by: User, reason: str) -> MemberTransfer:
    """退回, by the office at the review or by the receiving branch; the member never left the old branch."""
    require_reason(reason, "请写明退回原因。", field="")
    with transaction.atomic():
        day = max(today(row.committee), row.started_on)
        advance(row, TRANSFER_FLOW, S.RETURNED, by=by, note=reason, ended_on=day, ended_by=by, answer=reason[:200])
        tell(starters_of(row, by), row, "被退回", reason)
    return row


def withdraw_transfer(row: MemberTransfer, *, by: User, reason: str) -> MemberTransfer:
    """撤回, by the side that gives."""
    require_reason(reason, "请写明撤回原因。", field="")
    day = max(today(row.committee), row.started_on)
    return advance(row, TRANSFER_FLOW, S.WITHDRAWN, by=by, note=reason, ended_on=day, ended_by=by, answer=reason[:200])


def begin_transfer(row: MemberTransfer, *, by: User, at_once: bool = False) -> MemberTransfer:
    """What staff start is approved with it; at once means that the receipt is known already (代办, 补录)."""
    with transaction.atomic():
        start_transfer(row, by=by)
        if can_keep(by):
            approve_transfer(row, by=by, on=row.started_on)
            if at_once:
                receive_transfer(row, by=by, on=row.started_on, note="直接办结")
    return row


def direction_of(source: PartyBranch | None, target: PartyBranch | None) -> TransferDirection:
    """方向, by which of the two sides is a branch of ours."""
    if source is None:
        return TransferDirection.INWARD
    return TransferDirection.OUTWARD if target is None else TransferDirection.BETWEEN


def status_of(approved_on: date | None, ended_on: date | None) -> TransferStatus:
    """状态 of a transfer of which a ledger tells only the days."""
    if ended_on:
        return S.RECEIVED
    return S.IN_TRANSIT if approved_on else S.PENDING


def known_receipt(row: MemberTransfer) -> MemberTransfer | None:
    """The same receipt as 党员增减台账 or the page of the member told it, with its days before left open."""
    same = MemberTransfer.objects.filter(member=row.member, status=S.RECEIVED, ended_on=row.ended_on)
    same = same.filter(from_branch=row.from_branch, to_branch=row.to_branch, started_on=row.ended_on)
    return same.first() if row.status == S.RECEIVED and row.ended_on else None


def record_transfer(row: MemberTransfer, *, by: User) -> MemberTransfer:
    """补登: a transfer as a ledger tells it, in whatever state. What was received moves the member on that day, unless the
    roster shows it already; what is still open goes on from there; what was sent back or withdrawn changes nothing."""
    if row.status == S.PENDING and row.approved_on:
        raise ValidationError({"approved_on": "状态为“待审核”的还没有审核，不写审核日期。"}, code="order")
    if row.status in TRANSFER_OPEN:
        if row.ended_on:
            sentence = f"状态为“{row.get_status_display()}”的还没有办结，不写办结日期。"
            raise ValidationError({"ended_on": sentence}, code="order")
        return _record_open(row, by)
    require_days(row)
    if row.ended_on is None:
        raise ValidationError({"ended_on": f"状态为“{row.get_status_display()}”的要写办结日期。"}, code="required")
    if row.ended_on > today(row.member.committee):
        raise ValidationError({"ended_on": "办结日期不能晚于今天。"}, code="future")
    moves = row.status == S.RECEIVED and not is_in_roster(row)
    if moves:
        _require_movable(row)
    row.committee_id = (row.from_branch or row.to_branch or row.member).committee_id
    if row.status == S.RECEIVED:
        row.approved_on = row.approved_on or row.started_on
    row.approved_by, row.ended_by = by if row.approved_on else None, by
    row.full_clean(exclude=["committee", "created_by"])
    with transaction.atomic():
        create_record(row, by=by, note="补登转接")
        if moves:
            move_membership(
                row.member, on=row.ended_on, by=by, branch=row.to_branch, outside=row.outside, document_no=row.letter_no
            )
    return row


def complete_transfer(row: MemberTransfer, told: MemberTransfer, *, by: User) -> MemberTransfer:
    """The days and words of a receipt that is on record as done on one day."""
    require_days(told)
    row.started_on, row.approved_on = told.started_on, told.approved_on or told.started_on
    for name in ("cause", "letter_no", "answer"):
        setattr(row, name, getattr(told, name) or getattr(row, name))
    row.full_clean(exclude=["committee", "created_by"])
    return update_record(row, by=by, note="补登发起、审核日期")


def require_days(row: MemberTransfer) -> None:
    if row.approved_on and row.ended_on and row.approved_on > row.ended_on:
        raise ValidationError({"approved_on": f"审核日期不能晚于办结日期{row.ended_on}。"}, code="order")


def is_in_roster(row: MemberTransfer) -> bool:
    """Whether the member's relationships show this receipt: the new one begins, or the old one ends, on its day; or it was
    before the roster was set up."""
    rows = row.member.memberships.full()
    first = rows.order_by("start").values_list("start", flat=True).first()
    if first is not None and row.ended_on < first:
        return True
    if row.to_branch_id:
        return rows.filter(branch=row.to_branch_id, start=row.ended_on).exists()
    ended = rows.filter(branch=row.from_branch_id, end=row.ended_on)
    return ended.filter(leave_reason=LeaveReason.TRANSFERRED).exists()


def _record_open(row: MemberTransfer, by: User) -> MemberTransfer:
    status, approved_on = row.status, row.approved_on
    row.status, row.approved_on = S.PENDING, None
    require_from(row, current_membership(row.member))
    with transaction.atomic():
        start_transfer(row, by=by)
        if status == S.IN_TRANSIT:
            approve_transfer(row, by=by, on=approved_on or row.started_on)
    return row


def require_from(row: MemberTransfer, membership: Membership | None) -> None:
    """The branch that gives the member is the one where the relationship is."""
    if row.from_branch is None or (membership is not None and membership.branch_id == row.from_branch_id):
        return
    where = f"现在在{membership.branch}" if membership else "现在不在本级的党支部"
    raise ValidationError({"from_branch": f"{row.member}的组织关系{where}，不在{row.from_branch}。"}, code="from")


def _require_movable(row: MemberTransfer) -> None:
    member, membership = row.member, current_membership(row.member)
    if member.status != MemberStatus.NORMAL:
        raise ValidationError(f"{member}的党籍状态为“{member.get_status_display()}”，不能转接。", code="status")
    if row.direction == TransferDirection.INWARD and membership is not None:
        raise ValidationError(
            {"direction": f"{member}的组织关系已在{membership.branch}（{membership.start}起），不用转入。"}, code="same"
        )
    require_from(row, membership)
    if row.to_branch is not None and row.to_branch.dissolved_on is not None:
        raise ValidationError({"to_branch": f"{row.to_branch}已撤销，不能接收党员。"}, code="dissolved")
    refuse_while_moving(member)


def transfer_member(
    member: PartyMember, *, branch: PartyBranch, start: date, by: User, document_no: str = ""
) -> MemberTransfer:
    """All steps on one day, by staff."""
    inward = current_membership(member) is None
    row = MemberTransfer(member=member, to_branch=branch, started_on=start, letter_no=document_no)
    row.direction = TransferDirection.INWARD if inward else TransferDirection.BETWEEN
    row.outside = "外单位党组织" if inward else ""
    return begin_transfer(row, by=by, at_once=True)


def enrol_new(
    member: PartyMember,
    *,
    branch: PartyBranch,
    start: date,
    by: User,
    join_reason: str = JoinReason.INITIAL,
    kind: str = MembershipKind.FULL,
    origin: str = "",
    await_receipt: bool = False,
) -> PartyMember:
    """登记党员 on the page: who comes from another unit gets a transfer, received now or by the branch later."""
    if join_reason != JoinReason.TRANSFERRED or kind != MembershipKind.FULL:
        return enrol(member, branch=branch, start=start, by=by, join_reason=join_reason, kind=kind)
    if not origin:
        raise ValidationError({"origin": "转入的要写从哪个党组织转来。"}, code="required")
    with transaction.atomic():
        create_record(member, by=by)
        row = MemberTransfer(member=member, to_branch=branch, outside=origin, started_on=start)
        row.direction = TransferDirection.INWARD
        begin_transfer(row, by=by, at_once=not await_receipt)
    return member


# Who is told -------------------------------------------------------------------------------------------------------


def tell(people: Iterable[User], row: MemberTransfer, word: str, body: str) -> None:
    title = f"{row.member}的组织关系转接{word}"
    notify(people, key=f"transfer-{row.pk}-{row.version}", title=title, body=body, url=row.get_absolute_url())


def starters_of(row: MemberTransfer, by: User) -> list[User]:
    """Who started it and the secretary of the old branch, but for the one who acts."""
    people: dict[Any, User] = {
        user.pk: user for user in secretaries_of([row.from_branch_id or 0], today(row.committee))
    }
    if row.created_by:
        people[row.created_by.pk] = row.created_by
    return [user for pk, user in people.items() if pk != by.pk]
