"""两个覆盖: figures of a day, their tree, course and causes, and behind every figure the bodies it counts and leaves out."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from core.charts import Series, trend
from core.menu import url_or_empty
from core.models import User
from core.pages import Button, Cell, Column, Crumb, ListPage
from core.pages.columns import iso
from core.periods import quarter_end, quarter_of
from core.permissions import AllowMixin, is_office
from organizations import statistics
from organizations.choices import CoverageMethod, NoBranchReason, OrganizationKind
from organizations.models import SocialOrganization
from organizations.sheets.coverage import guidance_word, tree_response
from organizations.statistics import CAUSES, FIGURES, MEASURES, SEARCHED, Coverage, Definition, Figure

from .base import asked_day, office_day, past_footer
from .bodylists import affiliation_cell

LISTS = ("uncovered", "should_unbuilt", "few_members", "unknown_members")
LINKED = {
    "organizations.socialorganization": "organizations:socialorganization-detail",
    "organizations.partybranch": "organizations:partybranch-detail",
    "organizations.partymember": "organizations:partymember-detail",
    "organizations.instructorassignment": "organizations:instructorassignment-detail",
}
UNLINKED = {"core.officesetting": "organizations:coverage-definition"}


class DayMixin(AllowMixin):
    """Pages that look at one day, at all bodies or only at those managed directly (直属)."""

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
    def export_day(self) -> date | None:
        return self.on if self.on != self.today else None

    @property
    def direct(self) -> bool:
        return self.request.GET.get("direct") == "1"

    @cached_property
    def chosen(self) -> Definition:
        return statistics.definition(self.request.user.committee, self.on)

    @cached_property
    def chosen_then(self) -> Definition:
        return statistics.definition(self.request.user.committee, self.before)

    def url(self, name: str, **asked: str) -> str:
        kept = {"on": self.on.isoformat(), **({"direct": "1"} if self.direct else {})}
        return f"{reverse(f'organizations:{name}')}?{urlencode({**asked, **kept})}"

    def rows_url(self, figure: str) -> str:
        return self.url("coverage-rows", figure=figure)

    def crumbs(self) -> list[Crumb]:
        return [Crumb("两个覆盖", self.url("coverage"))]

    def asked_pairs(self, *names: str) -> list[tuple[str, str]]:
        return [(key, self.request.GET[key]) for key in (*names, "on", "direct") if self.request.GET.get(key)]


class CoverageRowsMixin(DayMixin):
    """Lists under the page: the day and the figure stay in every link and in the search box."""

    asked: tuple[str, ...] = ()

    def table_context(self) -> dict[str, Any]:
        context = super().table_context()
        known = {key for key, _ in context["kept"]}
        return {
            **context,
            "kept": [*context["kept"], *(pair for pair in self.asked_pairs(*self.asked) if pair[0] not in known)],
        }


def tree_of(found: dict[str, Coverage], on: date) -> Iterator[dict[str, Any]]:
    """The official table §4.1, line by line; a figure that is not told by type of body is None there."""
    empty = Coverage(on=on)
    for level, key, label in statistics.TREE:
        numbers = [getattr(found.get(kind, empty), key) for kind in OrganizationKind.values]
        yield {
            "level": level,
            "key": key,
            "label": label or FIGURES[key].label,
            "total": getattr(found[""], key),
            "kinds": numbers,
        }
    for key, label in statistics.SUPPLEMENT:
        whole = key in statistics.WHOLE_ONLY
        numbers = [None if whole else getattr(found.get(kind, empty), key) for kind in OrganizationKind.values]
        yield {"level": 0, "key": "", "label": label, "total": getattr(found[""], key), "kinds": numbers, "extra": True}


class CoveragePage(DayMixin, View):
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
        return [{**row, "url": self.rows_url(row["key"]) if row["key"] else ""} for row in tree_of(found, self.on)]

    def chart(self) -> Any:
        committee = self.request.user.committee
        points = statistics.coverage_trend(
            committee, quarter_of(self.on), 8, today=self.on, direct=self.direct, chosen=self.chosen
        )
        labels = [f"{p.quarter // 4}Q{p.quarter % 4 + 1}" for p in points]

        def values(name: str) -> list[float | None]:
            return [None if getattr(p, name) is None else float(getattr(p, name)) for p in points]

        return trend(
            [Series("组织覆盖率", values("organization_rate")), Series("工作覆盖率", values("work_rate"))], labels
        )

    def changes(self) -> list[dict[str, Any]]:
        found, days = [], (self.before, self.on)
        changes = statistics.coverage_changes(
            self.request.user.committee, *days, direct=self.direct, chosen=self.chosen, old=self.chosen_then
        )
        for measure, label in MEASURES.items():
            change = changes[measure]
            lines = [
                {"label": word, "number": f"{n:+}".replace("-", "−"), "url": self.cause_url(measure, key)}
                for key, word, n in change.lines
            ]
            found.append({"label": label, "change": change, "lines": lines})
        return found

    def cause_url(self, measure: str, cause: str) -> str:
        if cause == "redefined":
            return reverse("organizations:coverage-definition")
        return self.url("coverage-changes", measure=measure, cause=cause, before=self.before.isoformat())

    def corrections(self) -> dict[str, Any] | None:
        """Only of a day that is over."""
        if self.on >= self.today:
            return None
        found = statistics.corrections(self.request.user.committee, self.on)
        return {
            "rows": [{"row": row, "url": correction_url(row, self.request.user)} for row in found.rows],
            "count": found.count,
            "searched": SEARCHED if found.is_capped else 0,
        }

    def get(self, request: HttpRequest) -> HttpResponse:
        committee = request.user.committee
        found = statistics.coverage_by_kind(committee, self.on, direct=self.direct, chosen=self.chosen)
        then = statistics.coverage_by_kind(
            committee, self.before, direct=self.direct, chosen=self.chosen_then, supplement=False
        )[""]
        now = found[""]
        context = {
            "title": "两个覆盖",
            "meta": f"截至{self.on}，{'直属' if self.direct else '全部'}社会组织{now.base}家",
            "actions": self.actions(),
            "now": now,
            "on": self.on,
            "is_future": self.on > self.today,
            "before": self.before,
            "direct": self.direct,
            "figures": self.figures(now, then),
            "tree": self.tree(found),
            "kinds": OrganizationKind.labels,
            "changes": self.changes(),
            "corrections": self.corrections(),
            "chart": self.chart(),
            "rows": [(FIGURES[key].label, self.rows_url(key), getattr(now, key)) for key in LISTS],
            "more": [(FIGURES[key].label, self.rows_url(key), getattr(now, key)) for key in ("liaison_only", "mass_only", "should_build")],
            "definition_url": reverse("organizations:coverage-definition"),
        }  # fmt: skip
        return render(request, "organizations/coverage.html", context)

    def actions(self) -> list[Button]:
        return [
            Button("覆盖空白和应建未建", reverse("organizations:coverage-gaps"), "list-todo"),
            Button("指导员", reverse("organizations:instructorassignment-list"), "user-check"),
            Button("联络员", reverse("organizations:liaison-list"), "phone", hide_phone=True),
            Button("口径", reverse("organizations:coverage-definition"), "settings-2"),
            Button("统计表", self.url("coverage-table"), "printer"),
        ]


def correction_url(row: statistics.Correction, user: User) -> str:
    """Where the corrected row stands; workbooks are for staff."""
    if row.batch_id:
        return reverse("core:import-batch", args=[row.batch_id]) if user.is_committee_staff else ""
    if row.object_type in LINKED and row.object_id:
        return reverse(LINKED[row.object_type], args=[row.object_id])
    return url_or_empty(UNLINKED.get(row.object_type, "organizations:coverage"))


class CoverageTable(DayMixin, View):
    """两个覆盖统计表: the tree alone, for paper and as a workbook."""

    def get(self, request: HttpRequest) -> HttpResponse:
        committee = request.user.committee
        found = statistics.coverage_by_kind(committee, self.on, direct=self.direct, chosen=self.chosen)
        rows, now = list(tree_of(found, self.on)), found[""]
        if request.GET.get("export") == "xlsx":
            return tree_response(request, rows, now, direct=self.direct)
        context = {
            "title": "两个覆盖统计表",
            "meta": f"截至{self.on}，{'直属' if self.direct else '全部'}社会组织",
            "crumbs": self.crumbs(),
            "actions": [Button("导出Excel", self.url("coverage-table", export="xlsx"), "download")],
            "committee": committee,
            "rows": rows,
            "now": now,
            "kinds": OrganizationKind.labels,
            "on": self.on,
            "direct": self.direct,
        }
        return render(request, "organizations/coverage_table.html", context)


class CoverageRows(CoverageRowsMixin, ListPage):
    """The bodies behind one figure: counted, or left out and why."""

    model = SocialOrganization
    unit = "家"
    export_kind = "organizations"
    ordering = ("sort_key",)
    template_name = "organizations/coverage_rows.html"
    can_save = False  # its rows belong to one figure of one day
    empty_title = "没有这样的社会组织"
    empty_text = "换一个截至日期，或看另一个标签。"
    asked = ("figure",)
    tabs = (
        ("in", "计入", lambda rows, page: statistics.included(page.figure, rows, page.chosen)),
        ("out", "不计入", lambda rows, page: statistics.excluded(page.figure, rows, page.chosen)),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类型", "kind", phone="hide"),
        Column("登记日期", "registered_on", "date", sort="registered_on", phone="hide"),
        Column("理由", "why", fields=statistics.REASON_FIELDS, value=lambda row: row["why"], phone="wide"),
        Column("未建立原因", "reason_then", phone="wide",
               value=lambda row: NoBranchReason(row["reason_then"]).label if row["reason_then"] else ""),
        Column("应建", "should", value=lambda row: Cell("应建", kind="warn") if row["should"] else ""),
        Column("书记", "branch_secretary"),
    )  # fmt: skip

    @cached_property
    def figure(self) -> Figure:
        return FIGURES.get(self.request.GET.get("figure", ""), FIGURES["covered"])

    def get_queryset(self) -> QuerySet:
        committee = self.request.user.committee
        rows = statistics.bodies_of(self.figure, committee, self.on, self.chosen, direct=self.direct)
        rows = rows.with_papers(self.on).with_name(self.on).with_affiliation(self.on).with_reason_then(self.on)
        return (rows.with_branch_then(self.on) if self.export_day else rows).annotate(why=Value(""))

    def export_footer(self) -> list[str]:
        return past_footer(self.export_kind, self.export_day)

    def page_rows(self) -> list[dict[str, Any]]:
        """The reason depends on the figure, the day and the definition, which a column does not know."""
        rows = super().page_rows()
        for row in rows:
            row["why"] = statistics.reason(self.figure, row, self.chosen, self.on, self.direct)
        return rows

    def get_context(self) -> dict[str, Any]:
        among = "" if self.figure.key == "base" else f"在“{self.figure.among}”中；"
        return {
            **super().get_context(),
            "title": self.figure.label,
            "meta": f"截至{iso(self.on)}，{'直属，' if self.direct else ''}{among}{'；'.join(self.chosen.words)}",
            "crumbs": self.crumbs(),
        }


class CoverageChanges(CoverageRowsMixin, ListPage):
    """The bodies behind one cause of a change."""

    can_save = False  # its rows belong to one change between two days

    model = SocialOrganization
    unit = "家"
    ordering = ("sort_key",)
    template_name = "organizations/coverage_rows.html"
    empty_title = "没有这样的社会组织"
    empty_text = "换一个比较的日期再看。"
    asked = ("measure", "cause", "before")
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name", "former_name"),
               value=lambda row: row["former_name"] or row["short_name"] or row["name"]),
        Column("类型", "kind"),
        Column("登记日期", "registered_on", "date", sort="registered_on"),
        Column("注销或撤销日期", "ended_on", "date"),
        Column("当日的覆盖", "coverage_method", fields=("branch_name", "has_instructor", "has_liaison"), phone="wide",
               value=lambda row: now_words(row)),
        Column("归口", "affiliation_kind", value=affiliation_cell),
    )  # fmt: skip

    @property
    def measure(self) -> str:
        asked = self.request.GET.get("measure", "")
        return asked if asked in MEASURES else "covered"

    @property
    def cause(self) -> str:
        asked = self.request.GET.get("cause", "")
        return asked if asked in CAUSES and asked != "redefined" else "built_own"

    def get_queryset(self) -> QuerySet:
        committee = self.request.user.committee
        rows = statistics.with_cause(
            committee, self.before, self.on, self.measure, self.chosen, direct=self.direct
        ).filter(cause=self.cause)
        found = SocialOrganization.objects.filter(pk__in=rows.order_by().values("pk"))
        found = found.with_coverage(self.on).with_affiliation(self.on).with_name(self.on)
        return found.with_branch_then(self.on) if self.export_day else found

    def get_context(self) -> dict[str, Any]:
        label = f"{MEASURES[self.measure]}：{CAUSES[self.cause][0]}"
        meta = f"{self.before}到{self.on}之间{'（直属）' if self.direct else ''}"
        return {**super().get_context(), "title": label, "meta": meta, "crumbs": self.crumbs()}


def now_words(row: dict[str, Any]) -> str:
    if row["coverage_method"]:
        return f"{CoverageMethod(row['coverage_method']).label}：{row['branch_name']}"
    return guidance_word(row, none="")
