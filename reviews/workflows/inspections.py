"""One body in one campaign: handed in, checked by the party office, concluded by the registration authority."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core.editing import create_record
from core.models import Committee, User
from core.periods import today
from core.transitions import advance
from organizations.choices import SyncEvent
from organizations.models import SocialOrganization, posted_ids
from organizations.workflows.bodies import ended_problem
from organizations.workflows.sync import emit, settle
from organizations.workflows.sync_evidence import Event, rows_of
from organizations.workflows.sync_sources import Bodies, Events, events
from reviews.choices import INSPECTION_FLOW, CampaignStatus, Chapter, Conclusion, InspectionStatus, Severity
from reviews.models import Finding, InspectionCampaign, InspectionRecord

CLAUSE_FINDING = "章程中没有党的建设条款。"
CLAUSE_ADVICE = "在最近一次会员（代表）大会或理事会上修订章程，写入党的建设条款，报登记管理机关核准。"


def over_before(body: SocialOrganization, campaign: InspectionCampaign) -> str:
    """ORG-03: a body that was over when the inspection began is not inspected; why, or nothing."""
    return ended_problem(body) if body.ended_on and body.ended_on <= campaign.started_on else ""


def _may(record: InspectionRecord, to: InspectionStatus) -> bool:
    running = record.campaign.status != CampaignStatus.PREPARING
    return running and to in INSPECTION_FLOW.get(record.status, ())


def can_keep_files(user: User, row: InspectionRecord | Finding) -> bool:
    return user.is_committee_staff


def can_submit_record(user: User, record: InspectionRecord) -> bool:
    """Staff, or the liaison of the body."""
    posted = user.is_active and not user.is_office and record.organization_id in posted_ids(user)[1]
    return (user.is_committee_staff or posted) and _may(record, InspectionStatus.SUBMITTED)


def can_start_check(user: User, record: InspectionRecord) -> bool:
    return user.is_committee_staff and _may(record, InspectionStatus.CHECKING)


def can_return_record(user: User, record: InspectionRecord) -> bool:
    return user.is_committee_staff and _may(record, InspectionStatus.RETURNED)


def can_finish_check(user: User, record: InspectionRecord) -> bool:
    return user.is_committee_staff and _may(record, InspectionStatus.CHECKED)


def can_conclude_record(user: User, record: InspectionRecord) -> bool:
    return user.is_committee_staff and _may(record, InspectionStatus.CONCLUDED)


def can_mark_absent(user: User, record: InspectionRecord) -> bool:
    return user.is_committee_staff and _may(record, InspectionStatus.ABSENT)


def submit_record(record: InspectionRecord, *, by: User) -> InspectionRecord:
    day = record.submitted_on or today(record.committee)
    return advance(record, INSPECTION_FLOW, InspectionStatus.SUBMITTED, by=by, submitted_on=day)


def start_check(record: InspectionRecord, *, by: User) -> InspectionRecord:
    return advance(record, INSPECTION_FLOW, InspectionStatus.CHECKING, by=by)


def return_record(record: InspectionRecord, *, by: User, reason: str) -> InspectionRecord:
    if not reason.strip():
        raise ValidationError("退回要写明原因，社会组织才知道改哪里。", code="reason")
    return advance(record, INSPECTION_FLOW, InspectionStatus.RETURNED, by=by, note=reason)


def finish_check(record: InspectionRecord, *, by: User) -> InspectionRecord:
    """The party office has looked at it; a charter without the clause becomes a finding by itself (AN-02)."""
    if not record.opinion:
        raise ValidationError("请先在“编辑”里填写党建初审意见，再完成初审。", code="opinion")
    with transaction.atomic():
        advance(record, INSPECTION_FLOW, InspectionStatus.CHECKED, by=by)
        if record.has_party_clause is False and not record.findings.about_charter().exists():
            _add_clause_finding(record, by)
    return record


def _add_clause_finding(record: InspectionRecord, by: User) -> Finding:
    day = today(record.committee)
    finding = Finding(
        record=record,
        committee=record.committee,
        quarter=record.quarter,
        chapter=Chapter.PARTY,
        description=CLAUSE_FINDING,
        is_charter_clause=True,
        severity=Severity.SERIOUS,
        advice=CLAUSE_ADVICE,
        advised_on=day,
    )
    return create_record(finding, by=by, note="章程没有党建条款，自动生成（AN-02）")


def conclude_record(
    record: InspectionRecord, *, by: User, conclusion: str, concluded_on: date | None = None
) -> InspectionRecord:
    """Record the official conclusion; the office does not decide it."""
    if conclusion not in Conclusion.values:
        raise ValidationError("请选择年检结论：合格、基本合格、不合格或已报告。", code="conclusion")
    day = concluded_on or record.concluded_on or today(record.committee)
    with transaction.atomic():
        advance(record, INSPECTION_FLOW, InspectionStatus.CONCLUDED, by=by, conclusion=conclusion, concluded_on=day)
        emit(
            SyncEvent.INSPECTED, record.organization, on=day, by=by, note=f"{record.campaign.checked_year}年度检查结论"
        )
        settle(record.organization, by=by)
    return record


def concluded(committee: Committee, since: date, bodies: Bodies) -> Events:
    """Source of 六个同步: conclusions of annual inspections."""
    rows = InspectionRecord.objects.filter(
        committee=committee, status=InspectionStatus.CONCLUDED, organization__ended_on=None
    )
    return events(rows, "organization_id", "concluded_on", since, bodies)


def party_checked(events: Collection[Event]) -> dict[Event, date]:
    """Evidence of 六个同步: the party office had looked at the record before it was concluded."""
    found = rows_of(events, InspectionRecord.objects.exclude(opinion="").exclude(concluded_on=None), "concluded_on")
    return {(body, on): on for body, on in events if [on] in found[body]}


def mark_absent(record: InspectionRecord, *, by: User) -> InspectionRecord:
    """AN-01: the deadline has passed and nothing was handed in."""
    due = record.campaign.submit_due
    if due and due >= today(record.committee):
        raise ValidationError(f"填报截止日期是{due}，过了这一天才能标为未参检。", code="AN-01")
    return advance(record, INSPECTION_FLOW, InspectionStatus.ABSENT, by=by)
