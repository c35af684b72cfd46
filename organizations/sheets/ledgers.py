"""台账核对 and the differences it found: two workbooks, the second hangs under the first."""

from collections.abc import Iterator
from typing import Any

from core.excel.sheet import Column, Context, Parent, Sheet, register

from .common import BODY, BODY_WORDS

SOURCE_WORDS = {"年检": "inspection", "平台": "platform", "党员库": "member_database", "台账": "own"}


@register
class LedgerCheckSheet(Sheet):
    kind, title, order = "ledger_checks", "台账核对情况表", 80
    model = "organizations.LedgerCheck"
    intro = "每次核对一行：哪天、和谁核对、核对了多少家和多少名。"
    keys = (("checked_on", "compared_with"),)
    ordering = ("-checked_on", "pk")
    columns = (
        Column("核对日期", "checked_on", "date", synonyms=("核对时间",), required=True, example="2023-03-10"),
        Column("归属季度", "quarter", "quarter", help="不填按核对日期。"),
        Column("我方台账", "source", "choice", choices=SOURCE_WORDS, default="own", example="本系统台账", width=20),
        Column("核对对象", "compared_with", "choice", synonyms=("对比对象", "比对对象"), choices=SOURCE_WORDS,
               required=True, example="党建工作信息管理平台", width=24),
        Column("核对社会组织", "organizations_checked", "int", synonyms=("核对社会组织数", "社会组织数"), example=62),
        Column("核对党员", "members_checked", "int", synonyms=("核对党员数", "党员数"), example=236),
        Column("对方数据截至", "data_as_of", "date"),
        Column("核对人", "checked_by", example="陈例文"),
        Column("备注", "remark", width=20),
    )  # fmt: skip


@register
class LedgerDifferenceSheet(Sheet):
    kind, title, order = "ledger_differences", "数据核对差异表", 85
    model = "organizations.LedgerDifference"
    intro = "核对发现的每处不一致一行：我方内容、对方内容、判定和更正日期。"
    after = "先导入台账核对情况表，差异才挂得上。"
    keys = (("check_run", "object_label", "field"),)
    ordering = ("-check_run__checked_on", "pk")
    parents = (Parent("check_run", "organizations.LedgerCheck", key=("checked_on", "compared_with")),)
    columns = (
        Column("核对日期", "check_run.checked_on", "date", synonyms=("核对时间",), required=True, example="2023-03-10"),
        Column("核对对象", "check_run.compared_with", "choice", synonyms=("对比对象",), choices=SOURCE_WORDS,
               required=True, example="党建工作信息管理平台", width=24),
        Column("对象", "object_label", synonyms=("对象名称",), required=True, help="单位或党员的名称。",
               example="市广告协会", width=24),
        Column("社会组织", "organization", "lookup", lookup=BODY, synonyms=BODY_WORDS[1:],
               help="差异属于哪家社会组织，可以不填。", width=24),
        Column("栏目", "field", synonyms=("字段", "项目"), required=True, example="法定代表人"),
        Column("我方内容", "ours", synonyms=("台账内容", "台账"), width=20),
        Column("对方内容", "theirs", synonyms=("平台内容", "平台"), width=20),
        Column("判定", "decision", "choice", default="open"),
        Column("更正日期", "corrected_on", "date", synonyms=("处理时间", "更正时间")),
    )  # fmt: skip

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        if values.get("decision") == "not_a_problem" and values.get("corrected_on"):
            yield "corrected_on", "判定为“不是问题”的不填更正日期。"
