"""补登增减 (DOMAIN §6.3): what a ledger tells of a member is done as on the page of the member, or only noted where the roster
shows it already."""

from datetime import date

from django.core.exceptions import ValidationError

from core.journal import mark_of
from core.models import User
from organizations.choices import (
    CHANGE_OF_JOINING,
    CHANGE_OF_LEAVING,
    ChangeKind,
    JoinReason,
    MemberCategory,
    TransferStatus,
)
from organizations.models import MemberTransfer, PartyBranch, PartyMember

from .changes import note_change
from .members import confirm_full, current_membership, extend_probation, leave, restore_member
from .memberships import correct_membership
from .transfers import direction_of, record_transfer

K = ChangeKind
ENTERING = {change: reason for reason, change in CHANGE_OF_JOINING.items()}
LEAVING = {change: reason for reason, change in CHANGE_OF_LEAVING.items() if change != K.TRANSFERRED_OUT}


def record_change(
    member: PartyMember,
    kind: ChangeKind,
    *,
    on: date,
    by: User,
    branch: PartyBranch | None = None,
    other: PartyBranch | None = None,
    outside: str = "",
    document_no: str = "",
    until: date | None = None,
    basis: str,
) -> None:
    """`branch` is where the change happened, the other side of a transfer is `other` or, of another unit, `outside`."""
    if kind in LEAVING:
        require_home(member, branch)
        leave(member, end=on, leave_reason=LEAVING[kind], by=by, document_no=document_no)
    elif kind == K.CONFIRMED:
        if member.category == MemberCategory.FULL and member.full_on == on:
            note_change(member, kind, on, document_no=document_no)
        else:
            confirm_full(member, full_on=on, by=by, document_no=document_no)
    elif kind == K.EXTENDED:
        record_extension(member, on=on, until=until, by=by, document_no=document_no)
    elif kind in ENTERING and explain_entry(
        member, kind, on, branch, by=by, outside=outside, document_no=document_no, basis=basis
    ):
        return
    elif kind == K.RESTORED:
        restore_member(member, branch=require_branch(kind, branch), start=on, by=by, document_no=document_no)
    else:
        row = transfer_told(member, kind, on, branch=branch, other=other, outside=outside)
        row.letter_no = document_no
        record_transfer(row, by=by)


def require_home(member: PartyMember, branch: PartyBranch | None) -> None:
    home = current_membership(member)
    if home is not None and branch is not None and home.branch_id != branch.pk:
        raise ValidationError({"branch": f"{member}的组织关系现在在{home.branch}。请核对所在党支部和日期。"})


def require_branch(kind: ChangeKind, branch: PartyBranch | None) -> PartyBranch:
    if branch is None:
        raise ValidationError({"branch": f"{kind.label}的要写所在党支部。"})
    return branch


def record_extension(member: PartyMember, *, on: date, until: date | None, by: User, document_no: str) -> None:
    if until is None:
        raise ValidationError({"until": "延长预备期的要写延长至哪一天。"})
    if member.probation_until == until:
        note_change(member, K.EXTENDED, on, document_no=document_no, note=f"延长至{until}")
    else:
        extend_probation(member, on=on, until=until, by=by, document_no=document_no)


def explain_entry(
    member: PartyMember,
    kind: ChangeKind,
    on: date,
    branch: PartyBranch | None,
    *,
    by: User,
    outside: str,
    document_no: str,
    basis: str,
) -> bool:
    """The roster has the relationship that began on this day, as one that was there from the start: tell how it came."""
    rows = member.memberships.full().filter(start=on, join_reason=JoinReason.INITIAL)
    row = rows.filter(branch=branch).first() if branch else rows.first()
    if row is None:
        return False
    correct_membership(
        row, seen=mark_of(row), reason=basis, by=by, join_reason=ENTERING[kind],
        document_no=document_no or row.document_no, origin=outside,
    )  # fmt: skip
    return True


def transfer_told(
    member: PartyMember,
    kind: ChangeKind,
    on: date,
    *,
    branch: PartyBranch | None,
    other: PartyBranch | None,
    outside: str,
) -> MemberTransfer:
    """The transfer that 转入 or 转出 means, seen from the branch that tells it; a side that is not told follows from where
    the relationship is now."""
    if kind == K.ADMITTED:
        raise ValidationError(
            {"on": f"党员名册里没有{member}{on}进入党支部的组织关系。请先登记到党员名册里，“进入原因”写发展。"}
        )
    home = current_membership(member)
    if kind == K.TRANSFERRED_IN:
        target = require_branch(kind, branch)
        if outside and home is not None:
            raise ValidationError(
                {"other": f"{member}的组织关系已在{home.branch}（{home.start}起），不是从外单位转来。请核对姓名；"
                          f"是支部之间转接的，写“{home.branch}”。"}
            )  # fmt: skip
        source = there = other or (home.branch if home else None)
    else:
        source, target = branch or (home.branch if home else None), other
        there = target
    if there is None and not outside:
        raise ValidationError({"other": "转接的要写对方党组织。"})
    if kind == K.TRANSFERRED_OUT and source is None:
        raise ValidationError({"kind": f"{member}的组织关系不在本级的党支部，不能转出。"})
    return MemberTransfer(
        member=member,
        direction=direction_of(source, target),
        from_branch=source,
        to_branch=target,
        outside=outside,
        started_on=on,
        ended_on=on,
        status=TransferStatus.RECEIVED,
    )
