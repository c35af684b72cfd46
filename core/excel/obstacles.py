"""What stands against taking a batch back: which row, where its page is, who edited it since and when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Max, Q

from core.choices import AuditEvent
from core.models import AuditEntry, ImportBatch, User

SHOWN = 50
EDITS = (
    AuditEvent.CREATE, AuditEvent.CHANGE, AuditEvent.DELETE, AuditEvent.STATUS, AuditEvent.IMPORT, AuditEvent.UNDO,
    AuditEvent.UPLOAD,
)  # fmt: skip
Key = tuple[str, int]  # label of the model, primary key


class Obstacle(NamedTuple):
    """One row that is not as the import left it, or that refers to what the import made."""

    number: int  # line of the workbook
    label: str
    why: str
    model: str
    pk: int
    line: int  # key of the ledger's row that the line wrote

    @property
    def key(self) -> Key:
        return self.model, self.pk


@dataclass(frozen=True)
class ToldObstacle:
    """An obstacle as the page shows it; `entry` is the latest edit that the log has of it."""

    number: int
    label: str
    why: str
    url: str
    entry: dict[str, Any] | None


def told(obstacles: list[Obstacle], batch: ImportBatch, model: type[models.Model], user: User) -> list[ToldObstacle]:
    """The first ones, with pages and edits: so many queries as there are kinds of rows, however many rows.

    What the log knows of a row without entries of its own (a secretary's term) stands with the ledger's row.
    """
    shown, main = obstacles[:SHOWN], model._meta.label_lower
    keys = {key for o in shown for key in (o.key, (main, o.line))}
    urls, edits = pages(keys, user), latest_edits(keys, batch)
    hidden = unseen(keys - urls.keys())
    rows = []
    for obstacle in shown:
        choice = [] if obstacle.key in hidden else [obstacle.key, (main, obstacle.line)]
        entry = next((edits[key] for key in choice if key in edits), None)
        url = next((urls[key] for key in choice if key in urls), "")
        rows.append(ToldObstacle(obstacle.number, obstacle.label, obstacle.why, url, entry))
    return rows


def latest_edits(keys: Iterable[Key], batch: ImportBatch) -> dict[Key, dict[str, Any]]:
    """Of each row the last entry since the import that tells of an edit."""
    wanted = [Q(object_type=label, object_id__in=pks) for label, pks in by_model(keys).items()]
    if not wanted:
        return {}
    entries = AuditEntry.objects.filter(reduce(or_, wanted), event__in=EDITS, success=True, at__gte=batch.applied_at)
    last = entries.exclude(batch=batch).order_by().values("object_type", "object_id").annotate(last=Max("pk"))
    names = ("object_type", "object_id", "at", "user_name", "event", "note", "changes")
    found = AuditEntry.objects.filter(pk__in=[row["last"] for row in last]).values(*names)
    return {(row["object_type"], row["object_id"]): row for row in found}


def pages(keys: Iterable[Key], user: User) -> dict[Key, str]:
    """Where rows that the user may see are shown; one without a page stands on that of the row it belongs to."""
    found: dict[Key, str] = {}
    owners: dict[Key, Key] = {}
    for label, pks in by_model(keys).items():
        model = apps.get_model(label)
        if has_page(model):
            rows = model._default_manager.visible_to(user).filter(pk__in=pks)
            found |= {(label, row.pk): row.get_absolute_url() for row in rows}
        elif field := owner_of(model):
            above = field.related_model._meta.label_lower
            rows = model._base_manager.filter(pk__in=pks).values_list("pk", field.attname)
            owners |= {(label, pk): (above, owner) for pk, owner in rows}
    if owners:
        urls = pages(set(owners.values()), user)
        found |= {key: urls[owner] for key, owner in owners.items() if owner in urls}
    return found


def unseen(keys: Iterable[Key]) -> set[Key]:
    """Of the rows without an address those that exist: they are other people's, and nothing more is told of them."""
    found: set[Key] = set()
    for label, pks in by_model(keys).items():
        model = apps.get_model(label)
        if has_page(model) or owner_of(model):
            found |= {(label, pk) for pk in model._base_manager.filter(pk__in=pks).values_list("pk", flat=True)}
    return found


def by_model(keys: Iterable[Key]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for label, pk in sorted(keys):
        found[label].append(pk)
    return found


def has_page(model: type[models.Model]) -> bool:
    return hasattr(model, "get_absolute_url") and hasattr(model._default_manager.none(), "visible_to")


def owner_of(model: type[models.Model]) -> models.ForeignKey | None:
    """The first row that each row of this model belongs to and that has a page."""
    fields = (f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey) and not f.null)
    return next((field for field in fields if has_page(field.related_model)), None)
