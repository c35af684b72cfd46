"""党员增减: the ledger of changes, the balance under every roster, and what a member's standing becomes."""

from collections.abc import Sequence
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.generic import View

from core.context import is_fragment
from core.journal import mark_of
from core.pages import Cell, Column, ListPage, SideBySide, current_period, whole_page
from core.pages.offices import PARAMETER, asked_committees
from core.periods import Period, quarter_of
from core.permissions import AllowMixin, allow, is_business
from organizations import forms, statistics
from organizations.choices import ChangeKind
from organizations.filters import branch_filter
from organizations.models import MemberChange, Membership, PartyBranch, PartyMember
from organizations.sheets.members import balance_lines
from organizations.workflows import members as workflows
from organizations.workflows import memberships

from .base import WorkflowPage, asked_day, branch_name

CAUSES = 20


def balance_context(
    request: HttpRequest,
    branches: Any = None,
    found: Any = None,
    committees: Sequence[int] = (),
    until: date | None = None,
) -> dict[str, Any]:
    """The balance of the chosen period, or of the quarter of a past day up to it, and the memberships because of which it
    does not close."""
    period = period_until(request, until)
    found = found or statistics.balance_for(request.user, period, branches, committees, until)
    causes: list[Membership] = []
    if found and not found.closes:
        rows = Membership.objects.of_branches(request.user, committees)
        rows = rows if branches is None else rows.filter(branch__in=branches)
        causes = list(statistics.unexplained(rows, found.start, found.end)[:CAUSES])
        seen = PartyMember.objects.visible_to(request.user).filter(pk__in=[row.member_id for row in causes])
        opened = set(seen.values_list("pk", flat=True))
        for row in causes:  # one who has moved on since is told, but cannot be opened
            row.opens = row.member_id in opened
    return {"balance": found, "causes": causes, "period": period}


def period_until(request: HttpRequest, until: date | None) -> Period:
    return Period.quarter(quarter_of(until)) if until else current_period(request)


class BalanceFoot:
    """A list with the balance under it, on the page and in its export; the chosen office or branch narrows both."""

    balance_day: date | None = None  # of a list of a past day

    def whose(self, found: statistics.Balance | None) -> str:
        """In a sentence whose balance it is, where the list above it shows others."""
        return ""

    @property
    def committees(self) -> tuple[int, ...]:
        return self.office.scope_ids if self.office else ()

    @cached_property
    def branches(self) -> QuerySet | None:
        """Those that the list is narrowed to, by a number or by a name."""
        if not self.params.get("branch"):
            return None
        form = self.filterset.form
        return None if "branch" in form.errors else form.cleaned_data["branch"]

    def get_context(self) -> dict[str, Any]:
        if self.branches is None and self.is_wide:  # of many committees it comes after the page
            query = {
                "period": current_period(self.request).code,
                **({PARAMETER: self.office.code} if self.office else {}),
                **({"on": self.balance_day.isoformat()} if self.balance_day else {}),
            }
            url = reverse("organizations:memberchange-balance-card")
            return {**super().get_context(), "balance_url": f"{url}?{urlencode(query)}"}
        found = balance_context(self.request, self.branches, committees=self.committees, until=self.balance_day)
        return {**super().get_context(), **found, "whose": self.whose(found["balance"])}

    def export_footer(self) -> list[str]:
        day = self.balance_day
        period = period_until(self.request, day)
        found = statistics.balance_for(self.request.user, period, self.branches, self.committees, day)
        whose = self.whose(found)
        return [*balance_lines(found, period, day), *([f"说明：{whose}"] if whose else [])]


class ChangeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="变动", choices=ChangeKind.choices)
    branch = branch_filter()

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
    import_kind = export_kind = "member_changes"
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
    day = asked_day(request, "on", None)
    if not is_fragment(request):
        asked = {key: request.GET[key] for key in (PARAMETER,) if request.GET.get(key)}
        return whole_page("organizations:memberchange-balance", period=period_until(request, day).code, **asked)
    context = balance_context(request, committees=asked_committees(request), until=day)
    return render(request, "organizations/_balance.html", context)


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


class MembershipPage(SideBySide, WorkflowPage):
    """更正编入、减少: reason and day of one membership; what was signed before keeps its figures."""

    model = PartyMember
    title = "更正编入、减少"
    submit_label = "更正"
    intro = "改正进入、离开这个支部的原因和日期，增减台账和平衡随之重算；已签发的季度不变。"
    form_class = forms.MembershipForm
    done_text = "已更正，增减台账随之改正。"
    mark_of = staticmethod(mark_of)

    @cached_property
    def stored(self) -> Membership:
        row = (
            self.object.memberships.filter(branch__committee__in=self.request.user.scope_ids)
            .select_related("branch__committee", "member")
            .filter(pk=self.kwargs["part"])
            .first()
        )
        if row is None:
            raise Http404("没有找到这一段组织关系。")
        return row

    def get_title(self) -> str:
        return f"更正编入、减少：{self.stored.branch}"

    def get_instance(self) -> Membership:
        return copy(self.stored)

    def save(self, form: forms.MembershipForm) -> Membership:
        return memberships.correct_membership(
            self.stored, seen=form.expected, by=self.request.user, **self.answers(form)
        )


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
