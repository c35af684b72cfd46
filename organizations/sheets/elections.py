"""基层党组织换届台账."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models

from core.excel.sheet import Column, Context, Sheet, register
from organizations.choices import TERM_ENDED
from organizations.models import ElectionTerm, PartyBranch

from .common import BRANCH

TAKEN = "只在新增时采用；已有的在换届页面上办理。"


@register
class ElectionSheet(Sheet):
    kind, title, order = "elections", "基层党组织换届台账", 35
    model = "organizations.ElectionTerm"
    intro = "每个党组织每一届一行：应换届日期、选举情况和批复。"
    after = "先导入党组织台账，正在任期内的换届会自动列出；这里主要用来补录以前各届。"
    notes = (
        "届次写任期届满的是第几届。应换届日期是本届选举日期加上任期。",
        "选举、批复、延期只在新增一行时采用；系统里已有的这一届，请在换届页面上一步一步办理，原班子和新班子才会同时更新。",
        "状态不填：有选举日期和批复的为完成，其他的为待换届。",
    )
    keys = (("branch", "number"),)
    ordering = ("branch__sort_key", "number", "pk")
    columns = (
        Column("党组织全称", "branch", "lookup", lookup=BRANCH, synonyms=("党组织", "党组织名称", "党支部", "党支部名称"),
               required=True, example="示例市广告协会党支部", width=30),
        Column("类别", readonly=True, export="branch__kind"),
        Column("届次", "number", "int", required=True, example=2),
        Column("本届选举日期", "started_on", "date", synonyms=("上届选举日期", "本届选举时间"), create_only=True, help=TAKEN,
               example="2020-05-20"),
        Column("应换届日期", "due_on", "date", synonyms=("届满日期", "应换届时间", "届满时间"), required=True, create_only=True,
               help=TAKEN, example="2023-05-20"),
        Column("提醒日期", "reminded_on", "date", create_only=True, help=TAKEN),
        Column("提醒方式", "reminder_way", "choice", create_only=True, help=TAKEN),
        Column("请示文号", "request_no", width=18),
        Column("同意换届批复文号", "reply_no", synonyms=("批复文号", "换届批复文号"), width=18),
        Column("选举日期", "elected_on", "date", synonyms=("换届选举日期", "实际换届日期"), create_only=True, help=TAKEN),
        Column("应到", "voters_due", "int", group="有选举权人数", create_only=True),
        Column("实到", "voters_present", "int", group="有选举权人数", create_only=True),
        Column("候选人数", "candidates", "int", create_only=True),
        Column("应选数", "seats", "int", create_only=True),
        Column("发出", "ballots_issued", "int", group="选票", create_only=True),
        Column("收回", "ballots_returned", "int", group="选票", create_only=True),
        Column("选举结果批复文号", "approval_no", create_only=True, help=TAKEN, width=18),
        Column("批复日期", "approved_on", "date", create_only=True, help=TAKEN),
        Column("延期批准文号", "extension_no", create_only=True, help=TAKEN, width=18),
        Column("延期至", "extended_until", "date", create_only=True, help=TAKEN),
        Column("换届状态", "status", "choice", synonyms=("状态",), create_only=True, help=TAKEN),
        Column("备注", "remark", width=20),
    )  # fmt: skip

    def queryset(self, user: Any) -> models.QuerySet:
        return super().queryset(user).select_related("branch")

    def prepare(self, context: Context) -> None:
        branches = PartyBranch.objects.within(context.committee)
        rows = ElectionTerm.objects.filter(branch__in=branches).exclude(status__in=TERM_ENDED)
        context.data["open"] = dict(rows.values_list("branch_id", "number"))
        context.data["ends"] = dict(branches.values_list("pk", "term_end"))

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        branch = values.get("branch")
        pk = branch[1] if isinstance(branch, tuple) else branch
        number, elected = values.get("number"), values.get("elected_on")
        now = context.data["open"].get(pk)
        if pk is None or isinstance(elected, date) or now == number or values.get("status") in TERM_ENDED:
            return
        if now is not None:
            yield "number", f"这个党组织没办完的换届是第{now}届，不能再登记没有选举的第{number}届。请核对届次。"
        elif context.data["ends"].get(pk) is None:
            yield "branch", "党组织台账里没有这个党组织的本届届满日期。请先填写，换届会自动列出。"

    def derive(self, obj: ElectionTerm, context: Context) -> None:
        obj.settle_new()
