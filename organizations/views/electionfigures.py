"""按期换届率 and its numbers above 换届台账; over many committees they come after the page."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.context import is_fragment
from core.pages import current_period, whole_page
from core.pages.offices import PARAMETER, asked_committees
from core.permissions import allow, is_business
from organizations.models import ElectionTerm
from organizations.statistics import election_figures

from .base import office_day


def figures_of(request: HttpRequest, terms: QuerySet, overdue_url: str) -> list[dict[str, Any]]:
    """What fell due in the period, and what is overdue today."""
    period, day = current_period(request), office_day(request)
    found = election_figures(terms, period.start, period.end, day)
    rest = ((found.late, "逾期选举"), (found.not_held, "还没有选举"))
    on_time = "；".join(["选举日期不晚于期限", *(f"{word}{number}个" for number, word in rest if number)])
    return [
        {"label": "本期应换届", "value": found.due, "unit": "个", "note": f"{period.label}，延期的按批准日期"},
        {"label": "按期换届", "value": found.on_time, "unit": "个", "note": on_time},
        {"label": "按期换届率", "value": found.rate, "unit": "%", "note": "按期换届÷本期应换届"},
        {"label": "超期未换届", "value": found.overdue_now, "unit": "个", "url": overdue_url, "note": "截至今天"},
    ]


def card_url(request: HttpRequest, office: Any) -> str:
    query = {"period": current_period(request).code, **({PARAMETER: office.code} if office else {})}
    return f"{reverse('organizations:electionterm-figures')}?{urlencode(query)}"


@require_GET
@allow(is_business)
def election_figures_card(request: HttpRequest) -> HttpResponse:
    """The numbers by themselves, for a list that was shown without them."""
    office = request.GET.get(PARAMETER, "")
    asked = {PARAMETER: office} if office else {}
    if not is_fragment(request):
        return whole_page("organizations:electionterm-list", period=current_period(request).code, **asked)
    terms = ElectionTerm.objects.visible_to(request.user)
    if chosen := asked_committees(request):
        terms = terms.filter(committee__in=chosen)
    query = urlencode({"tab": "overdue", **asked})
    url = f"{reverse('organizations:electionterm-list')}?{query}"
    return render(request, "organizations/_figures.html", {"figures": figures_of(request, terms, url)})
