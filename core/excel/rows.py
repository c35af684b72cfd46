"""Stored rows → cells of an export, chunk by chunk: one query for the rows and one per part, whatever the columns."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import Q

from core.periods import today
from core.secrets import decrypt

from .among import one_of
from .binding import Binding, masked, through_part
from .sheet import Column, Part, Sheet
from .table import NUMBER_COLUMN

CHUNK = 2000
Read = Callable[[list[tuple], dict[str, dict[int, list[tuple]]]], list[Any]]  # a chunk of rows → one column


class Exporter:
    """`headings` and `rows()`; dates stay dates, numbers stay numbers, all else is text."""

    def __init__(
        self, sheet: Sheet, full: bool = False, every: bool = True, day: date | None = None, past: bool = False
    ) -> None:
        """full: no number is masked. every: all columns, not only those of the office's own layout. day: “today”.

        past: a ledger of another day; dated parts are those that held on it, instead of the open ones.
        """
        self.day, self.past = day or today(), past
        self.sheet, self.full = sheet, full
        self.model = sheet.model_class
        self.paths: list[str] = ["pk"]
        self.part_paths: dict[str, list[str]] = {}
        self.parts: dict[str, Part] = {p.name: p for p in sheet.parts}
        numbered = sheet.with_number and (every or sheet.number_in_ledger)
        self.columns = [c for c in sheet.columns if every or not c.extra] + [NUMBER_COLUMN] * numbered
        self.readers = [self.reader(c) for c in self.columns]

    def place(self, path: str) -> int:
        if path not in self.paths:
            self.paths.append(path)
        return self.paths.index(path)

    def reader(self, column: Column) -> Read:
        if callable(column.export):
            places = [(need, self.place(need)) for need in column.needs if need != "today"]
            export, day = column.export, {"today": self.day}
            return lambda rows, parts: [export(day | {name: row[place] for name, place in places}) for row in rows]
        if isinstance(column.export, str) and column.kind == "id_number":
            return self.id_reader(self.place(f"{column.export}_{'cipher' if self.full else 'tail'}"))
        if isinstance(column.export, str):
            return self.plain(Binding(self.sheet, column), self.place(column.export))
        if column is NUMBER_COLUMN:
            return lambda rows, parts: [row[0] for row in rows]
        if not column.field:
            return lambda rows, parts: [""] * len(rows)
        binding = Binding(self.sheet, column)
        if binding.many and not column.owner:
            self.parts.setdefault(binding.owner, through_part(self.sheet, binding))
        if binding.owner in self.parts:
            return self.part_reader(binding)
        return self.main_reader(binding)

    def main_reader(self, binding: Binding) -> Read:
        column = binding.column
        base = column.field.replace(".", "__")
        if column.kind == "id_number":
            return self.id_reader(self.place(f"{base.removesuffix('number')}{'cipher' if self.full else 'tail'}"))
        if column.lookups:
            return self.lookup_reader(column, base)
        if column.precision:
            day, month = self.place(base), self.place(column.precision)
            return lambda rows, parts: [
                "" if row[day] is None else f"{row[day]:%Y-%m}" if row[month] else row[day] for row in rows
            ]
        return self.plain(binding, self.place(base))

    def lookup_reader(self, column: Column, base: str) -> Read:
        prefix = base.rpartition("__")[0]
        names = [(f"{prefix}__{x.into}" if prefix and x.into else x.into or base, x.fields[0]) for x in column.lookups]
        places = [self.place(f"{name}__{field}") for name, field in names]
        blank = self.blank_word(column)
        return lambda rows, parts: [next((row[p] for p in places if row[p] not in (None, "")), blank) for row in rows]

    @staticmethod
    def blank_word(column: Column) -> str:
        """What a required cell says for “no row” (本级): an import would miss it if the export left it blank."""
        return next((w for x in column.lookups for w in x.words), "") if column.required else ""

    def id_reader(self, place: int) -> Read:
        if self.full:
            return lambda rows, parts: [decrypt(row[place]) if row[place] else "" for row in rows]
        column = Column("身份证号", "id_number", "id_number")
        return lambda rows, parts: [masked(column, row[place]) for row in rows]

    def plain(self, binding: Binding, place: int) -> Read:
        show = self.shown(binding)
        if show is None:
            return lambda rows, parts: [row[place] for row in rows]
        return lambda rows, parts: [show(row[place]) for row in rows]

    def shown(self, binding: Binding) -> Callable[[Any], Any] | None:
        """None where the stored value is the cell."""
        kind, full = binding.column.kind, self.full
        if not full and kind == "phone":
            return lambda value: masked(binding.column, value)
        if kind == "month":
            return lambda value: f"{value:%Y-%m}" if value else ""
        if kind in ("choice", "bool", "quarter"):
            return Shown(binding.words).__getitem__
        return None

    # --- parts ---------------------------------------------------------------------------------------------------

    def part_reader(self, binding: Binding) -> Read:
        part, column = self.parts[binding.owner], binding.column
        if column.lookups and column.lookups[0].into:
            paths = [f"{x.into}__{x.fields[0]}" for x in column.lookups]
        elif column.lookups:
            name = part.key[0] if binding.many else column.name
            paths = [f"{name}__{column.lookups[0].fields[0]}"]
        else:
            paths = [column.name]
        places = [self.part_place(part, path) for path in paths]
        month = self.part_place(part, column.precision) if column.precision else 0
        show = self.shown(binding)

        def one(values: tuple) -> Any:
            value = next((values[p] for p in places if values[p] not in (None, "")), "")
            if month and isinstance(value, date) and values[month]:
                return f"{value:%Y-%m}"
            return value if show is None or value == "" else show(value)

        name = part.name
        if column.kind == "names":
            return lambda rows, parts: ["、".join([str(one(v)) for v in parts[name].get(row[0], ())]) for row in rows]
        return lambda rows, parts: [one(found[0]) if (found := parts[name].get(row[0])) else "" for row in rows]

    def part_place(self, part: Part, path: str) -> int:
        """Where the value stands in a part's tuple; the first place is the line that it belongs to."""
        wanted = self.part_paths.setdefault(part.name, [])
        if path not in wanted:
            wanted.append(path)
        return wanted.index(path) + 1

    def fetch_parts(self, ids: list[int]) -> dict[str, dict[int, list[tuple]]]:
        found: dict[str, dict[int, list[tuple]]] = {}
        for name, paths in self.part_paths.items():
            part = self.parts[name]
            model, link = part.model_class, part.model_class._meta.get_field(part.link).attname
            stored = model._base_manager.filter(one_of(model, part.link, ids), self.standing(part)).order_by("pk")
            lines: dict[int, list[tuple]] = {}
            for values in stored.values_list(link, *paths):
                lines.setdefault(values[0], []).append(values)
            found[name] = lines
        return found

    def standing(self, part: Part) -> Q:
        """Which rows of the part belong to the line: the open ones, or those of the day."""
        fixed = {k: v for k, v in part.fixed.items() if not (self.past and part.is_dated and k == part.end)}
        chosen = Q(**{(f"{k}__isnull" if v is None else k): (True if v is None else v) for k, v in fixed.items()})
        if self.past and part.is_dated:
            chosen &= Q(**{f"{part.start}__lte": self.day})
            chosen &= Q(**{part.end: None}) | Q(**{f"{part.end}__gt": self.day})
        return chosen

    def rows(self, queryset: models.QuerySet) -> Iterator[tuple]:
        """In the order of the queryset; only one chunk of rows stays in memory."""
        found = queryset.values_list(*self.paths).iterator(chunk_size=CHUNK)
        while chunk := list(islice(found, CHUNK)):
            yield from self.cells(chunk)

    def chosen(self, queryset: models.QuerySet, ids: list[int]) -> Iterator[tuple]:
        """The rows with these keys, in this order; what is gone by now is left out."""
        found = {row[0]: row for row in queryset.filter(pk__in=ids).values_list(*self.paths)}
        return self.cells([found[pk] for pk in ids if pk in found])

    def cells(self, chunk: list[tuple]) -> Iterator[tuple]:
        """Column by column, which costs a third of cell by cell; then turned into lines."""
        parts = self.fetch_parts([row[0] for row in chunk]) if self.part_paths else {}
        return zip(*[read(chunk, parts) for read in self.readers], strict=True)


class Shown(dict):
    """A stored value → its word, worked out once."""

    def __init__(self, words: Callable[[Any], Any]) -> None:
        super().__init__()
        self.words = words

    def __missing__(self, value: Any) -> Any:
        self[value] = word = self.words(value)
        return word
