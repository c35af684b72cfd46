"""A declared column bound to a place in one workbook and to a model field: what planning and exporting work with."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core.periods import quarter_label
from core.secrets import mask_address, mask_id_number, mask_phone

from .sheet import Column, Part, Sheet
from .table import NUMBER_COLUMN, Found
from .values import converters, squash

CACHED = {"choice", "bool", "date", "month", "quarter", "lookup", "int"}
ID_FIELDS = ("id_cipher", "id_hash", "id_tail")


def field_of(model: type[models.Model], name: str) -> models.Field | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, (models.Field, models.ManyToManyField)) else None


def empty_value(field: models.Field | None) -> Any:
    """What “清空” stores."""
    if field is None or field.null:
        return None
    if isinstance(field, (models.CharField, models.TextField)):
        return ""
    return field.get_default()


def decoder(field: models.Field | None) -> Callable[[Any], Any] | None:
    """From the JSON of a staged row back to Python."""
    if type(field) is models.DateField:
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(field, (models.DateField, models.DecimalField, models.TimeField)):
        return lambda value: None if value is None else field.to_python(value)
    return None


def model_of(sheet: Sheet, column: Column) -> type[models.Model]:
    for owner in (*sheet.parts, *sheet.parents):
        if owner.name == column.owner:
            return owner.model_class
    return sheet.model_class


class Binding:
    """One column in use."""

    def __init__(self, sheet: Sheet, column: Column, found: Found | None = None) -> None:
        self.column = column
        self.index = found.index if found else -1
        self.letter = found.letter if found else ""
        self.heading = column.label
        model = model_of(sheet, column)
        self.field = field_of(model, column.name)
        if self.field is None and column.field and not column.readonly and not self.is_virtual(column):
            raise LookupError(f"{sheet.kind}: {model.__name__} has no field {column.name}")
        self.many = isinstance(self.field, models.ManyToManyField)
        self.owner = f"m2m:{column.name}" if self.many and not column.owner else column.owner
        self.attname = getattr(self.field, "attname", column.name)
        self.convert, self.convert_tidy = converters(column, None if self.many else self.field)
        self.cache: dict[Any, Any] | None = {} if column.kind in CACHED else None
        self.labels = {v: str(w) for v, w in getattr(self.field, "flatchoices", None) or ()}
        self.labels.update(column.words or {})

    @staticmethod
    def is_virtual(column: Column) -> bool:
        return (
            column.act_only
            or column.kind == "id_number"
            or column is NUMBER_COLUMN
            or any(x.into for x in column.lookups)
        )

    def words(self, value: Any, resolver: Any = None) -> Any:
        """A stored value as the reader says it."""
        if value is None or value == "":
            return ""
        kind = self.column.kind
        if kind == "choice":
            return self.labels.get(value) or next(
                (k for k, v in (self.column.choices or {}).items() if v == value), value
            )
        if kind == "bool":
            return "是" if value else "否"
        if kind == "quarter":
            return quarter_label(value)
        if kind in ("lookup", "names") and resolver is not None:
            return resolver.name(value)
        if isinstance(value, date):
            return value.isoformat()
        return str(value)


def masked(column: Column, value: Any) -> Any:
    if not value:
        return ""
    if column.kind == "id_number":
        return mask_id_number(value)
    if column.kind == "address":
        return mask_address(str(value))
    return mask_phone(str(value)) if column.kind == "phone" else value


def through_part(sheet: Sheet, binding: Binding) -> Part:
    """A many-to-many field as a part: its rows are those of the table between."""
    field = binding.field
    through = field.remote_field.through
    return Part(
        binding.owner,
        through._meta.label,
        link=field.m2m_field_name(),
        key=(field.m2m_reverse_field_name(),),
        others="remove",
    )


def same_name(one: str, other: str) -> bool:
    return squash(one) == squash(other)
