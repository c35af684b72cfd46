"""两个覆盖 over time: the course of quarters."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count

from core.models import Committee
from core.periods import quarter_end, quarter_label
from organizations.models import SocialOrganization
from organizations.models.conditions import covered_on, direct_on, reached_on

from .definitions import Definition, base_condition, definition
from .rates import rate


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
        base = base_condition(day, chosen)
        if direct:
            base &= direct_on(day)
        wanted[f"base_{n}"] = Count("pk", filter=base)
        wanted[f"covered_{n}"] = Count("pk", filter=base & covered_on(day, chosen.methods))
        wanted[f"work_{n}"] = Count("pk", filter=base & reached_on(day, chosen.guides))
    found = SocialOrganization.objects.within(committee).aggregate(**wanted)
    return [
        TrendPoint(n, day, found[f"base_{n}"], found[f"covered_{n}"], found[f"work_{n}"]) for n, day in days.items()
    ]
