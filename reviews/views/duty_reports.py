"""Duty reports for those who read them: the list, one report, and the review by staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import Action, Button, Column, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, act, reason
from core.pages.columns import Cell
from core.pages.details import page_url
from core.periods import today
from core.permissions import is_office
from reviews import workflows
from reviews.choices import DUTY_REPORT_KINDS, DutyMode, DutyReportStatus
from reviews.filters import ReportFilter
from reviews.forms import DutyReportForm
from reviews.models import DUTY_SECTIONS, DutyReport
from reviews.statistics import branch_year, compare, last_year_report, report_checks, similar_sections
from reviews.workflows.reports import OPEN_STATUSES

REPORTS = DutyReport.objects.select_related("session", "branch", "committee")
QUEUE = 13  # reports shown beside the one that is read


def on_day(page: ListPage):
    return today(page.request.user.committee)


class DutyReportList(ListPage):
    model = DutyReport
    title = "述职报告"
    unit = "份"
    columns = (
        Column(
            "党支部", "branch__name", link=True, sort="branch__sort_key", fields=("branch__short_name",),
            value=lambda row: row["branch__short_name"] or row["branch__name"],
        ),
        Column("书记", "secretary_name"),
        Column("年度", "session__year", sort="session__year"),
        Column("方式", "mode"),
        Column("顺序", "order", "number", sort="order", phone="hide"),
        Column("提交日期", "submitted_on", "date", sort="submitted_on"),
        Column("审核通过日期", "accepted_on", "date", phone="hide"),
        Column("状态", "status", "state", states=DUTY_REPORT_KINDS),
    )  # fmt: skip
    tabs = (
        ("due", "应述职", "due"),
        ("oral", "口头", "oral"),
        ("written", "书面", "written"),
        ("waiting", "待审核", lambda rows, page: rows.filter(status=DutyReportStatus.SUBMITTED)),
        ("late", "逾期", lambda rows, page: rows.late(on_day(page))),
        ("returned", "已退回", lambda rows, page: rows.filter(status=DutyReportStatus.RETURNED)),
        ("handed", "已提交", "handed_in"),
        ("accepted", "审核通过", "accepted"),
        ("excused", "不参加", lambda rows, page: rows.filter(mode=DutyMode.EXCUSED)),
    )
    filterset_class = ReportFilter
    ordering = ("-session__year", "order")
    wide_ordering = ("-session_id", "order")
    create_url_name = "reviews:dutyreport-create"
    import_kind = export_kind = "duty_reports"
    empty_title = "没有这样的述职报告"
    empty_text = "述职评议会议开始收集以后，每个党支部有一份述职报告。"

    def extra_actions(self) -> list[Button]:
        if not self.request.user.is_office:
            return []
        return [Button("述职评议会议", reverse("reviews:reviewsession-list"), "chevron-left", fold_phone=True)]

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_office:
            return super().get(request, *args, **kwargs)
        rows = REPORTS.visible_to(request.user).order_by("-session__year", "branch__sort_key")[:50]
        cards = [(row, workflows.can_edit_duty_report(request.user, row)) for row in rows]
        return render(request, "reviews/dutyreport_mine.html", {"title": "述职报告", "cards": cards})


class DutyReportDetail(DetailPage):
    """For the office the page of png/07-review; for a secretary the text with its receipt."""

    model = DutyReport
    related = ("session", "branch", "committee", "reported_by", "entered_by")

    @property
    def template_name(self) -> str:
        return "reviews/dutyreport_review.html" if self.request.user.is_office else "reviews/dutyreport_read.html"

    def get_title(self) -> str:
        row = self.object
        return f"{row.branch} · {row.secretary_name or '书记未登记'}"

    def crumbs(self) -> list[Crumb]:
        session = self.object.session
        return [
            Crumb("述职报告", f"{reverse('reviews:dutyreport-list')}?session={session.pk}"),
            Crumb(f"{session.year}年度", session.get_absolute_url() if self.request.user.is_office else ""),
        ]

    def states(self) -> list[Cell]:
        row = self.object
        late = row.status in OPEN_STATUSES and row.session.report_due and (
            row.session.report_due < today(row.committee)
        )  # fmt: skip
        return [*super().states(), *([Cell("逾期", kind="bad")] if late and row.mode != DutyMode.EXCUSED else [])]

    def meta(self) -> str:
        row, versions = self.object, self.versions
        parts = [row.get_mode_display()]
        if versions:
            parts.append(f"第{versions[0].number}次提交，{versions[0].at.astimezone():%Y-%m-%d %H:%M}")
        elif row.submitted_on:
            parts.append(f"{row.submitted_on}提交")
        parts.append(f"{row.length}字")
        if row.entered_by:
            parts.append(f"{row.entered_by}代填")
        return " · ".join(parts)

    @property
    def versions(self) -> list:
        if not hasattr(self, "_versions"):
            self._versions = list(self.object.versions.select_related("by"))
        return self._versions

    def edit_url(self) -> str:
        if not workflows.can_edit_duty_report(self.request.user, self.object):
            return ""
        return reverse("reviews:dutyreport-edit", args=[self.object.pk])

    def actions(self) -> list[Action]:
        row = self.object
        printed = reverse("reviews:dutyreport-print", args=[row.pk])
        actions = [Action("打印", printed, "printer", post=False)]
        if self.versions and len(self.versions) > 1:
            page = reverse("reviews:dutyreport-compare", args=[row.pk])
            actions.insert(0, Action("比较各次提交", page, "git-compare", post=False))
        return actions

    def get_context(self) -> dict:
        row, user = self.object, self.request.user
        context = {
            **super().get_context(),
            "report": row,
            "versions": self.versions,
            "comments": list(row.comments.all()),
            "problems": list(row.named_problems.all()),
            "can_name_problems": workflows.can_name_problems(user, row),
            "can_comment": workflows.can_comment(user, row),
        }
        return {**context, **self.office_context()} if user.is_office else context

    def office_context(self) -> dict:
        row, user = self.object, self.request.user
        before = last_year_report(row)
        similar = similar_sections(row, before)
        queue = (
            DutyReport.objects.filter(session=row.session)
            .visible_to(user)
            .select_related("branch")
            .only("branch__name", "branch__short_name", "secretary_name", "mode", "status", "session", "order")
            .order_by("order", "pk")
        )
        others = list(queue)
        return {
            "branch_url": page_url(type(row.branch), "detail", row.branch_id),
            "queue": around(others, row),
            "queue_total": len(others),
            "queue_accepted": sum(r.status == DutyReportStatus.ACCEPTED for r in others),
            "before": before,
            "sections": [(n, heading, text, similar.get(n)) for n, heading, text in row.sections],
            "year": branch_year(row.branch_id, row.session.year),
            "checks": report_checks(row, similar),
            "can_review": workflows.can_review_duty_report(user, row),
            "can_change_mode": workflows.can_change_mode(user, row),
            "modes": DutyMode.choices,
            **attachment_context(user, row),
        }


def around(rows: list[DutyReport], row: DutyReport) -> list[DutyReport]:
    """The reports next to this one, at most QUEUE of them."""
    place = next((i for i, other in enumerate(rows) if other.pk == row.pk), 0)
    start = max(0, min(place - QUEUE // 2, len(rows) - QUEUE))
    return rows[start : start + QUEUE]


class DutyReportReview(DutyReportDetail):
    """The same page under the address that notices to staff carry."""

    allowed = staticmethod(is_office)


class DutyReportPrint(DutyReportDetail):
    """One report on paper."""

    show_history = False
    template_name = "reviews/dutyreport_print.html"

    def get_context(self) -> dict:
        return {"title": self.get_title(), "report": self.object, "meta": self.meta()}


class DutyReportCompare(DutyReportDetail):
    """Two versions as they were handed in, sentence by sentence; or last year's report beside this one."""

    show_history = False
    template_name = "reviews/dutyreport_compare.html"

    def get_context(self) -> dict:
        old_name, old, new_name, new = self.pair()
        sections = [(heading, compare(old.get(name, ""), new.get(name, ""))) for name, heading in DUTY_SECTIONS]
        return {
            "title": "比较述职报告",
            "crumbs": [*self.crumbs(), Crumb(self.get_title(), self.object.get_absolute_url())],
            "report": self.object,
            "old_name": old_name,
            "new_name": new_name,
            "sections": sections,
        }

    def pair(self) -> tuple[str, dict, str, dict]:
        row = self.object
        now = {name: text for name, _, text in row.sections}
        if self.request.GET.get("with") == "last-year" and (before := last_year_report(row)):
            year = row.session.year
            return f"{year - 1}年度", {name: text for name, _, text in before.sections}, f"{year}年度", now
        by_number = {version.number: version for version in self.versions}
        latest = self.versions[0] if self.versions else None
        if latest is None:
            return "（没有提交过）", {}, "现在的内容", now
        wanted = self.request.GET.get("from", "")
        old = by_number.get(int(wanted)) if wanted.isdecimal() and len(wanted) < 5 else None
        old = old or by_number.get(latest.number - 1)
        if old is None or old is latest:
            return str(latest), latest.content, "现在的内容", now
        return str(old), old.content, str(latest), latest.content


class DutyReportCreate(CreatePage):
    model = DutyReport
    form_class = DutyReportForm


class DutyReportUpdate(UpdatePage):
    """Who reports, how and in which order; the text has its own page."""

    model = DutyReport
    related = ("session", "branch", "committee")
    form_class = DutyReportForm
    title = "修改述职安排"
    can_edit = staticmethod(workflows.can_change_mode)


@require_POST
def return_report(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, REPORTS, pk, workflows.return_duty_report,
        can=workflows.can_review_duty_report, done="已退回，书记会看到您的意见。", reason=reason(request, "remark"),
    )  # fmt: skip


@require_POST
def accept_report(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, REPORTS, pk, workflows.accept_duty_report,
        can=workflows.can_review_duty_report, done="已审核通过。", remark=reason(request, "remark"),
    )  # fmt: skip


@require_POST
def change_mode(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, REPORTS, pk, workflows.change_mode, can=workflows.can_change_mode, done="已改变述职方式。",
        mode=request.POST.get("mode", ""), excused_reason=reason(request, "excused_reason", 200),
    )  # fmt: skip


@require_POST
def comment_report(request: HttpRequest, pk: int) -> HttpResponse:
    values = {name: reason(request, name, 300) for name in ("praise", "problem", "demand")}
    return act(
        request, REPORTS, pk, workflows.comment_on_report, can=workflows.can_comment, done="点评已保存。",
        leader_name=reason(request, "leader_name", 30), **values,
    )  # fmt: skip
