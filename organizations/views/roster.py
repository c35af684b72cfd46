"""党员名册: the list of any day with its balance, and the exact search by a number."""

from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.cleaning import clean_line
from core.pages import Cell, Column, ListPage
from core.secrets import mask_phone
from organizations.choices import MEMBER_KINDS, Education, MemberCategory, MemberStatus
from organizations.filters import branch_filter
from organizations.models import Membership, PartyMember
from organizations.statistics import Balance

from .base import LedgerDay, ledger_day
from .changes import BalanceFoot


def branches_of_day(request: HttpRequest, branches: QuerySet) -> QuerySet:
    """Those in use on the day of the roster."""
    return branches.active(ledger_day(request))


class MemberFilter(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label="人员类别", choices=MemberCategory.choices, field_name="category_then")
    education = django_filters.ChoiceFilter(label="学历", choices=Education.choices)
    status = django_filters.ChoiceFilter(label="党籍状态", choices=MemberStatus.choices, field_name="standing")
    branch = branch_filter(branches_of_day, method="by_branch")

    class Meta:
        model = PartyMember
        fields: list[str] = []

    def by_branch(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        """Those who have a membership there on the day; of them those whom the roster shows there."""
        branches = value.order_by().values("pk")
        there = Membership.objects.on(ledger_day(self.request)).filter(branch__in=branches)
        return rows.filter(pk__in=there.values("member"), branch_ref__in=branches)


def enrolled(rows: QuerySet, page: ListPage) -> QuerySet:
    return rows.enrolled(page.day)


def standing_cell(row: dict[str, Any]) -> Cell:
    status = MemberStatus(row["standing"])
    return Cell(status.label, kind=MEMBER_KINDS[status])


class PartyMemberList(LedgerDay, BalanceFoot, ListPage):
    model = PartyMember
    title = "党员名册"
    unit = "名"
    search_tab = "all"
    search_hint = "姓名、拼音首字母、手机号"
    create_url_name = "organizations:partymember-create"
    create_label = "登记党员"
    import_kind = export_kind = "members"
    ordering = ("sort_key",)
    empty_text = "先导入《党员名册》，或一名一名登记。"
    filterset_class = MemberFilter
    tabs = (
        ("now", "在册", enrolled),
        ("probation", "预备党员", lambda rows, page: enrolled(rows, page).filter(
            category_then=MemberCategory.PROBATIONARY)),
        ("floating", "流动党员", lambda rows, page: enrolled(rows, page).exclude(floating_then="")),
        ("lost", "失联", lambda rows, page: rows.filter(lost_then=True)),
        ("gone", "不在册", lambda rows, page: rows.exclude(pk__in=enrolled(rows, page).values("pk"))),
        ("all", "全部", ""),
    )  # fmt: skip
    columns = (
        Column("姓名", "name", link=True, sort="sort_key"),
        Column("性别", "sex"),
        Column("所在党支部", "branch_name", phone="wide"),
        Column("人员类别", "category_then", value=lambda row: MemberCategory(row["category_then"]).label),
        Column("出生日期", "born_on", "date", sort="born_on", phone="hide"),
        Column("学历", "education", phone="hide"),
        Column("入党日期", "joined_on", "date", sort="joined_on"),
        Column("工作单位及职务", "workplace", phone="wide"),
        Column("手机号码", "phone", value=lambda row: mask_phone(row["phone"]) if row["phone"] else ""),
        Column("党费缴纳至", "fee_paid_until", "date", sort="fee_paid_until", phone="hide"),
        Column("党籍", "standing", value=standing_cell),
    )
    template_name = "organizations/partymember_list.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_roster(self.day, past=self.is_past)

    @property
    def day_words(self) -> str:
        """What the roster of a past day cannot show: rows that this reader sees no longer."""
        gone = "以后转到别的综合党委的" if self.request.user.is_office else "以后转出、离开名册的"
        return f"所在党支部、人员类别、党籍、流动和失联是那一天的，其他各栏按今天的登记；{gone}党员不再列出。"

    @property
    def balance_day(self) -> date | None:
        return self.export_day

    @cached_property
    def narrowing(self) -> bool:
        """Whether something beside office, branch and day leaves members out."""
        boxes = any(box.value for box in self.bar if box.name not in ("branch", "on"))
        return boxes or bool(self.params.get("q")) or self.tab != self.tabs[0][0]

    def whose(self, found: Balance | None) -> str:
        if found is None or (not self.narrowing and found.end == self.day and found.closing == self.count):
            return ""
        narrowed = "是按条件筛选的" if self.narrowing else f"是{self.day}的"
        whose = "全部党员" if self.branches is None else "所选党支部的全部党员"
        return f"增减按{whose}计算，{found.end}期末{found.closing}名；上面列出的{self.count_text}名{narrowed}。"

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), **self.past_context()}

    def export_footer(self) -> list[str]:
        return [*LedgerDay.export_footer(self), *BalanceFoot.export_footer(self)]


@require_POST
def find_member(request: HttpRequest) -> HttpResponse:
    """Exact search by a full ID number; by POST, so that the number stands in no address and no server log (M23)."""
    number = clean_line(request.POST.get("id_number", ""))[:30]
    member = PartyMember.objects.visible_to(request.user).with_id_number(number).first() if number else None
    if member is None:
        messages.error(request, "名册里没有这个证件号码的党员。只能按完整的18位号码查找。")
        return redirect("organizations:partymember-list")
    return redirect(member)
