"""覆盖空白 and 应建未建: bodies without a party organization, why, and the plan for each."""

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse

from core.pages import (
    Button,
    Cell,
    Column,
    Crumb,
    ListPage,
    UpdatePage,
)
from core.permissions import is_office
from organizations import statistics
from organizations.checkup import unbuilt_limits
from organizations.forms.coverage import (
    PlanForm,
)
from organizations.models import (
    CoveragePlan,
    SocialOrganization,
)
from organizations.models.conditions import unbuilt_for
from organizations.sheets.coverage import reason_word
from organizations.statistics import FIGURES
from organizations.workflows import guidance as workflows
from organizations.workflows.intervals import can_keep

from .base import coverage_crumb, office_day

Row = dict[str, Any]


# Gaps and plans ------------------------------------------------------------------------------------------------------


def plan_cell(row: Row) -> Cell:
    """Where the plan stands on the office's day."""
    day = row["coverage_plan__planned_on"]
    if row["coverage_plan__pk"] is None:
        return Cell("没有计划", kind="bad" if row["should"] else "warn")
    if day is None:
        return Cell("没有写时间", kind="warn")
    late = (row["on_day"] - day).days
    return Cell(f"超过{late}天", kind="bad") if late > 0 else Cell("按计划", kind="info")


def reason_of(row: Row) -> str:
    return "：".join(word for word in (reason_word(row), row["no_branch_note"]) if word)


def plan_url(row: Row) -> str:
    return f"{reverse('organizations:coverage-plan', args=[row['pk']])}?next={reverse('organizations:coverage-gaps')}"


class CoverageGaps(ListPage):
    """覆盖空白 and 应建未建 of today, each with its reason and plan."""

    model = SocialOrganization
    allowed = staticmethod(is_office)
    title = "覆盖空白和应建未建"
    meta_text = "没有党组织的社会组织：为什么没有、打算什么时候建、由谁负责"
    unit = "家"
    export_kind = "coverage_gaps"
    ordering = ("sort_key",)
    search_hint = "名称、拼音首字母"
    empty_title = "没有这样的社会组织"
    empty_text = "应建的都已建立，也没有覆盖空白时，这里是空的。"
    tabs = (
        ("due", "应建未建", lambda rows, page: page.narrow(rows, "should_unbuilt")),
        ("long", "应建未建超期", lambda rows, page: page.unbuilt_long(rows)),
        ("blank", "覆盖空白", lambda rows, page: page.narrow(rows, "uncovered")),
        ("few", "有党员未建立", lambda rows, page: page.narrow(rows, "few_members")),
        ("noplan", "没有计划", lambda rows, page: page.without_plan(rows)),
        ("all", "全部未建立", lambda rows, page: page.narrow(rows, "without_branch")),
    )
    columns = (
        Column("名称", "name", link=True, sort="sort_key", fields=("short_name",),
               value=lambda row: row["short_name"] or row["name"]),
        Column("党员", "member_count", "number", sort="member_count"),
        Column("正式党员", "full_member_count", "number"),
        Column("指导员", "has_instructor", value=lambda row: "已派" if row["has_instructor"] else ""),
        Column("未建立原因", "no_branch_reason", fields=("no_branch_note",), value=reason_of, phone="wide"),
        Column("拟建时间", "coverage_plan__planned_on", "date", sort="coverage_plan__planned_on"),
        Column("责任人", "coverage_plan__responsible"),
        Column("措施", "coverage_plan__measures", phone="wide"),
        Column("计划", "should", fields=("on_day", "coverage_plan__pk"), value=plan_cell),
        Column("", "pk", url=lambda row: plan_url(row) if row["editable"] else "", fields=("editable",),
               value=lambda row: "填写计划" if row["editable"] else ""),
    )  # fmt: skip

    @cached_property
    def day(self) -> date:
        return office_day(self.request)

    @cached_property
    def chosen(self) -> statistics.Definition:
        return statistics.definition(self.request.user.committee, self.day)

    @cached_property
    def limits(self) -> tuple[int, str]:
        """COV-04: months, and the 应建 rule."""
        return unbuilt_limits(self.request.user.committee, self.day)

    @property
    def meta(self) -> str:
        if self.tab != "long":
            return super().meta
        return f"应建党组织、{self.limits[0]}个月以上没有单独或联合组建的（月数是办公设置），建成以后自动从这里和工作台去掉"

    def narrow(self, rows: QuerySet, figure: str) -> QuerySet:
        return rows.filter(FIGURES[figure].condition(self.chosen))

    def unbuilt_long(self, rows: QuerySet) -> QuerySet:
        months, rule = self.limits
        return rows.with_unbuilt(self.day).filter(unbuilt_for(months, self.day, rule))

    def without_plan(self, rows: QuerySet) -> QuerySet:
        gaps = FIGURES["should_unbuilt"].condition(self.chosen) | FIGURES["uncovered"].condition(self.chosen)
        return rows.filter(gaps, coverage_plan=None)

    def get_queryset(self) -> QuerySet:
        committee = self.request.user.committee
        rows = statistics.bodies_of(FIGURES["base"], committee, self.day, self.chosen).filter(in_base=True)
        return rows.annotate(on_day=Value(self.day), editable=Value(self.request.user.is_committee_staff))

    def extra_actions(self) -> list[Button]:
        if not self.request.user.is_committee_staff:
            return []
        return [Button("导入计划", reverse("core:import-upload", args=["coverage_plans"]), "upload", fold_phone=True)]


class PlanPage(UpdatePage):
    """The plan of one body, made or changed."""

    model = SocialOrganization
    form_class = PlanForm
    title = "组建计划"
    can_edit = staticmethod(lambda user, body: can_keep(user) and not body.ended_on)
    related = ("committee",)

    def get_instance(self) -> CoveragePlan:
        return workflows.plan_of(self.object)

    def crumbs(self) -> list[Crumb]:
        gaps = Crumb("覆盖空白和应建未建", reverse("organizations:coverage-gaps"))
        return [coverage_crumb(), gaps, Crumb(str(self.object), self.object.get_absolute_url())]

    def get_context(self, form: PlanForm) -> dict[str, Any]:
        reason = self.object.get_no_branch_reason_display()
        note = f"：{self.object.no_branch_note}" if self.object.no_branch_note else ""
        return {"intro": f"{self.object}没有建立党组织的原因：{reason or '没有填写'}{note}。"}

    def save(self, form: PlanForm) -> CoveragePlan:
        return workflows.save_plan(form.save(commit=False), by=self.request.user, expected=form.expected)

    def success_url(self, row: CoveragePlan) -> str:
        return reverse("organizations:coverage-gaps")

    def done(self, row: CoveragePlan) -> str:
        return f"已保存{row.organization}的组建计划。"
