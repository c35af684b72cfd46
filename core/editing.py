"""Saving one business row: version check, stamps and the audit entry in one transaction (M16, M32)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.excel.among import one_of
from core.models import AuditEntry, Record, User

Row = TypeVar("Row", bound=Record)
BATCH = 500


class StaleError(ValidationError):
    """Somebody else saved this row since it was opened; `entry` tells who and when, if it is known."""

    def __init__(self, obj: models.Model) -> None:
        self.entry = (
            AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("-pk").first()
        )
        who = (
            f"{self.entry.user_name or '系统'}在{timezone.localtime(self.entry.at):%m-%d %H:%M}"
            if self.entry
            else "别人"
        )
        super().__init__(
            f"您打开以后，{who}改动过这条{obj._meta.verbose_name}，所以没有保存。您填的内容还在下面，请对照最新内容后再保存。",
            code="stale",
        )


def require_reason(reason: str, sentence: str, *, field: str = "reason", limit: int = 300) -> str:
    """The reason without blanks around it; ValidationError with the sentence where it says nothing. It goes into the log."""
    if len(reason.strip()) < 2:
        raise ValidationError({field: sentence} if field else sentence, code="reason")
    return reason.strip()[:limit]


def concrete_names(model: type[models.Model]) -> list[str]:
    skip = {"id", "version", "created_at", "updated_at", "created_by", "search", "sort_key"}
    hidden = {f.name for f in model._meta.concrete_fields if isinstance(f, models.JSONField) and not f.editable}
    return [f.name for f in model._meta.concrete_fields if f.name not in skip | hidden]


def create_record(obj: Row, *, by: User | None, committee: Any = None, note: str = "") -> Row:
    """Insert a new row, stamped with its committee and its writer."""
    with transaction.atomic():
        if obj.committee_id is None:
            obj.committee = committee or by.committee
        obj.created_by = by
        obj.save()
        changes = audit.differences(obj, {}, concrete_names(type(obj)))
        audit.record(
            AuditEvent.CREATE,
            obj,
            by=by,
            note=note,
            changes=filled(changes),
        )
    return obj


def create_records(rows: Sequence[Row], *, by: User | None, note: Callable[[Row], str]) -> list[Row]:
    """Insert new rows that have their committee, in few statements. Not for models that do more than insert in save()."""
    if not rows:
        return []
    require_plain_save(type(rows[0]))
    for obj in rows:
        obj.created_by = by
    names = concrete_names(type(rows[0]))
    with transaction.atomic():
        type(rows[0])._base_manager.bulk_create(rows, batch_size=BATCH)
        log(AuditEvent.CREATE, ((obj, filled(audit.differences(obj, {}, names)), note(obj)) for obj in rows), by)
    return list(rows)


def update_records(rows: Sequence[Row], names: Sequence[str], *, by: User | None, note: str = "") -> list[Row]:
    """Save these columns of rows that were read with a lock in this transaction, in few statements."""
    if not rows:
        return []
    model, now = type(rows[0]), timezone.now()
    require_plain_save(model)
    columns = [model._meta.get_field(name).attname for name in names]
    stored = model._base_manager.filter(one_of(model, "id", [obj.pk for obj in rows])).order_by()
    with transaction.atomic():
        before = {row["pk"]: row for row in stored.values("pk", *columns)}
        for obj in rows:
            obj.version, obj.updated_at = obj.version + 1, now
        model._base_manager.bulk_update(rows, [*names, "version", "updated_at"], batch_size=BATCH)
        log(AuditEvent.CHANGE, ((obj, audit.differences(obj, before[obj.pk], names), note) for obj in rows), by)
    return list(rows)


def require_plain_save(model: type[models.Model]) -> None:
    if model.save is not Record.save:
        raise TypeError(f"{model.__name__}.save() does more than a bulk write")


def filled(changes: dict[str, list]) -> dict[str, list]:
    return {label: pair for label, pair in changes.items() if pair[1] not in ("", None)}


def log(event: AuditEvent, facts: Iterable[tuple[Row, dict[str, list], str]], by: User | None) -> None:
    entries = [audit.entry(event, obj, by=by, changes=changes, note=note) for obj, changes, note in facts]
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def claim(obj: models.Model, expected: int) -> None:
    """One conditional UPDATE: the stored version is still `expected`, and is one higher from now on; else StaleError."""
    if not type(obj)._base_manager.filter(pk=obj.pk, version=expected).update(version=expected + 1):
        raise StaleError(obj)


def update_record(obj: Row, *, by: User | None, expected: int | None = None, note: str = "") -> Row:
    """Save a changed row if its stored version is still `expected` (default: the one it was read with)."""
    model = type(obj)
    expected = obj.version if expected is None else expected
    with transaction.atomic():
        claim(obj, expected)
        before = model._base_manager.filter(pk=obj.pk).values().get()
        obj.version = expected + 1
        obj.save()
        changes = audit.differences(obj, before, concrete_names(model))
        if changes or note:
            audit.record(AuditEvent.CHANGE, obj, by=by, changes=changes, note=note)
    return obj
