"""The filter bar of a list: a django-filter FilterSet drawn with plain widgets, and what is filtered as removable tags."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django_filters import FilterSet, ModelChoiceFilter
from django_filters.fields import ModelChoiceField, RangeField

from core.cleaning import clean_line
from core.pages.offices import asked_committees

MAX_LENGTH = 60
CHOOSABLE = 200  # rows that a box offers one by one; of more a part of the name is typed
YES_NO = (("true", "是"), ("false", "否"))
DATE = forms.DateField | forms.DateTimeField


@dataclass(frozen=True)
class Widget:
    name: str
    label: str
    kind: str  # select | date | number | text
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    lead: str = ""  # the words before the box, where they differ from the label
    of: str = ""  # the filter it belongs to
    hint: str = ""  # what is typed into an empty box

    @property
    def shown(self) -> str:
        return next((label for value, label in self.options if value == self.value), self.value)


def clean_query(query: QueryDict) -> QueryDict:
    """The query string without what no filter can mean: control characters, endless values and endless numbers."""
    cleaned = QueryDict(mutable=True)
    for key, values in query.lists():
        for value in values[:20]:
            value = clean_line(value)[:MAX_LENGTH]
            if value and not (key != "q" and value.lstrip("-").isdigit() and len(value) > 15):
                cleaned.appendlist(key, value)
    return cleaned


class RowsField(ModelChoiceField):
    """Rows of another ledger: one by its number, as links carry it, or all that a name or a part of it finds."""

    def to_python(self, value: Any) -> QuerySet | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if text.isdigit():
            return self.queryset.filter(pk=super().to_python(text).pk)
        names = Q(*((name, text) for name in ("name", "short_name")), _connector=Q.OR)
        return exact if (exact := self.queryset.filter(names)).exists() else self.queryset.search(text)

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


class RowsFilter(ModelChoiceFilter):
    """A filter by rows that have names and may be many; a method of the filter set gets them as a QuerySet."""

    field_class = RowsField

    def filter(self, qs: QuerySet, value: QuerySet | None) -> QuerySet:
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": value.order_by().values("pk")})


class OfOfficeFilter(ModelChoiceFilter):
    """A filter by rows that each office has under the same names (2023年度检查): those of the office that is looked at.

    A link may carry the number of any row that the reader sees.
    """

    def offered(self, rows: QuerySet) -> QuerySet:
        user = self.parent.request.user
        return rows.in_committees(asked_committees(self.parent.request) or (user.committee_id,))


def widgets(filterset: FilterSet) -> Iterator[Widget]:
    """The boxes of the bar with their values; choices that are rows are asked for anew, the rest is worked out once."""
    data = filterset.data or {}
    for box in outline(type(filterset)):
        filled = replace(box, value=data.get(box.name, ""))
        if box.kind != "rows":
            yield filled
        elif (chooser := of_rows(filled, filterset.filters[box.of])) is not None:
            yield chooser


def of_rows(box: Widget, condition: Any) -> Widget | None:
    """Few rows are chosen from, of many one types a name; an address may carry the number of a row all the same."""
    every = condition.field.queryset
    rows = list((condition.offered(every) if hasattr(condition, "offered") else every)[: CHOOSABLE + 1])
    chosen = next((row for row in rows if str(row.pk) == box.value), None)
    if chosen is None and box.value.isdigit():
        chosen = every.filter(pk=box.value).first()
    if isinstance(condition, RowsFilter) and (len(rows) > CHOOSABLE or (box.value and chosen is None)):
        return replace(box, kind="text", value=str(chosen or box.value), hint="名称或其中几个字")
    if chosen is not None and chosen not in rows:
        rows.append(chosen)
    return replace(box, kind="select", options=tuple((str(row.pk), str(row)) for row in rows)) if rows else None


@cache
def outline(filterset_class: type[FilterSet]) -> tuple[Widget, ...]:
    conditions = filterset_class(QueryDict(), queryset=filterset_class._meta.model._default_manager.none()).filters
    return tuple(box for name, condition in conditions.items() for box in _boxes(name, condition))


def _boxes(name: str, condition: Any) -> Iterator[Widget]:
    field, label = condition.field, condition.label or name
    if isinstance(field, RangeField):
        kind = "date" if isinstance(field.fields[0], DATE) else "number"
        suffixes = getattr(field.widget, "suffixes", ("min", "max"))
        for suffix, word, lead in zip(suffixes, ("起", "止"), (label, "至"), strict=False):
            yield Widget(f"{name}_{suffix}", f"{label}{word}", kind, lead=lead, of=name)
    elif isinstance(field, forms.NullBooleanField):
        yield Widget(name, label, "select", options=YES_NO, of=name)
    elif hasattr(field, "queryset"):
        yield Widget(name, label, "rows", of=name)
    elif hasattr(field, "choices"):
        yield Widget(name, label, "select", options=tuple(_options(field)), of=name)
    else:
        number = isinstance(field, forms.DecimalField | forms.IntegerField)
        yield Widget(name, label, "date" if isinstance(field, DATE) else "number" if number else "text", of=name)


def _options(field: Any) -> Iterator[tuple[str, str]]:
    for value, label in field.choices:
        if isinstance(label, list | tuple):
            yield from ((str(v), str(word)) for v, word in label)
        elif value not in (None, ""):
            yield str(value), str(label)


def applied(bar: list[Widget], filterset: FilterSet | None) -> list[Widget]:
    """The widgets whose value really narrows the list; refused values are not pretended to."""
    used = [w for w in bar if w.value]
    if filterset is None or not used:
        return []
    wrong = set(filterset.form.errors)
    return [w for w in used if w.of not in wrong]
