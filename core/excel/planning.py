"""Rows of a workbook → what an import would do with each: new, changed, same or wrong. Nothing is written but the staging."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from core.choices import RowAction
from core.secrets import encrypt, keyed_hash

from . import loading
from .binding import ID_FIELDS, Binding, empty_value, field_of, through_part, to_json
from .lookups import Resolver, Target
from .rules import Uniques, check_rules
from .sheet import Column, Context, Parent, Part, Sheet
from .table import Table
from .values import CLEAR, cell_text

CHUNK = 1000
EXCERPTS = 60
MISS = object()
Step = Callable[[int, int | None], None]


@dataclass
class Line:
    """One row on its way: converted cells, then the stored row it means, then what would change."""

    number: int
    cells: list[Any]
    given: dict[str, Any] = field(default_factory=dict)  # Column.field → value or CLEAR
    errors: list[dict] = field(default_factory=list)
    stored: Any = None
    obj: Any = None
    action: str = RowAction.SAME
    after: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    words: dict[str, list] = field(default_factory=dict)
    parts: list[tuple[Part, Any, bool]] = field(default_factory=list)  # part rows to judge: (part, object, is new)
    waits: bool = False

    def wrong(self, binding: Binding | None, sentence: str) -> None:
        where = (binding.index, binding.letter, binding.heading) if binding else (-1, "", "")
        self.errors.append({"c": where[0], "l": where[1], "h": where[2], "m": sentence})


def messages(error: ValidationError) -> str:
    return " ".join(error.messages)


class Planner:
    """Holds what one import needs to know; `chunks()` yields planned lines."""

    def __init__(self, sheet: Sheet, table: Table, context: Context) -> None:
        self.sheet, self.table, self.context = sheet, table, context
        self.model = sheet.model_class
        context.title = table.title
        self.bindings = [Binding(sheet, f.column, f) for f in table.found]
        self.by_field = {b.column.field: b for b in self.bindings}
        self.titled = self.from_title()
        cache: dict[Any, Target] = {}
        self.resolvers = {
            b.column.field: Resolver(b.column, context, cache) for b in self.all_bindings() if b.column.lookups
        }
        self.parts = {p.name: p for p in sheet.parts}
        self.parts.update({b.owner: through_part(sheet, b) for b in self.bindings if b.many and not b.column.owner})
        self.parents = {p.name: p for p in sheet.parents}
        self.known_parents: dict[str, dict[tuple, int]] = {}
        self.make = loading.maker(self.model)
        self.keys = [("id",)] * ("id" in self.by_field) + list(sheet.keys)
        self.seen: dict[tuple, int] = {}
        self.file_names: dict[str, int] = {}
        self.rules = check_rules(self.model)
        skip = {tuple(self.attname(f) for f in key) for key in sheet.keys}
        self.uniques = Uniques(self.model, skip)
        self.part_uniques = {n: Uniques(p.model_class) for n, p in self.parts.items() if not n.startswith("m2m:")}
        self.part_rules = {n: check_rules(p.model_class) for n, p in self.parts.items()}
        self.excerpt: dict[int, dict[str, str]] = {}
        self.notices: dict[str, list[int]] = {}
        self.touched: set[int] = set()
        self.has_committee = field_of(self.model, "committee") is not None
        self.has_version = field_of(self.model, "version") is not None
        own = [b for b in self.all_bindings() if not b.owner and b.column.name != "id"]
        self.special = [b for b in own if b.column.kind == "id_number" or b.column.lookups or b.column.precision]
        self.simple = [(b.column.field, b.attname, empty_value(b.field)) for b in own if b not in self.special]
        sheet.prepare(context)

    def all_bindings(self) -> list[Binding]:
        return [*self.bindings, *(b for b, _ in self.titled)]

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

    def notice(self, sentence: str, number: int) -> None:
        self.notices.setdefault(sentence, []).append(number)

    # --- reading -------------------------------------------------------------------------------------------------

    def chunks(self, step: Step | None = None) -> Iterator[list[Line]]:
        waiting: list[Line] = []
        chunk: list[Line] = []
        done = 0
        for number, cells in self.table.rows():
            line = self.read(number, cells)
            if line.waits:
                waiting.append(line)
                continue
            chunk.append(line)
            if len(chunk) == CHUNK:
                yield self.settle(chunk)
                done, chunk = done + len(chunk), []
                if step:
                    step(done, None)
        if chunk:
            yield self.settle(chunk)
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            for line in part:
                self.resolve(line, last=True)
            yield self.settle(part)

    def read(self, number: int, cells: list[Any]) -> Line:
        """Convert the cells of one row."""
        line = Line(number, cells)
        given, width = line.given, len(cells)
        for binding in self.bindings:
            raw = cells[binding.index] if binding.index < width else ""
            if raw == "" or raw is None:
                continue
            cache = binding.cache
            try:
                if cache is None:
                    value = binding.convert(raw)
                else:
                    value = cache.get(raw, MISS)
                    if value is MISS or (value == 1 and raw.__class__ is not str):
                        value = cache[raw] = binding.convert(raw)
            except ValidationError as error:
                line.wrong(binding, messages(error))
                continue
            if value is None:
                continue
            if binding.column.precision and value is not CLEAR:
                value, given["!" + binding.column.field] = value
            given[binding.column.field] = value
        for binding, value in self.titled:
            given[binding.column.field] = value
        self.resolve(line, last=False)
        return line

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
                line.given.pop(name)

    def refers_to_itself(self, resolver: Resolver) -> bool:
        return any(t.lookup.model_class is self.model for t in resolver.targets)

    # --- matching ------------------------------------------------------------------------------------------------

    def settle(self, lines: list[Line]) -> list[Line]:
        """Everything that needs the database, once per chunk."""
        self.find_parents(lines)
        self.match(lines)
        for line in lines:
            self.compare(line)
        self.plan_parts(lines)
        self.judge(lines)
        for line in lines:
            self.close(line)
        return lines

    def find_parents(self, lines: list[Line]) -> None:
        for parent in self.sheet.parents:
            model = parent.model_class
            fields = [f"{parent.name}.{k}" for k in parent.key]
            known = self.known_parents.setdefault(parent.name, {})
            wanted = {tuple(self.plain(line.given.get(f)) for f in fields) for line in lines} - known.keys()
            if not wanted or not any(
                f in self.by_field or f in {b.column.field for b, _ in self.titled} for f in fields
            ):
                continue
            rows = model._base_manager.filter(**parent.fixed)
            if field_of(model, "committee"):
                rows = rows.filter(committee=self.context.committee)
            first = parent.key[0]
            rows = rows.filter(**{f"{first}__in": {key[0] for key in wanted}})
            attnames = [model._meta.get_field(k).attname for k in parent.key]
            for pk, *key in rows.values_list("pk", *attnames):
                known[tuple(key)] = pk

    @staticmethod
    def plain(value: Any) -> Any:
        return value[1] if isinstance(value, tuple) else value

    def parent_of(self, line: Line, parent: Parent) -> tuple[tuple, int | None]:
        key = tuple(self.plain(line.given.get(f"{parent.name}.{k}")) for k in parent.key)
        return key, self.known_parents.get(parent.name, {}).get(key)

    def key_of(self, line: Line) -> tuple[tuple[str, ...], tuple] | None:
        """The first declared key whose cells are all filled, as attribute names and values."""
        for key in self.keys:
            values = []
            for name in key:
                if name in self.parents:
                    wanted, pk = self.parent_of(line, self.parents[name])
                    values.append(pk if pk is not None else wanted)
                    continue
                value = self.plain(line.given.get(name))
                if value is None and isinstance(line.given.get(name), tuple):
                    values.append(None)  # the cell says “no row”: 本级
                    continue
                if value is None or value is CLEAR or isinstance(value, dict):
                    break
                values.append(keyed_hash(value) if name == "id_number" else value)
            else:
                return tuple(self.attname(n) for n in key), tuple(values)
        return None

    def match(self, lines: list[Line]) -> None:
        """Find the stored row of each line, one query per key; report doubles within the file."""
        groups: dict[tuple[str, ...], dict[tuple, Line]] = {}
        for line in lines:
            found = self.key_of(line)
            if found is None:
                if self.keys and not line.errors:
                    names = "、".join(f"“{self.label(f)}”" for f in self.sheet.keys[0])
                    line.wrong(self.by_field.get(self.sheet.keys[0][0]), f"没有填{names}，不知道是哪一条。请补上。")
                continue
            first = self.seen.setdefault(found, line.number)
            if first != line.number:
                self.double(line, found[0], first)
                continue
            groups.setdefault(found[0], {})[found[1]] = line
        for attnames, wanted in groups.items():
            self.fetch(attnames, wanted)

    def label(self, name: str) -> str:
        return next((c.label for c in self.sheet.columns if c.field == name or c.owner == name), name)

    def double(self, line: Line, attnames: tuple[str, ...], first: int) -> None:
        names = [f for key in self.keys for f in key if self.attname(f) in attnames]
        binding = next((self.by_field[n] for n in names if n in self.by_field), None)
        words = "、".join(dict.fromkeys(f"“{self.label(n)}”" for n in names))
        line.wrong(binding, f"与第{first}行的{words}相同，是重复的行。请核对，改正或删去其中一行。")

    def fetch(self, attnames: tuple[str, ...], wanted: dict[tuple, Line]) -> None:
        usable = {key: line for key, line in wanted.items() if not any(isinstance(v, tuple) for v in key)}
        if not usable:
            return
        rows = self.sheet.existing()
        for position, name in enumerate(attnames):
            wanted_values = {key[position] for key in usable}
            condition = Q(**{f"{name}__in": wanted_values - {None}})
            rows = rows.filter(condition | Q(**{f"{name}__isnull": True}) if None in wanted_values else condition)
        scope = set(self.context.committee.scope_ids) if self.context.committee else set()
        for obj in rows:
            key = tuple(obj.__dict__[a] for a in attnames)
            line = usable.get(key)
            if line is None:
                continue
            if self.has_committee and obj.committee_id not in scope:
                if attnames != ("name",) and "committee_id" not in attnames and self.unique_everywhere(attnames):
                    line.wrong(
                        self.by_attname(attnames[0]), "别的综合党委已登记了这一条，您不能改动。请与对方联系核对。"
                    )
                continue
            if line.stored is not None:
                line.wrong(
                    self.by_attname(attnames[0]), "台账里有不止一条与它相同，分不清是哪一条。请先在台账里处理重复。"
                )
            line.stored = obj
        if attnames == ("id",):
            for line in usable.values():
                if line.stored is None:
                    line.wrong(self.by_field["id"], "台账里没有这个系统编号。新增的行请把这一格留空。")

    def unique_everywhere(self, attnames: tuple[str, ...]) -> bool:
        return any(names == attnames for names, *_ in Uniques(self.model).found())

    def by_attname(self, attname: str) -> Binding | None:
        return next((b for f, b in self.by_field.items() if self.attname(f) == attname and not b.column.owner), None)

    # --- comparing -----------------------------------------------------------------------------------------------

    def main_values(self, line: Line, bindings: list[Binding] | None = None) -> Iterator[tuple[Binding, str, Any]]:
        """(binding, attribute, value) of the filled cells that belong to the row itself."""
        for binding in self.all_bindings() if bindings is None else bindings:
            column = binding.column
            if column.field not in line.given or binding.owner or column.name == "id":
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
        for name, new in zip(ID_FIELDS, (encrypt(number), digest, number[:3] + number[-4:]), strict=True):
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
        line.obj = self.copy_of(line.stored, values)
        line.after = values

    def collect(self, line: Line, values: dict[str, Any]) -> None:
        """Values of a new row: plain columns at once, the others one by one."""
        given = line.given
        for name, attname, empty in self.simple:
            value = given.get(name)
            if value is not None:
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
        for column in self.sheet.columns:
            if column.readonly or column.owner or not column.field:
                continue
            missing_ = column.field not in line.given or line.given[column.field] is CLEAR
            if column.required and missing_:
                binding = self.by_field.get(column.field)
                line.wrong(binding, f"“{column.label}”没有填。新增的行必须填写。")
            elif missing_ and column.default is not None and (found := field_of(self.model, column.name)):
                values.setdefault(found.attname, column.default() if callable(column.default) else column.default)
        for parent in self.sheet.parents:
            key, pk = self.parent_of(line, parent)
            values[f"{parent.name}_id"] = (
                pk
                if pk is not None
                else {"parent": parent.name, "key": [to_json(k) for k in key], "v": self.parent_values(line, parent)}
            )
        plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
        line.obj = self.make(plain)
        if self.has_committee:
            line.obj.committee_id = self.context.committee.pk

    def parent_values(self, line: Line, parent: Parent) -> dict[str, Any]:
        """What the line says about a parent that has to be made, beside its key."""
        values: dict[str, Any] = {}
        for binding in self.all_bindings():
            value = line.given.get(binding.column.field)
            if binding.owner == parent.name and binding.column.name not in parent.key and value not in (None, CLEAR):
                values[binding.attname] = to_json(self.plain(value))
        return values

    # --- parts ---------------------------------------------------------------------------------------------------

    def plan_parts(self, lines: list[Line]) -> None:
        for part in self.parts.values():
            wanted = {
                line.number: rows
                for line in lines
                if not line.errors and (rows := self.part_rows(part, line)) is not None
            }
            if not wanted:
                continue
            stored = self.stored_parts(
                part, [line for line in lines if line.number in wanted and line.stored is not None]
            )
            for line in lines:
                if line.number in wanted:
                    self.plan_part(
                        part, line, wanted[line.number], stored.get(line.stored.pk, []) if line.stored else []
                    )

    def part_rows(self, part: Part, line: Line) -> list[dict[str, Any]] | None:
        """The rows of the part that the line asks for; None when its cells are all blank."""
        if part.make is not None:
            return list(part.make(self.context, line.given))
        own = [b for b in self.all_bindings() if b.owner == part.name and b.column.field in line.given]
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
                line.words.setdefault(label, ["", ""])[1] += ("、" if line.words[label][1] else "") + self.part_words(
                    part, row
                )
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
            line.words.setdefault(label, ["", ""])[0] += ("、" if line.words[label][0] else "") + self.part_words(
                part, old.__dict__
            )
        if not plan:
            line.after.pop("parts")

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
        if part.others == "remove":
            whole = {f.attname: to_json(old.__dict__[f.attname]) for f in part.model_class._meta.concrete_fields}
            plan.append({"p": part.name, "op": "remove", "id": old.pk, "b": whole})
            return
        end = next((row[part.start] for row in wanted if part.start and row.get(part.start)), self.context.as_of)
        start = old.__dict__.get(part.start) if part.start else None
        if start and end <= start:
            line.wrong(None, f"原有的“{self.part_label(part)}”自{start}起，新的不能从{end}或更早开始。请填写起始时间。")
            return
        plan.append(
            {"p": part.name, "op": "change", "id": old.pk, "v": {part.end: to_json(end)}, "b": {part.end: None}}
        )

    def part_label(self, part: Part) -> str:
        columns = [b for b in self.bindings if b.owner == part.name]
        if len(columns) == 1 or not columns:
            return columns[0].heading if columns else str(part.model_class._meta.verbose_name)
        return columns[0].column.group or columns[0].heading

    def part_words(self, part: Part, row: dict[str, Any]) -> str:
        """The part's row in words: its key, or its first filled cell."""
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
        return str(part.model_class._meta.verbose_name)

    # --- judging -------------------------------------------------------------------------------------------------

    def judge(self, lines: list[Line]) -> None:
        """Rules across columns: the sheet's own, the model's clean(), its check and unique constraints."""
        for line in lines:
            if line.errors:
                continue
            for name, sentence in self.sheet.check(self.given(line), self.context):
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
            if not any(isinstance(v, dict) for v in line.after.values()):
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


def label_of(line: Line) -> str:
    return str(line.obj)[:200] if line.obj is not None else ""


def column_of(sheet: Sheet, name: str) -> Column | None:
    return next((c for c in sheet.columns if c.field == name), None)
