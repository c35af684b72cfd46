"""监督处置: the ledgers of 限期改正 and of 未履行义务, and what is concluded."""

from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import Action, Button, Cell, Column, DetailPage, Fact, ListPage, UpdatePage, act, reason
from core.permissions import is_business
from core.timeline import Event
from organizations import forms
from organizations.checkup.limits import number_of, settings_of
from organizations.choices import (
    OUTCOME_KINDS,
    CorrectionCircumstance,
    CorrectionOutcome,
    LapseGround,
    LapseOutcome,
)
from organizations.filters import branch_filter
from organizations.models import MemberCorrection, MemberLapse, PartyMember, correction_state, lapse_state
from organizations.workflows import conduct as workflows
from organizations.workflows.floating import can_keep_record

from .base import branch_name, office_day, posted_day
from .floating import RegisterPage

OUTCOMES = {**dict(LapseOutcome.choices), **dict(CorrectionOutcome.choices)}
MONTHS = {  # what the state of a row depends on → its setting
    "correction_months": "member.correction_reminder_months",
    "lapse_remind": "member.lapse_remind_months",
    "lapse_alarm": "member.lapse_alarm_months",
}


def months_of(request: HttpRequest) -> dict[str, int]:
    """The months set by the office; one query."""
    found = dict(settings_of(request.user.committee, MONTHS.values(), office_day(request)))
    return {name: number_of(found, name) for name in MONTHS}


def can_edit(user: Any, row: Any) -> bool:
    return row.is_open and can_keep_record(user, row)


def state_of(row: Any, judge: Any) -> Cell:
    """The outcome, or how far it has come."""
    if row["outcome"]:
        return Cell(OUTCOMES[row["outcome"]], kind=OUTCOME_KINDS[row["outcome"]])
    kind, word = judge(row)
    return Cell(word, kind=kind)


class ConductList(ListPage):
    unit = "条"
    search_hint = "姓名、拼音首字母"
    other: ClassVar[tuple[str, str]]  # the label and address of the other ledger

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_days(office_day(self.request), **self.months)

    @cached_property
    def months(self) -> dict[str, int]:
        return months_of(self.request)

    def extra_actions(self) -> list[Button]:
        label, name = self.other
        return [Button(label, reverse(f"organizations:{name}-list"), "list-checks")]


class ConductDetail(DetailPage):
    related = ("member", "branch")
    template_name = "organizations/conduct_detail.html"
    can_edit = staticmethod(can_edit)
    judge: ClassVar[Any]

    @property
    def stem(self) -> str:
        return f"organizations:{self.model._meta.model_name}"

    @cached_property
    def row(self) -> dict[str, Any]:
        """The record as a row of its list, for the same state."""
        return {**vars(self.object), **months_of(self.request), "today": office_day(self.request)}

    def states(self) -> list[Cell]:
        return [state_of(self.row, type(self).judge)]

    def facts(self) -> list[Fact]:
        row, member = self.object, self.object.member
        ended = [] if row.is_open else [self.fact(name) for name in ("outcome", "outcome_on", "outcome_note")]
        status = Fact("党籍状态", Cell(member.get_status_display(), kind=member.status_kind))
        return [*super().facts(), status, *ended]

    def actions(self) -> list[Action]:
        row, user = self.object, self.request.user
        if not workflows.can_withdraw(user, row) or row.outcome == workflows.ENDED:
            return []
        return [Action("撤回结论", reverse(f"{self.stem}-withdraw", args=[row.pk]), reason="撤回原因",
                       note="撤回后恢复为没有结论。")]  # fmt: skip

    def get_context(self) -> dict[str, Any]:
        row, user = self.object, self.request.user
        parting = self.model.objects.not_executed().filter(pk=row.pk).exists()
        leave_url = reverse("organizations:partymember-leave", args=[row.member_id])
        return {
            **super().get_context(),
            "can_conclude": can_edit(user, row),
            "conclude_url": reverse(f"{self.stem}-conclude", args=[row.pk]),
            "outcomes": [
                (v, word) for v, word in self.model._meta.get_field("outcome").choices if v != workflows.ENDED
            ],
            "on": office_day(self.request),
            "parting": parting,
            "leave_url": leave_url if parting and workflows.can_keep(user) else "",
        }


class ConductUpdate(UpdatePage):
    allowed = staticmethod(is_business)
    related = ("member", "branch")
    can_edit = staticmethod(can_edit)

    def save(self, form: Any) -> Any:
        return workflows.save_conduct(form.save(commit=False), by=self.request.user, expected=form.expected)


def conclude(request: HttpRequest, model: type, pk: int) -> HttpResponse:
    rows = model.objects.select_related("member", "branch")
    return act(
        request, rows, pk, workflows.conclude, can=can_keep_record, done="已登记结论。",
        outcome=request.POST.get("outcome", ""), on=posted_day(request, "on") or office_day(request),
        note=reason(request, "note", 200),
    )  # fmt: skip


def withdraw(request: HttpRequest, model: type, pk: int) -> HttpResponse:
    rows = model.objects.select_related("member", "branch")
    return act(
        request, rows, pk, workflows.withdraw_conclusion, can=can_keep_record, done="已撤回结论。",
        reason=reason(request, limit=200),
    )  # fmt: skip


# 限期改正 -------------------------------------------------------------------------------------------------------------


class CorrectionFilter(django_filters.FilterSet):
    circumstance = django_filters.ChoiceFilter(label="情形", choices=CorrectionCircumstance.choices)
    outcome = django_filters.ChoiceFilter(label="结论", choices=CorrectionOutcome.choices)
    branch = branch_filter()

    class Meta:
        model = MemberCorrection
        fields: list[str] = []


class MemberCorrectionList(ConductList):
    model = MemberCorrection
    title = "限期改正台账"
    meta_text = "改正的时间不超过一年，期满由支部大会作出结论"
    ordering = ("until",)
    filterset_class = CorrectionFilter
    import_kind = export_kind = "corrections"
    other = ("未履行义务台账", "memberlapse")
    empty_title = "没有限期改正的党员"
    empty_text = "在党员的页面上点“登记限期改正”。"
    tabs = (
        ("open", "没有结论", "open"),
        ("over", "期满没有结论", lambda rows, page: rows.over(office_day(page.request))),
        ("closed", "已有结论", "closed"),
        ("parting", "名册没有办理", "not_executed"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党员", "member__name", link=True),
        Column("党支部", "branch__name", fields=("branch__short_name",), value=branch_name, phone="wide"),
        Column("情形", "circumstance"),
        Column("责令改正日期", "start_on", "date", sort="start_on"),
        Column("改正期限", "until", "date", sort="until"),
        Column("决定文号", "document_no", phone="hide"),
        Column("结论日期", "outcome_on", "date", sort="outcome_on", phone="hide"),
        Column("状态", "until", fields=("outcome", "today", "correction_months"),
               value=lambda row: state_of(row, correction_state)),
    )  # fmt: skip


class MemberCorrectionDetail(ConductDetail):
    model = MemberCorrection
    fact_fields = ("member", "branch", "circumstance", "start_on", "until", "document_no", "detail")
    judge = staticmethod(correction_state)


class MemberCorrectionUpdate(ConductUpdate):
    model = MemberCorrection
    form_class = forms.MemberCorrectionForm
    title = "修改限期改正"


class CorrectionPage(RegisterPage):
    title = "登记限期改正"
    form_class = forms.MemberCorrectionForm
    may = staticmethod(workflows.can_register)
    workflow = staticmethod(workflows.register_conduct)
    blank = staticmethod(lambda member: MemberCorrection(member=member))
    done_text = "已登记限期改正。"
    intro = "党员缺乏革命意志、不履行党员义务、不符合党员条件，本人愿意改正的，由支部大会决定限期改正。"


@require_POST
def correction_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    return conclude(request, MemberCorrection, pk)


@require_POST
def correction_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return withdraw(request, MemberCorrection, pk)


# 未履行义务 -----------------------------------------------------------------------------------------------------------


class LapseFilter(django_filters.FilterSet):
    ground = django_filters.ChoiceFilter(label="情形", choices=LapseGround.choices)
    outcome = django_filters.ChoiceFilter(label="结论", choices=LapseOutcome.choices)
    branch = branch_filter()

    class Meta:
        model = MemberLapse
        fields: list[str] = []


class MemberLapseList(ConductList):
    model = MemberLapse
    title = "未履行义务台账"
    meta_text = "没有正当理由连续六个月不参加组织生活、不做分配的工作的，由党组织研究处理"
    ordering = ("since",)
    filterset_class = LapseFilter
    import_kind = export_kind = "lapses"
    other = ("限期改正台账", "membercorrection")
    empty_title = "没有未履行义务的党员"
    empty_text = "在党员的页面上点“登记未履行义务”；欠缴党费的见数据体检。"
    tabs = (
        ("open", "没有结论", "open"),
        ("long", "超过期限", lambda rows, page: rows.lasting(office_day(page.request), page.months["lapse_alarm"])),
        ("excused", "有正当理由", "excused"),
        ("closed", "已有结论", "closed"),
        ("parting", "名册没有办理", "not_executed"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党员", "member__name", link=True),
        Column("党支部", "branch__name", fields=("branch__short_name",), value=branch_name, phone="wide"),
        Column("情形", "ground", phone="wide"),
        Column("起始日期", "since", "date", sort="since"),
        Column("正当理由", "excuse", phone="wide"),
        Column("核实情况", "note", phone="hide"),
        Column("结论日期", "outcome_on", "date", sort="outcome_on", phone="hide"),
        Column("状态", "since", fields=("excuse", "outcome", "today", "lapse_remind", "lapse_alarm"),
               value=lambda row: state_of(row, lapse_state)),
    )  # fmt: skip


class MemberLapseDetail(ConductDetail):
    model = MemberLapse
    fact_fields = ("member", "branch", "ground", "since", "excuse", "note")
    judge = staticmethod(lapse_state)


class MemberLapseUpdate(ConductUpdate):
    model = MemberLapse
    form_class = forms.MemberLapseForm
    title = "修改未履行义务"


class LapsePage(RegisterPage):
    title = "登记未履行义务"
    form_class = forms.MemberLapseForm
    may = staticmethod(workflows.can_register)
    workflow = staticmethod(workflows.register_conduct)
    blank = staticmethod(lambda member: MemberLapse(member=member))
    done_text = "已登记未履行义务。"
    intro = "欠缴党费的不在这里登记，改党员的“党费缴纳至”，数据体检会提醒。"


@require_POST
def lapse_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    return conclude(request, MemberLapse, pk)


@require_POST
def lapse_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return withdraw(request, MemberLapse, pk)


# what the member's page shows ----------------------------------------------------------------------------------------


def conduct_of(member: PartyMember, user: Any) -> list[Any]:
    """The member's records that this user may see: two queries."""
    corrections = MemberCorrection.objects.visible_to(user).filter(member=member)
    lapses = MemberLapse.objects.visible_to(user).filter(member=member)
    return [*corrections, *lapses]


def conduct_events(rows: list[Any]) -> list[Event]:
    found = []
    for row in rows:
        correction = isinstance(row, MemberCorrection)
        word = "责令限期改正" if correction else f"开始{row.get_ground_display()}"
        note = "，".join(filter(None, (row.get_circumstance_display(), row.document_no))) if correction else row.excuse
        found.append(Event(row.begins_on, word, row.get_absolute_url(), note))
        if row.outcome:
            ended = f"{'限期改正' if correction else row.get_ground_display()}的结论：{row.get_outcome_display()}"
            found.append(Event(row.outcome_on, ended, row.get_absolute_url(), row.outcome_note))
    return found
