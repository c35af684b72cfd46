"""Assignments: signed for and reported by the branch, checked by the committee."""

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from core.editing import update_record
from core.models import Attachment, User
from core.notices import notify
from core.periods import today
from core.transitions import advance
from organizations.models import is_secretary_of, office_of, secretaries_of
from tasks.choices import ASSIGNMENT_FLOW, WAITING_FOR_BRANCH, AssignmentStatus, TaskListStatus
from tasks.models import TaskAssignment

S = AssignmentStatus


def is_open_list(assignment: TaskAssignment) -> bool:
    return assignment.item.task_list.status in (TaskListStatus.ISSUED, TaskListStatus.SUMMED_UP)


def can_report_assignment(user: User, assignment: TaskAssignment) -> bool:
    """Write the report: the branch's secretary, or staff on behalf of the branch (代填)."""
    allowed = user.is_committee_staff or is_secretary_of(user, assignment.branch_id)
    return allowed and assignment.status in WAITING_FOR_BRANCH and is_open_list(assignment)


def can_accept_assignment(user: User, assignment: TaskAssignment) -> bool:
    return assignment.status == S.OPEN and can_report_assignment(user, assignment)


def accept_assignment(assignment: TaskAssignment, *, by: User) -> TaskAssignment:
    return advance(assignment, ASSIGNMENT_FLOW, S.ACCEPTED, by=by)


def save_report(assignment: TaskAssignment, *, by: User, expected: int | None = None) -> TaskAssignment:
    """Keep what was written so far without handing it in."""
    return update_record(assignment, by=by, expected=expected, note="保存草稿")


def submit_assignment(assignment: TaskAssignment, *, by: User) -> TaskAssignment:
    """Hand in the report; the day counts for 按期. Staff who type it in for the branch are kept apart from who reports."""
    if not assignment.report.strip():
        raise ValidationError({"report": "请写明完成情况，再提交。"})
    if assignment.item.target and assignment.quantity is None:
        raise ValidationError(
            {"quantity": f"这项任务的量化目标是{assignment.item.target}{assignment.item.unit}，请填完成数量。"}
        )
    on = today(assignment.committee)
    own = is_secretary_of(by, assignment.branch_id) or assignment.branch_id is None
    reporter = by if own else next(iter(secretaries_of([assignment.branch_id], on)), None)
    advance(
        assignment,
        ASSIGNMENT_FLOW,
        S.SUBMITTED,
        by=by,
        note="" if own else "工作人员代填",
        submitted_on=on,
        reported_by=reporter,
        entered_by=None if own else by,
    )
    if own and not by.is_committee_staff:
        notify(
            office_of(assignment.committee_id),
            key=f"assignment-{assignment.pk}-{assignment.version}",
            title=f"{assignment.branch}提交了任务",
            body=f"“{assignment.item.text}”待审核。",
            url=assignment.get_absolute_url(),
        )
    return assignment


def can_return_assignment(user: User, assignment: TaskAssignment) -> bool:
    return user.is_committee_staff and assignment.status in (S.SUBMITTED, S.PASSED)


def return_assignment(assignment: TaskAssignment, *, by: User, reason: str) -> TaskAssignment:
    """Send it back with a reason, which the secretary sees on the card."""
    require_reason(reason, "请写明要改什么，再退回。")
    advance(assignment, ASSIGNMENT_FLOW, S.RETURNED, by=by, note=reason, remark=reason, passed_on=None)
    tell_branch(assignment, f"任务被退回：{assignment.item.text}", reason)
    return assignment


def has_evidence(assignment: TaskAssignment) -> bool:
    if assignment.activities.exists():
        return True
    kind = ContentType.objects.get_for_model(TaskAssignment)
    return Attachment.objects.filter(content_type=kind, object_id=assignment.pk).exists()


def can_pass_assignment(user: User, assignment: TaskAssignment) -> bool:
    return user.is_committee_staff and assignment.status == S.SUBMITTED


def pass_assignment(assignment: TaskAssignment, *, by: User, reason: str = "") -> TaskAssignment:
    """Accept the report. Where the item asks for evidence, there must be some (TK-02)."""
    if assignment.item.evidence and not has_evidence(assignment):
        raise ValidationError(
            f"这项任务要求佐证：{assignment.item.evidence}。还没有附件或佐证活动，不能通过；请补上或退回。",
            code="TK-02",
        )
    on = today(assignment.committee)
    advance(assignment, ASSIGNMENT_FLOW, S.PASSED, by=by, note=reason, remark=reason, passed_on=on)
    tell_branch(assignment, f"任务已通过：{assignment.item.text}", reason)
    return assignment


def can_mark_not_applicable(user: User, assignment: TaskAssignment) -> bool:
    return user.is_committee_staff and S.NOT_APPLICABLE in ASSIGNMENT_FLOW.get(assignment.status, ())


def mark_not_applicable(assignment: TaskAssignment, *, by: User, reason: str) -> TaskAssignment:
    require_reason(reason, "请写明为什么不适用。")
    advance(assignment, ASSIGNMENT_FLOW, S.NOT_APPLICABLE, by=by, note=reason, remark=reason)
    tell_branch(assignment, f"任务不适用：{assignment.item.text}", reason)
    return assignment


def can_reopen_assignment(user: User, assignment: TaskAssignment) -> bool:
    return user.is_committee_staff and assignment.status == S.NOT_APPLICABLE


def reopen_assignment(assignment: TaskAssignment, *, by: User) -> TaskAssignment:
    return advance(assignment, ASSIGNMENT_FLOW, S.OPEN, by=by, note="恢复为适用", remark="")


def can_extend_assignment(user: User, assignment: TaskAssignment) -> bool:
    return user.is_committee_staff and assignment.status in WAITING_FOR_BRANCH


def extend_assignment(assignment: TaskAssignment, *, by: User, due: date, reason: str) -> TaskAssignment:
    """Approve a later day; lateness is counted from it."""
    require_reason(reason, "请写明延期的理由。")
    if due <= assignment.due:
        raise ValidationError(f"延期后的时限要晚于现在的{assignment.due}。")
    assignment.due = due
    update_record(assignment, by=by, note=f"批准延期：{reason}")
    tell_branch(assignment, f"任务延期到{due.month}月{due.day}日：{assignment.item.text}", reason)
    return assignment


def require_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise ValidationError(sentence)


def tell_branch(assignment: TaskAssignment, title: str, body: str) -> None:
    if assignment.branch_id is None:
        return
    notify(
        secretaries_of([assignment.branch_id], today(assignment.committee)),
        key=f"assignment-{assignment.pk}-{assignment.version}",
        title=title,
        body=body,
        url=assignment.get_absolute_url(),
    )
