"""Workbooks of inspections and duty reviews. Statuses are taken for new rows only; later they move on their pages."""

import re
from collections.abc import Iterator
from typing import Any

from core.excel.among import one_of
from core.excel.sheet import Column, Context, Lookup, Parent, Sheet, register
from organizations.models import SocialOrganization
from organizations.workflows.sync_sources import catch_up
from reviews.choices import DutyMode, DutyReportStatus, InspectionStatus
from reviews.models import BallotBatch, DutyReport, InspectionCampaign, InspectionRecord, ReviewSession
from reviews.workflows.inspections import over_before

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\D|$)")
BRANCH = Lookup("organizations.PartyBranch", ("name", "short_name", "former_names"))
BODY = Lookup("organizations.SocialOrganization", ("name", "short_name", "code", "aliases", "former_names__name"))
CAMPAIGN = Lookup("reviews.InspectionCampaign", ("title", "checked_year"))
SESSION = Lookup("reviews.ReviewSession", ("year", "name"))


def year_in(text: str) -> str | None:
    """2022年度…汇总表 → 2022."""
    found = YEAR.search(text or "")
    return found[1] if found else None


def year_word(value: str) -> str:
    """2022年度 → 2022, so that the year alone finds the meeting or the inspection; a full name stays as it is."""
    short = re.fullmatch(r"((?:19|20)\d\d)\s*年?度?", value)
    return short[1] if short else value


def campaign_column(field: str = "campaign") -> Column:
    return Column(
        "年度检查", field, "lookup", lookup=CAMPAIGN, required=True, synonyms=("检查年度", "检查名称", "年度"),
        clean=year_word, from_title=year_in, help="检查的年度或名称，例如2022。", example="2022", width=24,
    )  # fmt: skip


def session_column(field: str = "session", heading: str = "述职年度") -> Column:
    return Column(
        heading, field, "lookup", lookup=SESSION, required=True, synonyms=("年度", "述职评议会议"),
        clean=year_word, from_title=year_in, help="评议哪一年，例如2022。", example="2022", width=12,
    )  # fmt: skip


def branch_column(field: str) -> Column:
    return Column(
        "党支部", field, "lookup", lookup=BRANCH, required=True,
        synonyms=("党组织", "党支部名称", "党组织名称", "支部"), example="市广告协会党支部", width=28,
    )  # fmt: skip


def body_column(field: str) -> Column:
    return Column(
        "社会组织", field, "lookup", lookup=BODY, required=True,
        synonyms=("单位", "单位名称", "社会组织名称", "名称"), example="示例市广告协会", width=28,
    )  # fmt: skip


@register
class CampaignSheet(Sheet):
    kind, title, order = "campaigns", "年度检查", 310
    model = "reviews.InspectionCampaign"
    intro = "每一次年度检查一行：检查年度、名称、启动日期和填报截止日期。"
    keys = (("checked_year", "title"),)
    ordering = ("-checked_year", "pk")
    columns = (
        Column("检查年度", "checked_year", "int", required=True, help="检查哪一年的情况。", example=2022),
        Column("名称", "title", synonyms=("检查名称",), required=True, example="2022年度社会组织检查", width=30),
        Column("启动日期", "started_on", "date", synonyms=("开始日期",), required=True, example="2023-03-01"),
        Column("填报截止日期", "submit_due", "date", synonyms=("截止日期",), example="2023-05-31"),
        Column("检查范围", "scope", example="综合党委直管的社会组织", width=30),
        Column("联合单位", "joint_units", example="市社会组织管理局", width=24),
        Column("归属季度", "quarter", "quarter", help="不填按启动日期。", example="2023年第一季度"),
        Column("状态", "status", "choice", create_only=True, help="只在新增时采用。", example="进行中"),
    )


@register
class InspectionSheet(Sheet):
    kind, title, order = "inspections", "年检党建检查汇总表", 320
    model = "reviews.InspectionRecord"
    after = "先导入社会组织台账和年度检查。"
    intro = "每家社会组织在一次检查中的一行：入章、组建、人数、得分和结论。"
    keys = (("campaign", "organization"),)
    ordering = ("campaign", "organization__sort_key", "pk")
    columns = (
        campaign_column(),
        body_column("organization"),
        Column(
            "统一社会信用代码", kind="code", readonly=True, export="organization__code",
            needs=("organization__code",),
        ),
        Column(
            "是否参检", "status", "choice", synonyms=("状态", "参检情况"), create_only=True,
            choices={"是": "submitted", "参检": "submitted", "已参检": "submitted", "否": "absent"},
            help="新增时采用：是、否，或待填报、已提交、党建初审完成、已有结论。", example="已有结论",
        ),
        Column("提交日期", "submitted_on", "date", example="2023-03-15"),
        Column("入章", "has_party_clause", "bool", synonyms=("已入章", "党建入章"), example="是"),
        Column("已建党组织", "has_branch", "bool", synonyms=("建立党组织", "是否建立党组织"), example="是"),
        Column("未建原因", "no_branch_reason", synonyms=("应建未建", "未建立原因"), width=20),
        Column("从业人员数", "staff_count", "int", synonyms=("从业人员",), example=12),
        Column("从业人员中党员数", "member_count", "int", synonyms=("从业党员", "党员数"), example=4),
        Column("自评分", "self_score", "decimal", example=92),
        Column("党建得分", "party_score", "decimal", synonyms=("党建初审分", "考评分"), example=27),
        Column("党建初审意见", "opinion", synonyms=("初审意见",), width=30),
        Column("年检结论", "conclusion", "choice", synonyms=("结论",), example="合格"),
        Column("结论日期", "concluded_on", "date", synonyms=("公告日期",)),
        Column("公告文号", "notice_no", width=20),
        Column("归属季度", "quarter", "quarter", help="不填与年度检查相同。"),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        rows = InspectionCampaign.objects.visible_to(context.user)
        context.data["quarters"] = dict(rows.values_list("pk", "quarter"))
        context.data["campaigns"] = rows.only("pk", "started_on").in_bulk()
        over = SocialOrganization.objects.within(context.committee).filter(ended_on__isnull=False)
        context.data["over"] = over.only("pk", "name", "short_name", "status", "ended_on").in_bulk()

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        body, campaign = (
            context.data[name].get(values.get(field))
            for name, field in (("over", "organization"), ("campaigns", "campaign"))
        )
        if stored is None and body and campaign and (problem := over_before(body, campaign)):
            yield "organization", problem

    def derive(self, obj: InspectionRecord, context: Context) -> None:
        if obj.quarter is None:
            obj.quarter = context.data["quarters"][obj.campaign_id]

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        staff, members = values.get("staff_count"), values.get("member_count")
        if isinstance(staff, int) and isinstance(members, int) and members > staff:
            yield "member_count", f"从业人员中党员数{members}不能多于从业人员数{staff}。"
        if values.get("status") == InspectionStatus.CONCLUDED and not values.get("conclusion"):
            yield "conclusion", "状态为“已有结论”的要填年检结论。"

    def bodies(self, ids: list[int]) -> list[int]:
        return sorted(
            set(
                InspectionRecord.objects.filter(one_of(InspectionRecord, "id", ids)).values_list(
                    "organization_id", flat=True
                )
            )
        )

    def release(self, ids: list[int], context: Context) -> None:
        context.data.setdefault("bodies", []).extend(self.bodies(ids))

    def applied(self, ids: list[int], context: Context) -> None:
        """A conclusion calls for its party action (六个同步)."""
        if bodies := [*self.bodies(ids), *context.data.pop("bodies", [])]:
            catch_up(context.committee, bodies, by=context.user)


@register
class FindingSheet(Sheet):
    kind, title, order = "findings", "检查问题及整改台账", 330
    model = "reviews.Finding"
    after = "先导入年度检查和年检党建检查汇总表。"
    intro = "检查发现的问题、整改建议、期限和复查结论，每个问题一行。"
    keys = (("record", "description"),)
    ordering = ("-quarter", "record", "pk")
    parents = (Parent("record", "reviews.InspectionRecord", key=("campaign", "organization")),)
    columns = (
        campaign_column("record.campaign"),
        body_column("record.organization"),
        Column("方面", "chapter", "choice", synonyms=("检查项目", "类别"), default="party", example="党的建设"),
        Column("问题", "description", synonyms=("存在问题", "问题描述", "发现问题"), required=True, width=40),
        Column(
            "未将党的建设写入章程", "is_charter_clause", "bool", synonyms=("未入章",), default=False, example="否",
            help="属于这一类的填“是”，总结会单独统计。",
        ),
        Column("等级", "severity", "choice", synonyms=("问题等级",), default="minor", example="一般"),
        Column("整改建议", "advice", synonyms=("建议",), width=40),
        Column("建议日期", "advised_on", "date", example="2023-03-20"),
        Column("整改期限", "due", "date", synonyms=("期限",), example="2023-06-30"),
        Column("责任人", "owner", example="陈例文"),
        Column("整改措施", "measure", synonyms=("措施",), width=40),
        Column("整改完成日期", "finished_on", "date", synonyms=("完成日期",)),
        Column("复查结论", "recheck", synonyms=("复查情况",), width=30),
        Column("状态", "status", "choice", synonyms=("整改状态",), create_only=True, example="整改中"),
        Column("归属季度", "quarter", "quarter", help="不填按建议日期，没有建议日期与年度检查相同。"),
    )  # fmt: skip

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        if values.get("status") == "closed" and not values.get("recheck"):
            yield "recheck", "已销号的问题要写复查结论。"


@register
class ReviewSessionSheet(Sheet):
    kind, title, order = "review_sessions", "述职评议会议", 340
    model = "reviews.ReviewSession"
    intro = "每年一次的书记述职评议会议：述职年度、名称、召开日期。"
    keys = (("year",),)
    ordering = ("-year",)
    columns = (
        Column("述职年度", "year", "int", synonyms=("年度",), required=True, example=2022),
        Column("会议名称", "name", synonyms=("名称",), required=True, width=50),
        Column("召开日期", "held_on", "date", synonyms=("日期",), required=True, example="2023-02-24"),
        Column("地点", "place", width=20),
        Column("报告提交截止日期", "report_due", "date", synonyms=("报告截止日期", "截止日期")),
        Column("字数下限", "min_length", "int"),
        Column("字数上限", "max_length", "int", example=5000),
        Column("开展民主评议", "has_democratic_review", "bool", synonyms=("民主评议", "民主测评"), example="是"),
        Column("归属季度", "quarter", "quarter", help="不填按召开日期。"),
        Column("状态", "status", "choice", create_only=True, help="只在新增时采用。", example="已召开"),
    )


@register
class DutyReportSheet(Sheet):
    kind, title, order = "duty_reports", "述职评议台账", 350
    model = "reviews.DutyReport"
    after = "先导入党组织台账和述职评议会议。"
    intro = "每个党支部一行：书记、述职方式、顺序和报告各部分。"
    keys = (("session", "branch"),)
    ordering = ("session", "order", "pk")
    columns = (
        session_column(),
        branch_column("branch"),
        Column("书记", "secretary_name", synonyms=("书记姓名", "述职人", "姓名"), required=True, example="陈例文"),
        Column(
            "述职方式", "mode", "choice", synonyms=("方式",), required=True,
            choices={"口头": "oral", "书面": "written", "免述": "excused"}, example="书面述职",
        ),
        Column("不参加原因", "excused_reason", help="述职方式为“不参加”的才填。", width=20),
        Column("顺序", "order", "int", synonyms=("述职顺序",), example=1),
        Column("履职情况", "duties", synonyms=("重点工作完成情况", "一、履职情况"), width=40),
        Column("主要做法", "practices", synonyms=("二、主要做法",), width=40),
        Column("特色成果", "achievements", synonyms=("三、特色成果",), width=40),
        Column("存在问题", "problems", synonyms=("问题不足", "四、存在问题"), width=40),
        Column("下年思路", "thoughts", synonyms=("工作思路", "五、下年思路"), width=40),
        Column("改进措施", "measures", synonyms=("六、改进措施",), width=40),
        Column("状态", "status", "choice", create_only=True, help="只在新增时采用。", example="审核通过"),
        Column("提交日期", "submitted_on", "date", create_only=True, example="2023-02-10"),
        Column("审核通过日期", "accepted_on", "date", synonyms=("审核日期",), create_only=True),
        Column("归属季度", "quarter", "quarter", help="不填与述职评议会议相同。"),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        rows = ReviewSession.objects.visible_to(context.user)
        context.data["quarters"] = dict(rows.values_list("pk", "quarter"))

    def derive(self, obj: DutyReport, context: Context) -> None:
        if obj.quarter is None:
            obj.quarter = context.data["quarters"][obj.session_id]

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        mode, why = values.get("mode"), values.get("excused_reason")
        if mode == DutyMode.EXCUSED and not why:
            yield "excused_reason", "述职方式为“不参加”的要写原因（RV-01）。"
        elif mode and mode != DutyMode.EXCUSED and why:
            yield "excused_reason", "只有述职方式为“不参加”的才写原因（RV-01）。"
        handed_in = (DutyReportStatus.SUBMITTED, DutyReportStatus.ACCEPTED)
        if values.get("status") in handed_in and not values.get("submitted_on"):
            yield "submitted_on", "待审核或审核通过的报告要填提交日期。"


class OfReport(Sheet):
    """Rows that hang under a stored duty report; a line for a branch without one is refused, not invented."""

    def prepare(self, context: Context) -> None:
        rows = DutyReport.objects.visible_to(context.user)
        context.data["reports"] = set(rows.values_list("session_id", "branch_id"))

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        pair = (values.get("report.session"), values.get("report.branch"))
        if None not in pair and pair not in context.data["reports"]:
            yield "report.branch", "这个党支部在这个年度没有述职报告，请先导入述职评议台账。"


@register
class DutyProblemSheet(OfReport):
    kind, title, order = "duty_problems", "查摆问题", 360
    model = "reviews.DutyProblem"
    after = "先导入述职评议台账。"
    intro = "书记述职时查摆的问题和改进措施，每个问题一行。"
    keys = (("report", "description"),)
    ordering = ("report__session", "report__order", "order", "pk")
    parents = (Parent("report", "reviews.DutyReport", key=("session", "branch")),)
    columns = (
        session_column("report.session"),
        branch_column("report.branch"),
        Column("问题", "description", synonyms=("查摆问题", "存在问题", "问题描述"), required=True, width=40),
        Column("原因", "cause", synonyms=("原因分析",), width=30),
        Column("改进措施", "measure", synonyms=("整改措施", "措施"), width=40),
        Column("解决日期", "solved_on", "date", synonyms=("完成日期",)),
        Column("顺序", "order", "int", default=1),
    )


@register
class BallotSheet(Sheet):
    kind, title, order = "ballots", "测评票", 370
    model = "reviews.BallotBatch"
    after = "先导入述职评议会议。"
    intro = "民主测评每组测评人发出、收回、有效和作废的票数。"
    keys = (("session", "voter_group"),)
    ordering = ("session", "voter_group")
    columns = (
        session_column(),
        Column("测评人", "voter_group", "choice", synonyms=("测评组", "测评人类别"), required=True, example="参会人员"),
        Column("发出票", "issued", "int", synonyms=("发出",), required=True, example=60),
        Column("收回票", "returned", "int", synonyms=("收回",), required=True, example=58),
        Column("有效票", "valid", "int", synonyms=("有效",), required=True, example=57),
        Column("作废票", "void", "int", synonyms=("作废", "无效票"), default=0, example=1),
    )

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        yield from ballot_errors(values)


@register
class TallySheet(OfReport):
    kind, title, order = "tallies", "测评计票汇总", 380
    model = "reviews.BallotTally"
    after = "先导入述职评议台账和测评票。"
    intro = "每名书记在每组测评人中得到的好、较好、一般、差和弃权票数。"
    keys = (("batch", "report"),)
    ordering = ("batch", "report__order", "pk")
    parents = (
        Parent("report", "reviews.DutyReport", key=("session", "branch")),
        Parent("batch", "reviews.BallotBatch", key=("session", "voter_group")),
    )
    columns = (
        session_column("report.session"),
        branch_column("report.branch"),
        Column("书记", readonly=True, export="report__secretary_name", needs=("report__secretary_name",)),
        session_column("batch.session", "测评会议年度"),
        Column("测评人", "batch.voter_group", "choice", synonyms=("测评组", "测评人类别"), required=True),
        Column("好", "good", "int", default=0),
        Column("较好", "fair", "int", default=0),
        Column("一般", "ordinary", "int", default=0),
        Column("差", "poor", "int", default=0),
        Column("弃权", "abstained", "int", default=0),
    )

    def prepare(self, context: Context) -> None:
        super().prepare(context)
        rows = BallotBatch.objects.visible_to(context.user)
        context.data["valid"] = {
            (s, group): valid for s, group, valid in rows.values_list("session_id", "voter_group", "valid")
        }

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        """RV-03: grades and abstentions sum to the valid ballots of the batch, which must be there."""
        yield from super().check(values, context)
        pair = (values.get("batch.session"), values.get("batch.voter_group"))
        if None in pair:
            return
        if values["batch.session"] != values.get("report.session", values["batch.session"]):
            yield "batch.session", "测评会议年度和述职年度应相同。"
        elif pair not in context.data["valid"]:
            yield "batch.voter_group", "这次会议没有这组测评人的票数，请先导入测评票。"
        else:
            votes = [values.get(name) or 0 for name in ("good", "fair", "ordinary", "poor", "abstained")]
            if all(isinstance(n, int) for n in votes) and sum(votes) != context.data["valid"][pair]:
                yield (
                    "good",
                    f"好、较好、一般、差、弃权合计{sum(votes)}票，应等于有效票{context.data['valid'][pair]}票（RV-03）。",
                )


def ballot_errors(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """RV-02: valid + void = returned ≤ issued."""
    issued, returned, valid = (values.get(prefix + name) for name in ("issued", "returned", "valid"))
    void = values.get(prefix + "void") or 0
    if not all(isinstance(n, int) for n in (issued, returned, valid, void)):
        return
    if returned > issued:
        yield prefix + "returned", f"收回票{returned}不能多于发出票{issued}（RV-02）。"
    if valid + void != returned:
        yield prefix + "valid", f"有效票{valid}加作废票{void}应等于收回票{returned}（RV-02）。"
