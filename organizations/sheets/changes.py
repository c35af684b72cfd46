"""党员增减台账, 组织关系转接台账: printed from what was done on the pages, not read back."""

from collections.abc import Mapping
from typing import Any

from core.excel.sheet import Column, Sheet, register
from core.periods import Period
from organizations.statistics import balance_for

from .members import balance_lines


def either(*names: str) -> Any:
    """The first of these paths that holds something."""

    def shown(row: Mapping[str, Any]) -> str:
        return next((row[name] for name in names if row[name]), "")

    return {"export": shown, "needs": names}


class PrintedSheet(Sheet):
    """An export only."""

    can_import = False


@register
class MemberChangeSheet(PrintedSheet):
    kind, title, order = "member_changes", "党员增减台账", 41
    model = "organizations.MemberChange"
    intro = "发展、转正、转接、出党、死亡：谁、哪一天、在哪个支部、凭什么文号。"
    instead = "不单独导入：以往的发展、转入写在党员名册的“进入原因”里导入，其他变动在党员的页面上办理。"
    ordering = ("-on", "-pk")
    columns = (
        Column("日期", "on", "date", readonly=True),
        Column("姓名", readonly=True, export="member__name"),
        Column("变动", "kind", "choice", readonly=True, width=18),
        Column("所在党支部", readonly=True, width=24, **either("branch__short_name", "branch__name")),
        Column("对方党组织", readonly=True, width=28,
               **either("other_branch__short_name", "other_branch__name", "outside")),
        Column("文号", "document_no", readonly=True, width=18),
        Column("说明", "note", readonly=True, width=24),
    )  # fmt: skip

    def footer(self, user: Any, period: Period) -> list[str]:
        return balance_lines(balance_for(user, period), period)


@register
class TransferSheet(PrintedSheet):
    kind, title, order = "transfers", "组织关系转接台账", 42
    model = "organizations.MemberTransfer"
    intro = "每件转接的发起、审核、接收日期和介绍信编号。"
    instead = "不单独导入：转接要逐件发起、审核、接收，在党员的页面上办理；已经转来的党员写进党员名册导入。"
    ordering = ("-started_on", "-pk")
    columns = (
        Column("姓名", readonly=True, export="member__name"),
        Column("方向", "direction", "choice", readonly=True),
        Column("转出党组织", readonly=True, width=28, **either("from_branch__short_name", "from_branch__name", "outside")),
        Column("转入党组织", readonly=True, width=28, **either("to_branch__short_name", "to_branch__name", "outside")),
        Column("转接原因", "cause", readonly=True, width=18),
        Column("介绍信编号", "letter_no", readonly=True, width=18),
        Column("发起日期", "started_on", "date", readonly=True),
        Column("审核日期", "approved_on", "date", readonly=True),
        Column("办结日期", "ended_on", "date", readonly=True),
        Column("状态", "status", "choice", readonly=True),
        Column("办结说明", "answer", readonly=True, width=24),
    )  # fmt: skip
