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
    base: int  # bodies on the register
    written: int  # of them with the clause in an approved charter

    @property
    def rate(self) -> Decimal | None:
        return rate(self.written, self.base)


def clause_figures(bodies: SocialOrganizationQuerySet, on: date) -> ClauseFigures:
    """One query over the bodies on the register of that day."""
    live = bodies.registered(on).order_by()
    return ClauseFigures(**live.aggregate(base=Count("pk"), written=Count("pk", filter=with_clause_on(on))))
