"""党组织: list, page, forms and what happens to a branch."""

from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import django_filters
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.pages import (
    Action,
    Button,
    Cell,
    Column,
    CreatePage,
    DetailPage,
    Fact,
    ListPage,
    UpdatePage,
    act,
    current_period,
    reason,
)
from core.periods import add_months
from core.permissions import allow, is_staff
from core.timeline import Event, Todo, events_of, todos_of
from organizations import forms, statistics
from organizations.checkup.dues import election_todos, transfer_todos
from organizations.choices import BRANCH_KINDS, BranchKind, BranchStatus, JoinReason, MembershipKind, PostKind
from organizations.models import (
    BranchCoverage,
    BranchPost,
    Membership,
    PartyBranch,
    branch_term_state,
    is_secretary_of,
    party_posts,
)
from organizations.workflows import branches as workflows
from organizations.workflows import contacts
from organizations.workflows.election_rules import election_rules
from organizations.workflows.keepers import outdated_postings, posting_url

from .base import LedgerDay, WorkflowPage, end_part, office_day, reveal_contacts
from .branchstory import BranchStory
from .changes import balance_context

FEW = 3
MEMBERS, MEMBERSHIPS = 100, 300  # shown at most


def term_cell(row: dict[str, Any]) -> Cell:
    """The end of the term, or the day until which the election was put off, and how near it is."""
    end = row["deadline"]
    if end is None or row["standing"] == BranchStatus.DISSOLVED:
        return Cell("")
    kind, word = branch_term_state(row)
    return Cell(f"{end} {word if kind != 'off' else ''}".strip(), kind=kind if kind in ("bad", "warn") else "")


def standing_cell(row: dict[str, Any]) -> Cell:
    status = BranchStatus(row["standing"])
    return Cell(status.label, kind=BRANCH_KINDS[status])


class BranchFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=BranchKind.choices, field_name="kind_then")
    status = django_filters.ChoiceFilter(label="状态", choices=BranchStatus.choices, field_name="standing")
    founded_on = django_filters.DateFromToRangeFilter(label="成立日期")

    class Meta:
        model = PartyBranch
        fields: list[str] = []


def active(rows: QuerySet, page: "PartyBranchList") -> QuerySet:
    return rows.active(page.day) if page.is_past else rows.filter(dissolved_on=None)


def term_due(rows: QuerySet, page: "PartyBranchList") -> QuerySet:
    last = add_months(page.day, page.near_months)
    return active(rows, page).filter(deadline__lte=last, term_elected_on=None)


@lru_cache(maxsize=32)
def ledger(day: date, past: bool = False) -> QuerySet:
    """The branches with the columns of a day; never read itself, only narrowed."""
    return PartyBranch.objects.for_ledger(day, past=past)


class PartyBranchList(LedgerDay, ListPage):
    model = PartyBranch
    title = "党组织台账"
    day_words = "各栏是那一天的（改过名的显示当时的全称），只有标准化、批准的延期按今天的登记；排序和查找按今天的名称。"
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
            kind_then=BranchKind.BRANCH, member_count__lt=FEW)),
        ("dissolved", "已撤销", lambda rows, page: rows.filter(dissolved_on__lte=page.day)),
        ("all", "全部", ""),
    )  # fmt: skip
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类别", "kind_then", sort="kind", value=lambda row: BranchKind(row["kind_then"]).label),
        Column("书记", "secretary"),
        Column("覆盖单位", "body_count", "number"),
        Column("党员", "member_count", "number"),
        Column("成立日期", "founded_on", "date", sort="founded_on", phone="hide"),
        Column("届满", "deadline", sort="deadline", fields=("today", "standing", "term_status", "term_elected_on", "near_months"),
               value=term_cell, phone="wide"),
        Column("标准化", "is_standard", "yesno", phone="hide"),
        Column("状态", "standing", value=standing_cell),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet:
        rows = (
            ledger(self.day, self.is_past).visible_to(self.request.user).annotate(near_months=Value(self.near_months))
        )
        return rows.filter(founded_on__lte=self.day) if self.is_past else rows

    @cached_property
    def near_months(self) -> int:
        """From how many months before its end a term is near, by the office's setting."""
        return election_rules(self.request.user.committee, self.day).near_months

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), **self.past_context()}

    def extra_actions(self) -> list[Button]:
        return [Button("成立、变更、撤销", reverse("organizations:branchapplication-list"), "file-text")]


class PartyBranchDetail(BranchStory, DetailPage):
    model = PartyBranch
    related = ("parent",)
    template_name = "organizations/partybranch_detail.html"
    fact_fields = ("name", "kind", "parent", "founded_on", "approval_no", "approved_by")

    @cached_property
    def day(self) -> date:
        return office_day(self.request)

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the chosen period as far as it has come; None before it."""
        period = current_period(self.request)
        end = period.as_of(self.day)
        return (period.start, end) if period.start <= end else None

    def get_queryset(self) -> QuerySet:
        outdated = outdated_postings(self.day).filter(branch=OuterRef("pk")).order_by("pk")
        rows = super().get_queryset().for_ledger(self.day)
        rows = rows.annotate(
            outdated_posting=Subquery(outdated.values("pk")[:1]),
            outdated_account=Subquery(outdated.values("user__name")[:1]),
        )
        return rows.annotate(**statistics.balance_columns(Membership.objects, *self.days)) if self.days else rows

    @cached_property
    def coverages(self) -> list[BranchCoverage]:
        return list(self.object.coverages.select_related("organization").order_by("end", "start"))

    def running(self, rows: list[Any]) -> list[Any]:
        return [row for row in rows if row.start <= self.day and (row.end is None or row.end > self.day)]

    def meta(self) -> str:
        branch = self.object
        bodies = f"覆盖{branch.body_count}家单位" if branch.body_count else "没有覆盖单位"
        return f"{branch.get_kind_display()} · {branch.founded_on}成立 · 党员{branch.member_count}名 · {bodies}"

    def facts(self) -> list[Fact]:
        branch = self.object
        return [
            *super().facts(),
            *([Fact("曾用名", "、".join(branch.former_names))] if branch.former_names else []),
            *([self.fact("unit_situation")] if branch.unit_situation else []),
            *([self.fact("group_count")] if branch.group_count is not None else []),
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
            Action(label, move, reason="批准文号和原因", fields=(("to", to),))
            for to, label in names.items()
            if workflows.can_move(user, branch, to)
        ]
        if branch.dissolved_on is None and (user.is_committee_staff or is_secretary_of(user, branch.pk)):
            apply = reverse("organizations:branchapplication-create")
            found.append(Action("申请变更或撤销", f"{apply}?branch={branch.pk}&kind=change", "file-text", post=False))
        if workflows.can_keep(user):
            rows = reverse("organizations:partybranch-rows", args=[branch.pk])
            found.append(Action("起止记录", rows, "history", post=False))
        if workflows.can_move(user, branch, BranchStatus.DISSOLVED):
            url = reverse("organizations:partybranch-dissolve", args=[branch.pk])
            found.append(Action("补登撤销", url, post=False, danger=True))
        return found

    @cached_property
    def sees_members(self) -> bool:
        return workflows.sees_members(self.request.user, self.object)

    @cached_property
    def memberships(self) -> list[Membership]:
        """Those of today first, then what ended; for those who may see the branch's members."""
        if not self.sees_members:
            return []
        rows = self.object.memberships.select_related("member")
        return list(rows.order_by(F("end").desc(nulls_first=True), "member__sort_key", "pk")[:MEMBERSHIPS])

    def members(self) -> list[dict[str, Any]]:
        """The members of today with the posts that they hold in this party organization."""
        posts: dict[int, list[str]] = {}
        for post in self.running(self.posts):
            posts.setdefault(post.member_id, []).append(post.post)
        return [
            {
                "row": row,
                "member": row.member,
                "posts": party_posts(posts.get(row.member_id, ()), row.member.party_post),
            }
            for row in self.running(self.memberships)[:MEMBERS]
        ]

    def member_events(self) -> list[Event]:
        """发展, 转入, 转出, 出党 … of this branch; who was there when the ledgers began is no event."""
        found = []
        for row in self.memberships:
            if row.kind == MembershipKind.FULL and row.join_reason != JoinReason.INITIAL:
                found.append(Event(row.start, f"{row.member}{row.get_join_reason_display()}", note=row.origin))
            if row.kind == MembershipKind.FULL and row.end:
                found.append(Event(row.end, f"{row.member}{row.get_leave_reason_display()}", note=row.destination))
        return found

    def posting_todos(self) -> list[Todo]:
        """Accounts that still act as secretary although somebody else is; for those who keep accounts."""
        branch = self.object
        if branch.outdated_posting is None or not self.request.user.is_committee_staff:
            return []
        url = posting_url(branch.outdated_posting)
        text = f"账号“{branch.outdated_account}”仍以书记身份管理，请更换账号任职"
        return [Todo("warn", "待更换", text, url, act="改任职", act_url=url)]

    def get_context(self) -> dict[str, Any]:
        user, branch = self.request.user, self.object
        balance = statistics.balance_of(branch, *self.days) if self.sees_members and self.days else None
        return {
            **super().get_context(),
            **attachment_context(user, branch),
            "events": events_of(branch, user, [*self.events(), *self.member_events()]),
            "todos": todos_of(
                branch, user, [*transfer_todos(branch, user), *self.posting_todos(), *election_todos(self.term)]
            ),
            **self.term_context(),
            "coverages": self.running(self.coverages),
            "posts": sorted(self.running(self.posts), key=lambda p: PostKind.values.index(p.post)),
            "reveal_url": reverse("organizations:partybranch-reveal", args=[branch.pk]),
            "members": self.members(),
            "sees_members": self.sees_members,
            **(balance_context(self.request, [branch.pk], balance) if balance else {}),
            "can_keep": workflows.can_keep(user) and not branch.dissolved_on,
            "today": self.day,
        }


class PartyBranchCreate(CreatePage):
    model = PartyBranch
    form_class = forms.BranchForm
    intro = "已经成立的党组织在这里补登。新申请成立的，请走“成立、变更、撤销”，批复、选举以后自动建立。"

    def save(self, form: forms.BranchForm) -> PartyBranch:
        return workflows.keep_branch(form.save(commit=False), by=self.request.user)


class PartyBranchUpdate(UpdatePage):
    model = PartyBranch
    form_class = forms.BranchForm

    def save(self, form: forms.BranchForm) -> PartyBranch:
        branch = form.save(commit=False)
        return workflows.keep_branch(branch, by=self.request.user, expected=form.expected, former=form.former)


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
    title = "补登撤销"
    submit_label = "撤销党组织"
    intro = "以前已批准撤销的在这里补登，要有批准文号。现在申请撤销的，请走“申请变更或撤销”。"
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
