"""指标目录: every fact with its value, its rule and the very rows it counts."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.pages import current_period
from core.periods import Period
from core.permissions import allow, is_office
from reports.facts import FactSet, bases, registry
from reports.facts.engine import RATE
from reports.narrative import office_scope
from reports.views.summaries import chosen_committee, of_committee, row_lines, shown_value

PAGE = 50


@allow(is_office)
def fact_list(request: HttpRequest) -> HttpResponse:
    period = current_period(request)
    facts = FactSet(office_scope(chosen_committee(request), period))
    before = FactSet(office_scope(chosen_committee(request), period.previous))
    groups: dict[str, list] = {}
    for value in facts:
        base = registry[value.fact.parts[0]].base if value.fact.kind == RATE else value.fact.base
        groups.setdefault(bases[base].label, []).append(
            (value, shown_value(value), shown_value(before[value.fact.key]))
        )
    context = {"groups": groups, "period": period, "title": "指标目录", "as_of": facts.scope.day}
    return render(request, "reports/fact_list.html", context)


@allow(is_office)
def fact_detail(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    """One fact: value, rule, and as many rows as the number says, paged."""
    if key not in registry:
        raise Http404("没有这个指标。")
    facts = FactSet(office_scope(chosen_committee(request), period), keys=[key])
    value = facts[key]
    rows = value.rows()
    if not rows.query.order_by and not rows.query.default_ordering:
        rows = rows.order_by("pk")
    paginator = Paginator(rows, PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "fact": value.fact,
        "value": value,
        "shown_value": shown_value(value),
        "page": page,
        "lines": row_lines(value, page.object_list),
        "period": period,
        "title": value.fact.label,
        **of_committee(request, facts.scope.committee),
    }
    return render(request, "reports/fact_detail.html", context)
