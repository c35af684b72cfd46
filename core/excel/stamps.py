"""A blank form and an export say on their second page which ledger and which edition of its columns they are."""

import hashlib
import re

from django.core.exceptions import ValidationError

from .reading import Grid
from .sheet import Sheet, registry
from .table import Headings, best_header, score

NOTES = "填表说明"
LINE = re.compile(r"表样版本：([a-z][\w-]*)-([0-9a-f]{6})")


def stamp(sheet: Sheet) -> str:
    """It changes with the columns and with nothing else."""
    words = "|".join(f"{c.label}{c.kind}{int(c.required)}" for c in sheet.columns if not c.readonly)
    return f"{sheet.kind}-{hashlib.sha256(words.encode()).hexdigest()[:6]}"


def stamp_line(sheet: Sheet) -> str:
    return f"表样版本：{stamp(sheet)}。请保留这一页，导入时靠它认出是哪一种表。"


def find_stamp(grids: list[Grid]) -> tuple[str, str]:
    """(kind, whole stamp) as it stands among the first lines of the notes; blanks where there is none."""
    for grid in grids:
        if grid.sheet_name == NOTES:
            for row in grid.head:
                for cell in row[:1]:
                    if isinstance(cell, str) and (match := LINE.search(cell)):
                        return match[1], f"{match[1]}-{match[2]}"
    return "", ""


def check_stamp(grids: list[Grid], sheet: Sheet) -> str:
    """What the sender should know; ValidationError where the workbook is that of another ledger.

    Who put other headings into an old form means what the headings say, so these decide.
    """
    kind, found = find_stamp(grids)
    other = registry.get(kind)
    if kind == sheet.kind:
        return (
            ""
            if found == stamp(sheet)
            else "这份表格是旧的表样，后来栏目有改动；认得的栏目照常读取，下次请用新的空白表。"
        )
    if other is not None and likeness(grids, other) > likeness(grids, sheet):
        way = "请到那一项下导入。" if other.can_import else other.instead
        raise ValidationError(f"这是《{other.title}》的表，不是《{sheet.title}》。{way}", code="wrong-sheet")
    return ""


def likeness(grids: list[Grid], sheet: Sheet) -> float:
    headings = Headings(sheet)
    return max(score(best_header(grid, headings)[2]) for grid in grids)
