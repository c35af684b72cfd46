"""流动党员 and 失联 (DOMAIN §6.5b): registered, contacted each quarter, returned, moved or lost.

The records are the home; the four columns of the roster (流动状态, 流向, 失联, 失联日期) follow from them, and where an
imported roster wrote those columns first, `follow_roster` brings the records into step.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.models import AuditEntry, User
from core.transitions import advance
from organizations.choices import FLOATING_FLOW, FloatingDirection, FloatingStatus
from organizations.models import (
    FloatingContact,
    FloatingRecord,
    LostRecord,
    Membership,
    PartyMember,
    is_secretary_of,
)

from .intervals import can_keep, log, require_not_future, store

CHUNK = 2000


def can_keep_record(user: User, record: FloatingRecord | LostRecord) -> bool:
    """Staff, and the secretary of the branch that keeps the record."""
    return can_keep(user) or is_secretary_of(user, record.branch_id)


def can_register(user: User, member: PartyMember) -> bool:
    if can_keep(user):
        return True
    return any(is_secretary_of(user, row.branch_id) for row in member.memberships.filter(end=None))


def register_floating(record: FloatingRecord, *, by: User) -> FloatingRecord:
    """登记流动党员: ours who went away, or one whose relationship is elsewhere (FL-02: not counted here)."""
    open_row = record.member.memberships.filter(end=None).order_by("-kind").select_related("branch").first()
    full = record.member.memberships.full().filter(end=None).exists()
    require_not_future(record.member, "left_on", record.left_on)
    if problem := direction_problem(record.member, record.direction, full):
        raise ValidationError({"direction": problem}, code="FL-02")
    record.branch = record.branch or (open_row.branch if open_row else None)
    record.committee_id = record.branch.committee_id if record.branch else record.member.committee_id
    with transaction.atomic():
        record.full_clean(exclude=["committee", "created_by"])
        create_record(record, by=by)
        keep_in_step(record.member_id, by=by)
    return record


def direction_problem(member: PartyMember | str, direction: str, full: bool) -> str:
    """Only whose relationship is here can go out from here, only whose is elsewhere can come in (FL-02)."""
    if direction == FloatingDirection.OUT and not full:
        return f"{member}的组织关系不在本级支部，不能登记为流出。"
    if direction == FloatingDirection.IN and full:
        return f"{member}的组织关系在本级支部，不能登记为流入。"
    return ""


def save_floating(record: FloatingRecord, *, by: User, expected: int | None = None) -> FloatingRecord:
    require_not_future(record.member, "left_on", record.left_on)
    with transaction.atomic():
        update_record(record, by=by, expected=expected)
        keep_in_step(record.member_id, by=by)
    return record


def save_lost(record: LostRecord, *, by: User, expected: int | None = None) -> LostRecord:
    require_not_future(record.member, "lost_on", record.lost_on)
    with transaction.atomic():
        update_record(record, by=by, expected=expected)
        keep_in_step(record.member_id, by=by)
    return record


def log_contact(record: FloatingRecord, *, on: date, by: User, **values: Any) -> FloatingContact:
    """One try to reach the member; whoever was lost and is reached is found again (FL-01)."""
    if not record.is_open:
        raise ValidationError(f"{record}已办结，不用再登记联系。", code="closed")
    if record.left_on and on < record.left_on:
        raise ValidationError({"on": f"联系日期不能早于外出日期{record.left_on}。"}, code="order")
    with transaction.atomic():
        contact = store(FloatingContact(record=record, on=on, created_by=by, **values))
        reached = "取得联系" if contact.reached else "没有联系上"
        log(record, "联系记录", "", f"{on}{contact.get_way_display()}，{reached}", by, contact.note)
        if contact.reached:
            for lost in record.member.lost_records.open():
                find_member(lost, found_on=on, note=contact.note, by=by)
            if record.status != FloatingStatus.IN_CONTACT:
                record.refresh_from_db()
                if record.status != FloatingStatus.IN_CONTACT:
                    advance(record, FLOATING_FLOW, FloatingStatus.IN_CONTACT, by=by, note=contact.note)
    return contact


def end_floating(record: FloatingRecord, *, outcome: str, on: date, by: User, note: str = "") -> FloatingRecord:
    """返回, 转关系, or the end for another reason; who came back or reported elsewhere is found again."""
    require_not_future(record.member, "on", on)
    if record.left_on and on < record.left_on:
        raise ValidationError({"on": f"日期不能早于外出日期{record.left_on}。"}, code="order")
    with transaction.atomic():
        advance(record, FLOATING_FLOW, FloatingStatus(outcome), by=by, note=note, ended_on=on)
        if outcome != FloatingStatus.ENDED:
            end_search(record.member, on=on, by=by, note=note or FloatingStatus(outcome).label)
        keep_in_step(record.member_id, by=by)
    return record


def end_absence(member: PartyMember, *, to: FloatingStatus, on: date, by: User, note: str = "") -> None:
    """The open record of a member who leaves the roster or whose relationship moved."""
    for record in member.floating_records.open():
        end_floating(record, outcome=to, on=max(on, record.left_on or on), by=by, note=note)


def end_search(member: PartyMember, *, on: date, by: User, note: str, found: bool = True) -> None:
    """The open 失联 record: found again, or no longer looked for because the person is no member any more.

    A suspended member is still looked for: two years on, 除名 depends on it (MB-09).
    """
    for lost in member.lost_records.open():
        day = max(on, lost.lost_on or on)
        if found:
            find_member(lost, found_on=day, by=by, note=note)
        else:
            stop_search(lost, on=day, by=by, note=note)


def lose_member(record: LostRecord, *, by: User) -> LostRecord:
    """登记失联; an open floating record says so too."""
    require_not_future(record.member, "lost_on", record.lost_on)
    membership = record.member.memberships.full().order_by("-start").select_related("branch").first()
    record.branch = record.branch or (membership.branch if membership else None)
    record.committee_id = record.branch.committee_id if record.branch else record.member.committee_id
    with transaction.atomic():
        record.full_clean(exclude=["committee", "created_by"])
        create_record(record, by=by)
        for floating in record.member.floating_records.open().exclude(status=FloatingStatus.LOST):
            advance(floating, FLOATING_FLOW, FloatingStatus.LOST, by=by, note=record.note)
        keep_in_step(record.member_id, by=by)
    return record


def find_member(record: LostRecord, *, found_on: date, by: User, note: str = "") -> LostRecord:
    """取得联系."""
    if record.found_on is not None:
        raise ValidationError(f"{record.member}已在{record.found_on}取得联系。", code="found")
    if record.ended_on is not None:
        raise ValidationError(
            f"这条失联登记已在{record.ended_on}办结（{record.ended_note}），不用再登记。", code="ended"
        )
    require_not_future(record.member, "found_on", found_on)
    record.found_on, record.found_note = found_on, note[:200]
    with transaction.atomic():
        record.full_clean(exclude=["committee", "created_by"])
        update_record(record, by=by, note="取得联系")
        for floating in record.member.floating_records.filter(status=FloatingStatus.LOST):
            advance(floating, FLOATING_FLOW, FloatingStatus.IN_CONTACT, by=by, note=note)
        keep_in_step(record.member_id, by=by)
    return record


def stop_search(record: LostRecord, *, on: date, by: User, note: str) -> LostRecord:
    """办结 without a finding: 死亡, 除名 and the like."""
    record.ended_on, record.ended_note = on, note[:200]
    with transaction.atomic():
        record.full_clean(exclude=["committee", "created_by"])
        update_record(record, by=by, note="办结")
        keep_in_step(record.member_id, by=by)
    return record


def keep_in_step(member_id: int, *, by: User | None) -> None:
    """The roster's columns of one member follow from the open records."""
    member = PartyMember.objects.get(pk=member_id)
    if bring_in_step(member, member.floating_records.open().first(), member.lost_records.open().first()):
        update_record(member, by=by)


ROSTER_COLUMNS = ("floating", "floating_place", "is_lost", "lost_on")


def bring_in_step(member: PartyMember, away: FloatingRecord | None, lost: LostRecord | None) -> dict[str, Any]:
    """Set the roster's columns; returns what they were, and nothing where they said it already."""
    before = {name: getattr(member, name) for name in ROSTER_COLUMNS}
    member.floating, member.floating_place = (away.direction, away.place) if away else ("", "")
    member.is_lost, member.lost_on = lost is not None, lost.lost_on if lost else None
    return before if any(getattr(member, name) != value for name, value in before.items()) else {}


def follow_lost_ledger(member_ids: Iterable[int], *, by: User | None, note: str) -> None:
    """After an import of 失联党员台账, or its undo: the open floating records of these members say who is lost."""
    ids = sorted(member_ids)
    is_lost = Exists(LostRecord.objects.open().filter(member=OuterRef("member")))
    for first in range(0, len(ids), CHUNK):
        rows = FloatingRecord.objects.open().filter(member_id__in=ids[first : first + CHUNK])
        for record in rows.annotate(is_lost=is_lost):
            if record.is_lost != (record.status == FloatingStatus.LOST):
                to = FloatingStatus.LOST if record.is_lost else FloatingStatus.IN_CONTACT
                advance(record, FLOATING_FLOW, to, by=by, note=note)


def bring_roster_in_step(member_ids: Iterable[int], *, by: User | None, note: str) -> None:
    """After an import of one of the two ledgers, or its undo; a few queries per two thousand members."""
    ids = sorted(member_ids)
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        away = {r.member_id: r for r in FloatingRecord.objects.open().filter(member_id__in=chunk)}
        lost = {r.member_id: r for r in LostRecord.objects.open().filter(member_id__in=chunk)}
        changed, entries = [], []
        for member in PartyMember.objects.select_for_update().filter(pk__in=chunk):
            if before := bring_in_step(member, away.get(member.pk), lost.get(member.pk)):
                member.version += 1
                member.updated_at = timezone.now()
                changes = audit.differences(member, before, ROSTER_COLUMNS)
                entries.append(audit.entry(AuditEvent.CHANGE, member, by=by, changes=changes, note=note))
                changed.append(member)
        PartyMember.objects.bulk_update(changed, [*ROSTER_COLUMNS, "version", "updated_at"], batch_size=CHUNK)
        AuditEntry.objects.bulk_create(entries, batch_size=CHUNK)


def follow_roster(member_ids: Iterable[int], *, on: date, by: User | None) -> None:
    """After an import of the roster, or its undo: records for what its columns say; a few queries per two thousand."""
    ids = list(member_ids)
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        members = {m.pk: m for m in PartyMember.objects.filter(pk__in=chunk)}
        gone = set(chunk) - members.keys()
        FloatingRecord.objects.filter(member_id__in=gone).delete()
        LostRecord.objects.filter(member_id__in=gone).delete()
        away = {r.member_id: r for r in FloatingRecord.objects.open().filter(member_id__in=chunk)}
        lost = {r.member_id: r for r in LostRecord.objects.open().filter(member_id__in=chunk)}
        telling = [m for m in members.values() if m.floating or m.is_lost]
        rows = Membership.objects.filter(end=None, member__in=telling).select_related("branch").order_by("kind")
        homes = {row.member_id: row.branch for row in rows}
        follow_floating(members.values(), away, homes, on, by)
        follow_lost(members.values(), lost, homes, on, by)


def follow_floating(
    members: Iterable[PartyMember], away: dict[int, FloatingRecord], homes: dict, on: date, by: User | None
) -> None:
    new = []
    for member in members:
        record = away.get(member.pk)
        if record is None:
            if member.floating:
                values = {"direction": member.floating, "place": member.floating_place}
                new.append(FloatingRecord(**values, **from_roster(member, homes, by)))
        elif not member.floating:
            if record.from_roster and record.version == 1 and not record.contacts.exists():
                record.delete()
            else:
                back = max(on, record.left_on or on)
                advance(record, FLOATING_FLOW, FloatingStatus.RETURNED, by=by, note="按导入的党员名册", ended_on=back)
        elif (record.direction, record.place) != (member.floating, member.floating_place):
            record.direction, record.place = member.floating, member.floating_place
            record.save(update_fields=["direction", "place"])
    FloatingRecord.objects.bulk_create(new, batch_size=CHUNK)


def follow_lost(
    members: Iterable[PartyMember], lost: dict[int, LostRecord], homes: dict, on: date, by: User | None
) -> None:
    new = []
    for member in members:
        record = lost.get(member.pk)
        if record is None:
            if member.is_lost:
                new.append(LostRecord(lost_on=member.lost_on, **from_roster(member, homes, by)))
        elif not member.is_lost:
            if record.from_roster and record.version == 1:
                record.delete()
            else:
                record.found_on, record.found_note = max(on, record.lost_on or on), "按导入的党员名册"
                update_record(record, by=by)
        elif record.lost_on != member.lost_on:
            record.lost_on = member.lost_on
            record.save(update_fields=["lost_on"])
    LostRecord.objects.bulk_create(new, batch_size=CHUNK)


def from_roster(member: PartyMember, homes: dict, by: User | None) -> dict[str, Any]:
    branch = homes.get(member.pk)
    committee = branch.committee_id if branch else member.committee_id
    return {"member": member, "branch": branch, "committee_id": committee, "created_by": by, "from_roster": True}
