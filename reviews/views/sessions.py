"""Pages of the duty review session: 22 = 4 + 18, ballots and their tally."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import Action, Column, CreatePage, DetailPage, Fact, ListPage, UpdatePage, act
from core.periods import quarter_label, today
from core.permissions import is_office
from reviews import workflows
from reviews.choices import SESSION_KINDS, SessionStatus
from reviews.forms import ReviewSessionForm
from reviews.models import ReviewSession
from reviews.statistics import SessionFigures, ballot_counts, ballot_lines, session_figures


class ReviewSessionList(ListPage):
    model = ReviewSession
    allowed = staticmethod(is_office)
    title = "述职评议会议"
    unit = "次"
    columns = (
        Column("会议名称", "name", link=True),
        Column("述职年度", "year", "number", sort="year"),
        Column("召开日期", "held_on", "date", sort="held_on"),
        Column("报告截止日期", "report_due", "date"),
        Column("归属季度", "quarter", value=lambda row: quarter_label(row["quarter"])),
        Column("状态", "status", "state", states=SESSION_KINDS),
    )
    ordering = ("-year",)
    create_url_name = "reviews:reviewsession-create"
    import_kind = export_kind = "review_sessions"
    empty_text = "登记一次会议，开始收集时会为每个党支部建立述职报告。"


class ReviewSessionDetail(DetailPage):
    model = ReviewSession
    related = ("committee",)
    allowed = staticmethod(is_office)
    template_name = "reviews/reviewsession_detail.html"
    fact_fields = ("held_on", "place", "report_due", "min_length", "max_length", "has_democratic_review")

    def get_title(self) -> str:
        return self.object.name

    def facts(self) -> list[Fact]:
        return [*super().facts(), Fact("归属季度", self.object.quarter_label)]

    def actions(self) -> list[Action]:
        user, row = self.request.user, self.object

        def url(name):
            return reverse(f"reviews:reviewsession-{name}", args=[row.pk])

        found = []
        if workflows.can_open_session(user, row):
            note = "会为每个党支部建立一份述职报告，并通知书记。"
            found.append(Action("开始收集报告", url("open"), "play", primary=True, note=note))
        if workflows.can_add_reports(user, row):
            found.append(Action("补齐缺少的党支部", url("complete"), "plus"))
        if workflows.can_hold_session(user, row):
            found.append(Action("登记已召开", url("hold"), "check", primary=True))
        if workflows.can_close_session(user, row):
            found.append(Action("归档", url("close"), "archive"))
        return found

    def figures(self, figures: SessionFigures) -> list[dict]:
        reports = f"{reverse('reviews:dutyreport-list')}?session={self.object.pk}"

        def item(label, value, tail, note=""):
            return {"label": label, "value": value, "unit": "名", "url": f"{reports}{tail}", "note": note}

        written = figures.handed_in_rate
        return [
            item("应述职", figures.due, "&tab=due", f"不参加{figures.excused}名" if figures.excused else ""),
            item("口头述职", figures.oral, "&tab=oral"),
            item("书面述职", figures.written, "&tab=written"),
            item(
                "已提交报告", figures.handed_in, "&tab=handed", "" if written is None else f"提交率{written * 100:.1f}%"
            ),
            item("待审核", figures.submitted, "&tab=waiting"),
            item("审核通过", figures.accepted, "&tab=accepted"),
            item("已退回", figures.returned, "&tab=returned"),
            item("逾期未交", figures.late, "&tab=late"),
        ]

    def get_context(self) -> dict:
        row = self.object
        batches = list(row.ballot_batches.order_by("pk"))
        figures = session_figures(row, on=today(row.committee))
        return {
            **super().get_context(),
            "figures": self.figures(figures),
            "numbers": figures,
            "batches": batches,
            "counts": ballot_counts(batches) if batches else None,
            "lines": ballot_lines(row),
            "can_enter": workflows.can_enter_ballots(self.request.user, row),
        }


class ReviewSessionCreate(CreatePage):
    model = ReviewSession
    form_class = ReviewSessionForm


class ReviewSessionUpdate(UpdatePage):
    model = ReviewSession
    related = ("committee",)
    form_class = ReviewSessionForm
    can_edit = staticmethod(lambda user, row: user.is_committee_staff and row.status != SessionStatus.CLOSED)


SESSIONS = ReviewSession.objects.select_related("committee")


@require_POST
def open_session(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, SESSIONS, pk, workflows.open_session,
        can=workflows.can_open_session, done="已开始收集，每个党支部的述职报告已建立。",
    )  # fmt: skip


@require_POST
def complete_session(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, SESSIONS, pk, workflows.add_missing_reports,
        can=workflows.can_add_reports, done="已为缺少报告的党支部补齐。",
    )  # fmt: skip


@require_POST
def hold_session(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, SESSIONS, pk, workflows.hold_session, can=workflows.can_hold_session, done="已登记会议召开。")


@require_POST
def close_session(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, SESSIONS, pk, workflows.close_session, can=workflows.can_close_session, done="已归档。")
