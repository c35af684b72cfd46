"""Changes of a body that have consequences: 归口, 指导员, 联络员. Registration events are in `events`."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.models import User
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    SocialOrganization,
)

from .intervals import can_keep, close, log, refuse_overlap, store
from .sync import settle

__all__ = ["can_keep"]


def require_live(body: SocialOrganization) -> None:
    if body.ended_on is not None:
        raise ValidationError(
            f"{body}已于{body.ended_on}{body.get_status_display().removeprefix('已')}，不能再办理。", code="ORG-03"
        )


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


def assign_instructor(body: SocialOrganization, *, by: User, **values: Any) -> InstructorAssignment:
    require_live(body)
    with transaction.atomic():
        row = store(InstructorAssignment(organization=body, **values))
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
