"""The ledger of findings and how they are put right."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import Action, Column, CreatePage, DetailPage, Fact, ListPage, UpdatePage, act, reason, visible_or_404
from core.pages.columns import Cell
from core.pages.details import page_url
from core.periods import today
from reviews import workflows
from reviews.choices import FINDING_KINDS, FindingStatus
from reviews.filters import FindingFilter
from reviews.forms import FindingForm
from reviews.models import Finding, InspectionRecord


class FindingList(ListPage):
    model = Finding
    title = "检查问题及整改台账"
    unit = "条"
    columns = (
        Column("问题", "description", link=True),
        Column(
            "社会组织", "record__organization__name", sort="record__organization__sort_key",
            fields=("record__organization__short_name",),
            value=lambda row: row["record__organization__short_name"] or row["record__organization__name"],
        ),
        Column("方面", "chapter"),
        Column("等级", "severity"),
        Column("整改建议", "advice", phone="wide"),
        Column("整改期限", "due", "date", sort="due"),
        Column("责任人", "owner", phone="hide"),
        Column("状态", "status", "state", states=FINDING_KINDS),
    )  # fmt: skip
    tabs = (
        ("", "全部", ""),
        ("open", "未销号", lambda rows, page: rows.exclude(status=FindingStatus.CLOSED)),
        ("late", "逾期", lambda rows, page: rows.overdue(today(page.request.user.committee))),
        ("charter", "未入章", "about_charter"),
        ("closed", "已销号", "closed"),
    )
    filterset_class = FindingFilter
    ordering = ("-quarter", "due")
    indexed = frozenset({"quarter"})
    create_url_name = "reviews:finding-create"
    import_kind = export_kind = "findings"
    empty_title = "还没有检查问题"
    empty_text = "检查时发现的问题在年检记录里登记，或用检查问题及整改台账导入。"


class FindingDetail(DetailPage):
    model = Finding
    related = ("record__organization", "record__campaign", "committee", "finished_by")
    template_name = "reviews/finding_detail.html"

    def facts(self) -> list[Fact]:
        row, body = self.object, self.object.record.organization
        facts = [
            Fact("社会组织", body, page_url(type(body), "detail", body.pk)),
            Fact("年检记录", row.record.campaign, row.record.get_absolute_url()),
            *(self.fact(name) for name in ("chapter", "severity", "is_charter_clause", "advised_on")),
            Fact("整改期限", row.due, note=self.lateness()),
            *(self.fact(name) for name in ("owner", "finished_on", "finished_by")),
            Fact("归属季度", row.quarter_label),
        ]
        return [
            *facts,
            *(Fact(self.word(name), getattr(row, name), wide=True) for name in ("advice", "measure", "recheck")),
        ]

    def word(self, name: str) -> str:
        return self.model._meta.get_field(name).verbose_name

    def lateness(self) -> str:
        row, day = self.object, today(self.request.user.committee)
        late = row.due and row.status != FindingStatus.CLOSED and row.due < day
        return f"已逾期{(day - row.due).days}天" if late else ""

    def states(self) -> list[Cell]:
        return [*super().states(), *([Cell("逾期", kind="bad")] if self.lateness() else [])]

    def actions(self) -> list[Action]:
        user, row = self.request.user, self.object

        def url(name):
            return reverse(f"reviews:finding-{name}", args=[row.pk])

        measured = "已写：" + row.measure if row.measure else ""
        found = [
            (workflows.can_start_finding, Action("开始整改", url("start"), "play")),
            (
                workflows.can_finish_finding,
                Action("报告完成", url("finish"), "check", primary=True, reason="整改措施", note=measured,
                       reason_required=not row.measure),
            ),
            (workflows.can_return_finding, Action("退回重改", url("return"), "undo-2", reason="退回原因", danger=True)),
            (
                workflows.can_close_finding,
                Action("复查销号", url("close"), "check", primary=True, reason="复查结论：谁在什么时候看了什么",
                       reason_required=not row.recheck),
            ),
        ]  # fmt: skip
        return [action for can, action in found if can(user, row)]

    def get_context(self) -> dict:
        return {**super().get_context(), **attachment_context(self.request.user, self.object)}


class FindingCreate(CreatePage):
    model = Finding
    form_class = FindingForm

    def get_instance(self) -> Finding:
        row = super().get_instance()
        if wanted := self.request.GET.get("record"):
            row.record = visible_or_404(InspectionRecord, self.request.user, wanted)
        return row


class FindingUpdate(UpdatePage):
    model = Finding
    related = ("record__organization", "record__campaign", "committee")
    form_class = FindingForm
    can_edit = staticmethod(lambda user, row: user.is_committee_staff and row.status != FindingStatus.CLOSED)


FINDINGS = Finding.objects.select_related("record__organization", "committee")


@require_POST
def start_finding(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, FINDINGS, pk, workflows.start_finding, can=workflows.can_start_finding, done="已开始整改。")


@require_POST
def finish_finding(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, FINDINGS, pk, workflows.finish_finding,
        can=workflows.can_finish_finding, done="已报告整改完成，等待复查。", measure=reason(request, limit=300),
    )  # fmt: skip


@require_POST
def return_finding(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, FINDINGS, pk, workflows.return_finding,
        can=workflows.can_return_finding, done="已退回重改。", reason=reason(request),
    )  # fmt: skip


@require_POST
def close_finding(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, FINDINGS, pk, workflows.close_finding,
        can=workflows.can_close_finding, done="这个问题已销号。", recheck=reason(request, limit=200),
    )  # fmt: skip
