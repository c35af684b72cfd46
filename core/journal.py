"""What one act did to rows, written down so that it can be taken back: exactly, and only while nobody touched them since.

Entries are plain JSON, kept on the row of the act. `before` and `after` are the columns that changed; `mark` tells
of the whole row as the act left it, where a strict journal lets any later edit stop the way back (in older ones: `seal`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from core.constraints import violated

Image = dict[str, Any]
COUNTED = {"version", "updated_at"}  # never set back: a form opened in between must stay stale
SHOWN = 8
AT_ONCE = 500


class TouchedSinceError(ValidationError):
    """Rows that the act wrote were edited or removed since; `rows` names them."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        more = f"等{len(rows)}处" if len(rows) > SHOWN else ""
        super().__init__(f"之后有人改动过，不能直接恢复：{'；'.join(rows[:SHOWN])}{more}。请逐条处理。", code="touched")


def to_json(value: Any) -> Any:
    """A value of a column as it stands in a stored image."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | FieldFile) else value


def columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def images(rows: models.QuerySet, **computed: Any) -> Iterator[Image]:
    """All columns of stored rows as JSON, and what else is computed for each."""
    for row in rows.order_by().values(*columns(rows.model), **computed):
        yield {name: to_json(value) for name, value in row.items()}


def image(model: type[models.Model], pk: Any) -> Image | None:
    """All columns of a stored row; None when it is gone."""
    return next(images(model._base_manager.filter(pk=pk)), None)


def image_of(row: models.Model) -> Image:
    """All columns of a row in hand."""
    return {name: to_json(getattr(row, name)) for name in columns(type(row))}


def images_by_key(model: type[models.Model], pks: Iterable[Any]) -> dict[Any, Image]:
    """The images of many rows, some hundred in one query; what is gone is left out."""
    key, wanted, found = model._meta.pk.attname, list(pks), {}
    for start in range(0, len(wanted), AT_ONCE):
        for row in images(model._base_manager.filter(pk__in=wanted[start : start + AT_ONCE])):
            found[row[key]] = row
    return found


def restored(model: type[models.Model], values: Image) -> Image:
    """From the JSON back to Python."""
    return {name: model._meta.get_field(name).to_python(value) for name, value in values.items()}


def counts(model: type[models.Model]) -> dict[str, Any]:
    """What goes on counting where a row is set back, as far as it has it."""
    names = {field.name for field in model._meta.concrete_fields}
    found = {"version": models.F("version") + 1, "updated_at": timezone.now()}
    return {name: value for name, value in found.items() if name in names}


def mark_of(row: Image | models.Model) -> str:
    """What tells whether any column but the counting ones was changed since, without keeping them."""
    row = image_of(row) if isinstance(row, models.Model) else row
    text = json.dumps({name: value for name, value in row.items() if name not in COUNTED}, ensure_ascii=False)
    return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()


class Journal:
    """strict: any later edit of a row stops the way back, not only one of the columns that the act changed."""

    def __init__(self, entries: list[dict[str, Any]] | None = None, *, strict: bool = False) -> None:
        self.entries = entries if entries is not None else []
        self.strict = strict

    # --- writing down --------------------------------------------------------------------------------------------

    def _note(self, act: str, row: models.Model, before: Image, after: Image, **more: Any) -> None:
        label = f"{row._meta.verbose_name}“{row}”"[:200]
        entry = {"act": act, "model": row._meta.label_lower, "pk": row.pk, "label": label, **more}
        self.entries.append({**entry, "before": before, "after": after})

    def change(self, row: models.Model, **values: Any) -> None:
        """Set columns of one row, past its own save(): who moves a row does not edit it."""
        model = type(row)
        before = image(model, row.pk) or {}
        model._base_manager.filter(pk=row.pk).update(**values)
        self._difference(row, before)

    def saved(self, row: models.Model, before: Image) -> None:
        """Note a change that was saved with a new version; `before` is the row's image of then."""
        self._difference(row, before, saved=True)

    def _difference(self, row: models.Model, before: Image, **more: Any) -> None:
        after = {name: value for name, value in (image(type(row), row.pk) or {}).items() if name not in COUNTED}
        names = [name for name in after if before.get(name) != after[name]]
        if self.strict:
            more["mark"] = mark_of(after)
        self._note("change", row, {n: before.get(n) for n in names}, {n: after[n] for n in names}, **more)

    def made(self, row: models.Model) -> None:
        self._note("make", row, {}, image(type(row), row.pk) or {})

    def remove(self, row: models.Model) -> None:
        """Delete one row without its relatives; whoever calls has moved them away."""
        self._note("remove", row, image(type(row), row.pk) or {}, {})
        type(row)._base_manager.filter(pk=row.pk)._raw_delete(type(row)._base_manager.db)

    # --- the way back --------------------------------------------------------------------------------------------

    def touched(self) -> list[str]:
        return [f"{label}{why}" for _, _, label, why in self.touched_rows()]

    def touched_rows(self) -> list[tuple[str, Any, str, str]]:
        """(model, key, label, what happened) of the rows that are not as the act left them."""
        wanted: dict[tuple[str, Any], dict[str, Any]] = {}
        for entry in self.entries:
            state = wanted.setdefault((entry["model"], entry["pk"]), {"values": {}, "label": entry["label"]})
            state["mark"] = entry.get("mark")
            if entry["act"] == "remove":
                state["values"] = None
                continue
            state["values"] = {**(state["values"] or {}), **entry.get("seal", entry["after"])}
        keys: dict[str, list[Any]] = {}
        for model, pk in wanted:
            keys.setdefault(model, []).append(pk)
        stored = {model: images_by_key(apps.get_model(model), pks) for model, pks in keys.items()}
        found = []
        for (model, pk), state in wanted.items():
            now = stored[model].get(pk)
            if (state["values"] is None) != (now is None):
                found.append((model, pk, state["label"], "已不在" if now is None else "又有了"))
            elif now is not None and (
                any(now[name] != value for name, value in state["values"].items())
                or (state["mark"] and mark_of(now) != state["mark"])
            ):
                found.append((model, pk, state["label"], "被改动过"))
        return found

    def take_back(self) -> None:
        """Restore every row, the last act first; TouchedSinceError when that would lose somebody's work."""
        if rows := self.touched():
            raise TouchedSinceError(rows)
        try:
            with transaction.atomic():
                for entry in reversed(self.entries):
                    self._restore(entry)
        except IntegrityError as error:
            rule = violated(error, {apps.get_model(entry["model"]): None for entry in self.entries})
            why = rule.violation_error_message if rule is not None else "恢复出来的内容与现在的记录相冲突。"
            raise ValidationError(f"没有恢复：{why}请先处理之后新增的记录。", code="touched") from error

    def _restore(self, entry: dict[str, Any]) -> None:
        model = apps.get_model(entry["model"])
        rows = model._base_manager.filter(pk=entry["pk"])
        values = restored(model, entry["before"])
        if entry["act"] == "make":
            rows._raw_delete(rows.db)
        elif entry["act"] == "remove":
            model(**values).save_base(raw=True, force_insert=True)
        else:
            rows.update(**values, **(counts(model) if entry.get("saved") else {}))
