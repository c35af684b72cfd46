"""A long timeline on a page: narrowed by kind and year, a part at a time, or whole for printing."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from core.timeline import Event

SIZE = 30
NAMES = ("about", "year", "part")
ALL = "all"


def timeline_context(request: HttpRequest, events: list[Event]) -> dict[str, Any]:
    """`events` of the part that was asked for, and `timeline` with what the reader may choose."""
    asked = {name: request.GET.get(name, "") for name in NAMES}
    kinds = list(dict.fromkeys(event.kind for event in events if event.kind))
    years = sorted({event.at.year for event in events}, reverse=True)
    about = asked["about"] if asked["about"] in kinds else ""
    year = int(asked["year"]) if asked["year"] in map(str, years) else 0
    found = [e for e in events if (not about or e.kind == about) and (not year or e.at.year == year)]
    pages = max(1, -(-len(found) // SIZE))
    raw = asked["part"]
    page = min(max(1, int(raw)), pages) if raw.isascii() and raw.isdigit() and len(raw) < 5 else 1
    shown = found if raw == ALL else found[(page - 1) * SIZE : page * SIZE]
    kept = {key: value for key, value in request.GET.items() if key not in NAMES}

    def link(part: Any) -> str:
        chosen = {"about": about, "year": year or "", "part": part}
        return f"?{urlencode({**kept, **{k: v for k, v in chosen.items() if v}})}#timeline"

    return {
        "events": shown,
        "timeline": {
            "about": about,
            "year": year,
            "kinds": kinds,
            "years": years,
            "kept": list(kept.items()),
            "total": len(events),
            "found": len(found),
            "newer": link(page - 1) if raw != ALL and page > 1 else "",
            "older": link(page + 1) if raw != ALL and page < pages else "",
            "whole": link(ALL) if raw != ALL and pages > 1 else "",
            "words": f"第{page}页，共{pages}页" if raw != ALL and pages > 1 else "",
        },
    }
