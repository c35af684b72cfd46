"""What tasks add to the pages of branches and bodies: activities, meetings and passed tasks in the timeline, open tasks to do."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from core.models import User
from core.periods import today
from core.timeline import LIMIT, NOTHING, TEXT, Event, Todo, part, rows_of
from organizations.models import BranchCoverage, PartyBranch, SocialOrganization
from tasks.choices import ActivityKind, AssignmentStatus
from tasks.models import (
    Activity,
    ActivityParty,
    JointMeeting,
    MeetingAttendance,
    TaskAssignment,
    Training,
    TrainingParticipant,
)

SHOWN = 20


def activities(rows: QuerySet) -> QuerySet:
    """Activities as rows of a timeline, which `told` puts into words."""
    starred = Case(When(usable_for_summary=True, then=Value("starred")), default=Value("activity"))
    heads = Coalesce(Cast("attended", TEXT), NOTHING)
    return part(rows, starred, "kind", "held_on", note="theme", more=Concat(heads, Value("|"), "highlight"))


def branch_activities(branch: PartyBranch, user: User) -> Iterator[Event]:
    took_part = ActivityParty.objects.filter(branch=branch.pk, activity=OuterRef("pk"))
    rows = rows_of(activities(Activity.objects.visible_to(user).filter(Exists(took_part))))
    yield from map(told, rows[:LIMIT])


def covering(body: SocialOrganization, day: str) -> Exists:
    """The row's branch covered the body on the row's own day."""
    on = OuterRef(day)
    rows = BranchCoverage.objects.filter(organization=body.pk, branch=OuterRef("branch"), start__lte=on)
    return Exists(rows.filter(Q(end=None) | Q(end__gt=on)))


def trained(body: SocialOrganization) -> Exists:
    """Somebody of the branch that covered the body then came to the course."""
    day = OuterRef("start")
    held = Q(branch__coverages__end=None) | Q(branch__coverages__end__gt=day)
    rows = TrainingParticipant.objects.filter(
        held, training=OuterRef("pk"), attended=True, branch__coverages__organization=body.pk,
        branch__coverages__start__lte=day,
    )  # fmt: skip
    return Exists(rows)


def body_story(body: SocialOrganization, user: User) -> Iterator[Event]:
    """Activities, meetings, courses and passed tasks of a body and the branch over it: one query."""
    attended = ActivityParty.objects.filter(organization=body.pk, activity=OuterRef("pk"))
    came = MeetingAttendance.objects.filter(organization=body.pk, attended=True, meeting=OuterRef("pk"))
    rows = rows_of(
        activities(Activity.objects.visible_to(user).filter(Exists(attended))),
        part(JointMeeting.objects.visible_to(user).held().filter(Exists(came)), "meeting", "name", "held_on",
             note=Cast("year", TEXT), more=Cast("ordinal", TEXT)),
        part(TaskAssignment.objects.visible_to(user).filter(covering(body, "passed_on"), passed_on__isnull=False),
             "task", "item__text", "passed_on", note="report"),
        part(Training.objects.visible_to(user).held().filter(trained(body)), "training", "name", "start", note="host"),
    )  # fmt: skip
    yield from map(told, rows[:LIMIT])


def told(row: dict[str, Any]) -> Event:
    at, word, note, pk = row["start"], row["word"], row["note"], row["ref"]
    match row["source"]:
        case "meeting":
            text = f"参加{JointMeeting(name=word, year=int(note), ordinal=int(row['more']))}"
            return Event(at, text, reverse("tasks:jointmeeting-detail", args=[pk]), kind="会议")
        case "task":
            return Event(
                at, f"完成任务：{word}", reverse("tasks:assignment-detail", args=[pk]), note[:120], kind="任务"
            )
        case "training":
            return Event(at, f"参加培训“{word}”", reverse("tasks:training-detail", args=[pk]), note, kind="培训")
    heads, _, highlight = row["more"].partition("|")
    starred = row["source"] == "starred"
    note = "；".join(filter(None, [f"{heads}人参加" if heads else "", highlight]))
    return Event(at, f"{ActivityKind(word).label}“{row['note']}”", reverse("tasks:activity-detail", args=[pk]), note,
                 "可用于总结" if starred else "", key=starred, kind="活动")  # fmt: skip


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
