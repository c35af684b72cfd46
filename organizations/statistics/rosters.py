"""The balance under a roster: 期末 = 期初 + 转入 + 发展 − 转出 − 出党 − 死亡."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from organizations.choices import JoinReason, LeaveReason
from organizations.models.intervals import IntervalQuerySet
from organizations.models.members import MembershipQuerySet


@dataclass(frozen=True)
class RosterBalance:
    opening: int
    transferred_in: int
    admitted: int
    other_in: int
    transferred_out: int
    left: int
    deceased: int
    other_out: int
    closing: int

    def parts(self) -> Iterator[tuple[str, int]]:
        """Word and number, in the order of the printed form; what else moved is named only where there is any."""
        yield "期初", self.opening
        yield "转入", self.transferred_in
        yield "发展", self.admitted
        if self.other_in:
            yield "其他增加", self.other_in
        yield "转出", self.transferred_out
        yield "出党", self.left
        yield "死亡", self.deceased
        if self.other_out:
            yield "其他减少", self.other_out
        yield "期末", self.closing


def roster_balance(memberships: MembershipQuerySet, start: date, day: date) -> RosterBalance:
    """Of these memberships, from the first day `start` to the end of `day`."""
    came, went = Q(start__range=(start, day)), Q(end__range=(start, day))
    entered, gone = (JoinReason.TRANSFERRED, JoinReason.ADMITTED), (
        LeaveReason.TRANSFERRED, LeaveReason.LEFT, LeaveReason.DECEASED,
    )  # fmt: skip
    counts = {
        "opening": IntervalQuerySet.holds(start - timedelta(days=1)),
        "transferred_in": came & Q(join_reason=JoinReason.TRANSFERRED),
        "admitted": came & Q(join_reason=JoinReason.ADMITTED),
        "other_in": came & ~Q(join_reason__in=entered),
        "transferred_out": went & Q(leave_reason=LeaveReason.TRANSFERRED),
        "left": went & Q(leave_reason=LeaveReason.LEFT),
        "deceased": went & Q(leave_reason=LeaveReason.DECEASED),
        "other_out": went & ~Q(leave_reason__in=gone),
        "closing": IntervalQuerySet.holds(day),
    }
    return RosterBalance(**memberships.aggregate(**{n: Count("pk", filter=q) for n, q in counts.items()}))
