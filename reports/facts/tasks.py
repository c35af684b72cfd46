"""Facts about task lists, activities, joint meetings, training, problems and plans."""

from django.db.models import F, Prefetch
from django.db.models.functions import Coalesce

from tasks.choices import ActivityKind, PartyRole, PlanStatus
from tasks.models import (
    Activity,
    ActivityParty,
    ConveyedDocument,
    JointMeeting,
    MeetingAttendance,
    MeetingRequirement,
    PlanItem,
    Problem,
    Resolution,
    TaskAssignment,
    TaskItem,
    TaskList,
    Training,
    TrainingParticipant,
)

from .engine import RATE, ROWS, SUM, Base, Fact, Scope, add, add_base

STUDY_KINDS = (ActivityKind.PARTY_CLASS, ActivityKind.LECTURE, ActivityKind.SHARING)


def _by_quarter(model):
    return lambda s: model.objects.within(s.committee).for_quarters(s.period.first, s.period.last)


def _meetings(s: Scope):
    return JointMeeting.objects.within(s.committee).for_quarters(s.period.first, s.period.last).held()


def _of_meetings(model):
    return lambda s: model.objects.filter(meeting__in=_meetings(s).order_by().values("pk"))


def _trainings(s: Scope):
    return Training.objects.within(s.committee).for_quarters(s.period.first, s.period.last).held()


def _studied(field: str):
    """Branches or bodies that organized a study activity of the period, each once; the set is found once, not per row."""

    def condition(rows, s: Scope):
        activities = _by_quarter(Activity)(s).of_kind(*STUDY_KINDS).order_by().values("pk")
        parts = ActivityParty.objects.organizers().filter(activity__in=activities, **{f"{field}__isnull": False})
        return rows.filter(pk__in=parts.order_by().values(field))

    return condition


def _names(activity: Activity, role: PartyRole) -> list[str]:
    """Short names of the bodies, or of the branches without the word 党支部, in the order of the record."""
    parties = [party for party in activity.parties.all() if party.role == role]
    return [
        party.organization.short_name or party.organization.name
        if party.organization_id
        else str(party.branch).removesuffix("功能型党支部").removesuffix("联合党支部").removesuffix("党支部")
        for party in parties
    ]


def _highlights(s: Scope):
    return (
        Activity.objects.within(s.committee)
        .for_quarters(s.period.first, s.period.last)
        .highlighted()
        .select_related("batch")
        .prefetch_related(Prefetch("parties", ActivityParty.objects.select_related("branch", "organization")))
    )


def _next_plans(s: Scope):
    following = s.next_period
    return PlanItem.objects.within(s.committee).for_quarters(following.first, following.last)


add_base(Base("task_lists", "任务清单", lambda s: _by_quarter(TaskList)(s).issued()))
add_base(Base("task_items", "清单任务", _by_quarter(TaskItem), select=("task_list",)))
add_base(Base("assignments", "任务分派", _by_quarter(TaskAssignment), select=("item", "branch")))
add_base(Base("activities", "活动", _by_quarter(Activity)))
add_base(Base("highlights", "可用于总结的活动", _highlights))
add_base(Base("meetings", "联席会议", _meetings))
add_base(Base("meeting_documents", "传达文件", _of_meetings(ConveyedDocument), select=("meeting",)))
add_base(Base("meeting_requirements", "会议要求", _of_meetings(MeetingRequirement), select=("meeting",)))
add_base(Base("attendances", "参会单位", _of_meetings(MeetingAttendance), select=("organization",)))
add_base(Base("resolutions", "议定事项", _by_quarter(Resolution), select=("meeting",)))
add_base(Base("trainings", "培训", _trainings))
add_base(
    Base(
        "training_participants",
        "培训人员",
        lambda s: TrainingParticipant.objects.filter(training__in=_trainings(s).order_by().values("pk")),
        select=("training",),
    )
)
add_base(Base("problems", "存在问题", lambda s: _by_quarter(Problem)(s).filter(usable_for_summary=True)))
add_base(Base("plans", "本期打算", _by_quarter(PlanItem)))
add_base(Base("next_plans", "下步打算", _next_plans))

add(
    Fact(
        "task_lists",
        "任务清单",
        "份",
        "归属本期、已经下发的任务清单。",
        "task_lists",
        kind=ROWS,
        fields={"title": lambda row: row.title, "issued_by": lambda row: row.issued_by},
        order=("source", "title"),
        quoted_as="title",
    ),
    Fact("task_items", "清单任务", "项", "本期已下发清单里的任务，一项算一项。", "task_items", code="TK-04"),
    Fact(
        "task_items_completed",
        "完成的清单任务",
        "项",
        "所有分派都已通过或不适用、且至少一个通过的清单任务。",
        "task_items",
        condition=lambda q, s: q.completed(),
        code="TK-04",
    ),
    Fact(
        "assignments",
        "应办任务",
        "项次",
        "本期分派到各党支部和综合党委本级的任务，不适用的不计。",
        "assignments",
        condition=lambda q, s: q.applicable(),
    ),
    Fact(
        "assignments_passed",
        "已通过任务",
        "项次",
        "应办任务中审核通过的。",
        "assignments",
        condition=lambda q, s: q.passed(),
    ),
    Fact(
        "assignments_on_time",
        "按期完成任务",
        "项次",
        "审核通过、且提交日期不晚于完成时限的任务。",
        "assignments",
        condition=lambda q, s: q.passed_on_time(),
    ),
    Fact(
        "assignments_overdue",
        "逾期任务",
        "项次",
        "过了完成时限仍未提交或退回未改的任务。",
        "assignments",
        condition=lambda q, s: q.overdue(s.day),
    ),
    Fact(
        "assignment_rate",
        "任务完成率",
        "%",
        "已通过任务除以应办任务，不适用的不计，保留一位小数。",
        kind=RATE,
        parts=("assignments_passed", "assignments"),
    ),
    Fact(
        "on_time_rate",
        "任务按期完成率",
        "%",
        "按期完成任务除以应办任务，不适用的不计，保留一位小数。",
        kind=RATE,
        parts=("assignments_on_time", "assignments"),
    ),
    Fact("activities", "开展活动", "场次", "归属本期的活动纪实，一次算一场。", "activities"),
    Fact(
        "activity_attendance",
        "参加活动",
        "人次",
        "本期各场活动实到人数与其他参加人数之和。",
        "activities",
        kind=SUM,
        expression=Coalesce(F("attended"), 0) + Coalesce(F("guests"), 0),
        known=lambda q, s: q.filter(attended__isnull=False),
    ),
    Fact(
        "theme_days",
        "主题党日",
        "场次",
        "归属本期、类型为主题党日的活动。",
        "activities",
        condition=lambda q, s: q.of_kind(ActivityKind.THEME_DAY),
    ),
    Fact(
        "study_activities",
        "学习研讨活动",
        "场次",
        "归属本期的专题党课、宣讲会和党员分享感悟。",
        "activities",
        condition=lambda q, s: q.of_kind(*STUDY_KINDS),
    ),
    Fact(
        "study_branches",
        "开展学习研讨的党组织",
        "个",
        "组织过专题党课、宣讲会或党员分享感悟的党组织，一个只算一次。",
        "branches",
        condition=_studied("branch"),
    ),
    Fact(
        "study_bodies",
        "开展学习研讨的社会组织",
        "家",
        "直接组织过专题党课、宣讲会或党员分享感悟的社会组织，一家只算一次。",
        "bodies",
        condition=_studied("organization"),
    ),
    Fact(
        "highlights",
        "可用于总结的活动",
        "场次",
        "归属本期、勾选“可用于总结”的活动。",
        "highlights",
        kind=ROWS,
        fields={
            "kind": lambda row: row.kind,
            "kind_name": lambda row: row.get_kind_display(),
            "theme": lambda row: row.theme,
            "highlight": lambda row: row.highlight,
            "is_by_committee": lambda row: row.is_by_committee,
            "batch": lambda row: row.batch.number if row.batch_id else None,
            "organizers": lambda row: _names(row, PartyRole.ORGANIZER),
            "participants": lambda row: _names(row, PartyRole.PARTICIPANT),
        },
        order=("held_on", "pk"),
        quoted_as="theme",
    ),
    Fact(
        "meetings",
        "联席会议",
        "次",
        "归属本期、已经召开的联席会议。",
        "meetings",
        kind=ROWS,
        fields={
            "year": lambda row: row.year,
            "ordinal": lambda row: row.ordinal,
            "name": lambda row: row.name,
            "purpose": lambda row: row.purpose,
        },
        order=("year", "ordinal"),
        quoted_as="name",
    ),
    Fact(
        "meeting_documents",
        "传达文件",
        "份",
        "本期联席会议传达的文件。",
        "meeting_documents",
        kind=ROWS,
        fields={
            "meeting": lambda row: row.meeting_id,
            "title": lambda row: row.title,
            "issuer": lambda row: row.issuer,
            "citation": lambda row: str(row),
        },
        order=("meeting", "order", "pk"),
        quoted_as="citation",
    ),
    Fact(
        "meeting_requirements",
        "会议要求",
        "条",
        "本期联席会议提出的要求。",
        "meeting_requirements",
        kind=ROWS,
        fields={"meeting": lambda row: row.meeting_id, "text": lambda row: row.text},
        order=("meeting", "order", "pk"),
        quoted_as="text",
    ),
    Fact("meeting_invited", "联席会议应到单位", "家", "本期联席会议邀请的单位。", "attendances"),
    Fact(
        "meeting_present",
        "联席会议到会单位",
        "家",
        "本期联席会议邀请的单位中签到的；没有登记签到的不算。",
        "attendances",
        condition=lambda q, s: q.present(),
        known=lambda q, s: q.filter(attended__isnull=False),
    ),
    Fact("resolutions", "议定事项", "项", "本期联席会议议定的事项。", "resolutions"),
    Fact(
        "resolutions_done",
        "已办结的议定事项",
        "项",
        "本期联席会议议定的事项中已办结的。",
        "resolutions",
        condition=lambda q, s: q.done(),
    ),
    Fact("trainings", "举办培训", "期", "归属本期、已经举办的培训。", "trainings"),
    Fact("training_hours", "培训学时", "学时", "本期各期培训学时之和。", "trainings", kind=SUM, expression="hours"),
    Fact(
        "training_attendance",
        "培训人次",
        "人次",
        "本期各期培训到课的人数之和；没有登记到课的不算。",
        "training_participants",
        condition=lambda q, s: q.filter(attended=True),
        known=lambda q, s: q.filter(attended__isnull=False),
    ),
    Fact(
        "problems",
        "存在问题",
        "个",
        "归属本期、勾选“写进总结”的问题。",
        "problems",
        kind=ROWS,
        fields={
            "description": lambda row: row.description,
            "example": lambda row: row.example,
            "cause": lambda row: row.cause,
            "category": lambda row: row.get_category_display(),
        },
        order=("order", "pk"),
        quoted_as="description",
    ),
    Fact("plans", "本期打算", "项", "上一期提出、应在本期落实的打算。", "plans"),
    Fact(
        "plans_done",
        "已落实的打算",
        "项",
        "本期打算中已完成的。",
        "plans",
        condition=lambda q, s: q.filter(status=PlanStatus.DONE),
    ),
    Fact(
        "next_plans",
        "下步打算",
        "项",
        "归属下一期的打算。",
        "next_plans",
        kind=ROWS,
        fields={
            "heading": lambda row: row.heading,
            "description": lambda row: row.description,
        },
        order=("order", "pk"),
        quoted_as="heading",
    ),
)
