"""送审、签发、上报: each step has a page that shows what it rests on, and one POST."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from django.views.generic import View

from core.pages import Crumb
from core.pages.actions import reason
from core.periods import Period, today
from core.permissions import AllowMixin, allow, is_office, is_staff, require
from reports import workflows
from reports.choices import SUMMARY_FLOW, SummaryStatus
from reports.documents.model import Document
from reports.documents.papers import differences, edition_document, final_document, final_paper, paper_of, text_digest
from reports.forms import ReportForm, SigningForm
from reports.guards import Readiness, readiness_of
from reports.models import Edition, Summary
from reports.narrative import Composed
from reports.views.summaries import chosen_committee


def crumbs(period: Period) -> list[Crumb]:
    return [
        Crumb("季度总结", reverse("reports:summary-list")),
        Crumb(f"{period.title}党建工作总结", reverse("reports:summary-detail", args=[period])),
    ]


def own_or_404(request: HttpRequest, period: Period) -> Summary:
    """The stored summary of one's own office; the workflow says in which states the step can be taken."""
    summary = workflows.stored_summary(chosen_committee(request), period)
    if summary is None:
        raise Http404("这一期还没有草稿。")
    require(workflows.is_own(request.user, summary), request)
    return summary


def back(period: Period) -> HttpResponse:
    return redirect("reports:summary-detail", period)


class MovedOn(Exception):
    """The page was opened before somebody moved the summary on."""


def require_step(summary: Summary | None, to: SummaryStatus, what: str) -> None:
    """The table of states decides; what has no row yet is a draft."""
    status = SummaryStatus(summary.status) if summary is not None else SummaryStatus.DRAFT
    if to not in SUMMARY_FLOW[status]:
        raise MovedOn(f"这份总结现在是“{status.label}”，不能{what}。")


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Go back to the summary with a sentence where it has moved on meanwhile."""

    @wraps(view)
    def wrapped(request: HttpRequest, period: Period, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, period, *args, **kwargs)
        except MovedOn as moved:
            messages.warning(request, str(moved))
            return back(period)

    return wrapped


@method_decorator(told, name="dispatch")
class SummarySubmit(AllowMixin, View):
    """送审: what is missing, what does not agree, what was typed by hand; then one button."""

    allowed = staticmethod(is_staff)

    def composed(self) -> Composed:
        composed = workflows.compose_stored(chosen_committee(self.request), self.kwargs["period"])
        require(composed.committee.pk == self.request.user.committee_id, self.request)
        require_step(composed.summary, SummaryStatus.REVIEW, "再送审")
        return composed

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        return self.page(self.composed())

    def post(self, request: HttpRequest, period: Period) -> HttpResponse:
        composed = self.composed()
        ready = readiness_of(composed)
        answers = {check.label: reason(request, f"answer-{n}", 200) for n, check in enumerate(ready.doubtful)}
        if not request.POST.get("looked"):
            return self.page(composed, answers, "请逐项看过以后，勾选“以上各项已核对”再送审。")
        try:
            summary = workflows.open_summary(composed.committee, period, by=request.user)
            workflows.submit_summary(summary, composed, paper_of(composed), answers=answers, by=request.user)
        except ValidationError as error:
            return self.page(composed, answers, " ".join(error.messages))
        messages.success(request, "已送审。领导签发以前可以撤回。")
        return back(period)

    def page(self, composed: Composed, answers: dict[str, str] | None = None, error: str = "") -> HttpResponse:
        ready: Readiness = readiness_of(composed)
        before = (composed.summary.excuses if composed.summary else {}) or {}
        said = before if answers is None else answers
        context = {
            "title": "送审前核对",
            "crumbs": crumbs(composed.period),
            "period": composed.period,
            "composed": composed,
            "ready": ready,
            "answers": [(n, check, said.get(check.label, "")) for n, check in enumerate(ready.doubtful)],
            "error": error,
            "looked": bool(self.request.POST.get("looked")),
        }
        return render(self.request, "reports/summary_submit.html", context, status=400 if error else 200)


@require_POST
@allow(is_staff)
def summary_recall(request: HttpRequest, period: Period) -> HttpResponse:
    summary = own_or_404(request, period)
    return done(request, period, "已撤回，可以继续修改。", lambda: workflows.recall_summary(summary, by=request.user))


@require_POST
@allow(is_office)
def summary_return(request: HttpRequest, period: Period) -> HttpResponse:
    """退回修改, from review or after signing."""
    summary = own_or_404(request, period)
    why = reason(request)
    return done(request, period, "已退回修改。", lambda: workflows.return_summary(summary, reason=why, by=request.user))


def done(request: HttpRequest, period: Period, sentence: str, call: Any) -> HttpResponse:
    try:
        call()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, sentence)
    return back(period)


@method_decorator(told, name="dispatch")
class SummarySign(AllowMixin, View):
    """签发: the text as it stands, what changed since 送审, who signs and on which day."""

    allowed = staticmethod(is_office)

    def composed(self) -> Composed:
        composed = workflows.compose_stored(chosen_committee(self.request), self.kwargs["period"])
        require(composed.committee.pk == self.request.user.committee_id, self.request)
        require_step(composed.summary, SummaryStatus.SIGNED, "签发")
        return composed

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        composed = self.composed()
        return self.page(composed, SigningForm(user=request.user, initial=self.initial(composed)))

    def initial(self, composed: Composed) -> dict[str, Any]:
        user = self.request.user
        return {"signer": user.name if user.is_leader else "", "on": today(composed.committee), "closing": True}

    def post(self, request: HttpRequest, period: Period) -> HttpResponse:
        composed = self.composed()
        form = SigningForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.page(composed, form, 400)
        values = form.cleaned_data
        paper = final_paper(composed, on=values["on"], closing=values["closing"])
        try:
            edition = workflows.sign_summary(
                composed.summary, paper, signer=values["signer"], closing=values["closing"],
                seen=request.POST.get("seen", ""), by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(composed, form, 400)
        messages.success(request, f"已签发，定稿是第{edition.number}份。以后修改记录不会改动它。")
        return back(period)

    def page(self, composed: Composed, form: SigningForm, status: int = 200) -> HttpResponse:
        paper = final_document(composed, on=today(composed.committee), closing=False)
        context = {
            "title": "签发",
            "crumbs": crumbs(composed.period),
            "period": composed.period,
            "composed": composed,
            "summary": composed.summary,
            "paper": paper,
            "seen": text_digest(paper),
            "changes": since(composed.summary.submission, paper),
            "since_return": since(composed.summary.returned_edition, paper) if composed.summary.opinion else [],
            "ready": readiness_of(composed),
            "form": form,
        }
        return render(self.request, "reports/summary_sign.html", context, status=status)


def since(edition: Edition | None, paper: Document) -> list[tuple[str, str]]:
    return differences(edition_document(edition), paper) if edition is not None else []


@method_decorator(told, name="dispatch")
class SummaryReport(AllowMixin, View):
    """登记上报: when and to whom the signed text went."""

    allowed = staticmethod(is_staff)

    def summary(self) -> Summary:
        committee = chosen_committee(self.request)
        require(committee.pk == self.request.user.committee_id, self.request)
        summary = workflows.stored_summary(committee, self.kwargs["period"])
        if summary is None or not summary.is_signed:
            raise MovedOn("这份总结还没有签发，不能登记上报。")
        return summary

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        summary = self.summary()
        parent = summary.committee.parent
        initial = {
            "on": summary.reported_on or today(summary.committee),
            "to": summary.reported_to or (parent.name if parent else ""),
        }
        return self.page(summary, ReportForm(user=request.user, initial=initial))

    def post(self, request: HttpRequest, period: Period) -> HttpResponse:
        summary = self.summary()
        form = ReportForm(request.POST, user=request.user)
        if form.is_valid():
            try:
                workflows.report_summary(summary, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, "已登记上报。")
                return back(period)
        return self.page(summary, form, 400)

    def page(self, summary: Summary, form: ReportForm, status: int = 200) -> HttpResponse:
        period = self.kwargs["period"]
        title = "更正上报" if summary.reported_on else "登记上报"
        context = {
            "title": title,
            "crumbs": crumbs(period),
            "form": form,
            "submit_label": title,
            "cancel_url": reverse("reports:summary-detail", args=[period]),
        }
        return render(self.request, "generic/form.html", context, status=status)
