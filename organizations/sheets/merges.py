"""重复记录合并: for printing; two rows are made one on the page of the body, where every choice is seen."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core.excel.sheet import Column, Sheet, register


def day(name: str) -> Any:
    """The office's day of a moment."""

    def shown(row: Mapping[str, Any]) -> Any:
        return timezone.localtime(row[name]).date() if row[name] else ""

    return {"kind": "date", "export": shown, "needs": (name,)}


def moved_words(row: Mapping[str, Any]) -> str:
    return "、".join(f"{name}{count}条" for name, count in row["moved"].items())


@register
class OrganizationMergeSheet(Sheet):
    kind, title, order = "organization_merges", "重复记录合并情况表", 27
    model = "organizations.OrganizationMerge"
    intro = "哪两条记录合并成了一条：保留哪一条、取了哪些栏目、移了什么、谁在什么时候办的。"
    instead = "不单独导入：合并在社会组织的页面上办理，逐栏选择保留哪一条的内容。"
    can_import = False
    ordering = ("-created_at", "-pk")
    columns = (
        Column("合并日期", readonly=True, **day("created_at")),
        Column("保留的记录", readonly=True, export="kept__name", width=28),
        Column("统一社会信用代码", kind="code", readonly=True, export="kept__code"),
        Column("并入的记录", readonly=True, export="dropped__name", width=28),
        Column("并入记录的代码", kind="code", readonly=True, export="dropped__code"),
        Column("取自并入记录的栏目", readonly=True, export=lambda row: "、".join(row["taken"]), needs=("taken",), width=20),
        Column("移过来的内容", readonly=True, export=moved_words, needs=("moved",), width=24),
        Column("重复而没有保留的内容", readonly=True, export=lambda row: "；".join(row["lost"]), needs=("lost",), width=28),
        Column("经办人", readonly=True, export="created_by__name", width=8),
        Column("撤销日期", readonly=True, **day("undone_at")),
        Column("撤销人", readonly=True, export="undone_by__name", width=8),
        Column("撤销原因", readonly=True, export="undone_reason", width=20),
    )  # fmt: skip
