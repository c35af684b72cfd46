from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


class IntervalQuerySet(models.QuerySet):
    """Rows that hold from `start` until `end`, the first day not counted; no end means until further notice."""

    def on(self, day: date) -> Self:
        return self.filter(self.holds(day))

    @staticmethod
    def holds(day: date, prefix: str = "") -> Q:
        return Q(**{f"{prefix}start__lte": day}) & (Q(**{f"{prefix}end": None}) | Q(**{f"{prefix}end__gt": day}))


def interval_check(name: str) -> models.CheckConstraint:
    """An interval ends after it starts."""
    return models.CheckConstraint(
        condition=Q(end=None) | Q(end__gt=models.F("start")),
        name=name,
        violation_error_message="终止日期必须晚于起始日期；终止日期是不再计算的第一天。",
    )
