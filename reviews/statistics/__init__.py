"""Numbers of inspections and duty reviews, for pages and reports."""

from .comparison import (
    BranchYear,
    Change,
    Check,
    branch_year,
    compare,
    last_year_report,
    likeness,
    report_checks,
    similar_sections,
)
from .figures import (
    BallotCounts,
    BallotLine,
    CampaignFigures,
    SessionFigures,
    ballot_counts,
    ballot_lines,
    campaign_figures,
    session_figures,
)

__all__ = [
    "BallotCounts",
    "BallotLine",
    "BranchYear",
    "CampaignFigures",
    "Change",
    "Check",
    "SessionFigures",
    "ballot_counts",
    "ballot_lines",
    "branch_year",
    "campaign_figures",
    "compare",
    "last_year_report",
    "likeness",
    "report_checks",
    "session_figures",
    "similar_sections",
]
