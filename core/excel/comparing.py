"""What a line would change in the row that it means."""

from collections.abc import Iterator
from typing import Any

from core.journal import to_json
from core.secrets import encrypt, keyed_hash, tail_of

from .binding import ID_FIELDS, Binding, empty_value, field_of
from .line import Line, Shared
from .sheet import Parent
from .values import CLEAR

EXCERPTS = 60


class Comparing(Shared):
    def main_values(self, line: Line, bindings: list[Binding] | None = None) -> Iterator[tuple[Binding, str, Any]]:
        """(binding, attribute, value) of the filled cells that belong to the row itself."""
        for binding in self.all_bindings() if bindings is None else bindings:
            column = binding.column
            if column.field not in line.given or binding.owner or column.name == "id" or column.act_only:
                continue
            value = line.given[column.field]
            if column.kind == "id_number":
                yield from self.id_values(binding, value, line)
            elif column.lookups:
                yield from self.lookup_values(binding, value)
            elif column.precision:
                yield binding, binding.attname, None if value is CLEAR else value
                yield binding, column.precision, line.given.get("!" + column.field, False)
            else:
                yield binding, binding.attname, empty_value(binding.field) if value is CLEAR else value

    def id_values(self, binding: Binding, value: Any, line: Line) -> Iterator[tuple[Binding, str, Any]]:
        number = "" if value is CLEAR else value
        digest = keyed_hash(number)
        if line.stored is not None and line.stored.id_hash == digest:
            return
        for name, new in zip(ID_FIELDS, (encrypt(number), digest, tail_of(number)), strict=True):
            yield binding, name, new

    def lookup_values(self, binding: Binding, value: Any) -> Iterator[tuple[Binding, str, Any]]:
        into, pk = ("", None) if value is CLEAR else value
        targets = [x.into for x in binding.column.lookups if x.into]
        for name in targets or [binding.column.name]:
            attname = field_of(self.model, name).attname
            yield binding, attname, pk if not targets or name == into else None

    def compare(self, line: Line) -> None:
        """Fill after, before and words from the row's own columns."""
        if line.errors:
            return
        new = line.stored is None
        values = {}
        if new:
            self.collect(line, values)
            self.fill_new(line, values)
            line.after = values
            return
        for binding, attname, value in self.main_values(line):
            old = line.stored.__dict__.get(attname)
            if old == value:
                continue
            if binding.column.create_only:
                self.notice(f"“{binding.heading}”只在新增时读取，已有的请在页面上办理", line.number)
                continue
            values[attname] = value
            line.before[attname] = to_json(old)
            if attname not in ("id_cipher", "id_tail"):
                resolver = self.resolvers.get(binding.column.field)
                pair = [binding.words(old, resolver), binding.words(value, resolver)]
                line.words[binding.heading] = ["（原值）", "（新值）"] if attname == "id_hash" else pair
        if self.has_follows:
            self.follow(line, values)
        line.refers = self.refers and any(isinstance(v, dict) for v in values.values())
        line.obj = self.copy_of(line.stored, values)
        line.after = values

    def follow(self, line: Line, values: dict[str, Any]) -> None:
        """What follows from the cells is a change like those that the cells make."""
        for attname, value in self.sheet.follows(self.given(line), line.stored, self.context).items():
            old, found = line.stored.__dict__[attname], self.model._meta.get_field(attname)
            values.pop(attname, None)
            line.before.pop(attname, None)
            line.words.pop(label := str(found.verbose_name), None)
            if value != old:
                values[attname], line.before[attname] = value, to_json(old)
                words = dict(found.flatchoices or ())
                line.words[label] = [words.get(v, "" if v is None else str(v)) for v in (old, value)]

    def collect(self, line: Line, values: dict[str, Any]) -> None:
        """Values of a new row: plain columns at once, the others one by one."""
        for name, value in line.given.items():
            if name in self.simple:
                attname, empty = self.simple[name]
                values[attname] = empty if value is CLEAR else value
        if self.special:
            for _, attname, value in self.main_values(line, self.special):
                values[attname] = value

    def copy_of(self, stored: Any, values: dict[str, Any]) -> Any:
        if not values:
            return stored
        obj = self.model(**{f.attname: stored.__dict__[f.attname] for f in self.model._meta.concrete_fields})
        obj.__dict__.update({k: v for k, v in values.items() if not isinstance(v, dict)})
        obj._state.adding = False
        return obj

    def fill_new(self, line: Line, values: dict[str, Any]) -> None:
        self.require(line)
        for attname, default in self.defaults:
            if attname not in values:
                values[attname] = default() if callable(default) else default
        for parent in self.sheet.parents:
            key, pk = self.parent_of(line, parent)
            values[f"{parent.name}_id"] = (
                pk
                if pk is not None
                else {"parent": parent.name, "key": [to_json(k) for k in key], "v": self.parent_values(line, parent)}
            )
        if self.has_follows:
            values.update(self.sheet.follows(self.given(line), None, self.context))
        line.refers = self.refers and any(isinstance(v, dict) for v in values.values())
        line.obj = self.make({k: v for k, v in values.items() if not isinstance(v, dict)} if line.refers else values)
        if self.has_committee and line.obj.committee_id is None:
            line.obj.committee_id = self.context.committee.pk

    def require(self, line: Line) -> None:
        unread = {error["c"] for error in line.errors}
        for column in self.required:
            binding = self.by_field.get(column.field)
            if line.given.get(column.field, CLEAR) is CLEAR and (binding is None or binding.index not in unread):
                line.wrong(binding, f"“{column.label}”没有填。新增的行必须填写。")

    def require_beside(self, line: Line) -> None:
        """What a new line lacks beside cells that cannot be read; not where these tell whether it is new."""
        names = {
            f
            for key in self.keys
            for name in key
            for f in (self.parents[name].cells if name in self.parents else [name])
        }
        keys = {binding.index for name in names if (binding := self.by_field.get(name))}
        if line.stored is None and self.key_of(line) and not any(error["c"] in keys for error in line.errors):
            self.require(line)

    def parent_values(self, line: Line, parent: Parent) -> dict[str, Any]:
        """What the line says about a parent that has to be made, beside its key."""
        values: dict[str, Any] = {}
        for binding in self.all_bindings():
            value = line.given.get(binding.column.field)
            if binding.owner == parent.name and binding.column.name not in parent.key and value not in (None, CLEAR):
                values[binding.attname] = to_json(self.plain(value))
        return values
