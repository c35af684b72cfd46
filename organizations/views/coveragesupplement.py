"""Behind the supplementary numbers of 两个覆盖: the party organizations, instructors and members counted and left out."""

from datetime import date
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from core.pages import Column
from core.pages.columns import iso
from core.periods import Period, quarter_of
from organizations import statistics
from organizations.choices import BranchKind, OrganizationKind
from organizations.models import (
    BranchCoverage,
    InstructorAssignment,
    Membership,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)
from organizations.models.conditions import flag
from organizations.statistics import BRANCH_FIGURES, BranchFigure

from .base import body_url
from .coveragelists import CountedList, Row


def page_of(name: str, pk: int) -> str:
    return reverse(f"organizations:{name}-detail", args=[pk])


def called_then(on: date, branch: OuterRef) -> Subquery:
    """What the branch of a row was called on that day."""
    rows = PartyBranch.objects.filter(pk=branch).with_name_then(on)
    name = Coalesce(NullIf("former_name", Value("")), NullIf("short_name", Value("")), "name")
    return Subquery(rows.values(called=name)[:1])


class SupplementPage(CountedList):
    """One number of the supplement; `keys` are those of the rows that it counts."""

    tabs = (
        ("in", "计入", lambda rows, page: rows.filter(pk__in=page.keys)),
        ("out", "不计入", lambda rows, page: rows.exclude(pk__in=page.keys)),
    )

    def bodies(self, managed: str) -> QuerySet:
        rows = statistics.bodies_in_scope(self.committee, self.on, managed=managed, chosen=self.chosen)
        return rows.filter(kind=self.kind) if self.kind else rows

    @cached_property
    def base(self) -> QuerySet:
        """The bodies of the figures: whose party organizations and persons count."""
        return self.bodies(self.managed)

    @property
    def bodies_word(self) -> str:
        managed = statistics.managed_word(self.managed) if self.managed else ""
        return managed + (OrganizationKind(self.kind).label if self.kind else "社会组织")

    @property
    def keys(self) -> QuerySet:
        raise NotImplementedError

    @property
    def rows_told(self) -> str:
        """Whose rows these are and how they are counted, in words."""
        raise NotImplementedError

    @property
    def told(self) -> str:
        return f"截至{iso(self.on)}，{self.whose}{self.rows_told}"


class CoverageBranches(SupplementPage):
    """Party organizations; of one 归口 those that cover a body of it."""

    model = PartyBranch
    unit = "个"
    export_kind = "branches"
    ordering = ("sort_key",)
    empty_title = "没有这样的党组织"
    asked = ("figure",)
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类别", "kind_then", value=lambda row: BranchKind(row["kind_then"]).label),
        Column("理由", "why", fields=("dissolved_by", "guest_count"), value=lambda row: row["why"], phone="wide"),
        Column("书记", "secretary"),
        Column("覆盖单位", "body_count", "number"),
        Column("党员", "member_count", "number"),
        Column("成立日期", "founded_on", "date", sort="founded_on", phone="hide"),
    )  # fmt: skip

    @cached_property
    def figure(self) -> BranchFigure:
        return BRANCH_FIGURES.get(self.request.GET.get("figure", ""), BRANCH_FIGURES["branches"])

    @property
    def title(self) -> str:
        return self.figure.label

    @cached_property
    def among_keys(self) -> QuerySet:
        """In what the number counts: the party organizations of the day, or those of one kind."""
        rows = statistics.branches_of(self.committee, self.on, self.base if self.managed else None)
        return rows.filter(self.figure.within)

    @property
    def keys(self) -> QuerySet:
        return self.among_keys.filter(self.figure.condition).values("pk")

    def get_queryset(self) -> QuerySet:
        """Beside the party organizations of the day stand all others of the ledger, beside those of a kind its others."""
        rows = PartyBranch.objects.within(self.committee).visible_to(self.request.user)
        if self.figure.key != "branches":
            rows = rows.filter(pk__in=self.among_keys.values("pk"))
        return rows.for_ledger(self.on, past=True).with_guest_count(self.on).annotate(why=Value(""))

    def reason(self, row: Row) -> str:
        if self.figure.key == "joint_branches":
            return f"类别是{BranchKind(row['kind_then']).label}"
        if self.figure.key != "branches":
            guests = row["guest_count"]
            return f"未转入组织关系的党员{guests}名" if guests else "没有未转入组织关系的党员"
        if row["founded_on"] > self.on:
            return "当日还没有成立"
        if row["dissolved_by"]:
            return f"{row['dissolved_by']}已撤销"
        if self.tab == "out":
            return f"当日没有覆盖{self.bodies_word}"
        return f"{row['founded_on']}成立，当日在用"

    @property
    def rows_told(self) -> str:
        which = f"覆盖{self.bodies_word}的党组织" if self.managed else "全部党组织"
        return which if self.figure.key == "branches" else f"{which}；在“{self.figure.among}”中"


class PersonsPage(SupplementPage):
    """One line for each person: of several rows the one entered first, the others are left out."""

    asked = ("kind",)
    figure_key = ""

    @cached_property
    def counted_rows(self) -> QuerySet:
        """What the page counts, several rows for some persons."""
        raise NotImplementedError

    @property
    def keys(self) -> QuerySet:
        return statistics.one_each(self.figure_key, self.of_office(self.counted_rows))

    @property
    def unit(self) -> str:
        return "名" if self.tab == "in" else "条"

    @property
    def rows_told(self) -> str:
        whose = self.bodies_word if self.managed or self.kind else "全部社会组织"
        return f"{whose}；一人只计一次"


class CoverageInstructors(PersonsPage):
    """Instructors sent to the bodies of the figures."""

    model = InstructorAssignment
    title = "党建工作指导员"
    figure_key = "instructors"
    search_hint = "指导员、社会组织"
    export_kind = "instructors"
    ordering = ("sort_key", "start")
    empty_title = "没有这样的指导员"
    columns = (
        Column("指导员", "instructor_name", link=True, sort="sort_key"),
        Column("派出单位", "sent_by", sort="sent_by", phone="wide"),
        Column("社会组织", "body_then", fields=("organization_id",), url=body_url, phone="wide"),
        Column("理由", "why", fields=("guided", "in_base", "in_ledger", "organization__registered_on", "organization__ended_on"),
               value=lambda row: row["why"], phone="wide"),
        Column("选派日期", "start", "date", sort="start"),
        Column("终止日期", "end", "date", sort="end", phone="hide"),
    )  # fmt: skip

    @cached_property
    def counted_rows(self) -> QuerySet:
        return statistics.assignments_of(self.base, self.on)

    def get_queryset(self) -> QuerySet:
        rows = InstructorAssignment.objects.within(self.committee).visible_to(self.request.user).on(self.on)
        rows = rows.filter(organization__kind=self.kind) if self.kind else rows
        body = SocialOrganization.everything.filter(pk=OuterRef("organization")).with_name(self.on)
        name = Coalesce("former_name", NullIf("short_name", Value("")), "name")
        return rows.with_guided(self.on, self.base).annotate(
            body_then=Subquery(body.values(called=name)[:1]),
            in_base=flag(self.of_bodies(self.base)),
            in_ledger=flag(self.of_bodies(self.bodies(""))),
            why=Value(""),
        )

    @staticmethod
    def of_bodies(bodies: QuerySet) -> Q:
        return Q(organization__in=bodies.order_by().values("pk"))

    def reason(self, row: Row) -> str:
        if self.tab == "in":
            return f"当日指导{row['guided']}家"
        if row["in_base"]:
            return "同一名指导员已按另一家计入"
        ended, registered = row["organization__ended_on"], row["organization__registered_on"]
        if ended and ended <= self.on:
            return f"社会组织{ended}已注销或撤销"
        if registered > self.on:
            return f"社会组织当日还没有登记（{registered}登记）"
        return (
            f"社会组织不是{statistics.managed_word(self.managed)}" if row["in_ledger"] else "社会组织按口径不计入单位数"
        )

    @property
    def exported(self) -> QuerySet:
        """A line of the workbook is one assignment: of the persons counted, all of them."""
        rows = self.rows
        if self.tab == "in":
            shown = rows.order_by().with_person().values("who")
            rows = self.get_queryset().with_person().filter(in_base=True, who__in=shown).order_by(*self.order)
        return rows.with_visits(Period.quarter(quarter_of(self.on)).start, self.on)


class CoverageAssociates(PersonsPage):
    """Members who work here while their relationship is elsewhere; each row is a membership of an own branch."""

    model = Membership
    title = "未转入组织关系的党员"
    figure_key = "associates"
    search_hint = "姓名"
    export_kind = "members"
    ordering = ("member__sort_key",)
    empty_title = "没有这样的党员"
    columns = (
        Column("姓名", "member__name", fields=("member_id", "is_seen"), sort="member__sort_key", phone="name",
               url=lambda row: page_of("partymember", row["member_id"]) if row["is_seen"] else ""),
        Column("所在党组织", "branch_then", fields=("branch_id",), phone="wide",
               url=lambda row: page_of("partybranch", row["branch_id"])),
        Column("理由", "why", fields=("body_count",), value=lambda row: row["why"], phone="wide"),
        Column("组织关系所在", "home_then", phone="wide"),
        Column("起始日期", "start", "date", sort="start"),
        Column("终止日期", "end", "date", sort="end", phone="hide"),
    )  # fmt: skip

    @cached_property
    def counted_rows(self) -> QuerySet:
        return statistics.associates_of(self.committee, self.base, self.on)

    def get_queryset(self) -> QuerySet:
        """Those of the own branches, like their balance; the member's page opens while the member is on the own roster."""
        user = self.request.user
        rows = Membership.objects.of_branches(user, self.committee.scope_ids).associates().on(self.on)
        covers = BranchCoverage.objects.on(self.on).filter(
            branch=OuterRef("branch"), organization__in=self.base.order_by().values("pk")
        )
        home = Membership.objects.of_branches(user).full().on(self.on).filter(member=OuterRef("member"))
        return rows.annotate(
            branch_then=called_then(self.on, OuterRef("branch")),
            home_then=Subquery(home.values(called=called_then(self.on, OuterRef("branch")))[:1]),
            body_count=Coalesce(
                Subquery(covers.order_by().values("branch").values(n=Count("organization", distinct=True))), 0
            ),
            is_seen=Exists(PartyMember.objects.visible_to(user).filter(pk=OuterRef("member"))),
            why=Value(""),
        )

    def reason(self, row: Row) -> str:
        if not row["body_count"]:
            return f"党组织当日没有覆盖{self.bodies_word}"
        return f"党组织当日覆盖{row['body_count']}家" if self.tab == "in" else "同一名党员已按另一个党组织计入"

    @cached_property
    def members(self) -> QuerySet:
        return PartyMember.objects.filter(pk__in=self.rows.order_by().values("member"))

    @property
    def exported(self) -> QuerySet:
        """The members' lines of the roster."""
        rows = self.members.visible_to(self.request.user).for_roster(self.on, past=self.export_day is not None)
        return rows.order_by("sort_key", "pk")

    def export_footer(self) -> list[str]:
        gone = self.members.count() - self.members.visible_to(self.request.user).count()
        words = f"说明：另有{gone}名党员现在不在本级的名册里，没有列出。"
        return [*super().export_footer(), *([words] if gone else [])]
