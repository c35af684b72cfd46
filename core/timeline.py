"""What other apps add to a detail page: events of its timeline and things to do. Apps to the right register in ready():

    timeline.register("organizations.SocialOrganization", activity_events)
    timeline.register_todos("organizations.PartyBranch", open_assignments)
    timeline.register_dues("organizations.PartyBranch", findings_of_bodies)

A provider takes (row, user) and yields Event or Todo rows that this user may see; one query each, at most LIMIT rows.
Rows of several models come in one query through `part` and `rows_of`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast

LIMIT = 500
SHOWN = 60
TEXT, DAY = CharField(), DateField()
NO_DAY = Cast(Value(None), DAY)
NOTHING = Value("")
NAMES = ("source", "word", "note", "more", "start", "end", "ref", "row")


@dataclass(frozen=True)
class Event:
    """One line of a timeline (includes/_timeline.html)."""

    at: date
    text: str
    url: str = ""
    note: str = ""
    tag: str = ""
    key: bool = False
    kind: str = ""  # what it is about, in a word or two: pages let the reader narrow by it


@dataclass(frozen=True)
class Todo:
    """One thing to do (includes/_todo.html): `kind` and `word` are its state, `when` its day in words."""

    kind: str
    word: str
    text: str
    url: str = ""
    why: str = ""
    when: str = ""
    act: str = ""
    act_url: str = ""
    primary: bool = False


Provider = Callable[[Any, Any], Iterable[Any]]
events: dict[str, list[Provider]] = {}
todos: dict[str, list[Provider]] = {}
dues: dict[str, list[Provider]] = {}


def register(model_label: str, provider: Provider) -> None:
    events.setdefault(model_label.lower(), []).append(provider)


def register_todos(model_label: str, provider: Provider) -> None:
    todos.setdefault(model_label.lower(), []).append(provider)


def register_dues(model_label: str, provider: Provider) -> None:
    """What a row owes through the rows around it: told on its check-up, beside its own things to do."""
    dues.setdefault(model_label.lower(), []).append(provider)


def events_of(row: Any, user: Any, own: Iterable[Event] = (), limit: int | None = SHOWN) -> list[Event]:
    """The page's own events and everybody's, newest first."""
    found = chain(own, *(provider(row, user) for provider in events.get(row._meta.label_lower, ())))
    return sorted(found, key=lambda event: event.at, reverse=True)[:limit]


def todos_of(row: Any, user: Any, own: Iterable[Todo] = ()) -> list[Todo]:
    return [*own, *chain.from_iterable(provider(row, user) for provider in todos.get(row._meta.label_lower, ()))]


def dues_of(row: Any, user: Any) -> list[Todo]:
    """Its things to do and those of the rows around it."""
    around = chain.from_iterable(provider(row, user) for provider in dues.get(row._meta.label_lower, ()))
    return [*todos_of(row, user), *around]


# Rows of several models in one query ---------------------------------------------------------------------------------


def part(
    rows: QuerySet,
    source: Any,
    word: Any,
    start: Any,
    *,
    note: Any = NOTHING,
    more: Any = NOTHING,
    end: Any = NO_DAY,
    ref: str = "pk",
) -> QuerySet:
    """One kind of dated row in the common shape of a union; both databases want the same types in every part."""
    columns = {
        "h_source": Cast(Value(source) if isinstance(source, str) else source, TEXT),
        "h_word": Cast(word, TEXT),
        "h_note": Cast(note, TEXT),
        "h_more": Cast(more, TEXT),
        "h_start": Cast(start, DAY),
        "h_end": Cast(end, DAY),
        "h_ref": Cast(ref, BigIntegerField()),
        "h_row": Cast("pk", BigIntegerField()),
    }
    return rows.order_by().annotate(**columns).values_list(*columns)


def rows_of(first: QuerySet, *others: QuerySet) -> list[dict[str, Any]]:
    """The parts as dictionaries, newest first: one query."""
    found = first.union(*others, all=True)
    rows = [dict(zip(NAMES, values, strict=True)) for values in found]
    return sorted(rows, key=lambda row: (row["start"] or date.min, row["row"]), reverse=True)
