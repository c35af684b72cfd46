"""查摆问题: what staff take out of a duty report so that it can be counted and followed up."""

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from reviews.choices import SessionStatus
from reviews.models import DutyProblem, DutyReport


def can_name_problems(user: User, report: DutyReport) -> bool:
    return user.is_committee_staff and report.session.status != SessionStatus.CLOSED


def withdraw_problem(problem: DutyProblem, *, by: User) -> None:
    """Take away a problem that was entered by mistake; the audit log keeps its words."""
    if problem.report.session.status == SessionStatus.CLOSED:
        raise ValidationError("述职评议会议已归档，查摆问题不能再删去。", code="closed")
    with transaction.atomic():
        audit.record(
            AuditEvent.DELETE,
            problem,
            by=by,
            changes={"问题": [problem.description, ""], "改进措施": [problem.measure, ""]},
        )
        problem.delete()
