"""Choices of 流动党员 and of members with whom the party organization lost contact."""

from django.db import models


class FloatingDirection(models.TextChoices):
    OUT = "out", "流出"
    IN = "in", "流入"


class FloatingStatus(models.TextChoices):
    REGISTERED = "registered", "登记"
    IN_CONTACT = "in_contact", "联系中"
    LOST = "lost", "失联"
    RETURNED = "returned", "已返回"
    MOVED = "moved", "已转关系"
    ENDED = "ended", "终止"


FLOATING_OPEN = (FloatingStatus.REGISTERED, FloatingStatus.IN_CONTACT, FloatingStatus.LOST)

FLOATING_FLOW = {
    FloatingStatus.REGISTERED: [
        FloatingStatus.IN_CONTACT,
        FloatingStatus.LOST,
        FloatingStatus.RETURNED,
        FloatingStatus.MOVED,
        FloatingStatus.ENDED,
    ],
    FloatingStatus.IN_CONTACT: [
        FloatingStatus.LOST,
        FloatingStatus.RETURNED,
        FloatingStatus.MOVED,
        FloatingStatus.ENDED,
    ],
    FloatingStatus.LOST: [
        FloatingStatus.IN_CONTACT,
        FloatingStatus.RETURNED,
        FloatingStatus.MOVED,
        FloatingStatus.ENDED,
    ],
    FloatingStatus.RETURNED: [],
    FloatingStatus.MOVED: [],
    FloatingStatus.ENDED: [],
}

FLOATING_KINDS = {
    FloatingStatus.REGISTERED: "info",
    FloatingStatus.IN_CONTACT: "ok",
    FloatingStatus.LOST: "bad",
    FloatingStatus.RETURNED: "off",
    FloatingStatus.MOVED: "off",
    FloatingStatus.ENDED: "off",
}


class ContactWay(models.TextChoices):
    PHONE = "phone", "电话"
    MESSAGE = "message", "微信等网络方式"
    VISIT = "visit", "走访"
    ACTIVITY = "activity", "参加组织生活"
    HOST = "host", "经流入地（流出地）党组织"


class LostCircumstance(models.TextChoices):
    MIGRANT_WORK = "1", "外出务工经商"
    UNIT_CLOSED = "2", "单位改制或破产"
    GRADUATED = "3", "毕业去向不明"
    CHANGED_JOB = "4", "工作单位改变"
    ABROAD = "5", "出国（境）"
    MOVED = "6", "居住地改变"
    OTHER = "7", "其他"
