"""查摆问题 of one duty report: entered, changed and withdrawn on pages of their own, listed on the report."""

from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import CreatePage, Crumb, UpdatePage, act, visible_or_404
from core.permissions import require
from reviews import workflows
from reviews.forms import DutyProblemForm
from reviews.models import DutyProblem, DutyReport

PROBLEMS = DutyProblem.objects.select_related("report__session", "report__branch")


class DutyProblemCreate(CreatePage):
    model = DutyProblem
    form_class = DutyProblemForm
    title = "登记查摆问题"

    @cached_property
    def report(self) -> DutyReport:
        rows = DutyReport.objects.select_related("session", "branch")
        return visible_or_404(rows, self.request.user, self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if type(self).allowed(request.user):
            require(workflows.can_name_problems(request.user, self.report), request)
        return super().dispatch(request, *args, **kwargs)

    def get_instance(self) -> DutyProblem:
        row = super().get_instance()
        row.report, row.committee_id = self.report, self.report.committee_id
        row.order = self.report.named_problems.count() + 1
        return row

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb("述职报告", reverse("reviews:dutyreport-list")),
            Crumb(str(self.report.branch), self.report.get_absolute_url()),
        ]

    def cancel_url(self) -> str:
        return self.report.get_absolute_url()


class DutyProblemUpdate(UpdatePage):
    model = DutyProblem
    form_class = DutyProblemForm
    related = ("report__session", "report__branch")
    can_edit = staticmethod(lambda user, problem: workflows.can_name_problems(user, problem.report))


@require_POST
def withdraw_problem(request: HttpRequest, pk: int) -> HttpResponse:
    problem = visible_or_404(PROBLEMS, request.user, pk)
    return act(
        request, PROBLEMS, pk, workflows.withdraw_problem, to=problem.get_absolute_url(), done="已删去这个问题。",
        can=lambda user, row: workflows.can_name_problems(user, row.report),
    )  # fmt: skip
