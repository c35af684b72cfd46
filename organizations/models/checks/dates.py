"""Dates as numbers 20230331, so that both databases add years to a field alike."""

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear

YEAR = 10_000


def number(field: str) -> Combinable:
    return ExtractYear(field) * YEAR + ExtractMonth(field) * 100 + ExtractDay(field)


def leap_day(field: str) -> Case:
    """1 on 29 February, whose anniversary is the 28th."""
    return Case(
        When(**{f"{field}__month": 2, f"{field}__day": 29}, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )


def years_later(field: str, years: int) -> Combinable:
    """The anniversary of an annotated number, given its `…_leap`."""
    return F(f"{field}_number") + years * YEAR - F(f"{field}_leap")
