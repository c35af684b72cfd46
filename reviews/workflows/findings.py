"""A finding is put right by the body and closed by another person who has looked again."""

from typing import Any

from django.core.exceptions import ValidationError

from core.models import User
from core.periods import today
from core.transitions import advance
from organizations.models import SocialOrganization, posted_ids
from reviews.choices import FINDING_FLOW, FindingStatus
from reviews.models import Finding


def _may(finding: Finding, to: FindingStatus) -> bool:
    return to in FINDING_FLOW.get(finding.status, ())


def _answers_for(user: User, finding: Finding) -> bool:
    """Staff, or who is posted to the body: its liaison, or the secretary of the branch that covers it."""
    if user.is_committee_staff:
        return True
    return user.is_active and not user.is_office and finding.record.organization_id in _bodies(user)


def _bodies(user: User) -> set[int]:
    branches, bodies = posted_ids(user)
    if not branches:
        return set(bodies)
    return set(SocialOrganization.objects.visible_to(user).values_list("pk", flat=True))


def can_start_finding(user: User, finding: Finding) -> bool:
    return _may(finding, FindingStatus.RECTIFYING) and _answers_for(user, finding)


def can_finish_finding(user: User, finding: Finding) -> bool:
    return _may(finding, FindingStatus.WAITING) and _answers_for(user, finding)


def can_return_finding(user: User, finding: Finding) -> bool:
    return user.is_committee_staff and _may(finding, FindingStatus.RETURNED)


def can_close_finding(user: User, finding: Finding) -> bool:
    """Not who reported it as done: a second person looks (ANCHORS 3.6)."""
    return user.is_committee_staff and _may(finding, FindingStatus.CLOSED) and finding.finished_by_id != user.pk


def start_finding(finding: Finding, *, by: User) -> Finding:
    return advance(finding, FINDING_FLOW, FindingStatus.RECTIFYING, by=by)


def finish_finding(finding: Finding, *, by: User, measure: str = "") -> Finding:
    """The body reports that it is done; what was done must be written down."""
    measure = measure.strip() or finding.measure
    if not measure:
        raise ValidationError({"measure": "请写明采取了什么整改措施，再报告完成。"})
    changes: dict[str, Any] = {"measure": measure[:300], "finished_by": by}
    return advance(finding, FINDING_FLOW, FindingStatus.WAITING, by=by, finished_on=today(finding.committee), **changes)


def return_finding(finding: Finding, *, by: User, reason: str) -> Finding:
    if not reason.strip():
        raise ValidationError("退回重改要写明原因。", code="reason")
    return advance(finding, FINDING_FLOW, FindingStatus.RETURNED, by=by, note=reason, finished_on=None)


def close_finding(finding: Finding, *, by: User, recheck: str = "") -> Finding:
    """销号 needs a recheck text by somebody else than who reported the work as done."""
    recheck = recheck.strip() or finding.recheck
    if not recheck:
        raise ValidationError({"recheck": "销号要写复查结论：谁在什么时候看了什么。"})
    if finding.finished_by_id == by.pk:
        raise ValidationError("报告整改完成的人不能自己销号，请由另一名工作人员复查。", code="second-person")
    return advance(finding, FINDING_FLOW, FindingStatus.CLOSED, by=by, recheck=recheck[:200])
