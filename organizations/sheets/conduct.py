"""限期改正台账 and 未履行义务台账; a conclusion is told once and changes no membership."""

from collections.abc import Iterator
from typing import Any

from core.excel.sheet import Column, Context, register

from .people import BRANCH_COLUMN, ID_NUMBER, NAME, MemberRecordSheet, person_of


class ConductSheet(MemberRecordSheet):
    gone = "这名党员的组织关系已不在本级的党支部里。请核对姓名；是以往的登记，请写结论和结论日期。"

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        yield from super().check_change(values, stored, context)
        if stored is None:
            person = person_of(context, values["member"])
            if person is not None and not person.is_full and not values.get("outcome"):
                yield "member.name", self.gone
            elif person is not None and not (values.get("branch") or person.home):
                yield "branch", "这名党员已不在名册的党支部里。请写当时所在的党支部。"
        elif stored.outcome and any(
            name in values and values[name] != getattr(stored, name) for name in ("outcome", "outcome_on")
        ):
            was = f"{stored.outcome_on}的结论是“{stored.get_outcome_display()}”"
            yield "outcome", f"{was}，不在这里改。登记错了的，在这一条的页面上撤回结论。"


@register
class CorrectionSheet(ConductSheet):
    kind, title, order = "corrections", "限期改正台账", 45
    model = "organizations.MemberCorrection"
    intro = "责令限期改正的党员：情形、期限、文号，期满的结论。"
    notes = (
        "一次限期改正写一行；责令改正日期相同的是同一次，再次导入时更新。",
        "改正期限写改正期的最后一天，从责令改正之日起不超过一年。",
        "期满有了结论的，写结论和结论日期；劝退、除名的，批准以后还要在党员的页面上办理离开名册。",
    )
    ahead = ("until",)
    keys = (("member", "start_on"),)
    ordering = ("-start_on", "-pk")
    columns = (
        NAME,
        ID_NUMBER,
        BRANCH_COLUMN,
        Column("情形", "circumstance", "choice", synonyms=("主要表现", "不合格表现"), required=True, example="组织纪律散漫",
               width=14),
        Column("具体表现", "detail", synonyms=("具体情况", "事实"), width=28),
        Column("责令改正日期", "start_on", "date", synonyms=("限期改正日期", "责令日期", "起始日期"), required=True,
               example="2023-01-10"),
        Column("改正期限", "until", "date", synonyms=("改正期满日期", "期满日期", "截止日期"), required=True,
               example="2023-07-09"),
        Column("决定文号", "document_no", synonyms=("文号", "批复文号"), width=18),
        Column("结论", "outcome", "choice", synonyms=("改正结果", "处置结果"), choices={"改正": "corrected"}, width=9),
        Column("结论日期", "outcome_on", "date"),
        Column("结论说明", "outcome_note", width=20),
    )  # fmt: skip


@register
class LapseSheet(ConductSheet):
    kind, title, order = "lapses", "未履行义务台账", 46
    model = "organizations.MemberLapse"
    intro = "不参加组织生活、不做分配的工作的党员：从哪天起、有没有正当理由、结论。"
    notes = (
        "一名党员的一种情形写一行；情形、起始日期都相同的是同一次，再次导入时更新。",
        "有正当理由的写明，写了的不再提醒。",
        "恢复了的，结论写“已恢复”和日期；除名的，批准以后还要在党员的页面上办理离开名册。",
        "欠缴党费的不写在这里，写在党员名册的党费缴纳至。",
    )
    keys = (("member", "ground", "since"),)
    ordering = ("-since", "-pk")
    columns = (
        NAME,
        ID_NUMBER,
        BRANCH_COLUMN,
        Column("情形", "ground", "choice", required=True, choices={
            "不参加组织生活": "life", "未参加组织生活": "life", "不做分配的工作": "work", "不做党分配的工作": "work"},
               example="不参加党的组织生活", width=18),
        Column("起始日期", "since", "date", synonyms=("开始日期", "起算日期"), required=True, example="2022-10-01"),
        Column("正当理由", "excuse", synonyms=("理由",), width=24),
        Column("核实情况", "note", synonyms=("谈话情况", "核实处理情况"), width=28),
        Column("结论", "outcome", "choice", synonyms=("处理结果",), choices={"恢复": "resumed", "已恢复履行": "resumed"},
               width=9),
        Column("结论日期", "outcome_on", "date"),
        Column("结论说明", "outcome_note", width=20),
    )  # fmt: skip
