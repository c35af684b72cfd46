"""限期改正 and 未履行义务 (MB-10, MB-11): registered, concluded, taken back; a conclusion changes no membership.

What happens to the membership does end or move the records: they are kept by the branch where the member is.
"""

from datetime import date

from django.core.exceptions import ValidationError

from core.editing import create_record, update_record
from core.models import User
from organizations.choices import CorrectionOutcome, LeaveReason
from organizations.models import MemberCorrection, MemberLapse, Membership, PartyBranch, PartyMember, is_secretary_of

from .floating import can_keep_record
from .intervals import can_keep, require_not_future

ConductRecord = MemberCorrection | MemberLapse
ENDED, REMOVED, VOID = (
    CorrectionOutcome.ENDED,
    CorrectionOutcome.REMOVED,
    CorrectionOutcome.VOID,
)  # both ledgers have them
OUTCOME_OF_LEAVING = {LeaveReason.REMOVED: REMOVED, LeaveReason.MISTAKE: VOID}
NOT_HERE = "{member}的组织关系不在本级的党支部，不用登记。"


def home_of(member: PartyMember) -> Membership | None:
    return member.memberships.full().filter(end=None).select_related("branch").first()


def keeps_for(user: User, home: Membership | None) -> bool:
    """Staff, and the secretary of the branch where the relationship is."""
    return home is not None and (can_keep(user) or is_secretary_of(user, home.branch_id))


def can_register(user: User, member: PartyMember) -> bool:
    return keeps_for(user, home_of(member))


def can_withdraw(user: User, row: ConductRecord) -> bool:
    """A conclusion entered by mistake is taken back by whoever keeps the record, while the member is still there."""
    return not row.is_open and can_keep_record(user, row) and is_at_home(row)


def is_at_home(row: ConductRecord) -> bool:
    """Whether the member's relationship is in the branch that keeps the record."""
    home = home_of(row.member)
    return home is not None and home.branch_id == row.branch_id


def register_conduct(row: ConductRecord, *, by: User) -> ConductRecord:
    """登记. Kept by the branch where the member's relationship is."""
    if (home := home_of(row.member)) is None:
        raise ValidationError(NOT_HERE.format(member=row.member), code="none")
    require_not_future(row.member, row.first_day, row.begins_on)
    row.branch, row.committee_id = home.branch, home.branch.committee_id
    row.full_clean(exclude=["committee", "created_by"])
    return create_record(row, by=by)


def save_conduct(row: ConductRecord, *, by: User, expected: int | None = None) -> ConductRecord:
    if not row.is_open:
        raise ValidationError(f"{row}已有结论。要修改的，请先撤回结论。", code="closed")
    require_not_future(row.member, row.first_day, row.begins_on)
    row.full_clean(exclude=["committee", "created_by"])
    return update_record(row, by=by, expected=expected)


def conclude(row: ConductRecord, *, outcome: str, on: date, by: User, note: str = "") -> ConductRecord:
    """登记结论. The membership stays as it is: people decide, and enter that on the member's page."""
    if not row.is_open:
        raise ValidationError(f"{row}在{row.outcome_on}已有结论“{row.get_outcome_display()}”。", code="closed")
    require_not_future(row.member, "outcome_on", on)
    row.outcome, row.outcome_on, row.outcome_note = outcome, on, note[:200]
    if not outcome:
        raise ValidationError("请选择结论。", code="outcome")
    row.full_clean(exclude=["committee", "created_by"])
    return update_record(row, by=by, note="登记结论")


def withdraw_conclusion(row: ConductRecord, *, by: User, reason: str) -> ConductRecord:
    """撤回结论: it was entered by mistake, or was not approved; the record is open again."""
    if row.is_open:
        raise ValidationError(f"{row}还没有结论，不用撤回。", code="open")
    if not reason:
        raise ValidationError("请写明撤回的原因。", code="reason")
    if not is_at_home(row):
        raise ValidationError(f"{row.member}已不在{row.branch}，不能撤回结论。", code="gone")
    row.outcome, row.outcome_on, row.outcome_note = "", None, ""
    row.full_clean(exclude=["committee", "created_by"])
    return update_record(row, by=by, note=f"撤回结论：{reason}")


def open_records(member: PartyMember) -> list[ConductRecord]:
    return [*member.membercorrections.open(), *member.memberlapses.open()]


def end_conduct(member: PartyMember, *, on: date, by: User, reason: LeaveReason | None = None) -> None:
    """Whoever leaves the roster has no open record any more."""
    for row in open_records(member):
        row.outcome, row.outcome_on = OUTCOME_OF_LEAVING.get(reason, ENDED), max(on, row.begins_on)
        row.outcome_note = reason.label if reason else "组织关系已转出"
        update_record(row, by=by, note="离开名册")


def move_conduct(member: PartyMember, branch: PartyBranch | None, *, on: date, by: User) -> None:
    """Open records go along to the new branch, which goes on with them; outside of ours they end."""
    if branch is None:
        end_conduct(member, on=on, by=by)
        return
    for row in open_records(member):
        row.branch, row.committee = branch, branch.committee
        update_record(row, by=by, note="组织关系已转接")
