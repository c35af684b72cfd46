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
from .members import (
    Balance,
    FloatingFigures,
    balance,
    balance_columns,
    balance_for,
    balance_of,
    balances_by_branch,
    floating_figures,
    unexplained,
)
from .rates import rate
from .sync import SyncRate, sync_rates
from .trends import Change, TrendPoint, coverage_trend, organization_change

__all__ = [
    "DEFAULTS",
    "GROUPS",
    "OWN_KINDS",
    "SHOULD_BUILD",
    "Balance",
    "Change",
    "Coverage",
    "Definition",
    "ElectionFigures",
    "FloatingFigures",
    "Likeness",
    "SyncRate",
    "TrendPoint",
    "add",
    "balance",
    "balance_columns",
    "balance_for",
    "balance_of",
    "balances_by_branch",
    "bodies_in_scope",
    "classified",
    "coverage",
    "coverage_by_kind",
    "coverage_trend",
    "covering",
    "definition",
    "election_figures",
    "floating_figures",
    "likely_duplicates",
    "organization_change",
    "rate",
    "sync_rates",
    "unexplained",
]
