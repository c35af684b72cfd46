"""May the line be written? The sheet's rules, the model's clean(), its check and unique constraints."""

from typing import Any

from django.core.exceptions import ValidationError

from core.choices import RowAction

from .line import Line, Shared
from .values import CLEAR, cell_text

EXCERPTS = 60


class Judging(Shared):
    def judge(self, lines: list[Line]) -> None:
        """Rules across columns: the sheet's own, the model's clean(), its check and unique constraints."""
        for line in lines:
            if line.errors:
                continue
            for name, sentence in self.sheet.check(self.given(line), self.context) if self.checks else ():
                line.wrong(self.by_field.get(name), sentence)
            if line.stored is None or line.after:
                self.judge_object(line)
        judged = [(x.number, x.obj) for x in lines if not x.errors and (x.stored is None or x.after)]
        by_number = {line.number: line for line in lines}
        for number, attname, sentence in self.uniques.conflicts(judged, set()):
            by_number[number].wrong(self.by_attname(attname), sentence)
        for name, uniques in self.part_uniques.items():
            rows = [(x.number, obj) for x in lines if not x.errors for part, obj, _ in x.parts if part.name == name]
            for number, attname, sentence in uniques.conflicts(rows, self.touched):
                binding = next((b for b in self.bindings if b.owner == name and b.attname == attname), None)
                by_number[number].wrong(binding or next((b for b in self.bindings if b.owner == name), None), sentence)

    def given(self, line: Line) -> dict[str, Any]:
        """For `check`: filled cells, lookups as primary keys, cleared ones as None."""
        return {
            k: None if v is CLEAR else v[1] if isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) else v
            for k, v in line.given.items()
        }

    def judge_object(self, line: Line) -> None:
        try:
            if not line.refers:
                line.obj.clean()
        except ValidationError as error:
            pairs = error.message_dict.items() if hasattr(error, "error_dict") else [("", error.messages)]
            for name, sentences in pairs:
                line.wrong(self.by_field.get(name), " ".join(sentences))
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
                self.excerpt[line.number] = {
                    str(b.index): cell_text(line.cells[b.index])[:80]
                    for b in self.bindings
                    if b.index < len(line.cells)
                }
        elif line.stored is None:
            line.action = RowAction.NEW
            self.register_name(line)
        elif line.after:
            line.action = RowAction.CHANGED
        line.cells = []

    def register_name(self, line: Line) -> None:
        for resolver in self.resolvers.values():
            if self.refers_to_itself(resolver):
                for name in resolver.targets[0].lookup.fields:
                    if isinstance(value := line.obj.__dict__.get(name), str) and value:
                        self.file_names.setdefault(value, line.number)
