"""工作台: one address, four pages: office, secretary or liaison, administrator, and an account without duties."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from core import charts
from core.context import is_fragment
from core.menu import url_or_empty
from core.pages import asks_whole, current_period, whole_page
from core.periods import today
from core.permissions import allow, is_office
from reports.dashboards.administration import administrator_home
from reports.dashboards.field import field_home
from reports.dashboards.office import LEGEND, draft_state, office_home
from reports.dashboards.watches import WATCHES, Desk, count_all

ROWS = 50


def desk_of(request: HttpRequest) -> Desk:
    committee = request.user.committee
    if committee is None:
        raise Http404("账号还没有归属综合党委。")
    return Desk(request.user, committee, current_period(request), today(committee))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    user = request.user
    if user.is_administrator:
        context = {"title": "工作台", "home": administrator_home(user)}
        return render(request, "reports/home_administrator.html", context)
    if user.committee is None:
        return render(request, "reports/home_nothing.html", {"title": "工作台"})
    desk = desk_of(request)
    if user.is_office:
        later = len(user.scope_ids) > 1 and not asks_whole(request)
        context = {"title": "工作台", "desk": desk, "left": (desk.period.end - desk.on).days}
        context |= {"committees": len(user.scope_ids)} if later else office_context(desk)
        return render(request, "reports/home.html", context)
    found = field_home(desk)
    template = "home_field.html" if found.branches or found.bodies else "home_nothing.html"
    return render(request, f"reports/{template}", {"title": "工作台", "home": found, "desk": desk})


def office_context(desk: Desk) -> dict[str, Any]:
    return {
        "home": office_home(desk),
        "legend": charts.legend(LEGEND),
        "tasks_url": url_or_empty("tasks:assignment-list"),
        "coverage_url": url_or_empty("organizations:coverage"),
        "lists_url": url_or_empty("tasks:tasklist-list"),
    }


@require_GET
@allow(is_office)
def home_office(request: HttpRequest) -> HttpResponse:
    """The parts of the home page, fetched where an office looks after several committees and counting takes seconds."""
    if not is_fragment(request):
        return whole_page("reports:home", period=current_period(request).code)
    desk = desk_of(request)
    return render(request, "reports/_home_office.html", {"desk": desk, **office_context(desk)})


@require_GET
@allow(is_office)
def home_draft(request: HttpRequest) -> HttpResponse:
    """The draft's completeness, fetched by the home page; without script its link leads to the summary itself."""
    period = current_period(request)
    if not is_fragment(request):
        return redirect("reports:summary-detail", period)
    return render(request, "reports/_home_draft.html", {"draft": draft_state(desk_of(request).committee, period)})


@require_GET
@allow(is_office)
def watch_list(request: HttpRequest) -> HttpResponse:
    """规则说明: what the home page watches, how each is counted, and how many there are now."""
    desk = desk_of(request)
    lines = {line.watch.key: line for line in count_all(desk, WATCHES.values())}
    rows = [(watch, lines.get(key)) for key, watch in WATCHES.items()]
    return render(request, "reports/watch_list.html", {"title": "待办和风险的规则", "rows": rows, "desk": desk})


@require_GET
@allow(is_office)
def watch_detail(request: HttpRequest, key: str) -> HttpResponse:
    """The rows behind one line of the home page, as many as its number says."""
    if key not in WATCHES:
        raise Http404("没有这一项。")
    desk, watch = desk_of(request), WATCHES[key]
    rows = watch.rows(desk)
    page = Paginator(rows.order_by(*(rows.query.order_by or rows.model._meta.ordering), "pk"), ROWS).get_page(
        request.GET.get("page")
    )
    has_pages = bool(url_or_empty(f"{rows.model._meta.app_label}:{rows.model._meta.model_name}-list"))
    context = {"title": watch.word, "watch": watch, "desk": desk, "page": page, "has_pages": has_pages}
    return render(request, "reports/watch_detail.html", context)
