"""What other apps add to a detail page: events of its timeline and things to do. Apps to the right register in ready():

    timeline.register("organizations.SocialOrganization", activity_events)
    timeline.register_todos("organizations.PartyBranch", open_assignments)
    timeline.register_dues("organizations.PartyBranch", findings_of_bodies)

A provider takes (row, user) and yields Event or Todo rows that this user may see; one query each, at most LIMIT rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

LIMIT = 60


@dataclass(frozen=True)
class Event:
    """One line of a timeline (includes/_timeline.html)."""

    at: date
    text: str
    url: str = ""
    note: str = ""
    tag: str = ""
    key: bool = False


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


def events_of(row: Any, user: Any, own: Iterable[Event] = ()) -> list[Event]:
    """The page's own events and everybody's, newest first."""
    found = chain(own, *(provider(row, user) for provider in events.get(row._meta.label_lower, ())))
    return sorted(found, key=lambda event: event.at, reverse=True)[:LIMIT]


def todos_of(row: Any, user: Any, own: Iterable[Todo] = ()) -> list[Todo]:
    return [*own, *chain.from_iterable(provider(row, user) for provider in todos.get(row._meta.label_lower, ()))]


def dues_of(row: Any, user: Any) -> list[Todo]:
    """Its things to do and those of the rows around it."""
    around = chain.from_iterable(provider(row, user) for provider in dues.get(row._meta.label_lower, ()))
    return [*todos_of(row, user), *around]
