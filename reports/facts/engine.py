"""Facts: a number, the rows behind it, and its words (DESIGN §3). A fact is a QuerySet, never a typed figure.

`Base` is a set of rows of one model for a committee and a period; a `Fact` narrows it by a QuerySet method of that
model. All counts and sums on one base are read by one `aggregate()`; a list is read by one fetch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum, Value
from django.db.models.sql.where import AND, WhereNode

from core.models import Committee
from core.periods import Period
from organizations.statistics import Definition, definition

from .statements import Statement

STATEMENTS_KEPT = 1000  # about fifty scopes
compiled: dict[tuple, Statement] = {}
COUNT, SUM, RATE, ROWS = "count", "sum", "rate", "rows"
ROW_LIMIT = 5000  # rows named in JSON and editions; above it count and digest (DECISIONS)


@dataclass(frozen=True)
class Scope:
    """Whose facts, of which period, as of which day (stocks are counted on that day, flows within the period).

    A base and a condition may depend on nothing but this: their statements are compiled once per `key`.
    """

    committee: Committee
    period: Period
    day: date

    @property
    def next_period(self) -> Period:
        return self.period.next

    @cached_property
    def coverage(self) -> Definition:
        """口径 of the two coverages in force on that day; one query a scope."""
        return definition(self.committee, self.day)

    @property
    def key(self) -> tuple:
        return (self.committee.pk, tuple(self.committee.scope_ids), self.period, self.day, self.coverage)


Condition = Callable[[Any, Scope], QuerySet]


@dataclass(frozen=True)
class Base:
    """Rows on which several facts stand. `stock` bases are counted as of a day, the others within the period."""

    key: str
    label: str
    queryset: Callable[[Scope], QuerySet]
    stock: bool = False
    select: tuple[str, ...] = ()  # select_related of the row list


@dataclass(frozen=True)
class Fact:
    """One fact. `definition` says in Chinese how it is counted; `code` names the rule in the handbook."""

    key: str
    label: str
    unit: str
    definition: str
    base: str = ""
    kind: str = COUNT
    condition: Condition | None = None
    within: str = ""  # another count on the same base whose condition comes first
    known: Condition | None = None  # rows that make the value known; rows but none of these = not filled
    expression: Any = None  # of a sum
    parts: tuple[str, str] = ("", "")  # of a rate: numerator, denominator
    fields: dict[str, Callable[[Any], Any]] = field(default_factory=dict)  # of rows: name → value
    order: tuple[str, ...] = ()
    code: str = ""
    quoted_as: str = ""  # field of rows that is printed when the fact itself is
    select: tuple[str, ...] = ()  # select_related of a list
    lazy: bool = False  # a list that is fetched only when a text quotes it

    def rows(self, scope: Scope) -> QuerySet:
        """The very rows that the number counts; for a rate those of its numerator."""
        if self.kind == RATE:
            return registry[self.parts[0]].rows(scope)
        queryset = self.narrow(bases[self.base].queryset(scope), scope, {})
        return queryset.order_by(*self.order) if self.order else queryset

    def narrow(self, base: QuerySet, scope: Scope, known: dict[str, QuerySet]) -> QuerySet:
        """`base` with the conditions of the fact; `known` keeps what was narrowed for other facts on the same base."""
        if self.key not in known:
            rows = registry[self.within].narrow(base, scope, known) if self.within else base
            known[self.key] = self.condition(rows, scope) if self.condition else rows
        return known[self.key]


bases: dict[str, Base] = {}
registry: dict[str, Fact] = {}
ALIASES: dict[str, str] = {}  # retired key → key that took its place


def add_base(base: Base) -> Base:
    if base.key in bases:
        raise ValueError(f"base {base.key} is declared twice")
    bases[base.key] = base
    return base


def add(*facts: Fact) -> None:
    for fact in facts:
        if fact.key in registry:
            raise ValueError(f"fact {fact.key} is declared twice")
        registry[fact.key] = fact


def added_condition(base: QuerySet, narrowed: QuerySet) -> WhereNode:
    """What `narrowed` asks beyond `base`, usable as the filter of an aggregate on `base`.

    So a formula stays a QuerySet method of its model and still shares one query with the others. A method that joins
    another table would multiply rows; it is refused.
    """
    if set(narrowed.query.alias_map) - set(base.query.alias_map) - {base.model._meta.db_table}:
        raise ValueError(f"{base.model.__name__}: a fact's condition must not join; use Exists")
    before, after = base.query.where, narrowed.query.where
    if before.connector != AND or after.connector != AND or len(after.children) < len(before.children):
        raise ValueError(f"{base.model.__name__}: a fact's condition must only add to its base")
    return WhereNode(after.children[len(before.children) :], AND)


def aggregates(base: QuerySet, facts: Sequence[Fact], scope: Scope) -> dict[str, Any]:
    """The columns of the one aggregate that reads all these facts; a fact without a condition is `total_`."""
    narrowed_rows: dict[str, QuerySet] = {}
    columns: dict[str, Any] = {"total_": Count(Value(1))}
    for fact in facts:
        narrowed = fact.narrow(base, scope, narrowed_rows)
        test = added_condition(base, narrowed) if narrowed is not base else None
        if fact.kind == SUM:
            columns[fact.key] = Sum(fact.expression, filter=test)
        elif test is not None:
            columns[fact.key] = Count(Value(1), filter=test)
        if fact.known is not None:
            columns[f"{fact.key}_known"] = Count(Value(1), filter=added_condition(base, fact.known(base, scope)))
    return columns


def statement(base_key: str, facts: Sequence[Fact], scope: Scope) -> Statement:
    """The compiled aggregate of these facts, from memory where the same scope was asked before."""
    key = (connection.vendor, base_key, tuple(fact.key for fact in facts), *scope.key)
    found = compiled.get(key)
    if found is None:
        base = bases[base_key].queryset(scope).order_by()
        found = Statement.of(base, aggregates(base, facts, scope))
        if len(compiled) >= STATEMENTS_KEPT:
            compiled.clear()  # another thread may do so at any time; `found` is our own
        compiled[key] = found
    return found


@dataclass
class FactValue:
    """The value of one fact: a number, 0 for none, or unknown; `items` of a list fact."""

    fact: Fact
    scope: Scope
    value: Any = None
    unknown: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)
    numerator: int | None = None
    denominator: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.unknown and not self.value

    @property
    def as_of(self) -> date:
        return self.scope.day

    def rows(self) -> QuerySet:
        return self.fact.rows(self.scope)

    def row_count(self) -> int:
        return self.rows().count()

    @cached_property
    def by_pk(self) -> dict[int, dict[str, Any]]:
        return {item["pk"]: item for item in self.items}


class FactSet:
    """All facts of one scope, read once: one aggregate per base, one fetch per list."""

    def __init__(self, scope: Scope, keys: Sequence[str] | None = None) -> None:
        self.scope = scope
        self.values: dict[str, FactValue] = {}
        wanted = [registry[key] for key in keys] if keys is not None else list(registry.values())
        wanted = self._with_parts(wanted)
        self.postponed = [fact.key for fact in wanted if fact.lazy]
        self._count(wanted)
        self._fetch(wanted)
        self._divide(wanted)

    @staticmethod
    def _with_parts(facts: list[Fact]) -> list[Fact]:
        found = {fact.key: fact for fact in facts}
        for fact in facts:
            for part in filter(None, fact.parts):
                found.setdefault(part, registry[part])
        return list(found.values())

    def _count(self, facts: list[Fact]) -> None:
        by_base: dict[str, list[Fact]] = {}
        for fact in facts:
            if fact.kind in (COUNT, SUM):
                by_base.setdefault(fact.base, []).append(fact)
        for base_key, group in by_base.items():
            result = statement(base_key, group, self.scope).run()
            for fact in group:
                value = result.get(fact.key, result["total_"])
                unknown = bool(result["total_"]) and (
                    (fact.known is not None and not result[f"{fact.key}_known"]) or (fact.kind == SUM and value is None)
                )
                self.values[fact.key] = FactValue(fact, self.scope, None if unknown else (value or 0), unknown)

    def _fetch(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.kind == ROWS and not fact.lazy:
                self._fetch_one(fact)

    def _fetch_one(self, fact: Fact) -> None:
        rows = fact.rows(self.scope)
        if fact.select:
            rows = rows.select_related(*fact.select)
        items = [
            {"pk": row.pk, "label": str(row), **{name: read(row) for name, read in fact.fields.items()}} for row in rows
        ]
        self.values[fact.key] = FactValue(fact, self.scope, len(items), items=items)

    def _divide(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.kind != RATE:
                continue
            top, bottom = (self.values[part] for part in fact.parts)
            unknown = top.unknown or bottom.unknown
            value = None
            if not unknown and bottom.value:
                value = (Decimal(top.value) * 100 / Decimal(bottom.value)).quantize(Decimal("0.1"), "ROUND_HALF_UP")
            self.values[fact.key] = FactValue(
                fact, self.scope, value, unknown, numerator=top.value, denominator=bottom.value
            )

    def __getitem__(self, key: str) -> FactValue:
        key = ALIASES.get(key, key)
        if key not in self.values and key in self.postponed:
            self._fetch_one(registry[key])
        return self.values[key]

    def __contains__(self, key: str) -> bool:
        key = ALIASES.get(key, key)
        return key in self.values or key in self.postponed

    def __iter__(self) -> Iterator[FactValue]:
        for key in self.postponed:
            _ = self[key]
        return iter(self.values.values())


def package(value: FactValue, rows: bool = True) -> dict[str, Any]:
    """The fact as JSON: value and the rows it counts, for `build_summary --json` and for editions."""
    fact = value.fact
    found: list[dict[str, Any]] = []
    count = value.row_count()
    if rows and count <= ROW_LIMIT:
        related = bases[fact.base].select if fact.base else ()
        queryset = value.rows()
        queryset = queryset.select_related(*related) if related else queryset
        found = [{"model": row._meta.label_lower, "id": row.pk, "label": str(row)} for row in queryset]
    return {
        "key": fact.key,
        "label": fact.label,
        "value": float(value.value) if isinstance(value.value, Decimal) else value.value,
        "unit": fact.unit,
        "as_of": value.as_of.isoformat(),
        "definition": fact.definition,
        "aggregate": fact.kind,
        "unknown": value.unknown,
        "row_count": count,
        "rows": found,
    }
