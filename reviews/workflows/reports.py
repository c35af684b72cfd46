"""The life of a duty report: drafted, handed in (each time a frozen version), returned or accepted."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.choices import AuditEvent, OfficeRole
from core.cleaning import clean_text
from core.editing import StaleError, create_record, update_record
from core.models import AuditEntry, User
from core.notices import notify
from core.periods import today
from core.transitions import advance
from organizations.choices import PostingRole
from organizations.models import Posting, is_secretary_of
from reviews.choices import DUTY_REPORT_FLOW, DutyMode, DutyReportStatus, SessionStatus
from reviews.models import DUTY_SECTIONS, DutyReport, DutyReportVersion, LeaderComment

SECTION_NAMES = tuple(name for name, _ in DUTY_SECTIONS)
OPEN_STATUSES = (DutyReportStatus.DRAFT, DutyReportStatus.RETURNED)
DRAFTING = "撰写草稿"
MAX_TEXT = 20_000  # characters of one section; whoever pastes more has pasted the wrong thing


def can_edit_duty_report(user: User, report: DutyReport) -> bool:
    """Its secretary, or staff for the branch (代填), while it is not handed in."""
    if report.status not in OPEN_STATUSES or report.mode == DutyMode.EXCUSED:
        return False
    if report.session.status == SessionStatus.CLOSED:
        return False
    return user.is_committee_staff or is_secretary_of(user, report.branch_id)


def can_submit_duty_report(user: User, report: DutyReport) -> bool:
    return can_edit_duty_report(user, report) and report.session.status != SessionStatus.PREPARING


def can_review_duty_report(user: User, report: DutyReport) -> bool:
    return user.is_committee_staff and report.status == DutyReportStatus.SUBMITTED


def can_change_mode(user: User, report: DutyReport) -> bool:
    return user.is_committee_staff and report.session.status != SessionStatus.CLOSED


def can_comment(user: User, report: DutyReport) -> bool:
    """一述一评: leaders, or staff who type what a leader said in the hall."""
    return user.is_office and report.status == DutyReportStatus.ACCEPTED


def save_draft(report: DutyReport, texts: Mapping[str, str], *, by: User, expected: int | None = None) -> DutyReport:
    """Keep what has been typed so far. Saving two hundred times while writing leaves one line in the log."""
    expected = report.version if expected is None else expected
    cleaned = {name: clean_text(texts[name]) for name in SECTION_NAMES if name in texts}
    too_long = {name: f"这一部分超过{MAX_TEXT}字，请缩短。" for name, text in cleaned.items() if len(text) > MAX_TEXT}
    if too_long:
        raise ValidationError(too_long)
    changed = {name: text for name, text in cleaned.items() if text != getattr(report, name)}
    values: dict[str, Any] = {**changed}
    if by.is_committee_staff and changed:
        values["entered_by"] = by
    with transaction.atomic():
        rows = DutyReport.objects.filter(pk=report.pk, version=expected, status__in=OPEN_STATUSES)
        if not rows.update(version=F("version") + 1, updated_at=timezone.now(), **values):
            raise StaleError(report)
        for name, value in values.items():
            setattr(report, name, value)
        report.version = expected + 1
        if changed:
            _log_drafting(report, by)
    return report


def _log_drafting(report: DutyReport, by: User) -> None:
    last = AuditEntry.objects.filter(object_type="reviews.dutyreport", object_id=report.pk).order_by("-pk").first()
    if last is None or last.note != DRAFTING or last.user_id != by.pk:
        audit.record(AuditEvent.CHANGE, report, by=by, note=DRAFTING)


def submission_errors(report: DutyReport) -> dict[str, str]:
    """What still has to be done before the report can be handed in: {section or "": sentence}."""
    errors = {}
    if not report.problems.strip():
        errors["problems"] = "“四、存在问题”还没有写，请至少写一条（RV-05）。"
    if not report.measures.strip():
        errors["measures"] = "“六、改进措施”还没有写，请对应每个问题写措施（RV-05）。"
    least, most, length = report.session.min_length, report.session.max_length, report.length
    if length < least:
        errors[""] = f"全文{length}字，要求不少于{least}字，还差{least - length}字。"
    elif most and length > most:
        errors[""] = f"全文{length}字，要求不超过{most}字，请删去{length - most}字。"
    return errors


def submit_duty_report(report: DutyReport, *, by: User) -> DutyReport:
    """Hand in: the text is frozen as the next version, staff get a notice."""
    if errors := submission_errors(report):
        raise ValidationError(
            [ValidationError(sentence, code="RV-05" if name else "length") for name, sentence in errors.items()]
        )
    with transaction.atomic():
        advance(
            report, DUTY_REPORT_FLOW, DutyReportStatus.SUBMITTED, by=by,
            submitted_on=today(report.committee), reported_by=by,
        )  # fmt: skip
        number = report.versions.count() + 1
        content = {name: getattr(report, name) for name in SECTION_NAMES}
        DutyReportVersion.objects.create(report=report, number=number, content=content, by=by)
        notify(
            User.objects.filter(committee_id=report.committee_id, role=OfficeRole.STAFF, is_active=True).exclude(
                pk=by.pk
            ),
            key=f"duty-submitted-{report.pk}-{number}",
            title=f"{report.branch}提交了述职报告",
            body=f"{report.secretary_name}的{report.session.year}年度述职报告（第{number}次提交）等待审核。",
            url=reverse("reviews:dutyreport-review", args=[report.pk]),
        )
    return report


def return_duty_report(report: DutyReport, *, by: User, reason: str) -> DutyReport:
    """Send the report back to the secretary, who sees the reason on the edit page."""
    reason = clean_text(reason)
    if not reason:
        raise ValidationError("退回要写明意见，书记才知道改哪里。", code="reason")
    with transaction.atomic():
        advance(report, DUTY_REPORT_FLOW, DutyReportStatus.RETURNED, by=by, note=reason, remark=reason[:500])
        _tell_writers(report, "returned", f"{report.session.year}年度述职报告被退回，请修改", reason, "edit")
    return report


def accept_duty_report(report: DutyReport, *, by: User, remark: str = "") -> DutyReport:
    remark = clean_text(remark)
    with transaction.atomic():
        advance(
            report, DUTY_REPORT_FLOW, DutyReportStatus.ACCEPTED, by=by, note=remark,
            accepted_on=today(report.committee), remark=remark[:500],
        )  # fmt: skip
        _tell_writers(report, "accepted", f"{report.session.year}年度述职报告审核通过", remark, "detail")
    return report


def _tell_writers(report: DutyReport, what: str, title: str, body: str, page: str) -> None:
    postings = Posting.objects.on(today(report.committee)).filter(
        role=PostingRole.SECRETARY, branch_id=report.branch_id
    )
    notify(
        User.objects.filter(postings__in=postings, is_active=True).distinct(),
        key=f"duty-{what}-{report.pk}-{report.version}",
        title=title,
        body=body,
        url=reverse(f"reviews:dutyreport-{page}", args=[report.pk]),
    )


def change_mode(report: DutyReport, *, by: User, mode: str, excused_reason: str = "") -> DutyReport:
    """Oral, written or excused; every figure that counts reports follows by itself."""
    if mode not in DutyMode.values:
        raise ValidationError("请选择述职方式：口头述职、书面述职或不参加。", code="mode")
    reason = clean_text(excused_reason) if mode == DutyMode.EXCUSED else ""
    if mode == DutyMode.EXCUSED and not reason:
        raise ValidationError("改为“不参加”要写明原因，例如新成立不满六个月。", code="RV-01")
    report.mode, report.excused_reason = mode, reason[:200]
    return update_record(report, by=by, note="改变述职方式")


def comment_on_report(
    report: DutyReport, *, by: User, leader_name: str, praise: str = "", problem: str = "", demand: str = ""
) -> LeaderComment:
    if not any((praise, problem, demand)):
        raise ValidationError("肯定、问题、要求至少写一项。", code="empty")
    comment = LeaderComment(
        report=report,
        committee_id=report.committee_id,
        leader_name=leader_name or by.name,
        praise=praise,
        problem=problem,
        demand=demand,
    )
    return create_record(comment, by=by)
