"""The ledger of changes of members (DOMAIN §6.3): the one writer of MemberChange.

What a membership tells (发展, 转入, 恢复, 转出, 出党, 死亡) is projected from its row by `settle_changes` after every
write, so that ledger and memberships cannot disagree; what changes only the name (转正, 延长预备期) is noted when done.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from organizations.choices import CHANGE_OF_JOINING, CHANGE_OF_LEAVING, ChangeKind, JoinReason, LeaveReason
from organizations.models import MemberChange, Membership, PartyMember

CHUNK = 2000
DERIVED = ("on", "branch_id", "other_branch_id", "outside", "document_no", "committee_id")


def note_change(
    member: PartyMember, kind: ChangeKind, on: date, *, document_no: str = "", note: str = ""
) -> MemberChange:
    """A line without a membership of its own, in the branch where the member is or last was."""
    row = member.memberships.full().filter(start__lte=on).select_related("branch").order_by("-start").first()
    return MemberChange.objects.create(
        member=member,
        kind=kind,
        on=on,
        branch=row.branch if row else None,
        committee_id=row.branch.committee_id if row else member.committee_id,
        document_no=document_no,
        note=note,
    )


def settle_changes(member_ids: Iterable[int]) -> None:
    """Make the lines of these members' memberships what the memberships say; a few queries per two thousand members."""
    ids = list(member_ids)
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        wanted = {(line.membership_id, line.kind): line for line in lines_of(chunk)}
        stored = MemberChange.objects.filter(member_id__in=chunk, membership_id__isnull=False)
        gone, changed = [], []
        for row in stored:
            line = wanted.pop((row.membership_id, row.kind), None)
            if line is None:
                gone.append(row.pk)
            elif any(getattr(row, name) != getattr(line, name) for name in DERIVED):
                line.pk = row.pk
                changed.append(line)
        MemberChange.objects.filter(pk__in=gone).delete()
        MemberChange.objects.bulk_update(changed, DERIVED, batch_size=CHUNK)
        MemberChange.objects.bulk_create(wanted.values(), batch_size=CHUNK)


def lines_of(member_ids: Iterable[int]) -> Iterator[MemberChange]:
    """What the memberships of these members say; both sides of a transfer name one another."""
    rows = list(Membership.objects.full().filter(member_id__in=member_ids).select_related("branch"))
    ended = {(r.member_id, r.end): r for r in rows if r.leave_reason == LeaveReason.TRANSFERRED}
    begun = {(r.member_id, r.start): r for r in rows if r.join_reason == JoinReason.TRANSFERRED}
    for row in rows:
        kind = CHANGE_OF_JOINING.get(JoinReason(row.join_reason))
        if kind is not None:
            other = ended.get((row.member_id, row.start)) if kind == ChangeKind.TRANSFERRED_IN else None
            yield line_of(row, kind, row.start, row.document_no, other, row.origin)
        if row.end is not None:
            kind = CHANGE_OF_LEAVING[LeaveReason(row.leave_reason)]
            other = begun.get((row.member_id, row.end)) if kind == ChangeKind.TRANSFERRED_OUT else None
            yield line_of(row, kind, row.end, row.leave_document_no, other, row.destination)


def line_of(
    row: Membership, kind: ChangeKind, on: date, document_no: str, other: Membership | None, outside: str
) -> MemberChange:
    return MemberChange(
        member_id=row.member_id,
        membership_id=row.pk,
        kind=kind,
        on=on,
        branch_id=row.branch_id,
        committee_id=row.branch.committee_id,
        other_branch_id=other.branch_id if other else None,
        outside="" if other else outside,
        document_no=document_no,
    )
