"""Many rows into one table: executemany on SQLite, COPY on PostgreSQL. bulk_create costs two to three times as much (PERF §4)."""

import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone

from core.journal import to_json

CHUNK = 2000


class Plain:
    """A row as a plain object: a model instance costs ten times as much."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


@contextmanager
def without_collector() -> Iterator[None]:
    """Rows by the thousand hold no cycles; the collector walking them again and again costs a fifth of an import."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def allocate(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for rows to come; call it inside the transaction that inserts them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', model._meta.pk.column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        cursor.execute(f'SELECT COALESCE(MAX({model._meta.pk.column}), 0) FROM "{table}"')
        start = max(row[0] if row else 0, cursor.fetchone()[0]) + 1
    return list(range(start, start + count))


def maker(model: type[models.Model]) -> Callable[[dict[str, Any]], Any]:
    """values by attribute name → object with the model's defaults; a tenth of the cost of calling the class."""
    base = {k: v for k, v in model().__dict__.items() if k != "_state"}
    fresh = [k for k, v in base.items() if isinstance(v, (dict, list))]

    def make(values: dict[str, Any]) -> Any:
        obj = model.__new__(model)
        own = {name: type(base[name])() for name in fresh}
        obj.__dict__ = {**base, **own, "_state": ModelState(), **values}
        return obj

    return make


def preparer(field: models.Field) -> Callable[[Any], Any] | None:
    """Python value → database value; None when it goes as it is."""
    if isinstance(field, (models.CharField, models.TextField, models.IntegerField, models.AutoField)):
        return None
    if isinstance(field, models.ForeignKey):
        return preparer(field.target_field)
    if isinstance(field, models.BooleanField):
        return None
    if isinstance(field, models.DateTimeField):
        return same_often(connection.ops.adapt_datetimefield_value)
    if isinstance(field, models.DateField):
        return lambda value: None if value is None else value.isoformat()
    if isinstance(field, models.JSONField):
        encoder = field.encoder or json.JSONEncoder
        encode = encoder(ensure_ascii=False, separators=(",", ":"), default=None if field.encoder else to_json).encode
        return lambda value: encode(value) if value else "{}" if value == {} else "[]" if value == [] else encode(value)
    return lambda value: field.get_db_prep_save(value, connection)


def same_often(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """All rows of one import carry the same moment."""
    known: dict[Any, Any] = {}

    def prepared(value: Any) -> Any:
        if value not in known:
            known[value] = prepare(value)
        return known[value]

    return prepared


def insert(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Insert objects that already carry their primary key."""
    fields = model._meta.concrete_fields
    take = itemgetter(*(f.attname for f in fields))
    return insert_values(model, fields, (take(obj.__dict__) for obj in rows))


def insert_like(pattern: models.Model, names: Sequence[str], rows: Iterable[tuple]) -> int:
    """Insert rows that equal the pattern but for these attributes, the primary key among them."""
    by_name = {f.attname: f for f in pattern._meta.concrete_fields}
    varying = [by_name.pop(name) for name in names]
    same = tuple(pattern.__dict__[name] for name in by_name)
    return insert_values(type(pattern), varying, rows, list(by_name.values()), same)


def insert_values(
    model: type[models.Model],
    fields: Sequence[models.Field],
    rows: Iterable[tuple],
    same_fields: Sequence[models.Field] = (),
    same: tuple = (),
) -> int:
    """Insert tuples of Python values in the order of `fields`; `same` goes with each of them."""
    now = timezone.now()
    stamps = [(place, value) for place, field in enumerate(fields) if (value := stamp(field, now)) is not None]
    prepares = [(place, prepare) for place, field in enumerate(fields) if (prepare := preparer(field))]
    pairs = zip(same_fields, same, strict=True)
    tail = [prepared(field, value if (made := stamp(field, now)) is None else made) for field, value in pairs]
    columns = [f.column for f in (*fields, *same_fields)]
    count, chunk = 0, []
    for row in rows:
        values = [*row, *tail]
        for place, value in stamps:
            values[place] = value
        for place, prepare in prepares:
            if values[place] is not None:
                values[place] = prepare(values[place])
        chunk.append(values)
        if len(chunk) == CHUNK:
            write(model._meta.db_table, columns, chunk)
            count, chunk = count + len(chunk), []
    if chunk:
        write(model._meta.db_table, columns, chunk)
    return count + len(chunk)


def stamp(field: models.Field, now: datetime) -> Any:
    """What auto_now and auto_now_add write, None for other fields."""
    if not (getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)):
        return None
    return now if isinstance(field, models.DateTimeField) else now.date()


def prepared(field: models.Field, value: Any) -> Any:
    prepare = preparer(field)
    return value if prepare is None or value is None else prepare(value)


def write(table: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = "".join(["\t".join([copy_text(v) for v in row]) + "\n" for row in rows])
            cursor.cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(text))
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def copy_text(value: Any) -> str:
    if value is None:
        return r"\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
            value = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        return value
    if hasattr(value, "adapted"):  # psycopg2 wraps JSON
        return copy_text(json.dumps(value.adapted, ensure_ascii=False))
    return str(value)


def update(model: type[models.Model], attnames: tuple[str, ...], objects: list[models.Model]) -> None:
    """Write these columns of these objects; all of them in one statement per chunk."""
    fields = [f for f in model._meta.concrete_fields if f.attname in attnames]
    makers = [(f.attname, preparer(f)) for f in fields]
    sets = ", ".join(f'"{f.column}" = %s' for f in fields)
    table, key = model._meta.db_table, model._meta.pk.column
    rows = [
        [*(prepare(o.__dict__[name]) if prepare else o.__dict__[name] for name, prepare in makers), o.pk]
        for o in objects
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_batch

            execute_batch(cursor.cursor, f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s', rows, page_size=500)
        else:
            cursor.executemany(f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s', rows)
