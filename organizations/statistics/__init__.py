"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from .coverage import (
    GROUPS,
    OWN_KINDS,
    SHOULD_BUILD,
    Coverage,
    add,
    bodies_in_scope,
    classified,
    coverage,
    coverage_by_kind,
    covering,
)
from .definitions import DEFAULTS, Definition, definition
from .duplicates import Likeness, likely_duplicates
from .elections import ElectionFigures, election_figures
from .rates import rate
from .sync import SyncRate, sync_rates
from .trends import Change, TrendPoint, coverage_trend, organization_change

__all__ = [
    "DEFAULTS",
    "GROUPS",
    "OWN_KINDS",
    "SHOULD_BUILD",
    "Change",
    "Coverage",
    "Definition",
    "ElectionFigures",
    "Likeness",
    "SyncRate",
    "TrendPoint",
    "add",
    "bodies_in_scope",
    "classified",
    "coverage",
    "coverage_by_kind",
    "coverage_trend",
    "covering",
    "definition",
    "election_figures",
    "likely_duplicates",
    "organization_change",
    "rate",
    "sync_rates",
]
