"""A number in a text is a token: which fact, which row of it, how it is printed. Its value is looked up when it is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.periods import chinese_number
from reports.facts import FactSet, FactValue
from reports.facts.engine import RATE, ROWS

FILLED, NONE, UNKNOWN = "filled", "none", "unknown"
FORMATS = ("", "ordinal", "names", "some", "count", "spread")


@dataclass(frozen=True)
class Token:
    """`params`: row (id of a row of a list fact), field, kind (of a phrase), where (only rows that pass a test),
    limit (names shown), of (fact that counts them all), picks (ids in chosen order)."""

    fact: str
    params: dict[str, Any] = field(default_factory=dict)
    format: str = ""

    def as_segment(self) -> dict[str, Any]:
        return {"fact": self.fact, "params": self.params, "format": self.format}

    @classmethod
    def of(cls, segment: dict[str, Any]) -> "Token":
        return cls(segment["fact"], dict(segment.get("params") or {}), segment.get("format") or "")

    @property
    def identity(self) -> str:
        """The same for the same value; edited blocks remember what they last showed under it."""
        params = ",".join(
            f"{key}={self.params[key]}" for key in sorted(self.params) if key not in ("limit", "picks", "of")
        )
        return f"{self.fact}|{params}|{'count' if self.format == 'count' else ''}"


@dataclass(frozen=True)
class Printed:
    """What a token says now: its text and whether it is a value, none, or unknown."""

    text: str
    state: str
    label: str


def number_text(value: Any) -> str:
    """12, 86.7, 90 (a rate drops .0), 1234567: no separators in official text."""
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def join_names(names: list[str], limit: int | None = None) -> str:
    """、 between names; 等 after them when some are left out."""
    shown = names[:limit] if limit else names
    return "、".join(shown) + ("等" if len(shown) < len(names) else "")


def raw_value(facts: FactSet, token: Token) -> Any:
    """The value that the token stands for, or None when its fact or its row is gone or not filled."""
    if token.fact not in facts:
        return None
    value = facts[token.fact]
    if value.unknown:
        return None
    if value.fact.kind != ROWS:
        return value.value
    if token.fact == "phrases" and "kind" in token.params:
        return next((item["text"] for item in value.items if item["kind"] == token.params["kind"]), None)
    if "row" in token.params:
        item = value.by_pk.get(token.params["row"])
        return None if item is None else item.get(token.params.get("field") or value.fact.quoted_as)
    items = [item for item in _picked(value, token) if matches(item, token.params.get("where", ""))]
    return flat(item.get(token.params.get("field") or value.fact.quoted_as) for item in items)


def matches(item: dict[str, Any], test: str) -> bool:
    """Whether a row passes "field=value"; several values by |, true and false for ticks, "" for every row."""
    if not test:
        return True
    name, _, wanted = test.partition("=")
    if wanted in ("true", "false"):
        return bool(item.get(name)) is (wanted == "true")
    return item.get(name) in wanted.split("|")


def flat(values: Iterable[Any]) -> list[Any]:
    """Each value once, in order; lists of names are opened."""
    opened = (one for value in values for one in (value if isinstance(value, list) else [value]))
    return list(dict.fromkeys(opened))


def _picked(value: FactValue, token: Token) -> list[dict[str, Any]]:
    picks = token.params.get("picks")
    if not picks:
        return value.items
    first = [value.by_pk[pk] for pk in picks if pk in value.by_pk]
    return first + [item for item in value.items if item["pk"] not in set(picks)]


def gap_label(facts: FactSet, token: Token) -> str:
    if token.fact not in facts:
        return "这个指标已停用"
    value = facts[token.fact]
    if token.fact == "phrases":
        from reports.choices import PhraseKind

        kind = token.params.get("kind")
        return f"没有有效的“{dict(PhraseKind.choices).get(kind, kind)}”提法"
    if "row" in token.params and token.params["row"] not in value.by_pk:
        return f"{value.fact.label}的这条记录已不在本期"
    return f"{value.fact.label}未填"


def printed(facts: FactSet, token: Token) -> Printed:
    label = facts[token.fact].fact.label if token.fact in facts else token.fact
    raw = raw_value(facts, token)
    if raw is None or raw == "":
        return Printed(gap_label(facts, token), UNKNOWN, label)
    if isinstance(raw, list):
        names = [str(name) for name in raw if name not in (None, "")]
        if token.format == "count":
            return Printed(str(len(names)), FILLED if names else NONE, label)
        text = join_names(names, token.params.get("limit") if token.format == "some" else None)
        whole = raw_value(facts, Token(token.params["of"])) if "of" in token.params else None
        if isinstance(whole, int) and whole > len(names) and text and not text.endswith("等"):
            text += "等"
        return Printed(text, FILLED if names else NONE, label)
    if token.format == "ordinal":
        return Printed(chinese_number(int(raw)), FILLED, label)
    text = number_text(raw)
    is_zero = facts[token.fact].fact.kind not in (ROWS, RATE) and raw == 0
    return Printed(text, NONE if is_zero else FILLED, label)
