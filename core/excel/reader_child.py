"""Runs as a process of its own: opens one workbook and hands its cells over. Imports nothing of this project.

A small file can make a reader ask for gigabytes, and the library then aborts the whole process; here that is only a child.
Protocol: frames of 4 bytes length + marshal. Out: {"sheets": [(index, name, rows, columns, first rows)]}; in: one line
with the index that is wanted; out: {"merged": […]}, then lists of rows, then None. A failure is {"error": word}.
Dates travel as tuples, since marshal knows only plain values.
"""

import contextlib
import datetime
import io
import itertools
import marshal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

HEAD_ROWS = 40
CHUNK = 2000
OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def limit(memory: int, seconds: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(value: object) -> None:
    data = marshal.dumps(value)
    sys.stdout.buffer.write(struct.pack(">I", len(data)))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


PLAIN = (str, float, int, bool)


def plain(cell: object) -> object:
    if isinstance(cell, datetime.datetime):
        if cell.hour or cell.minute or cell.second:
            return (cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second)
        return (cell.year, cell.month, cell.day)
    if isinstance(cell, datetime.date):
        return (cell.year, cell.month, cell.day)
    return cell if isinstance(cell, PLAIN) else str(cell)


def plain_row(row: list) -> list:
    return [c if type(c) is str or type(c) is float else plain(c) for c in row]


def sheet_rows(sheet: object) -> Iterator[list]:
    """All rows from the first line and the first column on; the library leaves empty columns on the left out."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield left + plain_row(row) if left else plain_row(row)


def first_rows(sheet: object) -> list:
    return list(itertools.islice(sheet_rows(sheet), HEAD_ROWS))


def book_at(calamine: object, path: str) -> object:
    """By the ending of the name where it tells the truth, by the content where an old .xls is called .xlsx or the like."""
    with Path(path).open("rb") as file:
        old = file.read(4) == OLE_MAGIC
        if old == path.lower().endswith(".xls"):
            return calamine.load_workbook(path)
        file.seek(0)
        return calamine.load_workbook(io.BytesIO(file.read()))


def run(path: str, max_rows: int) -> None:
    import python_calamine as calamine

    book = book_at(calamine, path)
    found, opened = [], {}
    for index, meta in enumerate(book.sheets_metadata):
        if meta.visible != calamine.SheetVisibleEnum.Visible or meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(index)
        columns = sheet.end[1] + 1 if sheet.end else 0
        rows = sheet.end[0] + 1 if sheet.end else 0
        small = rows <= max_rows + HEAD_ROWS and columns <= 16384
        found.append((index, meta.name, rows, columns, first_rows(sheet) if small and columns <= 1000 else []))
        opened[index] = sheet
    send({"sheets": found})
    line = sys.stdin.readline().strip()
    if not line:
        return
    sheet = opened.pop(int(line))
    opened.clear()
    send({"merged": [(a, b) for a, b in (sheet.merged_cell_ranges or []) if a[0] != b[0]][:20000]})
    chunk = []
    for row in sheet_rows(sheet):
        chunk.append(row)
        if len(chunk) == CHUNK:
            send(chunk)
            chunk = []
    send(chunk)
    send(None)


def main() -> None:
    path, max_rows, memory, seconds = sys.argv[1], *map(int, sys.argv[2:5])
    limit(memory, seconds)
    try:
        run(path, max_rows)
    except MemoryError:
        send({"error": "memory"})
    except BaseException as error:  # a panic of the Rust reader is a BaseException
        name = type(error).__name__
        send({"error": "password" if "Password" in name or "assword" in str(error) else "damaged"})


if __name__ == "__main__":
    main()
