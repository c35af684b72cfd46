"""Choices of ledger checks."""

from django.db import models


class LedgerSource(models.TextChoices):
    INSPECTION = "inspection", "年检申报"
    PLATFORM = "platform", "党建工作信息管理平台"
    OWN = "own", "本系统台账"
    MEMBER_DATABASE = "member_database", "党员信息库"


class DifferenceDecision(models.TextChoices):
    OPEN = "open", "待核实"
    OURS = "ours", "以台账为准"
    THEIRS = "theirs", "以对方为准"
    NOT_A_PROBLEM = "not_a_problem", "不是问题"
