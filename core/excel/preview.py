"""What the page of a batch shows: errors at their place in the sheet, changes old → new, new rows, the reading report."""

from dataclasses import dataclass, field
from typing import Any

from core.choices import RowAction
from core.models import ImportBatch, ImportRow

from .acts import EFFECTS
from .binding import Binding
from .lookups import Resolver
from .sheet import Sheet, all_sheets, get_sheet
from .staging import context_of

SHOWN = 50
WIDTH = 5  # columns of an excerpt, where fewer have errors
MOST_COLUMNS = 16  # of new rows; what does not fit on the screen is scrolled to
NAME_WORDS = ("名称", "姓名", "全称", "题目", "任务", "主题")


@dataclass
class SheetCell:
    text: str
    is_wrong: bool = False
    number: bool = False


@dataclass
class SheetRow:
    """One row of the excerpt; `gap` instead stands for rows without errors in between."""

    number: int
    cells: list[SheetCell]
    errors: list[tuple[str, str]] = field(default_factory=list)  # (which cell, what is wrong with it)
    gap: str = ""
    beside: bool = False  # has no error; stands there so that the place is found


@dataclass
class Excerpt:
    headings: list[tuple[str, str]]
    rows: list[SheetRow]
    more: int

    @property
    def span(self) -> int:
        return len(self.headings)


def excerpt(batch: ImportBatch, limit: int = SHOWN) -> Excerpt:
    wrong = list(ImportRow.objects.filter(batch=batch, action=RowAction.WRONG).order_by("number")[:limit])
    columns = {c[0]: c for c in batch.report.get("columns", [])}
    order = ordered(columns, {e["c"] for row in wrong for e in row.errors})
    texts = batch.report.get("excerpt", {})
    shown = {row.number: wrong_row(row, order, columns, texts.get(str(row.number), {})) for row in wrong}
    rows: list[SheetRow] = []
    last = batch.report.get("first_row", 1) - 1
    beside = {int(n): cells for n, cells in batch.report.get("beside", {}).items() if near(int(n), shown)}
    for number in sorted({*shown, *beside}):
        if number - last > 1 and rows:
            rows.append(SheetRow(0, [], gap=span_words(last + 1, number - 1)))
        if number in shown:
            rows.append(shown[number])
        else:
            cells = [SheetCell(beside[number].get(str(i), ""), number=columns[i][3]) for i in order]
            rows.append(SheetRow(number, cells, beside=True))
        last = number
    headings = [(columns[i][1], columns[i][2]) for i in order]
    return Excerpt(headings, rows, max(batch.wrong_count - len(wrong), 0))


def ordered(columns: dict[int, list], wrong: set[int]) -> list[int]:
    """First what the row is called, then every column with an error, then others as far as there is room."""
    names = [i for i, c in columns.items() if any(w in c[2] for w in NAME_WORDS)][:1]
    order = list(dict.fromkeys([*names, *sorted(wrong & columns.keys())]))
    return order + [i for i in columns if i not in order][: max(WIDTH - len(order), 0)]


def near(number: int, shown: dict[int, Any]) -> bool:
    return number - 1 in shown or number + 1 in shown


def unresolved(batch: ImportBatch) -> list[dict[str, Any]]:
    """Names that no ledger has: how many rows, what is near, and what to do first."""
    return [advised(name) for name in batch.report.get("unresolved", ())]


def advised(name: dict[str, Any]) -> dict[str, Any]:
    first = next((s for s in all_sheets() if s.model in name["models"] and s.can_import), None)
    rows = "、".join(str(n) for n in name["rows"])
    where = f"第{rows}行" + ("等" if name["count"] > len(name["rows"]) else "")
    if name["near"]:
        like = "、".join(f"“{n}”" for n in name["near"])
        advice = f"相近的有{like}，写错了的改过来；确是新的，"
    else:
        advice = "写错了的改过来；确是新的，"
    advice += f"先导入《{first.title}》。" if first else f"先登记这个{name['what']}。"
    return {
        **name,
        "where": where,
        "advice": advice,
        "kind": first.kind if first else "",
        "title": first.title if first else "",
    }


def span_words(first: int, last: int) -> str:
    return f"第{first}行没有错误" if first == last else f"第{first}–{last}行没有错误"


def wrong_row(row: ImportRow, order: list[int], columns: dict[int, list], texts: dict[str, str]) -> SheetRow:
    wrong = {error["c"] for error in row.errors}
    cells = [SheetCell(texts.get(str(i), ""), is_wrong=i in wrong, number=columns[i][3]) for i in order]
    errors = sorted(row.errors, key=lambda error: error["c"])
    return SheetRow(row.number, cells, [(f"{e['l']}列“{e['h']}”" if e["h"] else "", e["m"]) for e in errors])


def changes(batch: ImportBatch, limit: int = SHOWN) -> list[dict[str, Any]]:
    """One line per changed cell; the row's number and label stand in its first line."""
    lines = []
    for row in ImportRow.objects.filter(batch=batch, action=RowAction.CHANGED).order_by("number")[:limit]:
        first = True
        for heading, (old, new) in (row.values or {"": ["", ""]}).items():
            lines.append({"row": row if first else None, "heading": heading, "old": old, "new": new})
            first = False
    return lines


def new_rows(batch: ImportBatch, sheet: Sheet, limit: int = 20) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    """Headings and the first new rows in words: the columns in which something stands; last what an act changes beside."""
    rows = list(ImportRow.objects.filter(batch=batch, action=RowAction.NEW).order_by("number")[:limit])
    given = [{**row.after.get("act", {}), **row.after.get("m", {})} for row in rows]
    used = {c[2] for c in batch.report.get("columns", [])}
    shown = (c for c in sheet.columns if not (c.readonly or c.owner) and c.kind not in ("id_number", "names"))
    bindings = [Binding(sheet, c) for c in shown if c.label in used and not any(x.into for x in c.lookups)]
    bindings = [b for b in bindings if any(values.get(b.attname) not in (None, "") for values in given)][:MOST_COLUMNS]
    context, cache = context_of(batch), {}
    resolvers = {b.column.field: Resolver(b.column, context, cache) for b in bindings if b.column.lookups}
    about = [c.label for p in sheet.parents if p.find for c in sheet.columns if c.field == p.cells[0]][:1]
    beside = [EFFECTS if batch.is_undecided else "同时改动了"] if any(row.values for row in rows) else []
    found = []
    for row, values in zip(rows, given, strict=True):
        words = [row.label] if about else []
        for binding in bindings:
            value = values.get(binding.attname)
            words.append("" if isinstance(value, dict) else binding.words(value, resolvers.get(binding.column.field)))
        found.append((row.number, words + [row.values.get(EFFECTS, ["", ""])[1]] * len(beside)))
    return [*about, *(b.heading for b in bindings), *beside], found


def wrong_cells(batch: ImportBatch) -> int:
    rows = ImportRow.objects.filter(batch=batch, action=RowAction.WRONG).values_list("errors", flat=True)[:5000]
    return sum(len(errors) for errors in rows)


def skipped_words(batch: ImportBatch) -> str:
    found = batch.report.get("skipped", {})
    return "、".join(f"{why}{len(numbers)}行" for why, numbers in found.items()) or "没有"


def sheet_of(batch: ImportBatch) -> Sheet | None:
    try:
        return get_sheet(batch.kind)
    except LookupError:
        return None
