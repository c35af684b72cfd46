"""Pages of phrases and outside figures, and the settings of a summary."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import Action, Column, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, act
from core.permissions import allow, is_office, is_staff, require
from core.transitions import advance
from reports.choices import PHRASE_FLOW, PHRASE_KINDS, PhraseStatus
from reports.forms import OutsideFigureForm, PhraseForm, SummarySettingsForm
from reports.models import OutsideFigure, Phrase, Summary
from reports.views.summaries import chosen_committee
from reports.workflows import can_edit_summary, open_summary, stored_summary


class PhraseList(ListPage):
    model = Phrase
    allowed = staticmethod(is_office)
    title = "规范提法"
    meta_text = "指导思想、大会精神、工作部署等按时间有效；过期的或没有审核的不会写进总结。"
    columns = (
        Column("类别", "kind", kind="tag", sort="kind"),
        Column("提法", "text", link=True, phone="name"),
        Column("自何日起", "valid_from", kind="date", sort="valid_from"),
        Column("用到何日", "valid_until", kind="date", sort="valid_until"),
        Column("出处", "source", phone="hide"),
        Column("状态", "status", kind="state", states=PHRASE_KINDS),
    )
    unit = "条"
    create_url_name = "reports:phrase-create"
    create_label = "登记提法"
    import_kind = export_kind = "phrases"
    empty_title = "还没有登记规范提法"
    empty_text = "登记并审核后，总结里的指导思想、大会精神和工作部署就用这里的文字。"


class PhraseDetail(DetailPage):
    model = Phrase
    allowed = staticmethod(is_office)
    fact_fields = ("kind", "text", "valid_from", "valid_until", "source")

    def crumbs(self) -> list[Crumb]:
        return [Crumb("规范提法", reverse("reports:phrase-list"))]

    def actions(self) -> list[Action]:
        if not self.request.user.is_committee_staff:
            return []
        pk = self.object.pk
        found = []
        if self.object.status != PhraseStatus.APPROVED:
            found.append(Action("审核通过", reverse("reports:phrase-approve", args=[pk]), "check", primary=True))
        if self.object.status != PhraseStatus.WITHDRAWN:
            found.append(
                Action("停用", reverse("reports:phrase-withdraw", args=[pk]), "ban", reason="停用原因", danger=True)
            )
        return found


class PhraseCreate(CreatePage):
    model = Phrase
    form_class = PhraseForm


class PhraseUpdate(UpdatePage):
    model = Phrase
    form_class = PhraseForm


def approve_phrase(phrase: Phrase, *, by) -> Phrase:
    if phrase.status == PhraseStatus.WITHDRAWN:
        advance(phrase, PHRASE_FLOW, PhraseStatus.WAITING, by=by)
    return advance(phrase, PHRASE_FLOW, PhraseStatus.APPROVED, by=by)


@require_POST
@allow(is_staff)
def phrase_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, Phrase, pk, approve_phrase, done="已审核，有效期内的总结会使用这条提法。")


@require_POST
@allow(is_staff)
def phrase_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    note = request.POST.get("reason", "")

    def withdraw(phrase: Phrase, *, by) -> Phrase:
        return advance(phrase, PHRASE_FLOW, PhraseStatus.WITHDRAWN, by=by, note=note)

    return act(request, Phrase, pk, withdraw, done="已停用，总结里不再使用这条提法。")


class OutsideFigureList(ListPage):
    model = OutsideFigure
    allowed = staticmethod(is_office)
    title = "外来数据"
    meta_text = "本单位不直接掌握、由其他部门提供的数据，写明日期和来源后才能引用。"
    columns = (
        Column("指标", "indicator", link=True, sort="indicator", phone="name"),
        Column("数值", "value", kind="number", sort="value"),
        Column("单位", "unit"),
        Column("数据截至", "as_of", kind="date", sort="as_of"),
        Column("来源", "source", phone="wide"),
    )
    unit = "项"
    period_filter = True
    create_url_name = "reports:outsidefigure-create"
    create_label = "登记外来数据"
    import_kind = export_kind = "outside_figures"
    empty_title = "这一期没有外来数据"
    empty_text = "需要引用其他部门的数据时在这里登记，总结里可以插入。"


class OutsideFigureDetail(DetailPage):
    model = OutsideFigure
    allowed = staticmethod(is_office)
    fact_fields = ("indicator", "value", "unit", "as_of", "source", "print_form", "part_of")

    def crumbs(self) -> list[Crumb]:
        return [Crumb("外来数据", reverse("reports:outsidefigure-list"))]


class OutsideFigureCreate(CreatePage):
    model = OutsideFigure
    form_class = OutsideFigureForm


class OutsideFigureUpdate(UpdatePage):
    model = OutsideFigure
    form_class = OutsideFigureForm


class SummarySettings(UpdatePage):
    """标题和落款. The draft row is made when these are saved for the first time."""

    model = Summary
    form_class = SummarySettingsForm
    title = "标题和落款"

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        require(request.user.is_committee_staff, request)
        return super().dispatch(request, *args, **kwargs)

    @property
    def object(self) -> Summary:
        if not hasattr(self, "_summary"):
            committee = chosen_committee(self.request)
            summary = stored_summary(committee, self.kwargs["period"])
            require(can_edit_summary(self.request.user, committee, summary), self.request)
            period = self.kwargs["period"]
            if summary is None and self.request.method == "POST":
                summary = open_summary(committee, period, by=self.request.user)
            self._summary = summary or Summary(
                committee=committee, period_code=period.code, first_quarter=period.first, last_quarter=period.last
            )
        return self._summary

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb("季度总结", reverse("reports:summary-list")),
            Crumb(str(self.object), self.object.get_absolute_url()),
        ]
