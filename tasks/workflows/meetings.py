"""Joint meetings and what they decided."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.notices import notify
from core.periods import today
from core.transitions import advance
from organizations.choices import PostingRole
from organizations.models import Posting, SocialOrganization
from tasks.choices import MEETING_FLOW, RESOLUTION_FLOW, MeetingStatus, ResolutionStatus
from tasks.models import JointMeeting, MeetingAttendance, Resolution

M = MeetingStatus


def can_edit_meeting(user: User, meeting: JointMeeting) -> bool:
    return user.is_committee_staff and meeting.status != M.CLOSED


def invite_bodies(meeting: JointMeeting, *, by: User) -> int:
    """Put every trade association and chamber on the register into the list of those invited; returns how many are new."""
    on = meeting.held_on
    bodies = SocialOrganization.objects.filter(committee_id=meeting.committee_id).trade_associations().registered(on)
    fresh = bodies.exclude(pk__in=meeting.attendances.values("organization_id")).order_by("sort_key", "pk")
    rows = [MeetingAttendance(meeting=meeting, organization_id=pk) for pk in fresh.values_list("pk", flat=True)]
    if rows:
        with transaction.atomic():
            MeetingAttendance.objects.bulk_create(rows, ignore_conflicts=True)
            audit.record(AuditEvent.CHANGE, meeting, by=by, note=f"列入参会名单{len(rows)}家")
    return len(rows)


def can_announce_meeting(user: User, meeting: JointMeeting) -> bool:
    return user.is_committee_staff and meeting.status == M.PREPARING


def announce_meeting(meeting: JointMeeting, *, by: User) -> JointMeeting:
    """Tell the liaisons of the invited bodies."""
    bodies = list(meeting.attendances.values_list("organization_id", flat=True))
    if not bodies:
        raise ValidationError("参会名单还是空的。请先列入参会单位，再发通知。")
    advance(meeting, MEETING_FLOW, M.ANNOUNCED, by=by)
    on = today(meeting.committee)
    postings = Posting.objects.on(on).filter(role=PostingRole.LIAISON, organization__in=bodies)
    notify(
        User.objects.filter(pk__in=postings.values("user_id"), is_active=True),
        key=f"meeting-{meeting.pk}-announced",
        title=f"会议通知：{meeting}",
        body=f"{meeting.held_on.month}月{meeting.held_on.day}日在{meeting.place or '（地点另行通知）'}召开，请会长或秘书长参加。",
        url=meeting.get_absolute_url(),
    )
    return meeting


def can_hold_meeting(user: User, meeting: JointMeeting) -> bool:
    return user.is_committee_staff and meeting.status in (M.PREPARING, M.ANNOUNCED)


def hold_meeting(meeting: JointMeeting, *, by: User) -> JointMeeting:
    if meeting.held_on > today(meeting.committee):
        raise ValidationError(f"会议日期是{meeting.held_on}，还没有到。日期变了的，请先修改日期。")
    return advance(meeting, MEETING_FLOW, M.HELD, by=by)


def can_minute_meeting(user: User, meeting: JointMeeting) -> bool:
    return user.is_committee_staff and meeting.status == M.HELD


def minute_meeting(meeting: JointMeeting, *, by: User, reason: str = "") -> JointMeeting:
    """The minutes are out; each resolution must have an owner and a day. `reason` carries the document number."""
    number = reason.strip() or meeting.minutes_no
    for resolution in meeting.resolutions.all():
        if not (resolution.owner or resolution.branch_id):
            raise ValidationError(f"议定事项“{resolution.text}”还没有责任单位。请补上再印发纪要。")
        if resolution.due is None:
            raise ValidationError(f"议定事项“{resolution.text}”还没有完成时限。请补上再印发纪要。")
    return advance(meeting, MEETING_FLOW, M.MINUTED, by=by, minutes_no=number[:60])


def can_close_meeting(user: User, meeting: JointMeeting) -> bool:
    return user.is_committee_staff and meeting.status == M.MINUTED


def close_meeting(meeting: JointMeeting, *, by: User) -> JointMeeting:
    waiting = meeting.resolutions.exclude(status=ResolutionStatus.DONE).count()
    if waiting:
        raise ValidationError(f"还有{waiting}项议定事项没有办结。全部办结后再点“事项办结”。")
    return advance(meeting, MEETING_FLOW, M.CLOSED, by=by)


def can_finish_resolution(user: User, resolution: Resolution) -> bool:
    return user.is_committee_staff and resolution.status == ResolutionStatus.OPEN


def finish_resolution(resolution: Resolution, *, by: User, reason: str) -> Resolution:
    if not reason.strip():
        raise ValidationError("请写明办理结果。")
    on = today(resolution.committee)
    return advance(resolution, RESOLUTION_FLOW, ResolutionStatus.DONE, by=by, result=reason.strip()[:300], done_on=on)


def can_reopen_resolution(user: User, resolution: Resolution) -> bool:
    return user.is_committee_staff and resolution.status == ResolutionStatus.DONE


def reopen_resolution(resolution: Resolution, *, by: User) -> Resolution:
    return advance(resolution, RESOLUTION_FLOW, ResolutionStatus.OPEN, by=by, done_on=None)


def tick_attendance(meeting: JointMeeting, rows: Mapping[int, dict], *, by: User) -> int:
    """Store who came: {attendance id: {attended, role, person_name}}; one audit entry for the sheet."""
    changed, names = [], ("attended", "role", "person_name")
    for row in meeting.attendances.select_related("organization"):
        new = rows.get(row.pk)
        if new is None or all(getattr(row, n) == new[n] for n in names):
            continue
        for name in names:
            setattr(row, name, new[name])
        changed.append(row)
    if changed:
        with transaction.atomic():
            MeetingAttendance.objects.bulk_update(changed, names)
            came = meeting.attendances.present().count()
            who = "、".join(str(r.organization) for r in changed[:20])
            audit.record(AuditEvent.CHANGE, meeting, by=by, note=f"登记到会{len(changed)}家（{who}），共到会{came}家")
    return len(changed)
