"""Columns of lists: declared once, they say what is fetched, how it is shown, sorted and laid out on a phone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markupsafe import escape  # a tenth of the time of Django's, and it knows Django's safe strings

from core.markup import state_html

Row = dict[str, Any]
DASH = mark_safe('<span class="muted">—</span>')


@dataclass(frozen=True)
class Cell:
    """What `value=` may return when a cell is more than a word: a state (kind), a link, or quiet text."""

    text: Any
    kind: str = ""
    url: str = ""
    tag: bool = False

    def __html__(self) -> SafeString:
        text = DASH if self.text in (None, "") else format_html("{}", self.text)
        if self.kind:
            text = state(self.kind, text)
        elif self.tag:
            text = format_html('<span class="tag">{}</span>', text)
        return format_html('<a href="{}">{}</a>', self.url, text) if self.url else text

    __str__ = __html__  # Django's templates ask for the string first


def state(kind: str, word: Any) -> SafeString:
    """In dense columns only what somebody must act on has weight (DESIGN_LANGUAGE §1)."""
    return state_html(kind, word, bare=kind not in ("warn", "bad"))


@dataclass(frozen=True)
class Column:
    """One column. `field` is a path for `.values()` (relations and annotations too); a field with choices shows
    its words. `states` maps values to kinds. `value(row)` computes the cell from `field` and `fields`."""

    heading: str
    field: str = ""
    kind: str = "text"  # text | date | number | percent | state | tag | yesno | code
    link: bool = False
    sort: str = ""
    states: Mapping[Any, str] | None = None
    fields: tuple[str, ...] = ()
    value: Callable[[Row], Any] | None = None
    phone: str = ""  # name | wide | hide
    url: Callable[[Row], str] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.field, *self.fields) if self.field else self.fields

    def opening(self) -> SafeString:
        """The cell's opening tag; it is the same in every row."""
        css = {"name": "name", "wide": "wide", "hide": "hide-phone"}.get(self.phone, "")
        if self.link and not self.phone:
            css = "name"
        css += {"number": " num", "percent": " num", "code": " code"}.get(self.kind, "")
        attrs = format_html(' class="{}"', css.strip()) if css else ""
        return format_html('<td{} data-label="{}">', attrs, self.heading)

    def painter(self, model: type[Model], detail_url: Callable[[Row], str]) -> Callable[[Row], str]:
        """A function from a row to its whole cell. What is not markup already is escaped here and nowhere else."""
        get, opening = self.value or self._plain(model), self.opening()
        if self.link or self.url:
            address = self.url or detail_url
            return lambda row: f"{opening}{_linked(address(row), get(row))}</td>"
        return lambda row: f"{opening}{escape(get(row))}</td>"

    def _plain(self, model: type[Model]) -> Callable[[Row], Any]:
        field = self.field
        words = choice_words(model, field)
        if self.kind == "state" or self.states:
            kinds = {str(k): v for k, v in (self.states or {}).items()}
            ready = {key: state(kinds.get(str(key), "off"), word) for key, word in words.items()}
            return lambda row: DASH if row[field] in (None, "") else ready.get(row[field]) or state("off", row[field])
        if words:
            ready = {key: escape(word) for key, word in words.items() if key not in (None, "")}
            return lambda row: ready.get(row[field], DASH if row[field] in (None, "") else row[field])
        show = SHOW.get(self.kind, text)
        return lambda row: show(row[field])


def choice_words(model: type[Model], path: str) -> dict[Any, str]:
    """Value → word of the field at the end of a path, when it has choices."""
    *steps, last = path.split("__") if path else [""]
    try:
        for step in steps:
            model = model._meta.get_field(step).related_model
        return dict(model._meta.get_field(last).flatchoices)
    except (FieldDoesNotExist, AttributeError):
        return {}


def _linked(url: str, shown: Any) -> str:
    return f'<a href="{escape(url)}">{escape(shown)}</a>' if url else escape(shown)


def text(value: Any) -> Any:
    if value is None or value == "":
        return DASH
    return iso(value) if isinstance(value, date) else value


def iso(value: Any) -> Any:
    if value is None:
        return DASH
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def number(value: Any) -> Any:
    if value is None:
        return DASH
    if isinstance(value, Decimal | float):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return value


def percent(value: Any) -> Any:
    return DASH if value is None else f"{float(value) * 100:.1f}%"


def tag(value: Any) -> Any:
    return DASH if value in (None, "") else format_html('<span class="tag">{}</span>', value)


def yesno(value: Any) -> Any:
    return DASH if value is None else ("是" if value else "否")


SHOW = {"date": iso, "number": number, "percent": percent, "tag": tag, "yesno": yesno}
