"""Pages of the yearly inspection: campaigns and the records of the bodies."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import Action, Button, Column, CreatePage, Crumb, DetailPage, Fact, ListPage, UpdatePage, act, reason
from core.pages.columns import Cell
from core.pages.details import page_url
from core.periods import quarter_label, today
from core.permissions import is_office
from reviews import workflows
from reviews.choices import CAMPAIGN_KINDS, FINDING_KINDS, INSPECTION_KINDS, Conclusion, FindingStatus, Severity
from reviews.filters import RecordFilter
from reviews.forms import CampaignForm, ConclusionForm, InspectionRecordForm
from reviews.models import InspectionCampaign, InspectionRecord
from reviews.statistics import CampaignFigures, campaign_figures


class InspectionCampaignList(ListPage):
    model = InspectionCampaign
    allowed = staticmethod(is_office)
    title = "年度检查"
    unit = "次"
    columns = (
        Column("名称", "title", link=True, sort="title"),
        Column("检查年度", "checked_year", "number", sort="checked_year"),
        Column("启动日期", "started_on", "date", sort="started_on"),
        Column("填报截止日期", "submit_due", "date", sort="submit_due"),
        Column("归属季度", "quarter", value=lambda row: quarter_label(row["quarter"])),
        Column("联合单位", "joint_units", phone="hide"),
        Column("状态", "status", "state", states=CAMPAIGN_KINDS),
    )
    ordering = ("-checked_year",)
    create_url_name = "reviews:inspectioncampaign-create"
    import_kind = export_kind = "campaigns"
    empty_text = "登记一次年度检查，启动时会为每家综合党委直管的社会组织建立年检记录。"


class InspectionCampaignDetail(DetailPage):
    model = InspectionCampaign
    allowed = staticmethod(is_office)
    template_name = "reviews/inspectioncampaign_detail.html"
    fact_fields = ("checked_year", "started_on", "submit_due", "scope", "joint_units")

    def facts(self) -> list[Fact]:
        return [*super().facts(), Fact("归属季度", self.object.quarter_label)]

    def actions(self) -> list[Action]:
        user, row = self.request.user, self.object
        found = []
        if workflows.can_start_campaign(user, row):
            note = "会为每家综合党委直管的社会组织建立一条年检记录。"
            url = reverse("reviews:inspectioncampaign-start", args=[row.pk])
            found.append(Action("启动检查", url, "play", primary=True, note=note))
        if workflows.can_close_campaign(user, row):
            found.append(Action("结束检查", reverse("reviews:inspectioncampaign-close", args=[row.pk]), "check"))
        return found

    def figures(self, figures: CampaignFigures) -> list[dict]:
        records = reverse("reviews:inspectionrecord-list")
        findings = reverse("reviews:finding-list")
        own = f"?campaign={self.object.pk}"

        def item(label, value, url, unit="家", note=""):
            return {"label": label, "value": value, "unit": unit, "url": url, "note": note}

        return [
            item("应检", figures.expected, f"{records}{own}"),
            item("已检", figures.submitted, f"{records}{own}&submitted=true", note=percent_note("参检率", figures.submitted_rate)),
            item("未参检", figures.absent, f"{records}{own}&status=absent"),
            item("合格", figures.passed, f"{records}{own}&conclusion={Conclusion.PASSED}"),
            item("基本合格", figures.basic, f"{records}{own}&conclusion={Conclusion.BASIC}"),
            item("不合格", figures.failed, f"{records}{own}&conclusion={Conclusion.FAILED}"),
            item("未入章", figures.without_clause, f"{records}{own}&has_party_clause=false"),
            item("未建党组织", figures.without_branch, f"{records}{own}&has_branch=false"),
            item("发现问题", figures.findings, f"{findings}{own}", "个"),
            item("整改建议", figures.advised, f"{findings}{own}&advised=true", "条"),
            item("已销号", figures.closed, f"{findings}{own}&status={FindingStatus.CLOSED}", "个",
                 percent_note("整改完成率", figures.closed_rate)),
            item("逾期未改", figures.overdue, f"{findings}{own}&overdue=true", "个"),
        ]  # fmt: skip

    def get_context(self) -> dict:
        figures = campaign_figures(self.object, on=today(self.request.user.committee))
        return {**super().get_context(), "figures": self.figures(figures)}


def percent_note(word: str, rate: float | None) -> str:
    return "" if rate is None else f"{word}{rate * 100:.1f}%"


class InspectionCampaignCreate(CreatePage):
    model = InspectionCampaign
    form_class = CampaignForm


class InspectionCampaignUpdate(UpdatePage):
    model = InspectionCampaign
    form_class = CampaignForm


class InspectionRecordList(ListPage):
    model = InspectionRecord
    title = "年检记录"
    unit = "家"
    columns = (
        Column(
            "社会组织", "organization__name", link=True, sort="organization__sort_key",
            fields=("organization__short_name",),
            value=lambda row: row["organization__short_name"] or row["organization__name"],
        ),
        Column("年度检查", "campaign__title", sort="campaign"),
        Column("提交日期", "submitted_on", "date", sort="submitted_on"),
        Column("入章", "has_party_clause", "yesno"),
        Column("已建党组织", "has_branch", "yesno"),
        Column("党建得分", "party_score", "number", sort="party_score"),
        Column("年检结论", "conclusion"),
        Column("状态", "status", "state", states=INSPECTION_KINDS),
    )  # fmt: skip
    filterset_class = RecordFilter
    ordering = ("-campaign__checked_year", "organization__sort_key")
    wide_ordering = ("organization__sort_key", "-campaign_id")
    create_url_name = "reviews:inspectionrecord-create"
    import_kind = export_kind = "inspections"
    empty_text = "启动年度检查后，每家综合党委直管的社会组织有一条年检记录；也可以导入年检党建检查汇总表。"

    def extra_actions(self) -> list[Button]:
        if not self.request.user.is_office:
            return []
        return [Button("年度检查", reverse("reviews:inspectioncampaign-list"), "chevron-left")]


class InspectionRecordDetail(DetailPage):
    model = InspectionRecord
    related = ("organization", "campaign", "committee")
    template_name = "reviews/inspectionrecord_detail.html"

    def get_title(self) -> str:
        return f"{self.object.organization}年检记录"

    def crumbs(self) -> list[Crumb]:
        row = self.object
        first = Crumb("年检记录", reverse("reviews:inspectionrecord-list"))
        if not self.request.user.is_office:
            return [first]
        return [
            Crumb("年度检查", reverse("reviews:inspectioncampaign-list")),
            Crumb(str(row.campaign), row.campaign.get_absolute_url()),
        ]

    def facts(self) -> list[Fact]:
        names = (
            "submitted_on", "has_party_clause", "has_branch", "no_branch_reason", "staff_count",
            "member_count", "self_score", "party_score", "conclusion", "concluded_on", "notice_no",
        )  # fmt: skip
        body = self.object.organization
        facts = [
            Fact("社会组织", body, page_url(type(body), "detail", body.pk)),
            *(self.fact(name) for name in names),
        ]
        return [
            *facts,
            Fact("归属季度", self.object.quarter_label),
            Fact("党建初审意见", self.object.opinion, wide=True),
        ]

    def actions(self) -> list[Action]:
        user, row = self.request.user, self.object

        def url(name):
            return reverse(f"reviews:inspectionrecord-{name}", args=[row.pk])

        found = [
            (workflows.can_submit_record, Action("登记已提交", url("submit"), "check")),
            (workflows.can_start_check, Action("开始初审", url("check"), "clipboard-list")),
            (workflows.can_return_record, Action("退回", url("return"), "undo-2", reason="退回原因", danger=True)),
            (workflows.can_finish_check, Action("完成初审", url("finish"), "check", primary=True)),
            (workflows.can_mark_absent, Action("标为未参检", url("absent"), danger=True)),
        ]
        return [action for can, action in found if can(user, row)]

    def warnings(self, findings: list) -> list[str]:
        """AN-04 and what else does not fit together."""
        row, found = self.object, []
        grave = [f for f in findings if f.severity == Severity.GRAVE and f.status != FindingStatus.CLOSED]
        if row.conclusion == Conclusion.PASSED and grave:
            found.append(f"年检结论为合格，但还有{len(grave)}个严重问题没有销号（AN-04），请核对。")
        if row.has_branch is False and not row.no_branch_reason:
            found.append("没有建立党组织，还没有写明未建原因。")
        return found

    def get_context(self) -> dict:
        user, row = self.request.user, self.object
        findings = list(row.findings.order_by("pk"))
        conclude = workflows.can_conclude_record(user, row)
        return {
            **super().get_context(),
            "findings": [(f, Cell(f.get_status_display(), kind=FINDING_KINDS[f.status])) for f in findings],
            "warnings": self.warnings(findings),
            "conclusion_form": ConclusionForm() if conclude else None,
            **attachment_context(user, row),
            "can_add": user.is_committee_staff,
        }


class InspectionRecordCreate(CreatePage):
    model = InspectionRecord
    form_class = InspectionRecordForm


class InspectionRecordUpdate(UpdatePage):
    model = InspectionRecord
    related = ("organization", "campaign", "committee")
    form_class = InspectionRecordForm


@require_POST
def start_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, InspectionCampaign, pk, workflows.start_campaign,
        can=workflows.can_start_campaign, done="检查已启动，综合党委直管的社会组织的年检记录已建立。",
    )  # fmt: skip


@require_POST
def close_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, InspectionCampaign, pk, workflows.close_campaign,
        can=workflows.can_close_campaign, done="这次检查已结束。",
    )  # fmt: skip


RECORDS = InspectionRecord.objects.select_related("campaign", "committee", "organization")


@require_POST
def submit_record(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, RECORDS, pk, workflows.submit_record, can=workflows.can_submit_record, done="已登记提交。")


@require_POST
def start_check(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, RECORDS, pk, workflows.start_check, can=workflows.can_start_check, done="已开始党建初审。")


@require_POST
def return_record(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, RECORDS, pk, workflows.return_record,
        can=workflows.can_return_record, done="已退回。", reason=reason(request),
    )  # fmt: skip


@require_POST
def finish_check(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, RECORDS, pk, workflows.finish_check, can=workflows.can_finish_check, done="党建初审已完成。")


@require_POST
def mark_absent(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, RECORDS, pk, workflows.mark_absent, can=workflows.can_mark_absent, done="已标为未参检。")


@require_POST
def conclude_record(request: HttpRequest, pk: int) -> HttpResponse:
    form = ConclusionForm(request.POST)
    form.is_valid()
    values = {name: form.cleaned_data.get(name) for name in ("conclusion", "concluded_on")}
    return act(
        request, RECORDS, pk, workflows.conclude_record,
        can=workflows.can_conclude_record, done="年检结论已登记。", **values,
    )  # fmt: skip
