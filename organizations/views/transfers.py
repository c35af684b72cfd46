"""组织关系转接: 台账, the page of one transfer with what may be done to it, and the form that starts one."""

from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.pages import Action, Cell, Column, DetailPage, Fact, ListPage, act, reason
from core.permissions import is_business
from organizations import forms
from organizations.choices import TRANSFER_KINDS, TransferDirection
from organizations.filters import branch_filter
from organizations.models import Membership, MemberTransfer, PartyMember, waiting_days
from organizations.models.transfers import VALID_DAYS
from organizations.workflows import transfers as workflows
from organizations.workflows.members import current_membership

from .base import WorkflowPage, office_day, posted_day


class TransferFilter(django_filters.FilterSet):
    direction = django_filters.ChoiceFilter(label="方向", choices=TransferDirection.choices)
    branch = branch_filter(method="by_branch")
    started_on = django_filters.DateFromToRangeFilter(label="发起日期")

    class Meta:
        model = MemberTransfer
        fields: list[str] = []

    def by_branch(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(Q(from_branch__in=value.values("pk")) | Q(to_branch__in=value.values("pk")))


def side(name: str) -> Any:
    """The cell of one side: the branch, or the outside party organization."""
    return lambda row: row[f"{name}__short_name"] or row[f"{name}__name"] or row["outside"]


def days_cell(row: dict[str, Any]) -> Cell:
    days = waiting_days(row)
    return Cell(days, kind="warn" if days is not None and days > VALID_DAYS else "")


class MemberTransferList(ListPage):
    model = MemberTransfer
    title = "组织关系转接台账"
    meta_text = "接收确认以前，仍由原支部管理"
    unit = "件"
    search_hint = "姓名、拼音首字母"
    ordering = ("-started_on",)
    filterset_class = TransferFilter
    import_kind = export_kind = "transfers"
    empty_title = "没有转接"
    empty_text = "在党员的页面上点“转接组织关系”发起。"
    tabs = (
        ("open", "在办", "open"),
        ("pending", "待审核", "pending"),
        ("transit", "在途", "in_transit"),
        ("done", "已办结", "finished"),
        ("all", "全部", ""),
    )
    columns = (
        Column("党员", "member__name", link=True),
        Column("方向", "direction"),
        Column("转出", "from_branch__name", fields=("from_branch__short_name", "outside"), value=side("from_branch"),
               phone="wide"),
        Column("转入", "to_branch__name", fields=("to_branch__short_name", "outside"), value=side("to_branch"),
               phone="wide"),
        Column("发起日期", "started_on", "date", sort="started_on"),
        Column("办结日期", "ended_on", "date", sort="ended_on"),
        Column("在办天数", "started_on", "number", fields=("today", "status"), value=days_cell, phone="hide"),
        Column("状态", "status", "state", states=TRANSFER_KINDS),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_today(office_day(self.request))


class MemberTransferDetail(DetailPage):
    model = MemberTransfer
    related = ("member", "from_branch", "to_branch", "approved_by", "ended_by", "created_by", "committee")
    template_name = "organizations/membertransfer_detail.html"

    def meta(self) -> str:
        return f"{self.object.get_direction_display()} · {self.object.started_on}发起"

    def edit_url(self) -> str:
        return ""

    def facts(self) -> list[Fact]:
        row = self.object
        wide = [Fact("办结说明", row.answer, wide=True)] if row.answer else []
        return [
            *(self.fact(name) for name in ("member", "direction")),
            self.fact("from_branch") if row.from_branch else Fact("转出", row.source),
            self.fact("to_branch") if row.to_branch else Fact("转入", row.target),
            *(self.fact(name) for name in ("started_on", "cause", "letter_no")),
            Fact("发起人", str(row.created_by or "") or None),
            Fact("审核", row.approved_on, note=str(row.approved_by or "")),
            Fact("办结", row.ended_on, note=str(row.ended_by or "")),
            *wide,
        ]

    def actions(self) -> list[Action]:
        row, user = self.object, self.request.user

        def url(name: str) -> str:
            return reverse(f"organizations:membertransfer-{name}", args=[row.pk])

        found = []
        if workflows.can_approve(user, row):
            found.append(Action("审核通过", url("approve"), "check", primary=True))
        if workflows.can_return(user, row):
            found.append(Action("退回", url("return"), "undo-2", reason="退回原因"))
        if workflows.can_withdraw(user, row):
            found.append(Action("撤回", url("withdraw"), reason="撤回原因"))
        return found

    def get_context(self) -> dict[str, Any]:
        row = self.object
        can_receive = workflows.can_receive(self.request.user, row)
        return {**super().get_context(), "can_receive": can_receive, "on": office_day(self.request)}


class TransferPage(WorkflowPage):
    """发起转接, by staff or by the secretary of the branch where the member is."""

    model = PartyMember
    title = "转接组织关系"
    allowed = staticmethod(is_business)
    may = staticmethod(lambda user, member: workflows.can_start(user, member, current_membership(member)))
    form_class = forms.TransferForm
    submit_label = "发起转接"
    done_text = "已发起转接。接收确认以前，党员仍计入原支部。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One at a time: while one is open, the page of that one."""
        if (row := self.object.transfers.open().first()) is not None:
            messages.warning(request, f"{self.object}有一件转接正在办理（{row}）。先办完、退回或撤回，才能再发起。")
            return redirect(row)
        return super().get(request, *args, **kwargs)

    @cached_property
    def membership(self) -> Membership | None:
        return current_membership(self.object)

    @property
    def intro(self) -> str:
        home = f"现在{self.membership.branch}" if self.membership else "现在不在本级支部"
        return f"{self.object}，{home}。"

    def get_instance(self) -> MemberTransfer:
        return MemberTransfer(member=self.object, from_branch=self.membership.branch if self.membership else None)

    def save(self, form: forms.TransferForm) -> MemberTransfer:
        row = form.save(commit=False)
        return workflows.begin_transfer(row, by=self.request.user, at_once=form.cleaned_data.get("at_once", False))

    def success_url(self, row: MemberTransfer) -> str:
        return row.get_absolute_url()

    def done(self, row: MemberTransfer) -> str:
        return "已办结转接。" if row.ended_on else self.done_text


ROWS = MemberTransfer.objects.select_related("member", "from_branch", "to_branch", "committee", "created_by")


@require_POST
def transfer_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, ROWS, pk, workflows.approve_transfer, can=workflows.can_approve, done="已审核通过，转为在途。")


@require_POST
def transfer_receive(request: HttpRequest, pk: int) -> HttpResponse:
    on, note = posted_day(request, "on") or office_day(request), reason(request, "note", 200)
    return act(
        request, ROWS, pk, workflows.receive_transfer, can=workflows.can_receive, done="已确认接收。", on=on, note=note
    )


@require_POST
def transfer_return(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, ROWS, pk, workflows.return_transfer, can=workflows.can_return, done="已退回。",
               reason=reason(request))  # fmt: skip


@require_POST
def transfer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, ROWS, pk, workflows.withdraw_transfer, can=workflows.can_withdraw, done="已撤回。",
               reason=reason(request))  # fmt: skip
