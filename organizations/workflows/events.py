"""登记事件: what the registration authority did to a body, what follows from it, and the way back from a mistake."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.editing import concrete_names, create_record, update_record
from core.journal import Journal, image
from core.models import User
from core.periods import today
from organizations.choices import (
    CHANGED_FIELDS,
    ENDING_EVENTS,
    EVENT_FROM,
    PLAIN_ITEMS,
    STATUS_AFTER,
    ChangedItem,
    OrganizationEventKind,
    RegistrationStatus,
    SyncEvent,
)
from organizations.models import (
    BranchCoverage,
    FormerName,
    OrganizationEvent,
    SocialOrganization,
    SyncDuty,
)

from .bodies import require_live
from .intervals import NOT_ASKED, can_keep, log
from .sync import emit

ENDED_WITH_THE_BODY = ("coverages", "affiliations", "instructor_assignments", "liaisons", "postings")


# Whether it may be recorded ----------------------------------------------------------------------------------------


def can_record(user: User, body: SocialOrganization, kind: str) -> bool:
    return can_keep(user) and body.status in EVENT_FROM.get(kind, ())


def require_possible(body: SocialOrganization, kind: str, on: date) -> None:
    """The status allows the event (ORG-03) and its day fits between the events around it."""
    require_live(body)
    label = OrganizationEventKind(kind).label
    if body.status not in EVENT_FROM.get(kind, ()):
        raise ValidationError({"kind": f"{body}的登记状态是“{body.get_status_display()}”，不能登记“{label}”。"},
                              code="ORG-03")  # fmt: skip
    require_day(body, on)
    known = body.events.valid().filter(on__gt=on).values_list("kind", "on")
    if problem := order_problem(kind, on, known):
        raise ValidationError({"on": problem}, code="order")


def require_day(body: SocialOrganization, on: date) -> None:
    if problem := day_problem(on, body.registered_on, today(body.committee)):
        raise ValidationError({"on": problem}, code="ORG-03" if on < body.registered_on else "future")


def require_names(old: str, new: str) -> None:
    if not (old and new):
        raise ValidationError({"old_value" if new else "new_value": "更名的要写变更前、变更后的名称。"}, code="name")


def require_before(body: SocialOrganization, item: str, old: str) -> None:
    """What was there before agrees with the ledger: by it a change of former days is told from a new one."""
    now, label = getattr(body, item), ChangedItem(item).label
    if now and old != now:
        said = (
            f"台账里现在的{label}是“{now}”，这里写的变更前是“{old}”。请核对；是以往的变更，把后来的变更也写上。"
            if old
            else f"请写变更前的内容。台账里现在的{label}是“{now}”。"
        )
        raise ValidationError({"old_value": said}, code="before")


def day_problem(on: date, registered_on: date, now: date) -> str:
    """Why the event cannot have been on that day; empty where it can."""
    if on < registered_on:
        return f"不能早于登记日期{registered_on}。"
    return "不能晚于今天。办成以后再登记。" if on > now else ""


def order_problem(kind: str, on: date, known: Iterable[tuple[str, date]]) -> str:
    """Why the event does not fit between those of its sort that are on record, as (kind, day)."""
    if kind not in STATUS_AFTER and kind != OrganizationEventKind.RENAMED:
        return ""
    sort = STATUS_AFTER if kind in STATUS_AFTER else (kind,)
    later = max(((day, other) for other, day in known if other in sort and day > on), default=None)
    return f"{later[0]}已登记“{OrganizationEventKind(later[1]).label}”，不能早于它。" if later else ""


def require_answers(body: SocialOrganization, event: OrganizationEvent, new_name: str) -> None:
    """Each kind asks for its own answers and no others."""
    kind, successor = event.kind, event.successor
    if (kind == OrganizationEventKind.RENAMED) != bool(new_name):
        raise ValidationError({"new_name": "事件为“更名”的要写新名称，其他事件不写。"}, code="name")
    if new_name and new_name == body.name:
        raise ValidationError({"new_name": "新名称与现在的名称相同。"}, code="name")
    if event.item in CHANGED_FIELDS and event.new_value == getattr(body, event.item):
        raise ValidationError({"new_value": f"与台账里现在的{event.get_item_display()}相同，没有变更。"}, code="same")
    require_content(event)
    if successor is None:
        return
    if successor.pk == body.pk:
        raise ValidationError({"successor": "不能并入自己，请选另一家。"}, code="successor")
    if successor.registered_on > event.on or successor.ended_on is not None:
        raise ValidationError({"successor": f"{successor}在{event.on}不是在册的单位，不能并入。"}, code="successor")


def require_content(event: OrganizationEvent) -> None:
    """A change says what changed and into what, a merger into whom; no other event does."""
    kind = event.kind
    if (kind == OrganizationEventKind.CHANGED) != bool(event.item):
        raise ValidationError({"item": "事件为“变更登记”的要选变更事项，其他事件不选。"}, code="item")
    if event.item and not event.new_value:
        raise ValidationError({"new_value": f"请写{event.get_item_display()}变更后的内容。"}, code="item")
    if event.item and event.new_value == event.old_value:
        raise ValidationError({"new_value": "变更前和变更后相同，没有变更。"}, code="same")
    if (kind == OrganizationEventKind.MERGED) != (event.successor_id is not None):
        raise ValidationError({"successor": "事件为“合并”的要选并入哪一家，其他事件不选。"}, code="successor")


# Recording ---------------------------------------------------------------------------------------------------------


def record_event(
    body: SocialOrganization,
    *,
    kind: str,
    on: date,
    by: User,
    new_name: str = "",
    new_short_name: str = "",
    **answers: Any,
) -> OrganizationEvent:
    """A registration event together with what it changes: name, column, status, the end of what hung on the body."""
    event = OrganizationEvent(organization=body, kind=kind, on=on, committee_id=body.committee_id, **answers)
    require_possible(body, kind, on)
    require_answers(body, event, new_name)
    with transaction.atomic():
        before, journal = image(SocialOrganization, body.pk) or {}, Journal()
        _change_body(body, event, new_name, new_short_name, journal)
        body.full_clean(exclude=NOT_ASKED)
        update_record(body, by=by, note=event.get_kind_display())
        journal.saved(body, before)
        if kind in ENDING_EVENTS:
            _end_links(body, on, by, journal)
        event.full_clean()
        event.journal = journal.entries
        create_record(event, by=by, note=str(body))
        emit_change(event, by)
    return event


def note_past_event(
    body: SocialOrganization, *, kind: str, on: date, by: User, old_name: str = "", **answers: Any
) -> OrganizationEvent:
    """补登: an event of former days whose outcome the ledger has already. Nothing of the body changes but the former name
    by which it is found; the status it had before follows from the events before it."""
    event = OrganizationEvent(
        organization=body, kind=kind, on=on, committee_id=body.committee_id, is_past=True, **answers
    )
    require_content(event)
    require_day(body, on)
    if kind in ENDING_EVENTS and (on, STATUS_AFTER[OrganizationEventKind(kind)]) != (body.ended_on, body.status):
        raise ValidationError(
            {
                "on": f"台账里这家单位是{body.ended_on or ''}{body.get_status_display()}，与这一件不一致。请核对事件和日期。"
            },
            code="ORG-03",
        )
    if kind == OrganizationEventKind.RENAMED:
        require_names(old_name, event.new_value)
    if kind == OrganizationEventKind.FOUNDED and on != body.registered_on:
        raise ValidationError({"on": f"成立登记的日期应是台账里的登记日期{body.registered_on}。"}, code="founded")
    if kind in STATUS_AFTER:
        event.status_before = status_before(body, on)
        if event.status_before not in EVENT_FROM[OrganizationEventKind(kind)]:
            was, label = RegistrationStatus(event.status_before).label, OrganizationEventKind(kind).label
            raise ValidationError(
                {"kind": f"{body}当时的登记状态是“{was}”，不能登记“{label}”。请核对前后的事件。"}, code="ORG-03"
            )
    if kind == OrganizationEventKind.RENAMED:
        event.__dict__.update(renaming(old_name, event.new_value, event.detail))
    with transaction.atomic():
        journal = Journal()
        if old_name and not body.former_names.filter(name=old_name).exists():
            journal.made(FormerName.objects.create(organization=body, name=old_name, until=on))
            _find_by_names(body)
        event.full_clean()
        event.journal = journal.entries
        create_record(event, by=by, note=f"补登：{body}")
        emit_change(event, by)
    return event


def status_before(body: SocialOrganization, on: date) -> str:
    """The registration status that the events before that day left the body in."""
    last = body.events.of_status().filter(on__lt=on).order_by("-on", "-pk").values_list("kind", flat=True).first()
    return str(STATUS_AFTER[OrganizationEventKind(last)] if last else RegistrationStatus.NORMAL)


def emit_change(event: OrganizationEvent, by: User) -> None:
    """A change that touches the party organization calls for the 同步 of a reelection."""
    if event.kind == OrganizationEventKind.CHANGED and event.item not in PLAIN_ITEMS:
        emit(SyncEvent.REELECTED, event.organization, on=event.on, by=by, note=event.words)


def short_name_problem(body: SocialOrganization, new_short_name: str) -> str:
    """A body that is called by its short name needs one beside its new name; empty where nothing is missing."""
    if not body.short_name or new_short_name:
        return ""
    return f"单位有简称“{body.short_name}”，更名以后页面和名单仍显示它。不变的照写一遍，改了的写新简称。"


def renaming(old: str, new: str, detail: str = "") -> dict[str, str]:
    """What an event of a new name says."""
    return {"old_value": old, "new_value": new, "detail": renamed_detail(old, new, detail)}


def renamed_words(old: str, new: str) -> str:
    return f"由{old}更名为{new}"


def renamed_detail(old: str, new: str, detail: str) -> str:
    """Both names, and what else was said."""
    words = renamed_words(old, new)
    return (detail if words in detail else "；".join(filter(None, [words, detail])))[:200]


def _change_body(
    body: SocialOrganization, event: OrganizationEvent, new_name: str, new_short_name: str, journal: Journal
) -> None:
    if new_name:
        journal.made(FormerName.objects.create(organization=body, name=body.name, until=event.on))
        event.__dict__.update(renaming(body.name, new_name, event.detail))
        body.name, body.short_name = new_name, new_short_name or body.short_name
    if event.item in CHANGED_FIELDS:
        event.old_value = getattr(body, event.item)
        setattr(body, event.item, event.new_value)
    if event.kind in STATUS_AFTER:
        event.status_before = body.status
        body.status = STATUS_AFTER[OrganizationEventKind(event.kind)]
        body.ended_on = event.on if event.kind in ENDING_EVENTS else None


def _end_links(body: SocialOrganization, on: date, by: User, journal: Journal) -> None:
    """归口, coverage, instructor, contact person and accounts end with the body, on the same day (ORG-03)."""
    for related in ENDED_WITH_THE_BODY:
        manager = getattr(body, related)
        name = manager.model._meta.verbose_name
        for row in manager.filter(Q(end=None) | Q(end__gt=on)):
            if row.start >= on:
                raise ValidationError(
                    {"on": f"{name}“{row}”从{row.start}才开始，不能在{on}结束。请先改正它，或核对日期。"}, code="ORG-03"
                )
            counted = {"version": F("version") + 1} if hasattr(row, "version") else {}
            journal.change(row, end=on, **counted)
            log(body, str(name), str(row), f"{on}起结束", by)
            if isinstance(row, BranchCoverage):
                log(row.branch, str(name), str(body), f"{on}起不再覆盖", by, note="社会组织已终止")


# Taking back -------------------------------------------------------------------------------------------------------


def can_withdraw(user: User, event: OrganizationEvent) -> bool:
    return can_keep(user) and event.withdrawn_at is None and event.kind != OrganizationEventKind.FOUNDED


def require_last(event: OrganizationEvent) -> None:
    """Only the event recorded last can be taken back; those before it are under it."""
    if event.withdrawn_at is not None:
        raise ValidationError(f"“{event}”已经撤回过，不用再撤回。", code="withdrawn")
    if event.kind == OrganizationEventKind.FOUNDED:
        raise ValidationError("成立登记不能撤回。登记错了的，请改正登记日期，或合并重复的记录。", code="founded")
    if event.is_past:
        return  # nothing was built on it
    later = event.organization.events.valid().filter(pk__gt=event.pk, is_past=False).order_by("pk").first()
    if later is not None:
        raise ValidationError(f"之后又登记了“{later}”，请先撤回它。", code="later")
    label = SocialOrganization._meta.label_lower
    if any(entry["model"] == label and entry["pk"] != event.organization_id for entry in event.journal):
        raise ValidationError(f"“{event}”登记在合并以前的记录上，请先撤销那次合并。", code="merged")


def withdraw_event(event: OrganizationEvent, *, by: User, reason: str) -> OrganizationEvent:
    """The event stays with its reason, crossed out; what it changed goes back, while nobody changed it since."""
    reason = reason.strip()[:200]
    if not reason:
        raise ValidationError({"reason": "请写明撤回的原因。"}, code="reason")
    require_last(event)
    body = event.organization
    with transaction.atomic():
        values = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawn_reason": reason}
        mine = OrganizationEvent.objects.filter(pk=event.pk, version=event.version, withdrawn_at=None)
        if not mine.update(version=event.version + 1, **values):
            raise ValidationError("这件登记事件刚刚被别人改动过，请刷新页面再看。", code="stale")
        before = SocialOrganization.everything.filter(pk=body.pk).values().get()
        Journal(event.journal).take_back()
        body.refresh_from_db()
        _find_by_names(body)
        body.full_clean(exclude=NOT_ASKED)
        changes = audit.differences(body, before, concrete_names(SocialOrganization))
        note = f"撤回登记事件“{event}”：{reason}"
        audit.record(AuditEvent.UNDO, body, by=by, changes=changes, note=note)
        audit.record(AuditEvent.UNDO, event, by=by, note=note)
        if event.kind == OrganizationEventKind.CHANGED:
            _drop_duties(event, by)
    event.refresh_from_db()
    return event


def _find_by_names(body: SocialOrganization) -> None:
    """What search and order are derived from went back past save()."""
    body.before_save(tuple(body.former_names.values_list("name", flat=True)))
    SocialOrganization.everything.filter(pk=body.pk).update(search=body.search, sort_key=body.sort_key)


def _drop_duties(event: OrganizationEvent, by: User) -> None:
    """Duties that the event called for go with it, unless they were done or another event of the day asks for them."""
    body = event.organization
    if body.events.valid().filter(kind=event.kind, on=event.on).exists():
        return
    for duty in SyncDuty.objects.open().filter(organization=body, event=SyncEvent.REELECTED, event_on=event.on):
        audit.record(AuditEvent.DELETE, duty, by=by, note=f"撤回登记事件“{event}”")
        duty.delete()


def correct_event(event: OrganizationEvent, *, by: User, reason: str, **answers: Any) -> OrganizationEvent:
    """Withdraw the event and record it again with the right day, number or content, in one act; a noted one is noted."""
    if event.kind == OrganizationEventKind.RENAMED and event.old_value:
        words = renamed_words(event.old_value, event.new_value)
        answers["detail"] = (answers.get("detail") or "").removeprefix(words).removeprefix("；")
    with transaction.atomic():
        withdraw_event(event, by=by, reason=f"更正：{reason}" if reason.strip() else "")
        body = SocialOrganization.objects.select_related("committee").get(pk=event.organization_id)
        if not event.is_past:
            return record_event(body, by=by, **answers)
        new_name = answers.pop("new_name", "")
        answers.pop("new_short_name", None)
        if answers["kind"] == OrganizationEventKind.RENAMED:
            answers |= {"new_value": new_name, "old_name": event.old_value}
            answers.pop("old_value", None)
        return note_past_event(body, by=by, **answers)
