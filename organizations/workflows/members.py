"""Changes of a member: where the organization relationship is, what became of it, probation (DOMAIN §6.3)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.models import User
from core.periods import add_months
from core.transitions import advance
from organizations.choices import (
    CHANGE_OF_LEAVING,
    DEPARTED,
    MEMBER_FLOW,
    ChangeKind,
    FloatingStatus,
    JoinReason,
    LeaveReason,
    MemberCategory,
    MembershipKind,
    MemberStatus,
)
from organizations.models import Membership, PartyBranch, PartyMember, is_secretary_of

from .changes import note_change, settle_changes
from .conduct import end_conduct, move_conduct
from .floating import end_absence, end_search
from .intervals import NOT_ASKED, can_keep, close, log, refuse_overlap, store
from .posts import link_posts

STATUS_AFTER = {
    **dict.fromkeys(DEPARTED, MemberStatus.LEFT),
    LeaveReason.SUSPENDED: MemberStatus.SUSPENDED,
    LeaveReason.DECEASED: MemberStatus.DECEASED,
}


def can_mend(user: User, member: PartyMember) -> bool:
    """Staff, and the secretary of the member's own branch for what stands in MENDABLE."""
    if can_keep(user):
        return True
    return any(is_secretary_of(user, row.branch_id) for row in member.memberships.filter(end=None))


can_reveal = can_mend  # full numbers for a stated purpose: the same people (M23)


def reveal(member: PartyMember, *, purpose: str, by: User) -> dict[str, str]:
    """The full numbers; the log is written before they are shown."""
    purpose = purpose.strip()
    if len(purpose) < 2:
        raise ValidationError("请写明查看用途，例如“办理组织关系转接”。", code="purpose")
    audit.record(AuditEvent.REVEAL, member, by=by, note=purpose)
    return {"证件号码": member.id_number(), "手机号码": member.phone, "家庭住址": member.address}


def current_membership(member: PartyMember) -> Membership | None:
    """Where the organization relationship is now."""
    return member.memberships.full().filter(end=None).select_related("branch").first()


def refuse_while_moving(member: PartyMember) -> None:
    """An open transfer is finished or taken back before anything else happens to the relationship."""
    if member.transfers.open().exists():
        raise ValidationError(f"{member}有一件组织关系转接正在办理，请先办完、退回或撤回。", code="transfer")


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
        settle_changes([member.pk])
        link_posts(branch.posts.filter(person_name=member.name))
        log(member, "所在党支部", "", f"{branch}（{start}起）", by)
    return member


def move_membership(
    member: PartyMember,
    *,
    on: date,
    by: User,
    branch: PartyBranch | None,
    outside: str = "",
    document_no: str = "",
) -> Membership | None:
    """The old relationship ends and the new one begins on the same day; no branch means outside, no old one from there."""
    with transaction.atomic():
        old = current_membership(member)
        if old is not None:
            words = {"destination": "" if branch else outside, "leave_document_no": document_no}
            close(old, on, leave_reason=LeaveReason.TRANSFERRED, **words)
        row = None
        if branch is not None:
            refuse_overlap(member.memberships.full(), on, f"{member}的组织关系这段时间已在一个党支部")
            row = Membership(member=member, branch=branch, start=on, join_reason=JoinReason.TRANSFERRED)
            row.origin, row.document_no = "" if old else outside, document_no
            store(row)
            follow_branch(member, branch, by)
            link_posts(branch.posts.filter(person_name=member.name))
        settle_changes([member.pk])
        target = f"{branch or outside}（{on}起）"
        log(member, "所在党支部", str(old.branch) if old else outside, target, by, document_no)
        end_absence(member, to=FloatingStatus.MOVED, on=on, by=by, note="组织关系已转接")
        end_search(member, on=on, by=by, note="组织关系已转接")
        move_conduct(member, branch, on=on, by=by)
    return row


def follow_branch(member: PartyMember, branch: PartyBranch, by: User) -> None:
    """Between two committees of one tree the row goes along, so that the new one sees and counts the member."""
    if member.committee_id == branch.committee_id:
        return
    stored = PartyMember.objects.get(pk=member.pk)
    stored.committee = branch.committee
    stored.validate_constraints()
    update_record(stored, by=by)
    member.committee, member.version = stored.committee, stored.version


def leave(member: PartyMember, *, end: date, leave_reason: str, by: User, document_no: str = "") -> PartyMember:
    """停止党籍, 出党, 死亡 or an entry made by mistake: the membership ends, the row stays."""
    reason = LeaveReason(leave_reason)
    if reason == LeaveReason.TRANSFERRED:
        raise ValidationError("转出请办理组织关系转接，接收以后原支部自动减少。", code="transfer")
    if reason == LeaveReason.CANCELLED and member.category != MemberCategory.PROBATIONARY:
        raise ValidationError(f"{member}已是正式党员，没有预备党员资格可以取消。", code="MB-04")
    refuse_while_moving(member)
    with transaction.atomic():
        row, status = current_membership(member), STATUS_AFTER.get(reason)
        if row is None and not (member.status == MemberStatus.SUSPENDED and status):
            raise ValidationError(f"{member}现在没有在册的组织关系，不用办理。", code="none")
        if row is not None:
            close(row, end, leave_reason=reason, leave_document_no=document_no)
            settle_changes([member.pk])
            log(member, "所在党支部", str(row.branch), f"{row.get_leave_reason_display()}（{end}起）", by, document_no)
        else:
            note_change(member, CHANGE_OF_LEAVING[reason], end, document_no=document_no, note="停止党籍以后")
        if status is not None:
            advance(member, MEMBER_FLOW, status, by=by, note=document_no)
        end_absence(member, to=FloatingStatus.ENDED, on=end, by=by, note=reason.label)
        end_conduct(member, on=end, by=by, reason=reason)
        if reason != LeaveReason.SUSPENDED:
            end_search(member, on=end, by=by, note=reason.label, found=False)
    member.refresh_from_db()
    return member


def restore_member(
    member: PartyMember, *, branch: PartyBranch, start: date, by: User, document_no: str = ""
) -> PartyMember:
    """恢复党籍: who was suspended belongs to a branch again, and is lost no more."""
    if member.status != MemberStatus.SUSPENDED:
        raise ValidationError(
            f"{member}的党籍状态为“{member.get_status_display()}”，不是停止党籍，不用恢复。", code="status"
        )
    if branch.dissolved_on is not None:
        raise ValidationError({"branch": f"{branch}已于{branch.dissolved_on}撤销，请选别的党支部。"}, code="dissolved")
    with transaction.atomic():
        refuse_overlap(member.memberships.full(), start, f"{member}的组织关系这段时间已在一个党支部")
        row = Membership(member=member, branch=branch, start=start, join_reason=JoinReason.RESTORED)
        row.document_no = document_no
        store(row)
        settle_changes([member.pk])
        log(member, "所在党支部", "", f"{branch}（{start}起）", by, document_no)
        advance(member, MEMBER_FLOW, MemberStatus.NORMAL, by=by, note=document_no)
        end_search(member, on=start, by=by, note="恢复党籍")
    member.refresh_from_db()
    return member


def require_probation(member: PartyMember) -> None:
    if member.category != MemberCategory.PROBATIONARY:
        raise ValidationError(f"{member}已是正式党员。", code="MB-04")
    if member.status != MemberStatus.NORMAL:
        raise ValidationError(f"{member}的党籍状态为“{member.get_status_display()}”，不能办理。", code="status")


def confirm_full(member: PartyMember, *, full_on: date, by: User, document_no: str = "") -> PartyMember:
    """转正: a probationary member becomes a full one (MB-03, MB-04)."""
    require_probation(member)
    end = member.probation_end
    if end and full_on < end:
        why = f"预备期延长至{end}，转正日期不能更早。" if member.probation_until else "转正日期应在入党满一年以后。"
        raise ValidationError({"full_on": why}, code="MB-03")
    member.category, member.full_on = MemberCategory.FULL, full_on
    member.full_clean(exclude=NOT_ASKED)
    with transaction.atomic():
        update_record(member, by=by, note="转正")
        note_change(member, ChangeKind.CONFIRMED, full_on, document_no=document_no)
    return member


def extend_probation(member: PartyMember, *, on: date, until: date, by: User, document_no: str = "") -> PartyMember:
    """延长预备期: once, by six to twelve months beyond the first year (MB-03)."""
    require_probation(member)
    if member.probation_until is not None:
        raise ValidationError(f"{member}的预备期已延长至{member.probation_until}，只能延长一次。", code="MB-03")
    if member.joined_on is None:
        raise ValidationError(f"{member}没有登记入党日期，请先补上，再办理延长。", code="MB-03")
    first, last = add_months(member.joined_on, 18), add_months(member.joined_on, 24)
    if not first <= until <= last:
        raise ValidationError({"until": f"延长六个月至一年，应在{first}至{last}之间。"}, code="MB-03")
    member.probation_until = until
    with transaction.atomic():
        update_record(member, by=by, note="延长预备期")
        note_change(member, ChangeKind.EXTENDED, on, document_no=document_no, note=f"延长至{until}")
    return member
