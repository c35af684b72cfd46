"""Facts about annual inspections and duty reviews."""

from reviews.choices import Conclusion
from reviews.models import DutyProblem, DutyReport, Finding, InspectionCampaign, InspectionRecord, ReviewSession

from .engine import RATE, ROWS, Base, Fact, Scope, add, add_base


def _by_quarter(model):
    return lambda s: model.objects.within(s.committee).for_quarters(s.period.first, s.period.last)


def _sessions(s: Scope):
    return _by_quarter(ReviewSession)(s).held()


add_base(Base("campaigns", "年度检查", lambda s: _by_quarter(InspectionCampaign)(s).started()))
add_base(Base("inspections", "年检记录", _by_quarter(InspectionRecord), select=("organization", "campaign")))
add_base(Base("findings", "检查问题", _by_quarter(Finding), select=("record__organization",)))
add_base(Base("sessions", "述职评议会议", _sessions))
add_base(Base("duty_reports", "述职报告", _by_quarter(DutyReport), select=("branch", "session")))
add_base(Base("duty_problems", "查摆问题", _by_quarter(DutyProblem), select=("report",)))

add(
    Fact(
        "campaigns",
        "年度检查",
        "次",
        "归属本期、已经启动的年度检查。",
        "campaigns",
        kind=ROWS,
        fields={"checked_year": lambda row: row.checked_year, "title": lambda row: row.title},
        order=("checked_year",),
        quoted_as="title",
    ),
    Fact("inspections_due", "应检社会组织", "家", "本期年度检查应参加的社会组织，一家算一家。", "inspections"),
    Fact(
        "inspections_submitted",
        "已参检社会组织",
        "家",
        "应检社会组织中已提交材料的，含退回修改的。",
        "inspections",
        condition=lambda q, s: q.submitted(),
        code="AN-01",
    ),
    Fact(
        "inspection_rate",
        "参检率",
        "%",
        "已参检社会组织除以应检社会组织，保留一位小数。",
        kind=RATE,
        parts=("inspections_submitted", "inspections_due"),
        code="AN-01",
    ),
    Fact(
        "inspections_without_clause",
        "年检发现未入章的社会组织",
        "家",
        "已查看章程、没有把党的建设写入章程的参检社会组织。",
        "inspections",
        condition=lambda q, s: q.without_clause(),
        known=lambda q, s: q.filter(has_party_clause__isnull=False),
        code="AN-02",
    ),
    Fact(
        "inspections_passed",
        "年检合格的社会组织",
        "家",
        "年检结论为合格的社会组织。",
        "inspections",
        condition=lambda q, s: q.concluded(Conclusion.PASSED),
    ),
    Fact("findings", "检查发现问题", "个", "本期年度检查发现的问题，一条算一个。", "findings"),
    Fact(
        "findings_advised",
        "提出整改建议",
        "条",
        "检查发现的问题中已提出整改建议的。",
        "findings",
        condition=lambda q, s: q.with_advice(),
    ),
    Fact(
        "findings_charter",
        "未将党的建设写入章程的问题",
        "家",
        "检查发现的问题中属于未将党的建设写入章程、并已提出整改建议的。",
        "findings",
        condition=lambda q, s: q.about_charter().with_advice(),
        code="CH-01",
    ),
    Fact(
        "findings_closed",
        "已完成整改",
        "个",
        "检查发现的问题中复查后销号的。",
        "findings",
        condition=lambda q, s: q.closed(),
    ),
    Fact(
        "rectification_rate",
        "整改完成率",
        "%",
        "已完成整改除以检查发现问题，保留一位小数。",
        kind=RATE,
        parts=("findings_closed", "findings"),
    ),
    Fact(
        "sessions",
        "述职评议会议",
        "次",
        "归属本期、已经召开的述职评议会议。",
        "sessions",
        kind=ROWS,
        fields={
            "year": lambda row: row.year,
            "name": lambda row: row.name,
            "has_democratic_review": lambda row: row.has_democratic_review,
        },
        order=("year",),
        quoted_as="name",
    ),
    Fact(
        "duty_due",
        "应述职的党支部书记",
        "名",
        "列入本期述职评议、述职方式不是“不参加”的党支部书记。",
        "duty_reports",
        condition=lambda q, s: q.due(),
        code="RV-01",
    ),
    Fact(
        "duty_oral",
        "口头述职的党支部书记",
        "个",
        "本期述职评议中，述职方式为“口头述职”的，一个党支部算一个。",
        "duty_reports",
        condition=lambda q, s: q.oral(),
        code="RV-01",
    ),
    Fact(
        "duty_written",
        "书面述职的党支部书记",
        "个",
        "本期述职评议中，述职方式为“书面述职”的，一个党支部算一个。",
        "duty_reports",
        condition=lambda q, s: q.written(),
        code="RV-01",
    ),
    Fact(
        "duty_handed_in",
        "已提交述职报告",
        "份",
        "应述职的党支部书记中已提交或审核通过的报告。",
        "duty_reports",
        condition=lambda q, s: q.due().handed_in(),
        code="RV-04",
    ),
    Fact(
        "duty_rate",
        "述职报告提交率",
        "%",
        "已提交述职报告除以应述职的党支部书记，保留一位小数。",
        kind=RATE,
        parts=("duty_handed_in", "duty_due"),
    ),
    Fact(
        "duty_oral_names",
        "口头述职的党支部",
        "个",
        "本期口头述职的党支部，按述职顺序。",
        "duty_reports",
        kind=ROWS,
        condition=lambda q, s: q.oral(),
        select=("branch",),
        fields={
            "name": lambda row: (
                str(row.branch).removesuffix("功能型党支部").removesuffix("联合党支部").removesuffix("党支部")
            )
        },
        order=("order", "pk"),
        quoted_as="name",
    ),
    Fact("duty_problems", "查摆问题", "个", "本期述职报告里查摆的问题。", "duty_problems", code="RV-05"),
    Fact(
        "duty_measures",
        "改进措施",
        "条",
        "查摆的问题中写明改进措施的。",
        "duty_problems",
        condition=lambda q, s: q.with_measure(),
        code="RV-05",
    ),
)
