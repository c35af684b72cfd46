"""The two pieces of markup that are drawn everywhere: icons and states."""

from functools import cache
from typing import Any

import lucide
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

KINDS = ("ok", "info", "warn", "bad", "off")


@cache
def icon_svg(name: str) -> SafeString:
    """An icon of the lucide package that screen readers skip; an unknown name raises lucide.IconDoesNotExist."""
    return mark_safe(lucide._render_icon(name, None, **{"class": "lucide", "aria-hidden": "true"}))


def state_html(kind: str, word: Any, bare: bool = False) -> SafeString:
    """A status: shape and colour by kind, and the word."""
    css = f" state-{kind}" if kind in KINDS[:-1] else ""
    return format_html('<span class="state{}{}">{}</span>', css, " state-bare" if bare else "", word)
