"""Changes of a body that have consequences: 归口, 指导员, 联络员. Registration events are in `events`."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.models import User
from core.periods import today
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    SocialOrganization,
)

from .intervals import close, log, refuse_overlap, store
from .sync import settle


def ended_problem(body: SocialOrganization) -> str:
    """ORG-03: why nothing is entered for a body that is over; empty for one that lives."""
    if body.ended_on is None:
        return ""
    return f"{body}已于{body.ended_on}{body.get_status_display().removeprefix('已')}，不能再办理。"


def require_live(body: SocialOrganization) -> None:
    if problem := ended_problem(body):
        raise ValidationError(problem, code="ORG-03")


def sending_problem(start: date, registered_on: date, on: date) -> str:
    """Why nobody was sent to a body on that day; empty where somebody may have been."""
    if start > on:
        return f"选派日期不能晚于今天（{on}）。选派以后再登记。"
    if start < registered_on:
        return f"选派日期不能早于这家社会组织的登记日期{registered_on}。请核对两个日期。"
    return ""


def require_sending_day(body: SocialOrganization, start: date) -> None:
    if problem := sending_problem(start, body.registered_on, today(body.committee)):
        raise ValidationError({"start": problem}, code="start")


def change_affiliation(body: SocialOrganization, *, kind: str, start: date, by: User) -> Affiliation:
    """End the 归口 in force on `start` and begin the new one, which may be the committee itself (直属)."""
    require_live(body)
    with transaction.atomic():
        old = body.affiliations.filter(end=None).first()
        row = Affiliation(organization=body, kind=kind, start=start)
        if old is not None:
            if old.kind == kind:
                raise ValidationError({"kind": f"归口已经是“{row}”，从{old.start}起。"}, code="same")
            close(old, start)
        refuse_overlap(body.affiliations.all(), start, "这段时间已有党建管理归口")
        store(row)
        log(body, "党建管理归口", str(old or ""), f"{row}（{start}起）", by)
    return row


def assign_instructor(body: SocialOrganization, *, by: User, start: date, **values: Any) -> InstructorAssignment:
    require_live(body)
    require_sending_day(body, start)
    with transaction.atomic():
        row = store(InstructorAssignment(organization=body, start=start, **values))
        log(body, "党建工作指导员", "", f"{row.instructor_name}（{row.start}起）", by)
        settle(body, by=by)
    return row


def withdraw_instructor(row: InstructorAssignment, *, end: date, by: User) -> InstructorAssignment:
    with transaction.atomic():
        close(row, end)
        log(row.organization, "党建工作指导员", row.instructor_name, f"{end}起不再担任", by)
    return row


def name_liaison(body: SocialOrganization, *, by: User, start: date, **values: Any) -> Liaison:
    """The new contact person follows the one before."""
    require_live(body)
    with transaction.atomic():
        old = body.liaisons.filter(end=None).first()
        if old is not None:
            close(old, start)
        row = store(Liaison(organization=body, start=start, **values))
        log(body, "党建联络员", str(old or ""), f"{row.name}（{start}起）", by)
    return row
