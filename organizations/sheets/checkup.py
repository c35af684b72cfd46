"""数据体检问题清单: only written, never read."""

from collections.abc import Iterable, Iterator
from typing import Any

from core.excel.sheet import Column, Sheet
from organizations.checkup import Finding


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
