"""Activities: who may enter them, and who organized and took part."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import update_record
from core.models import User
from organizations.models import PartyBranch, SocialOrganization, posted_ids
from tasks.choices import PartyRole
from tasks.models import Activity, ActivityParty

Unit = PartyBranch | SocialOrganization


def may_record_activity(user: User) -> bool:
    """Staff, and everybody who is posted to a branch."""
    if user.is_committee_staff:
        return True
    return user.is_active and not user.is_office and not user.is_administrator and bool(posted_ids(user)[0])


def may_edit_activity(user: User, activity: Activity) -> bool:
    """Staff all; a secretary those that the own branch organized."""
    if user.is_committee_staff:
        return True
    if not may_record_activity(user):
        return False
    return activity.parties.filter(role=PartyRole.ORGANIZER, branch__in=posted_ids(user)[0]).exists()


def set_activity_parties(
    activity: Activity, organizers: Iterable[Unit], participants: Iterable[Unit], *, by: User
) -> bool:
    """Replace who organized and who took part; one who organized is not listed again. True when it changed."""
    wanted: dict[tuple[str, int], tuple[str, Unit]] = {}
    for role, units in ((PartyRole.ORGANIZER, organizers), (PartyRole.PARTICIPANT, participants)):
        for unit in units:
            wanted.setdefault((type(unit).__name__, unit.pk), (role, unit))
    stored = list(activity.parties.select_related("branch", "organization"))
    before = [(p.role, str(p)) for p in stored]
    after = [(str(role), str(unit)) for role, unit in wanted.values()]
    if before == after:
        return False
    rows = [
        ActivityParty(
            activity=activity,
            role=role,
            order=order,
            branch=unit if isinstance(unit, PartyBranch) else None,
            organization=unit if isinstance(unit, SocialOrganization) else None,
        )
        for order, (role, unit) in enumerate(wanted.values(), 1)
    ]
    with transaction.atomic():
        activity.parties.all().delete()
        ActivityParty.objects.bulk_create(rows)
        changes = {"活动单位": ["、".join(n for _, n in before), "、".join(n for _, n in after)]}
        audit.record(AuditEvent.CHANGE, activity, by=by, changes=changes)
    return True


def star_activity(activity: Activity, *, by: User, reason: str = "") -> Activity:
    """Turn 可用于总结 on or off; turning it on needs one line of highlight."""
    if not activity.usable_for_summary:
        activity.highlight = reason.strip()[:200] or activity.highlight
        if not activity.highlight:
            raise ValidationError("请写一句亮点，总结里“例如”会用到。")
    activity.usable_for_summary = not activity.usable_for_summary
    return update_record(activity, by=by)
