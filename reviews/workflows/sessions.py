"""A duty review session: opened with a draft report per branch, held when all written reports are in."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.models import User
from core.notices import notify
from core.periods import today
from core.transitions import advance
from organizations.choices import PostingRole
from organizations.models import PartyBranch, Posting
from reviews.choices import SESSION_FLOW, DutyReportStatus, SessionStatus
from reviews.models import BallotBatch, BallotTally, DutyReport, ReviewSession

NAMED = 5  # so many names in a refusal, the rest is counted


def can_open_session(user: User, session: ReviewSession) -> bool:
    return user.is_committee_staff and session.status == SessionStatus.PREPARING


def can_add_reports(user: User, session: ReviewSession) -> bool:
    return user.is_committee_staff and session.status == SessionStatus.COLLECTING


def can_hold_session(user: User, session: ReviewSession) -> bool:
    return user.is_committee_staff and session.status == SessionStatus.COLLECTING


def can_close_session(user: User, session: ReviewSession) -> bool:
    return user.is_committee_staff and session.status == SessionStatus.HELD


def can_enter_ballots(user: User, session: ReviewSession) -> bool:
    return user.is_committee_staff and session.status == SessionStatus.HELD


def open_session(session: ReviewSession, *, by: User) -> ReviewSession:
    """Begin collecting: every active branch gets a draft, its secretary a notice."""
    with transaction.atomic():
        advance(session, SESSION_FLOW, SessionStatus.COLLECTING, by=by)
        add_missing_reports(session, by=by)
    return session


def add_missing_reports(session: ReviewSession, *, by: User) -> int:
    """A draft for each active branch that has none, so that oral + written + excused covers them all (RV-01)."""
    day = today(session.committee)
    branches = (
        PartyBranch.objects.active(day)
        .filter(committee_id=session.committee_id)
        .exclude(duty_reports__session=session)
        .with_secretary(day)
    )
    with transaction.atomic():
        order = session.reports.count()
        made = DutyReport.objects.bulk_create(
            DutyReport(
                session=session,
                branch=branch,
                committee_id=session.committee_id,
                quarter=session.quarter,
                secretary_name=branch.secretary or "",
                order=number,
                created_by=by,
            )
            for number, branch in enumerate(branches, order + 1)
        )
        if made:
            audit.record(AuditEvent.CREATE, session, by=by, note=f"为{len(made)}个党支部建立述职报告")
            _tell_secretaries(session, [report.branch_id for report in made])
    return len(made)


def _tell_secretaries(session: ReviewSession, branch_ids: list[int]) -> None:
    day = today(session.committee)
    postings = Posting.objects.on(day).filter(role=PostingRole.SECRETARY, branch__in=branch_ids)
    users = User.objects.filter(postings__in=postings, is_active=True).distinct()
    until = f"请在{session.report_due.month}月{session.report_due.day}日前提交。" if session.report_due else ""
    notify(
        users,
        key=f"duty-open-{session.pk}",
        title=f"请撰写{session.year}年度述职报告",
        body=f"{session.name}的述职报告已经可以填写。{until}"[:500],
        url=reverse("reviews:dutyreport-list"),
    )


def hold_session(session: ReviewSession, *, by: User) -> ReviewSession:
    """RV-04: all written reports are in before the meeting."""
    missing = (
        session.reports.written()
        .filter(status__in=[DutyReportStatus.DRAFT, DutyReportStatus.RETURNED])
        .select_related("branch")
    )
    names = [str(report.branch) for report in missing]
    if names:
        more = f"等{len(names)}个" if len(names) > NAMED else ""
        raise ValidationError(
            f"还有书面述职报告没有提交：{'、'.join(names[:NAMED])}{more}。请先催交，或改为不参加并写明原因，再登记会议已召开。",
            code="RV-04",
        )
    if not session.reports.due().exists():
        raise ValidationError("这次会议还没有述职报告，不能登记为已召开。", code="RV-01")
    if session.held_on > today(session.committee):
        raise ValidationError(f"召开日期{session.held_on}还没有到，请核对会议的召开日期。", code="held_on")
    return advance(session, SESSION_FLOW, SessionStatus.HELD, by=by)


def close_session(session: ReviewSession, *, by: User) -> ReviewSession:
    return advance(session, SESSION_FLOW, SessionStatus.CLOSED, by=by)


def save_tallies(batch: BallotBatch, numbers: Mapping[int, Mapping[str, int]], *, by: User) -> int:
    """Store the votes of one batch, {report id: votes}; RV-03 holds for each or nothing is stored."""
    stored = {tally.report_id: tally for tally in batch.tallies.all()}
    changed = 0
    with transaction.atomic():
        for report_id, votes in numbers.items():
            total = sum(votes.values())
            if total != batch.valid:
                raise ValidationError(f"计票合计{total}票，应等于有效票{batch.valid}票。", code="RV-03")
            tally = stored.get(report_id)
            if tally is None:
                tally = BallotTally(batch=batch, report_id=report_id, committee_id=batch.committee_id, **votes)
                create_record(tally, by=by)
            elif any(getattr(tally, name) != value for name, value in votes.items()):
                for name, value in votes.items():
                    setattr(tally, name, value)
                update_record(tally, by=by)
            else:
                continue
            changed += 1
    return changed
