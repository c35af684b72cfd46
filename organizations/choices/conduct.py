"""Choices of 限期改正 and of members who do not fulfil their duties."""

from django.db import models


class CorrectionCircumstance(models.TextChoices):
    BELIEF = "belief", "理想信念缺失"
    STAND = "stand", "政治立场动摇"
    PURPOSE = "purpose", "宗旨观念淡薄"
    SLACK = "slack", "工作消极懈怠"
    DISCIPLINE = "discipline", "组织纪律散漫"
    MORALS = "morals", "道德行为不端"
    OTHER = "other", "其他"


class CorrectionOutcome(models.TextChoices):
    CORRECTED = "corrected", "已改正"
    PERSUADED = "persuaded", "劝退"
    REMOVED = "removed", "除名"
    ENDED = "ended", "终止"
    VOID = "void", "录入错误作废"


class LapseGround(models.TextChoices):
    """MB-10; the third ground of the rule, unpaid fees, follows from the roster."""

    LIFE = "life", "不参加党的组织生活"
    WORK = "work", "不做党所分配的工作"


class LapseOutcome(models.TextChoices):
    RESUMED = "resumed", "已恢复"
    REMOVED = "removed", "除名"
    ENDED = "ended", "终止"
    VOID = "void", "录入错误作废"


PARTING_OUTCOMES = (CorrectionOutcome.PERSUADED, CorrectionOutcome.REMOVED)  # after these the member leaves the roster
OUTCOME_KINDS = {
    "corrected": "ok",
    "resumed": "ok",
    "persuaded": "bad",
    "removed": "bad",
    "ended": "off",
    "void": "off",
}
