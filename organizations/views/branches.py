"""党组织: list, page, forms and what happens to a branch."""

from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import (
    Action,
    Cell,
    Column,
    CreatePage,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    reason,
)
from core.permissions import allow, is_staff
from core.timeline import Event, events_of, todos_of
from organizations import forms
from organizations.choices import BRANCH_KINDS, BranchKind, BranchStatus, PostKind
from organizations.models import BranchCoverage, BranchPost, PartyBranch
from organizations.workflows import branches as workflows
from organizations.workflows import contacts

from .base import WorkflowPage, end_part, office_day, reveal_contacts
from .bodies import years_and_months
from .bodystory import HALF_YEAR

FEW = 3


def term_cell(row: dict[str, Any]) -> Cell:
    """The end of the term; an election is due at the end and reminded of half a year before."""
    end, day = row["term_end"], row["today"]
    if end is None or row["dissolved_on"]:
        return Cell("")
    if end < day:
        return Cell(f"{end} 超期", kind="bad")
    return Cell(f"{end} 临近", kind="warn") if end <= day + HALF_YEAR else Cell(str(end))


class BranchFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=BranchKind.choices)
    status = django_filters.ChoiceFilter(label="状态", choices=BranchStatus.choices)
    founded_on = django_filters.DateFromToRangeFilter(label="成立日期")

    class Meta:
        model = PartyBranch
        fields: list[str] = []


def active(rows: QuerySet, page: ListPage) -> QuerySet:
    return rows.filter(dissolved_on=None)


def term_due(rows: QuerySet, page: ListPage) -> QuerySet:
    return rows.filter(dissolved_on=None, term_end__lte=office_day(page.request) + HALF_YEAR)


class PartyBranchList(ListPage):
    model = PartyBranch
    title = "党组织台账"
    unit = "个"
    search_tab = "all"
    search_hint = "名称、简称、拼音首字母"
    create_url_name = "organizations:partybranch-create"
    import_kind = export_kind = "branches"
    ordering = ("sort_key",)
    empty_text = "先导入《党组织台账》，或一个一个登记。"
    filterset_class = BranchFilter
    tabs = (
        ("active", "在用", active),
        ("due", "临近或超过届满", term_due),
        ("nosecretary", "没有书记", lambda rows, page: active(rows, page).filter(secretary=None)),
        ("few", "党员不足三名", lambda rows, page: active(rows, page).filter(
            kind=BranchKind.BRANCH, member_count__lt=FEW)),
        ("dissolved", "已撤销", lambda rows, page: rows.exclude(dissolved_on=None)),
        ("all", "全部", ""),
    )  # fmt: skip
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name",),
               value=lambda row: row["short_name"] or row["name"]),
        Column("类别", "kind", sort="kind"),
        Column("书记", "secretary"),
        Column("覆盖单位", "body_count", "number"),
        Column("党员", "member_count", "number"),
        Column("成立日期", "founded_on", "date", sort="founded_on", phone="hide"),
        Column("届满", "term_end", sort="term_end", fields=("today", "dissolved_on"), value=term_cell),
        Column("标准化", "is_standard", "yesno", phone="hide"),
        Column("状态", "status", "state", states=BRANCH_KINDS),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(office_day(self.request))


class PartyBranchDetail(DetailPage):
    model = PartyBranch
    related = ("parent",)
    template_name = "organizations/partybranch_detail.html"
    fact_fields = ("name", "kind", "parent", "founded_on", "approval_no", "approved_by")

    @cached_property
    def day(self) -> date:
        return office_day(self.request)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().for_ledger(self.day)

    @cached_property
    def coverages(self) -> list[BranchCoverage]:
        return list(self.object.coverages.select_related("organization").order_by("end", "start"))

    @cached_property
    def posts(self) -> list[BranchPost]:
        return list(self.object.posts.order_by("-start"))

    def running(self, rows: list[Any]) -> list[Any]:
        return [row for row in rows if row.start <= self.day and (row.end is None or row.end > self.day)]

    def meta(self) -> str:
        branch = self.object
        bodies = f"覆盖{branch.body_count}家单位" if branch.body_count else "没有覆盖单位"
        return f"{branch.get_kind_display()} · {branch.founded_on}成立 · 党员{branch.member_count}名 · {bodies}"

    def facts(self) -> list[Fact]:
        branch = self.object
        end = branch.term_end
        term = f"{branch.term_start or '—'} 至 {end or '—'}" if branch.term_start or end else None
        return [
            *super().facts(),
            Fact("本届", term, note=years_and_months(self.day, end) if end and not branch.dissolved_on else ""),
            Fact("届次", f"第{branch.term_number}届" if branch.term_number else None),
            self.fact("premises"),
            self.fact("is_standard"),
            *([self.fact("dissolved_on"), self.fact("dissolution_no")] if branch.dissolved_on else []),
            *([Fact("备注", branch.remark, wide=True)] if branch.remark else []),
        ]

    def actions(self) -> list[Action]:
        branch, user = self.object, self.request.user
        move = reverse("organizations:partybranch-move", args=[branch.pk])
        names = {
            BranchStatus.NORMAL: "启用" if branch.status == BranchStatus.PREPARING else "恢复正常",
            BranchStatus.RECTIFYING: "列入整顿",
        }
        found = [
            Action(label, move, reason="原因", reason_required=False, fields=(("to", to),))
            for to, label in names.items()
            if workflows.can_move(user, branch, to)
        ]
        if workflows.can_move(user, branch, BranchStatus.DISSOLVED):
            url = reverse("organizations:partybranch-dissolve", args=[branch.pk])
            found.append(Action("撤销党组织", url, post=False, danger=True))
        return found

    def events(self) -> list[Event]:
        branch = self.object
        own = [Event(branch.founded_on, "批复成立", note=branch.approval_no, key=True)]
        if branch.term_start:
            own.append(Event(branch.term_start, "召开党员大会选举", key=True))
        if branch.dissolved_on:
            own.append(Event(branch.dissolved_on, "撤销", note=branch.dissolution_no, key=True))
        for row in self.coverages:
            own.append(
                Event(row.start, f"开始覆盖{row.organization}", row.organization.get_absolute_url(),
                      row.get_method_display())
            )  # fmt: skip
            own += [Event(row.end, f"不再覆盖{row.organization}")] if row.end else []
        for post in self.posts:
            own.append(Event(post.start, f"{post.person_name}任{post.get_post_display()}"))
            own += [Event(post.end, f"{post.person_name}不再任{post.get_post_display()}")] if post.end else []
        return own

    def get_context(self) -> dict[str, Any]:
        user, branch = self.request.user, self.object
        sees = workflows.sees_members(user, branch)
        members = branch.memberships.on(self.day).select_related("member").order_by("member__sort_key", "pk")[:100]
        return {
            **super().get_context(),
            **attachment_context(user, branch),
            "events": events_of(branch, user, self.events()),
            "todos": todos_of(branch, user),
            "coverages": self.running(self.coverages),
            "posts": sorted(self.running(self.posts), key=lambda p: PostKind.values.index(p.post)),
            "reveal_url": reverse("organizations:partybranch-reveal", args=[branch.pk]),
            "members": list(members) if sees else [],
            "sees_members": sees,
            "can_keep": workflows.can_keep(user) and not branch.dissolved_on,
            "today": self.day,
        }


class PartyBranchCreate(CreatePage):
    model = PartyBranch
    form_class = forms.BranchForm


class PartyBranchUpdate(UpdatePage):
    model = PartyBranch
    form_class = forms.BranchForm


class CoveragePage(WorkflowPage):
    model = PartyBranch
    title = "增加覆盖单位"
    form_class = forms.CoverageForm
    workflow = staticmethod(workflows.start_coverage)
    blank = staticmethod(lambda branch: BranchCoverage(branch=branch, method=workflows.method_of(branch)))
    done_text = "已增加覆盖单位。"


class PostPage(WorkflowPage):
    model = PartyBranch
    title = "登记班子职务"
    form_class = forms.PostForm
    workflow = staticmethod(workflows.appoint)
    blank = staticmethod(lambda branch: BranchPost(branch=branch))
    done_text = "已登记职务。"


class DissolvePage(WorkflowPage):
    model = PartyBranch
    title = "撤销党组织"
    submit_label = "撤销党组织"
    form_class = forms.DissolveForm
    workflow = staticmethod(workflows.dissolve_branch)
    done_text = "已撤销，覆盖关系和班子职务同日结束。"


@require_POST
@allow(is_staff)
def move_branch(request: HttpRequest, pk: int) -> HttpResponse:
    to = request.POST.get("to", "")
    return act(request, PartyBranch, pk, workflows.move_branch, to=to, note=reason(request), done="已变更状态。")


@require_POST
@allow(is_staff)
def end_coverage(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    return end_part(request, PartyBranch, pk, "coverages", part, workflows.end_coverage)


@require_POST
@allow(is_staff)
def end_post(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    return end_part(request, PartyBranch, pk, "posts", part, workflows.end_post)


@never_cache
@require_POST
def reveal_branch(request: HttpRequest, pk: int) -> HttpResponse:
    return reveal_contacts(request, PartyBranch, pk, contacts.phones_of_branch)
