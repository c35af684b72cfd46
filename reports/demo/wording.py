"""规范提法 with their days, and 外来数据 of the quarter."""

from .books import Book, day
from .work import Q1, Q4

PHRASES = (
    ("指导思想", "习近平新时代中国特色社会主义思想", "2017-10-24", "", "党章"),
    ("大会精神", "党的十九大精神", "2017-10-24", "2022-10-22", "党的十九大报告"),
    ("大会精神", "党的二十大精神", "2022-10-22", "", "党的二十大报告"),
    ("工作部署", "市委非公工委工作会议", "2022-03-01", "2023-01-13", "市委非公工委工作会议材料"),
    (
        "工作部署",
        "市委非公工委扩大会议暨2022年度抓基层党建工作述职会议",
        "2023-01-13",
        "2024-01-01",
        "市委非公工委会议通知",
    ),
)
FIGURES = (
    ("全市社会组织从业人员数", 12846, "人", "2022-12-31", "市民政局年度统计", Q4, "……余"),
    ("全市社会组织总数", 1386, "家", "2022-12-31", "市民政局年度统计", Q4, "原数"),
    ("全市社会组织总数", 1391, "家", "2023-03-31", "市民政局季度统计", Q1, "原数"),
)


def books() -> list[Book]:
    phrases = [(kind, text, day(start), day(end), source) for kind, text, start, end, source in PHRASES]
    figures = [
        (indicator, value, unit, day(on), source, quarter, form)
        for indicator, value, unit, on, source, quarter, form in FIGURES
    ]
    return [
        Book("phrases", "规范提法登记表", ("类别", "提法", "起用日期", "停用日期", "出处"), phrases),
        Book(
            "outside_figures",
            "外来数据登记表",
            ("指标名称", "数值", "单位", "数据截至", "数据来源", "季度", "写法"),
            figures,
            file="外来数据",
        ),
    ]
