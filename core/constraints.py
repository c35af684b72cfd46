"""Intervals that must not overlap, guarded by the database itself: an exclusion constraint on PostgreSQL, triggers on SQLite.

SQLite drops the triggers of a table that a migration rebuilds, so they are installed again after every migrate.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, models
from django.db.models import BaseConstraint, Q


class NoOverlap(BaseConstraint):
    """At most one row per `key` holds on any day; `only` narrows the rows it speaks of, e.g. {"kind": ["full"]}.

    A row holds from `start` until `end`, the first day not counted; no end means until further notice.
    """

    def __init__(self, *, key: str, name: str, only: dict[str, list[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.key, self.only = key, only or {}

    def deconstruct(self) -> tuple[str, tuple, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        kwargs: dict[str, Any] = {"key": self.key, "name": self.name}
        if self.only:
            kwargs["only"] = self.only
        if self.violation_error_message != self.default_violation_error_message:
            kwargs["violation_error_message"] = self.violation_error_message
        if self.violation_error_code:
            kwargs["violation_error_code"] = self.violation_error_code
        return path, (), kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoOverlap):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def __repr__(self) -> str:
        return f"<NoOverlap: {self.name}>"

    # --- the database's side -------------------------------------------------------------------------------------

    def where(self, model: type[models.Model], prefix: str = "") -> str:
        """The narrowing as SQL; the values are constants of the code."""
        conditions = []
        for field, values in self.only.items():
            words = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
            conditions.append(f'{prefix}"{model._meta.get_field(field).column}" IN ({words})')
        return " AND ".join(conditions)

    def exclusion(self, model: type[models.Model]) -> str:
        column = model._meta.get_field(self.key).column
        where = f" WHERE ({self.where(model)})" if self.only else ""
        spans = 'daterange("start", "end", \'[)\') WITH &&'
        return f'CONSTRAINT "{self.name}" EXCLUDE USING gist ("{column}" WITH =, {spans}){where}'

    def constraint_sql(self, model: type[models.Model], schema_editor: Any) -> str:
        return self.exclusion(model) if schema_editor.connection.vendor == "postgresql" else ""

    def create_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor != "postgresql":
            return None
        return f'ALTER TABLE "{model._meta.db_table}" ADD {self.exclusion(model)}'

    def remove_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor != "postgresql":
            return None
        return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"'

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str]]:
        """(name, SQL) of the two triggers that SQLite needs."""
        table, pk = model._meta.db_table, model._meta.pk.column
        column = model._meta.get_field(self.key).column
        new = f" AND {self.where(model, 'NEW.')}" if self.only else ""
        old = f" AND {self.where(model, 'o.')}" if self.only else ""
        clash = (
            f'EXISTS (SELECT 1 FROM "{table}" o WHERE o."{column}" = NEW."{column}" AND o."{pk}" IS NOT NEW."{pk}"{old}'
            ' AND (o."end" IS NULL OR o."end" > NEW."start") AND (NEW."end" IS NULL OR NEW."end" > o."start"))'
        )
        return [
            (
                f"{self.name}_{event.lower()}",
                f'CREATE TRIGGER "{self.name}_{event.lower()}" BEFORE {event} ON "{table}" '
                f"WHEN {clash}{new} BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
            )
            for event in ("INSERT", "UPDATE")
        ]

    # --- the form's side -----------------------------------------------------------------------------------------

    def validate(self, model: type[models.Model], instance: Any, exclude: Any = None, using: str = "default") -> None:
        attname = model._meta.get_field(self.key).attname
        owner, start = getattr(instance, attname), instance.start
        if owner is None or start is None or (exclude and self.key in exclude):
            return
        if any(getattr(instance, field) not in values for field, values in self.only.items()):
            return
        clash = model._base_manager.using(using).filter(**{attname: owner})
        clash = clash.filter(Q(end=None) | Q(end__gt=start), **{f"{f}__in": v for f, v in self.only.items()})
        if instance.end is not None:
            clash = clash.filter(start__lt=instance.end)
        if clash.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


def violated(error: IntegrityError, models_: Iterable[type[models.Model]]) -> BaseConstraint | None:
    """The declared constraint that the database names in its refusal; SQLite names only the columns."""
    text = str(error)
    for model in models_:
        for constraint in model._meta.constraints:
            columns = ", ".join(
                f"{model._meta.db_table}.{model._meta.get_field(f).column}" for f in getattr(constraint, "fields", ())
            )
            if re.search(rf"\b{re.escape(constraint.name)}\b", text) or (columns and columns in text):
                return constraint
    return None


def guarded_models() -> list[tuple[type[models.Model], NoOverlap]]:
    """Every model whose intervals are guarded, with its constraint."""
    return [
        (model, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, NoOverlap)
    ]


def install_triggers(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After migrate, on SQLite: the triggers of the app's models, anew."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for model, constraint in guarded_models():
            if model._meta.app_label == sender.label and model._meta.db_table in tables:
                for name, sql in constraint.triggers(model):
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                    cursor.execute(sql)
