"""`advance()` is the only writer of any status (DESIGN §6)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.models import User

Flow = Mapping[Any, Sequence[Any]]
Row = TypeVar("Row", bound=models.Model)


class TransitionError(ValidationError):
    """The row is not in a state from which this move is allowed, or somebody else moved it first."""


def advance(
    obj: Row, flow: Flow, to: Any, *, by: User | None, note: str = "", field: str = "status", **changes: Any
) -> Row:
    """Move `obj` to the state `to` and set `changes` with it, or raise TransitionError and change nothing.

    One conditional UPDATE on state and version in one transaction with its audit entry; no lock is relied on.
    """
    words = audit.words_of(obj, field)
    name = obj._meta.verbose_name
    was = getattr(obj, field)
    if to not in flow.get(was, ()):
        raise TransitionError(
            f"{name}当前为“{words.get(was, was)}”，不能改为“{words.get(to, to)}”。", code="transition"
        )
    with transaction.atomic():
        values = {field: to, **changes}
        if hasattr(obj, "updated_at"):
            values["updated_at"] = timezone.now()
        moved = (
            type(obj)
            ._base_manager.filter(pk=obj.pk, version=obj.version, **{field: was})
            .update(version=models.F("version") + 1, **values)
        )
        if not moved:
            raise TransitionError(f"这条{name}刚刚被别人改动过。请刷新页面，看过新内容后再操作。", code="stale")
        log = {audit.field_label(obj, field): [words.get(was, was), words.get(to, to)]}
        for key, value in changes.items():
            if key not in audit.SECRET_FIELDS and getattr(obj, key) != value:
                log[audit.field_label(obj, key)] = [
                    audit.word_of(obj, key, getattr(obj, key)),
                    audit.word_of(obj, key, value),
                ]
        for key, value in values.items():
            setattr(obj, key, value)
        obj.version += 1
        audit.record(AuditEvent.STATUS, obj, by=by, changes=log, note=note)
    return obj
