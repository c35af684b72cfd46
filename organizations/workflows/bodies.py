"""Changes of a body that have consequences: 归口, 指导员, 联络员, registration events."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.editing import create_record, update_record
from core.models import User
from organizations.choices import OrganizationEventKind, RegistrationStatus, SyncEvent
from organizations.models import (
    Affiliation,
    FormerName,
    InstructorAssignment,
    Liaison,
    OrganizationEvent,
    SocialOrganization,
)

from .intervals import can_keep, close, log, refuse_overlap, store
from .sync import emit, settle

__all__ = ["can_keep"]
AFTER_EVENT = {
    OrganizationEventKind.ABNORMAL: RegistrationStatus.ABNORMAL,
    OrganizationEventKind.RESTORED: RegistrationStatus.NORMAL,
    OrganizationEventKind.CANCELLED: RegistrationStatus.CANCELLED,
    OrganizationEventKind.REVOKED: RegistrationStatus.REVOKED,
    OrganizationEventKind.MERGED: RegistrationStatus.CANCELLED,
}
ENDING = {OrganizationEventKind.CANCELLED, OrganizationEventKind.REVOKED, OrganizationEventKind.MERGED}


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


def record_event(
    body: SocialOrganization,
    *,
    kind: str,
    on: date,
    by: User,
    document_no: str = "",
    detail: str = "",
    new_name: str = "",
    new_short_name: str = "",
) -> OrganizationEvent:
    """A registration event together with what it changes: the name, the status, the day of the end (ORG-03)."""
    require_live(body)
    if on < body.registered_on:
        raise ValidationError({"on": f"不能早于登记日期{body.registered_on}。"}, code="ORG-03")
    if (kind == OrganizationEventKind.RENAMED) != bool(new_name):
        raise ValidationError({"new_name": "事件为“更名”的要写新名称，其他事件不写。"}, code="name")
    with transaction.atomic():
        if new_name:
            FormerName.objects.create(organization=body, name=body.name, until=on)
            detail = detail or f"由{body.name}更名为{new_name}"
            body.name, body.short_name = new_name, new_short_name or body.short_name
        if kind in AFTER_EVENT:
            body.status = AFTER_EVENT[OrganizationEventKind(kind)]
            body.ended_on = on if kind in ENDING else None
        body.full_clean()
        update_record(body, by=by, note=OrganizationEventKind(kind).label)
        event = OrganizationEvent(organization=body, kind=kind, on=on, document_no=document_no, detail=detail)
        event.committee_id = body.committee_id
        event.full_clean()
        create_record(event, by=by, note=str(body))
        if kind == OrganizationEventKind.CHANGED:
            emit(SyncEvent.REELECTED, body, on=on, by=by, note=detail)
        return event
