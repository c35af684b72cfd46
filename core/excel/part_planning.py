"""Rows of other models that stand in the same line: made, changed, ended or removed."""

from collections.abc import Collection
from copy import copy
from datetime import date
from typing import Any

from django.db import models

from core.journal import COUNTED, image_of, to_json

from .binding import Binding, empty_value, field_of
from .line import Line, Shared
from .sheet import Part
from .values import CLEAR

EXCERPTS = 60


def seal(part: Part, obj: models.Model, changed: Collection[str]) -> dict[str, Any]:
    """The other columns of a part that the line changes: they are to be the same when it is written, and when undone."""
    names = (f.attname for f in obj._meta.concrete_fields if not f.primary_key and f.name not in part.derived)
    return {name: to_json(obj.__dict__[name]) for name in names if name not in COUNTED and name not in changed}


class PartPlanning(Shared):
    def plan_parts(self, lines: list[Line]) -> None:
        for part in self.parts.values():
            if part.ends is not None:
                self.plan_ends(part, lines)
                continue
            if part.make is None and not self.part_bindings(part):
                continue
            wanted = {
                line.number: rows
                for line in lines
                if not line.errors and ((rows := self.part_rows(part, line)) or (rows == [] and line.stored))
            }
            if not wanted:
                continue
            known = [line for line in lines if line.number in wanted and line.stored is not None]
            stored = {} if part.fresh else self.stored_parts(part, known)
            for line in lines:
                if line.number in wanted:
                    rows = stored.get(line.stored.pk, []) if line.stored else []
                    self.plan_part(part, line, wanted[line.number], [*map(copy, rows)] if line.double else rows)

    def plan_ends(self, part: Part, lines: list[Line]) -> None:
        """Rows that end with the row of the line, on one day with it."""
        known = [line for line in lines if line.stored is not None and not line.errors and not line.double]
        days = {line.number: day for line in known if (day := part.ends(self.context, line.given)) is not None}
        if not days:
            return
        owners = {line.stored.pk: line for line in known if line.number in days}
        model = part.model_class
        links = [f.name for f in model._meta.concrete_fields if f.is_relation and not f.null]
        rows = model._base_manager.filter(**{f"{part.link}__in": list(owners)}).select_related(*links)
        link = model._meta.get_field(part.link).attname
        for old in rows.order_by("pk"):
            line = owners[old.__dict__[link]]
            if old.__dict__[part.end] is None or old.__dict__[part.end] > days[line.number]:
                self.end_with(part, line, old, days[line.number])

    def end_with(self, part: Part, line: Line, old: Any, day: date) -> None:
        label, start, end = str(old._meta.verbose_name), old.__dict__[part.start], old.__dict__[part.end]
        if start >= day:
            why = f"从{start}才开始，不能在{day}结束。请先改正它，或核对日期。"
            line.wrong(self.by_field.get(part.at), f"{label}“{old}”{why}")
            return
        self.touched.add(old.pk)
        after, before = {part.end: to_json(day)}, {part.end: to_json(end)}
        op = {"p": part.name, "op": "change", "id": old.pk, "v": after, "b": before, "s": seal(part, old, after)}
        line.after.setdefault("parts", []).append(op)
        self.add_words(line, label, 0, str(old))
        self.add_words(line, label, 1, f"到{day}为止")

    def part_rows(self, part: Part, line: Line) -> list[dict[str, Any]] | None:
        """The rows of the part that the line asks for; None when its cells are all blank."""
        if part.make is not None:
            made = part.make(self.context, line.given)
            return None if made is None else list(made)
        own = [b for b in self.part_bindings(part) if b.column.field in line.given]
        if not own:
            return None
        base: dict[str, Any] = {}
        many: list[dict[str, Any]] | None = None
        for binding in own:
            value = line.given[binding.column.field]
            if binding.column.kind == "names":
                name = self.reverse_name(part, binding)
                targets = {x.into: field_of(part.model_class, x.into).attname for x in binding.column.lookups if x.into}
                many = [] if value is CLEAR else [{targets.get(t, name): pk} for t, pk in value if pk is not None]
            elif binding.column.lookups:
                base[binding.attname] = None if value is CLEAR else value[1]
            elif binding.column.precision:
                base[binding.attname] = None if value is CLEAR else value
                base[binding.column.precision] = line.given.get("!" + binding.column.field, False)
            else:
                base[binding.attname] = empty_value(binding.field) if value is CLEAR else value
        if many is not None:
            return [{**base, **one} for one in many]
        keys = [field_of(part.model_class, k).attname for k in part.key]
        return [] if keys and all(base.get(k) in (None, "") for k in keys) else [base]

    def part_bindings(self, part: Part) -> list[Binding]:
        if part.name not in self.bound:
            self.bound[part.name] = [b for b in self.all_bindings() if b.owner == part.name]
        return self.bound[part.name]

    @staticmethod
    def reverse_name(part: Part, binding: Binding) -> str:
        return part.model_class._meta.get_field(part.key[0] if binding.many else binding.column.name).attname

    def stored_parts(self, part: Part, lines: list[Line]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        link = part.model_class._meta.get_field(part.link).attname
        fixed = {(f"{k}__isnull" if v is None else k): (True if v is None else v) for k, v in part.fixed.items()}
        if lines:
            rows = part.model_class._base_manager.filter(**{f"{link}__in": [x.stored.pk for x in lines]}, **fixed)
            for row in rows.order_by("pk"):
                found.setdefault(getattr(row, link), []).append(row)
        return found

    def plan_part(self, part: Part, line: Line, wanted: list[dict[str, Any]], stored: list[Any]) -> None:
        model = part.model_class
        keys = [model._meta.get_field(k).attname for k in part.key]
        left = list(stored)
        plan = line.after.setdefault("parts", [])
        label = self.part_label(part)
        for row in wanted:
            match = next((s for s in left if all(s.__dict__[k] == row.get(k, s.__dict__[k]) for k in keys)), None)
            if match is None:
                self.new_part(part, line, row, plan)
                self.add_words(line, label, 1, self.new_words(part, row))
                continue
            left.remove(match)
            changed = {k: v for k, v in row.items() if match.__dict__.get(k) != v}
            if changed:
                before = {k: to_json(match.__dict__[k]) for k in changed}
                plan.append(
                    {
                        "p": part.name,
                        "op": "change",
                        "id": match.pk,
                        "v": {k: to_json(v) for k, v in changed.items()},
                        "b": before,
                        "s": seal(part, match, changed),
                    }
                )
                for name, value in changed.items():
                    binding = next((b for b in self.all_bindings() if b.owner == part.name and b.attname == name), None)
                    if binding:
                        resolver = self.resolvers.get(binding.column.field)
                        line.words[binding.heading] = [
                            binding.words(match.__dict__[name], resolver),
                            binding.words(value, resolver),
                        ]
                match.__dict__.update(changed)
                line.parts.append((part, match, False))
        for old in left if part.others != "keep" else []:
            self.end_part(part, line, old, plan, wanted)
            self.add_words(line, label, 0, self.part_words(part, old.__dict__))
            if not self.part_bindings(part) and plan and (end := plan[-1].get("v", {}).get(part.end)):
                self.add_words(line, label, 1, f"到{end}为止")
        if not plan:
            line.after.pop("parts")

    @staticmethod
    def add_words(line: Line, label: str, side: int, words: str) -> None:
        """One more piece of what was (0) or will be (1)."""
        pair = line.words.setdefault(label, ["", ""])
        pair[side] += ("、" if pair[side] else "") + words

    def new_words(self, part: Part, row: dict[str, Any]) -> str:
        """In the part's own words, or with the day where it begins on another day than the workbook's “as of”: the log tells of it by that day."""
        if part.tell is not None:
            return part.tell(row)
        start = row.get(part.start) if part.start and self.part_bindings(part) else None
        return self.part_words(part, row) + (f"（{start}起）" if start and start != self.context.as_of else "")

    def new_part(self, part: Part, line: Line, row: dict[str, Any], plan: list[dict]) -> None:
        model = part.model_class
        values = {**{model._meta.get_field(k).attname: v for k, v in part.fixed.items()}, **row}
        if part.start:
            values[part.start] = values.get(part.start) or self.context.as_of
        for column in self.sheet.columns:
            if column.owner == part.name and not column.readonly and (found := field_of(model, column.name)):
                if values.get(found.attname) is None and column.default is not None:
                    values[found.attname] = column.default() if callable(column.default) else column.default
                if column.required and values.get(found.attname) in (None, ""):
                    line.wrong(self.by_field.get(column.field), f"“{column.label}”没有填。请补上。")
        plan.append({"p": part.name, "op": "new", "v": {k: to_json(v) for k, v in values.items()}})
        obj = model(**values)
        link = model._meta.get_field(part.link).attname
        setattr(obj, link, line.stored.pk if line.stored is not None else None)
        line.parts.append((part, obj, True))

    def end_part(self, part: Part, line: Line, old: Any, plan: list[dict], wanted: list[dict[str, Any]]) -> None:
        self.touched.add(old.pk)
        end = next((row[part.start] for row in wanted if part.start and row.get(part.start)), self.context.as_of)
        start = old.__dict__.get(part.start) if part.start else None
        too_early = bool(start) and end <= start
        if part.others == "remove" or (part.others == "stop" and too_early):
            plan.append({"p": part.name, "op": "remove", "id": old.pk, "b": image_of(old)})
            return
        if too_early:
            place = next((b for b in self.bindings if b.owner == part.name), None)
            line.wrong(
                place, f"原有的“{self.part_label(part)}”自{start}起，新的不能从{end}或更早开始。请填写起始时间。"
            )
            return
        values, before = {part.end: to_json(end)}, {part.end: None}
        plan.append(
            {"p": part.name, "op": "change", "id": old.pk, "v": values, "b": before, "s": seal(part, old, values)}
        )

    def part_label(self, part: Part) -> str:
        columns = [b for b in self.bindings if b.owner == part.name and part.tell is None]
        if len(columns) == 1 or not columns:
            return columns[0].heading if columns else str(part.model_class._meta.verbose_name)
        return columns[0].column.group or columns[0].heading

    def part_words(self, part: Part, row: dict[str, Any]) -> str:
        """The part's row in words: its key or its first filled cell; without any cell the day on which it begins."""
        for binding in self.all_bindings():
            if binding.owner == part.name:
                resolver = self.resolvers.get(binding.column.field)
                for target in resolver.targets if resolver is not None else ():
                    pk = row.get(f"{target.lookup.into}_id") if target.lookup.into else None
                    if pk is not None:
                        return target.names.get(pk, str(pk))
                attname = self.reverse_name(part, binding) if binding.column.kind == "names" else binding.attname
                if row.get(attname) not in (None, ""):
                    return str(binding.words(row[attname], resolver))
        start = row.get(part.start) if part.start else None
        return f"{start}起" if start else str(part.model_class._meta.verbose_name)
