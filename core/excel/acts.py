"""Ledgers whose lines are acts: a new line is done by the workflow that its page uses, with all that follows from it.

A line that the ledger has already is compared like any other. A new one is rehearsed when the workbook is read, so that
what the workflow refuses stands at the cell, and done for good when the batch is confirmed. What the acts wrote is told
from images of all rows within reach, taken before and after; an undo takes exactly that back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, models, transaction

from core.constraints import violated
from core.journal import COUNTED, images, mark_of, to_json

from .among import one_of
from .sheet import Column, Context, Sheet

MOST = 1000  # acts of one file: each is a piece of work of its own
EFFECTS = "还会改动"  # what the preview calls what an act writes beside the row itself
BESIDE = "办理的时候有人同时改动了这些单位（党员）的记录，整批没有写入。请重新上传，再看一遍预览。"
GONE = "这一行所指的记录已不在台账里。请重新上传，再看一遍预览。"
Values = dict[str, Any]
Key = tuple[type[models.Model], int]


class ActSheet(Sheet):
    """One line is one act about one row of the ledgers, its subject (a body, a member)."""

    def subject(self, values: Values) -> int:
        """The primary key of what the act is about."""
        raise NotImplementedError

    def reach(self, subjects: list[int]) -> Iterator[tuple[models.QuerySet, str]]:
        """Everything that acts about these subjects may write: rows, and the attribute that tells whose they are; first
        the subjects themselves."""
        raise NotImplementedError

    def stored(self, values: Values) -> models.Model | None:
        """The row of the ledger that tells of this act already, where a line may find one since it was read."""
        return None

    def perform(self, values: Values, context: Context) -> models.Model:
        """Do it by `context.user` and return the row of the ledger; ValidationError, by field, where it cannot be.

        `values` holds the filled cells by Column.field: lookups as primary keys, cleared cells as None.
        """
        raise NotImplementedError

    def arrange(self, lines: list[Values], context: Context) -> None:
        """Before the first act: what a line means may depend on the others; note it in the values of each."""

    def position(self, values: Values) -> Any:
        """In which order the acts are done; by default that of the lines."""
        return 0


# Values of a line between reading and writing -----------------------------------------------------------------------


def packed(sheet: Sheet, values: Values) -> Values:
    """For the staged row; what only told who is meant is not kept."""
    left_out = {column.field for column in sheet.columns if column.personal or column.kind == "id_number"}
    return {name: to_json(value) for name, value in values.items() if name not in left_out}


def unpacked(sheet: Sheet, values: Values) -> Values:
    days = {column.field for column in sheet.columns if column.kind in ("date", "month")}
    return {n: date.fromisoformat(v) if n in days and isinstance(v, str) else v for n, v in values.items()}


def in_order(sheet: ActSheet, lines: list[tuple[Any, Values]], context: Context) -> list[tuple[Any, Values]]:
    """(line, values) as they are to be done."""
    sheet.arrange([values for _, values in lines], context)
    return sorted(lines, key=lambda pair: sheet.position(pair[1]))


# Doing --------------------------------------------------------------------------------------------------------------


@contextmanager
def rehearsal() -> Iterator[None]:
    """Everything that is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def attempt(sheet: ActSheet, values: Values, context: Context) -> models.Model:
    """One act, whole or not at all; what the database refuses is told in the words of its constraint."""
    try:
        with transaction.atomic():
            if (row := sheet.stored(values)) is not None:
                raise ValidationError(f"台账里已有这一件（{row}），不用再办。", code="stored")
            return sheet.perform(values, context)
    except ObjectDoesNotExist as error:
        raise ValidationError(GONE, code="gone") from error
    except IntegrityError as error:
        known = {query.model: None for query, _ in sheet.reach([sheet.subject(values)])}
        rule = violated(error, known)
        why = rule.violation_error_message if rule is not None else "与台账里已有的记录相冲突，请核对。"
        raise ValidationError(why, code="constraint") from error


def column_of(sheet: Sheet, name: str) -> Column | None:
    """Where the sentence about a field of the workflow stands in the workbook."""
    name = sheet.instead_of.get(name, name)
    fits = (column for column in sheet.columns if name in (column.field, column.name) and not column.readonly)
    return next(fits, None)


# What the acts wrote ------------------------------------------------------------------------------------------------


class Watch:
    """The rows within reach of some subjects, before and after their acts."""

    def __init__(self, sheet: ActSheet, subjects: Iterable[int], lock: bool = False) -> None:
        self.sheet, self.subjects = sheet, sorted(set(subjects))
        if lock and connection.vendor == "postgresql":  # SQLite has one writer at a time
            rows = next(iter(sheet.reach(self.subjects)))[0]
            list(rows.order_by("pk").select_for_update().values_list("pk"))
        self.last = {query.model: self.newest(query.model) for query, _ in sheet.reach(self.subjects)}
        self.before = self.images()

    @staticmethod
    def newest(model: type[models.Model]) -> int:
        return model._base_manager.aggregate(pk=models.Max("pk"))["pk"] or 0

    def images(self) -> dict[Key, tuple[int, Values]]:
        """Model and key → whose row it is, and its columns."""
        found = {}
        for query, owner in self.sheet.reach(self.subjects):
            for row in images(query, whose=models.F(owner)):
                whose = row.pop("whose")
                found[query.model, row[query.model._meta.pk.attname]] = (whose, row)
        return found

    def journals(self) -> dict[int, list[Values]]:
        """Subject → what its acts wrote, as entries of a Journal: removed rows first, new ones last, so that going back
        from the end no row meets another that may not stand beside it."""
        after, found = self.images(), defaultdict(list)
        for key in [key for key in self.before if key not in after]:
            whose, old = self.before[key]
            found[whose].append(self.entry("remove", key, old, {}))
        for key in [key for key in after if key in self.before]:
            (whose, new), (_, old) = after[key], self.before[key]
            names = [name for name in new if name not in COUNTED and new[name] != old[name]]
            if names or new != old:
                changed = self.entry("change", key, {n: old[n] for n in names}, {n: new[n] for n in names})
                found[whose].append({**changed, "mark": mark_of(new), "saved": "version" in new})
        for key in [key for key in after if key not in self.before]:
            whose, new = after[key]
            if key[1] <= self.last[key[0]]:
                raise ValidationError(BESIDE, code="stale")  # or the sheet's reach is too short
            found[whose].append(self.entry("make", key, {}, {n: v for n, v in new.items() if n not in COUNTED}))
        return found

    @staticmethod
    def entry(act: str, key: Key, before: Values, after: Values) -> Values:
        model, pk = key
        return {
            "act": act,
            "model": model._meta.label_lower,
            "pk": pk,
            "label": str(model._meta.verbose_name),
            "before": before,
            "after": after,
        }


def of_subjects(model: type[models.Model], name: str, subjects: list[int]) -> tuple[models.QuerySet, str]:
    """The rows of a model whose foreign key (or own key, "id") names a subject, for `ActSheet.reach`."""
    attname = model._meta.get_field(name).attname
    return model._base_manager.filter(one_of(model, name, subjects)), attname
