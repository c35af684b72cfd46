"""From a grid of cells to the table in it: which lines are the header, which column is which, which rows are not data."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from .reading import Grid, column_letter
from .sheet import Column, Sheet, all_sheets

Finder = Callable[[str, str, set[int]], tuple[Column, str] | None]
NUMBER_HEADINGS = {"序号", "编号", "no", "行号"}
TOTAL_WORDS = {"合计", "总计", "小计", "共计", "累计"}
FOOT_PATTERN = re.compile(
    r"^(单位负责人|负责人签字|审核人|填表人|填报人|制表人?|期初|填报单位|填报时间|填表日期|联系人?电话|统计负责人|说明|注|备注|备注说明)[(（]?.{0,8}[)）]?[:：]"
)
EXAMPLE_WORD = "示例"
MAX_HEADER_LINE = 25
LEADING = 3  # cells among which 合计 may stand
HOW_WORDS = {"same": "认出", "synonym": "按同义词认出", "close": "按相近的字认出"}
NUMBER_COLUMN = Column("系统编号", "id", "int", help="由系统生成，请不要改动；新增的行留空。", width=10)


@dataclass
class Found:
    column: Column
    index: int
    how: str
    heading: str

    @property
    def letter(self) -> str:
        return column_letter(self.index + 1)


@dataclass
class Table:
    grid: Grid
    first_row: int  # 0-based number of the first row under the header
    header_rows: int
    found: list[Found]
    ignored: list[str]
    readonly: list[str]
    title: str
    skipped: dict[str, list[int]] = field(default_factory=dict)

    def skip(self, why: str, number: int) -> None:
        self.skipped.setdefault(why, []).append(number)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """(row number of the sheet, cells) of the data rows; what is left out is noted in `skipped`."""
        head = {(norm(f.heading)) for f in self.found}
        ended = False
        for offset, row in enumerate(self.grid.rows()):
            if offset < self.first_row:
                continue
            why = self.not_data(row, head)
            if why is None:
                yield offset + 1, row
            elif why:
                ended = ended or why in ("合计", "填表人")
                self.skip(why, offset + 1)

    def not_data(self, row: list[Any], head: set[str]) -> str | None:
        """ "" for a blank row, a word for a total or a note, None for data."""
        first = row[0] if row and row[0] else next((c for c in row if c not in ("", None)), None)
        if first is None:
            return ""
        if not isinstance(first, str):
            return "列号" if column_numbers(row) else None
        word = norm(first)
        if not word:
            return "" if not any(norm(c) for c in row if c not in ("", None)) else None
        for cell in (first, *row[:LEADING]):
            if cell.__class__ is str and "计" in cell and norm(cell) in TOTAL_WORDS:
                return "合计"
        if word == EXAMPLE_WORD:
            return "示例"
        if (":" in first or "：" in first) and FOOT_PATTERN.match(
            unicodedata.normalize("NFKC", first).replace(" ", "")
        ):
            return "填表人"
        if word in head or word in NUMBER_HEADINGS:
            filled = [norm(c) for c in row if c not in ("", None)]
            if len(filled) > 2 and sum(c in head or c in NUMBER_HEADINGS for c in filled) > len(filled) * 0.7:
                return "重复的表头"
        return "列号" if len(first) <= 3 and column_numbers(row) else None


MARKS = re.compile("[\\s*:★☆·_\u200b-\u200d\ufeff]|\\(必填\\)|\\(选填\\)")


def norm(value: Any) -> str:
    """A heading as it is compared: half-width, no blanks, no notes in brackets, no marks."""
    if value is None:
        return ""
    return MARKS.sub("", unicodedata.normalize("NFKC", str(value)).lower())


def without_notes(text: str) -> str:
    return re.sub(r"\([^)]*\)", "", text)


def column_numbers(row: list[Any]) -> bool:
    """The line 1 2 3 … that some forms carry under the header."""
    filled = [c for c in row if c not in ("", None)]
    if len(filled) < 4 or len(str(filled[0])) > 3:
        return False
    try:
        numbers = [int(float(c)) for c in filled]
    except (TypeError, ValueError):
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)


class Headings:
    """The names by which a sheet's columns are known."""

    def __init__(self, sheet: Sheet) -> None:
        self.columns = [*sheet.columns, *([NUMBER_COLUMN] if sheet.with_number else [])]
        self.full: dict[str, tuple[Column, str]] = {}
        self.short: dict[str, list[tuple[Column, str]]] = {}
        for column in self.columns:
            for word, how in ((column.heading, "same"), *((s, "synonym") for s in column.synonyms)):
                if column.group:
                    self.full.setdefault(norm(column.group + word), (column, how))
                self.short.setdefault(norm(word), []).append((column, how))
                self.short.setdefault(without_notes(norm(word)), []).append((column, how))

    def find(self, group: str, heading: str, used: set[int]) -> tuple[Column, str] | None:
        if not heading:
            return None
        for word in dict.fromkeys((heading, without_notes(heading))):
            if group and (hit := self.full.get(group + word)) and id(hit[0]) not in used:
                return hit
            if (hit := self.full.get(word)) and id(hit[0]) not in used:
                return hit
            options = [o for o in self.short.get(word, []) if id(o[0]) not in used]
            plain = [o for o in options if not o[0].group]
            grouped = [o for o in options if o[0].group and group and close(norm(o[0].group), group)]
            chosen = grouped or plain or (options if len({id(o[0]) for o in options}) == 1 else [])
            if chosen:
                return chosen[0]
        return None

    def writable(self, heading: str, used: set[int]) -> Column | None:
        return next(
            (c for c, _ in self.short.get(heading, ()) if not c.readonly and not c.group and id(c) not in used), None
        )

    def guess(self, group: str, heading: str, used: set[int]) -> tuple[Column, str] | None:
        words = [
            w
            for w, options in self.short.items()
            if len(w) > 2 and any(id(c) not in used and not c.group for c, _ in options)
        ]
        for word in difflib.get_close_matches(heading, words, 1, 0.8) if len(heading) > 2 else []:
            column = next(c for c, _ in self.short[word] if id(c) not in used and not c.group)
            return column, "close"
        return None


def close(one: str, other: str) -> bool:
    return one == other or one in other or other in one or difflib.SequenceMatcher(None, one, other).ratio() >= 0.6


def labels(upper: list[Any] | None, lower: list[Any]) -> list[tuple[str, str]]:
    """(group, heading) per column; a merged group stands in its first cell only."""
    if upper is None:
        return [("", norm(c)) for c in lower]
    width = max(len(upper), len(lower))
    up = [norm(c) for c in upper] + [""] * (width - len(upper))
    low = [norm(c) for c in lower] + [""] * (width - len(lower))
    result, group = [], ""
    for above, below in zip(up, low, strict=True):
        if above:
            group = above if below else ""
        result.append((group, below) if below and below != above else ("", below or above))
    return result


def match(headings: Headings, cells: list[tuple[str, str]], finders: tuple[Finder, ...]) -> list[Found]:
    used: set[int] = set()
    found: list[Found] = []
    for finder in finders:
        taken = {f.index for f in found}
        for index, (group, heading) in enumerate(cells):
            if index in taken or not heading or heading in NUMBER_HEADINGS:
                continue
            if hit := finder(group, heading, used):
                used.add(id(hit[0]))
                found.append(Found(hit[0], index, hit[1], heading))
    for place in found:  # a printed figure gives way to the column that nothing else in this workbook fills
        if place.column.readonly and (other := headings.writable(place.heading, used)):
            used.add(id(other))
            place.column, place.how = other, "synonym"
    return sorted(found, key=lambda f: f.index)


def best_header(grid: Grid, headings: Headings) -> tuple[int, int, list[Found], list[tuple[str, str]]]:
    """(first data row, lines of header, found, labels) of the lines that look most like the header."""
    options: list[tuple[int, int, list[tuple[str, str]]]] = []
    for line in range(min(MAX_HEADER_LINE, len(grid.head))):
        if any(c not in ("", None) for c in grid.head[line]):
            options.append((line, 1, labels(None, grid.head[line])))
            if line + 1 < len(grid.head):
                options.append((line, 2, labels(grid.head[line], grid.head[line + 1])))
    # comparing by likeness is slow: only the lines with the most known words are read that way too
    known = [len(match(headings, cells, (headings.find,))) for _, _, cells in options]
    most = max(known, default=0)
    best: tuple[int, int, list[Found], list[tuple[str, str]]] = (0, 0, [], [])
    for (line, size, cells), words in zip(options, known, strict=True):
        if words * 2 < most:
            continue
        found = match(headings, cells, (headings.find, headings.guess))
        # of two readings with the same columns the smaller header wins: the line above it is the title
        if (score(found), -size) > (score(best[2]), -best[1]):
            best = (line + size, size, found, cells)
    return best


def score(found: list[Found]) -> float:
    return sum(1.0 if f.how != "close" else 0.7 for f in found)


def missing(sheet: Sheet, found: list[Found]) -> list[str]:
    """Labels without which no row can be read: the required ones, and one of the keys."""
    have = {f.column.field for f in found}
    lacking = [c.label for c in sheet.columns if c.required and c.field not in have and not c.from_title]
    parents = {p.name: {f"{p.name}.{k}" for k in p.key} for p in sheet.parents}
    needed = [set().union(*(parents.get(f, {f}) for f in key)) for key in sheet.keys]
    by_title = {c.field for c in sheet.columns if c.from_title or c.default is not None}
    if needed and not any(fields <= have | by_title for fields in needed) and not lacking:
        names = {c.field: c.label for c in sheet.columns}
        lacking = [names.get(f, f) for f in sorted(needed[0] - have - by_title)]
    return list(dict.fromkeys(lacking))


def choose(grids: list[Grid], sheet: Sheet) -> Table:
    """The visible sheet with the most known headings; ValidationError when none is the workbook that was meant."""
    headings = Headings(sheet)
    ranked = sorted(((best_header(g, headings), g) for g in grids), key=lambda p: -score(p[0][2]))
    (first, size, found, cells), grid = ranked[0]
    if not found or len(found) < min(2, len(sheet.columns)) or missing(sheet, found):
        raise ValidationError(wrong_sheet(sheet, grid, found, grids), code="wrong-sheet")
    taken = {f.index for f in found}
    ignored = []
    for index, (group, heading) in enumerate(cells):
        if index in taken or not heading or heading in NUMBER_HEADINGS:
            continue
        twin = next((f for f in found if f.heading == heading), None)
        note = f"（与{twin.letter}列重复）" if twin else ""
        ignored.append(f"{column_letter(index + 1)}列“{group + '—' if group else ''}{heading}”{note}")
    above = grid.head[: first - size]
    title = " ".join(str(c).strip() for row in above for c in row if isinstance(c, str) and c.strip())
    readonly = [f"{f.letter}列“{f.column.label}”" for f in found if f.column.readonly]
    table = Table(grid, first, size, [f for f in found if not f.column.readonly], ignored, readonly, title[:500])
    for line in range(first - size):
        if any(c not in ("", None) for c in grid.head[line]):
            table.skip("标题", line + 1)
    return table


def wrong_sheet(sheet: Sheet, grid: Grid, found: list[Found], grids: list[Grid]) -> str:
    names = "、".join(f"“{g.sheet_name}”" for g in grids[:5])
    if len(found) >= 3:
        lacking = "、".join(f"“{name}”" for name in missing(sheet, found))
        return (
            f"工作表“{grid.sheet_name}”的表头里没有{lacking}，无法对上行。"
            f"请在表头补上，或下载《{sheet.title}》的空白表，把数据粘贴进去再上传。"
        )
    expected = "、".join(c.label for c in sheet.columns if not c.readonly)
    other = next(
        (s for s in all_sheets() if s is not sheet and s.can_import and looks_like(s, grids)),
        None,
    )
    hint = f"它看起来像《{other.title}》，请到那一项下导入。" if other else "请下载空白表对照。"
    return f"工作表{names}里没有找到《{sheet.title}》的表头。应有的栏目：{expected[:200]}{'…' if len(expected) > 200 else ''}。{hint}"


def looks_like(sheet: Sheet, grids: list[Grid]) -> bool:
    headings = Headings(sheet)
    found = max((best_header(g, headings)[2] for g in grids), key=score)
    return score(found) >= 3 and not missing(sheet, found)
