"""Writing the audit log. One function; it runs inside the transaction of the change it tells about (M16, M20)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from core.choices import AuditEvent
from core.context import request_context
from core.models import AuditEntry, Committee, ImportBatch, User
from core.secrets import masked_changes, masked_words
from core.validators import clean_text

current_batch: ContextVar[ImportBatch | None] = ContextVar("current_batch", default=None)
SECRET_FIELDS = {"password", "id_cipher", "id_hash", "file"}


def readable(value: Any) -> Any:
    """A value as it goes into the log: JSON-safe, in the reader's words."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return value


def in_words(obj: models.Model, name: str) -> str:
    """The value of a field as people read it: the word of a choice, 是 or 否, the name of another row; "" for none."""
    shown = word_of(obj, name, getattr(obj, name))
    return "" if shown is None else str(shown)


def words_of(obj: models.Model, name: str) -> dict[Any, str]:
    """The words of a field's choices; a row with words of its own says so by `{field}_words`."""
    own = getattr(obj, f"{name}_words", None)
    return own or dict(getattr(obj._meta.get_field(name), "flatchoices", None) or ())


def word_of(obj: models.Model, name: str, value: Any) -> Any:
    """A value as the log shows it: the word of a choice, else the value."""
    words = words_of(obj, name)
    return words.get(value, readable(value)) if words else readable(value)


def field_label(obj: models.Model, name: str) -> str:
    try:
        return str(obj._meta.get_field(name).verbose_name)
    except Exception:
        return name


def entry(
    event: AuditEvent,
    obj: models.Model | None = None,
    *,
    by: User | None,
    changes: dict[str, list] | None = None,
    note: str = "",
    success: bool = True,
    label: str = "",
    batch: ImportBatch | None = None,
    committee: Committee | int | None = None,
) -> AuditEntry:
    """An unsaved entry; `record` saves one, imports save many at once."""
    context = request_context.get()
    user = by if by is not None and by.is_authenticated else None
    committee_id = committee if isinstance(committee, int) else getattr(committee, "pk", None)
    return AuditEntry(
        event=event,
        user=user,
        user_name=(user.name or user.username) if user else "",
        committee_id=committee_id or getattr(obj, "committee_id", None) or getattr(user, "committee_id", None),
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        object_label=clean_text(label or (str(obj) if obj is not None else ""))[:200],
        changes=masked_changes(changes),
        note=masked_words(clean_text(note))[:1000],
        success=success,
        address=context.address,
        request_id=context.request_id,
        batch=batch or current_batch.get(),
    )


@contextmanager
def of_batch(batch: ImportBatch) -> Iterator[None]:
    """Entries written inside belong to this import."""
    token = current_batch.set(batch)
    try:
        yield
    finally:
        current_batch.reset(token)


def record(event: AuditEvent, obj: models.Model | None = None, **kwargs: Any) -> AuditEntry:
    row = entry(event, obj, **kwargs)
    row.save()
    return row


def differences(obj: models.Model, before: dict[str, Any], names: Iterable[str]) -> dict[str, list]:
    """{label: [old, new]} of the named fields; secrets are named, never shown."""
    changes: dict[str, list] = {}
    for name in names:
        field = obj._meta.get_field(name)
        old, new = before.get(field.attname), getattr(obj, field.attname)
        if old == new:
            continue
        if name in SECRET_FIELDS:
            changes[str(field.verbose_name)] = ["（原值）", "（新值）"]
        elif field.is_relation:
            changes[str(field.verbose_name)] = [old, readable(getattr(obj, name))]
        elif field.choices:
            words = words_of(obj, name)
            changes[str(field.verbose_name)] = [words.get(old, old), words.get(new, new)]
        else:
            changes[str(field.verbose_name)] = [readable(old), readable(new)]
    return changes


def history(obj: models.Model, limit: int = 50) -> list[AuditEntry]:
    """What happened to one row, newest first: the block 修改记录 of its page."""
    entries = AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
    return list(entries.order_by("-pk")[:limit])
