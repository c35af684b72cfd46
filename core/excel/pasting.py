"""A block copied in Excel or WPS becomes the lines of a kind's blank form, and goes on like an uploaded file.

The grid of the page and the plain text box send the same: lines of cells parted by tabs. Whatever headings the block
brings are recognized as in a workbook; without headings its columns are taken in the order of the blank form.
"""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from core.choices import RowAction
from core.models import ImportBatch, ImportRow, User

from .binding import Binding
from .reading import Grid, WorkbookReader, column_letter
from .sheet import Column, Sheet
from .staging import local_file
from .table import NUMBER_COLUMN, NUMBER_HEADINGS, Headings, best_header
from .values import cell_text
from .words import words_of

MAX_ROWS = 2000
MAX_COLUMNS = 60
NAME = "粘贴的内容.csv"
HEAD_LINES = 12  # so many lines of a block are looked at for its headings


def form_columns(sheet: Sheet) -> list[Column]:
    """The columns to be filled in, in the order of the blank form."""
    return [*(c for c in sheet.columns if not c.readonly), *([NUMBER_COLUMN] if sheet.with_number else [])]


def header_lines(columns: list[Column]) -> list[list[str]]:
    """One line of headings, or two where some stand in groups: above the group, below the heading."""
    if not any(c.group for c in columns):
        return [[c.heading for c in columns]]
    firsts = [not i or columns[i - 1].group != c.group for i, c in enumerate(columns)]
    upper = [c.heading if not c.group else c.group if first else "" for c, first in zip(columns, firsts, strict=True)]
    return [upper, [c.heading if c.group else "" for c in columns]]


def parse_block(text: str) -> list[list[str]]:
    """Cells of a copied block: a cell with line breaks stands in quotes, and quotes in it are doubled."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").removeprefix("\ufeff")
    rows: list[list[str]] = [[]]
    at, end = 0, len(text)
    while at < end:
        cell, at = quoted_cell(text, at) if text[at] == '"' else plain_cell(text, at)
        rows[-1].append(cell)
        if at < end and text[at] == "\n":
            rows.append([])
        elif at == end - 1:
            rows[-1].append("")  # a tab at the very end
        at += 1
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def plain_cell(text: str, at: int) -> tuple[str, int]:
    stops = [s for s in (text.find("\t", at), text.find("\n", at)) if s >= 0]
    stop = min(stops, default=len(text))
    return text[at:stop], stop


def quoted_cell(text: str, at: int) -> tuple[str, int]:
    """Up to the closing quote; a quote that is never closed, or closed in mid-cell, is an ordinary character."""
    pieces, start = [], at + 1
    while (quote := text.find('"', start)) >= 0:
        pieces.append(text[start:quote])
        if text[quote + 1 : quote + 2] == '"':
            pieces.append('"')
            start = quote + 2
        elif quote + 1 == len(text) or text[quote + 1] in "\t\n":
            return "".join(pieces), quote + 1
        else:
            break
    return plain_cell(text, at)


def block_text(rows: list[list[str]]) -> str:
    """The same the other way round; a cell is quoted where it would be read otherwise."""

    def cell(value: str) -> str:
        special = value.startswith('"') or any(c in value for c in "\t\n\r")
        return '"' + value.replace('"', '""') + '"' if special else value

    return "\n".join("\t".join(cell(c) for c in row) for row in rows)


@dataclass
class Heads:
    """What the first lines of a block say: where its rows begin and which column of the form each of its columns is."""

    first: int = 0
    places: list[int | None] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    fills: dict[int, str] = field(default_factory=dict)  # column → what the title above the headings says


def read_heads(sheet: Sheet, rows: list[list[str]]) -> Heads:
    columns = form_columns(sheet)
    width = max((len(row) for row in rows), default=0)
    if rows and rows[0] == [c.label for c in columns]:
        return Heads(1, list(range(len(columns))))
    grid = Grid("", [list(row) for row in rows[:HEAD_LINES]], lambda: iter(()))
    first, size, found, cells = best_header(grid, Headings(sheet))
    filled = sum(1 for _, heading in cells if heading)
    if len(found) < min(2, len(columns)) or len(found) * 2 < filled:
        shift = int(is_numbered(rows) and columns[0].kind != "int")
        places = [i - shift for i in range(width)]
        return Heads(0, [p if 0 <= p < len(columns) else None for p in places])
    order = {id(c): i for i, c in enumerate(columns)}
    by_index = {f.index: f.column for f in found}
    heads = Heads(first, [order.get(id(by_index[i])) if i in by_index else None for i in range(width)])
    heads.ignored = [
        f"{column_letter(i + 1)}列“{heading}”"
        for i, (_, heading) in enumerate(cells)
        if heading and heading not in NUMBER_HEADINGS and heads.places[i] is None
    ]
    title = " ".join(c.strip() for row in rows[: first - size] for c in row if c.strip())
    for index, column in enumerate(columns):
        if column.from_title and index not in heads.places and (value := column.from_title(title)) not in (None, ""):
            heads.fills[index] = str(Binding(sheet, column).words(value))
    return heads


def is_numbered(rows: list[list[str]]) -> bool:
    """The first column is 序号: 7, 8, 9 …"""
    firsts = [row[0].strip() for row in rows if any(c.strip() for c in row)]
    if len(firsts) < 2 or not all(f.isascii() and f.isdigit() and len(f) < 7 for f in firsts):
        return False
    return [int(f) for f in firsts] == list(range(int(firsts[0]), int(firsts[0]) + len(firsts)))


def aligned(sheet: Sheet, text: str) -> tuple[list[list[str]], Heads]:
    """The block's rows in the columns of the form; ValidationError when it is too large for a paste."""
    rows = parse_block(text)
    heads = read_heads(sheet, rows)
    width = len(form_columns(sheet))
    body = rows[heads.first :]
    check_size(body)
    lines = []
    for row in body:
        line = [heads.fills.get(i, "") for i in range(width)] if any(c.strip() for c in row) else [""] * width
        for cell, place in zip(row, heads.places, strict=False):
            if place is not None and cell != "":
                line[place] = cell
        lines.append(line)
    return lines, heads


def check_size(rows: list[list[str]]) -> None:
    wide = max((len(row) for row in rows), default=0)
    if len(rows) > MAX_ROWS or wide > MAX_COLUMNS:
        raise ValidationError(
            f"粘贴的内容有{len(rows)}行、{wide}列，一次最多{MAX_ROWS}行、{MAX_COLUMNS}列，没有检查。"
            "请分几次粘贴，或存成工作簿上传。",
            code="too-large",
        )


def pasted_file(sheet: Sheet, rows: list[list[str]]) -> ContentFile:
    """The lines under the form's headings, every cell in quotes, so that nothing can be taken for a separator."""
    lines = [*header_lines(form_columns(sheet)), *rows]
    text = "\n".join("\t".join('"' + c.replace('"', '""') + '"' for c in line) for line in lines)
    return ContentFile(text.encode("utf-8-sig"), name=NAME)


def is_pasted(batch: ImportBatch) -> bool:
    return batch.file_name == NAME


def can_mend(user: User, batch: ImportBatch) -> bool:
    """Only who pasted the block goes on with it."""
    return batch.is_undecided and batch.created_by_id == user.pk and is_pasted(batch)


def pasted_rows(sheet: Sheet, batch: ImportBatch) -> list[list[str]]:
    """The lines of a batch that was pasted, as they were sent."""
    lines = len(header_lines(form_columns(sheet)))
    with local_file(batch.file) as path, WorkbookReader(path, batch.file_name) as reader:
        rows = [[cell_text(c) for c in row] for row in reader.grids[0].rows()]
    return rows[lines:]


def marks(batch: ImportBatch) -> dict[str, dict[str, list[str]]]:
    """Row number → column → sentences, for the grid."""
    found: dict[str, dict[str, list[str]]] = {}
    wrong = ImportRow.objects.filter(batch=batch, action=RowAction.WRONG).order_by("number")
    for number, errors in wrong.values_list("number", "errors"):
        for error in errors:
            found.setdefault(str(number), {}).setdefault(str(max(error["c"], 0)), []).append(error["m"])
    return found


def grid_columns(sheet: Sheet) -> list[dict[str, Any]]:
    """What the page tells the grid about its columns."""
    rows = []
    for index, column in enumerate(form_columns(sheet)):
        rows.append(
            {
                "letter": column_letter(index + 1),
                "label": column.label,
                "required": column.required,
                "help": column.help,
                "words": words_of(sheet, column)[:20],
                "width": column.cell_width,
            }
        )
    return rows
