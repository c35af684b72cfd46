"""Two rows that are one thing: everything that refers to the one comes to refer to the other.

Relations are found in the models themselves, so apps to the right need not be known here. Where both rows have what may
exist only once, the one that stays wins: a second unique row is merged into the first and removed, an interval keeps only
the days on which the other has none. What was lost that way is listed, and the journal leads back.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet, Value

from core.constraints import NoOverlap
from core.journal import Journal

Span = tuple[date, date | None]


def relations(model: type[models.Model]) -> Iterator[models.Field]:
    """Every foreign key of whatever model that points here, tables between many and many included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.field


def generic_keys() -> Iterator[tuple[type[models.Model], GenericForeignKey]]:
    for model in apps.get_models():
        for field in model._meta.private_fields:
            if isinstance(field, GenericForeignKey):
                yield model, field


def hanging(row: models.Model, skip: tuple[type[models.Model], ...] = ()) -> dict[str, int]:
    """How many rows of each kind refer to this one: {“组织覆盖”: 2}; kinds without any are left out."""
    found: Counter = Counter()
    for field in relations(type(row)):
        if field.model not in skip:
            name = str(field.model._meta.verbose_name)
            found[name] += field.model._base_manager.filter(**{field.attname: row.pk}).count()
    for model, key in generic_keys():
        found[str(model._meta.verbose_name)] += len(_generic(model, key, row))
    return {name: count for name, count in found.items() if count}


def referred_to(rows: QuerySet, skip: tuple[type[models.Model], ...] = ()) -> set[int]:
    """The primary keys of those rows to which any other row refers; one statement a kind, however many rows."""
    pks = rows.order_by().values("pk")
    found: set[int] = set()
    for field in relations(rows.model):
        if field.model not in skip:
            referring = field.model._base_manager.filter(**{f"{field.attname}__in": pks}).order_by()
            found.update(referring.values_list(field.attname, flat=True))
    kind = ContentType.objects.get_for_model(rows.model)
    for model, key in generic_keys():
        referring = model._base_manager.filter(**{key.ct_field: kind, f"{key.fk_field}__in": pks}).order_by()
        found.update(referring.values_list(key.fk_field, flat=True))
    return found


def _generic(model: type[models.Model], key: GenericForeignKey, row: models.Model) -> list[models.Model]:
    kind = ContentType.objects.get_for_model(row)
    return list(model._base_manager.filter(**{key.ct_field: kind, key.fk_field: row.pk}).order_by("pk"))


class Absorber:
    """One merge on its way: `journal` leads back, `moved` and `lost` are for people."""

    def __init__(self, journal: Journal, skip: tuple[type[models.Model], ...] = ()) -> None:
        self.journal, self.skip = journal, skip
        self.moved: Counter = Counter()
        self.lost: list[str] = []

    def absorb(self, keep: models.Model, drop: models.Model) -> None:
        for field in relations(type(keep)):
            if field.model in self.skip:
                continue
            for row in field.model._base_manager.filter(**{field.attname: drop.pk}).order_by("pk"):
                self.move(row, field, keep)
        for model, key in generic_keys():
            for row in _generic(model, key, drop):
                self.journal.change(row, **{key.fk_field: keep.pk})
                self.moved[str(model._meta.verbose_name)] += 1

    def move(self, row: models.Model, field: models.Field, keep: models.Model) -> None:
        name = str(row._meta.verbose_name)
        words = f"{name}“{row}”"
        was = (getattr(row, "start", None), getattr(row, "end", None))
        setattr(row, field.attname, keep.pk)
        spans = self.free_spans(row)
        if spans:
            row.start, row.end = spans[0]
        twin = next(self.blockers(row)) if spans == [] else self.twin(row)
        if twin is not None:
            self.give_up(row, twin, words)
            return
        self.journal.change(row, **{field.attname: keep.pk}, **({"start": row.start, "end": row.end} if spans else {}))
        self.moved[name] += 1
        for start, end in spans[1:] if spans else ():
            self.repeat(row, start, end)
        if spans and spans != [was]:
            days = "、".join(f"{start}至{end or '今'}" for start, end in spans)
            self.lost.append(f"{words}只保留{days}，其余日子以保留的记录为准")

    def repeat(self, row: models.Model, start: date, end: date | None) -> None:
        """A second piece of an interval that the other row's cuts in two."""
        names = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
        piece = type(row)(**{name: getattr(row, name) for name in names})
        piece.start, piece.end = start, end
        piece.save()
        self.journal.made(piece)

    def give_up(self, row: models.Model, twin: models.Model, words: str) -> None:
        """There may be only one: what hangs on this row goes to its twin, then it is removed."""
        self.lost.append(words)
        self.absorb(twin, row)
        self.journal.remove(type(row)._base_manager.get(pk=row.pk))

    # --- what may exist only once --------------------------------------------------------------------------------

    @staticmethod
    def twin(row: models.Model) -> models.Model | None:
        """The stored row beside which this one may not stand, by the model's own unique rules."""
        others = type(row)._base_manager.exclude(pk=row.pk)
        for names, condition in unique_rules(type(row)):
            values = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
            if None in values.values() or (condition is not None and not holds(condition, row)):
                continue
            found = others.filter(**values)
            found = found.filter(condition) if condition is not None else found
            if (twin := found.first()) is not None:
                return twin
        return None

    @staticmethod
    def blockers(row: models.Model) -> Iterator[models.Model]:
        """Stored intervals of the same owner that share days with this one, the earliest first."""
        for rule in row._meta.constraints:
            if not isinstance(rule, NoOverlap) or any(getattr(row, n) not in v for n, v in rule.only.items()):
                continue
            attname = row._meta.get_field(rule.key).attname
            found = type(row)._base_manager.exclude(pk=row.pk).filter(**{attname: getattr(row, attname)})
            found = found.filter(Q(end=None) | Q(end__gt=row.start), **{f"{n}__in": v for n, v in rule.only.items()})
            yield from (found.filter(start__lt=row.end) if row.end else found).order_by("start")

    def free_spans(self, row: models.Model) -> list[Span] | None:
        """The days of this interval that no other one takes; None where nothing forbids an overlap."""
        taken = list(self.blockers(row))
        if not taken:
            return None
        spans, cursor = [], row.start
        for other in taken:
            if other.start > cursor:
                spans.append((cursor, other.start))
            if other.end is None:
                return spans
            cursor = max(cursor, other.end)
        return [*spans, (cursor, row.end)] if row.end is None or cursor < row.end else spans


def unique_rules(model: type[models.Model]) -> Iterator[tuple[tuple[str, ...], Q | None]]:
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and rule.fields and not rule.expressions:
            yield tuple(rule.fields), rule.condition
    yield from ((tuple(names), None) for names in model._meta.unique_together)
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.name,), None


def holds(condition: Q, row: models.Model) -> bool:
    """Whether a constraint's condition is true of this unsaved state of the row."""
    return condition.check({f.name: Value(getattr(row, f.attname), f) for f in row._meta.concrete_fields})
