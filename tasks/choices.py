"""Choices of tasks, activities, meetings, training, problems and plans, with their allowed moves and state kinds."""

from django.db import models


class TaskCategory(models.TextChoices):
    IDEOLOGY = "ideology", "思想政治建设"
    ORGANIZATION = "organization", "组织建设与两个覆盖"
    MEMBERS = "members", "党员队伍"
    SUPERVISION = "supervision", "监管与年检"
    REVIEW = "review", "述职与考核"
    MEETING = "meeting", "联席会议与服务大局"
    PUBLICITY = "publicity", "意识形态"
    TRAINING = "training", "培训与保障"
    OTHER = "other", "其他"


class ListSource(models.TextChoices):
    SUPERIOR = "superior", "上级下发"
    OWN = "own", "自定"


class TaskListStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已下发"
    SUMMED_UP = "summed_up", "已汇总"
    ARCHIVED = "archived", "归档"


TASK_LIST_FLOW = {
    TaskListStatus.DRAFT: [TaskListStatus.ISSUED],
    TaskListStatus.ISSUED: [TaskListStatus.SUMMED_UP],
    TaskListStatus.SUMMED_UP: [TaskListStatus.ARCHIVED],
    TaskListStatus.ARCHIVED: [],
}
TASK_LIST_KINDS = {
    TaskListStatus.DRAFT: "warn",
    TaskListStatus.ISSUED: "info",
    TaskListStatus.SUMMED_UP: "ok",
    TaskListStatus.ARCHIVED: "off",
}


class TaskScope(models.TextChoices):
    ALL_BRANCHES = "all_branches", "全部党支部"
    CHOSEN = "chosen", "选定党支部"
    COMMITTEE = "committee", "综合党委本级"


class AssignmentStatus(models.TextChoices):
    OPEN = "open", "未签收"
    ACCEPTED = "accepted", "进行中"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    PASSED = "passed", "已通过"
    NOT_APPLICABLE = "not_applicable", "不适用"


ASSIGNMENT_FLOW = {
    AssignmentStatus.OPEN: [AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED, AssignmentStatus.NOT_APPLICABLE],
    AssignmentStatus.ACCEPTED: [AssignmentStatus.SUBMITTED, AssignmentStatus.NOT_APPLICABLE],
    AssignmentStatus.SUBMITTED: [AssignmentStatus.RETURNED, AssignmentStatus.PASSED, AssignmentStatus.NOT_APPLICABLE],
    AssignmentStatus.RETURNED: [AssignmentStatus.SUBMITTED, AssignmentStatus.NOT_APPLICABLE],
    AssignmentStatus.PASSED: [AssignmentStatus.RETURNED],
    AssignmentStatus.NOT_APPLICABLE: [AssignmentStatus.OPEN],
}
ASSIGNMENT_KINDS = {
    AssignmentStatus.OPEN: "off",
    AssignmentStatus.ACCEPTED: "info",
    AssignmentStatus.SUBMITTED: "info",
    AssignmentStatus.RETURNED: "warn",
    AssignmentStatus.PASSED: "ok",
    AssignmentStatus.NOT_APPLICABLE: "off",
}
WAITING_FOR_BRANCH = (AssignmentStatus.OPEN, AssignmentStatus.ACCEPTED, AssignmentStatus.RETURNED)


class ActivityKind(models.TextChoices):
    THEME_DAY = "theme_day", "主题党日"
    PARTY_CLASS = "party_class", "专题党课"
    LECTURE = "lecture", "宣讲会"
    SHARING = "sharing", "党员分享感悟"
    MEMBERS_MEETING = "members_meeting", "党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    ORGANIZATION_LIFE = "organization_life", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    VISIT = "visit", "参观学习"
    VOLUNTEER = "volunteer", "志愿服务"
    OTHER = "other", "其他"


class PartyRole(models.TextChoices):
    ORGANIZER = "organizer", "组织"
    PARTICIPANT = "participant", "参加"


class MeetingStatus(models.TextChoices):
    PREPARING = "preparing", "筹备"
    ANNOUNCED = "announced", "已通知"
    HELD = "held", "已召开"
    MINUTED = "minuted", "纪要已印发"
    CLOSED = "closed", "事项办结"


MEETING_FLOW = {
    MeetingStatus.PREPARING: [MeetingStatus.ANNOUNCED, MeetingStatus.HELD],
    MeetingStatus.ANNOUNCED: [MeetingStatus.HELD],
    MeetingStatus.HELD: [MeetingStatus.MINUTED],
    MeetingStatus.MINUTED: [MeetingStatus.CLOSED],
    MeetingStatus.CLOSED: [],
}
MEETING_KINDS = {
    MeetingStatus.PREPARING: "off",
    MeetingStatus.ANNOUNCED: "info",
    MeetingStatus.HELD: "warn",
    MeetingStatus.MINUTED: "ok",
    MeetingStatus.CLOSED: "ok",
}
HELD_STATUSES = (MeetingStatus.HELD, MeetingStatus.MINUTED, MeetingStatus.CLOSED)


class AttendeeRole(models.TextChoices):
    PRESIDENT = "president", "会长"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    DELEGATE = "delegate", "代表"


class ResolutionStatus(models.TextChoices):
    OPEN = "open", "办理中"
    DONE = "done", "已办结"


RESOLUTION_FLOW = {ResolutionStatus.OPEN: [ResolutionStatus.DONE], ResolutionStatus.DONE: [ResolutionStatus.OPEN]}
RESOLUTION_KINDS = {ResolutionStatus.OPEN: "info", ResolutionStatus.DONE: "ok"}


class TrainingAudience(models.TextChoices):
    SECRETARIES = "secretaries", "党支部书记"
    WORKERS = "workers", "党务工作者"
    CANDIDATES = "candidates", "发展对象"
    ACTIVISTS = "activists", "入党积极分子"
    MEMBERS = "members", "党员"


class TrainingStatus(models.TextChoices):
    PLANNED = "planned", "计划"
    HELD = "held", "已举办"
    CANCELLED = "cancelled", "已取消"


TRAINING_FLOW = {
    TrainingStatus.PLANNED: [TrainingStatus.HELD, TrainingStatus.CANCELLED],
    TrainingStatus.HELD: [],
    TrainingStatus.CANCELLED: [],
}
TRAINING_KINDS = {TrainingStatus.PLANNED: "info", TrainingStatus.HELD: "ok", TrainingStatus.CANCELLED: "off"}


class ProblemCategory(models.TextChoices):
    EXTERNAL = "external", "外部依赖"
    SECRETARIES = "secretaries", "书记能力"
    PROCEDURE = "procedure", "程序规范"
    COVERAGE = "coverage", "两个覆盖"
    DATA = "data", "数据台账"
    OTHER = "other", "其他"


class ProblemStatus(models.TextChoices):
    OPEN = "open", "未解决"
    SOLVING = "solving", "正在解决"
    SOLVED = "solved", "已解决"


PROBLEM_FLOW = {
    ProblemStatus.OPEN: [ProblemStatus.SOLVING, ProblemStatus.SOLVED],
    ProblemStatus.SOLVING: [ProblemStatus.SOLVED, ProblemStatus.OPEN],
    ProblemStatus.SOLVED: [ProblemStatus.OPEN],
}
PROBLEM_KINDS = {ProblemStatus.OPEN: "bad", ProblemStatus.SOLVING: "info", ProblemStatus.SOLVED: "ok"}


class PlanStatus(models.TextChoices):
    PLANNED = "planned", "计划"
    UNDERWAY = "underway", "正在推进"
    DONE = "done", "已完成"
    DROPPED = "dropped", "不再安排"


PLAN_FLOW = {
    PlanStatus.PLANNED: [PlanStatus.UNDERWAY, PlanStatus.DONE, PlanStatus.DROPPED],
    PlanStatus.UNDERWAY: [PlanStatus.DONE, PlanStatus.DROPPED],
    PlanStatus.DONE: [],
    PlanStatus.DROPPED: [],
}
PLAN_KINDS = {PlanStatus.PLANNED: "off", PlanStatus.UNDERWAY: "info", PlanStatus.DONE: "ok", PlanStatus.DROPPED: "off"}
