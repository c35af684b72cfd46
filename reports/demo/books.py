"""A table of plain data as a workbook the way offices lay it out (DOMAIN §14)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

THIN = Border(*[Side(style="thin")] * 4)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
BOLD = Font(bold=True)


@dataclass(frozen=True)
class Book:
    """One workbook. A heading “组|栏” stands under a merged group; `totals` are the headings whose sum is printed."""

    kind: str
    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    totals: tuple[str, ...] = ()
    filled: str = "2023年4月3日"
    by: str = "李样本"
    unit: str = "市社会组织综合党委"
    file: str = ""
    notes: tuple[str, ...] = field(default=("本表由工作人员汇总，统一社会信用代码、身份证号按文本填写。",))

    @property
    def file_name(self) -> str:
        return f"{self.file or self.title}.xlsx"

    def content(self) -> bytes:
        book = Workbook()
        sheet = book.active
        sheet.title = "Sheet1"
        width = len(self.headings) + 1
        self.head(sheet, width)
        first = self.header(sheet)
        for number, row in enumerate(self.rows, 1):
            if len(row) != width - 1:
                raise ValueError(f"{self.title}: row {number} has {len(row)} cells, {width - 1} headings")
            sheet.append([number, *row])
        if self.totals:
            sheet.append(["合计", *self.sums()])
        sheet.append([])
        sheet.append(
            [f"单位负责人：王演示        审核人：王演示        填表人：{self.by}        联系电话：0000-1234567"]
        )
        for row in sheet.iter_rows(min_row=first, max_row=first + len(self.rows) - 1):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.number_format = "@"
                elif isinstance(cell.value, date):
                    cell.number_format = "yyyy-mm-dd"
        sheet.freeze_panes = f"C{first}"
        self.instructions(book)
        file = BytesIO()
        book.save(file)
        return file.getvalue()

    def head(self, sheet: Any, width: int) -> None:
        sheet.append([self.title])
        sheet.append([f"填报单位（盖章）：{self.unit}", *[None] * (width - 2), f"填报时间：{self.filled}"])
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
        if width > 3:
            sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=width - 1)
        sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), CENTRE

    def header(self, sheet: Any) -> int:
        """One header row, or two with merged groups; returns the number of the first data row."""
        pairs = [("", "序号"), *(self.split(heading) for heading in self.headings)]
        grouped = any(group for group, _ in pairs)
        rows = 2 if grouped else 1
        for column, (group, name) in enumerate(pairs, 1):
            cell = sheet.cell(3 if not group else 4, column, name)
            cell.font, cell.alignment, cell.border = BOLD, CENTRE, THIN
            sheet.column_dimensions[get_column_letter(column)].width = 6 if column == 1 else max(12, len(name) * 2.4)
            if grouped and not group:
                sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        column = 1
        for group, members in groupby(pairs, key=lambda pair: pair[0]):
            size = len(list(members))
            if group:
                cell = sheet.cell(3, column, group)
                cell.font, cell.alignment, cell.border = BOLD, CENTRE, THIN
                sheet.merge_cells(start_row=3, end_row=3, start_column=column, end_column=column + size - 1)
            column += size
        return 3 + rows

    @staticmethod
    def split(heading: str) -> tuple[str, str]:
        group, bar, name = heading.partition("|")
        return (group, name) if bar else ("", heading)

    def sums(self) -> Iterator[Any]:
        for index, heading in enumerate(self.headings):
            numbers = [row[index] for row in self.rows if isinstance(row[index], (int, float))]
            yield sum(numbers) if heading in self.totals else None

    def instructions(self, book: Workbook) -> None:
        sheet = book.create_sheet("填表说明")
        for number, note in enumerate(self.notes, 1):
            sheet.append([f"{number}．{note}"])
        sheet.column_dimensions["A"].width = 90


def day(text: str) -> date | None:
    """2023-03-10 → date; "" → nothing in the cell."""
    return date.fromisoformat(text) if text else None
