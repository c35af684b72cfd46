"""按期换届率 and 超期未换届数 (DOMAIN §5.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from .rates import rate


@dataclass(frozen=True)
class ElectionFigures:
    """Elections that were due in a period, by how they stood on its day; `overdue_now` counts whenever they were due."""

    due: int
    on_time: int
    late: int
    overdue_now: int

    @property
    def not_held(self) -> int:
        return self.due - self.on_time - self.late

    @property
    def rate(self) -> Decimal | None:
        return rate(self.on_time, self.due)


def election_figures(terms: QuerySet, start: date, end: date, on: date) -> ElectionFigures:
    """One query. Due is what fell due in the period up to `on`: by the due day, or the day until which it was put off.

    On time is an election held no later than that day, whether its result has been approved yet or not.
    """
    last = min(end, on)
    rows = terms.with_deadline().order_by()
    due = ~Q(status="closed") & Q(deadline__range=(start, last))
    told_of = Q(deadline__range=(start, last)) | Q(elected_on=None, deadline__lt=on)
    found = rows.filter(told_of).aggregate(
        due=Count("pk", filter=due),
        on_time=Count("pk", filter=due & Q(elected_on__lte=F("deadline"))),
        late=Count("pk", filter=due & Q(elected_on__gt=F("deadline")) & Q(elected_on__lte=on)),
        overdue_now=Count("pk", filter=Q(elected_on=None, deadline__lt=on) & ~Q(status__in=["done", "closed"])),
    )
    return ElectionFigures(**found)
