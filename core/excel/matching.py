"""Which stored row does a line mean? One query per key and chunk, never one per line."""

from typing import Any

from django.db.models import CharField, Q

from core.secrets import keyed_hash

from .among import one_of
from .binding import Binding, field_of
from .line import Line, Shared
from .rules import Uniques
from .sheet import Parent, Several
from .values import CLEAR

EXCERPTS = 60
MERGED_AWAY = "这一条已并入别的综合党委登记的同一条记录，您不能改动。请删去这一行；要改的，请与对方联系。"


class Matching(Shared):
    def find_parents(self, lines: list[Line]) -> None:
        for parent in self.sheet.parents:
            if parent.find is not None:
                self.tell(parent, lines)
                continue
            model, fields = parent.model_class, parent.cells
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

    def tell(self, parent: Parent, lines: list[Line]) -> None:
        """Whom each line is about, once per chunk; a sentence at the first cell where nobody can be told."""
        known = self.known_parents.setdefault(parent.name, {})
        keys = {line.number: self.parent_key(line, parent) for line in lines}
        if wanted := {key for key in keys.values() if key[0] is not None} - known.keys():
            known.update(parent.find(wanted, self.context))
        for line in lines:
            line.label = keys[line.number][0] or ""
            sentence = known.get(keys[line.number])
            if isinstance(sentence, Several) and line.given.get("id") is not None:
                continue  # the number of the row decides
            if isinstance(sentence, str):
                line.wrong(self.by_field.get(parent.cells[0]), sentence)

    @staticmethod
    def plain(value: Any) -> Any:
        return value[1] if isinstance(value, tuple) else value

    def parent_key(self, line: Line, parent: Parent) -> tuple:
        cells = (line.given.get(field) for field in parent.cells)
        return tuple(None if cell is CLEAR else self.plain(cell) for cell in cells)

    def parent_of(self, line: Line, parent: Parent) -> tuple[tuple, int | None]:
        key = self.parent_key(line, parent)
        found = self.known_parents.get(parent.name, {}).get(key)
        return key, found if isinstance(found, int) else None

    def key_of(self, line: Line) -> tuple[tuple[str, ...], tuple] | None:
        """The first declared key whose cells are all filled, as attribute names and values."""
        given = line.given
        for key, attnames in self.keys.items():
            values = []
            for name in key:
                value = given.get(name)
                if name in self.parents:
                    wanted, pk = self.parent_of(line, self.parents[name])
                    if pk is None and self.parents[name].find is not None:
                        break
                    value = pk if pk is not None else wanted
                elif isinstance(value, tuple):
                    value = value[1]  # None where the cell says “no row”: 本级
                elif value is None or value is CLEAR:
                    break
                if isinstance(value, dict):
                    break
                values.append(keyed_hash(value) if name == "id_number" else value)
            else:
                return attnames, tuple(values)
        return None

    def key_words(self, line: Line) -> str:
        """What the cells of a key say, for a row that has no name: 市广告协会 2023-03-10."""
        for key in self.sheet.keys:
            fields = [f for name in key for f in (self.parents[name].cells if name in self.parents else (name,))]
            words = [self.cell_words(line, field) for field in fields]
            if any(words):
                return " ".join(filter(None, words))
        return ""

    def cell_words(self, line: Line, field: str) -> str:
        value, binding = self.plain(line.given.get(field)), self.words_by.get(field)
        if binding is None or binding.column.personal or value is CLEAR or isinstance(value, (dict, list)):
            return ""
        return str(binding.words(value, self.resolvers.get(field)))

    def match(self, lines: list[Line]) -> None:
        """Find the stored row of each line, one query per key; note doubles within the file."""
        groups: dict[tuple[str, ...], dict[tuple, list[Line]]] = {}
        for line in lines:
            found = self.key_of(line)
            if found is None:
                if self.keys and not line.errors:
                    lacks = [[f for f in key if not self.is_given(line, f)] or list(key) for key in self.sheet.keys]
                    lacking = min(lacks, key=len)  # of the key that is nearest to being told
                    names = "、".join(f"“{self.label(f)}”" for f in lacking)
                    line.wrong(self.by_field.get(lacking[0]), f"没有填{names}，不知道是哪一条。请补上。")
                continue
            first = self.seen.setdefault(found, line.number)
            if first != line.number:
                self.double(line, found[0], first)
            groups.setdefault(found[0], {}).setdefault(found[1], []).append(line)
        for attnames, wanted in groups.items():
            known = {same[0].number: len(same[0].errors) for same in wanted.values() if len(same) > 1}
            self.fetch(attnames, {key: same[0] for key, same in wanted.items()})
            for first, *others in wanted.values():
                for line in others:
                    self.match_like(line, first, attnames, first.errors[known[first.number] :])
        if self.tells_new:
            for line in lines:
                if line.stored is None:
                    self.sheet.entering(line.given)

    def is_given(self, line: Line, name: str) -> bool:
        """Whether the cell, or the cells of a parent's key, are filled."""
        fields = [f"{name}.{k}" for k in self.parents[name].key] if name in self.parents else [name]
        return all(line.given.get(f) not in (None, CLEAR) for f in fields)

    def label(self, name: str) -> str:
        return next((c.label for c in self.sheet.columns if c.field == name or c.owner == name), name)

    def double(self, line: Line, attnames: tuple[str, ...], first: int) -> None:
        names = [f for key in self.keys for f in key if self.attname(f) in attnames]
        binding = next((self.by_field[n] for n in names if n in self.by_field), None)
        words = "、".join(dict.fromkeys(f"“{self.label(n)}”" for n in names))
        line.double = (binding, f"与第{first}行的{words}相同，是重复的行。请核对，改正或删去其中一行。")

    def match_like(self, line: Line, first: Line, attnames: tuple[str, ...], told: list[dict]) -> None:
        """A double means the stored row of the first, or is refused like it; so its other cells can be judged."""
        line.errors += told
        line.stored = first.stored
        for name in first.given:
            if name in line.given and self.attname(name) in attnames:
                line.given[name] = first.given[name]
        if line.stored is not None:
            self.sheet.matched(line.given, line.stored)

    @staticmethod
    def tell_doubles(lines: list[Line]) -> None:
        for line in lines:
            if line.double is not None:
                line.wrong(*line.double)

    def fetch(self, attnames: tuple[str, ...], wanted: dict[tuple, Line]) -> None:
        usable = {key: line for key, line in wanted.items() if not any(isinstance(v, tuple) for v in key)}
        if not usable:
            return
        rows = self.sheet.existing(attnames)
        for position, name in enumerate(attnames):
            values = {key[position] for key in usable}
            condition = one_of(self.model, name, values - {None})
            rows = rows.filter(condition | Q(**{f"{name}__isnull": True}) if None in values else condition)
            if isinstance(found := field_of(self.model, name), CharField) and found.blank and "" not in values:
                rows = rows.exclude(**{name: ""})  # said so, an index that holds no blank ones can be used
        scope = set(self.context.committee.scope_ids) if self.context.committee else set()
        if here := self.has_committee and attnames == ("name",):  # a namesake elsewhere is another; not worth reading
            rows = rows.filter(committee__in=scope)
        for line in usable.values():
            line.sought = () if here else attnames
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
        self.find_known_as(attnames, {key: line for key, line in usable.items() if line.stored is None})
        if missing := {key for key, line in usable.items() if line.stored is None}:
            for key, obj in self.sheet.unfinished(attnames, missing, self.context).items():
                usable[key].stored = obj
        for line in usable.values():
            self.take(line, attnames)
        if attnames == ("id",):
            for line in usable.values():
                if line.stored is None:
                    line.wrong(self.by_field["id"], "台账里没有这个系统编号。新增的行请把这一格留空。")

    def find_known_as(self, attnames: tuple[str, ...], missing: dict[tuple, Line]) -> None:
        """Rows that the sheet knows by a name or code of former days; those cells say who is meant, nothing new."""
        if not missing:
            return
        for key, obj in self.sheet.known_as(attnames, set(missing), self.context).items():
            line = missing[key]
            if (
                self.has_committee
                and self.context.committee
                and obj.committee_id not in self.context.committee.scope_ids
            ):
                line.wrong(self.by_attname(attnames[0]), MERGED_AWAY)
                continue
            line.stored = obj
            for name in [n for n in line.given if self.attname(n) in attnames]:
                line.given[name] = getattr(obj, name)
            self.notice(f"“{key[0]}”是“{obj}”过去的名称或代码，按“{obj}”读取，名称和代码不改", line.number)

    def take(self, line: Line, attnames: tuple[str, ...]) -> None:
        """Two lines may not mean one row, by whatever name each calls it."""
        if line.stored is None:
            return
        self.sheet.matched(line.given, line.stored)
        first = self.taken.setdefault(line.stored.pk, line.number)
        if first != line.number and line.double is None:
            sentence = f"与第{first}行是同一条（{line.stored}），请核对，只留一行。"
            line.double = (self.by_attname(attnames[0]), sentence)

    def unique_everywhere(self, attnames: tuple[str, ...]) -> bool:
        return any(names == attnames for names, *_ in Uniques(self.model).found())

    def by_attname(self, attname: str) -> Binding | None:
        return next((b for f, b in self.by_field.items() if self.attname(f) == attname and not b.column.owner), None)
