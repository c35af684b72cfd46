"""Stored rows → cells of an export, chunk by chunk: one query for the rows and one per part, whatever the columns."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db import models

from core.secrets import decrypt

from .binding import Binding, masked, through_part
from .sheet import Column, Part, Sheet
from .table import NUMBER_COLUMN

CHUNK = 2000
Read = Callable[[tuple, dict[str, list[dict]]], Any]


class Exporter:
    """`headings` and `rows()`; dates stay dates, numbers stay numbers, all else is text."""

    def __init__(self, sheet: Sheet, full: bool = False, every: bool = True) -> None:
        """full: no number is masked. every: all columns, not only those of the office's own layout."""
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
            places = [(need, self.place(need)) for need in column.needs]
            export = column.export
            return lambda row, parts: export({name: row[place] for name, place in places})
        if isinstance(column.export, str) and column.kind == "id_number":
            return self.id_reader(self.place(f"{column.export}_{'cipher' if self.full else 'tail'}"))
        if isinstance(column.export, str):
            return self.plain(Binding(self.sheet, column), self.place(column.export))
        if column is NUMBER_COLUMN:
            return lambda row, parts: row[0]
        if not column.field:
            return lambda row, parts: ""
        binding = Binding(self.sheet, column)
        if binding.many and not column.owner:
            self.parts.setdefault(binding.owner, through_part(self.sheet, binding))
        if binding.owner in self.parts:
            return self.part_reader(binding)
        return self.main_reader(binding)

    def main_reader(self, binding: Binding) -> Read:
        column = binding.column
        if column.kind == "id_number":
            return self.id_reader(self.place("id_cipher" if self.full else "id_tail"))
        base = column.field.replace(".", "__")
        if column.lookups:
            prefix = base.rpartition("__")[0]
            names = [
                (f"{prefix}__{x.into}" if prefix and x.into else x.into or base, x.fields[0]) for x in column.lookups
            ]
            places = [self.place(f"{name}__{field}") for name, field in names]
            blank = self.blank_word(column)
            return lambda row, parts: next((row[p] for p in places if row[p] not in (None, "")), blank)
        if column.precision:
            day, month = self.place(base), self.place(column.precision)
            return lambda row, parts: "" if row[day] is None else f"{row[day]:%Y-%m}" if row[month] else row[day]
        return self.plain(binding, self.place(base))

    @staticmethod
    def blank_word(column: Column) -> str:
        """What a required cell says for “no row” (本级): an import would miss it if the export left it blank."""
        return next((w for x in column.lookups for w in x.words), "") if column.required else ""

    def id_reader(self, place: int) -> Read:
        if self.full:
            return lambda row, parts: decrypt(row[place]) if row[place] else ""
        column = Column("身份证号", "id_number", "id_number")
        return lambda row, parts: masked(column, row[place])

    def plain(self, binding: Binding, place: int) -> Read:
        show = self.shown(binding)
        if show is None:
            return lambda row, parts: "" if row[place] is None else row[place]
        return lambda row, parts: show(row[place])

    def shown(self, binding: Binding) -> Callable[[Any], Any] | None:
        """None where the stored value is the cell."""
        kind, full = binding.column.kind, self.full
        if not full and kind == "phone":
            return lambda value: masked(binding.column, value)
        if kind == "month":
            return lambda value: f"{value:%Y-%m}" if value else ""
        if kind in ("choice", "bool", "quarter"):
            words = binding.words
            known: dict[Any, Any] = {}

            def show(value: Any) -> Any:
                if value not in known:
                    known[value] = words(value)
                return known[value]

            return show
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
        wanted = self.part_paths.setdefault(part.name, [])
        wanted += [p for p in [*paths, *([column.precision] if column.precision else [])] if p not in wanted]
        show = self.shown(binding)

        def one(values: dict) -> Any:
            value = next((values[p] for p in paths if values[p] not in (None, "")), "")
            if column.precision and isinstance(value, date) and values[column.precision]:
                return f"{value:%Y-%m}"
            return value if show is None or value == "" else show(value)

        name = part.name
        if column.kind == "names":
            return lambda row, parts: "、".join(str(one(v)) for v in parts[name].get(row[0], ()))
        return lambda row, parts: one(parts[name][row[0]][0]) if parts[name].get(row[0]) else ""

    def fetch_parts(self, ids: list[int]) -> dict[str, dict[int, list[dict]]]:
        found: dict[str, dict[int, list[dict]]] = {}
        for name, paths in self.part_paths.items():
            part = self.parts[name]
            link = part.model_class._meta.get_field(part.link).attname
            fixed = {(f"{k}__isnull" if v is None else k): (True if v is None else v) for k, v in part.fixed.items()}
            rows: dict[int, list[dict]] = {}
            for values in (
                part.model_class._base_manager.filter(**{f"{link}__in": ids}, **fixed)
                .order_by("pk")
                .values(link, *paths)
            ):
                rows.setdefault(values[link], []).append(values)
            found[name] = rows
        return found

    def rows(self, queryset: models.QuerySet) -> Iterator[list[Any]]:
        chunk: list[tuple] = []
        for row in queryset.values_list(*self.paths).iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from self.cells(chunk)
                chunk = []
        yield from self.cells(chunk)

    def pairs(self, queryset: models.QuerySet) -> Iterator[tuple[int, list[Any]]]:
        """(primary key, cells), for a caller that keeps its own order."""
        found = list(queryset.order_by().values_list(*self.paths))
        return zip([row[0] for row in found], self.cells(found), strict=True)

    def cells(self, chunk: list[tuple]) -> Iterator[list[Any]]:
        parts = self.fetch_parts([row[0] for row in chunk]) if self.part_paths and chunk else {}
        readers = self.readers
        for row in chunk:
            yield [read(row, parts) for read in readers]
