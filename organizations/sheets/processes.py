"""Ledgers of what is dealt with step by step on pages, for printing and sending up; and 群团组织."""

from core.excel.sheet import Column, Sheet, register

from .common import BODY, BRANCH, body_column

STEP_BY_STEP = "不单独导入：一步一步在页面上办理，每一步都有日期和经办人。"


@register
class RegistrationReviewSheet(Sheet):
    kind, title, order = "registration_reviews", "新成立社会组织前置审查表", 15
    model = "organizations.RegistrationReview"
    intro = "每件前置审查一行：受理、章程条款、承诺书、批准、党员情况调查、领证和移交。"
    instead = STEP_BY_STEP
    can_import = False
    ordering = ("accepted_on", "pk")
    columns = (
        Column("拟登记名称", "name", width=28),
        Column("审查类型", "review_type", "choice", width=9),
        Column("类型", "kind", "choice", width=9),
        Column("业务主管单位", "supervising_unit", width=14),
        Column("党建管理归口", "affiliation", "choice", width=9),
        Column("拟任法定代表人", "legal_representative", width=9),
        Column("联系人", "contact", width=8),
        Column("联系电话", "phone", "phone"),
        Column("受理日期", "accepted_on", "date"),
        Column("应办结日期", "due_on", "date"),
        Column("条目", "clause_article", group="党建条款", width=8),
        Column("条款类型", "clause_kind", "choice", group="党建条款", width=9),
        Column("签署人", "letter_signer", group="承诺书", width=8),
        Column("签订日期", "letter_signed_on", "date", group="承诺书"),
        Column("批准日期", "approved_on", "date", group="登记"),
        Column("决定书文号", "approval_no", group="登记", width=16),
        Column("统一社会信用代码", "code", "code", group="登记"),
        Column("填报日期", "survey_filled_on", "date", group="党员情况调查"),
        Column("从业人员", "staff_count", "int", group="党员情况调查", width=6),
        Column("党员", "member_count", "int", group="党员情况调查", width=6),
        Column("正式党员", "full_member_count", "int", group="党员情况调查", width=6),
        Column("拟组建形式", "planned_form", "choice", width=9),
        Column("党建联络员", "liaison", width=8),
        Column("领证日期", "certified_on", "date"),
        Column("移交日期", "handed_over_on", "date"),
        Column("办结日期", "finished_on", "date"),
        Column("环节", "status", "choice", width=10),
        Column("审查意见", "decision", width=24),
        Column("备注", "remark", width=14),
    )  # fmt: skip


@register
class ApplicationSheet(Sheet):
    kind, title, order = "branch_applications", "党组织设置申请台账", 32
    model = "organizations.BranchApplication"
    intro = "成立、变更、撤销党组织的申请，一件一行：请示、研究、批复、选举和报批备案。"
    instead = STEP_BY_STEP
    can_import = False
    ordering = ("requested_on", "pk")
    columns = (
        Column("申请事项", "kind", "choice", width=9),
        Column("申请单位", "applicant", width=24),
        Column("党组织", "branch", "lookup", lookup=BRANCH, width=24),
        Column("拟用全称", "name", width=26),
        Column("党组织类别", "branch_kind", "choice", width=9),
        Column("请示日期", "requested_on", "date"),
        Column("请示文号", "request_no", width=16),
        Column("正式党员数", "full_member_count", "int", width=6),
        Column("研究日期", "studied_on", "date"),
        Column("批复日期", "approved_on", "date"),
        Column("批复文号", "approval_no", width=16),
        Column("选举日期", "elected_on", "date"),
        Column("应到", "voters_due", "int", group="有选举权人数", width=6),
        Column("实到", "voters_present", "int", group="有选举权人数", width=6),
        Column("报批备案文号", "filing_no", width=16),
        Column("报批备案日期", "filed_on", "date"),
        Column("生效日期", "effective_on", "date"),
        Column("办结日期", "finished_on", "date"),
        Column("状态", "status", "choice", width=10),
        Column("处理意见", "decision", width=24),
    )  # fmt: skip


@register
class SyncDutySheet(Sheet):
    kind, title, order = "sync_duties", "六个同步事项台账", 74
    model = "organizations.SyncDuty"
    intro = "每个业务事件要同步办的一件事一行：期限、完成日期和情况。"
    instead = "不单独导入：业务事件登记或导入时自动生成，在六个同步的页面上登记完成。"
    can_import = False
    ordering = ("event_on", "pk")
    columns = (
        Column("社会组织名称", "organization", "lookup", lookup=BODY, width=28),
        Column("业务事件", "event", "choice", width=10),
        Column("事件日期", "event_on", "date"),
        Column("同步事项", "action", width=24),
        Column("完成期限", "due_on", "date"),
        Column("完成日期", "done_on", "date"),
        Column("完成情况", "done_note", width=20),
        Column("定为不适用的日期", "waived_on", "date"),
        Column("不适用的原因", "waived_note", width=20),
        Column("说明", "note", width=18),
    )


@register
class MassOrganizationSheet(Sheet):
    kind, title, order = "mass_organizations", "群团组织台账", 66
    model = "organizations.MassOrganization"
    intro = "社会组织里的工会、共青团、妇联组织，一个一行；口径把群团计入工作覆盖的，据此计算。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization", "kind", "start"),)
    ordering = ("organization__sort_key", "kind", "start")
    columns = (
        body_column("organization"),
        Column("群团组织", "kind", "choice", required=True, synonyms=("群团类型", "类型"), example="工会", width=10),
        Column("成立日期", "start", "date", required=True, synonyms=("起始日期",), example="2020-05-01"),
        Column("撤销日期", "end", "date", synonyms=("终止日期",), help="仍在的不填。"),
    )
