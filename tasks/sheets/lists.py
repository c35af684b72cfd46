"""季度任务清单 and 任务完成情况."""

from collections.abc import Iterator
from typing import Any

from core.excel import Column, Context, Lookup, Parent, Sheet, register
from tasks.models import TaskAssignment, TaskItem

from .common import BRANCH, COMMITTEE_WORDS, plain_title, quarter_in


@register
class TaskItemSheet(Sheet):
    kind, title, order = "task_items", "季度任务清单", 210
    model = "tasks.TaskItem"
    after = "先导入党组织台账，选定党支部的任务才认得出党支部。"
    intro = "上级下发或自定的季度任务清单，一行一项任务。"
    notes = (
        "清单名称和季度写在标题行里也可以，例如“2023年第一季度全市非公企业和社会组织党建工作任务清单”。",
        "清单导入后是草稿，核对无误后在清单页面点“下发”，系统按责任范围分派给党支部。",
        "责任范围选“选定党支部”的，在“选定党支部”一栏写党支部名称，用顿号隔开。",
    )
    keys = (("task_list", "number"), ("task_list", "text"))
    parents = (Parent("task_list", "tasks.TaskList", key=("title", "quarter")),)
    columns = (
        Column("清单名称", "task_list.title", from_title=plain_title, synonyms=("清单", "任务清单"), required=True, width=36),
        Column("季度", "task_list.quarter", "quarter", from_title=quarter_in, required=True, width=16,
               example="2023年第一季度"),
        Column("来源", "task_list.source", "choice", create_only=True),
        Column("发文机关", "task_list.issued_by", width=20),
        Column("文号", "task_list.document_no"),
        Column("发文日期", "task_list.issued_on", "date"),
        Column("清单状态", "task_list.status", "choice", create_only=True,
               help="只在新建清单时有效；补录已下发的清单写“已下发”。"),
        Column("任务序号", "number", "int", synonyms=("项次",), help="在清单里的序号；不填的按行的先后编。"),
        Column("类别", "category", "choice", width=18),
        Column("工作任务", "text", synonyms=("任务", "工作任务名称"), required=True, width=36),
        Column("具体要求", "requirement", synonyms=("具体举措", "目标及质量要求", "要求"), width=40),
        Column("责任领导", "leader"),
        Column("责任科室", "department", synonyms=("责任单位(科室)", "责任单位"), width=16),
        Column("协办单位", "partners", width=16),
        Column("责任范围", "scope", "choice"),
        Column("选定党支部", "branches", "names", lookup=BRANCH),
        Column("开始日期", "start", "date", help="不填的按完成时限所在季度的第一天。"),
        Column("完成时限", "due", "date", synonyms=("时限", "完成时间要求"), required=True),
        Column("分值", "points", "decimal", width=8),
        Column("佐证要求", "evidence", synonyms=("佐证材料",), width=24),
        Column("量化目标", "target", "int"),
        Column("计量单位", "unit", width=8),
        Column("备注", "remark", width=20),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        context.data["numbers"] = {}

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        start, due = values.get("start"), values.get("due")
        if start and due and due < start:
            yield "due", f"完成时限{due}早于开始日期{start}。请核对。"

    def derive(self, obj: TaskItem, context: Context) -> None:
        if obj.number is None:
            numbers = context.data["numbers"]
            if obj.task_list_id not in numbers:
                numbers[obj.task_list_id] = max(
                    TaskItem.objects.filter(task_list=obj.task_list_id).values_list("number", flat=True), default=0
                )
            numbers[obj.task_list_id] += 1
            obj.number = numbers[obj.task_list_id]
        obj.before_save()


@register
class AssignmentSheet(Sheet):
    kind, title, order = "assignments", "任务完成情况", 220
    model = "tasks.TaskAssignment"
    after = "先导入季度任务清单和党组织台账。"
    intro = "每个党支部每项任务的完成情况；补录以前季度的任务也用它。"
    notes = ("状态、提交日期、通过日期只在新增时有效，已有的在任务页面提交和审核。",)
    keys = (("item", "branch"),)
    parents = (Parent("item", "tasks.TaskItem", key=("task_list", "number")),)
    columns = (
        Column("清单名称", "item.task_list", "lookup", lookup=Lookup("tasks.TaskList", ("title",)),
               from_title=plain_title, synonyms=("清单", "任务清单"), required=True, width=36),
        Column("任务序号", "item.number", "int", synonyms=("项次",), required=True),
        Column("工作任务", readonly=True, export="item__text", width=36),
        Column("党支部", "branch", "lookup",
               lookup=Lookup("organizations.PartyBranch", ("name", "short_name", "former_names"), words=COMMITTEE_WORDS),
               synonyms=("党组织", "责任单位"), required=True, width=26, help="综合党委本级的任务写“本级”。"),
        Column("完成时限", "due", "date", help="不填的与任务相同。"),
        Column("状态", "status", "choice", create_only=True, synonyms=("完成状态",)),
        Column("完成情况", "report", width=40),
        Column("完成数量", "quantity", "int"),
        Column("提交日期", "submitted_on", "date", create_only=True, synonyms=("完成时间", "完成日期")),
        Column("通过日期", "passed_on", "date", create_only=True),
        Column("是否按期", readonly=True, export=lambda row: on_time(row),
               needs=("status", "submitted_on", "due")),
        Column("审核意见", "remark", create_only=True, width=24),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        items = TaskItem.objects.within(context.committee).values_list("pk", "task_list__quarter", "due")
        context.data["items"] = {pk: (quarter, due) for pk, quarter, due in items}
        keys = TaskItem.objects.within(context.committee).values_list("task_list_id", "number")
        context.data["keys"] = set(keys)

    def check(self, values: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
        if (values.get("item.task_list"), values.get("item.number")) not in context.data["keys"]:
            yield "item.number", f"清单里没有序号是{values.get('item.number')}的任务。请核对，或先导入任务清单。"
        if values.get("status") in ("submitted", "passed") and not values.get("submitted_on"):
            yield "submitted_on", "状态是待审核或已通过的要填提交日期。"

    def derive(self, obj: TaskAssignment, context: Context) -> None:
        quarter, due = context.data["items"].get(obj.item_id, (None, None))
        obj.quarter = obj.quarter if obj.quarter is not None else quarter
        obj.due = obj.due or due
        obj.before_save()


def on_time(row: dict[str, Any]) -> str:
    if row["status"] != "passed":
        return ""
    return "是" if row["submitted_on"] and row["submitted_on"] <= row["due"] else "否"
