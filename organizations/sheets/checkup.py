"""数据体检问题清单 and 支部核对情况表: only written, never read."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import models

from core.excel.sheet import Column, Sheet, register
from organizations.checkup import Finding
from organizations.models import latest_confirmation


class FindingSheet(Sheet):
    title = "数据体检问题清单"
    notes = (
        "按导出当天的台账逐条核对得出；改好以后，重新导出就不再出现。",
        "“必须改”是与规定或事实相矛盾的，“请核对”是可能有误的，“提醒”是临近期限或没有填全的。",
        "软件只提醒，怎么处理由党组织决定。",
    )
    columns = tuple(
        Column(heading, readonly=True, width=width)
        for heading, width in (
            *(("等次", 8), ("类别", 10), ("依据", 8), ("名称", 24), ("所在党支部", 24)),
            *(("问题", 18), ("情况", 44), ("建议", 44)),
        )
    )


def cells(findings: Iterable[Finding]) -> Iterator[list[Any]]:
    for found in findings:
        rule = found.rule
        yield [
            *(rule.level.label, rule.about.label, rule.code, found.name, found.where),
            *(rule.title, found.text, rule.advice),
        ]


@register
class BranchConfirmationSheet(Sheet):
    kind, title, order = "branch_confirmations", "支部核对情况表", 79
    model = "organizations.PartyBranch"
    can_import = False
    intro = "每个支部最近一次核对本支部信息：哪一天、谁核对的、当时还有几条必须改。"
    instead = "不单独导入：书记在支部体检单上点“核对无误”。"
    ordering = ("sort_key", "pk")
    columns = (
        Column("党组织全称", readonly=True, export="name", width=30),
        Column("书记", readonly=True, export="secretary", width=9),
        Column("党员数", kind="int", readonly=True, export="member_count"),
        Column("最近核对日期", kind="date", readonly=True, export="confirmed_on"),
        Column("核对人", readonly=True, export="checker", width=9),
        Column("核对时必须改的条数", kind="int", readonly=True, export="open_count", width=8),
    )

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        rows = rows.active(on).with_secretary(on).with_member_count(on)
        return self.completed(rows.annotate(confirmed_on=latest_confirmation("confirmed_on")), on)

    def completed(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.annotate(checker=latest_confirmation("checker"), open_count=latest_confirmation("open_count"))
