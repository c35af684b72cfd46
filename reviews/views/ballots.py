"""Typing in paper ballots: how many came back, then the votes for each secretary."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from core.pages import CreatePage, Crumb, visible_or_404
from core.permissions import is_office, require
from reviews import workflows
from reviews.forms import BallotBatchForm, TallyForm
from reviews.models import BallotBatch, BallotTally, ReviewSession


class BallotBatchCreate(CreatePage):
    model = BallotBatch
    form_class = BallotBatchForm
    title = "录入测评票"

    @cached_property
    def session(self) -> ReviewSession:
        session = visible_or_404(ReviewSession, self.request.user, self.kwargs["pk"])
        require(workflows.can_enter_ballots(self.request.user, session), self.request)
        return session

    def get_instance(self) -> BallotBatch:
        row = super().get_instance()
        row.session, row.committee_id = self.session, self.session.committee_id
        return row

    def crumbs(self) -> list[Crumb]:
        return [Crumb("述职评议", reverse("reviews:reviewsession-list")), Crumb(str(self.session), self.cancel_url())]

    def cancel_url(self) -> str:
        return self.session.get_absolute_url()

    def success_url(self, row: BallotBatch) -> str:
        return reverse("reviews:ballotbatch-tally", args=[row.pk])

    def done(self, row: BallotBatch) -> str:
        return "测评票已保存，请录入每名书记的计票。"


def tally(request: HttpRequest, pk: int) -> HttpResponse:
    """One line per secretary; nothing is stored until every filled line sums to the valid ballots (RV-03)."""
    batch = visible_or_404(BallotBatch.objects.select_related("session"), request.user, pk)
    require(workflows.can_enter_ballots(request.user, batch.session), request)
    stored = {t.report_id: {name: getattr(t, name) for name in TallyForm.names} for t in batch.tallies.all()}
    reports = batch.session.reports.due().select_related("branch").order_by("order", "pk")
    data = request.POST if request.method == "POST" else None
    lines = [
        (report, TallyForm(data, prefix=f"r{report.pk}", initial=stored.get(report.pk, {}), valid=batch.valid))
        for report in reports
    ]
    if data is not None:
        valid = [form.is_valid() for _, form in lines]  # each line is judged, so that each shows its errors
        if all(valid):
            numbers = {report.pk: form.numbers for report, form in lines if not form.is_blank}
            count = workflows.save_tallies(batch, numbers, by=request.user)
            messages.success(request, f"计票已保存，有{count}名书记的票数有变化。")
            return redirect(batch.session.get_absolute_url())
    context = {
        "title": f"{batch.get_voter_group_display()}计票",
        "batch": batch,
        "lines": lines,
        "wrong": sum(1 for _, form in lines if form.errors),
        "crumbs": [Crumb("述职评议", reverse("reviews:reviewsession-list")),
                   Crumb(str(batch.session), batch.session.get_absolute_url())],
    }  # fmt: skip
    return render(request, "reviews/ballot_tally.html", context)


def export_tallies(request: HttpRequest, pk: int) -> HttpResponse:
    """测评计票汇总 of one session as a workbook."""
    from core.excel import get_sheet, writing  # a slow library behind it

    require(is_office(request.user), request)
    session = visible_or_404(ReviewSession, request.user, pk)
    rows = BallotTally.objects.filter(batch__session=session).visible_to(request.user)
    return writing.export_response(get_sheet("tallies"), rows.order_by("batch", "report__order", "pk"), request)
