"""Assignments: the committee's check queue, the secretary's tasks, the report."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attach, attachment_context
from core.forms import RecordForm
from core.pages import (
    Action,
    Cell,
    Column,
    Crumb,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    current_period,
    next_url,
    reason,
    visible_or_404,
)
from core.periods import today
from core.permissions import is_business, is_office, require
from tasks.choices import ASSIGNMENT_KINDS, AssignmentStatus
from tasks.filters import AssignmentFilter
from tasks.forms import ExtendForm, ReportForm
from tasks.models import Activity, TaskAssignment
from tasks.workflows import (
    accept_assignment,
    can_accept_assignment,
    can_extend_assignment,
    can_mark_not_applicable,
    can_pass_assignment,
    can_reopen_assignment,
    can_report_assignment,
    can_return_assignment,
    extend_assignment,
    mark_not_applicable,
    pass_assignment,
    reopen_assignment,
    return_assignment,
    save_report,
    submit_assignment,
)

WORDS = dict(AssignmentStatus.choices)
HERE = "/tasks/assignments/"
SOON = 3  # days before the due day from which a card turns golden
FULL = TaskAssignment.objects.select_related("item__task_list", "branch", "committee", "reported_by", "entered_by")


def state_cell(row: dict[str, Any]) -> Cell:
    if row["is_late"]:
        return Cell("逾期", kind="bad")
    return Cell(WORDS[row["status"]], kind=ASSIGNMENT_KINDS[row["status"]])


class AssignmentList(ListPage):
    model = TaskAssignment
    allowed = staticmethod(is_office)
    title = "任务审核"
    meta_text = "各党支部提交的任务在这里审核；逾期的在这里催办。"
    columns = (
        Column("工作任务", "item__text", url=lambda row: f"{HERE}{row['pk']}/", phone="name"),
        Column("党支部", "branch__short_name", fields=("branch__name",), sort="branch__sort_key",
               value=lambda row: row["branch__short_name"] or row["branch__name"] or "综合党委本级"),
        Column("类别", "item__category", phone="hide"),
        Column("完成时限", "due", "date", sort="due"),
        Column("提交日期", "submitted_on", "date", sort="submitted_on"),
        Column("状态", fields=("status", "is_late"), value=state_cell),
    )  # fmt: skip
    tabs = (
        ("submitted", "待审核", "submitted"),
        ("overdue", "逾期", lambda rows, page: rows.overdue(today(page.request.user.committee))),
        ("waiting", "办理中", "waiting"),
        ("passed", "已通过", "passed"),
        ("all", "全部", ""),
    )
    filterset_class = AssignmentFilter
    search_hint = "任务、党支部、拼音首字母"
    ordering = ("due", "branch__sort_key", "item__number")
    period_filter = True
    import_kind = "assignments"
    export_kind = "assignments"
    empty_title = "这里没有任务"
    empty_text = "党支部提交以后，会列在“待审核”。"

    def get_queryset(self) -> Any:
        return super().get_queryset().with_lateness(today(self.request.user.committee))


def assignment_list(request: HttpRequest) -> HttpResponse:
    """Staff see the check queue, a secretary the own tasks as cards."""
    require(is_business(request.user), request)
    if request.user.is_office:
        return AssignmentList.as_view()(request)
    return my_tasks(request)


def card(row: TaskAssignment, on: Any) -> dict[str, Any]:
    """What a card says: how long is left, and which colour."""
    left = (row.due - on).days
    found = {"row": row, "css": "", "kind": "off", "word": f"还剩{left}天", "late": False}
    if row.status == AssignmentStatus.RETURNED:
        found |= {"css": "taskcard-late", "kind": "warn", "word": "被退回"}
    elif row.is_overdue(on):
        found |= {"css": "taskcard-late", "kind": "bad", "word": f"逾期{-left}天", "late": True}
    elif row.status not in (AssignmentStatus.OPEN, AssignmentStatus.ACCEPTED):
        found |= {"kind": row.status_kind, "word": row.get_status_display()}
    elif left <= SOON:
        found |= {"css": "taskcard-today", "kind": "warn", "word": f"还剩{left}天" if left else "今天截止"}
    return found


def my_tasks(request: HttpRequest) -> HttpResponse:
    period, on = current_period(request), today(request.user.committee)
    rows = list(
        TaskAssignment.objects.visible_to(request.user)
        .select_related("item__task_list", "branch")
        .filter(quarter__lte=period.last)
        .order_by("due", "item__number")
    )
    current = [r for r in rows if r.quarter >= period.first]
    todo = [r for r in rows if r.status in ("open", "accepted", "returned")]
    groups = {
        "todo": ("待办", todo),
        "sent": ("已提交", [r for r in rows if r.status == AssignmentStatus.SUBMITTED]),
        "done": ("已完成", [r for r in current if r.status in ("passed", "not_applicable")]),
    }
    tab = request.GET.get("tab") if request.GET.get("tab") in groups else "todo"
    applicable = [r for r in current if r.status != AssignmentStatus.NOT_APPLICABLE]
    context = {
        "title": "我的任务",
        "period": period,
        "tab": tab,
        "tabs": [(key, label, len(found)) for key, (label, found) in groups.items()],
        "cards": [card(row, on) for row in groups[tab][1]],
        "branches": list(dict.fromkeys(str(r.branch) for r in rows if r.branch)),
        "many": len({r.branch_id for r in rows}) > 1,
        "passed": sum(1 for r in applicable if r.status == AssignmentStatus.PASSED),
        "total": len(applicable),
    }
    return render(request, "tasks/my_tasks.html", context)


class AssignmentDetail(DetailPage):
    model = TaskAssignment
    template_name = "tasks/assignment_detail.html"
    can_edit = staticmethod(lambda user, obj: False)  # the report has its own page

    def get_queryset(self) -> Any:
        return FULL.all()

    def get_title(self) -> str:
        return self.object.item.text

    def crumbs(self) -> list[Crumb]:
        label = "任务审核" if self.request.user.is_office else "我的任务"
        return [Crumb(label, reverse("tasks:assignment-list"))]

    def meta(self) -> str:
        row = self.object
        return f"{row.branch or '综合党委本级'} · {row.item.task_list.quarter_label} · {row.due}截止"

    def states(self) -> list[Cell]:
        row = self.object
        late = [Cell("逾期", kind="bad")] if row.is_overdue(today(row.committee)) else []
        return [*super().states(), *late]

    def facts(self) -> list[Fact]:
        row, item = self.object, self.object.item
        office = self.request.user.is_office
        facts = [
            Fact("任务清单", str(item.task_list), item.task_list.get_absolute_url() if office else ""),
            Fact("任务序号", item.number, item.get_absolute_url()),
            Fact("类别", item.get_category_display()),
            Fact("具体要求", item.requirement),
            Fact("佐证要求", item.evidence),
            Fact("完成时限", row.due, note="已延期" if row.due != item.due else ""),
            Fact("提交日期", row.submitted_on, note="" if self.on_time() else "（晚于时限）"),
            Fact(
                "填报人",
                row.reported_by and str(row.reported_by),
                note=f"（{row.entered_by}代填）" if row.entered_by else "",
            ),
            Fact("通过日期", row.passed_on),
        ]
        if item.target:
            facts.append(Fact("完成数量", row.quantity, note=f"/ 目标{item.target}{item.unit}"))
        return facts

    def on_time(self) -> bool:
        row = self.object
        return row.submitted_on is None or row.submitted_on <= row.due

    def actions(self) -> list[Action]:
        user, row, found = self.request.user, self.object, []

        def url(name: str) -> str:
            return reverse(f"tasks:assignment-{name}", args=[row.pk])

        if can_accept_assignment(user, row) and not user.is_office:
            found.append(Action("签收", url("accept"), "check"))
        if can_report_assignment(user, row):
            label = "代填完成情况" if user.is_office and row.branch_id else "填报"
            found.append(Action(label, url("report"), "pencil", post=False, primary=not user.is_office))
        if can_pass_assignment(user, row):
            found.append(Action("通过", url("pass"), "check", primary=True, fields=self.following()))
        if can_return_assignment(user, row):
            found.append(Action("退回", url("return"), "undo-2", reason="要改什么", note="书记会在任务卡片上看到。"))
        if can_mark_not_applicable(user, row):
            found.append(Action("不适用", url("not-applicable"), "circle-slash", reason="为什么不适用"))
        if can_reopen_assignment(user, row):
            found.append(Action("恢复为适用", url("reopen"), "rotate-ccw"))
        return found

    def following(self) -> tuple[tuple[str, str], ...]:
        """After passing, the next one that waits."""
        rows = TaskAssignment.objects.visible_to(self.request.user).submitted().exclude(pk=self.object.pk)
        nearest = rows.filter(quarter=self.object.quarter).order_by("due", "branch__sort_key", "pk").first()
        return (("next", nearest.get_absolute_url()),) if nearest else ()

    def get_context(self) -> dict[str, Any]:
        user, row = self.request.user, self.object
        return {
            **super().get_context(),
            **attachment_context(user, row),
            "activities": row.activities.all(),
            "can_extend": can_extend_assignment(user, row),
            "extend_form": ExtendForm(),
        }


class AssignmentReport(UpdatePage):
    model = TaskAssignment
    allowed = staticmethod(is_business)
    form_class = ReportForm
    can_edit = staticmethod(can_report_assignment)
    submit_label = "提交"

    def get_queryset(self) -> Any:
        return FULL.all()

    @property
    def template_name(self) -> str:
        return "tasks/assignment_report.html" if self.request.user.is_office else "tasks/assignment_report_phone.html"

    def get_title(self) -> str:
        return self.object.item.text

    def crumbs(self) -> list[Crumb]:
        return [Crumb("任务审核" if self.request.user.is_office else "我的任务", reverse("tasks:assignment-list"))]

    def get_context(self, form: RecordForm) -> dict[str, Any]:
        row = self.object
        return {
            **attachment_context(self.request.user, row),
            "row": row,
            "item": row.item,
            "card": card(row, today(row.committee)),
        }

    def save(self, form: RecordForm) -> TaskAssignment:
        user = self.request.user
        row = save_report(form.save(commit=False), by=user, expected=form.expected)
        form.save_m2m()
        if "draft" not in self.request.POST:
            submit_assignment(row, by=user)
        for upload in self.request.FILES.getlist("file"):  # last: a refused report leaves no file behind
            attach(row, upload, by=user, purpose="佐证")
        return row

    def done(self, row: TaskAssignment) -> str:
        if "draft" in self.request.POST:
            return "已保存草稿，还没有提交。"
        return f"已提交“{row.item.text}”，等综合党委审核。"

    def success_url(self, row: TaskAssignment) -> str:
        if "draft" in self.request.POST:
            return reverse("tasks:assignment-report", args=[row.pk])
        return row.get_absolute_url() if self.request.user.is_office else reverse("tasks:assignment-list")


@require_POST
def assignment_accept(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, FULL.all(), pk, accept_assignment, can=can_accept_assignment, done="已签收。")


@require_POST
def assignment_pass(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, FULL.all(), pk, pass_assignment, can=can_pass_assignment, done="已通过。", reason=reason(request)
    )


@require_POST
def assignment_return(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, FULL.all(), pk, return_assignment, can=can_return_assignment, done="已退回，书记会收到消息。",
               reason=reason(request))  # fmt: skip


@require_POST
def assignment_not_applicable(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, FULL.all(), pk, mark_not_applicable, can=can_mark_not_applicable, done="已标为不适用。",
               reason=reason(request))  # fmt: skip


@require_POST
def assignment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, FULL.all(), pk, reopen_assignment, can=can_reopen_assignment, done="已恢复为适用。")


@require_POST
def assignment_extend(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_or_404(FULL.all(), request.user, pk)
    require(can_extend_assignment(request.user, row), request)
    form = ExtendForm(request.POST)
    try:
        if not form.is_valid():
            raise form.first_error()
        extend_assignment(row, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"已延期到{row.due}。")
    return redirect(next_url(request, row.get_absolute_url()))


@require_POST
def assignment_use_activity(request: HttpRequest, pk: int, activity_pk: int) -> HttpResponse:
    """An activity that is already recorded becomes the evidence of a task."""
    row = visible_or_404(FULL.all(), request.user, pk)
    activity = visible_or_404(Activity, request.user, activity_pk)
    require(can_report_assignment(request.user, row), request)
    row.activities.add(activity)
    messages.success(request, f"已把“{activity}”作为这项任务的佐证。请写完成情况并提交。")
    return redirect("tasks:assignment-report", pk=row.pk)
