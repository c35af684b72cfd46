"""The numbers above a list of a period; over many committees they come after the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.context import is_fragment
from core.pages import ListPage, current_period, whole_page
from core.pages.actions import asks_whole
from core.pages.offices import PARAMETER, asked_committees
from core.permissions import allow, is_business
from organizations import statistics
from organizations.models import ElectionTerm, FloatingRecord

from .base import office_day

Told = list[dict[str, Any]]


@dataclass(frozen=True)
class Figures:
    """page and card: the names of their addresses. tell: the numbers of these rows; a tab of the list by its key."""

    page: str
    card: str
    model: Any
    tell: Callable[[HttpRequest, QuerySet, Callable[[str], str]], Told]

    def context(self, page: ListPage) -> dict[str, Any]:
        request = page.request
        if page.is_wide and not asks_whole(request):
            query = {"period": current_period(request).code, **({PARAMETER: page.office.code} if page.office else {})}
            return {"figures_url": f"{reverse(self.card)}?{urlencode(query)}"}
        rows = page.of_office(self.model.objects.visible_to(request.user))
        return {"figures": self.tell(request, rows, lambda tab: page.link(tab=tab))}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The numbers by themselves, for a list that was shown without them."""
        office = request.GET.get(PARAMETER, "")
        asked = {PARAMETER: office} if office else {}
        if not is_fragment(request):
            return whole_page(self.page, period=current_period(request).code, **asked)
        rows = self.model.objects.visible_to(request.user)
        if chosen := asked_committees(request):
            rows = rows.filter(committee__in=chosen)
        link = lambda tab: f"{reverse(self.page)}?{urlencode({'tab': tab, **asked})}"  # noqa: E731
        return render(request, "organizations/_figures.html", {"figures": self.tell(request, rows, link)})


def election_told(request: HttpRequest, terms: QuerySet, link: Callable[[str], str]) -> Told:
    """按期换届率: what fell due in the period, and what is overdue today."""
    period, day = current_period(request), office_day(request)
    found = statistics.election_figures(terms, period.start, period.end, day)
    rest = ((found.late, "逾期选举"), (found.not_held, "还没有选举"))
    on_time = "；".join(["选举日期不晚于期限", *(f"{word}{number}个" for number, word in rest if number)])
    return [
        {"label": "本期应换届", "value": found.due, "unit": "个", "note": f"{period.label}，延期的按批准日期"},
        {"label": "按期换届", "value": found.on_time, "unit": "个", "note": on_time},
        {"label": "按期换届率", "value": found.rate, "unit": "%", "note": "按期换届÷本期应换届"},
        {"label": "超期未换届", "value": found.overdue_now, "unit": "个", "url": link("overdue"), "note": "截至今天"},
    ]


def floating_told(request: HttpRequest, records: QuerySet, link: Callable[[str], str]) -> Told:
    """取得联系率 of the period."""
    period = current_period(request)
    found = statistics.floating_figures(records, period.start, period.end)
    return [
        {"label": "流出", "value": found.out, "unit": "名", "note": f"{period.label}在外的党员"},
        {"label": "流入", "value": found.arrived, "unit": "名", "note": "不计入党员数"},
        {"label": "取得联系", "value": found.reached, "unit": "名", "note": "流出的，本期至少一次"},
        {"label": "取得联系率", "value": found.reached_rate, "unit": "%", "note": "取得联系÷流出"},
    ]


ELECTIONS = Figures(
    "organizations:electionterm-list", "organizations:electionterm-figures", ElectionTerm, election_told
)
FLOATING = Figures(
    "organizations:floatingrecord-list", "organizations:floatingrecord-figures", FloatingRecord, floating_told
)


@require_GET
@allow(is_business)
def election_figures(request: HttpRequest) -> HttpResponse:
    return ELECTIONS.answer(request)


@require_GET
@allow(is_business)
def floating_figures(request: HttpRequest) -> HttpResponse:
    return FLOATING.answer(request)
