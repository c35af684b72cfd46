"""Which words a cell may say: one list for the drop-downs of blank forms, of exports and of the grid to paste into."""

from .binding import Binding
from .sheet import Column, Sheet
from .values import choice_labels

YES_NO = ["是", "否"]
MAX_INLINE = 255  # a list written into the cell's rule itself may not be longer


def words_of(sheet: Sheet, column: Column) -> list[str]:
    """Nothing for a column of free cells, or one that is only printed."""
    if column.readonly or not sheet.can_import:
        return []
    if column.kind == "bool":
        return YES_NO
    return choice_labels(column, Binding(sheet, column).field) if column.kind == "choice" else []


def fits_inline(words: list[str]) -> bool:
    """Commas part the words of such a list, so none may have one of its own."""
    return bool(words) and len(",".join(words)) <= MAX_INLINE and not any("," in w or '"' in w for w in words)
