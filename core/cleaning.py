"""Text as people meant to type it: no control, zero-width or direction characters (M30)."""

import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
LINE_BREAKS = re.compile("[\r\n\t]+")


def clean_text(value: str) -> str:
    """Many lines: hidden characters out, line ends as \\n, trimmed."""
    return HIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(value: str) -> str:
    return LINE_BREAKS.sub(" ", clean_text(value)).strip()
