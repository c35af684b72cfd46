"""Names in cells → stored rows. One query per lookup target, whatever the number of lines."""

import difflib
import re
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from core.pinyin import sort_key

from .sheet import Column, Context, Lookup
from .values import squash

LOOSE = re.compile(r"[市省县区()\-—·“”\"']")
AMBIGUOUS = -1
MANY = 5000  # names beyond which nobody is asked “do you mean …”


class UnknownName(ValidationError):
    """A name that no stored row has."""

    def __init__(self, sentence: str, name: str) -> None:
        super().__init__(sentence, code="unknown-name")
        self.name = name


def loose(text: str) -> str:
    return LOOSE.sub("", text)


class Target:
    """The names of one lookup's rows."""

    def __init__(self, lookup: Lookup, context: Context) -> None:
        self.lookup = lookup
        self.exact: dict[str, int] = {}
        self.loose: dict[str, int] = {}
        self.names: dict[int, str] = {}
        rows = lookup.model_class._default_manager.filter(**lookup.filters)
        if lookup.scoped and any(f.name == "committee" for f in lookup.model_class._meta.concrete_fields):
            rows = rows.filter(committee__in=context.committee.scope_ids)
        for position, name in enumerate(lookup.fields):
            fresh: dict[str, int] = {}
            for pk, value in self.filled(rows, name).values_list("pk", name):
                for text in value if isinstance(value, list) else [value]:
                    if text not in ("", None):
                        self.add(fresh, str(text), pk, first=position == 0)
            for text, pk in fresh.items():  # an earlier field wins over a later one
                self.exact.setdefault(text, pk)
        for text, pk in self.exact.items():
            key = loose(text)
            self.loose[key] = pk if self.loose.get(key, pk) == pk else AMBIGUOUS

    @staticmethod
    def filled(rows: models.QuerySet, name: str) -> models.QuerySet:
        """Only rows with something there, where most have nothing: related names, lists of names."""
        if "__" in name:
            return rows.filter(**{f"{name}__isnull": False})
        listed = isinstance(rows.model._meta.get_field(name), models.JSONField)
        return rows.exclude(**{name: []}) if listed else rows

    def add(self, fresh: dict[str, int], text: str, pk: int, first: bool) -> None:
        if first:
            self.names[pk] = text
        else:
            self.names.setdefault(pk, text)
        key = squash(text)
        fresh[key] = pk if fresh.get(key, pk) == pk else AMBIGUOUS

    @cached_property
    def sounds(self) -> dict[str, str]:
        """Pinyin → name."""
        return {sort_key(name): name for name in self.names.values()}

    def near(self, text: str, count: int = 3) -> list[str]:
        """Stored names that look like the text or sound like it."""
        names = list(self.names.values())
        if len(names) > MANY:
            return []
        alike = difflib.get_close_matches(text, names, count, 0.6)
        sounding = difflib.get_close_matches(sort_key(text), list(self.sounds), 1, 0.9)
        return list(dict.fromkeys([*(self.sounds[s] for s in sounding if s == sort_key(text)), *alike,
                                   *(self.sounds[s] for s in sounding)]))[:count]  # fmt: skip

    def find(self, text: str) -> int | None:
        key = squash(text)
        found = self.exact.get(key)
        return self.loose.get(loose(key)) if found is None and len(loose(key)) > 1 else found


class Resolver:
    """All lookups of one column; `resolve` gives (field that takes it, primary key)."""

    def __init__(self, column: Column, context: Context, cache: dict[Any, Target]) -> None:
        self.column = column
        self.targets: list[Target] = []
        self.file_names: dict[str, int] | None = None  # names of new rows of this file, for lookups into itself
        for lookup in column.lookups:
            key = (lookup.model, lookup.fields, lookup.scoped, tuple(sorted(lookup.filters.items(), key=str)))
            if key not in cache:
                cache[key] = Target(lookup, context)
            self.targets.append(cache[key] if cache[key].lookup is lookup else self.copy(cache[key], lookup))
        self.words = {squash(w) for lookup in column.lookups for w in lookup.words}
        self.known: dict[str, tuple[str, Any]] = {}
        self.failed: dict[str, ValidationError] = {}

    @staticmethod
    def copy(target: Target, lookup: Lookup) -> Target:
        twin = Target.__new__(Target)
        twin.__dict__.update(target.__dict__, lookup=lookup)
        return twin

    def resolve(self, text: str) -> tuple[str, Any]:
        if text in self.failed:
            raise self.failed[text].with_traceback(None)
        if text not in self.known:
            try:
                self.known[text] = self.search(text)
            except ValidationError as error:
                self.failed[text] = error
                raise
        return self.known[text]

    def search(self, text: str) -> tuple[str, Any]:
        if squash(text) in self.words:
            return "", None
        for target in self.targets:
            pk = target.find(text)
            if pk == AMBIGUOUS:
                raise ValidationError(f"有不止一个“{text[:40]}”，分不清是哪一个。请写全称或代码。")
            if pk is not None:
                return target.lookup.into, pk
        raise UnknownName(self.unknown(text), text)

    def unknown(self, text: str) -> str:
        near = self.near(text)
        hint = f"是不是“{near[0]}”？" if near else "请先登记，或改成已有的名称。"
        return f"{self.titles}里没有“{text[:40]}”。{hint}"

    @property
    def titles(self) -> str:
        return "或".join(dict.fromkeys(str(t.lookup.model_class._meta.verbose_name) for t in self.targets))

    def near(self, text: str) -> list[str]:
        return list(dict.fromkeys(name for target in self.targets for name in target.near(text)))[:3]

    def name(self, pk: Any) -> str:
        return next((t.names[pk] for t in self.targets if pk in t.names), "" if pk is None else str(pk))
