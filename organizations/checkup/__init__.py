"""数据体检: the rules of DOMAIN §§2–6 asked of the ledgers. A finding reminds; what to do with it people decide."""

from .evaluate import (
    COUNTED,
    RULES,
    all_findings,
    branches_to_check,
    counts,
    findings_of,
    findings_of_branch,
    of_checked,
    of_row,
    reader,
    rows_of,
)
from .limits import Limits, limits, unbuilt_limits
from .rules import Finding, Place, Rule

__all__ = [
    "COUNTED",
    "RULES",
    "Finding",
    "Limits",
    "Place",
    "Rule",
    "all_findings",
    "branches_to_check",
    "counts",
    "findings_of",
    "findings_of_branch",
    "limits",
    "of_checked",
    "of_row",
    "reader",
    "rows_of",
    "unbuilt_limits",
]
