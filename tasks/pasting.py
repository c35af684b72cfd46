"""A task list's table as copied from Word or Excel: tab-divided lines → items, with the errors of each line."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.periods import quarter_end, quarter_start
from tasks.choices import TaskCategory, TaskScope
from tasks.models import TaskItem, TaskList

HEADINGS = {
    "number": ("序号", "编号", "任务序号"),
    "category": ("类别", "分类"),
    "text": ("工作任务", "任务", "工作内容", "工作任务名称"),
    "requirement": ("具体要求", "具体举措", "目标及质量要求", "要求", "考核要点"),
    "leader": ("责任领导",),
    "department": ("责任科室", "责任单位", "责任单位(科室)", "责任处室"),
    "partners": ("协办单位", "配合单位"),
    "due": ("完成时限", "时限", "完成时间", "完成日期"),
    "points": ("分值", "分数"),
    "evidence": ("佐证要求", "佐证材料", "佐证"),
    "remark": ("备注",),
}
ORDER = ("number", "text", "requirement", "department", "due")  # where the pasted lines have no header
FULL = re.compile(r"^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?$")
MONTH_DAY = re.compile(r"^(\d{1,2})[月./-](\d{1,2})日?(?:前|底)?$")
MONTH = re.compile(r"^(?:(\d{4})年)?(\d{1,2})月(?:底|末)?(?:前)?$")


@dataclass
class Pasted:
    task_list: TaskList
    items: list[TaskItem] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def store(self, *, by: User) -> None:
        with transaction.atomic():
            for item in self.items:
                item.created_by = by
                item.save()
            audit.record(AuditEvent.CHANGE, self.task_list, by=by, note=f"粘贴{len(self.items)}项任务")


def squash(text: str) -> str:
    return re.sub(r"\s", "", text).replace("（", "(").replace("）", ")")


def read_table(text: str, task_list: TaskList) -> Pasted:
    found = Pasted(task_list)
    lines = [[cell.strip().strip('"') for cell in line.split("\t")] for line in text.splitlines() if line.strip()]
    names, start = header(lines, found)
    taken = dict(task_list.items.values_list("number", "text"))
    last = max(taken, default=0)
    for place, cells in enumerate(lines[start:], start + 1):
        values = {name: cells[n] for n, name in names.items() if n < len(cells) and cells[n]}
        if not values.get("text"):
            if values:
                found.errors.append(f"第{place}行：没有工作任务，请补上或删去这一行。")
            continue
        try:
            item = make_item(values, task_list, last)
        except ValidationError as error:
            found.errors += [f"第{place}行：{message}" for message in error.messages]
            continue
        if item.number in taken:
            found.errors.append(f"第{place}行：清单里已有序号{item.number}（{taken[item.number]}）。")
            continue
        taken[item.number] = item.text
        last = max(last, item.number)
        found.items.append(item)
    if not found.items and not found.errors:
        found.errors.append("没有认出任务。请连同表头一起复制表格再粘贴。")
    return found


def header(lines: list[list[str]], found: Pasted) -> tuple[dict[int, str], int]:
    """{column: field} and the first line of data."""
    known = {squash(word): name for name, words in HEADINGS.items() for word in words}
    for place, cells in enumerate(lines[:10]):
        names = {n: known[squash(c)] for n, c in enumerate(cells) if squash(c) in known}
        if "text" in names.values():
            found.ignored = [c for n, c in enumerate(cells) if c and n not in names]
            return names, place + 1
    return dict(enumerate(ORDER)), 0


def make_item(values: dict[str, str], task_list: TaskList, last: int) -> TaskItem:
    errors: list[str] = []
    for name in ("text", "requirement", "leader", "department", "partners", "evidence", "remark"):
        limit = TaskItem._meta.get_field(name).max_length
        if len(values.get(name, "")) > limit:
            errors.append(f"{TaskItem._meta.get_field(name).verbose_name}有{len(values[name])}个字，最多{limit}个字。")
    labels = {label: value for value, label in TaskCategory.choices}
    item = TaskItem(
        task_list=task_list,
        committee_id=task_list.committee_id,
        number=last + 1,
        category=labels.get(values.get("category", ""), TaskCategory.OTHER),
        scope=TaskScope.ALL_BRANCHES,
        start=quarter_start(task_list.quarter),
        due=quarter_end(task_list.quarter),
        **{
            n: values.get(n, "")
            for n in ("text", "requirement", "leader", "department", "partners", "evidence", "remark")
        },
    )
    number = re.sub(r"\D", "", values.get("number", ""))
    if number:
        item.number = int(number[:4])
    try:
        if values.get("due"):
            item.due = read_due(values["due"], task_list.quarter)
        if values.get("points"):
            item.points = Decimal(values["points"].removesuffix("分"))
    except ValueError as error:
        errors.append(str(error))
    except InvalidOperation:
        errors.append(f"看不懂分值“{values['points']}”，请只写数字。")
    if item.due < item.start:
        errors.append(f"完成时限{item.due}早于季度的第一天{item.start}。")
    if errors:
        raise ValidationError(errors)
    return item


def read_due(text: str, quarter: int) -> date:
    """2023-03-31, 3月31日前, 3月底; a day without a year is in the year of the quarter."""
    text = squash(text).removesuffix("前")
    year = quarter // 4
    try:
        if match := FULL.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := MONTH_DAY.match(text):
            return date(year, int(match[1]), int(match[2]))
        if match := MONTH.match(text):
            month, year = int(match[2]), int(match[1] or year)
            return date(year + month // 12, month % 12 + 1, 1) - date.resolution
    except ValueError:
        pass
    if text in ("季度末", "本季度", "本季度末", "一季度", "二季度", "三季度", "四季度"):
        return quarter_end(quarter)
    raise ValueError(f"看不懂完成时限“{text}”，请写成2023-03-31或3月31日。")
