"""两个覆盖 over time: causes of a change, and the course of quarters."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q

from core.models import Committee
from core.periods import quarter_end, quarter_label
from organizations.models import (
    BranchCoverage,
    InstructorAssignment,
    Liaison,
    SocialOrganization,
)

from .coverage import bodies_in_scope, covering
from .definitions import Definition, definition
from .rates import rate


@dataclass(frozen=True)
class Change:
    """Why the number of covered bodies differs between two days: covered then ± causes = covered now."""

    before: int
    now: int
    gained: int  # on the register both days, covered only now
    lost: int  # on the register both days, covered only then
    arrived: int  # covered now, not in the base then
    departed: int  # covered then, not in the base now

    @property
    def balances(self) -> bool:
        return self.before + self.gained + self.arrived - self.lost - self.departed == self.now


def organization_change(
    committee: Committee, before: date, on: date, *, direct: bool = False, chosen: Definition | None = None
) -> Change:
    """组织覆盖 of two days and the causes of the difference, in one query; both by the definition of the later day."""
    chosen = chosen or definition(committee, on)
    bodies = SocialOrganization.objects.within(committee)
    flags = {}
    for name, day in (("then", before), ("now", on)):
        base = bodies_in_scope(committee, day, direct=direct, chosen=chosen)
        flags[f"in_{name}"] = Exists(base.filter(pk=OuterRef("pk")))
        flags[f"cov_{name}"] = Exists(BranchCoverage.objects.on(day).filter(covering(chosen)))
    rows = bodies.annotate(**flags).order_by().values(*flags).annotate(n=Count("pk"))
    found: Counter = Counter()
    for row in rows:
        then, now = row["in_then"] and row["cov_then"], row["in_now"] and row["cov_now"]
        found["before"] += row["n"] if then else 0
        found["now"] += row["n"] if now else 0
        if then == now:
            continue
        cause = ("gained" if row["in_then"] else "arrived") if now else ("lost" if row["in_now"] else "departed")
        found[cause] += row["n"]
    return Change(**{name: found[name] for name in ("before", "now", "gained", "lost", "arrived", "departed")})


@dataclass(frozen=True)
class TrendPoint:
    quarter: int
    on: date
    base: int
    covered: int
    work_covered: int

    @property
    def label(self) -> str:
        return quarter_label(self.quarter)

    @property
    def organization_rate(self) -> Decimal | None:
        return rate(self.covered, self.base)

    @property
    def work_rate(self) -> Decimal | None:
        return rate(self.work_covered, self.base)


def coverage_trend(
    committee: Committee,
    last_quarter: int,
    quarters: int = 8,
    *,
    today: date | None = None,
    direct: bool = False,
    chosen: Definition | None = None,
) -> list[TrendPoint]:
    """Both coverages at the ends of the last quarters (the running one: today), oldest first; two queries."""
    numbers = range(last_quarter - quarters + 1, last_quarter + 1)
    days = {n: min(quarter_end(n), today) if today else quarter_end(n) for n in numbers}
    chosen = chosen or definition(committee, max(days.values()))
    wanted: dict[str, Count] = {}
    for n, day in days.items():
        base = Q(registered_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))
        if direct:
            scope = SocialOrganization.objects.directly_managed(day).filter(pk=OuterRef("pk"))
            base &= Q(Exists(scope))
        if chosen.exclude_abnormal:
            regular = SocialOrganization.objects.in_good_standing(day).filter(pk=OuterRef("pk"))
            base &= Q(Exists(regular))
        body = {"organization": OuterRef("pk")}
        guided = Q(Exists(BranchCoverage.objects.on(day).filter(**body)))
        guided |= Q(Exists(InstructorAssignment.objects.on(day).filter(**body)))
        if chosen.liaison_counts:
            guided |= Q(Exists(Liaison.objects.on(day).filter(**body)))
        wanted[f"base_{n}"] = Count("pk", filter=base)
        wanted[f"covered_{n}"] = Count(
            "pk", filter=base & Q(Exists(BranchCoverage.objects.on(day).filter(covering(chosen))))
        )
        wanted[f"work_{n}"] = Count("pk", filter=base & guided)
    found = SocialOrganization.objects.within(committee).aggregate(**wanted)
    return [
        TrendPoint(n, day, found[f"base_{n}"], found[f"covered_{n}"], found[f"work_{n}"]) for n, day in days.items()
    ]
