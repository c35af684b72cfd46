"""Figures of one session and of one campaign, each in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from reviews.choices import (
    Conclusion,
    DutyMode,
    DutyReportStatus,
    FindingStatus,
    InspectionStatus,
)
from reviews.models import (
    BallotBatch,
    BallotTally,
    DutyProblem,
    DutyReport,
    Finding,
    InspectionCampaign,
    InspectionRecord,
    ReviewSession,
)
from reviews.models.inspections import SUBMITTED_STATUSES

SCORES = {"good": 100, "fair": 85, "ordinary": 70, "poor": 50}  # 测评得分 of one ballot (DOMAIN §10.2)
OPEN = (DutyReportStatus.DRAFT, DutyReportStatus.RETURNED)


def rate(part: int, whole: int) -> float | None:
    """None where there is nothing to divide by; pages print a dash."""
    return part / whole if whole else None


@dataclass(frozen=True)
class SessionFigures:
    """22 = 4 + 18, and how far the reports are."""

    due: int
    oral: int
    written: int
    excused: int
    drafts: int
    submitted: int
    returned: int
    accepted: int
    late: int
    problems: int
    with_measure: int
    solved: int

    @property
    def handed_in(self) -> int:
        return self.submitted + self.accepted

    @property
    def handed_in_rate(self) -> float | None:
        return rate(self.handed_in, self.due)

    @property
    def solved_rate(self) -> float | None:
        return rate(self.solved, self.problems)


def session_figures(session: ReviewSession, *, on: date) -> SessionFigures:
    due = ~Q(mode=DutyMode.EXCUSED)

    def count(condition: Q) -> Count:
        return Count("pk", filter=condition)

    reports = DutyReport.objects.filter(session=session).aggregate(
        due=count(due),
        oral=count(Q(mode=DutyMode.ORAL)),
        written=count(Q(mode=DutyMode.WRITTEN)),
        excused=count(Q(mode=DutyMode.EXCUSED)),
        drafts=count(due & Q(status=DutyReportStatus.DRAFT)),
        submitted=count(due & Q(status=DutyReportStatus.SUBMITTED)),
        returned=count(due & Q(status=DutyReportStatus.RETURNED)),
        accepted=count(due & Q(status=DutyReportStatus.ACCEPTED)),
        late=count(due & Q(status__in=OPEN, session__report_due__lt=on)),
    )
    problems = DutyProblem.objects.filter(report__session=session).aggregate(
        problems=Count("pk"),
        with_measure=count(~Q(measure="")),
        solved=count(Q(solved_on__lte=on)),
    )
    return SessionFigures(**reports, **problems)


@dataclass(frozen=True)
class BallotLine:
    """The votes of all groups for one secretary."""

    report_id: int
    branch: str
    secretary: str
    mode: str
    good: int
    fair: int
    ordinary: int
    poor: int
    abstained: int
    valid: int

    @property
    def counted(self) -> int:
        return self.good + self.fair + self.ordinary + self.poor

    @property
    def total(self) -> int:
        return self.counted + self.abstained

    @property
    def is_balanced(self) -> bool:
        """RV-03: grades and abstentions sum to the valid ballots of the batches that were tallied."""
        return self.total == self.valid

    @property
    def good_rate(self) -> float | None:
        return rate(self.good, self.counted)

    @property
    def score(self) -> float | None:
        points = sum(SCORES[name] * getattr(self, name) for name in SCORES)
        return points / self.counted if self.counted else None


def ballot_lines(session: ReviewSession) -> list[BallotLine]:
    """One line per report that has a tally, in the order of the session."""
    names = ("good", "fair", "ordinary", "poor", "abstained")
    rows = (
        BallotTally.objects.filter(report__session=session)
        .values("report_id", "report__branch__short_name", "report__branch__name", "report__secretary_name", "report__mode")
        .annotate(**{f"sum_{name}": Sum(name) for name in names}, valid=Sum("batch__valid"))
        .order_by("report__order", "report_id")
    )  # fmt: skip
    return [
        BallotLine(
            report_id=row["report_id"],
            branch=row["report__branch__short_name"] or row["report__branch__name"],
            secretary=row["report__secretary_name"],
            mode=DutyMode(row["report__mode"]).label,
            valid=row["valid"],
            **{name: row[f"sum_{name}"] for name in names},
        )
        for row in rows
    ]


@dataclass(frozen=True)
class BallotCounts:
    issued: int
    returned: int
    valid: int
    void: int

    @property
    def returned_rate(self) -> float | None:
        return rate(self.returned, self.issued)


def ballot_counts(batches: list[BallotBatch]) -> BallotCounts:
    """Over the batches of one session, which the page has fetched anyway."""
    names = ("issued", "returned", "valid", "void")
    return BallotCounts(**{name: sum(getattr(batch, name) for batch in batches) for name in names})


@dataclass(frozen=True)
class CampaignFigures:
    expected: int
    submitted: int
    absent: int
    pending: int
    passed: int
    basic: int
    failed: int
    reported: int
    without_clause: int
    without_branch: int
    findings: int
    advised: int
    closed: int
    overdue: int

    @property
    def submitted_rate(self) -> float | None:
        return rate(self.submitted, self.expected)

    @property
    def concluded(self) -> int:
        return self.passed + self.basic + self.failed + self.reported

    @property
    def closed_rate(self) -> float | None:
        return rate(self.closed, self.findings)


def campaign_figures(campaign: InspectionCampaign, *, on: date) -> CampaignFigures:
    def count(condition: Q) -> Count:
        return Count("pk", filter=condition)

    records = InspectionRecord.objects.filter(campaign=campaign).aggregate(
        expected=Count("pk"),
        submitted=count(Q(status__in=SUBMITTED_STATUSES)),
        absent=count(Q(status=InspectionStatus.ABSENT)),
        pending=count(Q(status=InspectionStatus.PENDING)),
        passed=count(Q(conclusion=Conclusion.PASSED)),
        basic=count(Q(conclusion=Conclusion.BASIC)),
        failed=count(Q(conclusion=Conclusion.FAILED)),
        reported=count(Q(conclusion=Conclusion.REPORTED)),
        without_clause=count(Q(has_party_clause=False)),
        without_branch=count(Q(has_branch=False)),
    )
    findings = Finding.objects.filter(record__campaign=campaign).aggregate(
        findings=Count("pk"),
        advised=count(~Q(advice="")),
        closed=count(Q(status=FindingStatus.CLOSED)),
        overdue=count(~Q(status=FindingStatus.CLOSED) & Q(due__lt=on)),
    )
    return CampaignFigures(**records, **findings)
