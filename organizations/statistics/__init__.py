"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from .changes import CAUSES, MEASURES, Change, coverage_changes, with_cause
from .charters import ClauseFigures, clause_figures, clause_figures_by_committee
from .corrections import SEARCHED, Correction, corrections
from .coverage import (
    GROUPS,
    Coverage,
    add,
    bodies_in_scope,
    classified,
    coverage,
    coverage_by_kind,
)
from .definitions import DEFAULTS, PREFIX, SHOULD_RULES, Definition, base_condition, definition
from .duplicates import likely_duplicates
from .elections import election_figures
from .figures import (
    FIGURES,
    REASON_FIELDS,
    SUPPLEMENT,
    TREE,
    WHOLE_ONLY,
    Figure,
    bodies_of,
    excluded,
    included,
    managed_word,
    reason,
)
from .members import (
    Balance,
    balance,
    balance_columns,
    balance_for,
    balance_of,
    balances_by_branch,
    floating_figures,
    needs_reason,
    unexplained,
)
from .rates import rate
from .supplement import BRANCH_FIGURES, BranchFigure, assignments_of, associates_of, branches_of, one_each
from .sync import SyncRate, sync_matrix, sync_rates
from .trends import TrendPoint, coverage_trend

__all__ = [
    "BRANCH_FIGURES",
    "CAUSES",
    "DEFAULTS",
    "FIGURES",
    "GROUPS",
    "MEASURES",
    "PREFIX",
    "REASON_FIELDS",
    "SEARCHED",
    "SHOULD_RULES",
    "SUPPLEMENT",
    "TREE",
    "WHOLE_ONLY",
    "Balance",
    "BranchFigure",
    "Change",
    "ClauseFigures",
    "Correction",
    "Coverage",
    "Definition",
    "Figure",
    "SyncRate",
    "TrendPoint",
    "add",
    "assignments_of",
    "associates_of",
    "balance",
    "balance_columns",
    "balance_for",
    "balance_of",
    "balances_by_branch",
    "base_condition",
    "bodies_in_scope",
    "bodies_of",
    "branches_of",
    "classified",
    "clause_figures",
    "clause_figures_by_committee",
    "corrections",
    "coverage",
    "coverage_by_kind",
    "coverage_changes",
    "coverage_trend",
    "definition",
    "election_figures",
    "excluded",
    "floating_figures",
    "included",
    "likely_duplicates",
    "managed_word",
    "needs_reason",
    "one_each",
    "rate",
    "reason",
    "sync_matrix",
    "sync_rates",
    "unexplained",
    "with_cause",
]
