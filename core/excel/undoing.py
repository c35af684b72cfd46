"""Taking a batch back: exactly what it wrote, and only while nobody has touched it since."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from core import audit
from core.choices import BATCH_FLOW, AuditEvent, BatchStatus, RowAction
from core.journal import COUNTED, Journal, to_json
from core.merging import relations
from core.models import Attachment, ImportBatch, ImportRow, User
from core.transitions import advance

from . import loading
from .acts import ActSheet, Values
from .applying import Applier, unlike
from .obstacles import Obstacle
from .sheet import all_sheets, get_sheet
from .staging import context_of

SHOWN = 50
Why = tuple[int, str, str]  # row number, label, reason
UNSEALED = {*COUNTED, "created_at", "created_by"}  # a new row's columns that tell when it was written, and by whom


class TouchedError(ValidationError):
    """Rows were edited or used since."""

    def __init__(self, rows: list[Obstacle]) -> None:
        self.rows = rows
        words = list(dict.fromkeys(f"第{row.number}行“{row.label}”{row.why}" for row in rows))
        more = f"等{len(words)}处" if len(words) > 5 else ""
        text = f"导入以后有人改动过其中的内容，不能整批撤销：{'；'.join(words[:5])}{more}。请逐条处理。"
        super().__init__(text, code="touched")


def kept_columns(
    model: type[models.Model], obj: Any, given: Collection[str], skip: set[str], unsettled: Collection[str] = ()
) -> dict[str, Any]:
    """The columns of a row as it was made, as JSON; without those that are made up anew each time."""
    columns = [f for f in model._meta.concrete_fields if f.name not in skip and f.attname not in unsettled]
    kept = [f.attname for f in columns if f.attname in given or not (f.has_default() and callable(f.default))]
    return {attname: to_json(obj.__dict__[attname]) for attname in kept}


class Undoer(Applier):
    compared = (RowAction.NEW, RowAction.CHANGED)  # lines that are told from their row alone

    def run(self) -> None:
        self.sheet.release([r.object_id for rows in self.chunks(RowAction.NEW) for r in rows], self.context)
        self.require_all_untouched()
        for rows in self.chunks(RowAction.CHANGED, RowAction.NEW):
            self.undo_parts(rows)
        for rows in self.chunks(RowAction.CHANGED):
            self.restore(rows)
        for rows in self.chunks(RowAction.NEW):
            self.log_new(rows)
            self.ids += [r.object_id for r in rows]
        self.delete_new()
        self.delete_parents()
        self.sheet.applied(self.ids, self.context)

    # --- may it be undone ----------------------------------------------------------------------------------------

    def require_all_untouched(self) -> None:
        if touched := self.all_touched():
            raise TouchedError(touched)

    def obstacle(self, row: Any, why: str, about: tuple[type[models.Model], int] | None = None) -> Obstacle:
        """about: the row that was edited or refers to the line's own, where it is not that one."""
        model, pk = about or (self.model, row.object_id)
        return Obstacle(row.number, row.label, why, model._meta.label_lower, pk or 0, row.object_id or 0)

    def linked(
        self, users: models.QuerySet, name: str, rows: Mapping[int, Any], own: Collection[int]
    ) -> Iterator[Obstacle]:
        """Of the rows that refer to these by the column `name` those that the batch did not make itself."""
        for pk, target in users.values_list("pk", name):
            if pk not in own:
                words = f"已有{users.model._meta.verbose_name}与它相连"
                yield self.obstacle(rows[target], words, (users.model, pk))

    def all_touched(self) -> list[Obstacle]:
        touched: list[Obstacle] = []
        for rows in self.chunks(*self.compared):
            touched += [*self.edited(rows), *self.touched_parts(rows)]
        return sorted({*touched, *self.used_elsewhere()})

    def edited(self, rows: list[Any]) -> Iterator[Obstacle]:
        """Rows of the ledger that are not as the batch left them."""
        ids = [row.object_id for row in rows]
        stored, self.bridges = self.locked(self.model, ids), self.find_bridges(ids)
        for row in rows:
            if why := self.touched(row, stored.get(row.object_id)):
                yield self.obstacle(row, why)

    def touched(self, row: Any, obj: models.Model | None) -> str:
        if obj is None:
            return "已不在台账里"
        if self.has_version:
            expected = 1 if row.action == RowAction.NEW else (row.before.get("version") or 0) + 1
            while (row.object_id, expected) in self.bridges:
                expected = self.bridges[row.object_id, expected]
            return "" if obj.version == expected else "之后被改动过"
        after = {k: v for k, v in row.after.get("m", {}).items() if not isinstance(v, dict)}
        if row.action == RowAction.NEW:
            after = self.as_made(after, row.after["m"])
        return "" if all(to_json(obj.__dict__[k]) == v for k, v in after.items()) else "之后被改动过"

    def as_made(self, values: dict[str, Any], staged: dict[str, Any]) -> dict[str, Any]:
        """All columns of a new row as the import left them, as JSON: an edit of any of them is somebody's work."""
        obj = self.make(self.decode(values))
        self.stamp(obj)
        self.sheet.derive(obj, self.context)
        return kept_columns(self.model, obj, staged.keys(), {*UNSEALED, self.pk_name}, values.keys() ^ staged.keys())

    def find_bridges(self, ids: list[int]) -> dict[tuple[int, int], int]:
        """Later imports that were taken back left their rows as they had found them: version found → version left."""
        if not self.undone_since:
            return {}
        rows = ImportRow.objects.filter(batch__in=self.undone_since, action=RowAction.CHANGED, object_id__in=ids)
        found = rows.values_list("object_id", "before__version", "after__left")
        return {(pk, version): left for pk, version, left in found if left is not None}

    @cached_property
    def undone_since(self) -> list[int]:
        if not self.has_version:
            return []
        kinds = [sheet.kind for sheet in all_sheets() if sheet.model == self.sheet.model]
        batches = ImportBatch.objects.filter(kind__in=kinds, status=BatchStatus.UNDONE)
        return list(batches.filter(applied_at__gt=self.batch.applied_at).values_list("pk", flat=True))

    def touched_parts(self, rows: list[Any]) -> list[Obstacle]:
        found = []
        for name, part in self.parts.items():
            ops = [
                (row, op)
                for row in rows
                for op in row.after.get("parts", ())
                if op["p"] == name and op["op"] != "remove"
            ]
            stored = self.locked(part.model_class, [op["id"] for _, op in ops]) if ops else {}
            for row, op in ops:
                if unlike(stored.get(op["id"]), self.left(name, row.object_id, op)):
                    words = f"的{part.model_class._meta.verbose_name}之后被改动过"
                    found.append(self.obstacle(row, words, (part.model_class, op["id"])))
        return found

    def left(self, name: str, owner: int, op: dict) -> dict[str, Any]:
        """The columns of a part's row as the import left them."""
        if op["op"] != "new":
            return {**op.get("s", {}), **op["v"]}
        part = self.parts[name]
        return kept_columns(part.model_class, self.build_part(name, owner, op), op["v"], {*UNSEALED, *part.derived})

    def used_elsewhere(self) -> list[Obstacle]:
        """New rows that something else refers to by now."""
        found: list[Obstacle] = []
        own_parts = self.own_parts()
        for rows in self.chunks(RowAction.NEW):
            by_id = {row.object_id: row for row in rows}
            for field in self.relations():
                model, name = field.model, field.attname
                users = model._base_manager.filter(**{f"{name}__in": list(by_id)})
                if model is self.model:
                    users = users.exclude(pk__in=list(by_id))
                if derived := self.sheet.derived.get(model._meta.label):
                    users = users.exclude(pk__in=model._base_manager.filter(**derived).values("pk"))
                found += self.linked(users[:SHOWN], name, by_id, own_parts.get(model, ()))
            kind = ContentType.objects.get_for_model(self.model)
            for target in Attachment.objects.filter(content_type=kind, object_id__in=list(by_id)).values_list(
                "object_id", flat=True
            ):
                found.append(self.obstacle(by_id[target], "已上传附件"))
        return found

    def relations(self) -> list[models.Field]:
        return [f for f in relations(self.model) if self.sheet.derived.get(f.model._meta.label) != {}]

    def own_parts(self) -> dict[type[models.Model], set[int]]:
        own: dict[type[models.Model], set[int]] = {}
        if self.parts:
            for rows in self.chunks(RowAction.NEW):
                for row in rows:
                    for op in row.after.get("parts", ()):
                        own.setdefault(self.parts[op["p"]].model_class, set()).add(op["id"])
        return own

    # --- undoing -------------------------------------------------------------------------------------------------

    def undo_parts(self, rows: list[Any]) -> None:
        for name, part in self.parts.items():
            model = part.model_class
            ops = [op for row in rows for op in row.after.get("parts", ()) if op["p"] == name]
            if new := [op["id"] for op in ops if op["op"] == "new"]:
                model._base_manager.filter(pk__in=new)._raw_delete(model._base_manager.db)
            stored = self.locked(model, [op["id"] for op in ops if op["op"] == "change"])
            groups: dict[tuple[str, ...], list[models.Model]] = {}
            for op in ops:
                if op["op"] == "change":
                    groups.setdefault(self.write_part(stored[op["id"]], self.part_decode[name](op["b"])), []).append(
                        stored[op["id"]]
                    )
            for names, changed in groups.items():
                loading.update(model, names, changed)
            if removed := [op for op in ops if op["op"] == "remove"]:
                loading.insert(model, [model(**self.part_decode[name](op["b"])) for op in removed])

    def restore(self, rows: list[Any]) -> None:
        objects = self.locked(self.model, [r.object_id for r in rows])
        groups: dict[tuple[str, ...], list[models.Model]] = {}
        for row in rows:
            obj = objects[row.object_id]
            groups.setdefault(self.write_values(obj, self.decode(row.before.get("m", {}))), []).append(obj)
            row.after = {**row.after, "left": getattr(obj, "version", None)}
        for names, changed in groups.items():
            loading.update(self.model, names, changed)
        if self.has_version:
            loading.update(ImportRow, ("after",), rows)
        self.ids += [r.object_id for r in rows]
        facts = [
            (r.object_id, r.label, {k: [v[1], v[0]] for k, v in r.values.items()}, "撤销导入，恢复原值。") for r in rows
        ]
        self.log(AuditEvent.UNDO, facts)

    def log_new(self, rows: list[Any]) -> None:
        self.log(AuditEvent.UNDO, [(r.object_id, r.label, {}, "撤销导入，删去这一条。") for r in rows])

    def delete_new(self) -> None:
        for rows in self.chunks(RowAction.NEW):
            found = self.model._base_manager.filter(pk__in=[r.object_id for r in rows])
            found._raw_delete(self.model._base_manager.db)

    def delete_parents(self) -> None:
        for name, ids in self.batch.report.get("parents", {}).items():
            parent = next(p for p in self.sheet.parents if p.name == name)
            used = set(self.model._base_manager.filter(**{f"{name}__in": ids}).values_list(f"{name}_id", flat=True))
            parent.model_class._base_manager.filter(pk__in=set(ids) - used).delete()


class ActUndoer(Undoer):
    """New lines go back by the journals of their subjects; lines that changed a row, like everywhere."""

    compared = (RowAction.CHANGED,)

    def journals(self) -> Iterator[tuple[Any, list[Values]]]:
        for rows in self.chunks(RowAction.NEW):
            for row in rows:
                if entries := row.after.get("journal"):
                    yield row, entries

    def used_elsewhere(self) -> list[Obstacle]:
        """What the acts wrote and somebody has edited since, and what refers by now to what they made."""
        found: list[Obstacle] = []
        made: dict[str, dict[int, Any]] = {}
        written: dict[tuple[str, int], Any] = {}
        whole: list[Values] = []
        for row, entries in self.journals():
            whole += entries
            for entry in entries:
                written[entry["model"], entry["pk"]] = row
                if entry["act"] == "make":
                    made.setdefault(entry["model"], {})[entry["pk"]] = row
        for label, pk, words, why in Journal(whole).touched_rows():
            found.append(self.obstacle(written[label, pk], f"的{words}{why}", (apps.get_model(label), pk)))
        for label, rows in made.items():
            for field in relations(apps.get_model(label)):
                users = field.model._base_manager.filter(**{f"{field.attname}__in": list(rows)})
                found += self.linked(users, field.attname, rows, made.get(field.model._meta.label_lower, ()))
        return found

    def delete_new(self) -> None:
        for _, entries in reversed(list(self.journals())):
            Journal(entries).take_back()

    def log_new(self, rows: list[Any]) -> None:
        self.log(AuditEvent.UNDO, [(row.object_id, row.label, {}, "撤销导入，恢复原状。") for row in rows])


def undoer_of(batch: ImportBatch) -> type[Undoer]:
    return ActUndoer if isinstance(get_sheet(batch.kind), ActSheet) else Undoer


def undo_batch(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Restore every row that the batch changed and delete every row that it made; TouchedError when that would lose work."""
    context = context_of(batch)
    was = (batch.status, batch.version)
    undoer = undoer_of(batch)(batch, by, context)
    undoer.sheet.prepare(context)
    try:
        with transaction.atomic():
            advance(batch, BATCH_FLOW, BatchStatus.UNDONE, by=by, undone_at=timezone.now())
            undoer.run()
            audit.record(AuditEvent.UNDO, batch, by=by, label=f"《{undoer.sheet.title}》{batch.file_name}", batch=batch)
    except (IntegrityError, models.ProtectedError) as error:
        batch.status, batch.version = was
        raise ValidationError("导入的内容已被别处引用，不能整批撤销。请先处理引用它的记录。", code="touched") from error
    except ValidationError:
        batch.status, batch.version = was
        raise
    return batch


def touched_rows(batch: ImportBatch) -> list[Obstacle]:
    """What stands against undoing the batch; nothing is changed."""
    undoer = undoer_of(batch)(batch, None, context_of(batch))
    undoer.sheet.prepare(undoer.context)
    with transaction.atomic():
        return undoer.all_touched()


def can_undo(user: User, batch: ImportBatch) -> bool:
    return user.is_committee_staff and batch.status == BatchStatus.APPLIED
