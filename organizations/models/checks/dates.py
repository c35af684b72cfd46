"""Dates as numbers 20230331, so that both databases add years to a field alike."""

from typing import Any

from django.db.models import Func, IntegerField

YEAR = 10_000
LEAP_DAY = 229


class DateNumber(Func):
    """A date field as one whole number; without a date it is unknown."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(REPLACE(%(expressions)s, '-', '') AS integer)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(TO_CHAR(%(expressions)s, 'YYYYMMDD') AS integer)"
        return self.as_sql(compiler, connection, template=template, **context)
