"""The filter bar of a list: a django-filter FilterSet drawn with plain widgets, and what is filtered as removable tags."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django_filters import FilterSet, ModelChoiceFilter
from django_filters.fields import ModelChoiceField, RangeField

from core.cleaning import clean_line
from core.pages.offices import PARAMETER, asked_for, offices_of

MAX_LENGTH = 60
CHOOSABLE = 200  # rows that a box offers one by one; of more a part of the name is typed
FEW = 40  # rows of several offices in one box
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


def visible(model: type[Model], *names: str) -> Callable[[Any], QuerySet]:
    """The rows of another ledger that a box chooses from, with these fields: those that the reader sees.

    The bar is laid out once without a request.
    """

    def rows(request: Any) -> QuerySet:
        found = model._default_manager.only("pk", *names) if names else model._default_manager.all()
        return found.visible_to(request.user) if request is not None else found.none()

    return rows


class RowsField(ModelChoiceField):
    """Rows of another ledger: one by its number, as links carry it, or all that a name or a part of it finds."""

    def to_python(self, value: Any) -> QuerySet | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        numbered = NUMBERED.search(text)
        if (number := numbered[1] if numbered else text) and is_number(number):
            one = self.queryset.filter(pk=number)
            if numbered or one.exists():
                return one
        exact = self.named(text)
        return exact if exact.exists() else self.queryset.search(text)

    def named(self, text: str) -> QuerySet:
        return self.queryset.filter(Q(name=text) | Q(short_name=text))

    def shown(self, row: Any) -> str:
        """The name that finds this row alone; where others are called so too, with its number."""
        return str(row) if self.named(str(row)).count() == 1 else f"{row}（{row.pk}号）"

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


NUMBERED = re.compile(r"（(\d{1,15})号）$")


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


class RowsFilter(ModelChoiceFilter):
    """A filter by rows that have names and may be many; a method of the filter set gets them as a QuerySet.

    `offer(request, rows)` narrows what is offered; an address may mean any row of the queryset.
    """

    field_class = RowsField

    def __init__(self, *args: Any, offer: Callable[[Any, QuerySet], QuerySet] | None = None, **kwargs: Any) -> None:
        self.offer = offer
        super().__init__(*args, **kwargs)

    def filter(self, qs: QuerySet, value: QuerySet | None) -> QuerySet:
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": value.order_by().values("pk")})

    def widget(self, box: Widget) -> Widget:
        """Few rows are chosen from, of many one types a name."""
        every = self.field.queryset
        offered = self.offer(self.parent.request, every) if self.offer else every
        rows = list(offered[: CHOOSABLE + 1])
        chosen = next((row for row in rows if str(row.pk) == box.value), None)
        if chosen is None and is_number(box.value):
            chosen = every.filter(pk=box.value).first()
        if len(rows) > CHOOSABLE or (box.value and chosen is None):
            value = self.field.shown(chosen) if chosen else box.value
            return replace(box, kind="text", value=value, hint="名称或其中几个字")
        return selection(box, rows, chosen)


class OfOfficeFilter(ModelChoiceFilter):
    """A filter by rows that each office has under the same names (2023年度检查): those of the office that is looked at.

    Of several offices each name stands with its office, of many offices one is chosen first. A link may carry the number
    of any row that the reader sees.
    """

    def widget(self, box: Widget) -> Widget | None:
        every, request = self.field.queryset, self.parent.request
        offices = offices_of(request.user)
        office = asked_for(offices, request.GET.get(PARAMETER))
        many = bool(offices) and office is None and every.order_by().values("pk")[: FEW + 1].count() > FEW
        rows = [] if many else list(every.in_committees(office.scope_ids) if office else every)
        chosen = every.filter(pk=box.value).first() if is_number(box.value) else None
        labels = {} if office else {other.pk: f"{other.label}：" for other in offices}
        return selection(box, rows, chosen, lambda row: f"{labels.get(row.committee_id, '')}{row}")


def selection(box: Widget, rows: list[Any], chosen: Any, label: Callable[[Any], str] = str) -> Widget | None:
    """A box to choose one of the rows, among them the chosen one; no box where there is nothing to choose."""
    if chosen is not None and chosen not in rows:
        rows = [*rows, chosen]
    options = tuple((str(row.pk), label(row)) for row in rows)
    return replace(box, kind="select", options=options) if options else None


def widgets(filterset: FilterSet) -> Iterator[Widget]:
    """The boxes of the bar with their values; choices that are rows are asked for anew, the rest is worked out once."""
    data = filterset.data or {}
    for box in outline(type(filterset)):
        filled = replace(box, value=data.get(box.name, ""))
        if box.kind != "rows":
            yield filled
            continue
        condition = filterset.filters[box.of]
        plain = not hasattr(condition, "widget")
        chooser = selection(filled, list(condition.field.queryset), None) if plain else condition.widget(filled)
        if chooser is not None:
            yield chooser


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
