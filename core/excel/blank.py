"""Blank workbooks to be filled in: office layout, drop-downs from a hidden sheet, text columns for codes, an example row."""

import io
from datetime import date
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins

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
    first = write_head(page, sheet, columns, committee)
    words = book.create_sheet(WORDS)
    words.sheet_state = "hidden"
    for index, column in enumerate(columns, 1):
        format_column(page, words, sheet, column, index, first)
    rule(page, first, len(columns))
    write_example(page, columns, first)
    write_notes(book, sheet)
    set_page(page, first, len(columns))
    book.move_sheet(WORDS, 1)
    book.properties.title, book.properties.version = sheet.title, stamp(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rule(page: Any, first: int, width: int) -> None:
    for row in range(first, first + RULED):
        page.row_dimensions[row].height = ROOM
        for index in range(1, width + 1):
            cell = page.cell(row, index)
            cell.border, cell.alignment = BORDER, Alignment(vertical="center", wrap_text=True)
            cell.font = Font(name="宋体", size=10)


def write_head(page: Any, sheet: Sheet, columns: list[Column], committee: Committee | None) -> int:
    """Title, unit line and header; returns the number of the first data row."""
    last = len(columns)
    size, height = (26, 50) if is_wide(columns) else (16, 32)
    page.cell(1, 1, sheet.title).font = Font(name="宋体", size=size, bold=True)
    page.cell(1, 1).alignment = CENTER
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    page.row_dimensions[1].height = height
    page.cell(2, 1, f"填报单位（盖章）：{committee.name if committee else ''}")
    page.cell(2, max(last - 2, 2), "填报时间：    年  月  日")
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


def set_page(page: Any, first: int, last: int) -> None:
    page.freeze_panes = page.cell(first, 2)
    page.print_title_rows = f"3:{first - 1}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins, page.print_options.horizontalCentered = PageMargins(**MARGINS), True
    page.oddFooter.left.text = "  ".join(SIGNATURES)
    page.oddFooter.center.text = "第&P页 共&N页"
