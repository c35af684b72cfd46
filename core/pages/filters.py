"""The filter bar of a list: a django-filter FilterSet drawn with plain widgets, and what is filtered as removable tags."""

from collections.abc import Iterator
from dataclasses import dataclass
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
    value: str
    options: tuple[tuple[str, str], ...] = ()
    lead: str = ""  # the words before the box, where they differ from the label

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
    form = filterset.form
    for name, field in form.fields.items():
        label = field.label or name
        if isinstance(field, RangeField):
            suffixes = getattr(field.widget, "suffixes", ("min", "max"))
            kind = "date" if isinstance(field.fields[0], DATE) else "number"
            for suffix, word, lead in zip(suffixes, ("起", "止"), (label, "至"), strict=False):
                key = f"{name}_{suffix}"
                yield Widget(key, f"{label}{word}", kind, form.data.get(key, ""), lead=lead)
            continue
        value = form.data.get(name, "")
        if isinstance(field, forms.NullBooleanField):
            yield Widget(name, label, "select", value, YES_NO)
        elif hasattr(field, "choices"):
            yield Widget(name, label, "select", value, tuple(_options(field)))
        elif isinstance(field, DATE):
            yield Widget(name, label, "date", value)
        else:
            yield Widget(name, label, "number" if isinstance(field, forms.DecimalField) else "text", value)


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
    if filterset is None:
        return []
    wrong = set(filterset.form.errors)
    return [w for w in bar if w.value and not any(w.name == n or w.name.startswith(f"{n}_") for n in wrong)]
