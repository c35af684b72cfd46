"""What can be told about the text of a duty report: against the rules, last year's report and its earlier versions."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from organizations.models import BranchCoverage, Membership, PartyBranch
from reviews.choices import FindingStatus
from reviews.models import DUTY_SECTIONS, DutyReport
from tasks.choices import ActivityKind
from tasks.models import Activity, TaskAssignment

SHINGLE = 4  # characters compared together
ALIKE = 0.8  # RV-06
SHORT = 40  # a few words are always alike
THIRD = 1 / 3
SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?\n*|\n+")


def last_year_report(report: DutyReport) -> DutyReport | None:
    return DutyReport.objects.filter(branch_id=report.branch_id, session__year=report.session.year - 1).first()


def likeness(text: str, other: str) -> float:
    """The share of `text` that also stands in `other`, by groups of four characters; cheap whatever the length."""
    own, theirs = shingles(text), shingles(other)
    return len(own & theirs) / len(own) if own and theirs else 0.0


def shingles(text: str) -> set[str]:
    plain = "".join(text.split())
    return {plain[i : i + SHINGLE] for i in range(len(plain) - SHINGLE + 1)} if len(plain) >= SHORT else set()


def similar_sections(report: DutyReport, before: DutyReport | None) -> dict[str, float]:
    """Sections that repeat last year's by more than RV-06 allows, with the share."""
    if before is None:
        return {}
    found = {name: likeness(getattr(report, name), getattr(before, name)) for name, _ in DUTY_SECTIONS}
    return {name: share for name, share in found.items() if share >= ALIKE}


@dataclass(frozen=True)
class Check:
    kind: str
    word: str
    text: str


def report_checks(report: DutyReport, similar: Mapping[str, float]) -> list[Check]:
    """The list 自动核对 beside the text, faults first."""
    checks, session, length = [], report.session, report.length
    empty = [heading for _, heading, text in report.sections if not text.strip()]
    most, least = session.max_length, session.min_length
    if length < least or (most and length > most):
        span = f"{least}至{most}字" if least else f"不超过{most}字"
        checks.append(Check("bad", "不符合", f"全文{length}字，要求{span}。"))
    if not report.problems.strip() or not report.measures.strip():
        checks.append(Check("bad", "不符合", "存在问题和改进措施都要写（RV-05）。"))
    if empty:
        checks.append(Check("warn", "请留意", f"没有写：{'、'.join(empty)}。"))
    for name, heading in DUTY_SECTIONS:
        if name in similar:
            checks.append(Check("warn", "请留意", f"“{heading}”与上年报告相似{similar[name]:.0%}（RV-06）。"))
    if report.submitted_on and session.report_due and report.submitted_on > session.report_due:
        checks.append(Check("warn", "请留意", f"在{session.report_due}截止以后提交。"))
    elif report.submitted_on and session.report_due:
        checks.append(Check("ok", "符合", f"在{session.report_due}截止前提交。"))
    if not empty:
        checks.append(Check("ok", "符合", f"六个部分齐全，全文{length}字。"))
    if report.problems.strip() and length:
        share = len("".join(report.problems.split())) / length
        kind, word = ("ok", "符合") if share >= THIRD else ("info", "提示")
        checks.append(Check(kind, word, f"问题部分占{share:.0%}，一般要求不少于三分之一。"))
    order = {"bad": 0, "warn": 1, "info": 2, "ok": 3}
    return sorted(checks, key=lambda check: order[check.kind])


@dataclass(frozen=True)
class Change:
    kind: str  # same | old | new
    text: str


def compare(old: str, new: str) -> list[Change]:
    """Sentence by sentence: what stayed, what went and what came."""
    before, after = SENTENCE.findall(old), SENTENCE.findall(new)
    changes = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(before[i:j])))
            continue
        if i < j:
            changes.append(Change("old", "".join(before[i:j])))
        if k < m:
            changes.append(Change("new", "".join(after[k:m])))
    return changes


@dataclass(frozen=True)
class BranchYear:
    """What the system knows of one branch in one year, to check a report against and to write from."""

    members: int
    theme_days: int
    meetings: int
    activities: int
    assignments: int
    passed: int
    findings: int
    closed: int

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """(label, value, sentence to insert)."""
        return [
            ("党员", f"{self.members}名", f"现有党员{self.members}名。"),
            ("主题党日", f"{self.theme_days}次", f"全年开展主题党日{self.theme_days}次。"),
            ("党员大会", f"{self.meetings}次", f"召开党员大会{self.meetings}次。"),
            ("全部活动", f"{self.activities}次", f"全年开展各类活动{self.activities}次。"),
            (
                "任务完成", f"{self.passed} / {self.assignments}项",
                f"承担任务{self.assignments}项，完成{self.passed}项。",
            ),
            (
                "年检整改", f"{self.closed} / {self.findings}条",
                f"年检发现问题{self.findings}条，已整改销号{self.closed}条。",
            ),
        ]  # fmt: skip


def counted(rows: QuerySet, link: str) -> Coalesce:
    """A correlated count of `rows` of the branch, 0 where there are none."""
    grouped = rows.filter(**{link: OuterRef("pk")}).order_by().values(link).annotate(n=Count("pk", distinct=True))
    return Coalesce(Subquery(grouped.values("n")), 0)


def branch_year(branch_id: int, year: int) -> BranchYear:
    """All figures of the branch in one query."""
    activities = Activity.objects.filter(held_on__year=year)
    assignments = TaskAssignment.objects.for_quarters(year * 4, year * 4 + 3).applicable()
    covered = BranchCoverage.objects.filter(end=None, branch=OuterRef("pk")).order_by().values("branch")
    inspected = Q(organization__inspections__campaign__checked_year__in=(year - 1, year))
    closed = inspected & Q(organization__inspections__findings__status=FindingStatus.CLOSED)
    findings = Count("organization__inspections__findings", distinct=True, filter=inspected)
    closed_findings = Count("organization__inspections__findings", distinct=True, filter=closed)
    values = {
        "n_members": counted(Membership.objects.full().filter(end=None), "branch"),
        "n_theme_days": counted(activities.of_kind(ActivityKind.THEME_DAY), "parties__branch"),
        "n_meetings": counted(activities.of_kind(ActivityKind.MEMBERS_MEETING), "parties__branch"),
        "n_activities": counted(activities, "parties__branch"),
        "n_assignments": counted(assignments, "branch"),
        "n_passed": counted(assignments.passed(), "branch"),
        "n_findings": Coalesce(Subquery(covered.annotate(n=findings).values("n")), 0),
        "n_closed": Coalesce(Subquery(covered.annotate(n=closed_findings).values("n")), 0),
    }
    row = PartyBranch.objects.filter(pk=branch_id).values(**values).first()
    return BranchYear(**{name.removeprefix("n_"): value for name, value in row.items()})
