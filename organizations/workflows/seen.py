"""更正 of a row that has no version of its own: the form carries a mark of what it showed, and writing asks for the same row."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from core.editing import StaleError
from core.journal import columns, mark_of

Row = Any


def claim(row: Row, seen: str, *related: str) -> tuple[Row, models.QuerySet]:
    """The stored row, if it still is what the form showed, and the condition under which it may be written; StaleError."""
    stored = type(row)._default_manager.select_related(*related).filter(pk=row.pk).first()
    if stored is None:
        raise ValidationError("这一条刚刚被别人作废，请刷新页面查看。", code="gone")
    if mark_of(stored) != seen:
        raise StaleError(row)
    shown = {name: getattr(stored, name) for name in columns(type(row))}
    return stored, type(row)._base_manager.filter(**shown)


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
