"""党员增减: the ledger of changes, the balance under every roster, and what a member's standing becomes."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.generic import View

from core.pages import Cell, Column, ListPage, current_period
from core.pages.offices import PARAMETER, asked_committees
from core.permissions import AllowMixin, allow, is_business
from organizations import forms, statistics
from organizations.choices import ChangeKind
from organizations.models import MemberChange, Membership, PartyBranch, PartyMember
from organizations.sheets.members import balance_lines
from organizations.workflows import members as workflows

from .base import WorkflowPage, branch_name, own_branches

CAUSES = 20


def branch_id(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def balance_context(
    request: HttpRequest, branch: int | None = None, found: Any = None, committees: Sequence[int] = ()
) -> dict[str, Any]:
    """The balance of the chosen period, and the memberships because of which it does not close."""
    period = current_period(request)
    found = found or statistics.balance_for(request.user, period, branch, committees)
    causes: list[Membership] = []
    if found and not found.closes:
        rows = Membership.objects.of_branches(request.user, committees)
        rows = rows if branch is None else rows.filter(branch=branch)
        causes = list(statistics.unexplained(rows, found.start, found.end)[:CAUSES])
    return {"balance": found, "causes": causes, "period": period}


class BalanceFoot:
    """A list with the balance under it, on the page and in its export; the chosen office or branch narrows both."""

    @property
    def committees(self) -> tuple[int, ...]:
        return self.office.scope_ids if self.office else ()

    def get_context(self) -> dict[str, Any]:
        branch = branch_id(self.params.get("branch", ""))
        if branch is None and self.is_wide:  # of many committees it comes after the page
            query = {
                "period": current_period(self.request).code,
                **({PARAMETER: self.office.code} if self.office else {}),
            }
            url = reverse("organizations:memberchange-balance-card")
            return {**super().get_context(), "balance_url": f"{url}?{urlencode(query)}"}
        return {**super().get_context(), **balance_context(self.request, branch, committees=self.committees)}

    def export_footer(self) -> list[str]:
        period, branch = current_period(self.request), branch_id(self.params.get("branch", ""))
        return balance_lines(statistics.balance_for(self.request.user, period, branch, self.committees), period)


class ChangeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="变动", choices=ChangeKind.choices)
    branch = django_filters.ModelChoiceFilter(label="党支部", queryset=own_branches)

    class Meta:
        model = MemberChange
        fields: list[str] = []


def member_url(row: dict[str, Any]) -> str:
    return reverse("organizations:partymember-detail", args=[row["member_id"]]) if row["open"] else ""


def other_side(row: dict[str, Any]) -> Cell:
    return Cell(row["other_branch__short_name"] or row["other_branch__name"] or row["outside"])


def note_cell(row: dict[str, Any]) -> Cell:
    return Cell(Truncator(row["note"]).chars(40))


class MemberChangeList(BalanceFoot, ListPage):
    model = MemberChange
    title = "党员增减台账"
    meta_text = "发展、转正、转接、出党、死亡，办理时自动记入"
    unit = "条"
    search_hint = "姓名、拼音首字母"
    ordering = ("-on",)
    period_filter = True
    filterset_class = ChangeFilter
    export_kind = "member_changes"
    template_name = "organizations/memberchange_list.html"
    empty_title = "这一时期没有增减变动"
    empty_text = "在党员的页面上办理转接、转正、离开名册，这里自动记一条。"
    columns = (
        Column("党员", "member__name", fields=("member_id", "open"), url=member_url, phone="name",
               value=lambda row: row["member__name"]),
        Column("日期", "on", "date", sort="on"),
        Column("变动", "kind"),
        Column("党支部", "branch__name", fields=("branch__short_name",), value=branch_name, phone="wide"),
        Column("对方党组织", "other_branch__name", fields=("other_branch__short_name", "outside"), value=other_side,
               phone="wide"),
        Column("文号", "document_no", phone="wide"),
        Column("说明", "note", value=note_cell, phone="wide"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_open(self.request.user)

    def of_period(self, rows: QuerySet, period: Any) -> QuerySet:
        return rows.between(period.start, period.end)


class MemberBalance(AllowMixin, View):
    """党员增减平衡表: a line for each branch and the committee's own sum, where transfers inside cancel."""

    def get(self, request: HttpRequest) -> HttpResponse:
        committees = asked_committees(request)
        found = balance_context(request, committees=committees)
        lines = []
        if found["balance"]:
            rows, total = Membership.objects.of_branches(request.user, committees), found["balance"]
            by_branch = statistics.balances_by_branch(rows, total.start, total.end)
            branches = PartyBranch.objects.filter(pk__in=by_branch).order_by("sort_key", "pk")
            lines = [(branch, by_branch[branch.pk]) for branch in branches]
        context = {**found, "lines": lines, "title": "党员增减平衡表", "meta": found["period"].label}
        return render(request, "organizations/member_balance.html", context)


@allow(is_business)
def balance_card(request: HttpRequest) -> HttpResponse:
    """The balance by itself, for a list that was shown without it."""
    return render(
        request, "organizations/_balance.html", balance_context(request, committees=asked_committees(request))
    )


# What becomes of a member ------------------------------------------------------------------------------------------


class LeavePage(WorkflowPage):
    model = PartyMember
    title = "离开名册"
    form_class = forms.LeaveForm
    workflow = staticmethod(workflows.leave)
    done_text = "已办理，党员记录保留在“不在册”里。"

    def answers(self, form: forms.LeaveForm) -> dict[str, Any]:
        found = super().answers(form)
        found["document_no"] = found.pop("leave_document_no")
        return found


class RestorePage(WorkflowPage):
    model = PartyMember
    title = "恢复党籍"
    form_class = forms.RestoreForm
    workflow = staticmethod(workflows.restore_member)
    blank = staticmethod(lambda member: Membership(member=member))
    done_text = "已恢复党籍，编入党支部。"


class FullPage(WorkflowPage):
    model = PartyMember
    title = "办理转正"
    form_class = forms.FullForm
    workflow = staticmethod(workflows.confirm_full)
    done_text = "已办理转正。"


class ExtendPage(WorkflowPage):
    model = PartyMember
    title = "延长预备期"
    form_class = forms.ExtendForm
    workflow = staticmethod(workflows.extend_probation)
    done_text = "已延长预备期。"
