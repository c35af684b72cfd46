"""What a body hands in: 章程入章记录, 承诺书, 党员情况调查表. Statuses are taken for new rows; later they move on their pages."""

from core.excel.sheet import Column, Context, register
from organizations.choices import CharterStatus, LetterStatus
from organizations.models import CharterRecord, CommitmentLetter

from .common import EventSheet, body_column


@register
class CharterSheet(EventSheet):
    kind, title, order = "charters", "章程入章台账", 50
    model = "organizations.CharterRecord"
    intro = "每家社会组织每一版章程一行：表决、核准和党建条款。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization", "version_no"),)
    ordering = ("organization__sort_key", "version_no")
    columns = (
        body_column(),
        Column("章程版次", "version_no", "int", synonyms=("版次", "章程版本"), default=1, example=1, from_title=lambda title: 1),
        Column("表决会议", "vote_body", "choice", example="会员大会"),
        Column("表决日期", "voted_on", "date", synonyms=("表决时间",), example="2022-10-20"),
        Column("核准日期", "approved_on", "date", synonyms=("核准时间",), example="2022-11-08"),
        Column("核准机关", "approved_by"),
        Column("含党的建设条款", "has_party_clause", "bool", synonyms=("党建入章", "是否入章", "党的建设写入章程"),
               default=False, example="是"),
        Column("含核心价值观条款", "has_values_clause", "bool",
               synonyms=("含社会主义核心价值观条款", "社会主义核心价值观写入章程"), default=False),
        Column("含清廉建设条款", "has_integrity_clause", "bool", synonyms=("清廉建设写入章程",), default=False, extra=True,
               help="本地没有要求的不填。"),
        Column("党建条款类型", "clause_kind", "choice", synonyms=("条款类型",)),
        Column("状态", "status", "choice", synonyms=("入章状态",), create_only=True,
               help="只在新增时采用；不填则有核准日期的为已核准，有表决日期的为已表决待核准。", example="已核准"),
        Column("备注", "remark", width=20),
    )  # fmt: skip

    def derive(self, obj: CharterRecord, context: Context) -> None:
        if obj._state.adding and obj.status == CharterStatus.ABSENT and obj.has_party_clause:
            if obj.approved_on:
                obj.status = CharterStatus.APPROVED
            elif obj.voted_on:
                obj.status = CharterStatus.VOTED


@register
class LetterSheet(EventSheet):
    kind, title, order = "letters", "党建工作承诺书台账", 60
    model = "organizations.CommitmentLetter"
    intro = "每家社会组织的承诺书一行：签订日期、签署人和移交日期。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization",),)
    ordering = ("organization__sort_key",)
    columns = (
        body_column(),
        Column("文书名称", "title", example="社会组织党建工作承诺书", width=28),
        Column("签订日期", "signed_on", "date", synonyms=("签订时间", "签署日期"), example="2023-01-10"),
        Column("签署人", "signer", example="陈例文"),
        Column("已盖章", "is_sealed", "bool", synonyms=("是否盖章",), default=False),
        Column("移交日期", "handed_over_on", "date"),
        Column("状态", "status", "choice", synonyms=("签订状态",), create_only=True,
               help="只在新增时采用；不填则有移交日期的为已移交，有签订日期的为已签。", example="已签"),
    )  # fmt: skip

    def derive(self, obj: CommitmentLetter, context: Context) -> None:
        if obj._state.adding and obj.status == LetterStatus.PENDING and obj.signed_on:
            obj.status = LetterStatus.HANDED_OVER if obj.handed_over_on else LetterStatus.SIGNED


@register
class SurveySheet(EventSheet):
    kind, title, order = "surveys", "社会组织党员情况调查表", 70
    model = "organizations.MemberSurvey"
    intro = "新成立社会组织领证前填报的从业人员和党员情况。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization", "filled_on"),)
    ordering = ("-filled_on", "pk")
    columns = (
        body_column(),
        Column("填报日期", "filled_on", "date", synonyms=("填报时间", "调查日期"), required=True, example="2023-02-15"),
        Column("从业人员数", "staff_count", "int", example=12),
        Column("党员数", "member_count", "int", example=4),
        Column("正式党员数", "full_member_count", "int", example=3),
        Column("组织关系可转入", "can_transfer", "bool", synonyms=("组织关系是否可转入",), default=False),
        Column("拟建党组织形式", "planned_form", "choice", synonyms=("拟组建方式",), example="联合"),
        Column("联络员", "liaison", synonyms=("联络员姓名",)),
        Column("联络员电话", "liaison_phone", "phone"),
    )
