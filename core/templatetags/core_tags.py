"""Tags of every page. A status is shape, colour and word together, and is drawn only here (DESIGN_LANGUAGE §1)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.markup import icon_svg, state_html
from core.periods import chinese_number

register = template.Library()
LAMPS = ("ok", "info", "run", "new", "warn", "bad", "na")
GAP = "—"


@register.simple_tag
def icon(name: str) -> SafeString:
    return icon_svg(str(name))


@register.simple_tag
def state(obj: Any, field: str = "status", bare: bool = False) -> SafeString:
    """The status of a row: the word from its choices, the kind from the model's `status_kind` (or `{field}_kind`)."""
    return state_html(getattr(obj, f"{field}_kind", "off"), getattr(obj, f"get_{field}_display")(), bare)


@register.simple_tag
def state_word(kind: str, word: Any, bare: bool = False) -> SafeString:
    return state_html(kind, word, bare)


@register.simple_tag
def lamp(kind: str, char: str, word: str, url: str = "") -> SafeString:
    """One character for a cell of the matrix; the whole word is in the title and for screen readers."""
    kind = kind if kind in LAMPS else "na"
    tag = "a" if url else "span"
    attrs = flatatt({"class": f"lamp lamp-{kind}", "title": word, **({"href": url} if url else {})})
    return format_html(
        '<{}{}><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></{}>',
        tag, attrs, char, word, tag,
    )  # fmt: skip


@register.filter
def num(value: Any) -> str:
    """A number as written in the office: no separators, unknown is a dash and never 0."""
    if value is None or value == "":
        return GAP
    if isinstance(value, float | Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return str(value)


@register.filter
def percent(value: Any) -> str:
    """0.55 → 55.0 %; None (nothing to divide by) → —."""
    return GAP if value is None else f"{float(value) * 100:.1f}%"


@register.filter
def points(value: Any) -> str:
    """A difference of printed percentages: +1.5个百分点."""
    return GAP if value is None else f"{float(value):+.1f}个百分点"


@register.filter
def dash(value: Any) -> Any:
    return GAP if value is None or value == "" else value


@register.filter
def day(value: date | None) -> str:
    """2023-03-29 → 3月29日, for sentences; tables use the ISO form."""
    return GAP if not value else f"{value.month}月{value.day}日"


@register.filter
def iso(value: date | None) -> str:
    return GAP if not value else f"{value:%Y-%m-%d}"


@register.filter
def ordinal(value: int) -> str:
    return GAP if value is None else chinese_number(value)


@register.filter
def get(mapping: dict, key: Any) -> Any:
    return mapping.get(key, "") if mapping else ""


@register.simple_tag(takes_context=True)
def folded_actions(context: template.Context) -> list[Any]:
    """The buttons of a page's head that stand in 更多 on a phone; one alone keeps its place among the others."""
    found = [action for action in context.get("actions") or () if getattr(action, "fold_phone", False)]
    return found if len(found) > 1 else []


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some values changed; None takes one away, and paging starts again."""
    params = context["request"].GET.copy()
    params.pop("page", None)
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    return f"?{params.urlencode()}" if params else "?"
