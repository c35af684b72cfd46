"""What tasks add to the pages of branches and bodies: activities, meetings and passed tasks in the timeline, open tasks to do."""

from collections.abc import Iterator

from core.models import User
from core.periods import today
from core.timeline import LIMIT, Event, Todo
from organizations.models import PartyBranch, SocialOrganization
from tasks.choices import AssignmentStatus
from tasks.models import Activity, JointMeeting, TaskAssignment

SHOWN = 20


def story(activity: Activity) -> Event:
    heads = f"{activity.attended}人参加" if activity.attended is not None else ""
    note = "；".join(part for part in (heads, activity.highlight) if part)
    text = f"{activity.get_kind_display()}“{activity.theme}”"
    starred = activity.usable_for_summary
    return Event(
        activity.held_on, text, activity.get_absolute_url(), note, "可用于总结" if starred else "", key=starred
    )


def branch_activities(branch: PartyBranch, user: User) -> Iterator[Event]:
    rows = Activity.objects.visible_to(user).filter(parties__branch=branch)
    yield from map(story, rows.order_by("-held_on", "-pk")[:LIMIT])


def body_activities(body: SocialOrganization, user: User) -> Iterator[Event]:
    rows = Activity.objects.visible_to(user).filter(parties__organization=body)
    yield from map(story, rows.order_by("-held_on", "-pk")[:LIMIT])


def body_meetings(body: SocialOrganization, user: User) -> Iterator[Event]:
    rows = (
        JointMeeting.objects.visible_to(user).held().filter(attendances__organization=body, attendances__attended=True)
    )
    for meeting in rows.order_by("-held_on")[:SHOWN]:
        yield Event(meeting.held_on, f"参加{meeting}", meeting.get_absolute_url())


def open_assignments(branch: PartyBranch, user: User) -> Iterator[Todo]:
    """What the branch owes, and for the office what waits for its check."""
    statuses = ["open", "accepted", "returned", *(["submitted"] if user.is_office else [])]
    rows = TaskAssignment.objects.visible_to(user).filter(branch=branch, status__in=statuses)
    day = today(user.committee)
    for row in rows.exclude(item__task_list__status="draft").select_related("item").order_by("due", "pk")[:SHOWN]:
        late = row.is_overdue(day)
        kind, word = ("bad", "逾期") if late else (row.status_kind, row.get_status_display())
        checks = row.status == AssignmentStatus.SUBMITTED
        why = row.remark if row.status == AssignmentStatus.RETURNED else ""
        act = "去审核" if checks else "查看" if user.is_office else "去填报"
        yield Todo(kind, word, f"任务：{row.item.text}", row.get_absolute_url(), why, f"{row.due}前", act)
