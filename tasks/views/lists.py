"""Task lists and their items."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import engines
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from core.excel import get_sheet, writing
from core.pages import (
    Action,
    Cell,
    Column,
    CreatePage,
    Crumb,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    current_period,
    visible_or_404,
)
from core.periods import quarter_label, today
from core.permissions import is_office, is_staff, require
from core.templatetags.core_tags import percent
from tasks.choices import TASK_LIST_KINDS, TaskCategory, TaskListStatus
from tasks.filters import TaskListFilter
from tasks.forms import PasteForm, TaskItemForm, TaskListForm
from tasks.models import TaskAssignment, TaskItem, TaskList
from tasks.pasting import read_table
from tasks.statistics import Matrix, completion, completion_by_branch, completion_by_category, legend, matrix
from tasks.workflows import (
    archive_task_list,
    assign_new_branches,
    can_archive_task_list,
    can_copy_task_list,
    can_delete_item,
    can_edit_task_list,
    can_issue_task_list,
    can_sum_up_task_list,
    copy_task_list,
    delete_item,
    issue_task_list,
    sum_up_task_list,
)


def share(passed: int, base: int) -> str:
    return percent(passed / base if base else None)


class TaskListList(ListPage):
    model = TaskList
    allowed = staticmethod(is_office)
    columns = (
        Column("标题", "title", link=True, sort="title"),
        Column("季度", "quarter", sort="quarter", value=lambda row: quarter_label(row["quarter"])),
        Column("来源", "source"),
        Column("发文机关", "issued_by", phone="hide"),
        Column("任务", "item_count", "number"),
        Column("已通过/应办", fields=("passed_count", "applicable_count"), kind="number",
               value=lambda row: f"{row['passed_count']}/{row['applicable_count']}"),
        Column("完成率", fields=("passed_count", "applicable_count"), kind="number",
               value=lambda row: share(row["passed_count"], row["applicable_count"])),
        Column("状态", "status", "state", states=TASK_LIST_KINDS, sort="status"),
    )  # fmt: skip
    filterset_class = TaskListFilter
    search_hint = "标题、文号、发文机关"
    ordering = ("-quarter", "title")
    paginate_by = 20  # five years; each line counts the assignments of its list
    unit = "份"
    create_url_name = "tasks:tasklist-create"
    create_label = "新建清单"
    import_kind = "task_items"
    empty_text = "导入上级下发的清单，或者新建一份，再下发到党支部。"

    def get_queryset(self) -> Any:
        return super().get_queryset().with_progress()


class TaskListDetail(DetailPage):
    model = TaskList
    allowed = staticmethod(is_office)
    related = ("committee",)
    fact_fields = ("source", "issued_by", "document_no", "issued_on")
    can_edit = staticmethod(can_edit_task_list)
    template_name = "tasks/tasklist_detail.html"

    def meta(self) -> str:
        return self.object.quarter_label

    def crumbs(self) -> list[Crumb]:
        return [Crumb("季度任务清单", reverse("tasks:tasklist-list"))]

    def actions(self) -> list[Action]:
        user, row, found = self.request.user, self.object, []

        def add(label: str, name: str, icon: str, **more: Any) -> None:
            found.append(Action(label, reverse(f"tasks:tasklist-{name}", args=[row.pk]), icon, **more))

        if row.status != TaskListStatus.DRAFT:
            add("党支部 × 任务", "matrix", "grid-3x3", post=False, primary=True)
        add("导出", "export", "download", post=False)
        if can_issue_task_list(user, row):
            add("下发", "issue", "send", primary=True, note="按责任范围分派给党支部，并通知书记")
        if user.is_committee_staff and row.status == TaskListStatus.ISSUED:
            add("补派新支部", "assign-new", "user-round-plus", note="给下发以后新成立的党支部分派开始日期更晚的任务")
        if can_copy_task_list(user, row):
            add("复制到下一季度", "copy", "copy-plus")
        if can_sum_up_task_list(user, row):
            add("汇总", "sum-up", "check-check", note="本季度的任务办完后点")
        if can_archive_task_list(user, row):
            add("归档", "archive", "archive")
        return found

    def get_context(self) -> dict[str, Any]:
        row = self.object
        on = today(row.committee)
        rows = TaskItem.objects.filter(task_list=row).with_progress()
        assignments = self.assignments()
        edits = can_edit_task_list(self.request.user, row)
        return {
            **super().get_context(),
            "items": rows,
            "figures": completion(assignments, on),
            "categories": completion_by_category(assignments, on) if row.status != TaskListStatus.DRAFT else [],
            "can_edit_items": edits,
            "is_draft": row.status == TaskListStatus.DRAFT,
        }

    def assignments(self) -> Any:
        return TaskAssignment.objects.filter(item__task_list=self.object)


class TaskListCreate(CreatePage):
    model = TaskList
    form_class = TaskListForm
    title = "新建任务清单"

    def get_instance(self) -> TaskList:
        row = super().get_instance()
        row.quarter = current_period(self.request).first
        row.issued_by = self.request.user.committee.superior_body if self.request.user.committee else ""
        return row

    def done(self, row: TaskList) -> str:
        return f"已新建清单“{row}”。请添加或粘贴任务，核对后下发。"


class TaskListUpdate(UpdatePage):
    model = TaskList
    form_class = TaskListForm
    can_edit = staticmethod(can_edit_task_list)


class TaskItemDetail(DetailPage):
    model = TaskItem
    related = ("task_list", "committee")
    fact_fields = ("category", "scope", "requirement", "evidence", "leader", "department", "partners", "start", "due",
                   "points", "remark")  # fmt: skip
    can_edit = staticmethod(lambda user, item: can_edit_task_list(user, item.task_list))
    template_name = "tasks/taskitem_detail.html"

    def crumbs(self) -> list[Crumb]:
        if not self.request.user.is_office:
            return [Crumb("我的任务", reverse("tasks:assignment-list"))]
        parent = self.object.task_list
        return [Crumb("季度任务清单", reverse("tasks:tasklist-list")), Crumb(str(parent), parent.get_absolute_url())]

    def states(self) -> list[Cell]:
        return []

    def meta(self) -> str:
        return f"{self.object.task_list.quarter_label} · {self.object.due}截止"

    def facts(self) -> list[Fact]:
        item = self.object
        facts = [f for f in super().facts() if f.value not in (None, "")]
        if item.target:
            facts.append(Fact("量化目标", f"{item.target}{item.unit}"))
        if item.carried_from_id:
            facts.append(Fact("延续自", item.carried_from, item.carried_from.get_absolute_url()))
        return facts

    def get_context(self) -> dict[str, Any]:
        on = today(self.object.committee)
        rows = self.object.assignments.visible_to(self.request.user)
        return {
            **super().get_context(),
            "assignments": rows.with_lateness(on).select_related("branch").order_by("branch__sort_key", "pk"),
            "figures": completion(rows, on),
        }


class TaskItemCreate(CreatePage):
    model = TaskItem
    form_class = TaskItemForm
    title = "添加任务"

    def parent(self) -> TaskList:
        row = visible_or_404(TaskList, self.request.user, self.kwargs["pk"])
        require(can_edit_task_list(self.request.user, row), self.request)
        return row

    def crumbs(self) -> list[Crumb]:
        return [Crumb("季度任务清单", reverse("tasks:tasklist-list"))]

    def get_instance(self) -> TaskItem:
        parent = self.parent()
        row = TaskItem(task_list=parent, committee_id=parent.committee_id)
        numbers = parent.items.values_list("number", flat=True)
        row.number = max(numbers, default=0) + 1
        return row

    def cancel_url(self) -> str:
        return reverse("tasks:tasklist-detail", args=[self.kwargs["pk"]])

    def success_url(self, row: TaskItem) -> str:
        return self.cancel_url()


class TaskItemUpdate(UpdatePage):
    model = TaskItem
    related = ("task_list", "committee")
    form_class = TaskItemForm
    can_edit = staticmethod(lambda user, item: can_edit_task_list(user, item.task_list))

    def crumbs(self) -> list[Crumb]:
        parent = self.object.task_list
        return [Crumb("季度任务清单", reverse("tasks:tasklist-list")), Crumb(str(parent), parent.get_absolute_url())]


def tasklist_matrix(request: HttpRequest, pk: int) -> HttpResponse:
    """Branches × items with one lamp each."""
    require(is_office(request.user), request)
    row = visible_or_404(TaskList.objects.select_related("committee"), request.user, pk)
    category = request.GET.get("category", "")
    category = category if category in TaskCategory.values else ""
    words, by_rate = request.GET.get("q", "")[:50].replace("\x00", ""), request.GET.get("sort") == "rate"
    on = today(row.committee)
    found = matrix(row, on, category=category, words=words, by_rate=by_rate)
    context = {
        "task_list": row,
        "title": str(row),
        "matrix": found,
        "table": matrix_table(found),
        "legend": legend(found),
        "branches": sum(1 for r in found.rows if r.branch_id),
        "categories": TaskCategory.choices,
        "category": category,
        "words": words,
        "by_rate": by_rate,
        "on": on,
        "waiting": found.figures.submitted,
    }
    return render(request, "tasks/tasklist_matrix.html", context)


def matrix_table(found: Matrix) -> SafeString:
    """Drawn by the engine of long tables: 60 × 40 lamps."""
    html = (
        engines["tables"]
        .get_template("matrix.html")
        .render(
            {
                "matrix": found,
                "texts": [item.text for item in found.items],
                "percent": percent,
                "item_url": "/tasks/items/",
                "base_url": "/tasks/assignments/",
                "branch_url": f"{reverse('tasks:assignment-list')}?branch=",
            }
        )
    )
    return mark_safe(html)


def tasklist_branches(request: HttpRequest, pk: int) -> HttpResponse:
    """The 汇总表: one line per branch with its rank."""
    require(is_office(request.user), request)
    row = visible_or_404(TaskList.objects.select_related("committee"), request.user, pk)
    rows, on = TaskAssignment.objects.filter(item__task_list=row), today(row.committee)
    context = {
        "task_list": row,
        "title": f"{row}完成情况汇总表",
        "rows": completion_by_branch(rows, on),
        "total": completion(rows.filter(branch__isnull=False), on),
        "on": on,
    }
    return render(request, "tasks/tasklist_branches.html", context)


def tasklist_export(request: HttpRequest, pk: int) -> HttpResponse:
    require(is_office(request.user), request)
    row = visible_or_404(TaskList, request.user, pk)
    rows = TaskItem.objects.filter(task_list=row).order_by("number")
    return writing.export_response(get_sheet("task_items"), rows, request)


def taskitem_paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Items from a table copied out of Word or Excel: shown first, stored on confirmation, all or nothing."""
    row = visible_or_404(TaskList.objects.select_related("committee"), request.user, pk)
    require(can_edit_task_list(request.user, row), request)
    form = PasteForm(request.POST or None)
    found: Any = None
    if request.method == "POST" and form.is_valid():
        found = read_table(form.cleaned_data["table"], row)
        if "save" in request.POST and found.items and not found.errors:
            found.store(by=request.user)
            messages.success(request, f"已添加{len(found.items)}项任务。")
            return redirect(row)
    crumbs = [Crumb("季度任务清单", reverse("tasks:tasklist-list")), Crumb(str(row), row.get_absolute_url())]
    context = {"title": "粘贴任务", "task_list": row, "form": form, "found": found, "crumbs": crumbs}
    return render(request, "tasks/taskitem_paste.html", context)


@require_POST
def taskitem_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """An item of a draft may go; an issued one is marked 不适用 instead."""
    item = visible_or_404(TaskItem.objects.select_related("task_list"), request.user, pk)
    return act(request, TaskItem.objects.select_related("task_list"), pk, delete_item, can=can_delete_item,
               done=f"已删除任务“{item.text}”。", to=item.task_list.get_absolute_url())  # fmt: skip


@require_POST
def tasklist_issue(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, TaskList, pk, issue_task_list, can=can_issue_task_list, done="已下发，并通知了各党支部书记。")


@require_POST
def tasklist_assign_new(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_or_404(TaskList, request.user, pk)
    require(is_staff(request.user), request)
    try:
        count = assign_new_branches(row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"补充分派了{count}条任务。" if count else "没有需要补派的新成立党支部。")
    return redirect(row)


@require_POST
def tasklist_copy(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_or_404(TaskList, request.user, pk)
    following = reverse("tasks:tasklist-list")
    done = f"已复制到{quarter_label(row.quarter + 1)}，是草稿。请核对时限后下发。"
    return act(request, TaskList, pk, copy_task_list, can=can_copy_task_list, done=done, to=following)


@require_POST
def tasklist_sum_up(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, TaskList, pk, sum_up_task_list, can=can_sum_up_task_list, done="已汇总。")


@require_POST
def tasklist_archive(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, TaskList, pk, archive_task_list, can=can_archive_task_list, done="已归档。")
