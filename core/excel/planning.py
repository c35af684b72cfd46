"""Rows of a workbook → what an import would do with each: new, changed, same or wrong. Nothing is written but the staging."""

from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import Any

from django.core.exceptions import ValidationError

from . import loading
from .binding import Binding, empty_value, field_of, through_part
from .comparing import Comparing
from .judging import Judging
from .line import Line, messages
from .lookups import Resolver, Target
from .matching import Matching
from .part_planning import PartPlanning
from .rules import Uniques, check_rules
from .sheet import Context, Sheet
from .table import Table
from .values import CLEAR, tidy

CHUNK = 2000
MISS = object()
Step = Callable[[int, int | None], None]


class Planner(Matching, Comparing, PartPlanning, Judging):
    """Holds what one import needs to know; `chunks()` yields planned lines. The sheet has prepared the context before."""

    def __init__(self, sheet: Sheet, table: Table, context: Context) -> None:
        self.sheet, self.table, self.context = sheet, table, context
        self.model = sheet.model_class
        context.title = table.title
        self.bindings = [Binding(sheet, f.column, f) for f in table.found]
        self.by_field = {b.column.field: b for b in self.bindings}
        self.titled = self.from_title()
        self.words_by = {b.column.field: b for b in self.all_bindings()}
        cache: dict[Any, Target] = {}
        self.resolvers = {
            b.column.field: Resolver(b.column, context, cache) for b in self.all_bindings() if b.column.lookups
        }
        self.parts = {p.name: p for p in sheet.parts}
        self.parts.update({b.owner: through_part(sheet, b) for b in self.bindings if b.many and not b.column.owner})
        self.bound = {}
        self.parents = {p.name: p for p in sheet.parents}
        self.known_parents: dict[str, dict[tuple, int]] = {}
        self.make = loading.maker(self.model)
        keys = [("id",)] * ("id" in self.by_field) + list(sheet.keys)
        self.keys = {key: tuple(self.attname(name) for name in key) for key in keys}
        self.seen: dict[tuple, int] = {}
        self.taken: dict[int, int] = {}  # stored row → the line that means it
        self.file_names: dict[str, int] = {}
        self.rules = check_rules(self.model)
        self.finds_all = type(sheet).existing is Sheet.existing
        self.uniques = Uniques(self.model)
        self.part_uniques = {n: Uniques(p.model_class) for n, p in self.parts.items() if not n.startswith("m2m:")}
        self.part_rules = {n: check_rules(p.model_class) for n, p in self.parts.items()}
        self.excerpt: dict[int, dict[str, str]] = {}
        self.beside: dict[int, dict[str, str]] = {}
        self.unresolved: dict[tuple[str, str], list[int]] = {}
        self.notices: dict[str, list[int]] = {}
        self.touched: set[int] = set()
        self.has_committee = field_of(self.model, "committee") is not None
        self.has_version = field_of(self.model, "version") is not None
        own = [b for b in self.all_bindings() if not b.owner and b.column.name != "id" and not b.column.act_only]
        self.special = [b for b in own if b.column.kind == "id_number" or b.column.lookups or b.column.precision]
        self.simple = {b.column.field: (b.attname, empty_value(b.field)) for b in own if b not in self.special}
        main = [c for c in sheet.columns if c.field and not c.readonly and not c.owner]
        self.required = [c for c in main if c.required]
        self.defaults = [
            (found.attname, c.default)
            for c in main
            if not c.required and c.default is not None and (found := field_of(self.model, c.name))
        ]
        self.refers = bool(sheet.parents) or any(self.refers_to_itself(r) for r in self.resolvers.values())
        self.checks = type(sheet).check is not Sheet.check
        self.checks_change = type(sheet).check_change is not Sheet.check_change
        self.tells_new = type(sheet).entering is not Sheet.entering
        self.has_remarks = type(sheet).remarks is not Sheet.remarks
        self.has_follows = type(sheet).follows is not Sheet.follows

    def from_title(self) -> list[tuple[Binding, Any]]:
        """Columns that are absent and stand in the title instead (2023年第一季度…任务清单)."""
        pairs = []
        for column in self.sheet.columns:
            if column.from_title and column.field not in self.by_field:
                value = column.from_title(self.table.title)
                binding = Binding(self.sheet, column)
                if value in (None, "") and column.required:
                    raise ValidationError(
                        f"表头里没有“{column.label}”这一栏，标题里也认不出来。请补上这一栏，或在标题里写明。",
                        code="wrong-sheet",
                    )
                if value not in (None, ""):
                    pairs.append((binding, value))
        return pairs

    def attname(self, name: str) -> str:
        if name in self.parents_names():
            return f"{name}_id"
        if name == "id_number":
            return "id_hash"
        found = field_of(self.model, name)
        return found.attname if found is not None else name

    def parents_names(self) -> set[str]:
        return {p.name for p in self.sheet.parents}

    # --- reading -------------------------------------------------------------------------------------------------

    def chunks(self, step: Step | None = None) -> Iterator[list[Line]]:
        waiting: list[Line] = []
        done = 0
        rows = self.table.rows()
        while read := [Line(number, cells) for number, cells in islice(rows, CHUNK)]:
            self.read(read)
            waiting += [line for line in read if line.waits]
            for pair in pairwise(read) if waiting else ():
                if pair[0].waits or pair[1].waits:
                    self.keep_waiting(*pair)
            yield self.settle([line for line in read if not line.waits] if waiting else read)
            done += len(read)
            if step:
                step(done, None)
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            for line in part:
                self.resolve(line, last=True)
            yield self.settle(part)

    def read(self, lines: list[Line]) -> None:
        """Convert the cells, column by column: most columns need one look for all their rows."""
        for binding in self.bindings:
            index, name = binding.index, binding.column.field
            column = [line.cells[index] if index < len(line.cells) else "" for line in lines]
            convert = self.cached(binding) if binding.cache is not None else None
            convert = convert or (binding.convert_tidy if tidy(column) else binding.convert)
            precise = binding.column.precision
            for line, raw in zip(lines, column, strict=True):
                if raw == "" or raw is None:
                    continue
                try:
                    value = convert(raw)
                except ValidationError as error:
                    line.wrong(binding, messages(error))
                    continue
                if value is None:
                    continue
                if precise and value is not CLEAR:
                    value, line.given["!" + name] = value
                line.given[name] = value
        for line in lines:
            for binding, value in self.titled:
                line.given[binding.column.field] = value
            self.resolve(line, last=False)

    @staticmethod
    def cached(binding: Binding) -> Callable[[Any], Any]:
        """Kinds of few different cells are converted once each."""
        known, convert = binding.cache, binding.convert

        def recall(raw: Any) -> Any:
            value = known.get(raw, MISS)
            if value is MISS or (value == 1 and raw.__class__ is not str):
                value = known[raw] = convert(raw)
            return value

        return recall

    def resolve(self, line: Line, last: bool) -> None:
        for name, resolver in self.resolvers.items():
            value = line.given.get(name)
            if not isinstance(value, (str, list)) or (value and isinstance(value[0], tuple)):
                continue  # blank, cleared, or resolved in the first round
            try:
                line.given[name] = (
                    [resolver.resolve(t) for t in value] if isinstance(value, list) else resolver.resolve(value)
                )
            except ValidationError as error:
                if self.refers_to_itself(resolver) and isinstance(value, str):
                    if not last:
                        line.waits = True
                        continue
                    if (row := self.file_names.get(value)) is not None:
                        line.given[name] = ("", {"row": row})
                        continue
                line.wrong(self.by_field.get(name), messages(error))
                self.note_unknown(name, error, line.number)
                line.given.pop(name)

    def settle(self, lines: list[Line]) -> list[Line]:
        """Everything that needs the database, once per chunk."""
        unread = {line.number: len(line.errors) for line in lines if line.errors}
        self.find_parents(lines)
        self.match(lines)
        for line in lines:
            if unread.get(line.number) == len(line.errors):
                self.require_beside(line)
            self.compare(line)
        self.plan_parts(lines)
        self.judge(lines)
        self.tell_doubles(lines)
        self.conclude(lines)
        return lines

    def conclude(self, lines: list[Line]) -> None:
        self.keep_beside(lines)
        for line in lines:
            self.close(line)
