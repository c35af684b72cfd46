"""送审、签发、上报: each step has a page that shows what it rests on, and one POST."""

import difflib
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import View

from core.pages import Crumb
from core.pages.actions import reason
from core.periods import Period, today
from core.permissions import AllowMixin, allow, is_office, is_staff, require
from reports import workflows
from reports.choices import EditionKind
from reports.documents.model import plain_text
from reports.documents.papers import final_document, final_paper, paper_of, text_digest
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


def stored_or_404(request: HttpRequest, period: Period) -> Summary:
    summary = workflows.stored_summary(chosen_committee(request), period)
    if summary is None:
        raise Http404("这一期还没有草稿。")
    return summary


def back(period: Period) -> HttpResponse:
    return redirect("reports:summary-detail", period)


class SummarySubmit(AllowMixin, View):
    """送审: what is missing, what does not agree, what was typed by hand; then one button."""

    allowed = staticmethod(is_staff)

    def composed(self) -> Composed:
        composed = workflows.compose_stored(chosen_committee(self.request), self.kwargs["period"])
        require(workflows.can_edit_summary(self.request.user, composed.committee, composed.summary), self.request)
        return composed

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        return self.page(self.composed())

    def post(self, request: HttpRequest, period: Period) -> HttpResponse:
        composed = self.composed()
        ready = readiness_of(composed)
        answers = {check.label: reason(request, f"answer-{n}", 200) for n, check in enumerate(ready.failed)}
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
            "answers": [(n, check, said.get(check.label, "")) for n, check in enumerate(ready.failed)],
            "error": error,
        }
        return render(self.request, "reports/summary_submit.html", context, status=400 if error else 200)


@require_POST
@allow(is_staff)
def summary_recall(request: HttpRequest, period: Period) -> HttpResponse:
    summary = stored_or_404(request, period)
    require(workflows.can_recall_summary(request.user, summary), request)
    return done(request, period, "已撤回，可以继续修改。", lambda: workflows.recall_summary(summary, by=request.user))


@require_POST
@allow(is_office)
def summary_return(request: HttpRequest, period: Period) -> HttpResponse:
    """退回修改, from review or after signing."""
    summary = stored_or_404(request, period)
    allowed = workflows.can_review_summary(request.user, summary) or workflows.can_reopen_summary(request.user, summary)
    require(allowed, request)
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


class SummarySign(AllowMixin, View):
    """签发: the text as it stands, what changed since 送审, who signs and on which day."""

    allowed = staticmethod(is_office)

    def composed(self) -> Composed:
        composed = workflows.compose_stored(chosen_committee(self.request), self.kwargs["period"])
        summary = composed.summary
        require(summary is not None and workflows.can_review_summary(self.request.user, summary), self.request)
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
            "changes": since_submission(composed, plain_text(paper)),
            "ready": readiness_of(composed),
            "form": form,
        }
        return render(self.request, "reports/summary_sign.html", context, status=status)


def since_submission(composed: Composed, text: str) -> list[tuple[str, str]]:
    """(paragraph as submitted, paragraph now) of what the records changed meanwhile."""
    rows = Edition.objects.filter(committee=composed.committee, period_code=composed.period.code)
    submitted = rows.filter(kind=EditionKind.SUBMITTED).order_by("-number").values_list("text", flat=True).first()
    if submitted is None:
        return []
    before = [line for line in submitted.splitlines() if line]
    now = [line for line in text.splitlines() if line]
    closing = {composed.committee.name, composed.summary.signature if composed.summary else ""}
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(a=before, b=now, autojunk=False).get_opcodes():
        if tag != "equal":
            old, new = before[a:b], now[c:d]
            old += [""] * (len(new) - len(old))
            new += [""] * (len(old) - len(new))
            found += [(one, other) for one, other in zip(old, new, strict=True) if one not in closing or other]
    return found


class SummaryReport(AllowMixin, View):
    """登记上报: when and to whom the signed text went."""

    allowed = staticmethod(is_staff)

    def summary(self) -> Summary:
        summary = workflows.stored_summary(chosen_committee(self.request), self.kwargs["period"])
        require(summary is not None and workflows.can_report_summary(self.request.user, summary), self.request)
        return summary

    def get(self, request: HttpRequest, period: Period) -> HttpResponse:
        summary = self.summary()
        parent = summary.committee.parent
        initial = {
            "on": summary.reported_on or today(summary.committee),
            "to": summary.reported_to or (parent.name if parent else ""),
        }
        return self.page(ReportForm(user=request.user, initial=initial))

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
        return self.page(form, 400)

    def page(self, form: ReportForm, status: int = 200) -> HttpResponse:
        period = self.kwargs["period"]
        context = {
            "title": "登记上报",
            "crumbs": crumbs(period),
            "form": form,
            "submit_label": "登记上报",
            "cancel_url": reverse("reports:summary-detail", args=[period]),
        }
        return render(self.request, "generic/form.html", context, status=status)
