"""六个同步: what is due, how well each rule is kept, and the rules themselves."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib import messages
from django.db.models import BooleanField, Model, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import View

from core.cleaning import clean_line
from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    CreatePage,
    Crumb,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    current_period,
    reason,
)
from core.pages.filters import OfOfficeFilter, visible
from core.permissions import AllowMixin, allow, is_office, is_staff
from organizations.choices import SyncEvent
from organizations.forms.registration import SyncEventForm, SyncRuleForm
from organizations.models import SyncDuty, SyncRule, duty_state
from organizations.models.sync import STATE_FIELDS
from organizations.statistics import SyncRate, sync_matrix, sync_rates
from organizations.workflows import sync as workflows

from .base import body_name, office_day, posted_day

STATES = (
    ("in_time", "按期完成"),
    ("late", "超期完成"),
    ("overdue", "超期未办"),
    ("running", "办理中"),
    ("not_applicable", "不适用"),
)


class DutyFilter(django_filters.FilterSet):
    rule = OfOfficeFilter(label="规则", queryset=visible(SyncRule))
    event = django_filters.ChoiceFilter(label="业务事件", choices=SyncEvent.choices)
    state = django_filters.ChoiceFilter(label="办理情况", choices=STATES, method="by_state")
    event_on = django_filters.DateFromToRangeFilter(label="事件日期")
    due_on = django_filters.DateFromToRangeFilter(label="完成期限")

    class Meta:
        model = SyncDuty
        fields: list[str] = []

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = office_day(self.request)
        return getattr(rows, value)(*((day,) if value in ("overdue", "running") else ()))


class SyncDutyList(ListPage):
    """The state of a row depends on the office's day, which every row carries as an annotation."""

    model = SyncDuty
    allowed = staticmethod(is_office)
    template_name = "organizations/syncduty_list.html"
    wide_count_cap = 2_000  # whether something is still to be done depends on the bodies
    title = "六个同步"
    meta_text = "业务事件发生，党建工作同步跟上"
    unit = "项"
    search_hint = "单位名称、拼音首字母"
    ordering = ("due_on",)
    import_kind = export_kind = "sync_duties"
    create_url_name = "organizations:syncduty-create"
    create_label = "登记业务事件"
    filterset_class = DutyFilter
    empty_title = "没有同步事项"
    empty_text = "登记成立、章程核准等业务事件发生后，要同步做的党建工作会自动列在这里。"
    tabs = (
        ("open", "未完成", "open"),
        ("overdue", "已超期", lambda rows, page: rows.overdue(office_day(page.request))),
        ("done", "已完成", "done"),
        ("waived", "不适用", "not_applicable"),
        ("all", "全部", ""),
    )

    @staticmethod
    def state_cell(row: dict[str, Any]) -> Cell:
        kind, word = duty_state(row, row["today"])
        return Cell(word, kind=kind)

    columns = (
        Column("单位", "organization__name", link=True, fields=("organization__short_name",), value=body_name),
        Column("党建动作", "action", phone="wide"),
        Column("业务事件", "event"),
        Column("事件日期", "event_on", "date", sort="event_on"),
        Column(
            "完成期限",
            "due_on",
            sort="due_on",
            fields=("is_provisional",),
            value=lambda row: f"{row['due_on']}{'（暂算）' if row['is_provisional'] else ''}",
        ),
        Column("完成日期", "done_on", "date", sort="done_on"),
        Column("状态", "done_on", fields=(*STATE_FIELDS, "today"), value=lambda row: SyncDutyList.state_cell(row)),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_today(office_day(self.request))

    def extra_actions(self) -> list[Button]:
        return [
            Button("单位 × 规则", reverse("organizations:syncduty-matrix"), "grid-3x3"),
            Button("同步规则", reverse("organizations:syncrule-list"), "settings-2"),
        ]

    def get_context(self) -> dict[str, Any]:
        period = current_period(self.request)
        duties = self.of_office(SyncDuty.objects.visible_to(self.request.user))
        rows = sync_rates(duties, period, office_day(self.request))
        return {**super().get_context(), "rates": [rate_line(row, period) for row in rows], "period": period}


def rate_line(row: SyncRate, period: Any) -> dict[str, Any]:
    """One rule with its numbers, each with the address of its rows."""
    base = {"tab": "all", "rule": row.rule_id, "event_on_after": period.start, "event_on_before": period.end}

    def cell(label: str, name: str, state: str = "") -> dict[str, Any]:
        asked = {**base, **({"state": state} if state else {})}
        return {"label": label, "n": getattr(row, name), "url": f"?{urlencode(asked)}"}

    names = {"not_applicable": "waived"}
    cells = [cell("业务事件", "events"), *(cell(label, names.get(state, state), state) for state, label in STATES)]
    return {"name": row.name, "rate": row.rate, "cells": cells}


class SyncMatrixPage(AllowMixin, View):
    """单位 × 规则: which party action of which body has kept pace."""

    allowed = staticmethod(is_office)

    def get(self, request: HttpRequest) -> HttpResponse:
        period, words = current_period(request), clean_line(request.GET.get("q", ""))[:50]
        found = sync_matrix(SyncDuty.objects.visible_to(request.user), period, office_day(request), words)
        context = {
            "title": "六个同步：单位 × 规则",
            "meta": f"{period.label}发生的业务事件，共{len(found.rows) + found.more}家单位",
            "crumbs": [Crumb("六个同步", reverse("organizations:syncduty-list"))],
            "matrix": found,
            "words": words,
            "period": period,
        }
        return render(request, "organizations/syncduty_matrix.html", context)


class SyncDutyDetail(DetailPage):
    model = SyncDuty
    allowed = staticmethod(is_office)
    related = ("organization", "rule", "committee")
    fact_fields = ("organization", "action", "event", "event_on", "due_on", "done_on", "done_note", "note")
    template_name = "organizations/syncduty_detail.html"

    def states(self) -> list[Cell]:
        kind, word = self.object.state(office_day(self.request))
        return [Cell(word, kind=kind)]

    def meta(self) -> str:
        return f"按“{self.object.rule.name}”规则生成"

    def facts(self) -> list[Fact]:
        why = self.object.why_not
        return [*super().facts(), *([Fact("不适用的原因", why, wide=True)] if why else [])]

    def edit_url(self) -> str:
        return ""

    @property
    def is_open(self) -> bool:
        return self.object.done_on is None and not self.object.why_not

    def actions(self) -> list[Action]:
        duty, staff = self.object, self.request.user.is_committee_staff
        if staff and self.is_open:
            note = "不适用的事项不再列为未完成，也不计入同步率的基数；可以恢复。"
            url = reverse("organizations:syncduty-waive", args=[duty.pk])
            return [Action("不适用", url, "ban", reason="不适用的原因", note=note)]
        if staff and (duty.done_on or duty.waived_on):
            url = reverse("organizations:syncduty-reopen", args=[duty.pk])
            return [Action("恢复为未完成", url, "undo-2", reason="恢复原因")]
        return []

    def get_context(self) -> dict[str, Any]:
        can_finish = self.is_open and self.request.user.is_committee_staff
        return {**super().get_context(), "can_finish": can_finish, "on": office_day(self.request)}


class SyncDutyCreate(CreatePage):
    model = SyncDuty
    form_class = SyncEventForm
    title = "登记业务事件"
    intro = "年检、等级评估等没有在别处登记的业务事件，在这里登记；按规则生成要同步做的党建工作。"

    def save(self, form: SyncEventForm) -> SyncDuty | None:
        data = form.cleaned_data
        made = workflows.emit(
            SyncEvent(data["event"]), data["organization"], on=data["event_on"], by=self.request.user, note=data["note"]
        )
        workflows.settle(data["organization"], by=self.request.user)
        self.count = len(made)
        return made[0] if made else None

    def success_url(self, row: Model | None) -> str:
        return reverse("organizations:syncduty-list")

    def done(self, row: Model | None) -> str:
        if not self.count:
            return "没有新的同步事项：这一事件已登记过，或者没有启用的规则。"
        return f"已登记，生成{self.count}项同步事项。"


@require_POST
@allow(is_staff)
def syncduty_done(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, SyncDuty.objects.select_related("committee", "organization"), pk, workflows.finish_duty,
        can=workflows.can_keep_sync, done="已登记完成。", on=posted_day(request, "on") or office_day(request),
        note=reason(request, "note", 200),
    )  # fmt: skip


@require_POST
@allow(is_staff)
def syncduty_waive(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, SyncDuty.objects.select_related("committee", "organization"), pk, workflows.waive_duty,
        can=workflows.can_keep_sync, done="已定为不适用。", note=reason(request),
    )  # fmt: skip


@require_POST
@allow(is_staff)
def syncduty_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, SyncDuty.objects.select_related("organization"), pk, workflows.reopen_duty,
        can=workflows.can_keep_sync, done="已恢复为未完成。", note=reason(request),
    )  # fmt: skip


def rule_url(row: dict[str, Any]) -> str:
    return reverse("organizations:syncrule-update", args=[row["pk"]]) if row["editable"] else ""


class SyncRuleList(ListPage):
    model = SyncRule
    allowed = staticmethod(is_office)
    title = "同步规则"
    meta_text = "业务事件—党建动作—期限；改动只影响以后的事项"
    unit = "条"
    ordering = ("order",)
    template_name = "organizations/syncrule_list.html"
    create_url_name = "organizations:syncrule-create"
    create_label = "增加规则"
    empty_title = "还没有同步规则"
    empty_text = "可以先采用默认的六个同步，再按本地规定修改。"
    columns = (
        Column("序号", "order", "number", sort="order"),
        Column("名称", "name", fields=("editable",), url=rule_url, phone="name"),
        Column("业务事件", "event"),
        Column("党建动作", "action", phone="wide"),
        Column("期限", "due_days", fields=("in_working_days",),
               value=lambda row: f"{row['due_days']}{'个工作日' if row['in_working_days'] else '天'}"),
        Column("自何日起", "start", "date"),
        Column("启用", "is_active", "yesno"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        editable = Value(self.request.user.is_committee_staff, output_field=BooleanField())
        return super().get_queryset().annotate(editable=editable)

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "can_adopt": self.request.user.is_committee_staff and not self.count}


@require_POST
@allow(is_staff)
def syncrule_adopt(request: HttpRequest) -> HttpResponse:
    made = workflows.ensure_rules(request.user.committee, by=request.user)
    messages.success(request, f"已采用默认的{len(made)}条规则。" if made else "已有同步规则，没有改动。")
    return redirect("organizations:syncrule-list")


class RulePage:
    model = SyncRule
    form_class = SyncRuleForm

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb("六个同步", reverse("organizations:syncduty-list")),
            Crumb("同步规则", reverse("organizations:syncrule-list")),
        ]

    def cancel_url(self) -> str:
        return reverse("organizations:syncrule-list")


class SyncRuleCreate(RulePage, CreatePage):
    title = "增加同步规则"

    def get_instance(self) -> SyncRule:
        row = super().get_instance()
        row.start = office_day(self.request)
        return row


class SyncRuleUpdate(RulePage, UpdatePage):
    title = "修改同步规则"
