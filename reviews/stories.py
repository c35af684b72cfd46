"""What inspections and duty reviews add to the pages of bodies and branches: events of their timelines, things to do."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse

from core.models import User
from core.periods import today
from core.timeline import LIMIT, Event, Todo, part, rows_of
from organizations.models import BranchCoverage, PartyBranch, SocialOrganization
from reviews.choices import FINDING_KINDS, Conclusion, DutyMode, DutyReportStatus, FindingStatus, InspectionStatus
from reviews.models import DutyReport, Finding, InspectionRecord


def inspection_events(body: SocialOrganization, user: User) -> Iterator[Event]:
    """Inspections of a body and what was found and put right: one query."""
    day = Coalesce("concluded_on", "submitted_on", "campaign__started_on")
    state = Concat("conclusion", Value("|"), "status")
    rows = rows_of(
        part(InspectionRecord.objects.visible_to(user).filter(organization=body), "inspection", "campaign__title", day,
             note="opinion", more=state),
        part(Finding.objects.visible_to(user).filter(record__organization=body), "finding", "description", "advised_on",
             note="advice", more="recheck", end="finished_on"),
    )  # fmt: skip
    for row in rows[:LIMIT]:
        yield from told(row)


def told(row: dict[str, Any]) -> Iterator[Event]:
    if row["source"] == "inspection":
        conclusion, _, status = row["more"].partition("|")
        result = Conclusion(conclusion).label if conclusion else InspectionStatus(status).label
        url = reverse("reviews:inspectionrecord-detail", args=[row["ref"]])
        if row["start"]:
            yield Event(row["start"], f"{row['word']}：{result}", url, row["note"], kind="年度检查")
        return
    url = reverse("reviews:finding-detail", args=[row["ref"]])
    if row["start"]:
        yield Event(row["start"], f"整改建议：{row['word']}", url, row["note"], kind="年度检查")
    if row["end"]:
        yield Event(row["end"], f"整改完成：{row['word']}", url, row["more"], kind="年度检查")


def open_findings(body: SocialOrganization, user: User) -> Iterator[Todo]:
    rows = Finding.objects.visible_to(user).filter(record__organization=body).exclude(status=FindingStatus.CLOSED)
    day = today(user.committee)
    for finding in rows.order_by("due", "pk")[:LIMIT]:
        yield finding_todo(finding, finding.description, day)


def findings_of_bodies(branch: PartyBranch, user: User) -> Iterator[Todo]:
    """Open findings of the bodies that the branch covers today, each with the name of its body."""
    day = today(user.committee)
    covered = BranchCoverage.objects.on(day).filter(branch=branch).values("organization_id")
    rows = Finding.objects.visible_to(user).filter(record__organization__in=covered)
    rows = rows.exclude(status=FindingStatus.CLOSED).select_related("record__organization")
    for finding in rows.order_by("due", "pk")[:LIMIT]:
        yield finding_todo(finding, f"年检整改（{finding.record.organization}）：{finding.description}", day)


def finding_todo(finding: Finding, text: str, day: date) -> Todo:
    late = finding.due is not None and finding.due < day
    kind, word = ("bad", "逾期") if late else (FINDING_KINDS[finding.status], finding.get_status_display())
    when = f"{finding.due}前" if finding.due else ""
    return Todo(kind, word, text, finding.get_absolute_url(), finding.advice, when, "查看")


def reports_of(branch: PartyBranch, user: User) -> list[DutyReport]:
    """The branch's duty reports, newest first, fetched once for timeline and to-do list of one page."""
    known = getattr(branch, "_duty_reports", None)
    if known is None:
        rows = DutyReport.objects.visible_to(user).filter(branch=branch).select_related("session")
        known = branch._duty_reports = list(rows.order_by("-session__year")[:LIMIT])
    return known


def duty_events(branch: PartyBranch, user: User) -> Iterator[Event]:
    for report in reports_of(branch, user):
        if report.mode != DutyMode.EXCUSED:
            text = f"{report.session.year}年度{report.get_mode_display()}：{report.get_status_display()}"
            yield Event(report.submitted_on or report.session.held_on, text, report.get_absolute_url(), kind="述职评议")


def open_reports(branch: PartyBranch, user: User) -> Iterator[Todo]:
    waiting = (DutyReportStatus.DRAFT, DutyReportStatus.RETURNED)
    for report in reports_of(branch, user):
        if report.status not in waiting or report.mode == DutyMode.EXCUSED:
            continue
        due = report.session.report_due
        late = due is not None and due < today(user.committee)
        kind, word = ("bad", "逾期") if late else (report.status_kind, report.get_status_display())
        when = f"{due}前" if due else ""
        yield Todo(kind, word, f"{report.session.year}年度述职报告", report.get_absolute_url(), when=when, act="去写")
