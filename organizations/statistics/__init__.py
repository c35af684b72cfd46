"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from .changes import CAUSES, MEASURES, Change, coverage_change, coverage_changes, with_cause
from .corrections import Correction, corrections
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
from .definitions import DEFAULTS, PREFIX, SHOULD_RULES, Definition, base_condition, definition, definition_of
from .figures import (
    EXTRA,
    FIGURES,
    REASON_FIELDS,
    SUPPLEMENT,
    TREE,
    WHOLE_ONLY,
    Figure,
    bodies_of,
    excluded,
    included,
    reason,
)
from .rates import rate
from .sync import SyncMatrix, SyncRate, sync_matrix, sync_rates
from .trends import TrendPoint, coverage_trend

__all__ = [
    "CAUSES",
    "DEFAULTS",
    "EXTRA",
    "FIGURES",
    "GROUPS",
    "MEASURES",
    "OWN_KINDS",
    "PREFIX",
    "REASON_FIELDS",
    "SHOULD_BUILD",
    "SHOULD_RULES",
    "SUPPLEMENT",
    "TREE",
    "WHOLE_ONLY",
    "Change",
    "Correction",
    "Coverage",
    "Definition",
    "Figure",
    "SyncMatrix",
    "SyncRate",
    "TrendPoint",
    "add",
    "base_condition",
    "bodies_in_scope",
    "bodies_of",
    "classified",
    "corrections",
    "coverage",
    "coverage_by_kind",
    "coverage_change",
    "coverage_changes",
    "coverage_trend",
    "covering",
    "definition",
    "definition_of",
    "excluded",
    "included",
    "rate",
    "reason",
    "sync_matrix",
    "sync_rates",
    "with_cause",
]
