"""Choices of charters, commitment letters and surveys."""

from django.db import models


class VoteBody(models.TextChoices):
    ASSEMBLY = "assembly", "会员大会"
    REPRESENTATIVES = "representatives", "会员代表大会"
    COUNCIL = "council", "理事会"


class ClauseKind(models.TextChoices):
    OWN = "own", "单独建立"
    JOINT = "joint", "联合建立"
    LIAISON = "liaison", "联络员"
    INSTRUCTOR = "instructor", "指导员"


class CharterStatus(models.TextChoices):
    ABSENT = "absent", "未入章"
    PROVISIONAL = "provisional", "先行写入待确认"
    VOTED = "voted", "已表决待核准"
    APPROVED = "approved", "已核准"


CHARTER_FLOW = {
    CharterStatus.ABSENT: [CharterStatus.PROVISIONAL, CharterStatus.VOTED],
    CharterStatus.PROVISIONAL: [CharterStatus.VOTED, CharterStatus.ABSENT],
    CharterStatus.VOTED: [CharterStatus.APPROVED, CharterStatus.ABSENT],
    CharterStatus.APPROVED: [],
}


CHARTER_KINDS = {
    CharterStatus.ABSENT: "bad",
    CharterStatus.PROVISIONAL: "warn",
    CharterStatus.VOTED: "info",
    CharterStatus.APPROVED: "ok",
}


class LetterStatus(models.TextChoices):
    PENDING = "pending", "待签"
    SIGNED = "signed", "已签"
    HANDED_OVER = "handed_over", "已移交"


LETTER_FLOW = {
    LetterStatus.PENDING: [LetterStatus.SIGNED],
    LetterStatus.SIGNED: [LetterStatus.HANDED_OVER],
    LetterStatus.HANDED_OVER: [],
}


LETTER_KINDS = {LetterStatus.PENDING: "warn", LetterStatus.SIGNED: "ok", LetterStatus.HANDED_OVER: "ok"}


class PlannedForm(models.TextChoices):
    OWN = "own", "单独"
    JOINT = "joint", "联合"
    FUNCTIONAL = "functional", "功能型"
    NOT_YET = "not_yet", "暂不具备"
