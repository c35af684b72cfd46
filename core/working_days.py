"""Deadlines in working days (工作日). The yearly notice on holidays is entered as `Holiday` rows."""

from datetime import date, timedelta

from core.choices import DayKind
from core.models import Holiday


def add_working_days(day: date, n: int) -> tuple[date, bool]:
    """The n-th working day after `day`, and whether it is provisional: True when the holidays of a year that it
    touches have not been entered yet, so that only weekends could be left out."""
    if n < 0:
        raise ValueError("working days are counted forwards")
    last = day + timedelta(days=2 * n + 60)
    kinds = dict(Holiday.objects.filter(day__gt=day, day__lte=last).values_list("day", "kind"))
    current, left = day, n
    while left:
        current += timedelta(days=1)
        kind = kinds.get(current)
        if kind == DayKind.WORKDAY or (kind is None and current.weekday() < 5):
            left -= 1
    return current, bool(unknown_years(day, current))


def working_days_back(day: date, n: int) -> date:
    """The n-th working day counted backwards, `day` itself included: what began before it has had n of them."""
    if n < 1:
        return day + timedelta(days=1)
    kinds = dict(
        Holiday.objects.filter(day__gte=day - timedelta(days=2 * n + 60), day__lte=day).values_list("day", "kind")
    )
    current, left = day + timedelta(days=1), n
    while left:
        current -= timedelta(days=1)
        kind = kinds.get(current)
        if kind == DayKind.WORKDAY or (kind is None and current.weekday() < 5):
            left -= 1
    return current


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after `first` up to and including `last`."""
    kinds = dict(Holiday.objects.filter(day__gt=first, day__lte=last).values_list("day", "kind"))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(1 for day in days if kinds.get(day, DayKind.WORKDAY if day.weekday() < 5 else None) == DayKind.WORKDAY)


def unknown_years(first: date, last: date) -> list[int]:
    """The years of this span without any entered holiday."""
    known = set(Holiday.objects.filter(day__year__range=(first.year, last.year)).values_list("day__year", flat=True))
    return [year for year in range(first.year, last.year + 1) if year not in known]
