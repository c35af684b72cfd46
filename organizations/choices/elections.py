"""Choices of 换届 and of the path on which party organizations are set up, changed and cancelled (DOMAIN §5.3, §5.4)."""

from django.db import models


class TermStatus(models.TextChoices):
    """What people have done; whether an election is near or overdue follows from its dates and is never stored."""

    WAITING = "waiting", "待换届"
    REMINDED = "reminded", "已提醒"
    PREPARING = "preparing", "筹备"
    POSTPONED = "postponed", "批准延期"
    ELECTED = "elected", "已选举待批"
    DONE = "done", "完成"
    CLOSED = "closed", "不再换届"


TERM_FLOW = {
    TermStatus.WAITING: [TermStatus.REMINDED, TermStatus.PREPARING, TermStatus.POSTPONED, TermStatus.CLOSED],
    TermStatus.REMINDED: [TermStatus.PREPARING, TermStatus.POSTPONED, TermStatus.CLOSED],
    TermStatus.PREPARING: [TermStatus.ELECTED, TermStatus.POSTPONED, TermStatus.CLOSED],
    TermStatus.POSTPONED: [TermStatus.REMINDED, TermStatus.PREPARING, TermStatus.POSTPONED, TermStatus.CLOSED],
    TermStatus.ELECTED: [TermStatus.DONE, TermStatus.PREPARING, TermStatus.CLOSED],
    TermStatus.DONE: [],
    TermStatus.CLOSED: [],
}
TERM_ENDED = (TermStatus.DONE, TermStatus.CLOSED)
TERM_PATH = (
    TermStatus.WAITING,
    TermStatus.REMINDED,
    TermStatus.PREPARING,
    TermStatus.ELECTED,
    TermStatus.DONE,
)
TERM_KINDS = {
    TermStatus.WAITING: "off",
    TermStatus.REMINDED: "info",
    TermStatus.PREPARING: "info",
    TermStatus.POSTPONED: "warn",
    TermStatus.ELECTED: "warn",
    TermStatus.DONE: "ok",
    TermStatus.CLOSED: "off",
}


class ReminderWay(models.TextChoices):
    LETTER = "letter", "发函"
    PHONE = "phone", "电话"
    FACE = "face", "当面"


class MajorityBase(models.TextChoices):
    DUE = "due", "应到会有选举权人数"
    PRESENT = "present", "实到会有选举权人数"


class ApplicationKind(models.TextChoices):
    SET_UP = "set_up", "成立"
    CHANGE = "change", "变更"
    CANCEL = "cancel", "撤销"


class ApplicationStatus(models.TextChoices):
    """How far the application has come."""

    APPLIED = "applied", "申请"
    RETURNED = "returned", "退回补充"
    STUDYING = "studying", "研究"
    APPROVED = "approved", "已批复"
    ELECTED = "elected", "已选举"
    FILED = "filed", "已报批备案"
    DONE = "done", "办结"
    REFUSED = "refused", "不予批准"


APPLICATION_FLOW = {
    ApplicationStatus.APPLIED: [ApplicationStatus.STUDYING, ApplicationStatus.RETURNED, ApplicationStatus.REFUSED],
    ApplicationStatus.RETURNED: [ApplicationStatus.APPLIED, ApplicationStatus.REFUSED],
    ApplicationStatus.STUDYING: [ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REFUSED],
    ApplicationStatus.APPROVED: [ApplicationStatus.ELECTED, ApplicationStatus.DONE],
    ApplicationStatus.ELECTED: [ApplicationStatus.FILED, ApplicationStatus.APPROVED],
    ApplicationStatus.FILED: [ApplicationStatus.DONE],
    ApplicationStatus.DONE: [],
    ApplicationStatus.REFUSED: [],
}
APPLICATION_ENDED = (ApplicationStatus.DONE, ApplicationStatus.REFUSED)
APPLICATION_OPEN = (ApplicationStatus.APPLIED, ApplicationStatus.RETURNED)  # what was applied for can still be edited
SET_UP_PATH = (
    ApplicationStatus.APPLIED,
    ApplicationStatus.STUDYING,
    ApplicationStatus.APPROVED,
    ApplicationStatus.ELECTED,
    ApplicationStatus.FILED,
    ApplicationStatus.DONE,
)
CHANGE_PATH = (
    ApplicationStatus.APPLIED,
    ApplicationStatus.STUDYING,
    ApplicationStatus.APPROVED,
    ApplicationStatus.DONE,
)
APPLICATION_PATHS = {
    ApplicationKind.SET_UP: SET_UP_PATH,
    ApplicationKind.CHANGE: CHANGE_PATH,
    ApplicationKind.CANCEL: CHANGE_PATH,
}
APPLICATION_KINDS = dict.fromkeys(ApplicationStatus, "info") | {
    ApplicationStatus.RETURNED: "warn",
    ApplicationStatus.DONE: "ok",
    ApplicationStatus.REFUSED: "bad",
}
