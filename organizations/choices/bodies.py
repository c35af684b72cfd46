"""Choices of social organizations."""

from django.db import models


class OrganizationKind(models.TextChoices):
    ASSOCIATION = "51", "社会团体"
    SERVICE = "52", "民办非企业单位"
    FOUNDATION = "53", "基金会"


class AssociationCategory(models.TextChoices):
    TRADE = "trade", "行业性"
    ACADEMIC = "academic", "学术性"
    UNION = "union", "联合性"
    PROFESSIONAL = "professional", "专业性"


class RegistrationMode(models.TextChoices):
    DIRECT = "direct", "直接登记"
    DUAL = "dual", "双重管理"
    DECOUPLED = "decoupled", "脱钩后"


class RegistrationStatus(models.TextChoices):
    NORMAL = "normal", "正常"
    ABNORMAL = "abnormal", "活动异常名录"
    DISHONEST = "dishonest", "严重违法失信名单"
    CLOSING = "closing", "注销中"
    CANCELLED = "cancelled", "已注销"
    REVOKED = "revoked", "已撤销"


ENDED_STATUSES = (RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED)


REGISTRATION_KINDS = {
    RegistrationStatus.NORMAL: "ok",
    RegistrationStatus.ABNORMAL: "bad",
    RegistrationStatus.DISHONEST: "bad",
    RegistrationStatus.CLOSING: "warn",
    RegistrationStatus.CANCELLED: "off",
    RegistrationStatus.REVOKED: "off",
}


class Grade(models.TextChoices):
    NONE = "0", "无（未评估）"  # a blank is not known
    A1 = "1A", "1A"
    A2 = "2A", "2A"
    A3 = "3A", "3A"
    A4 = "4A", "4A"
    A5 = "5A", "5A"


class AffiliationKind(models.TextChoices):
    DIRECT = "direct", "综合党委直管"
    SUPERVISOR = "supervisor", "业务主管单位党组织"
    INDUSTRY = "industry", "行业党委"
    TERRITORIAL = "territorial", "属地（街道、社区）党组织"
    HOSTED = "hosted", "挂靠单位党组织"
    OTHER = "other", "其他"


class NoBranchReason(models.TextChoices):
    NO_MEMBERS = "no_members", "没有党员"
    FEW_MEMBERS = "few_members", "仅有个别党员"
    ELSEWHERE = "elsewhere", "党员组织关系不在本单位"
    DUE = "due", "应建未建"
    UNWILLING = "unwilling", "负责人不支持"
    UNGUIDED = "unguided", "上级未及时指导"
    OTHER = "other", "其他"


REASONS_TO_EXPLAIN = (NoBranchReason.DUE, NoBranchReason.OTHER)  # the inspection form asks for the case in words (§4.2)


class OrganizationEventKind(models.TextChoices):
    FOUNDED = "founded", "成立登记"
    RENAMED = "renamed", "更名"
    CHANGED = "changed", "变更登记"
    ABNORMAL = "abnormal", "列入异常名录"
    RESTORED = "restored", "移出异常名录"
    DISHONEST = "dishonest", "列入失信名单"
    CLEARED = "cleared", "移出失信名单"
    CLOSING = "closing", "进入清算"
    MERGED = "merged", "合并"
    CANCELLED = "cancelled", "注销"
    REVOKED = "revoked", "撤销登记"


class ChangedItem(models.TextChoices):
    REPRESENTATIVE = "legal_representative", "法定代表人"
    ADDRESS = "address", "住所"
    SUPERVISOR = "supervising_unit", "业务主管单位"
    AUTHORITY = "registration_authority", "登记管理机关"
    SCOPE = "scope", "业务范围"
    FUND = "fund", "开办资金"
    OTHER = "other", "其他"


PLAIN_ITEMS = (ChangedItem.ADDRESS, ChangedItem.SCOPE, ChangedItem.FUND)  # nothing of the party organization follows
CHANGED_FIELDS = (
    ChangedItem.REPRESENTATIVE,
    ChangedItem.ADDRESS,
    ChangedItem.SUPERVISOR,
    ChangedItem.AUTHORITY,
)  # items that are columns of the body itself

STATUS_AFTER = {
    OrganizationEventKind.ABNORMAL: RegistrationStatus.ABNORMAL,
    OrganizationEventKind.RESTORED: RegistrationStatus.NORMAL,
    OrganizationEventKind.DISHONEST: RegistrationStatus.DISHONEST,
    OrganizationEventKind.CLEARED: RegistrationStatus.NORMAL,
    OrganizationEventKind.CLOSING: RegistrationStatus.CLOSING,
    OrganizationEventKind.MERGED: RegistrationStatus.CANCELLED,
    OrganizationEventKind.CANCELLED: RegistrationStatus.CANCELLED,
    OrganizationEventKind.REVOKED: RegistrationStatus.REVOKED,
}
ENDING_EVENTS = (OrganizationEventKind.CANCELLED, OrganizationEventKind.REVOKED, OrganizationEventKind.MERGED)
IRREGULAR_STATUSES = (RegistrationStatus.ABNORMAL, RegistrationStatus.DISHONEST, RegistrationStatus.CLOSING)
LIVE_STATUSES = (RegistrationStatus.NORMAL, *IRREGULAR_STATUSES)
EVENT_FROM = {  # in which status of the body each event may be recorded; ended bodies have none
    OrganizationEventKind.RENAMED: LIVE_STATUSES,
    OrganizationEventKind.CHANGED: LIVE_STATUSES,
    OrganizationEventKind.ABNORMAL: (RegistrationStatus.NORMAL,),
    OrganizationEventKind.RESTORED: (RegistrationStatus.ABNORMAL,),
    OrganizationEventKind.DISHONEST: (RegistrationStatus.NORMAL, RegistrationStatus.ABNORMAL),
    OrganizationEventKind.CLEARED: (RegistrationStatus.DISHONEST,),
    OrganizationEventKind.CLOSING: (
        RegistrationStatus.NORMAL,
        RegistrationStatus.ABNORMAL,
        RegistrationStatus.DISHONEST,
    ),
    OrganizationEventKind.MERGED: LIVE_STATUSES,
    OrganizationEventKind.CANCELLED: LIVE_STATUSES,
    OrganizationEventKind.REVOKED: LIVE_STATUSES,
}
EVENT_BETWEEN = {  # the one event that leads from a status to another; 合并 needs the other body and is told by its page
    (before, after): kind
    for kind, after in STATUS_AFTER.items()
    if kind != OrganizationEventKind.MERGED
    for before in EVENT_FROM[kind]
}
