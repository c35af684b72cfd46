"""Cells of a workbook, read in a child process with limits on memory and time; CSV and pasted blocks in place."""

import csv
import io
import marshal
import re
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from .guard import SAVE_AS, Accepted, accept

CHILD = Path(__file__).with_name("reader_child.py")
CHILD_MEMORY = 1024 * 1024 * 1024
CHILD_SECONDS = 90
MAX_COLUMNS = 1000
FAR_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
Rows = Iterator[list[Any]]


@dataclass
class Grid:
    """One sheet as it was found. `rows()` can be walked once; row numbers are those of the sheet, from 1."""

    sheet_name: str
    head: list[list[Any]]
    rows: Callable[[], Rows]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def fail(sentence: str, code: str) -> ValidationError:
    return ValidationError(sentence, code=code)


class WorkbookReader:
    """`with WorkbookReader(path, name) as reader: reader.grids` — the visible sheets, each with `rows()`.

    Opening takes place elsewhere; what is done before the first look at `grids` costs no time.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.accepted: Accepted = accept(path, name)
        self.process: subprocess.Popen | None = None
        self.timer: threading.Timer | None = None
        self.timed_out = False

    def __enter__(self) -> "WorkbookReader":
        try:
            if self.accepted.format != "csv":
                self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self.timer:
            self.timer.cancel()
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def start(self) -> None:
        limits = [str(settings.WORKBOOK_MAX_ROWS), str(CHILD_MEMORY), str(CHILD_SECONDS)]
        self.process = subprocess.Popen(
            [sys.executable, "-E", str(CHILD), str(self.path), *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.timer = threading.Timer(CHILD_SECONDS, self.expire)
        self.timer.daemon = True
        self.timer.start()

    @cached_property
    def grids(self) -> list[Grid]:
        """The visible sheets; ValidationError where the file cannot be read."""
        if self.accepted.format == "csv":
            return [text_grid(self.path.read_text(encoding=self.accepted.encoding), "CSV")]
        found = []
        for index, sheet_name, rows, columns, head in self.frame()["sheets"]:
            self.check_size(sheet_name, rows, columns)
            found.append(Grid(sheet_name, head, lambda i=index: self.stream(i)))
        if not found:
            raise fail(f"《{self.name}》里没有可见的工作表。请取消隐藏要导入的工作表后再上传。", "no-sheet")
        return found

    def expire(self) -> None:
        self.timed_out = True
        if self.process:
            self.process.kill()

    def frame(self) -> Any:
        """The next frame of the child; whatever goes wrong over there becomes a sentence here."""
        pipe = self.process.stdout
        size = pipe.read(4)
        data = pipe.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
        if not data or len(size) < 4:
            raise self.broken()
        value = marshal.loads(data)
        if isinstance(value, dict) and "error" in value:
            if value["error"] == "password":
                raise fail(f"《{self.name}》设了密码，读不了。请在Excel或WPS里取消密码，另存后再上传。", "password")
            if value["error"] == "memory":
                raise self.broken()
            raise fail(f"《{self.name}》已损坏，读不出内容。请向发送人重新要一份，或{SAVE_AS[1:]}", "damaged")
        return value

    def broken(self) -> ValidationError:
        """The child died. Most often one stray cell far away blows the sheet up, so say which."""
        where = far_cell(self.path) if self.accepted.format == "xlsx" else None
        if where:
            sheet, cell = where
            return fail(
                f"工作表“{sheet}”的单元格{cell}有内容，表格因此大得无法读取，没有导入任何数据。"
                "请删去数据区以外的行和列（选中后右键“删除”），或把数据复制到新建的工作簿里再上传。",
                "too-far",
            )
        if self.timed_out:
            return fail(f"《{self.name}》{CHILD_SECONDS}秒内没有读完，已停止。请把名册分成几个文件后再上传。", "slow")
        return fail(f"《{self.name}》太大或已损坏，读取中断。请把数据复制到新建的工作簿里再上传。", "memory")

    def check_size(self, sheet_name: str, rows: int, columns: int) -> None:
        limit = settings.WORKBOOK_MAX_ROWS
        if rows > limit + 40:
            raise fail(
                f"工作表“{sheet_name}”有{rows}行，超过{limit}行的上限，没有读取。"
                "请删去数据下面多余的行，或把名册分成几个文件分批导入。",
                "too-many-rows",
            )
        if columns > MAX_COLUMNS:
            raise fail(
                f"工作表“{sheet_name}”一直用到{column_letter(columns)}列，数据区以外有多余的内容，没有读取。"
                "请删去表格右侧多余的列后再上传。",
                "too-many-columns",
            )

    def stream(self, index: int) -> Rows:
        self.process.stdin.write(f"{index}\n".encode())
        self.process.stdin.flush()
        merged = self.frame()["merged"]
        fill = MergedFill(merged)
        number = 0
        while (chunk := self.frame()) is not None:
            for row in chunk:
                yield fill(number, row) if merged else row
                number += 1


class MergedFill:
    """Cells merged downwards (所在党支部 over its members): each row gets the value of the first."""

    def __init__(self, ranges: list) -> None:
        self.starts: dict[int, list] = {}
        for (top, left), (bottom, right) in ranges:
            self.starts.setdefault(top, []).append((left, right, bottom))
        self.open: list[tuple[int, int, Any]] = []  # column, last row, value

    def __call__(self, number: int, row: list) -> list:
        if self.open:
            self.open = [o for o in self.open if o[1] >= number]
            for column, _, value in self.open:
                if column < len(row) and row[column] in ("", None):
                    row[column] = value
        for left, right, bottom in self.starts.get(number, ()):
            if left == right and left < len(row):
                self.open.append((left, bottom, row[left]))
        return row


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def far_cell(path: Path) -> tuple[str, str] | None:
    """The first cell beyond the limits, with its sheet; the XML is scanned in pieces and never kept."""
    limit = settings.WORKBOOK_MAX_ROWS + 40
    try:
        with zipfile.ZipFile(path) as archive:
            sheets = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n))
            for position, member in enumerate(sheets):
                if cell := scan_member(archive, member, limit):
                    return sheet_title(archive, position), cell
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, NotImplementedError):
        pass
    return None


def scan_member(archive: zipfile.ZipFile, member: str, limit: int) -> str:
    with archive.open(member) as file:
        tail, seen = b"", 0
        while seen < 400_000_000 and (piece := file.read(1 << 20)):
            seen += len(piece)
            for letters, digits in FAR_CELL.findall(tail + piece):
                if int(digits) > limit or len(letters) == 3:
                    return (letters + digits).decode()
            tail = piece[-64:]
    return ""


def sheet_title(archive: zipfile.ZipFile, position: int) -> str:
    names = re.findall(r'<sheet [^>]*?name="([^"]*)"', archive.read("xl/workbook.xml").decode("utf-8", "replace"))
    return names[position] if position < len(names) else f"第{position + 1}张"


def text_grid(text: str, name: str) -> Grid:
    """CSV or a block copied from Excel: the delimiter is the one that the first lines use most."""
    sample = re.sub(r'"[^"]*"', "", text[:20_000])
    delimiter = max("\t,;", key=sample.count) if any(c in sample for c in "\t,;") else ","
    csv.field_size_limit(1_000_000)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter):
            rows.append(row)
            if len(rows) > settings.WORKBOOK_MAX_ROWS + 40:
                raise fail(
                    f"内容超过{settings.WORKBOOK_MAX_ROWS}行的上限，没有读取。请分成几个文件分批导入。", "too-many-rows"
                )
    except csv.Error:
        raise fail(f"第{len(rows) + 1}行附近读不下去，可能少了一个引号。请改正后再上传。", "csv") from None
    return Grid(name, rows[:40], lambda: iter(rows))
