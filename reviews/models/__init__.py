from .duty import (
    DUTY_SECTIONS,
    BallotBatch,
    BallotTally,
    DutyProblem,
    DutyReport,
    DutyReportVersion,
    LeaderComment,
    ReviewSession,
)
from .inspections import Finding, InspectionCampaign, InspectionRecord

__all__ = [
    "DUTY_SECTIONS",
    "BallotBatch",
    "BallotTally",
    "DutyProblem",
    "DutyReport",
    "DutyReportVersion",
    "Finding",
    "InspectionCampaign",
    "InspectionRecord",
    "LeaderComment",
    "ReviewSession",
]
