"""党员增减 as integers: 期末 = 期初 + 转入 + 发展 + 恢复 − 转出 − 出党 − 死亡 (DOMAIN §6.3), and contact with 流动党员."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from core.models import User
from core.periods import Period, quarter_of, today
from organizations.choices import DEPARTED, FloatingDirection, JoinReason, LeaveReason
from organizations.models import FloatingContact, Membership

from .rates import rate

PARTS = (
    "opening", "transferred_in", "admitted", "restored", "transferred_out", "departed", "deceased", "closing",
    "entered", "voided",
)  # fmt: skip


@dataclass(frozen=True)
class Balance:
    """Members of a branch or a committee over start…end (both included); `entered` and `voided` are what no rule explains."""

    start: date
    end: date
    opening: int = 0
    transferred_in: int = 0
    admitted: int = 0
    restored: int = 0
    transferred_out: int = 0
    departed: int = 0
    deceased: int = 0
    closing: int = 0
    entered: int = 0  # 建账时已在, yet beginning inside the period
    voided: int = 0  # 录入错误作废 inside the period, begun before it

    @property
    def expected(self) -> int:
        gained = self.transferred_in + self.admitted + self.restored
        return self.opening + gained - self.transferred_out - self.departed - self.deceased

    @property
    def difference(self) -> int:
        return self.closing - self.expected

    @property
    def closes(self) -> bool:
        return self.difference == 0

    @property
    def figures(self) -> list[tuple[str, int]]:
        return [
            ("期初", self.opening),
            ("转入", self.transferred_in),
            ("发展", self.admitted),
            ("恢复党籍", self.restored),
            ("转出", self.transferred_out),
            ("出党", self.departed),
            ("死亡", self.deceased),
            ("期末", self.closing),
        ]

    @property
    def line(self) -> str:
        """As it stands under a roster (DOMAIN §14.3)."""
        return "｜".join(f"{label}{number}" for label, number in self.figures)

    @property
    def sum(self) -> str:
        """The addition as a clerk writes it."""
        gained = f"{self.opening}＋{self.transferred_in}＋{self.admitted}＋{self.restored}"
        sign = "＝" if self.closes else "≠"
        return f"{gained}－{self.transferred_out}－{self.departed}－{self.deceased}{sign}{self.closing}"


def inside_and_void(start: date, end: date) -> Q:
    """Entered and voided within the period: as if it had never been."""
    return Q(start__range=(start, end), end__range=(start, end), leave_reason=LeaveReason.MISTAKE)


def counted(start: date, end: date, outer_in: Q, outer_out: Q) -> dict[str, Count]:
    """The parts of the balance as conditional counts over memberships."""
    before = start - timedelta(days=1)
    joined, left = Q(start__range=(start, end)) & ~inside_and_void(start, end), Q(end__range=(start, end))
    wanted = {
        "opening": Membership.objects.holds(before),
        "closing": Membership.objects.holds(end),
        "transferred_in": joined & Q(join_reason=JoinReason.TRANSFERRED) & outer_in,
        "admitted": joined & Q(join_reason=JoinReason.ADMITTED),
        "restored": joined & Q(join_reason=JoinReason.RESTORED),
        "entered": joined & Q(join_reason=JoinReason.INITIAL),
        "transferred_out": left & Q(leave_reason=LeaveReason.TRANSFERRED) & outer_out,
        "departed": left & Q(leave_reason__in=DEPARTED),
        "deceased": left & Q(leave_reason=LeaveReason.DECEASED),
        "voided": left & Q(leave_reason=LeaveReason.MISTAKE) & ~inside_and_void(start, end),
    }
    return {name: Count("pk", filter=condition) for name, condition in wanted.items()}


def in_period(rows: Any, start: date, end: date) -> Any:
    """Full memberships that held on a day of the period or the day before it."""
    return rows.full().filter(Q(end=None) | Q(end__gte=start), start__lte=end)


def balance(rows: Any, start: date, end: date) -> Balance:
    """One query over the memberships of a branch, or of a committee, where transfers inside the committee cancel."""
    sides = {
        "came_from_inside": Exists(
            rows.filter(member=OuterRef("member"), end=OuterRef("start"), leave_reason=LeaveReason.TRANSFERRED)
        ),
        "went_inside": Exists(
            rows.filter(member=OuterRef("member"), start=OuterRef("end"), join_reason=JoinReason.TRANSFERRED)
        ),
    }
    outer = Q(came_from_inside=False), Q(went_inside=False)
    found = in_period(rows, start, end).annotate(**sides).order_by().aggregate(**counted(start, end, *outer))
    return Balance(start, end, **found)


def balance_for(
    user: User,
    period: Period,
    branches: Any = None,
    committees: Sequence[int] = (),
    until: date | None = None,
) -> Balance | None:
    """The balance of a period, up to today while it runs: of some branches, of some committees, or of all the user sees.

    until: the last day that counts, where the period is not over then.
    """
    end = period.as_of(min(until or today(user.committee), today(user.committee)))
    if end < period.start:
        return None
    rows = Membership.objects.of_branches(user, committees)
    return balance(rows if branches is None else rows.filter(branch__in=branches), period.start, end)


def balances_by_branch(rows: Any, start: date, end: date) -> dict[int, Balance]:
    """Branch id → its own balance, in one query; a transfer to the branch next door counts in both."""
    groups = in_period(rows, start, end).order_by().values("branch_id").annotate(**counted(start, end, Q(), Q()))
    return {g["branch_id"]: Balance(start, end, **{name: g[name] for name in PARTS}) for g in groups}


def needs_reason(rows: Any, start: date) -> bool:
    """Whether who enters on this day came after the ledger was set up: in a later quarter than its first membership.

    建账时已在 would then leave the balance of that quarter open.
    """
    first = rows.full().aggregate(first=Min("start"))["first"]
    return first is not None and quarter_of(start) > quarter_of(first)


def balance_columns(rows: Any, start: date, end: date) -> dict[str, Any]:
    """Annotations for a query over branches: the parts of each one's balance, so that a page asks no more often."""
    mine = in_period(rows, start, end).filter(branch=OuterRef("pk")).order_by().values("branch")
    parts = counted(start, end, Q(), Q())
    return {f"n_{name}": Coalesce(Subquery(mine.values(**{f"s_{name}": count})), 0) for name, count in parts.items()}


def balance_of(branch: Any, start: date, end: date) -> Balance:
    """The balance of a branch that was read with `balance_columns`."""
    return Balance(start, end, **{name: getattr(branch, f"n_{name}") for name in PARTS})


def unexplained(rows: Any, start: date, end: date) -> Any:
    """The memberships because of which a balance does not close."""
    entered = Q(start__range=(start, end), join_reason=JoinReason.INITIAL)
    voided = Q(end__range=(start, end), leave_reason=LeaveReason.MISTAKE)
    found = in_period(rows, start, end).filter(entered | voided).exclude(inside_and_void(start, end))
    return found.select_related("member", "branch").order_by("start", "pk")


@dataclass(frozen=True)
class FloatingFigures:
    """流动党员 of a period: those away and those here, and with how many there was contact."""

    out: int
    arrived: int
    reached: int
    lost: int

    @property
    def reached_rate(self) -> Decimal | None:
        """取得联系率: 流出党员 reached at least once in the period ÷ 流出党员."""
        return rate(self.reached, self.out)


def floating_figures(rows: Any, start: date, end: date) -> FloatingFigures:
    """One query over floating records that were open on a day of the period."""
    contacts = FloatingContact.objects.filter(reached=True, on__range=(start, end)).order_by()
    out = Q(direction=FloatingDirection.OUT)
    found = (
        rows.held_between(start, end)
        .order_by()
        .aggregate(
            out=Count("pk", filter=out),
            arrived=Count("pk", filter=Q(direction=FloatingDirection.IN)),
            reached=Count("pk", filter=out & Q(pk__in=contacts.values("record"))),
            lost=Count("pk", filter=out & Q(status="lost")),
        )
    )
    return FloatingFigures(**found)
