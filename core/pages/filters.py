"""The filter bar of a list: a django-filter FilterSet drawn with plain widgets, and what is filtered as removable tags."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django import forms
from django.http import QueryDict
from django_filters import FilterSet
from django_filters.fields import RangeField

from core.cleaning import clean_line

MAX_LENGTH = 60
MAX_OPTIONS = 500
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


def widgets(filterset: FilterSet) -> Iterator[Widget]:
    """The boxes of the bar with their values; choices that are rows are asked for anew, the rest is worked out once."""
    data = filterset.data or {}
    for box in outline(type(filterset)):
        options = box.options
        if box.kind == "rows":
            options = tuple(_options(filterset.filters[box.of].field))
        yield replace(
            box, value=data.get(box.name, ""), options=options, kind="select" if box.kind == "rows" else box.kind
        )


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
    for count, (value, label) in enumerate(field.choices):
        if count >= MAX_OPTIONS:
            return
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
