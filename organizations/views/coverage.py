"""两个覆盖: figures of a day, their tree and course, and behind every figure the bodies it counts and leaves out."""

from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from core.charts import Series, trend
from core.pages import Cell, Column, Crumb, ListPage
from core.pages.columns import iso
from core.periods import quarter_end, quarter_of
from core.permissions import AllowMixin, is_office
from organizations import statistics
from organizations.choices import BranchKind, CoverageMethod, OrganizationKind
from organizations.models import SocialOrganization
from organizations.statistics import Coverage

from .base import office_day

METHOD = Q(coverage_method__isnull=False)
OWN, JOINT = Q(coverage_method=CoverageMethod.OWN), Q(coverage_method=CoverageMethod.JOINT)
FIGURES: dict[str, tuple[str, Q]] = {
    "base": ("单位数", Q()),
    "covered": ("组织覆盖", METHOD),
    "own": ("单独建立党组织", OWN),
    "own_committee": ("建立党委的", OWN & Q(branch_kind=BranchKind.COMMITTEE)),
    "own_general": ("建立党总支的", OWN & Q(branch_kind=BranchKind.GENERAL)),
    "own_branch": ("建立党支部的", OWN & ~Q(branch_kind__in=[BranchKind.COMMITTEE, BranchKind.GENERAL])),
    "joint": ("建立联合党支部", JOINT),
    "functional": ("只有功能型党支部或区域覆盖", METHOD & ~OWN & ~JOINT),
    "without_branch": ("未建立党组织", ~METHOD),
    "should_unbuilt": ("应建未建", Q(should=1) & (~METHOD | METHOD & ~OWN & ~JOINT)),  # NULL is not ~OWN
    "should_build": ("应建", Q(should=1)),
    "should_built": ("应建已建", Q(should=1) & (OWN | JOINT)),
    "few_members": ("有党员、未建立的", ~METHOD & Q(has_members=1)),
    "no_members": ("没有党员或党员数未填的", ~METHOD & Q(has_members=0)),
    "instructed": ("未建立、已派指导员", ~METHOD & Q(has_instructor=True)),
    "liaison_only": ("未建立、只有联络员", ~METHOD & Q(has_instructor=False, has_liaison=True)),
    "work_covered": ("工作覆盖", METHOD | Q(has_instructor=True)),
    "uncovered": ("覆盖空白", ~METHOD & Q(has_instructor=False)),
}
TREE = (
    (0, "base"), (1, "own"), (2, "own_committee"), (2, "own_general"), (2, "own_branch"), (1, "joint"),
    (1, "functional"), (1, "without_branch"), (2, "few_members"), (2, "no_members"), (2, "instructed"),
    (2, "liaison_only"), (2, "uncovered"), (1, "should_build"), (2, "should_built"), (2, "should_unbuilt"),
)  # fmt: skip


def condition_of(figure: str, chosen: statistics.Definition) -> Q:
    """What the figure counts under this office's definition."""
    if figure == "covered" and not chosen.functional_weight:
        return OWN | JOINT
    if figure == "work_covered" and chosen.liaison_counts:
        return METHOD | Q(has_instructor=True) | Q(has_liaison=True)
    return FIGURES[figure][1]


def asked_day(request: HttpRequest, name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, "").strip())
    except ValueError:
        return default


class CoveragePage(AllowMixin, View):
    allowed = staticmethod(is_office)

    @cached_property
    def today(self) -> date:
        return office_day(self.request)

    @cached_property
    def on(self) -> date:
        return asked_day(self.request, "on", self.today)

    @cached_property
    def before(self) -> date:
        """By default the end of the quarter before."""
        return asked_day(self.request, "before", quarter_end(quarter_of(self.on) - 1))

    @property
    def direct(self) -> bool:
        return self.request.GET.get("direct") == "1"

    def rows_url(self, figure: str) -> str:
        asked = {"figure": figure, "on": self.on.isoformat(), **({"direct": "1"} if self.direct else {})}
        return f"{reverse('organizations:coverage-rows')}?{urlencode(asked)}"

    def figures(self, now: Coverage, then: Coverage) -> list[dict[str, Any]]:
        rates = (
            ("组织覆盖率", now.organization_rate, then.organization_rate, "covered", now.covered, now.base),
            ("工作覆盖率", now.work_rate, then.work_rate, "work_covered", now.work_covered, now.base),
            ("单独组建率", now.own_rate, then.own_rate, "own", now.own, now.base),
            ("应建已建率", now.should_rate, then.should_rate, "should_built", now.should_built, now.should_build),
        )
        return [
            {
                "label": label,
                "value": f"{value}" if value is not None else None,
                "unit": "%",
                "url": self.rows_url(figure),
                "note": f"{part} ÷ {base}家" if base else "没有应计的单位",
                "change": f"{value - old:+}个百分点" if value is not None and old is not None and value != old else "",
                "change_kind": "up" if value is not None and old is not None and value > old else "down",
            }
            for label, value, old, figure, part, base in rates
        ]

    def tree(self, found: dict[str, Coverage]) -> list[dict[str, Any]]:
        empty = Coverage(on=self.on)
        return [
            {
                "level": level,
                "label": FIGURES[figure][0],
                "url": self.rows_url(figure),
                "total": getattr(found[""], figure),
                "kinds": [getattr(found.get(kind, empty), figure) for kind in OrganizationKind.values],
            }
            for level, figure in TREE
        ]

    def chart(self, chosen: statistics.Definition) -> Any:
        committee = self.request.user.committee
        points = statistics.coverage_trend(
            committee, quarter_of(self.on), 8, today=self.on, direct=self.direct, chosen=chosen
        )
        labels = [f"{p.quarter // 4}Q{p.quarter % 4 + 1}" for p in points]

        def values(name: str) -> list[float | None]:
            return [None if getattr(p, name) is None else float(getattr(p, name)) for p in points]

        return trend(
            [Series("组织覆盖率", values("organization_rate")), Series("工作覆盖率", values("work_rate"))], labels
        )

    def get(self, request: HttpRequest) -> HttpResponse:
        committee = request.user.committee
        found = statistics.coverage_by_kind(committee, self.on, direct=self.direct)
        then = statistics.coverage(committee, self.before, direct=self.direct)
        context = {
            "title": "两个覆盖",
            "meta": f"截至{self.on}，{'直属' if self.direct else '全部'}社会组织{found[''].base}家",
            "now": found[""],
            "on": self.on,
            "before": self.before,
            "direct": self.direct,
            "figures": self.figures(found[""], then),
            "tree": self.tree(found),
            "kinds": OrganizationKind.labels,
            "change": statistics.organization_change(committee, self.before, self.on, direct=self.direct, chosen=found[""].definition),
            "chart": self.chart(found[""].definition),
            "rows": [
                (label, self.rows_url(figure), getattr(found[""], figure))
                for label, figure in (("覆盖空白", "uncovered"), ("应建未建", "should_unbuilt"), ("有党员、未建立的", "few_members"))
            ],
        }  # fmt: skip
        return render(request, "organizations/coverage.html", context)


def why(row: dict[str, Any]) -> str:
    """The reason in one line: what covers or guides the body, or what is missing."""
    if row["coverage_method"]:
        return f"{CoverageMethod(row['coverage_method']).label}：{row['branch_name']}"
    guided = "已派指导员" if row["has_instructor"] else "只有联络员" if row["has_liaison"] else "没有指导员"
    members = "党员数未填" if row["member_count"] is None else f"党员{row['member_count']}名"
    return f"没有党组织，{guided}，{members}"


class CoverageRows(ListPage):
    """The bodies behind one figure: counted, or left out and why."""

    model = SocialOrganization
    allowed = staticmethod(is_office)
    unit = "家"
    export_kind = "organizations"
    ordering = ("sort_key",)
    template_name = "organizations/coverage_rows.html"
    can_save = False  # its rows belong to one figure of one day
    empty_title = "没有这样的社会组织"
    empty_text = "换一个截至日期，或看另一个标签。"
    tabs = (
        ("in", "计入", lambda rows, page: rows.filter(page.condition)),
        ("out", "不计入", lambda rows, page: rows.exclude(pk__in=rows.filter(page.condition).order_by().values("pk"))),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name",),
               value=lambda row: row["short_name"] or row["name"]),
        Column("类型", "kind", phone="hide"),
        Column("登记日期", "registered_on", "date", sort="registered_on", phone="hide"),
        Column("理由", "coverage_method", fields=("branch_name", "has_instructor", "has_liaison", "member_count"),
               value=why, phone="wide"),
        Column("未建立原因", "no_branch_reason", phone="wide"),
        Column("应建", "should", value=lambda row: Cell("应建", kind="warn") if row["should"] else ""),
        Column("书记", "branch_secretary"),
    )  # fmt: skip

    @cached_property
    def on(self) -> date:
        return asked_day(self.request, "on", office_day(self.request))

    @cached_property
    def figure(self) -> str:
        asked = self.request.GET.get("figure", "")
        return asked if asked in FIGURES else "covered"

    @cached_property
    def chosen(self) -> statistics.Definition:
        return statistics.definition(self.request.user.committee, self.on)

    @property
    def condition(self) -> Q:
        return condition_of(self.figure, self.chosen)

    def get_queryset(self) -> QuerySet:
        committee, direct = self.request.user.committee, self.request.GET.get("direct") == "1"
        bodies = statistics.bodies_in_scope(committee, self.on, direct=direct, chosen=self.chosen)
        rows = statistics.classified(bodies, self.on, self.chosen.should_build_rule)
        return rows.with_papers(self.on).with_standing(self.on)

    def get_context(self) -> dict[str, Any]:
        back = f"{reverse('organizations:coverage')}?{urlencode({'on': self.on.isoformat()})}"
        label = FIGURES[self.figure][0]
        return {
            **super().get_context(),
            "title": label,
            "meta": f"截至{iso(self.on)}，{'；'.join(self.chosen.words)}",
            "crumbs": [Crumb("两个覆盖", back)],
            "kept": {"figure": self.figure, "on": self.on.isoformat()},
        }

    def table_context(self) -> dict[str, Any]:
        context = super().table_context()
        asked = [(key, self.params[key]) for key in ("figure", "on", "direct") if key in self.params]
        return {**context, "kept": [*context["kept"], *asked]}
