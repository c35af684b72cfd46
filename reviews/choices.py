"""Choices of inspections and duty reviews, with their allowed moves and state kinds."""

from django.db import models


class CampaignStatus(models.TextChoices):
    PREPARING = "preparing", "筹备"
    RUNNING = "running", "进行中"
    CLOSED = "closed", "已结束"


CAMPAIGN_FLOW = {
    CampaignStatus.PREPARING: [CampaignStatus.RUNNING],
    CampaignStatus.RUNNING: [CampaignStatus.CLOSED],
    CampaignStatus.CLOSED: [],
}
CAMPAIGN_KINDS = {CampaignStatus.PREPARING: "off", CampaignStatus.RUNNING: "info", CampaignStatus.CLOSED: "ok"}


class InspectionStatus(models.TextChoices):
    PENDING = "pending", "待填报"
    SUBMITTED = "submitted", "已提交"
    CHECKING = "checking", "党建初审中"
    RETURNED = "returned", "已退回"
    CHECKED = "checked", "党建初审完成"
    CONCLUDED = "concluded", "已有结论"
    ABSENT = "absent", "未参检"


INSPECTION_FLOW = {
    InspectionStatus.PENDING: [InspectionStatus.SUBMITTED, InspectionStatus.ABSENT],
    InspectionStatus.SUBMITTED: [InspectionStatus.CHECKING, InspectionStatus.RETURNED, InspectionStatus.CHECKED],
    InspectionStatus.CHECKING: [InspectionStatus.RETURNED, InspectionStatus.CHECKED],
    InspectionStatus.RETURNED: [InspectionStatus.SUBMITTED, InspectionStatus.ABSENT],
    InspectionStatus.CHECKED: [InspectionStatus.CONCLUDED],
    InspectionStatus.CONCLUDED: [],
    InspectionStatus.ABSENT: [InspectionStatus.SUBMITTED],
}
INSPECTION_KINDS = {
    InspectionStatus.PENDING: "warn",
    InspectionStatus.SUBMITTED: "info",
    InspectionStatus.CHECKING: "info",
    InspectionStatus.RETURNED: "warn",
    InspectionStatus.CHECKED: "ok",
    InspectionStatus.CONCLUDED: "ok",
    InspectionStatus.ABSENT: "bad",
}


class Conclusion(models.TextChoices):
    PASSED = "passed", "合格"
    BASIC = "basic", "基本合格"
    FAILED = "failed", "不合格"
    REPORTED = "reported", "已报告"


class Chapter(models.TextChoices):
    PARTY = "party", "党的建设"
    SELF = "self", "自身建设"
    BUSINESS = "business", "业务活动"
    FINANCE = "finance", "财务管理"


class Severity(models.TextChoices):
    MINOR = "minor", "一般"
    SERIOUS = "serious", "较重"
    GRAVE = "grave", "严重"


class FindingStatus(models.TextChoices):
    OPEN = "open", "待整改"
    RECTIFYING = "rectifying", "整改中"
    WAITING = "waiting", "待复查"
    RETURNED = "returned", "退回重改"
    CLOSED = "closed", "已销号"


FINDING_FLOW = {
    FindingStatus.OPEN: [FindingStatus.RECTIFYING, FindingStatus.WAITING],
    FindingStatus.RECTIFYING: [FindingStatus.WAITING],
    FindingStatus.WAITING: [FindingStatus.RETURNED, FindingStatus.CLOSED],
    FindingStatus.RETURNED: [FindingStatus.RECTIFYING, FindingStatus.WAITING],
    FindingStatus.CLOSED: [],
}
FINDING_KINDS = {
    FindingStatus.OPEN: "warn",
    FindingStatus.RECTIFYING: "info",
    FindingStatus.WAITING: "info",
    FindingStatus.RETURNED: "warn",
    FindingStatus.CLOSED: "ok",
}


class SessionStatus(models.TextChoices):
    PREPARING = "preparing", "筹备"
    COLLECTING = "collecting", "收集报告"
    HELD = "held", "已召开"
    CLOSED = "closed", "已归档"


SESSION_FLOW = {
    SessionStatus.PREPARING: [SessionStatus.COLLECTING],
    SessionStatus.COLLECTING: [SessionStatus.HELD],
    SessionStatus.HELD: [SessionStatus.CLOSED],
    SessionStatus.CLOSED: [],
}
SESSION_KINDS = {
    SessionStatus.PREPARING: "off",
    SessionStatus.COLLECTING: "info",
    SessionStatus.HELD: "ok",
    SessionStatus.CLOSED: "off",
}


class DutyMode(models.TextChoices):
    ORAL = "oral", "口头述职"
    WRITTEN = "written", "书面述职"
    EXCUSED = "excused", "不参加"


class DutyReportStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "审核通过"


DUTY_REPORT_FLOW = {
    DutyReportStatus.DRAFT: [DutyReportStatus.SUBMITTED],
    DutyReportStatus.SUBMITTED: [DutyReportStatus.RETURNED, DutyReportStatus.ACCEPTED],
    DutyReportStatus.RETURNED: [DutyReportStatus.SUBMITTED],
    DutyReportStatus.ACCEPTED: [],
}
DUTY_REPORT_KINDS = {
    DutyReportStatus.DRAFT: "warn",
    DutyReportStatus.SUBMITTED: "info",
    DutyReportStatus.RETURNED: "warn",
    DutyReportStatus.ACCEPTED: "ok",
}


class VoterGroup(models.TextChoices):
    LEADERS = "leaders", "综合党委领导"
    SECRETARIES = "secretaries", "党支部书记"
    MEMBERS = "members", "党员代表"
    ALL = "all", "参会人员"


class DutyGrade(models.TextChoices):
    GOOD = "good", "好"
    FAIR = "fair", "较好"
    ORDINARY = "ordinary", "一般"
    POOR = "poor", "差"
