"""Blank workbooks to be filled in: office layout, drop-downs from a hidden sheet, text columns for codes, an example row."""

import io
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break, ColBreak

from core.models import Committee

from .sheet import Column, Sheet
from .stamps import NOTES, stamp
from .table import EXAMPLE_WORD, NUMBER_COLUMN
from .words import words_of
from .writing import NOTES_WIDTH, NUMBERS, SIGNATURES, header_heights, is_wide, note_lines, sheet_name
from .xml import MARGINS, height_of, lines_in

ROWS = 1000  # rows that carry formats and drop-downs
RULED, ROOM = 30, 22  # rows that carry borders, and their height
WORDS = "字典"
PAGE = 110  # widths of columns that an A4 page takes in landscape at full size, in whatever office program
TALL, ABOVE = 510, 105  # points: what is left of a page between its margins, and what stands above the rows
LEAST_ALONE, LEAST = 50, 66  # percent: on one page, and on several side by side
THIN = Side(style="thin", color="FF8C8C8C")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
EXAMPLE_FILL = PatternFill("solid", fgColor="FFF5F5F5")
MUST = "FFA61C1C"
HEAD_FILL = PatternFill("solid", fgColor="FFF2EFE9")
CENTER = Alignment(horizontal="center", vertical="center", wrap_text=True)


def blank_workbook(sheet: Sheet, committee: Committee | None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet_name(sheet.title)
    columns = [NUMBERS, *(c for c in sheet.columns if not c.readonly), *([NUMBER_COLUMN] if sheet.with_number else [])]
    spread = spread_of(sheet, columns)
    first = write_head(page, sheet, columns, committee, spread)
    words = book.create_sheet(WORDS)
    words.sheet_state = "hidden"
    for index, column in enumerate(columns, 1):
        format_column(page, words, sheet, column, index, first)
    rule(page, first, len(columns), spread)
    write_example(page, columns, first)
    write_notes(book, sheet)
    set_page(page, first, spread)
    book.move_sheet(WORDS, 1)
    book.properties.title, book.properties.version = sheet.title, stamp(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass(frozen=True)
class Spread:
    """The pages of a form side by side: the first column of each page after the first, how many columns each of them
    begins with once more, and the scale in percent."""

    starts: tuple[int, ...] = ()
    repeated: int = 0
    scale: int = 100


def spread_of(sheet: Sheet, columns: list[Column]) -> Spread:
    """A form that would be too small on one page goes over as few pages as keep it readable; no group is torn apart."""
    whole = sum(c.cell_width for c in columns)
    if whole * LEAST_ALONE <= PAGE * 100:
        return Spread(scale=min(100, int(PAGE * 100 // whole)))
    blocks = [[index for index, _ in block] for _, block in groupby(enumerate(columns, 1), lambda c: c[1].group or c)]
    repeated = repeated_of(sheet, columns)
    again = sum(c.cell_width for c in columns[:repeated])
    best: Spread | None = None
    for limit in range(PAGE, PAGE * 100 // LEAST + 1):
        starts, used = [], 0
        for block in blocks:
            width = sum(columns[index - 1].cell_width for index in block)
            if used and used + width > limit:
                starts.append(block[0])
                used = again
            used += width
        if best is None or len(starts) < len(best.starts):
            best = Spread(tuple(starts), repeated, PAGE * 100 // limit)
    return best


def repeated_of(sheet: Sheet, columns: list[Column]) -> int:
    """The number and what tells of whom or what the line is: up to the first column of a key."""
    keys = {name for key in sheet.keys for name in key}
    found = (index for index, column in enumerate(columns, 1) if {column.field, column.owner} & keys)
    return min(next(found, 2), 4)


def rule(page: Any, first: int, width: int, spread: Spread) -> None:
    """Borders for as many rows as one page takes."""
    ruled = min(RULED, (TALL * 100 // spread.scale - ABOVE) // ROOM)
    for row in range(first, first + ruled):
        page.row_dimensions[row].height = ROOM
        for index in range(1, width + 1):
            cell = page.cell(row, index)
            cell.border, cell.alignment = BORDER, Alignment(vertical="center", wrap_text=True)
            cell.font = Font(name="宋体", size=10)


def write_head(page: Any, sheet: Sheet, columns: list[Column], committee: Committee | None, spread: Spread) -> int:
    """Title, unit line and header; returns the number of the first data row."""
    last = spread.starts[0] - 1 if spread.starts else len(columns)  # of the first page
    size, height = (26, 50) if is_wide(columns) and not spread.starts else (16, 32)
    left, right = title_place(columns, last, spread)
    page.cell(1, left, sheet.title).font = Font(name="宋体", size=size, bold=True)
    page.cell(1, left).alignment = CENTER
    page.merge_cells(start_row=1, start_column=left, end_row=1, end_column=right)
    page.row_dimensions[1].height = height
    unit = page.cell(2, 1, f"填报单位（盖章）：{committee.name if committee else ''}")
    if spread.repeated:  # on every page, so it may not be wider than what is repeated
        page.merge_cells(start_row=2, start_column=1, end_row=2, end_column=spread.repeated)
        unit.alignment = Alignment(vertical="center", wrap_text=True)
        lines = lines_in(unit.value, sum(c.cell_width for c in columns[: spread.repeated]))
        page.row_dimensions[2].height = height_of(lines)
    page.cell(2, max(last - 2, 2), "填报时间：    年  月  日").alignment = Alignment(vertical="center")
    two = any(c.group for c in columns)
    for index, column in enumerate(columns, 1):
        if two and column.group:
            if index == 1 or columns[index - 2].group != column.group:
                size = sum(1 for c in columns[index - 1 :] if c.group == column.group)
                page.cell(3, index, column.group)
                page.merge_cells(start_row=3, start_column=index, end_row=3, end_column=index + size - 1)
            head = page.cell(4, index, column.heading)
        else:
            head = page.cell(3, index, column.heading)
            if two:
                page.merge_cells(start_row=3, start_column=index, end_row=4, end_column=index)
        if column.help or column.required:
            must = "必填。" if column.required else ""
            head.comment = Comment(f"{must}{column.help}", "填表说明", height=70, width=260)
    for row, height in enumerate(header_heights(columns), 3):
        page.row_dimensions[row].height = height
        for index, column in enumerate(columns, 1):
            cell = page.cell(row, index)
            must = column.required and (row == 4 or not column.group)
            cell.font = Font(name="宋体", size=10, bold=True, color=MUST if must else None)
            cell.fill, cell.border, cell.alignment = HEAD_FILL, BORDER, CENTER
    return 5 if two else 4


def title_place(columns: list[Column], last: int, spread: Spread) -> tuple[int, int]:
    """From which column to which: over the first page, without what later pages repeat, and as much less on the right."""
    widths = [c.cell_width for c in columns]
    room, right = sum(widths[: spread.repeated]), last
    while right > spread.repeated + 2 and sum(widths[right - 1 : last]) <= room and spread.repeated:
        right -= 1
    return spread.repeated + 1, right


def format_column(page: Any, words: Any, sheet: Sheet, column: Column, index: int, first: int) -> None:
    letter = get_column_letter(index)
    dimension = page.column_dimensions[letter]
    dimension.width = column.cell_width
    if column.is_text:
        dimension.number_format = "@"
        for row in range(first, first + 50):
            page.cell(row, index).number_format = "@"
    elif column.kind == "date":
        dimension.number_format = "yyyy-mm-dd"
    area = f"{letter}{first}:{letter}{first + ROWS}"
    rule = drop_down(words, sheet, column) or length_rule(column)
    if rule is not None:
        rule.showErrorMessage = True
        page.add_data_validation(rule)
        rule.add(area)


def drop_down(words: Any, sheet: Sheet, column: Column) -> DataValidation | None:
    """A list from the hidden sheet: a list written into the cell rule itself may not pass 255 characters."""
    if not (labels := words_of(sheet, column)):
        return None
    place = words.max_column + 1 if words.cell(1, 1).value is not None else 1
    words.cell(1, place, column.label)
    for row, label in enumerate(labels, 2):
        words.cell(row, place, label)
    letter = get_column_letter(place)
    return DataValidation(
        type="list",
        formula1=f"{WORDS}!${letter}$2:${letter}${len(labels) + 1}",
        allow_blank=True,
        errorTitle=column.heading[:30],
        error=f"请从下拉列表里选：{'、'.join(labels)}"[:220],
    )


def length_rule(column: Column) -> DataValidation | None:
    if column.kind != "int":
        return None
    return DataValidation(
        type="whole", operator="between", formula1="-2000000000", formula2="2000000000", allow_blank=True,
        errorTitle=column.heading[:30], error="请只写整数，例如12。",
    )  # fmt: skip


def write_example(page: Any, columns: list[Column], first: int) -> None:
    if not any(c.example not in (None, "") for c in columns):
        return
    for index, column in enumerate(columns, 1):
        cell = page.cell(first, index)
        if index == 1:
            cell.value = EXAMPLE_WORD
        elif column.example not in (None, ""):
            cell.value = column.example if isinstance(column.example, (int, float, date)) else str(column.example)
        cell.font, cell.fill = Font(name="宋体", size=10, italic=True, color="FF7A7A7A"), EXAMPLE_FILL


def write_notes(book: Any, sheet: Sheet) -> None:
    notes = book.create_sheet(NOTES)
    notes.column_dimensions["A"].width = NOTES_WIDTH
    notes.page_setup.paperSize, notes.page_margins = notes.PAPERSIZE_A4, PageMargins(**MARGINS)
    notes.append([f"{sheet.title}填表说明"])
    notes["A1"].font = Font(name="宋体", size=14, bold=True)
    last = [
        "红色的表头是必填的栏目；表头右上角有红三角的，鼠标移上去看填法。",
        f"第一格写着“{EXAMPLE_WORD}”的行是例子，导入时不读，可以删去。",
    ]
    for line in [*note_lines(sheet, figures=False), *([text] for text in last)]:
        notes.append(line)
    for row in notes.iter_rows(min_row=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="center")
        notes.row_dimensions[row[0].row].height = height_of(lines_in(row[0].value, NOTES_WIDTH))


def set_page(page: Any, first: int, spread: Spread) -> None:
    page.freeze_panes = page.cell(first, 2)
    page.print_title_rows = f"3:{first - 1}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = not spread.starts
    if spread.starts:
        page.page_setup.scale, page.page_setup.pageOrder = spread.scale, "overThenDown"
        page.print_title_cols = f"A:{get_column_letter(spread.repeated)}"
        page.col_breaks = ColBreak(brk=[Break(id=start - 1) for start in spread.starts])
    page.page_margins, page.print_options.horizontalCentered = PageMargins(**MARGINS), True
    page.oddFooter.left.text = "  ".join(SIGNATURES)
    page.oddFooter.center.text = "第&P页 共&N页"
