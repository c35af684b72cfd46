"""两个覆盖统计表 as a workbook, and the workbooks of plans, instructors and 群团组织."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from core import audit
from core.choices import AuditEvent
from core.excel.sheet import Column, Context, Sheet, register
from core.excel.writing import SIGNATURES, XLSX, day_words
from core.excel.xml import FOOT, HEAD, META, TITLE, SheetXml, write_frame
from core.models import Committee
from core.periods import Period, quarter_of, today
from organizations.choices import NoBranchReason, OrganizationKind
from organizations.models import SocialOrganization
from organizations.statistics import (
    FIGURES,
    Coverage,
    Definition,
    base_condition,
    bodies_of,
    classified,
    definition,
    included,
    managed_word,
)
from organizations.workflows.bodies import ended_problem, sending_problem
from organizations.workflows.guidance import PLANNED, begin_problem, plan_problems

from .common import EventSheet, bodies_known, body_column, days_ahead

TREE_TITLE = "两个覆盖统计表"
INDENT = "　　"


def tree_response(
    request: HttpRequest, rows: list[dict[str, Any]], now: Coverage, *, managed: str, committee: Committee
) -> HttpResponse:
    """The tree as an A4 workbook in the office layout; making it is logged."""
    note = f"{committee.name}，截至{now.on}，{len(rows)}行。"
    audit.record(AuditEvent.EXPORT, by=request.user, label=TREE_TITLE, note=note)
    content = tree_workbook(rows, now, committee.name, today(committee), managed=managed)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{TREE_TITLE}（{now.on}）.xlsx")
    return response


def tree_workbook(rows: list[dict[str, Any]], now: Coverage, office: str, day: date, *, managed: str = "") -> bytes:
    stream, widths = io.BytesIO(), [6, 50, 12, 12, 12, 16]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as file:
            out = SheetXml(file, widths, frozen=3, landscape=False)
            out.fixed_row({0: f"{TREE_TITLE}（截至{day_words(now.on)}）"}, TITLE, 32)
            out.merge(1, 0, 1, 5)
            out.fixed_row({0: f"填报单位（盖章）：{office}", 4: f"填报时间：{day_words(day)}"}, META)
            out.fixed_row(dict(enumerate(["序号", "项目", "总数", *OrganizationKind.labels])), HEAD, 30)
            out.rows(
                [n, INDENT * row["level"] + row["label"], row["total"], *row["kinds"]] for n, row in enumerate(rows, 1)
            )
            for line in rate_lines(now, managed):
                out.fixed_row({0: line}, META)
            out.fixed_row(dict(zip((0, 2, 3, 4), SIGNATURES, strict=True)), FOOT, 24)
            out.close()
        write_frame(archive, [TREE_TITLE], (3, 3))
    return stream.getvalue()


def rate_lines(now: Coverage, managed: str) -> list[str]:
    """The rates with their numbers, and how they are counted."""
    rates = (
        ("组织覆盖率", now.organization_rate, now.covered, now.base), ("工作覆盖率", now.work_rate, now.work_covered, now.base),
        ("单独组建率", now.own_rate, now.own, now.base), ("应建已建率", now.should_rate, now.should_built, now.should_build),
    )  # fmt: skip
    told = "；".join(
        f"{label}{'—' if value is None else f'{value}%'}（{part}÷{base}）" for label, value, part, base in rates
    )
    return [
        f"{told}。",
        f"口径：{f'只计{managed_word(managed)}；' if managed else ''}{'；'.join(now.definition.words)}。",
    ]


@register
class CoveragePlanSheet(Sheet):
    kind, title, order = "coverage_plans", "应建未建和覆盖空白组建计划", 75
    model = "organizations.CoveragePlan"
    intro = "应建未建和覆盖空白的社会组织一家一行：拟建时间、责任人和措施。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization",),)
    ordering = ("organization__sort_key",)
    columns = (
        body_column(),
        Column("拟建时间", "planned_on", "date", synonyms=("计划时间", "拟建日期", "完成时限"), example="2023-06-30"),
        Column("责任人", "responsible", synonyms=("负责人", "联系领导"), example="李样本"),
        Column("措施", "measures", synonyms=("工作措施", "推进措施"), example="并入邻近行业的联合党支部", width=40),
        Column("党小组成立日期", "group_since", "date", help="已建立党小组的填写。"),
    )  # fmt: skip

    def queryset(self, user: Any) -> models.QuerySet:
        return super().queryset(user).select_related("organization")

    def prepare(self, context: Context) -> None:
        over = SocialOrganization.objects.within(context.committee).exclude(ended_on=None)
        context.data["over"] = over.only("name", "short_name", "status", "ended_on").in_bulk()
        context.data["today"] = today(context.committee)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """A blank cell leaves what is stored."""
        if values.get("organization") in context.data["over"]:
            yield "organization", ended_problem(context.data["over"][values["organization"]])
        plan = {name: values[name] if name in values else getattr(stored, name, None) for name in PLANNED}
        yield from plan_problems(plan, context.data["today"])


def reason_word(row: Mapping[str, Any]) -> str:
    return NoBranchReason(row["no_branch_reason"]).label if row["no_branch_reason"] else ""


def guidance_word(row: Mapping[str, Any], none: str = "无") -> str:
    """Who reaches a body that has no party organization."""
    return "已派指导员" if row["has_instructor"] else "有联络员" if row["has_liaison"] else none


def printed(heading: str, path: str, kind: str = "text", width: int = 0) -> Column:
    return Column(heading, kind=kind, readonly=True, export=path, needs=(path,), width=width)


@register
class CoverageGapSheet(Sheet):
    """The list of gaps as it is printed; plans come back by their own workbook."""

    kind, title, order = "coverage_gaps", "应建未建和覆盖空白名单", 77
    model = "organizations.SocialOrganization"
    can_import = False
    instead = "名单由系统算出：未建立原因写在社会组织党建工作台账里，组建计划用《应建未建和覆盖空白组建计划》导入。"
    ordering = ("sort_key", "pk")
    columns = (
        printed("社会组织名称", "name", width=30),
        printed("统一社会信用代码", "code", width=22),
        printed("从业人员数", "staff_count", "int"),
        printed("党员数", "member_count", "int"),
        printed("正式党员数", "full_member_count", "int"),
        Column("工作覆盖", readonly=True, export=guidance_word, needs=("has_instructor", "has_liaison")),
        Column("未建立原因", readonly=True, export=reason_word, needs=("no_branch_reason",)),
        printed("原因说明", "no_branch_note", width=24),
        printed("拟建时间", "coverage_plan__planned_on", "date"),
        printed("责任人", "coverage_plan__responsible"),
        printed("措施", "coverage_plan__measures", width=40),
    )

    def queryset(self, user: Any) -> models.QuerySet:
        day = today(user.committee)
        chosen = definition(user.committee, day)
        figure = FIGURES["without_branch"]
        rows = included(figure, bodies_of(figure, user.committee, day, chosen), chosen)
        return rows.order_by(*self.ordering) if user.is_office else SocialOrganization.objects.none()

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        """For an export that nobody in particular asks for: by the 口径 of that day of the office above all these rows."""
        figure, chosen = FIGURES["without_branch"], self.definition_of(rows, on)
        found = classified(rows.filter(base_condition(on, chosen)), on, chosen)
        return included(figure, found.filter(figure.within), chosen)

    @staticmethod
    def definition_of(rows: models.QuerySet, on: date) -> Definition:
        owners = set(rows.order_by().values_list("committee", flat=True).distinct())
        offices = [office for office in Committee.objects.all() if owners <= set(office.scope_ids)]
        office = min(offices, key=lambda office: len(office.scope_ids), default=None)
        return definition(office, on) if office is not None else Definition()


@register
class InstructorSheet(EventSheet):
    kind, title, order = "instructors", "党建工作指导员选派表", 76
    model = "organizations.InstructorAssignment"
    intro = "一名指导员指导一家社会组织一行；指导几家的写几行。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization", "instructor_name", "start"),)
    ordering = ("sort_key", "organization__sort_key")
    columns = (
        Column("指导员姓名", "instructor_name", required=True, synonyms=("姓名", "指导员", "党建工作指导员"), example="周例文"),
        Column("派出单位", "sent_by", synonyms=("所在单位", "单位"), example="市民政局机关党支部", width=24),
        Column("联系电话", "phone", "phone", synonyms=("电话", "手机")),
        body_column(),
        Column("选派日期", "start", "date", required=True, synonyms=("起始日期", "选派时间"), example="2023-01-10"),
        Column("终止日期", "end", "date", synonyms=("结束日期",), help="不再担任的第一天；仍在担任的不填。"),
        Column("本季走访次数", kind="int", readonly=True, export="quarter_visits", needs=("quarter_visits",)),
        Column("累计走访次数", kind="int", readonly=True, export="all_visits", needs=("all_visits",)),
    )  # fmt: skip

    def prepare(self, context: Context) -> None:
        bodies = SocialOrganization.objects.within(context.committee)
        context.data["registered"] = dict(bodies.values_list("pk", "registered_on"))
        context.data["today"] = today(context.committee)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """The day tells which assignment is meant, so only a new one has another."""
        start, registered = values.get("start"), context.data["registered"].get(values.get("organization"))
        problem = sending_problem(start, registered, context.data["today"]) if start and registered else ""
        if problem and stored is None:
            yield "start", problem

    def annotated(self, rows: models.QuerySet, on: date) -> models.QuerySet:
        return rows.with_visits(Period.quarter(quarter_of(on)).start, on)


@register
class MassOrganizationSheet(Sheet):
    kind, title, order = "mass_organizations", "群团组织台账", 66
    model = "organizations.MassOrganization"
    intro = "社会组织里的工会、共青团、妇联组织，一个一行；口径把群团计入工作覆盖的，据此计算。"
    after = "先导入社会组织党建工作台账。"
    keys = (("organization", "kind", "start"),)
    ordering = ("organization__sort_key", "kind", "start")
    columns = (
        body_column("organization"),
        Column("群团组织", "kind", "choice", required=True, synonyms=("群团类型", "类型"), example="工会", width=10),
        Column("成立日期", "start", "date", required=True, synonyms=("起始日期",), example="2020-05-01"),
        Column("撤销日期", "end", "date", synonyms=("终止日期",), help="仍在的不填。"),
    )

    def prepare(self, context: Context) -> None:
        context.data["bodies"] = bodies_known(context)

    def check_change(self, values: dict[str, Any], stored: Any, context: Context) -> Iterator[tuple[str, str]]:
        """As on its page: nothing begins in a body that is over, nor before its registration, nor tomorrow."""
        yield from days_ahead(self.columns, values, context)
        body, start = context.data["bodies"].get(values.get("organization")), values.get("start")
        if stored is not None or body is None:
            return
        if not values.get("end") and (problem := ended_problem(body)):
            yield "organization", problem
        if start and (problem := begin_problem(start, body.registered_on)):
            yield "start", problem
