"""May the line be written? The sheet's rules, the model's clean(), its check and unique constraints."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from core.choices import RowAction

from .line import Line, Shared, sentences
from .lookups import UnknownName
from .values import CLEAR, cell_text

EXCERPTS = 60
NAMES = 200


class Judging(Shared):
    def judge(self, lines: list[Line]) -> None:
        """Rules across columns: the sheet's own, the model's clean(), its check and unique constraints; doubles last."""
        lines = sorted(lines, key=lambda line: line.double is not None)
        doubles = {line.number for line in lines if line.double is not None}
        for line in lines:
            if line.errors:
                continue
            for name, sentence in self.rule_breaks(line):
                line.wrong(self.by_field.get(name), sentence)
            if self.is_judged(line):
                self.judge_object(line)
            if self.has_remarks and not line.errors and not line.double:
                for sentence in self.sheet.remarks(self.given(line), line.stored, self.context):
                    self.notice(sentence, line.number)
        judged = [(x.number, x.obj) for x in lines if not x.errors and self.is_judged(x)]
        by_number = {line.number: line for line in lines}
        compared = {line.number: line.sought for line in lines} if self.finds_all else {}
        for number, attname, sentence in self.uniques.conflicts(judged, set(), doubles, compared):
            by_number[number].wrong(self.by_attname(attname), sentence)
        for name, uniques in self.part_uniques.items():
            rows = [(x.number, obj) for x in lines if not x.errors for part, obj, _ in x.parts if part.name == name]
            for number, attname, sentence in uniques.conflicts(rows, self.touched, doubles):
                binding = next((b for b in self.bindings if b.owner == name and b.attname == attname), None)
                by_number[number].wrong(binding or next((b for b in self.bindings if b.owner == name), None), sentence)

    def is_judged(self, line: Line) -> bool:
        """Whether the row as the line leaves it is to be looked at: a new one, or one that changes."""
        return line.stored is None or bool(line.after)

    def rule_breaks(self, line: Line) -> Iterator[tuple[str, str]]:
        if self.checks:
            yield from self.sheet.check(self.given(line), self.context)
        if self.checks_change:
            yield from self.sheet.check_change(self.given(line), line.stored, self.context)

    def given(self, line: Line) -> dict[str, Any]:
        """For the sheet's rules: filled cells, lookups as primary keys, cleared ones as None; whom the line is about."""
        values = line.given.copy()
        for name, value in line.given.items():
            if value is CLEAR:
                values[name] = None
            elif value.__class__ is tuple and len(value) == 2 and isinstance(value[0], str):
                values[name] = value[1]
        for parent in self.sheet.parents:
            if parent.find is not None:
                values[parent.name] = self.parent_of(line, parent)[1]
        return values

    def judge_object(self, line: Line) -> None:
        try:
            if not line.refers:
                line.obj.clean()
        except ValidationError as error:
            for name, sentence in sentences(error):
                binding = self.by_field.get(name) or self.by_field.get(self.sheet.instead_of.get(name, ""))
                line.wrong(binding, sentence)
        for judge, sentence, names in self.rules:
            if judge(line.obj) is False:
                line.wrong(next((self.by_field[n] for n in names if n in self.by_field), None), sentence)
        for part, obj, _ in line.parts:
            for judge, sentence, names in self.part_rules[part.name]:
                if judge(obj) is False:
                    fields = [f"{part.name}.{n}" for n in names]
                    line.wrong(next((self.by_field[f] for f in fields if f in self.by_field), None), sentence)

    def close(self, line: Line) -> None:
        """Decide what happens, and keep the cells that a preview shows."""
        if line.errors:
            line.action = RowAction.WRONG
            for error in line.errors:
                if error["c"] < 0 and self.bindings:
                    first = self.bindings[0]
                    error.update(c=first.index, l=first.letter, h=first.heading)
            if len(self.excerpt) < EXCERPTS:
                self.excerpt[line.number] = self.texts(line)
        elif line.stored is None:
            line.action = RowAction.NEW
            self.register_name(line)
        elif line.after:
            line.action = RowAction.CHANGED
        line.cells = []

    def texts(self, line: Line) -> dict[str, str]:
        """The cells in use as the sender sees them."""
        cells = line.cells
        return {str(b.index): cell_text(cells[b.index])[:80] for b in self.bindings if b.index < len(cells)}

    def keep_beside(self, lines: list[Line]) -> None:
        """The rows before and after a wrong one: they show where in the sheet the reader is."""
        for index, line in enumerate(lines):
            if line.errors and len(self.beside) < EXCERPTS * 2:
                for near in (*lines[max(index - 1, 0) : index], *lines[index + 1 : index + 2]):
                    if not near.errors and abs(near.number - line.number) == 1:
                        self.beside[near.number] = self.texts(near)
            if line.errors:
                self.beside.pop(line.number, None)

    def keep_waiting(self, *pair: Line | None) -> None:
        """A line that is settled at the end is parted from its neighbours, so what may stand beside is kept now."""
        for line in pair:
            if line is not None and not line.errors and len(self.beside) < EXCERPTS * 4:
                self.beside.setdefault(line.number, self.texts(line))

    def note_unknown(self, name: str, error: ValidationError, number: int) -> None:
        if isinstance(error, UnknownName):
            self.unresolved.setdefault((name, error.name), []).append(number)

    def unknown_names(self) -> list[dict]:
        """Names that no ledger has, the most frequent first, with those that are near."""
        found = sorted(self.unresolved.items(), key=lambda pair: -len(pair[1]))[:NAMES]
        return [
            {
                "heading": self.by_field[name].heading if name in self.by_field else name,
                "text": text[:80],
                "count": len(numbers),
                "rows": numbers[:5],
                "what": self.resolvers[name].titles,
                "models": [t.lookup.model for t in self.resolvers[name].targets],
                "near": self.resolvers[name].near(text),
            }
            for (name, text), numbers in found
        ]

    def register_name(self, line: Line) -> None:
        for resolver in self.resolvers.values():
            if self.refers_to_itself(resolver):
                for name in resolver.targets[0].lookup.fields:
                    if isinstance(value := line.obj.__dict__.get(name), str) and value:
                        self.file_names.setdefault(value, line.number)
