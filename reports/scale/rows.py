"""Rows by the thousand, and what the makers of them share."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

from django.db import models

from core.excel import loading
from core.models import Committee
from core.periods import quarter_of
from core.pinyin import search_key, sort_key
from reports.demo.people import GIVEN, SURNAMES

BRANCHES_PER_BODY = 0.21


class Table:
    """Rows of one model, written two thousand at a time by the loader of the imports."""

    def __init__(self, model: type[models.Model], **fixed: Any) -> None:
        self.model, self.buffer, self.keys = model, [], iter(())
        self.base = {field.attname: field.get_default() for field in model._meta.concrete_fields} | fixed
        self.written = 0

    def add(self, **values: Any) -> int:
        key = next(self.keys, None)
        if key is None:
            self.flush()
            self.keys = iter(loading.allocate(self.model, loading.CHUNK))
            key = next(self.keys)
        self.buffer.append(SimpleNamespace(**{**self.base, self.model._meta.pk.attname: key, **values}))
        return key

    def flush(self) -> None:
        if self.buffer:
            self.written += loading.insert(self.model, self.buffer)
            self.buffer = []


@dataclass(frozen=True)
class Size:
    organizations: int
    members: int
    years: int
    ledgers_only: bool = False

    @property
    def branches(self) -> int:
        return max(1, round(self.organizations * BRANCHES_PER_BODY))


@lru_cache(maxsize=100_000)
def keys_of(name: str) -> tuple[str, str]:
    return search_key(name), sort_key(name)


class Rows:
    """One committee with its years. `today` is the last day that has rows."""

    def __init__(self, committee: Committee, size: Size, random: Random, today: date, serial: int) -> None:
        self.committee, self.size, self.random, self.today, self.serial = committee, size, random, today, serial
        self.tables: dict[type[models.Model], Table] = {}
        self.bodies: list[tuple[int, date, str]] = []
        self.branches: list[tuple[int, date, str]] = []
        self.members: list[tuple[int, int, date]] = []
        self.rules: dict[str, tuple[int, str, int]] = {}  # 同步规则 by event: key, action and days
        last = quarter_of(today)
        self.quarters = range(last - size.years * 4 + 1, last + 1)

    def table(self, model: type[models.Model]) -> Table:
        if model not in self.tables:
            known = {field.attname for field in model._meta.concrete_fields}
            fixed = {"committee_id": self.committee.pk} if "committee_id" in known else {}
            self.tables[model] = Table(model, **fixed)
        return self.tables[model]

    def add(self, model: type[models.Model], **values: Any) -> int:
        return self.table(model).add(**values)

    def person(self) -> str:
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))
