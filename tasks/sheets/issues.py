"""存在问题 and 下步打算."""

from core.excel import Column, Sheet, register

from .common import quarter_in


@register
class ProblemSheet(Sheet):
    kind, title, order = "problems", "存在问题台账", 260
    model = "tasks.Problem"
    intro = "每个季度存在的问题与不足，写进季度总结第二部分。"
    keys = (("quarter", "description"),)
    ordering = ("quarter", "order", "pk")
    columns = (
        Column("季度", "quarter", "quarter", synonyms=("归属季度",), from_title=quarter_in, required=True, width=16),
        Column("类别", "category", "choice"),
        Column("问题", "description", synonyms=("存在问题", "问题描述"), required=True, width=50),
        Column("举例", "example", width=40),
        Column("原因", "cause", synonyms=("原因分析",), width=40),
        Column("责任人", "owner"),
        Column("顺序", "order", "int"),
        Column("写进总结", "usable_for_summary", "bool"),
        Column("状态", "status", "choice", create_only=True),
    )


@register
class PlanSheet(Sheet):
    kind, title, order = "plans", "下步打算台账", 261
    model = "tasks.PlanItem"
    intro = "下一季度准备做什么，写进季度总结第三部分，季度末回头看落实情况。"
    notes = ("季度写打算在哪个季度做，例如第一季度总结里的打算写第二季度。",)
    keys = (("quarter", "heading"),)
    ordering = ("quarter", "order", "pk")
    columns = (
        Column("季度", "quarter", "quarter", synonyms=("归属季度",), from_title=quarter_in, required=True, width=16),
        Column("类别", "category", "choice"),
        Column("小标题", "heading", synonyms=("标题", "事项"), required=True, width=30),
        Column("内容", "description", synonyms=("具体内容",), required=True, width=60),
        Column("责任人", "owner"),
        Column("完成时限", "due", "date"),
        Column("顺序", "order", "int"),
        Column("状态", "status", "choice", create_only=True),
        Column("落实情况", "result", width=40),
    )
