"""流动党员 and 失联党员: ledgers, pages, and the contacts that are logged each quarter."""

from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    current_period,
    reason,
    visible_or_404,
)
from core.permissions import is_business, require
from organizations import forms
from organizations.choices import FLOATING_KINDS, FloatingDirection, FloatingStatus, LostCircumstance
from organizations.filters import branch_filter
from organizations.models import FloatingContact, FloatingRecord, LostRecord, PartyMember
from organizations.workflows import floating as workflows

from .base import WorkflowPage, branch_name, office_day, posted_day
from .figures import FLOATING


class FloatingFilter(django_filters.FilterSet):
    direction = django_filters.ChoiceFilter(label="方向", choices=FloatingDirection.choices)
    branch = branch_filter()

    class Meta:
        model = FloatingRecord
        fields: list[str] = []


def unreached(rows: QuerySet, page: ListPage) -> QuerySet:
    period = current_period(page.request)
    return rows.unreached_between(period.start, period.end)


class FloatingRecordList(ListPage):
    model = FloatingRecord
    title = "流动党员台账"
    meta_text = "每季度至少联系一次，出国（境）的每半年至少一次；流入党员不计入党员数"
    unit = "名"
    search_hint = "姓名、拼音首字母"
    ordering = ("-left_on",)
    filterset_class = FloatingFilter
    import_kind = export_kind = "floating"
    template_name = "organizations/figures_list.html"
    empty_title = "没有流动党员"
    empty_text = "在党员的页面上点“登记流动”，或导入流动党员台账；导入的党员名册里写明流动的也会列在这里。"
    tabs = (
        ("open", "在外", "open"),
        ("unreached", "本期未联系", unreached),
        ("settled", "建议转接", lambda rows, page: rows.to_transfer(office_day(page.request))),
        ("abroad", "出国（境）", "abroad"),
        ("closed", "已办结", "closed"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党员", "member__name", link=True),
        Column("方向", "direction"),
        Column("党支部", "branch__name", fields=("branch__short_name",), value=branch_name, phone="wide"),
        Column("流向", "place", phone="wide"),
        Column("外出日期", "left_on", "date", sort="left_on"),
        Column("对方党组织", "other_party", phone="wide"),
        Column("支部联系人", "contact_person", phone="hide"),
        Column("上次联系", "last_contact", "date", sort="last_contact"),
        Column("状态", "status", "state", states=FLOATING_KINDS),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_last_contact()

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), **FLOATING.context(self)}

    def extra_actions(self) -> list[Button]:
        return [Button("失联党员台账", reverse("organizations:lostrecord-list"), "search-x", fold_phone=True)]


class FloatingRecordDetail(DetailPage):
    model = FloatingRecord
    related = ("member", "branch")
    template_name = "organizations/floatingrecord_detail.html"
    fact_fields = (
        "member",
        "direction",
        "branch",
        "left_on",
        "place",
        "is_settled",
        "is_abroad",
        "cause",
        "other_party",
    )
    can_edit = staticmethod(lambda user, row: row.is_open and workflows.can_keep_record(user, row))

    @cached_property
    def contacts(self) -> list[FloatingContact]:
        return list(self.object.contacts.select_related("created_by"))

    def facts(self) -> list[Fact]:
        row = self.object
        last = next((contact.on for contact in self.contacts if contact.reached), None)
        return [
            *super().facts(),
            *(self.fact(name) for name in ("contact_person", "ended_on")),
            Fact("上次联系", last or Cell("还没有联系上", kind="warn")),
            *([Fact("备注", row.remark, wide=True)] if row.remark else []),
        ]

    def actions(self) -> list[Action]:
        row, user = self.object, self.request.user
        if not (row.is_open and workflows.can_keep_record(user, row)):
            return []
        found = []
        if row.should_transfer(office_day(self.request)):
            url = reverse("organizations:partymember-transfer", args=[row.member_id])
            found.append(Action("发起转接", url, post=False, primary=True))
        if row.status != FloatingStatus.LOST:
            url = reverse("organizations:partymember-lost", args=[row.member_id])
            found.append(Action("登记失联", url, post=False))
        return found

    def get_context(self) -> dict[str, Any]:
        row, day = self.object, office_day(self.request)
        keeps = row.is_open and workflows.can_keep_record(self.request.user, row)
        return {
            **super().get_context(),
            "contacts": self.contacts,
            "contact_form": forms.ContactForm(user=self.request.user) if keeps else None,
            "should_transfer": row.should_transfer(day),
            "on": day,
        }


class FloatingRecordUpdate(UpdatePage):
    model = FloatingRecord
    allowed = staticmethod(is_business)
    related = ("member", "branch")
    form_class = forms.FloatingForm
    title = "修改流动登记"
    can_edit = FloatingRecordDetail.can_edit

    def save(self, form: forms.FloatingForm) -> FloatingRecord:
        return workflows.save_floating(form.save(commit=False), by=self.request.user, expected=form.expected)


class RegisterPage(WorkflowPage):
    """A new record about a member."""

    model = PartyMember
    allowed = staticmethod(is_business)
    may = staticmethod(workflows.can_register)

    def save(self, form: Any) -> Any:
        return type(self).workflow(form.save(commit=False), by=self.request.user)

    def success_url(self, row: Model) -> str:
        return row.get_absolute_url()


class FloatingPage(RegisterPage):
    title = "登记流动党员"
    form_class = forms.FloatingForm
    workflow = staticmethod(workflows.register_floating)
    blank = staticmethod(lambda member: FloatingRecord(member=member))
    done_text = "已登记流动党员。"


class LostPage(RegisterPage):
    title = "登记失联党员"
    form_class = forms.LostForm
    workflow = staticmethod(workflows.lose_member)
    blank = staticmethod(lambda member: LostRecord(member=member))
    done_text = "已登记失联。"


@require_POST
def floating_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The small form on the record's page; what is wrong comes back as a message."""
    row = visible_or_404(FloatingRecord.objects.select_related("member", "branch"), request.user, pk)
    require(workflows.can_keep_record(request.user, row), request)
    form = forms.ContactForm(request.POST, user=request.user)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}" if name in form.fields else errors[0])
        return redirect(row)
    return act(
        request, FloatingRecord.objects.select_related("member", "branch"), pk, workflows.log_contact,
        done="已登记联系。", **form.cleaned_data,
    )  # fmt: skip


@require_POST
def floating_close(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = FloatingStatus.MOVED if request.POST.get("to") == FloatingStatus.MOVED else FloatingStatus.RETURNED
    return act(
        request, FloatingRecord.objects.select_related("member", "branch"), pk, workflows.end_floating,
        can=workflows.can_keep_record, done="已办结。", outcome=outcome, on=posted_day(request, "on") or office_day(request),
        note=reason(request, "note", 200),
    )  # fmt: skip


# 失联 ---------------------------------------------------------------------------------------------------------------


class LostFilter(django_filters.FilterSet):
    circumstance = django_filters.ChoiceFilter(label="失联情形", choices=LostCircumstance.choices)
    branch = branch_filter()

    class Meta:
        model = LostRecord
        fields: list[str] = []


def result(row: dict[str, Any]) -> str:
    """How the search ended: found, or no longer looked for and why."""
    if row["found_on"]:
        return f"{row['found_on']}取得联系"
    return f"{row['ended_on']}{row['ended_note']}" if row["ended_on"] else ""


class LostRecordList(ListPage):
    model = LostRecord
    title = "失联党员台账"
    meta_text = "失去联系六个月以上的，由党组织研究处理"
    unit = "名"
    search_hint = "姓名、拼音首字母"
    ordering = ("-lost_on",)
    filterset_class = LostFilter
    import_kind = export_kind = "lost_members"
    empty_title = "没有失联党员"
    empty_text = "在党员的页面上点“登记失联”，或导入失联党员台账；导入的党员名册里写明失联的也会列在这里。"
    tabs = (
        ("open", "失联", "open"),
        ("long", "六个月以上", lambda rows, page: rows.long_lost(office_day(page.request))),
        ("found", "已取得联系", "found"),
        ("ended", "已办结", "ended"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党员", "member__name", link=True),
        Column("党支部", "branch__name", fields=("branch__short_name",), value=branch_name, phone="wide"),
        Column("失联情形", "circumstance"),
        Column("失联日期", "lost_on", "date", sort="lost_on"),
        Column("查找情况", "note", phone="wide"),
        Column("结果", "found_on", sort="found_on", fields=("ended_on", "ended_note"), value=result),
    )


class LostRecordDetail(DetailPage):
    model = LostRecord
    related = ("member", "branch")
    template_name = "organizations/lostrecord_detail.html"
    fact_fields = ("member", "branch", "circumstance", "lost_on", "note", "found_on", "found_note")
    can_edit = staticmethod(lambda user, row: row.is_open and workflows.can_keep_record(user, row))

    def facts(self) -> list[Fact]:
        ended = [self.fact("ended_on"), self.fact("ended_note")] if self.object.ended_on else []
        return [*super().facts(), *ended]

    def states(self) -> list[Cell]:
        row = self.object
        if row.is_open:
            return [Cell("失联", kind="bad")]
        return [Cell("已取得联系", kind="ok") if row.found_on else Cell("已办结", kind="off")]

    def get_context(self) -> dict[str, Any]:
        row = self.object
        can_find = row.is_open and workflows.can_keep_record(self.request.user, row)
        return {**super().get_context(), "can_find": can_find, "on": office_day(self.request)}


class LostRecordUpdate(UpdatePage):
    model = LostRecord
    allowed = staticmethod(is_business)
    related = ("member", "branch")
    form_class = forms.LostForm
    title = "修改失联登记"
    can_edit = LostRecordDetail.can_edit

    def save(self, form: forms.LostForm) -> LostRecord:
        return workflows.save_lost(form.save(commit=False), by=self.request.user, expected=form.expected)


@require_POST
def lost_find(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request, LostRecord.objects.select_related("member", "branch"), pk, workflows.find_member,
        can=workflows.can_keep_record, done="已登记取得联系。", found_on=posted_day(request, "on") or office_day(request),
        note=reason(request, "note", 200),
    )  # fmt: skip
