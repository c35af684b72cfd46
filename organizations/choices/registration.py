"""Stages of 前置审查 and events of 六个同步."""

from django.db import models

from .bodies import ChangedItem


class ReviewType(models.TextChoices):
    FOUNDING = "founding", "成立登记"
    CHARTER = "charter", "章程核准"
    CHANGE = "change", "变更登记"


RENAMING = "name"
REVIEWED_CHANGES = [(RENAMING, "名称"), *ChangedItem.choices]  # what a 变更登记 is asked for


class ReviewStage(models.TextChoices):
    CHARTER = "charter", "章程审核"
    LETTER = "letter", "承诺书"
    APPROVAL = "approval", "登记批准"
    SURVEY = "survey", "党员情况调查"
    CERTIFICATE = "certificate", "领证"
    HANDOVER = "handover", "移交"
    GUIDANCE = "guidance", "组建或派指导员"
    DONE = "done", "完成"
    REFUSED = "refused", "不予通过"


CHANGE_STAGE = "变更审核"
FIRST_STAGE = "章程、变更审核"  # where reviews of every type stand together


def stage_label(stage: str, review_type: str) -> str:
    """环节, as it is called on the way of this type: a 变更登记 hands in no charter, its first step looks at the change."""
    if (stage, review_type) == (ReviewStage.CHARTER, ReviewType.CHANGE):
        return CHANGE_STAGE
    return ReviewStage(stage).label


REVIEW_FLOW = {
    ReviewStage.CHARTER: [ReviewStage.LETTER, ReviewStage.APPROVAL, ReviewStage.REFUSED],
    ReviewStage.LETTER: [ReviewStage.APPROVAL, ReviewStage.CHARTER, ReviewStage.REFUSED],
    ReviewStage.APPROVAL: [
        ReviewStage.SURVEY, ReviewStage.DONE, ReviewStage.LETTER, ReviewStage.CHARTER, ReviewStage.REFUSED
    ],
    ReviewStage.SURVEY: [ReviewStage.CERTIFICATE],
    ReviewStage.CERTIFICATE: [ReviewStage.HANDOVER],
    ReviewStage.HANDOVER: [ReviewStage.GUIDANCE],
    ReviewStage.GUIDANCE: [ReviewStage.DONE],
    ReviewStage.DONE: [],
    ReviewStage.REFUSED: [],
}  # fmt: skip


FOUNDING_PATH = (
    ReviewStage.CHARTER, ReviewStage.LETTER, ReviewStage.APPROVAL, ReviewStage.SURVEY,
    ReviewStage.CERTIFICATE, ReviewStage.HANDOVER, ReviewStage.GUIDANCE, ReviewStage.DONE,
)  # fmt: skip


SHORT_PATH = (ReviewStage.CHARTER, ReviewStage.APPROVAL, ReviewStage.DONE)


REVIEW_PATHS = {ReviewType.FOUNDING: FOUNDING_PATH, ReviewType.CHARTER: SHORT_PATH, ReviewType.CHANGE: SHORT_PATH}


BEFORE_APPROVAL = (ReviewStage.CHARTER, ReviewStage.LETTER, ReviewStage.APPROVAL)


REVIEW_ENDED = (ReviewStage.DONE, ReviewStage.REFUSED)


REVIEW_KINDS = dict.fromkeys(ReviewStage, "info") | {ReviewStage.DONE: "ok", ReviewStage.REFUSED: "bad"}


class SyncEvent(models.TextChoices):
    REGISTERED = "registered", "登记成立"
    CHARTER = "charter", "章程核准"
    SET_UP = "set_up", "机构组建"
    INSPECTED = "inspected", "年检（年报）"
    GRADED = "graded", "等级评估"
    REELECTED = "reelected", "换届变更"
