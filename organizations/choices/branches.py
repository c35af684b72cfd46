"""Choices of party branches, posts and coverage."""

from django.db import models


class BranchKind(models.TextChoices):
    BRANCH = "branch", "党支部"
    JOINT = "joint", "联合党支部"
    FUNCTIONAL = "functional", "功能型党支部"
    TEMPORARY = "temporary", "临时党支部"
    FLOATING = "floating", "流动党员党支部"
    GENERAL = "general", "党总支"
    COMMITTEE = "committee", "党委"


UPPER_KINDS = (BranchKind.COMMITTEE, BranchKind.GENERAL)  # with party organizations below them


class BranchStatus(models.TextChoices):
    PREPARING = "preparing", "筹建"
    NORMAL = "normal", "正常"
    RECTIFYING = "rectifying", "整顿"
    DISSOLVED = "dissolved", "撤销"


BRANCH_FLOW = {
    BranchStatus.PREPARING: [BranchStatus.NORMAL, BranchStatus.DISSOLVED],
    BranchStatus.NORMAL: [BranchStatus.RECTIFYING, BranchStatus.DISSOLVED],
    BranchStatus.RECTIFYING: [BranchStatus.NORMAL, BranchStatus.DISSOLVED],
    BranchStatus.DISSOLVED: [],
}


BRANCH_KINDS = {
    BranchStatus.PREPARING: "info",
    BranchStatus.NORMAL: "ok",
    BranchStatus.RECTIFYING: "bad",
    BranchStatus.DISSOLVED: "off",
}


class Premises(models.TextChoices):
    OWN = "own", "自有"
    RENTED = "rented", "租用"
    SHARED = "shared", "共用"
    NONE = "none", "无"


class UnitSituation(models.TextChoices):
    """党组织所在单位情况 (DOMAIN §5.2)."""

    SAME = "same", "与上级党组织相同"
    LEGAL = "legal", "法人单位"
    JOINT = "joint", "联合党支部"


class PostKind(models.TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
    ORGANIZATION = "organization", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    MEMBER = "member", "委员"


POST_WORDS = {
    f"{where}{kind.label}": kind for kind in PostKind for where in ("", "支部", "党支部", "党总支", "党委", "支委会")
}  # as rosters write a post of a branch's own committee


class CoverageMethod(models.TextChoices):
    OWN = "own", "单独组建"
    JOINT = "joint", "联合组建"
    FUNCTIONAL = "functional", "功能型"
    AREA = "area", "区域（行业）覆盖"


class MassKind(models.TextChoices):
    UNION = "union", "工会"
    YOUTH = "youth", "共青团组织"
    WOMEN = "women", "妇联组织"


class PostingRole(models.TextChoices):
    SECRETARY = "secretary", "党支部书记"
    LIAISON = "liaison", "联络员"
    INSTRUCTOR = "instructor", "指导员"
