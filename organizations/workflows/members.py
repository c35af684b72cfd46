"""Changes of a member: where the organization relationship is, what became of it, probation (DOMAIN §6.3)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.models import User
from core.transitions import advance
from organizations.choices import (
    MEMBER_FLOW,
    JoinReason,
    LeaveReason,
    MemberCategory,
    MembershipKind,
    MemberStatus,
)
from organizations.models import Membership, PartyBranch, PartyMember, is_secretary_of

from .intervals import can_keep, close, log, refuse_overlap, store

STATUS_AFTER = {
    LeaveReason.SUSPENDED: MemberStatus.SUSPENDED,
    LeaveReason.LEFT: MemberStatus.LEFT,
    LeaveReason.DECEASED: MemberStatus.DECEASED,
}


def can_reveal(user: User, member: PartyMember) -> bool:
    """Staff, and the secretary of the member's own branch, may see full numbers for a stated purpose (M23)."""
    if can_keep(user):
        return True
    return any(is_secretary_of(user, row.branch_id) for row in member.memberships.filter(end=None))


def reveal(member: PartyMember, *, purpose: str, by: User) -> dict[str, str]:
    """The full numbers; the log is written before they are shown."""
    purpose = purpose.strip()
    if len(purpose) < 2:
        raise ValidationError("请写明查看用途，例如“办理组织关系转接”。", code="purpose")
    audit.record(AuditEvent.REVEAL, member, by=by, note=purpose)
    return {"证件号码": member.id_number(), "手机号码": member.phone, "家庭住址": member.address}


def enrol(
    member: PartyMember,
    *,
    branch: PartyBranch,
    start: date,
    by: User,
    join_reason: str = JoinReason.INITIAL,
    kind: str = MembershipKind.FULL,
) -> PartyMember:
    """A new person of the roster, in a branch from the first day."""
    with transaction.atomic():
        create_record(member, by=by)
        store(Membership(member=member, branch=branch, start=start, join_reason=join_reason, kind=kind))
        log(member, "所在党支部", "", f"{branch}（{start}起）", by)
    return member


def transfer_member(
    member: PartyMember, *, branch: PartyBranch, start: date, by: User, document_no: str = ""
) -> Membership:
    """转接组织关系: the day on which the new branch receives is the first the old one no longer counts (MB-06)."""
    if member.status != MemberStatus.NORMAL:
        raise ValidationError(f"{member}的党籍状态为“{member.get_status_display()}”，不能转接。", code="status")
    if branch.dissolved_on is not None:
        raise ValidationError({"branch": f"{branch}已撤销，不能接收党员。"}, code="dissolved")
    with transaction.atomic():
        old = member.memberships.full().filter(end=None).select_related("branch").first()
        if old is not None:
            if old.branch_id == branch.pk:
                raise ValidationError({"branch": f"{member}的组织关系已在{branch}。"}, code="same")
            close(old, start, leave_reason=LeaveReason.TRANSFERRED)
        refuse_overlap(member.memberships.full(), start, f"{member}的组织关系这段时间已在一个党支部")
        reason = JoinReason.TRANSFERRED
        row = store(Membership(member=member, branch=branch, start=start, join_reason=reason, document_no=document_no))
        log(member, "所在党支部", str(old.branch) if old else "", f"{branch}（{start}起）", by, document_no)
    return row


def leave(member: PartyMember, *, end: date, leave_reason: str, by: User, document_no: str = "") -> PartyMember:
    """转出本市、停止党籍、出党、死亡 or an entry made by mistake: the membership ends, the row stays."""
    with transaction.atomic():
        row = member.memberships.full().filter(end=None).select_related("branch").first()
        if row is None:
            raise ValidationError(f"{member}现在没有在册的组织关系，不用办理。", code="none")
        close(row, end, leave_reason=leave_reason, document_no=document_no or row.document_no)
        log(member, "所在党支部", str(row.branch), f"{row.get_leave_reason_display()}（{end}起）", by, document_no)
        status = STATUS_AFTER.get(LeaveReason(leave_reason))
        return advance(member, MEMBER_FLOW, status, by=by, note=document_no) if status else member


def restore_member(member: PartyMember, *, branch: PartyBranch, start: date, by: User) -> PartyMember:
    """恢复党籍."""
    with transaction.atomic():
        refuse_overlap(member.memberships.full(), start, f"{member}的组织关系这段时间已在一个党支部")
        store(Membership(member=member, branch=branch, start=start, join_reason=JoinReason.RESTORED))
        log(member, "所在党支部", "", f"{branch}（{start}起）", by)
        return advance(member, MEMBER_FLOW, MemberStatus.NORMAL, by=by)


def confirm_full(member: PartyMember, *, full_on: date, by: User) -> PartyMember:
    """转正: a probationary member becomes a full one (MB-03, MB-04)."""
    if member.category != MemberCategory.PROBATIONARY:
        raise ValidationError(f"{member}已是正式党员。", code="MB-04")
    if member.joined_on and full_on < member.joined_on.replace(
        year=member.joined_on.year + 1, day=min(member.joined_on.day, 28)
    ):
        raise ValidationError({"full_on": "转正日期应在入党满一年以后。"}, code="MB-03")
    member.category, member.full_on = MemberCategory.FULL, full_on
    member.full_clean()
    return update_record(member, by=by, note="转正")
