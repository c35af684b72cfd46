"""规范提法 and 外来数据."""

from core.excel.sheet import Column, Sheet, register


@register
class PhraseSheet(Sheet):
    kind, title, order = "phrases", "规范提法", 410
    model = "reports.Phrase"
    intro = "指导思想、大会精神、工作部署等有时效的提法，一行一条。"
    notes = ("导入后是“待审”，审核后才会写进总结。", "“用到何日”写不再使用的第一天，一直可用的留空。")
    keys = (("kind", "text"),)
    ordering = ("kind", "valid_from", "pk")
    columns = (
        Column("类别", "kind", "choice", required=True, example="大会精神"),
        Column("提法", "text", synonyms=("规范提法", "表述"), required=True, help="与正式文件一字不差，句末不加标点。",
               example="党的二十大精神", width=50),
        Column("自何日起用", "valid_from", "date", synonyms=("起用日期", "开始使用日期"), required=True, example="2022-10-22"),
        Column("用到何日", "valid_until", "date", synonyms=("停用日期", "停止使用日期")),
        Column("出处", "source", synonyms=("来源", "依据"), width=40),
    )  # fmt: skip


@register
class OutsideFigureSheet(Sheet):
    kind, title, order = "outside_figures", "外来数据", 420
    model = "reports.OutsideFigure"
    intro = "综合党委自己不掌握、由其他部门提供的数据，一行一个指标。"
    keys = (("quarter", "indicator"),)
    ordering = ("quarter", "indicator")
    columns = (
        Column("指标", "indicator", synonyms=("指标名称",), required=True, example="全市社会组织从业人员数", width=36),
        Column("数值", "value", "decimal", synonyms=("数据",), required=True, example=12846),
        Column("单位", "unit", synonyms=("计量单位",), required=True, example="人", width=8),
        Column("数据截至", "as_of", "date", synonyms=("截止日期", "统计日期"), required=True, example="2022-12-31"),
        Column("来源", "source", synonyms=("数据来源", "提供单位"), required=True, example="市民政局", width=30),
        Column("归属季度", "quarter", "quarter", synonyms=("季度",), help="不填按数据截至日期。"),
        Column("写法", "print_form", "choice", default="exact", help="原数、……余，或约……。", example="原数"),
    )  # fmt: skip
