"""培训 and its 培训人员."""

from collections.abc import Iterator
from typing import Any

from core.excel import Column, Context, Parent, Sheet, register
from tasks.models import Training

from .common import BRANCH


@register
class TrainingSheet(Sheet):
    kind, title, order = "training", "培训台账", 250
    model = "tasks.Training"
    intro = "党建业务培训，一行一期。"
    keys = (("name", "start"),)
    ordering = ("start", "pk")
    columns = (
        Column("培训名称", "name", synonyms=("名称", "培训班名称"), required=True, width=36),
        Column("主办单位", "host", width=20),
        Column("培训对象", "audience", "choice", synonyms=("对象",), required=True),
        Column("开始日期", "start", "date", synonyms=("培训日期",), required=True),
        Column("结束日期", "end", "date", help="一天的可以不填。"),
        Column("归属季度", "quarter", "quarter", help="不填的按开始日期。"),
        Column("学时", "hours", "decimal"),
        Column("地点", "place", width=20),
        Column("培训内容", "topics", synonyms=("内容",), width=40),
        Column("经费", "cost", "decimal", help="单位：元。"),
        Column("状态", "status", "choice", create_only=True),
    )

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        start, end = values.get("start"), values.get("end")
        if start and end and end < start:
            yield "end", f"结束日期{end}早于开始日期{start}。请核对。"

    def derive(self, obj: Training, context: Context) -> None:
        obj.end = obj.end or obj.start
        obj.before_save()


@register
class TrainingParticipantSheet(Sheet):
    kind, title, order = "training_participants", "培训人员名单", 251
    model = "tasks.TrainingParticipant"
    after = "先导入培训台账和党组织台账。"
    intro = "每期培训的参加人员和到课情况。"
    keys = (("training", "branch", "person_name"), ("training", "person_name"))
    parents = (Parent("training", "tasks.Training", key=("name", "start")),)
    ordering = ("training", "pk")
    columns = (
        Column("培训名称", "training.name", synonyms=("培训班名称",), required=True, width=36),
        Column("开始日期", "training.start", "date", synonyms=("培训日期",), required=True),
        Column("党支部", "branch", "lookup", lookup=BRANCH, synonyms=("所在党支部", "党组织"), width=26),
        Column("姓名", "person_name", required=True, personal=True),
        Column("是否到课", "attended", "bool", synonyms=("到课", "签到")),
    )

    def queryset(self, user: Any) -> Any:
        rows = self.model_class._default_manager.filter(training__in=Training.objects.visible_to(user).values("pk"))
        return rows.order_by(*self.ordering)

    def prepare(self, context: Context) -> None:
        context.data["trainings"] = set(Training.objects.within(context.committee).values_list("name", "start"))

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        name, start = values.get("training.name"), values.get("training.start")
        if name and start and (name, start) not in context.data["trainings"]:
            yield "training.name", f"没有{start}开始的培训“{name}”。请先导入或登记这期培训。"
