"""Problems and plans of a quarter."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import Action, Column, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, act, current_period, reason
from core.periods import quarter_label
from core.permissions import is_office
from tasks.choices import PLAN_FLOW, PLAN_KINDS, PROBLEM_FLOW, PROBLEM_KINDS, PlanStatus, ProblemStatus
from tasks.filters import PlanFilter, ProblemFilter
from tasks.forms import PlanItemForm, ProblemForm
from tasks.models import PlanItem, Problem
from tasks.workflows import can_move_plan, can_move_problem, move_plan, move_problem

ICONS = {
    "solved": "check",
    "solving": "play",
    "open": "rotate-ccw",
    "underway": "play",
    "done": "check",
    "dropped": "x",
}


class ProblemList(ListPage):
    model = Problem
    allowed = staticmethod(is_office)
    title = "存在问题"
    columns = (
        Column("问题", "description", link=True),
        Column("类别", "category", "tag", sort="category"),
        Column("原因", "cause", phone="hide"),
        Column("责任人", "owner"),
        Column("季度", "quarter", sort="quarter", value=lambda row: quarter_label(row["quarter"])),
        Column("写进总结", "usable_for_summary", "yesno"),
        Column("状态", "status", "state", states=PROBLEM_KINDS, sort="status"),
    )
    filterset_class = ProblemFilter
    ordering = ("-quarter", "order", "pk")
    period_filter = True
    unit = "个"
    create_url_name = "tasks:problem-create"
    create_label = "登记问题"
    import_kind = "problems"
    export_kind = "problems"


class ProblemDetail(DetailPage):
    model = Problem
    allowed = staticmethod(is_office)
    fact_fields = ("category", "example", "cause", "owner", "order", "usable_for_summary")

    def meta(self) -> str:
        return self.object.quarter_label

    def actions(self) -> list[Action]:
        url = reverse("tasks:problem-move", args=[self.object.pk])
        return [
            Action(ProblemStatus(to).label, url, ICONS[to], fields=(("to", to),), reason="说明", reason_required=False)
            for to in PROBLEM_FLOW[self.object.status]
            if can_move_problem(self.request.user, self.object, to)
        ]


class QuarterOfPage:
    """A new row belongs to the last quarter of the period in the frame."""

    def get_instance(self) -> Any:
        row = super().get_instance()
        row.quarter = current_period(self.request).last
        return row


class ProblemCreate(QuarterOfPage, CreatePage):
    model = Problem
    form_class = ProblemForm
    title = "登记问题"


class ProblemUpdate(UpdatePage):
    model = Problem
    form_class = ProblemForm


class PlanList(ListPage):
    model = PlanItem
    allowed = staticmethod(is_office)
    title = "工作打算"
    meta_text = "季度是准备在哪个季度做：写第一季度总结时，把第二季度的打算登记在第二季度。"
    columns = (
        Column("小标题", "heading", url=lambda row: reverse("tasks:plan-detail", args=[row["pk"]]), phone="name"),
        Column("类别", "category", "tag", sort="category"),
        Column("责任人", "owner"),
        Column("完成时限", "due", "date", sort="due"),
        Column("季度", "quarter", sort="quarter", value=lambda row: quarter_label(row["quarter"])),
        Column("落实情况", "result", phone="wide"),
        Column("状态", "status", "state", states=PLAN_KINDS, sort="status"),
    )
    filterset_class = PlanFilter
    ordering = ("-quarter", "order", "pk")
    period_filter = True
    unit = "项"
    create_url_name = "tasks:plan-create"
    create_label = "登记打算"
    import_kind = "plans"
    export_kind = "plans"


class PlanDetail(DetailPage):
    model = PlanItem
    allowed = staticmethod(is_office)
    fact_fields = ("category", "owner", "due", "order", "description", "result")

    def meta(self) -> str:
        return self.object.quarter_label

    def crumbs(self) -> list[Crumb]:
        return [Crumb("工作打算", reverse("tasks:plan-list"))]

    def edit_url(self) -> str:
        return reverse("tasks:plan-update", args=[self.object.pk]) if self.request.user.is_committee_staff else ""

    def actions(self) -> list[Action]:
        url = reverse("tasks:plan-move", args=[self.object.pk])
        return [
            Action(
                PlanStatus(to).label, url, ICONS[to], fields=(("to", to),), reason="落实情况", reason_required=False,
                note="下一份总结会用到。",
            )
            for to in PLAN_FLOW[self.object.status]
            if can_move_plan(self.request.user, self.object, to)
        ]  # fmt: skip


class PlanCreate(QuarterOfPage, CreatePage):
    model = PlanItem
    form_class = PlanItemForm
    title = "登记打算"

    def cancel_url(self) -> str:
        return reverse("tasks:plan-list")


class PlanUpdate(UpdatePage):
    model = PlanItem
    form_class = PlanItemForm


@require_POST
def problem_move(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, Problem, pk, move_problem, can_move_problem)


@require_POST
def plan_move(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, PlanItem, pk, move_plan, can_move_plan)


def _move(request: HttpRequest, model: Any, pk: int, workflow: Any, can: Any) -> HttpResponse:
    wanted = request.POST.get("to", "")

    def moved(row: Any, *, by: Any, reason: str) -> Any:
        return workflow(row, by=by, to=wanted, reason=reason)

    return act(request, model, pk, moved, can=lambda user, row: can(user, row, wanted), done="已更新状态。",
               reason=reason(request))  # fmt: skip
