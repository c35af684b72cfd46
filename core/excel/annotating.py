"""The sender's own workbook comes back: wrong cells red with a comment, and a sheet 错误汇总. Old marks go first."""

import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import openpyxl
from django.core.files.base import ContentFile
from openpyxl.cell.cell import MergedCell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from core.choices import RowAction
from core.models import ImportBatch, ImportRow

from .guard import accept
from .preview import unresolved
from .reading import WorkbookReader
from .staging import error_lines, local_file
from .xml import FORMULA_STARTS, ILLEGAL

AUTHOR = "导入检查"
SUMMARY = "错误汇总"
RED = "FFF9C9C4"
MAX_ROWS = 20_000
HEADINGS = ("行", "列", "栏目", "哪里不对，怎么改", "现在的内容", "这一行是")
NAME_HEADINGS = ("行", "", "栏目", "怎么办", "对不上的名称", "行数")
OWN_WORDS = "\n\n原批注："
Marks = dict[tuple[int, int], list[str]]


def column_number(letter: str) -> int:
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - 64
    return number


def is_long(batch: ImportBatch) -> bool:
    """Too long to be marked cell by cell; the errors come as a list instead."""
    return batch.new_count + batch.changed_count + batch.same_count + batch.wrong_count > MAX_ROWS


def annotated_name(batch: ImportBatch) -> str:
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    return f"{stem}（{'错误清单' if is_long(batch) else '已标注'}）.xlsx"


def annotated(batch: ImportBatch) -> bytes:
    """The marked copy, or a plain list of the errors where the sheet is too long to mark."""
    errors = list(error_lines(batch))
    names = unresolved(batch)
    if is_long(batch):
        return error_list(errors, names)
    book = load(batch)
    sheet = book[batch.sheet_name] if batch.sheet_name in book.sheetnames else book.worksheets[0]
    remove_marks(book)
    marks: Marks = {}
    for number, letter, _, sentence in errors:
        marks.setdefault((number, column_number(letter or "A")), []).append(sentence)
    mark(sheet, marks)
    add_summary(book, sheet, errors, labels(batch), names)
    return save(book)


def store_annotated(batch: ImportBatch) -> str:
    """Make the copy once and keep it with the batch; returns the name to offer."""
    if not batch.annotated:
        batch.annotated.save(f"marked-{batch.pk}.xlsx", ContentFile(annotated(batch)), save=False)
        ImportBatch.objects.filter(pk=batch.pk).update(annotated=batch.annotated.name)
    return annotated_name(batch)


def load(batch: ImportBatch) -> openpyxl.Workbook:
    """The workbook as it came; .xls and CSV are copied cell by cell into a new one."""
    with local_file(batch.file) as path:
        if accept(path, batch.file_name).format == "xlsx":
            return openpyxl.load_workbook(path)
        with WorkbookReader(path, batch.file_name) as reader:
            return copied(reader, batch.sheet_name)


def copied(reader: WorkbookReader, name: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    grid = next((g for g in reader.grids if g.sheet_name == name), reader.grids[0])
    sheet.title = (grid.sheet_name or "Sheet1")[:31]
    for number, row in enumerate(grid.rows(), 1):
        for index, value in enumerate(row, 1):
            if value not in ("", None):
                write(sheet.cell(number, index), value)
    return book


def write(cell: Any, value: Any) -> None:
    """Text stays text, whatever it begins with (M47)."""
    if isinstance(value, tuple):
        value = "-".join(f"{n:02d}" for n in value[:3])
    if isinstance(value, str):
        value = ILLEGAL.sub("", value)[:32767]
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
    else:
        cell.value = value


def is_ours(cell: Any) -> bool:
    return cell.comment is not None and (cell.comment.author == AUTHOR or cell.comment.text.startswith(f"{AUTHOR}："))


def remove_marks(book: openpyxl.Workbook) -> None:
    if SUMMARY in book.sheetnames and book[SUMMARY]["A1"].value == HEADINGS[0]:
        del book[SUMMARY]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, MergedCell):
                    continue
                if cell.comment is not None and is_ours(cell):
                    own = cell.comment.text.partition(OWN_WORDS)[2]
                    cell.comment = Comment(own, "") if own else None
                if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == RED:
                    cell.fill = PatternFill()


def mark(sheet: Any, marks: Marks) -> None:
    red = PatternFill("solid", fgColor=RED)
    for (row, column), sentences in marks.items():
        cell = sheet.cell(row, column)
        if isinstance(cell, MergedCell):
            area = next(r for r in sheet.merged_cells.ranges if cell.coordinate in r)
            cell = sheet.cell(area.min_row, area.min_col)
        cell.fill = red
        text = f"{AUTHOR}：" + "\n".join(sentences)
        if cell.comment is not None:  # the sender's own words stay
            text += OWN_WORDS + cell.comment.text
        cell.comment = Comment(text, AUTHOR, height=90, width=320)


def labels(batch: ImportBatch) -> dict[int, str]:
    """What each wrong row is about, as far as it could be read."""
    wrong = ImportRow.objects.filter(batch=batch, action=RowAction.WRONG).exclude(label="")
    return dict(wrong.values_list("number", "label"))


def add_summary(
    book: openpyxl.Workbook,
    sheet: Any,
    errors: Iterable[tuple[int, str, str, str]],
    rows: dict[int, str],
    names: list[dict[str, Any]],
) -> None:
    """One line per wrong cell with a link to it, then the names that no ledger has."""
    summary = book.create_sheet(SUMMARY)
    head(summary, HEADINGS)
    for number, letter, heading, sentence in errors:
        line = summary.max_row + 1
        place = summary.cell(line, 1, number)
        place.hyperlink = f"#'{sheet.title}'!{letter or 'A'}{number}"
        place.font = Font(color="FF1F4E79", underline="single")
        now = sheet.cell(number, column_number(letter)).value if letter else ""
        for column, text in enumerate((letter, heading, sentence, now, rows.get(number, "")), 2):
            if text not in ("", None):
                write(summary.cell(line, column), str(text) if isinstance(text, date) else text)
    if names:
        summary.append([])
        head(summary, NAME_HEADINGS)
        for line in name_lines(names):
            number = summary.max_row + 1
            for column, text in enumerate(line, 1):
                write(summary.cell(number, column), text)
    for index, width in enumerate((8, 6, 24, 80, 30, 24), 1):
        summary.column_dimensions[get_column_letter(index)].width = width
    summary.freeze_panes = "A2"
    book.active = 0


def head(summary: Any, words: tuple[str, ...]) -> None:
    summary.append(list(words))
    for cell in summary[summary.max_row]:
        cell.font = Font(bold=True)


def name_lines(names: list[dict[str, Any]]) -> Iterator[list[Any]]:
    for name in names:
        yield [name["where"], "", name["heading"], name["advice"], name["text"], name["count"]]


def error_list(errors: Iterable[tuple[int, str, str, str]], names: list[dict[str, Any]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SUMMARY)
    sheet.append(list(HEADINGS[:4]))
    for row in plain(errors):
        sheet.append(row)
    if names:
        sheet.append([])
        sheet.append(list(NAME_HEADINGS))
        for line in name_lines(names):
            sheet.append([text_cell(sheet, c) for c in line])
    return save(book)


def plain(errors: Iterable[tuple[int, str, str, str]]) -> Iterator[list[Any]]:
    for number, letter, heading, sentence in errors:
        yield [number, letter, heading, ILLEGAL.sub("", sentence)]


def text_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    write(cell, value)
    return cell


def save(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
