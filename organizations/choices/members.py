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
    REMOVED = "removed", "除名"
    EXPELLED = "expelled", "开除党籍"
    WITHDRAWN = "withdrawn", "退党"
    CANCELLED = "cancelled", "取消预备党员资格"
    LEFT = "left", "出党（原记录未分类）"
    DECEASED = "deceased", "死亡"
    MISTAKE = "mistake", "录入错误作废"


DEPARTED = (
    LeaveReason.SUSPENDED,
    LeaveReason.REMOVED,
    LeaveReason.EXPELLED,
    LeaveReason.WITHDRAWN,
    LeaveReason.CANCELLED,
    LeaveReason.LEFT,
)  # what the balance calls 出党


class ChangeKind(models.TextChoices):
    """党员增减变动. What changes the number of members, and what changes the name under which one is counted."""

    ADMITTED = "admitted", "发展（接收预备党员）"
    CONFIRMED = "confirmed", "转正"
    EXTENDED = "extended", "延长预备期"
    CANCELLED = "cancelled", "取消预备党员资格"
    TRANSFERRED_IN = "transferred_in", "转入"
    TRANSFERRED_OUT = "transferred_out", "转出"
    SUSPENDED = "suspended", "停止党籍"
    RESTORED = "restored", "恢复党籍"
    REMOVED = "removed", "除名"
    EXPELLED = "expelled", "开除党籍"
    WITHDRAWN = "withdrawn", "退党"
    LEFT = "left", "出党（原记录未分类）"
    DECEASED = "deceased", "死亡"
    MISTAKE = "mistake", "录入错误作废"


CHANGE_OF_JOINING = {
    JoinReason.ADMITTED: ChangeKind.ADMITTED,
    JoinReason.TRANSFERRED: ChangeKind.TRANSFERRED_IN,
    JoinReason.RESTORED: ChangeKind.RESTORED,
}  # 建账时已在 changes nothing
CHANGE_OF_LEAVING = {
    reason: ChangeKind.TRANSFERRED_OUT if reason == LeaveReason.TRANSFERRED else ChangeKind(reason.value)
    for reason in LeaveReason
}


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
