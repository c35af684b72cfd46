"""Choices of members and memberships."""

from django.db import models


class MemberCategory(models.TextChoices):
    FULL = "full", "正式党员"
    PROBATIONARY = "probationary", "预备党员"


class MemberStatus(models.TextChoices):
    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停止党籍"
    LEFT = "left", "已出党"
    DECEASED = "deceased", "死亡"


MEMBER_FLOW = {
    MemberStatus.NORMAL: [MemberStatus.SUSPENDED, MemberStatus.LEFT, MemberStatus.DECEASED],
    MemberStatus.SUSPENDED: [MemberStatus.NORMAL, MemberStatus.LEFT, MemberStatus.DECEASED],
    MemberStatus.LEFT: [],
    MemberStatus.DECEASED: [],
}


MEMBER_KINDS = {
    MemberStatus.NORMAL: "ok",
    MemberStatus.SUSPENDED: "bad",
    MemberStatus.LEFT: "off",
    MemberStatus.DECEASED: "off",
}


class MembershipKind(models.TextChoices):
    FULL = "full", "组织关系在本支部"
    ASSOCIATE = "associate", "组织关系不在本支部"


class JoinReason(models.TextChoices):
    INITIAL = "initial", "建账时已在"
    ADMITTED = "admitted", "发展（接收预备）"
    TRANSFERRED = "transferred", "转入"
    RESTORED = "restored", "恢复党籍"


class LeaveReason(models.TextChoices):
    TRANSFERRED = "transferred", "转出"
    SUSPENDED = "suspended", "停止党籍"
    LEFT = "left", "出党"
    DECEASED = "deceased", "死亡"
    MISTAKE = "mistake", "录入错误作废"


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Education(models.TextChoices):
    POSTGRADUATE = "postgraduate", "研究生"
    BACHELOR = "bachelor", "大学本科"
    COLLEGE = "college", "大学专科"
    SECONDARY = "secondary", "中专"
    HIGH_SCHOOL = "high_school", "高中"
    JUNIOR = "junior", "初中及以下"


class DocumentKind(models.TextChoices):
    RESIDENT_ID = "resident_id", "居民身份证"
    PASSPORT = "passport", "护照"
    HK_MACAO = "hk_macao", "港澳居民证件"
    TAIWAN = "taiwan", "台湾居民证件"


class FloatingState(models.TextChoices):
    SETTLED = "", "非流动"
    OUT = "out", "流出"
    IN = "in", "流入"
