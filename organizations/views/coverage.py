"""两个覆盖: the figures of a day, their tree, course and causes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View

from core.charts import Series, trend
from core.menu import url_or_empty
from core.models import User
from core.pages import Button
from core.periods import quarter_of
from organizations import statistics
from organizations.choices import OrganizationKind
from organizations.sheets.coverage import tree_response
from organizations.statistics import FIGURES, MEASURES, SEARCHED, Coverage

from .coverageday import DayMixin

LISTS = ("uncovered", "should_unbuilt", "few_members", "unknown_members")
LINKED = {
    "organizations.socialorganization": "organizations:socialorganization-detail",
    "organizations.partybranch": "organizations:partybranch-detail",
    "organizations.partymember": "organizations:partymember-detail",
    "organizations.instructorassignment": "organizations:instructorassignment-detail",
    "organizations.organizationmerge": "organizations:organizationmerge-detail",
    "organizations.membersurvey": "organizations:membersurvey-detail",
}
UNLINKED = {"core.officesetting": "organizations:coverage-definition"}


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
        yield {
            "level": 0,
            "key": "",
            "name": key,
            "label": label,
            "total": getattr(found[""], key),
            "kinds": numbers,
            "extra": True,
        }


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
        """The table with the address of the rows behind each number."""
        return [
            {**row, "url": self.number_url(row, ""), "cells": [
                (number, self.number_url(row, kind) if number is not None else "")
                for kind, number in zip(OrganizationKind.values, row["kinds"], strict=True)
            ]}
            for row in tree_of(found, self.on)
        ]  # fmt: skip

    def number_url(self, row: dict[str, Any], kind: str) -> str:
        if not row.get("extra"):
            return self.rows_url(row["key"], kind)
        return self.supplement_url(row["name"], kind)

    def chart(self) -> Any:
        committee = self.committee
        points = statistics.coverage_trend(
            committee, quarter_of(self.on), 8, today=self.on, managed=self.managed, chosen=self.chosen
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
            self.committee, *days, managed=self.managed, chosen=self.chosen, old=self.chosen_then
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
        found = statistics.corrections(self.committee, self.on)
        return {
            "rows": [{"row": row, "url": correction_url(row, self.request.user)} for row in found.rows],
            "count": found.count,
            "searched": SEARCHED if found.is_capped else 0,
        }

    def get(self, request: HttpRequest) -> HttpResponse:
        committee = self.committee
        found = statistics.coverage_by_kind(committee, self.on, managed=self.managed, chosen=self.chosen)
        then = statistics.coverage_by_kind(
            committee, self.before, managed=self.managed, chosen=self.chosen_then, supplement=False
        )[""]
        now = found[""]
        context = {
            "title": "两个覆盖",
            "meta": f"截至{self.on}，{self.among}社会组织{now.base}家",
            "actions": self.actions(),
            "now": now,
            "on": self.on,
            "is_future": self.on > self.today,
            "before": self.before,
            **self.choices(),
            "figures": self.figures(now, then),
            "tree": self.tree(found),
            "kinds": OrganizationKind.labels,
            "changes": self.changes(),
            "corrections": self.corrections(),
            "chart": self.chart(),
            "rows": [(FIGURES[key].label, self.rows_url(key), getattr(now, key)) for key in LISTS],
            "more": [(FIGURES[key].label, self.rows_url(key), getattr(now, key)) for key in ("liaison_only", "mass_only", "should_build")],
            "branches_url": self.supplement_url("branches"),
            "definition_url": reverse("organizations:coverage-definition"),
        }  # fmt: skip
        return render(request, "organizations/coverage.html", context)

    def actions(self) -> list[Button]:
        return [
            Button("覆盖空白和应建未建", reverse("organizations:coverage-gaps"), "list-todo"),
            Button("指导员", reverse("organizations:instructorassignment-list"), "user-check"),
            Button("联络员", reverse("organizations:liaison-list"), "phone", fold_phone=True),
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
        committee = self.committee
        found = statistics.coverage_by_kind(committee, self.on, managed=self.managed, chosen=self.chosen)
        rows, now = list(tree_of(found, self.on)), found[""]
        if request.GET.get("export") == "xlsx":
            return tree_response(request, rows, now, managed=self.managed, committee=self.committee)
        context = {
            "title": "两个覆盖统计表",
            "meta": f"截至{self.on}，{self.among}社会组织",
            "crumbs": self.crumbs(),
            "actions": [Button("导出Excel", self.url("coverage-table", export="xlsx"), "download")],
            "committee": committee,
            "rows": rows,
            "now": now,
            "kinds": OrganizationKind.labels,
            "on": self.on,
            **self.choices(),
        }
        return render(request, "organizations/coverage_table.html", context)
