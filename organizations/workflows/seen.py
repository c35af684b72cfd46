"""更正 of a row that has no version of its own: the form carries a mark of what it showed, and writing asks for the same row."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from core.editing import StaleError
from core.journal import to_json

Row = Any


def mark_of(row: Row) -> str:
    """A short mark of all columns: a form opened before somebody else's change carries another one."""
    columns = [str(to_json(getattr(row, f.attname))) for f in row._meta.concrete_fields]
    return hashlib.blake2s("\x1f".join(columns).encode(), digest_size=12).hexdigest()


def claim(row: Row, seen: str, *related: str) -> tuple[Row, models.QuerySet]:
    """The stored row, if it still is what the form showed, and the condition under which it may be written; StaleError."""
    stored = type(row)._default_manager.select_related(*related).filter(pk=row.pk).first()
    if stored is None:
        raise ValidationError("这一条刚刚被别人作废，请刷新页面查看。", code="gone")
    if mark_of(stored) != seen:
        raise StaleError(row)
    columns = {f.attname: getattr(stored, f.attname) for f in stored._meta.concrete_fields}
    return stored, type(row)._base_manager.filter(**columns)


def write(stored: Row, mine: models.QuerySet) -> None:
    """Write all columns where the row is still as it was claimed; else StaleError, or the sentence of the constraint."""
    new = {f.attname: getattr(stored, f.attname) for f in stored._meta.concrete_fields if not f.primary_key}
    try:
        with transaction.atomic():
            written = mine.update(**new)
    except IntegrityError:
        stored.validate_constraints()
        raise ValidationError("这段时间刚刚登记了别的内容，请刷新页面查看。", code="twice") from None
    if not written:
        raise StaleError(stored)
