"""党员增减台账, 组织关系转接台账, 流动党员台账, 失联党员台账: printed from what was done on the pages, not read back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

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


@register
class FloatingSheet(PrintedSheet):
    kind, title, order = "floating", "流动党员台账", 43
    model = "organizations.FloatingRecord"
    intro = "流出、流入的党员：何时外出、到哪里、谁联系、上次联系的日期。"
    ordering = ("-left_on", "-pk")
    columns = (
        Column("姓名", readonly=True, export="member__name"),
        Column("方向", "direction", "choice", readonly=True),
        Column("所在党支部", readonly=True, width=24, **either("branch__short_name", "branch__name")),
        Column("外出日期", "left_on", "date", readonly=True),
        Column("流向", "place", readonly=True, width=18),
        Column("地点固定", "is_settled", "bool", readonly=True),
        Column("外出事由", "cause", readonly=True, width=18),
        Column("对方党组织", "other_party", readonly=True, width=28),
        Column("支部联系人", "contact_person", readonly=True),
        Column("上次联系日期", kind="date", readonly=True, export="last_contact"),
        Column("返回（转关系）日期", "ended_on", "date", readonly=True),
        Column("状态", "status", "choice", readonly=True),
        Column("备注", "remark", readonly=True, width=20),
    )  # fmt: skip

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.with_last_contact()


@register
class LostSheet(PrintedSheet):
    kind, title, order = "lost_members", "失联党员台账", 44
    model = "organizations.LostRecord"
    intro = "失联的党员：情形、日期、查找情况、何时取得联系。"
    ordering = ("-lost_on", "-pk")
    columns = (
        Column("姓名", readonly=True, export="member__name"),
        Column("所在党支部", readonly=True, width=24, **either("branch__short_name", "branch__name")),
        Column("失联情形", "circumstance", "choice", readonly=True, width=18),
        Column("失联日期", "lost_on", "date", readonly=True),
        Column("查找情况", "note", readonly=True, width=28),
        Column("取得联系日期", "found_on", "date", readonly=True),
        Column("取得联系情况", "found_note", readonly=True, width=28),
        Column("办结日期", "ended_on", "date", readonly=True),
        Column("办结原因", "ended_note", readonly=True, width=16),
    )  # fmt: skip
