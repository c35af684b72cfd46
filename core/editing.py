"""Saving one business row: version check, stamps and the audit entry in one transaction (M16, M32)."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.models import AuditEntry, Record, User

Row = TypeVar("Row", bound=Record)


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
            changes={k: v for k, v in changes.items() if v[1] not in ("", None)},
        )
    return obj


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
