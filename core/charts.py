"""Charts as inline SVG: classes only, so the content security policy holds, and a sentence for who cannot see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

KINDS = ("ok", "info", "run", "bad")  # classes b-ok … of the stylesheet


@dataclass(frozen=True)
class Part:
    """One piece of a stacked bar."""

    kind: str
    label: str
    value: int


@dataclass(frozen=True)
class Series:
    """One line of a trend; None is a gap, never 0."""

    label: str
    values: Sequence[float | None]


def stacked_bar(parts: Sequence[Part], title: str = "", width: int = 400, height: int = 10) -> SafeString:
    total = sum(part.value for part in parts)
    words = "，".join(f"{part.label}{part.value}" for part in parts)
    label = f"{title}：{words}" if title else words
    rects, x = [], 0.0
    for part in parts:
        size = part.value / total * width if total else 0
        if size:
            rects.append((part.kind, f"{x:.1f}", f"{size:.1f}", height, part.label, part.value))
        x += size
    body = format_html_join(
        "", '<rect class="b-{}" x="{}" y="0" width="{}" height="{}"><title>{}{}</title></rect>', rects
    ) or format_html('<rect class="b-none" x="0" y="0" width="{}" height="{}"/>', width, height)
    return format_html(
        '<svg class="chart bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        width, height, label, body,
    )  # fmt: skip


def legend(parts: Sequence[tuple[str, str]]) -> SafeString:
    """(kind, label) pairs under a stacked bar."""
    items = format_html_join(
        "",
        '<span><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="b-{}" width="10" height="10"/>'
        "</svg>{}</span>",
        parts,
    )
    return format_html('<span class="legend">{}</span>', items)


LEFT, RIGHT, TOP, BOTTOM, WIDTH, HEIGHT = 36, 690, 16, 170, 820, 196


def scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Bottom, top and step of the grid: round numbers that hold all values."""
    low, high = min(values), max(values)
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000):
        bottom, top = low // step * step, -(-high // step) * step
        if top == bottom:
            top += step
        if (top - bottom) / step <= 4:
            return bottom, top, step
    return bottom, top, step


def trend(series: Sequence[Series], labels: Sequence[str], unit: str = "%") -> SafeString:
    """Up to two lines over the same quarters, named directly at their ends."""
    known = [value for line in series for value in line.values if value is not None]
    if not known:
        return format_html('<p class="muted">{}</p>', "还没有可以比较的数据。")
    bottom, top, step = scale(known)
    if unit == "%":
        top = max(min(top, 100), max(known))
    if top <= bottom:  # every value is the top of the scale
        bottom = top - step

    def x(index: int) -> float:
        return LEFT + 14 + (RIGHT - LEFT - 28) * index / max(1, len(labels) - 1)

    def y(value: float) -> float:
        return BOTTOM - (value - bottom) / (top - bottom) * (BOTTOM - TOP)

    grid, value = [], bottom
    while value <= top + 1e-9:
        grid.append((LEFT, RIGHT, f"{y(value):.1f}", f"{y(value):.1f}", LEFT - 6, f"{y(value) + 4:.1f}", f"{value:g}"))
        value += step
    body = format_html_join(
        "", '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>', grid
    )
    body += format_html_join(
        "", '<text x="{}" y="190" text-anchor="middle">{}</text>', ((f"{x(i):.1f}", q) for i, q in enumerate(labels))
    )
    ends: list[float] = []
    for number, line in enumerate(series[:2], 1):
        body += _line(number, line, labels, x, y, unit, ends)
    sentence = "；".join(f"{line.label}{_course(line, unit)}" for line in series)
    return format_html(
        '<div class="table-scroll newest" role="region" aria-label="走势图" tabindex="0"><svg class="chart wide" '
        'viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></div>',
        WIDTH, HEIGHT, sentence, body,
    )  # fmt: skip


def _line(number: int, line: Series, labels, x, y, unit: str, ends: list[float]) -> SafeString:
    points = [(x(i), y(v), v, q) for i, (v, q) in enumerate(zip(line.values, labels, strict=False)) if v is not None]
    if not points:
        return SafeString()
    body = SafeString()
    for run in _runs(line.values):
        body += format_html(
            '<polyline class="s{}" points="{}"/>', number, " ".join(f"{x(i):.1f},{y(line.values[i]):.1f}" for i in run)
        )
    body += format_html_join(
        "",
        '<circle class="p{}" cx="{}" cy="{}" r="3.5"><title>{} {} {}{}</title></circle>',
        ((number, f"{px:.1f}", f"{py:.1f}", q, line.label, f"{v:g}", unit) for px, py, v, q in points),
    )
    _, end, last, _ = points[-1]
    while any(abs(end - other) < 15 for other in ends):
        end += 15
    ends.append(end)
    return body + format_html(
        '<text class="t{}" x="698" y="{}">{} {}{}</text>', number, f"{end + 4:.1f}", line.label, f"{last:g}", unit
    )


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Indexes of neighbouring known values: a gap breaks the line."""
    runs: list[list[int]] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [run for run in runs if len(run) > 1]


def _course(line: Series, unit: str) -> str:
    known = [value for value in line.values if value is not None]
    if not known:
        return "没有数据"
    if len(known) == 1 or known[0] == known[-1]:
        return f"为{known[-1]:g}{unit}"
    return f"从{known[0]:g}{unit}{'升' if known[-1] > known[0] else '降'}到{known[-1]:g}{unit}"


def sparkline(values: Sequence[float | None], title: str, width: int = 120, height: int = 28) -> SafeString:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString()
    low, span = min(known), (max(known) - min(known)) or 1
    lines = format_html_join(
        "",
        '<polyline class="s1" points="{}"/>',
        (
            (
                " ".join(
                    f"{3 + (width - 6) * i / (len(values) - 1):.1f},{height - 4 - (values[i] - low) / span * (height - 8):.1f}"
                    for i in run
                ),
            )
            for run in _runs(values)
        ),
    )
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', width, height, title, lines
    )
