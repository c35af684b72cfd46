"""A previewed batch into the ledgers: one short transaction of set-based writes, all or nothing, once."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from core import audit
from core.choices import BATCH_FLOW, AuditEvent, BatchStatus, RowAction
from core.journal import to_json
from core.models import AuditEntry, ImportBatch, ImportRow, User
from core.secrets import masked_changes
from core.transitions import advance

from . import loading
from .acts import ActSheet, Values, Watch, attempt, in_order, unpacked
from .binding import Binding, decoder, field_of, through_part
from .line import sentences
from .rules import sentence_of
from .sheet import Context, Part, Sheet, get_sheet
from .staging import context_of

CHUNK = 2000


class Decoders:
    """JSON of staged rows → Python values, per model."""

    def __init__(self, model: type[models.Model]) -> None:
        pairs = ((f.attname, decoder(f)) for f in model._meta.concrete_fields)
        self.by_name = {name: decode for name, decode in pairs if decode is not None}

    def __call__(self, values: dict[str, Any]) -> dict[str, Any]:
        if names := self.by_name.keys() & values.keys():
            return {**values, **{name: self.by_name[name](values[name]) for name in names}}
        return values


def all_parts(sheet: Sheet) -> dict[str, Part]:
    parts = {p.name: p for p in sheet.parts}
    for column in sheet.columns:
        if column.kind == "names" and not column.owner and not column.readonly:
            binding = Binding(sheet, column)
            if binding.many:
                parts[binding.owner] = through_part(sheet, binding)
    return parts


def unlike(obj: models.Model | None, values: Mapping[str, Any]) -> bool:
    """Whether the row is gone or any of these columns, as JSON, is another one by now."""
    return obj is None or any(to_json(obj.__dict__[name]) != value for name, value in values.items())


class Applier:
    def __init__(self, batch: ImportBatch, by: User | None, context: Context) -> None:
        self.batch, self.by, self.context = batch, by, context
        self.sheet = get_sheet(batch.kind)
        self.model = self.sheet.model_class
        self.parts = all_parts(self.sheet)
        self.decode = Decoders(self.model)
        self.make = loading.maker(self.model)
        self.part_decode = {n: Decoders(p.model_class) for n, p in self.parts.items()}
        self.part_make = {n: loading.maker(p.model_class) for n, p in self.parts.items()}
        self.pk_name = self.model._meta.pk.attname
        self.has_version = field_of(self.model, "version") is not None
        self.stamps = (("committee_id", batch.committee_id), ("created_by_id", by.pk if by else None))
        self.ids: list[int] = []
        self.number_ids: dict[int, int] = {}
        self.parent_ids: dict[tuple, int] = {}

    def run(self) -> None:
        if self.sheet.parents:
            self.make_parents()
        for rows in self.chunks(RowAction.CHANGED):
            self.change(rows)
        self.insert_new()
        for rows in self.chunks(RowAction.CHANGED) if self.parts else ():
            self.insert_parts(rows)
            self.sheet.changed(rows, self.context)
        self.sheet.applied(self.ids, self.context)

    def chunks(self, *actions: str) -> Iterator[list[Any]]:
        """Staged rows as plain objects, two thousand at a time."""
        last = -1
        names = ["number", "action", "label", "object_id", "after"]
        names += ["values", "before"] if RowAction.CHANGED in actions else []
        while True:
            rows = ImportRow.objects.filter(batch=self.batch, action__in=actions, pk__gt=last).order_by("pk")
            found = [loading.Plain(row) for row in rows.values("pk", *names)[:CHUNK]]
            if not found:
                return
            yield found
            last = found[-1].pk

    # --- parents -------------------------------------------------------------------------------------------------

    def make_parents(self) -> None:
        made: dict[str, list[int]] = {}
        for rows in self.chunks(RowAction.NEW):
            for row in rows:
                for value in row.after.get("m", {}).values():
                    if isinstance(value, dict) and "parent" in value and self.parent_key(value) not in self.parent_ids:
                        obj = self.make_parent(value)
                        self.parent_ids[self.parent_key(value)] = obj.pk
                        made.setdefault(value["parent"], []).append(obj.pk)
        if made:
            self.batch.report = {**self.batch.report, "parents": made}
            ImportBatch.objects.filter(pk=self.batch.pk).update(report=self.batch.report)

    @staticmethod
    def parent_key(value: dict[str, Any]) -> tuple:
        return (value["parent"], *map(str, value["key"]))

    def make_parent(self, value: dict[str, Any]) -> models.Model:
        parent = next(p for p in self.sheet.parents if p.name == value["parent"])
        model = parent.model_class
        names = [model._meta.get_field(k).attname for k in parent.key]
        fixed = {model._meta.get_field(k).attname: v for k, v in parent.fixed.items()}
        given = {**value.get("v", {}), **dict(zip(names, value["key"], strict=True))}
        obj = model(**{**fixed, **Decoders(model)(given)})
        self.stamp(obj)
        obj.save()
        audit.record(AuditEvent.CREATE, obj, by=self.by, note=f"导入《{self.sheet.title}》时建立。", batch=self.batch)
        return obj

    def stamp(self, obj: models.Model) -> None:
        values = obj.__dict__
        for name, value in self.stamps:
            if name in values and values[name] is None:
                values[name] = value

    # --- new rows ------------------------------------------------------------------------------------------------

    def insert_new(self) -> None:
        keys = iter(loading.allocate(self.model, self.batch.new_count)) if self.batch.new_count else iter(())
        if self.refers_to_itself():
            for rows in self.chunks(RowAction.NEW):
                self.number_ids.update({row.number: next(keys) for row in rows})
        for rows in self.chunks(RowAction.NEW):
            for row in rows:
                row.object_id = self.number_ids[row.number] if self.number_ids else next(keys)
            loading.insert(self.model, [self.build(row) for row in rows])
            self.insert_parts(rows, keep=False)
            self.sheet.added(rows, self.context)
            self.note_ids(rows)
            self.ids += [row.object_id for row in rows]
            self.log(
                AuditEvent.CREATE,
                [(r.object_id, r.label, {}, f"导入《{self.sheet.title}》第{r.number}行。") for r in rows],
            )

    def note_ids(self, rows: list[Any]) -> None:
        """Tell the staged rows which row they became; one statement where both run without a gap."""
        shift = rows[0].object_id - rows[0].pk
        if all(row.object_id - row.pk == shift for row in rows):
            staged = ImportRow.objects.filter(
                batch=self.batch, pk__range=(rows[0].pk, rows[-1].pk), action=RowAction.NEW
            )
            staged.update(object_id=models.F("pk") + shift)
        else:
            loading.update(ImportRow, ("object_id",), rows)
        loading.update(ImportRow, ("after",), [row for row in rows if "parts" in row.after])

    def refers_to_itself(self) -> bool:
        return any(x.model_class is self.model for c in self.sheet.columns for x in c.lookups)

    def build(self, row: Any) -> models.Model:
        obj = self.make(self.values_of(row))
        obj.__dict__[self.pk_name] = row.object_id
        self.stamp(obj)
        self.sheet.derive(obj, self.context)
        return obj

    def values_of(self, row: Any) -> dict[str, Any]:
        """The staged values as Python has them, in a dictionary of their own."""
        values = row.after.get("m", {})
        if self.number_ids or self.parent_ids:
            values = {k: self.settled(v) if v.__class__ is dict else v for k, v in values.items()}
        return self.decode(values)

    def settled(self, value: dict[str, Any]) -> Any:
        """A reference that had no primary key yet: a row of the same file, or a parent."""
        return self.number_ids.get(value["row"]) if "row" in value else self.parent_ids[self.parent_key(value)]

    # --- changed rows --------------------------------------------------------------------------------------------

    def change(self, rows: list[Any]) -> None:
        objects = self.locked(self.model, [r.object_id for r in rows])
        groups: dict[tuple[str, ...], list[models.Model]] = {}
        for row in rows:
            obj = objects.get(row.object_id)
            self.require_untouched(row, obj)
            values = self.values_of(row)
            groups.setdefault(self.write_values(obj, values), []).append(obj)
        for names, changed in groups.items():
            loading.update(self.model, names, changed)
        self.change_parts(rows)
        self.ids += [r.object_id for r in rows]
        self.log(
            AuditEvent.CHANGE,
            [(r.object_id, r.label, r.values, f"导入《{self.sheet.title}》第{r.number}行。") for r in rows],
        )

    def write_values(self, obj: models.Model, values: dict[str, Any]) -> tuple[str, ...]:
        """Set the values and what follows from them; returns the columns that differ."""
        before = dict(obj.__dict__)
        obj.__dict__.update(values)
        self.sheet.derive(obj, self.context)
        if self.has_version:
            obj.version += 1
        if field_of(type(obj), "updated_at") is not None:
            obj.updated_at = timezone.now()
        return tuple(
            sorted(f.attname for f in self.model._meta.concrete_fields if obj.__dict__[f.attname] != before[f.attname])
        )

    def require_untouched(self, row: Any, obj: models.Model | None) -> None:
        fresh = obj is not None and (
            obj.version == row.before.get("version")
            if self.has_version
            else all(to_json(obj.__dict__[k]) == v for k, v in row.before.get("m", {}).items())
        )
        if not fresh:
            raise ValidationError(
                f"预览以后，第{row.number}行的“{row.label}”被别人改动过，整批没有写入。请重新上传，再看一遍预览。",
                code="stale",
            )

    @staticmethod
    def locked(model: type[models.Model], ids: list[int]) -> dict[int, models.Model]:
        rows = model._base_manager.filter(pk__in=ids)
        if connection.vendor == "postgresql":
            rows = rows.select_for_update()
        return {obj.pk: obj for obj in rows}

    # --- parts ---------------------------------------------------------------------------------------------------

    def change_parts(self, rows: list[Any]) -> None:
        """Ends, changes and removals come before anything new, so that “one open row” constraints hold."""
        by_part: dict[str, list[dict]] = {}
        for row in rows:
            for op in row.after.get("parts", ()):
                if op["op"] != "new":
                    by_part.setdefault(op["p"], []).append(op)
        for name, ops in by_part.items():
            model = self.parts[name].model_class
            objects = self.locked(model, [op["id"] for op in ops])
            if any(unlike(objects.get(op["id"]), {**op["b"], **op.get("s", {})}) for op in ops):
                raise ValidationError("预览以后，有关联的记录被别人改动过，整批没有写入。请重新上传。", code="stale")
            removed = [op["id"] for op in ops if op["op"] == "remove"]
            if removed:
                model._base_manager.filter(pk__in=removed)._raw_delete(model._base_manager.db)
            groups: dict[tuple[str, ...], list[models.Model]] = {}
            for op in ops:
                if op["op"] == "change":
                    obj = objects[op["id"]]
                    groups.setdefault(self.write_part(obj, self.part_decode[name](op["v"])), []).append(obj)
            for names, changed in groups.items():
                loading.update(model, names, changed)

    @staticmethod
    def write_part(obj: models.Model, values: dict[str, Any]) -> tuple[str, ...]:
        """Set the values of a part; returns the columns to write."""
        if field_of(type(obj), "version") is not None:
            values = {**values, "version": obj.version + 1}
        obj.__dict__.update(values)
        return tuple(sorted(values))

    def insert_parts(self, rows: list[Any], keep: bool = True) -> None:
        """New part rows; their keys go back into the staged row, for undo."""
        by_part: dict[str, list[tuple[Any, dict]]] = {}
        for row in rows:
            for op in row.after.get("parts", ()):
                if op["op"] == "new":
                    by_part.setdefault(op["p"], []).append((row, op))
        for name, pairs in by_part.items():
            model = self.parts[name].model_class
            objects = []
            for pk, (row, op) in zip(loading.allocate(model, len(pairs)), pairs, strict=True):
                op["id"] = pk
                objects.append(self.build_part(name, row.object_id, op))
            loading.insert(model, objects)
        if keep and by_part:
            touched = {row.pk: row for pairs in by_part.values() for row, _ in pairs}
            loading.update(ImportRow, ("after",), list(touched.values()))

    def build_part(self, name: str, owner: int, op: dict) -> models.Model:
        """A new row of the part as it is written."""
        link = self.parts[name].model_class._meta.get_field(self.parts[name].link).attname
        obj = self.part_make[name]({**self.part_decode[name](op["v"]), link: owner})
        obj.pk = op["id"]
        self.stamp(obj)
        if hasattr(obj, "before_save"):
            obj.before_save()
        return obj

    def log(self, event: AuditEvent, facts: list[tuple[int, str, dict, str]]) -> None:
        """One audit entry per row; what is the same in all of them stands in one pattern."""
        pattern = audit.entry(event, by=self.by, batch=self.batch, committee=self.batch.committee)
        pattern.object_type = self.model._meta.label_lower
        keys = loading.allocate(AuditEntry, len(facts))
        names = ("id", "object_id", "object_label", "changes", "note")
        rows = (
            (pk, number, label, masked_changes(changes) if changes else {}, note)
            for pk, (number, label, changes, note) in zip(keys, facts, strict=True)
        )
        loading.insert_like(pattern, names, rows)


class ActApplier(Applier):
    def insert_new(self) -> None:
        self.context.user = self.by or self.context.user
        rows = [row for chunk in self.chunks(RowAction.NEW) for row in chunk]
        pairs = [(row, unpacked(self.sheet, row.after["act"])) for row in rows]
        watch = Watch(self.sheet, [self.sheet.subject(values) for _, values in pairs], lock=True)
        with audit.of_batch(self.batch):
            for row, values in in_order(self.sheet, pairs, self.context):
                row.object_id = self.perform(row, values)
        journals = watch.journals()
        for row, values in pairs:
            row.after["journal"] = journals.pop(self.sheet.subject(values), [])
        loading.update(ImportRow, ("object_id", "after"), rows)
        self.ids += [row.object_id for row in rows]

    def perform(self, row: Any, values: Values) -> int:
        try:
            return attempt(self.sheet, values, self.context).pk
        except ValidationError as error:
            why = " ".join(sentence for _, sentence in sentences(error))
            raise ValidationError(
                f"预览以后台账有了变化，第{row.number}行“{row.label}”办不成：{why}整批没有写入。请重新上传，再看一遍预览。",
                code="stale",
            ) from error


def apply_batch(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Write the batch, or nothing of it. A second confirmation meets the status and is refused."""
    context = context_of(batch)
    sheet = get_sheet(batch.kind)
    sheet.prepare(context)
    was = (batch.status, batch.version)
    try:
        with transaction.atomic(), loading.without_collector():
            advance(batch, BATCH_FLOW, BatchStatus.APPLIED, by=by, applied_at=timezone.now())
            (ActApplier if isinstance(sheet, ActSheet) else Applier)(batch, by, context).run()
            audit.record(
                AuditEvent.IMPORT,
                batch,
                by=by,
                label=f"《{sheet.title}》{batch.file_name}",
                note=f"新增{batch.new_count}行，变更{batch.changed_count}行，不变{batch.same_count}行。",
                batch=batch,
            )
    except IntegrityError as error:
        batch.status, batch.version = was
        raise sentence_of(error, [sheet.model_class, *(p.model_class for p in sheet.parts)]) from error
    except ValidationError:
        batch.status, batch.version = was
        raise
    return batch
