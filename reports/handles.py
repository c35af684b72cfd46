"""What official templates see: every value is a handle that prints as a token and tests as its value."""

from collections.abc import Iterator
from typing import Any

from reports.facts import FactSet
from reports.facts.engine import ROWS
from reports.tokens import Token, matches, raw_value

OPEN, CLOSE = "\ue000", "\ue001"  # private characters: no text that people type contains them


class Narrator:
    """Collects the tokens that a template prints, clause by clause."""

    def __init__(self, facts: FactSet, picks: dict[str, list[int]] | None = None) -> None:
        self.facts = facts
        self.picks = picks or {}
        self.tokens: list[Token] = []
        self.frames: list[list[Token]] = [[]]

    def mark(self, token: Token) -> str:
        self.tokens.append(token)
        self.frames[-1].append(token)
        return f"{OPEN}{len(self.tokens) - 1}{CLOSE}"

    def __getitem__(self, key: str) -> "Handle | Rows":
        value = self.facts[key]
        return Rows(self, key) if value.fact.kind == ROWS else Handle(self, Token(key))


class Handle:
    """One printable value in a template: prints as a token, compares and tests as its value."""

    def __init__(self, narrator: Narrator, token: Token) -> None:
        self.narrator, self.token = narrator, token

    @property
    def raw(self) -> Any:
        return raw_value(self.narrator.facts, self.token)

    def formatted(self, format: str, **params: Any) -> "Handle":
        return Handle(self.narrator, Token(self.token.fact, {**self.token.params, **params}, format))

    def __str__(self) -> str:
        return self.narrator.mark(self.token)

    def __bool__(self) -> bool:
        value = self.narrator.facts[self.token.fact]
        return value.unknown or bool(self.raw)

    def __eq__(self, other: object) -> bool:
        return self.raw == (other.raw if isinstance(other, Handle) else other)

    __hash__ = None

    def __len__(self) -> int:
        return len(self.raw or ())


class Row:
    """One row of a list fact: row.field is a Handle."""

    def __init__(self, narrator: Narrator, key: str, item: dict[str, Any]) -> None:
        self.narrator, self.key, self.item = narrator, key, item

    def __getitem__(self, name: str) -> Handle:
        if name not in self.item:
            raise KeyError(name)
        return Handle(self.narrator, Token(self.key, {"row": self.item["pk"], "field": name}))


class Rows(Handle):
    """A list fact: prints its names, loops over its rows in the order that staff chose."""

    def __init__(self, narrator: Narrator, key: str, where: str = "") -> None:
        picks = narrator.picks.get(key)
        super().__init__(
            narrator, Token(key, {**({"picks": picks} if picks else {}), **({"where": where} if where else {})})
        )

    def narrowed(self, test: str) -> "Rows":
        return Rows(self.narrator, self.token.fact, test)

    def __iter__(self) -> Iterator[Row]:
        value = self.narrator.facts[self.token.fact]
        picks = self.token.params.get("picks")
        items = [value.by_pk[pk] for pk in picks if pk in value.by_pk] if picks else value.items
        for item in items:
            if matches(item, self.token.params.get("where", "")):
                yield Row(self.narrator, self.token.fact, item)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return len(self) > 0
