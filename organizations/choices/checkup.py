"""Choices of the data check-up."""

from django.db import models


class FindingLevel(models.TextChoices):
    MUST = "must", "必须改"
    CHECK = "check", "请核对"
    REMIND = "remind", "提醒"


LEVEL_KINDS = {FindingLevel.MUST: "bad", FindingLevel.CHECK: "warn", FindingLevel.REMIND: "info"}


class Subject(models.TextChoices):
    MEMBER = "member", "党员"
    BRANCH = "branch", "党组织"
    BODY = "body", "社会组织"
