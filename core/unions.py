"""Several limited queries in one statement, each with an order of its own: the ORM has no limit inside a union on SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import QuerySet

Compiled = tuple[str, Sequence[Any]]


def union_all(parts: Iterable[Compiled]) -> tuple[str, list[Any]]:
    """SQL and parameters of the parts one under the other."""
    found = list(parts)
    sql = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part{number}" for number, (sql, _) in enumerate(found, 1))
    return sql, [value for _, params in found for value in params]


def keys_of_each(parts: Sequence[QuerySet]) -> list[int]:
    """The primary keys of the rows of all parts, in the order of the parts and within them."""
    sql, params = union_all(part.values_list("pk").query.sql_with_params() for part in parts)
    with connections[parts[0].db].cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]
