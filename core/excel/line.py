"""One row of a workbook on its way through planning, and what the steps of planning share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from core.choices import RowAction

from .binding import Binding
from .lookups import Resolver
from .rules import Judge, Uniques
from .sheet import Column, Context, Parent, Part, Sheet


@dataclass(slots=True)
class Line:
    """One row on its way: converted cells, then the stored row it means, then what would change."""

    number: int
    cells: list[Any]
    given: dict[str, Any] = field(default_factory=dict)  # Column.field → value or CLEAR
    errors: list[dict] = field(default_factory=list)
    sought: tuple[str, ...] = ()  # by these attributes its stored row was looked for
    stored: Any = None
    obj: Any = None
    action: str = RowAction.SAME
    after: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    words: dict[str, list] = field(default_factory=dict)
    parts: list[tuple[Part, Any, bool]] = field(default_factory=list)  # part rows to judge: (part, object, is new)
    label: str = ""  # whom the line is about, where the row itself has no name
    waits: bool = False
    refers: bool = False  # to a row that has no primary key yet
    double: tuple[Binding | None, str] | None = None  # means what another line means: told last, after its other errors

    def wrong(self, binding: Binding | None, sentence: str) -> None:
        where = (binding.index, binding.letter, binding.heading) if binding else (-1, "", "")
        self.errors.append({"c": where[0], "l": where[1], "h": where[2], "m": sentence})


def sentences(error: ValidationError) -> Iterator[tuple[str, str]]:
    """(field or "", sentence) of what a rule of the models or workflows refused."""
    if not hasattr(error, "error_dict"):
        yield "", " ".join(error.messages)
        return
    for name, messages in error.message_dict.items():
        yield name, " ".join(messages)


def messages(error: ValidationError) -> str:
    return " ".join(error.messages)


class Shared:
    """What one import knows; the steps (matching, comparing, parts, judging) are classes on top of it, one file each."""

    sheet: Sheet
    context: Context
    model: Any
    bindings: list[Binding]
    by_field: dict[str, Binding]
    titled: list[tuple[Binding, Any]]
    words_by: dict[str, Binding]  # all columns in use by Column.field, those of the title too
    resolvers: dict[str, Resolver]
    parts: dict[str, Part]
    bound: dict[str, list[Binding]]  # columns of each part
    parents: dict[str, Parent]
    known_parents: dict[str, dict[tuple, int]]
    keys: dict[tuple[str, ...], tuple[str, ...]]  # names of each declared key → attribute names
    seen: dict[tuple, int]
    taken: dict[int, int]
    required: list[Column]
    defaults: list[tuple[str, Any]]
    special: list[Binding]
    simple: dict[str, tuple[str, Any]]  # plain columns: name → attribute and what “清空” stores
    rules: list[tuple[Judge, str, list[str]]]
    uniques: Uniques
    part_uniques: dict[str, Uniques]
    part_rules: dict[str, list[tuple[Judge, str, list[str]]]]
    notices: dict[str, list[int]]
    excerpt: dict[int, dict[str, str]]
    beside: dict[int, dict[str, str]]
    unresolved: dict[tuple[str, str], list[int]]
    file_names: dict[str, int]
    touched: set[int]
    has_committee: bool
    finds_all: bool  # a stored row with the same key is found whatever its state
    checks: bool
    checks_change: bool
    has_follows: bool
    has_remarks: bool
    tells_new: bool  # the sheet has something to say of new lines before they are planned
    refers: bool  # a line may refer to a parent or to a row of the same file that has no primary key yet
    make: Any

    def all_bindings(self) -> list[Binding]:
        return [*self.bindings, *(b for b, _ in self.titled)]

    def notice(self, sentence: str, number: int) -> None:
        self.notices.setdefault(sentence, []).append(number)

    def refers_to_itself(self, resolver: Resolver) -> bool:
        return any(t.lookup.model_class is self.model for t in resolver.targets)
