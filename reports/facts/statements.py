"""Aggregates compiled once: the numbers are read anew each time, only the making of the SQL is saved.

Building one aggregate of thirty conditions costs Django as much time as a city's database needs to answer it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection
from django.db.models import Expression, QuerySet


@dataclass(frozen=True)
class Statement:
    """One SELECT of aggregates over a plain set of rows, and what turns its columns into Python values."""

    sql: str
    params: tuple
    names: tuple[str, ...]
    converters: dict[int, tuple[list[Callable], Expression]]

    @classmethod
    def of(cls, rows: QuerySet, columns: dict[str, Expression]) -> Self:
        """As QuerySet.aggregate() would ask; ValueError where the rows are grouped, distinct, sliced or annotated."""
        query = rows.query.chain()
        if query.annotations or query.group_by or query.distinct or query.is_sliced or query.combinator:
            raise ValueError(f"{rows.model.__name__}: the base of facts must be a plain set of rows")
        query.clear_ordering(force=True)
        query.select_related = False
        found = {
            name: column.resolve_expression(query, allow_joins=True, reuse=None, summarize=True)
            for name, column in columns.items()
        }
        query.select, query.selected, query.default_cols = (), None, False
        query.annotations = found
        query.set_annotation_mask(found)
        compiler = query.get_compiler(rows.db, elide_empty=False)
        sql, params = compiler.as_sql()
        return cls(sql, tuple(params), tuple(found), compiler.get_converters(query.annotation_select.values()))

    def run(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            values = list(cursor.fetchone())
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return dict(zip(self.names, values, strict=True))
