"""Visits of instructors, liaisons and mass organizations that end, and the plan for a body without a party organization."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import claim, create_record, update_record
from core.models import User
from core.periods import today
from organizations.models import (
    CoveragePlan,
    InstructorAssignment,
    InstructorVisit,
    Liaison,
    MassOrganization,
    SocialOrganization,
)

from .bodies import require_live, require_sending_day
from .intervals import close, log, store

PLANNED = ("planned_on", "responsible", "measures", "group_since")


def correct_instructor(row: InstructorAssignment, *, by: User, expected: int | None = None) -> InstructorAssignment:
    """A mistake of writing is mended, unless somebody else mended it first; the body's log keeps old and new."""
    expected = row.version if expected is None else expected
    with transaction.atomic():
        claim(row, expected)
        before = InstructorAssignment.objects.filter(pk=row.pk).values().get()
        if row.start != before["start"] and row.visits.filter(visited_on__lt=row.start).exists():
            raise ValidationError({"start": "这一天以前已有走访，选派日期不能再往后改。"}, code="visits")
        if row.start != before["start"]:
            require_sending_day(row.organization, row.start)
        row.version = expected + 1
        row.full_clean()
        row.save()
        changes = audit.differences(row, before, ("instructor_name", "sent_by", "phone", "start"))
        if changes:
            note = f"更正指导员{before['instructor_name']}的选派"
            audit.record(AuditEvent.CHANGE, row.organization, by=by, changes=changes, note=note)
    return row


def record_visit(row: InstructorAssignment, *, visited_on: date, by: User, content: str = "") -> InstructorVisit:
    """走访: within the days of the assignment, not in the future."""
    body = row.organization
    if visited_on > today(body.committee):
        raise ValidationError({"visited_on": "走访日期不能晚于今天。"}, code="future")
    if visited_on < row.start or (row.end is not None and visited_on >= row.end):
        span = f"{row.start}至{row.end}" if row.end else f"{row.start}起"
        raise ValidationError({"visited_on": f"走访日期不在选派期间（{span}）。"}, code="interval")
    with transaction.atomic():
        visit = store(InstructorVisit(assignment=row, visited_on=visited_on, content=content[:200]))
        log(body, "走访", "", f"{row.instructor_name}（{visited_on}）", by, content[:200])
    return visit


def remove_visit(row: InstructorAssignment, *, visit: int, by: User) -> None:
    """A visit that was entered by mistake; the log keeps it."""
    found = row.visits.filter(pk=visit).first()
    if found is None:
        raise ValidationError("没有找到这次走访，可能已经删除。", code="gone")
    with transaction.atomic():
        log(
            row.organization,
            "走访",
            f"{row.instructor_name}（{found.visited_on}）",
            "登记错误，删除",
            by,
            found.content,
        )
        found.delete()


def end_liaison(row: Liaison, *, end: date, by: User) -> Liaison:
    with transaction.atomic():
        close(row, end)
        log(row.organization, "党建联络员", row.name, f"{end}起不再担任", by)
    return row


def begin_problem(start: date, registered_on: date) -> str:
    """Why nothing in the body can have begun on that day; empty where it can."""
    return f"不能早于登记日期{registered_on}。" if start < registered_on else ""


def found_mass(body: SocialOrganization, *, kind: str, start: date, by: User) -> MassOrganization:
    """A union, youth league or women's organization is set up in the body."""
    require_live(body)
    if problem := begin_problem(start, body.registered_on):
        raise ValidationError({"start": problem}, code="start")
    with transaction.atomic():
        row = store(MassOrganization(organization=body, kind=kind, start=start))
        log(body, "群团组织", "", f"{row}（{start}起）", by)
    return row


def end_mass(row: MassOrganization, *, end: date, by: User) -> MassOrganization:
    with transaction.atomic():
        close(row, end)
        log(row.organization, "群团组织", str(row), f"{end}起撤销", by)
    return row


def plan_of(body: SocialOrganization) -> CoveragePlan:
    """The body's plan, or a new one that is not stored yet."""
    found = CoveragePlan.objects.filter(organization=body).first()
    return found or CoveragePlan(organization=body, committee_id=body.committee_id)


def plan_problems(values: Mapping[str, Any], on: date) -> Iterator[tuple[str, str]]:
    """What is wrong with a plan as (field, sentence): nothing filled is no plan, and a group that is there is no plan."""
    if not any(values.get(name) for name in PLANNED):
        yield "planned_on", "拟建时间、责任人、措施和党小组成立日期至少填写一项。"
    if (since := values.get("group_since")) and since > on:
        yield "group_since", "党小组成立日期不能晚于今天。"


def save_plan(plan: CoveragePlan, *, by: User, expected: int | None = None) -> CoveragePlan:
    """Store or change the plan."""
    require_live(plan.organization)
    if problems := dict(plan_problems(plan.__dict__, today(plan.organization.committee))):
        raise ValidationError(problems, code="plan")
    plan.full_clean()
    if plan.pk is None:
        return create_record(plan, by=by)
    return update_record(plan, by=by, expected=expected)
