"""同步率 of the six synchronizations, and the matrix of bodies and rules."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from organizations.models import SyncRule, duty_state
from organizations.models.sync import STATE_FIELDS

from .rates import rate

MATRIX_BODIES = 200
CHARACTERS = {"ok": "✓", "warn": "迟", "bad": "超", "info": "办", "off": "—"}


@dataclass(frozen=True)
class SyncRate:
    """同步率 of one rule in a period: in time ÷ events, without the duties that do not apply."""

    rule_id: int
    name: str
    events: int
    in_time: int
    late: int
    overdue: int
    waived: int

    @property
    def base(self) -> int:
        return self.events - self.waived

    @property
    def running(self) -> int:
        return self.base - self.in_time - self.late - self.overdue

    @property
    def rate(self) -> Decimal | None:
        return rate(self.in_time, self.base)


def sync_rates(duties: QuerySet, period: Any, on: date) -> list[SyncRate]:
    """One query: each rule with events in the period, in the order of the rules."""
    waived = Q(done_on=None) & (Q(waived_on__isnull=False) | Q(organization__ended_on__isnull=False))
    rows = (
        duties.of_events_between(period.start, period.end)
        .order_by("rule__order", "rule__name")
        .values("rule__order", "rule__name", "rule")
        .annotate(
            events=Count("pk"),
            in_time=Count("pk", filter=Q(done_on__lte=F("due_on"))),
            late=Count("pk", filter=Q(done_on__gt=F("due_on"))),
            overdue=Count("pk", filter=Q(done_on=None, due_on__lt=on) & ~waived),
            waived=Count("pk", filter=waived),
        )
    )
    names = ("events", "in_time", "late", "overdue", "waived")
    return [SyncRate(r["rule"], r["rule__name"], *(r[name] for name in names)) for r in rows]


@dataclass(frozen=True)
class Lamp:
    """One duty in the matrix."""

    pk: int
    kind: str
    word: str

    @property
    def character(self) -> str:
        return CHARACTERS[self.kind]


@dataclass(frozen=True)
class SyncMatrix:
    """Bodies with events in the period × rules; a cell holds every duty of that rule."""

    rules: list[SyncRule]
    rows: list[tuple[int, str, list[list[Lamp]]]]
    more: int  # bodies that are not shown


def sync_matrix(duties: QuerySet, period: Any, on: date, words: str = "") -> SyncMatrix:
    """Two queries: the rules with duties in the period, and the duties; at most two hundred bodies."""
    found = duties.of_events_between(period.start, period.end)
    if words:
        found = found.search(words)
    rules = list(SyncRule.objects.filter(pk__in=found.order_by().values("rule")).order_by("order", "pk"))
    place = {rule.pk: n for n, rule in enumerate(rules)}
    names = ("organization", "organization__short_name", "organization__name", "rule", "pk", "done_on", *STATE_FIELDS)
    bodies: dict[int, tuple[str, list[list[Lamp]]]] = {}
    for row in found.order_by("organization__sort_key", "organization", "event_on").values(*names):
        name = row["organization__short_name"] or row["organization__name"]
        cells = bodies.setdefault(row["organization"], (name, [[] for _ in rules]))[1]
        cells[place[row["rule"]]].append(Lamp(row["pk"], *lamp_of(row, on)))
    rows = [(pk, name, cells) for pk, (name, cells) in bodies.items()]
    return SyncMatrix(rules, rows[:MATRIX_BODIES], max(0, len(rows) - MATRIX_BODIES))


def lamp_of(row: dict[str, Any], on: date) -> tuple[str, str]:
    kind, word = duty_state(row, on)
    return ("info" if row["done_on"] is None and kind == "warn" else kind), word
