"""The summary page: outline, paper, data. It writes nothing; every change is a POST of blocks.py."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.generic import View

from core.models import Committee
from core.pages import current_period
from core.periods import Period, default_period, today
from core.permissions import AllowMixin, allow, is_office
from reports.choices import BlockKind, SummaryStatus
from reports.documents.assembly import document_of
from reports.documents.model import plain_text
from reports.documents.papers import edition_document
from reports.facts import FactValue, registry
from reports.facts.engine import RATE, ROWS, bases
from reports.guards import readiness_of
from reports.models import BlockVersion, Edition, Summary
from reports.narrative import Composed
from reports.tokens import number_text
from reports.workflows import (
    can_edit_summary,
    can_recall_summary,
    can_reopen_summary,
    can_report_summary,
    can_review_summary,
    compose_stored,
)

ROWS_SHOWN = 300
LIST_PERIODS = 6
BELOW_SHOWN = 100


def chosen_committee(request: HttpRequest) -> Committee:
    """The office's own committee, or one below it named by ?committee=CODE."""
    code = request.GET.get("committee") or request.POST.get("committee")
    if not code or code == request.user.committee.code:
        return request.user.committee
    return get_object_or_404(Committee, code=code, pk__in=request.user.scope_ids)


class SummaryList(AllowMixin, View):
    """季度总结: the periods around today, each with its state."""

    allowed = staticmethod(is_office)

    def get(self, request: HttpRequest) -> HttpResponse:
        newest = default_period(today(request.user.committee))
        periods = [newest.next.shifted(-step) for step in range(LIST_PERIODS)]
        year = newest.year
        periods += [Period.parse(code) for code in (f"{year}H1", f"{year}H2", str(year), str(year - 1))]
        mine = request.user.committee
        seen = Summary.objects.visible_to(request.user).select_related("created_by", "edition")
        stored = {row.period_code: row for row in seen.filter(committee=mine)}
        editions: dict[str, Edition] = {}
        kept = (
            Edition.objects.visible_to(request.user)
            .filter(committee=mine)
            .select_related("created_by")
            .defer("text", "facts", "layout")
        )
        for edition in kept:
            editions.setdefault(edition.period_code, edition)
        for code in stored:
            if (period := Period.parse(code)) not in periods:
                periods.append(period)
        rows = [(period, stored.get(period.code), editions.get(period.code)) for period in periods]
        below = seen.exclude(committee=mine).exclude(status=SummaryStatus.DRAFT).select_related("committee", "edition")
        context = {
            "rows": rows,
            "below": below.order_by("-last_quarter", "committee")[:BELOW_SHOWN]
            if len(request.user.scope_ids) > 1
            else (),
            "title": "季度总结",
            "current": current_period(request),
        }
        return render(request, "reports/summary_list.html", context)


def of_committee(request: HttpRequest, committee: Committee) -> dict[str, str]:
    """What the links of a summary carry on when it is read by an office above: nothing for one's own."""
    code = committee.code if committee.pk != request.user.committee_id else ""
    return {"of": f"?committee={code}" if code else "", "and_of": f"&committee={code}" if code else ""}


class SummaryDetail(AllowMixin, View):
    """One summary as it stands now. ?fact=KEY shows the rows of a number, ?edit=KEY opens a paragraph for writing."""

    allowed = staticmethod(is_office)

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        composed = compose_stored(chosen_committee(request), period)
        if signed_edition(composed) is not None and request.GET.get("view") != "live":
            return render_signed(request, composed)
        return render_summary(request, composed)


def signed_edition(composed: Composed) -> Edition | None:
    """The edition that stands in for the text of a signed summary."""
    summary = composed.summary
    return summary.edition if summary is not None and summary.is_signed else None


def render_signed(request: HttpRequest, composed: Composed) -> HttpResponse:
    """定稿: the kept paper, who signed it, and what the records say differently by now."""
    summary = composed.summary
    edition = summary.edition
    rows = then_and_now(edition, composed.facts)
    context = {
        "composed": composed,
        "summary": summary,
        "edition": edition,
        "paper": edition_document(edition),
        "period": composed.period,
        "title": f"{composed.period.title}党建工作总结",
        "rows": rows,
        "changed": [row for row in rows if row["changed"]],
        "can_reopen": can_reopen_summary(request.user, summary),
        **of_committee(request, composed.committee),
        "can_report": can_report_summary(request.user, summary),
    }
    return render(request, "reports/summary_signed.html", context)


def then_and_now(edition: Edition, now: Any) -> list[dict[str, Any]]:
    """The figures of an edition beside those that the records give today; `now` holds facts by key."""
    rows = []
    for fact in edition.facts:
        value = fact["value"]
        then = "未填" if fact.get("unknown") else "—" if value is None else number_text(Decimal(str(value)))
        current = shown_value(now[fact["key"]]) if fact["key"] in now else "指标已停用"
        rows.append({**fact, "then": then, "now": current, "changed": then != current})
    return rows


def render_summary(request: HttpRequest, composed: Composed, status: int = 200, **extra: Any) -> HttpResponse:
    """The three panes; `extra` carries a refused edit with the text that was typed."""
    summary = composed.summary
    can_edit = can_edit_summary(request.user, composed.committee, summary)
    ready = readiness_of(composed)
    context: dict[str, Any] = {
        "composed": composed,
        "paper": document_of(composed),
        "period": composed.period,
        "title": f"{composed.period.title}党建工作总结",
        "can_edit": can_edit,
        "can_review": summary is not None and can_review_summary(request.user, summary),
        "can_recall": summary is not None and can_recall_summary(request.user, summary),
        "ready": ready,
        "numbers": sum(1 for _ in composed.tokens),
        "kinds": list(BlockKind.choices),
        "fact_choices": fact_choices(composed),
        **of_committee(request, composed.committee),
        **fact_panel(request, composed),
        **editor_panel(request, composed, can_edit),
        **extra,
    }
    return render(request, "reports/summary_detail.html", context, status=status)


def fact_panel(request: HttpRequest, composed: Composed) -> dict[str, Any]:
    key = request.GET.get("fact", "")
    if key not in composed.facts:
        return {}
    value = composed.facts[key]
    rows = value.rows()
    if request.GET.get("row", "").isascii() and request.GET.get("row", "").isdigit():
        rows = rows.filter(pk=int(request.GET["row"][:18]))
    count = rows.count()
    return {
        "fact": value.fact,
        "value": value,
        "shown_value": shown_value(value),
        "fact_rows": row_lines(value, rows[:ROWS_SHOWN]),
        "fact_count": count,
        "fact_more": count > ROWS_SHOWN,
        "one_row": "row" in request.GET,
    }


def row_lines(value: FactValue, rows: Any) -> list[dict[str, Any]]:
    base = bases[registry[value.fact.parts[0]].base if value.fact.kind == RATE else value.fact.base]
    rows = rows.select_related(*base.select) if base.select else rows
    return [
        {"pk": row.pk, "label": str(row), "url": row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""}
        for row in rows
    ]


def shown_value(value: FactValue) -> str:
    if value.unknown:
        return "未填"
    return "—" if value.value is None else number_text(value.value)


def fact_choices(composed: Composed) -> list[tuple[str, str, str]]:
    """(key, label, value) of the facts that can be put into a text."""
    return [
        (value.fact.key, value.fact.label, f"{shown_value(value)}{value.fact.unit}")
        for value in composed.facts
        if value.fact.kind != ROWS
    ]


def editor_panel(request: HttpRequest, composed: Composed, can_edit: bool) -> dict[str, Any]:
    if not can_edit:
        return {}
    found: dict[str, Any] = {}
    if (key := request.GET.get("edit")) and composed.block(key):
        block = composed.block(key)
        found["editing"] = block
        found["versions"] = BlockVersion.objects.filter(block_id=block.block_id).select_related("by")[:20]
    if (key := request.GET.get("examples")) and key in composed.facts and composed.facts[key].fact.kind == ROWS:
        value = composed.facts[key]
        picks = (composed.summary.choices if composed.summary else {}).get(key, [])
        ordered = [value.by_pk[pk] for pk in picks if pk in value.by_pk]
        rest = [item for item in value.items if item["pk"] not in picks]
        found["example_fact"] = value.fact
        found["example_items"] = [(item, position) for position, item in enumerate(ordered, 1)] + [
            (item, "") for item in rest
        ]
    if request.GET.get("add") == "1":
        found["adding"] = True
    return found


@allow(is_office)
def summary_text(request: HttpRequest, period: Period) -> HttpResponse:
    """复制为文本: the whole text on one page, to be copied."""
    composed = compose_stored(chosen_committee(request), period)
    edition = signed_edition(composed)
    text = plain_text(document_of(composed)) if edition is None else edition.text
    return render(
        request,
        "reports/summary_text.html",
        {"composed": composed, "period": period, "text": text, "title": f"{period.title}党建工作总结（文本）"},
    )


def block_or_404(composed: Composed, key: str) -> Any:
    block = composed.block(key)
    if block is None:
        raise Http404("没有这一段。")
    return block
