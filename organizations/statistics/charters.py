"""党建入章率 as integers of a day (DOMAIN §3.1)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count

from organizations.models.conditions import with_clause_on
from organizations.models.organizations import SocialOrganizationQuerySet

from .rates import rate


@dataclass(frozen=True)
class ClauseFigures:
    base: int = 0  # bodies on the register
    written: int = 0  # of them with the clause in an approved charter

    def __add__(self, other: "ClauseFigures") -> "ClauseFigures":
        return ClauseFigures(self.base + other.base, self.written + other.written)

    @property
    def unwritten(self) -> int:
        return self.base - self.written

    @property
    def rate(self) -> Decimal | None:
        return rate(self.written, self.base)


def clause_figures(bodies: SocialOrganizationQuerySet, on: date) -> ClauseFigures:
    """Of all these bodies that are on the register of that day."""
    return sum(clause_figures_by_committee(bodies, on).values(), ClauseFigures())


def clause_figures_by_committee(bodies: SocialOrganizationQuerySet, on: date) -> dict[int, ClauseFigures]:
    """Primary key of a committee → its own bodies on the register of that day; one query."""
    live = bodies.registered(on).order_by().values("committee_id")
    counts = live.annotate(base=Count("pk"), written=Count("pk", filter=with_clause_on(on)))
    return {row.pop("committee_id"): ClauseFigures(**row) for row in counts}
