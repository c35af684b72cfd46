"""Choices of the ledgers. Each *_KINDS maps a value to the state kind of the design language."""

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
    NONE = "", "无"
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


class OrganizationEventKind(models.TextChoices):
    FOUNDED = "founded", "成立登记"
    RENAMED = "renamed", "更名"
    CHANGED = "changed", "变更登记"
    ABNORMAL = "abnormal", "列入异常名录"
    RESTORED = "restored", "移出异常名录"
    MERGED = "merged", "合并"
    CANCELLED = "cancelled", "注销"
    REVOKED = "revoked", "撤销登记"


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


class BranchKind(models.TextChoices):
    BRANCH = "branch", "党支部"
    JOINT = "joint", "联合党支部"
    FUNCTIONAL = "functional", "功能型党支部"
    TEMPORARY = "temporary", "临时党支部"
    GENERAL = "general", "党总支"
    COMMITTEE = "committee", "党委"


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


class PostKind(models.TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
    ORGANIZATION = "organization", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    MEMBER = "member", "委员"


class CoverageMethod(models.TextChoices):
    OWN = "own", "单独组建"
    JOINT = "joint", "联合组建"
    FUNCTIONAL = "functional", "功能型"
    AREA = "area", "区域（行业）覆盖"


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


class PostingRole(models.TextChoices):
    SECRETARY = "secretary", "党支部书记"
    LIAISON = "liaison", "联络员"
    INSTRUCTOR = "instructor", "指导员"


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


class ReviewType(models.TextChoices):
    FOUNDING = "founding", "成立登记"
    CHARTER = "charter", "章程核准"
    CHANGE = "change", "变更登记"


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
