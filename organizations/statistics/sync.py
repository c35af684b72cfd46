"""同步率 of the six synchronizations."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from .rates import rate


@dataclass(frozen=True)
class SyncRate:
    """同步率 of one rule in a period: in time ÷ events."""

    name: str
    events: int
    in_time: int
    late: int
    overdue: int

    @property
    def running(self) -> int:
        return self.events - self.in_time - self.late - self.overdue

    @property
    def rate(self) -> Decimal | None:
        return rate(self.in_time, self.events)


def sync_rates(duties: QuerySet, period: Any, on: date) -> list[SyncRate]:
    """One query: each rule with events in the period, in the order of the rules."""
    rows = (
        duties.of_events_between(period.start, period.end)
        .order_by("rule__order", "rule__name")
        .values("rule__order", "rule__name")
        .annotate(
            events=Count("pk"),
            in_time=Count("pk", filter=Q(done_on__lte=F("due_on"))),
            late=Count("pk", filter=Q(done_on__gt=F("due_on"))),
            overdue=Count("pk", filter=Q(done_on=None, due_on__lt=on)),
        )
    )
    return [SyncRate(r["rule__name"], r["events"], r["in_time"], r["late"], r["overdue"]) for r in rows]
