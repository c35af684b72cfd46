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
PLACE = re.compile(
    r"^(?:中共)?(?:(?!城市|社区|小区|园区)[\u4e00-\u9fff]{0,3}?(?:市(?![场政容])|省|县(?!域)|区(?![块域]))(?!委))*(?=..)"
)
ENDING = re.compile(
    "(?:党支部|党总支部?|党委|支部|总支|委员会|联合|功能型|流动党员|临时"
    "|(?:有限)?公司|协会|学会|商会|行业|促进会|联合会|研究会|联谊会|基金会|校友会|志愿者|服务?中心|中心|总会|分会)$"
)
NUMBER = re.compile(r"\d+|第[零〇一二三四五六七八九十百]+")
ALIKE = 0.7  # of what names have of their own: one character in four may differ, one in three may not
MANY = 5000  # names beyond which nobody is asked “do you mean …”


class UnknownName(ValidationError):
    """A name that no stored row has."""

    def __init__(self, sentence: str, name: str) -> None:
        super().__init__(sentence, code="unknown-name")
        self.name = name


def loose(text: str) -> str:
    return LOOSE.sub("", text)


def core(text: str) -> str:
    """What a name has of its own: 示例市江苏商会联合党支部 → 江苏."""
    found = PLACE.sub("", squash(text))
    while (ending := ENDING.search(found)) and ending.start() >= 2:
        found = found[: ending.start()]
    return re.sub(r"\W", "", found)


def sound(text: str) -> str:
    """As many pronounce it: zh, ch, sh and ng like z, c, s and n."""
    return re.sub(r"(?<=[zcs])h|(?<=n)g\b", "", sort_key(text))


def within(one: str, other: str) -> bool:
    """One begins with the other, or is a good part of it: 软件 and 软件和信息服务业, 物流 and 现代物流."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 2 and (long.startswith(short) or (len(long) <= 2 * len(short) and short in long))


def likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


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
    def cores(self) -> dict[str, list[str]]:
        """What the names have of their own → the names."""
        found: dict[str, list[str]] = {}
        for name in self.names.values():
            found.setdefault(core(name), []).append(name)
        return found

    @cached_property
    def sounds(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in self.cores:
            found.setdefault(sound(key), []).append(key)
        return found

    def near(self, text: str, count: int = 3) -> list[str]:
        """Stored names that may be meant: they sound alike, look alike or are part of one another.

        A place before them and 协会, 商会, 党支部 behind them do not count, and another number is another name.
        """
        if len(self.names) > MANY or not (wanted := core(text)):
            return []
        keys = [
            *self.sounds.get(sound(wanted), ()),
            *difflib.get_close_matches(wanted, self.cores, count, ALIKE),
            *(key for key in self.cores if within(key, wanted)),
        ]
        numbers, squashed = NUMBER.findall(wanted), squash(text)
        found = []
        for key in dict.fromkeys(keys):
            others = NUMBER.findall(key)
            if not (numbers and others and numbers != others):
                found += sorted(self.cores[key], key=lambda name: -likeness(squash(name), squashed))
        return found[:count]

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
