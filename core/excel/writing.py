"""Exports in the office layout: title, 填报单位 and 填报时间, header, rows, signatures; a second sheet 填表说明."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core import audit, jobs
from core.choices import AuditEvent
from core.models import Committee, Job, User
from core.periods import today

from .rows import Exporter
from .sheet import Column, Sheet, get_sheet
from .stamps import NOTES, stamp_line
from .words import words_of
from .xml import BIG_TITLE, FOOT, HEAD, META, TITLE, SheetXml, height_of, lines_in, write_frame

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURES = ("单位负责人：", "审核人：", "填表人：", "联系电话：")
JOB_ROWS = 20_000
LEVEL = 3  # zip: half the time of the usual 6, a tenth more bytes
BREAKING = {"text", "address", "choice", "lookup", "names"}  # kinds of cells whose texts may need several lines
WIDE = 240
NOTES_WIDTH = 84  # on A4 upright: one column wider than the page would be cut off instead of made smaller
NUMBERS = Column("序号", readonly=True, kind="int", width=6)


def sheet_name(title: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", "", title)[:31] or "台账"


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def note_lines(sheet: Sheet, figures: bool = True) -> list[list[str]]:
    """The rows of 填表说明: general rules, the sheet's notes, then one line per column; a blank form has no figures."""
    general = [
        "一行填一条，不要合并单元格，不要改动表头。",
        "统一社会信用代码、身份证号按文本填写；存成数字会丢失末几位，导入时会被退回。",
        "日期写成2009-12-01；只知道月份的写2009-12。",
        "更新已有记录时，空格表示不改；要清除已有内容，填“清空”。",
    ]
    lines = [[text] for text in (stamp_line(sheet), *general, *sheet.notes)]
    for column in sheet.columns:
        if column.readonly:
            lines += [[f"“{column.label}”由系统计算，导入时不读。"]] if figures else []
        elif column.required or column.help:
            must = "必填。" if column.required else ""
            lines.append([f"“{column.label}”：{must}{column.help}"])
    return lines


def is_wide(columns: list[Column]) -> bool:
    """Printed on one page it is so small that the title has to be larger."""
    return sum(c.cell_width for c in columns) > WIDE


def may_break(sheet: Sheet, column: Column) -> bool:
    """Some cell of the column may need several lines."""
    words = words_of(sheet, column)
    return column.kind in BREAKING and not (words and all(lines_in(w, column.cell_width) == 1 for w in words))


def header_heights(columns: list[Column]) -> list[float]:
    """One height, or two where columns stand in groups: no word of a heading may be cut off in print."""
    lines = [lines_in(c.heading, c.cell_width) for c in columns]
    if not any(c.group for c in columns):
        return [max(30, height_of(max(lines)))]
    spans: dict[str, int] = {}
    for column in columns:
        spans[column.group] = spans.get(column.group, 0) + column.cell_width
    upper = max(20, height_of(max(lines_in(group, width) for group, width in spans.items())))
    lower = max(height_of(n) - (0 if c.group else upper) for n, c in zip(lines, columns, strict=True))
    return [upper, max(30, lower)]


def write_header(out: SheetXml, columns: list[Column]) -> None:
    """One header row, or two where columns stand in groups."""
    first, heights = out.line + 1, header_heights(columns)
    if not any(c.group for c in columns):
        out.fixed_row({i: c.heading for i, c in enumerate(columns)}, HEAD, heights[0])
        return
    upper: dict[int, str] = {}
    for index, column in enumerate(columns):
        if not column.group:
            upper[index] = column.heading
            out.merge(first, index, first + 1, index)
        elif index == 0 or columns[index - 1].group != column.group:
            last = index
            while last + 1 < len(columns) and columns[last + 1].group == column.group:
                last += 1
            upper[index] = column.group
            out.merge(first, index, first, last)
    out.fixed_row(upper, HEAD, heights[0], fill=True)
    out.fixed_row({i: c.heading for i, c in enumerate(columns) if c.group}, HEAD, heights[1], fill=True)


def write_workbook(
    target: IO[bytes],
    sheet: Sheet,
    rows: Iterable[list[Any]],
    *,
    columns: list[Column],
    committee: Committee | None,
    day: date,
    footer: Sequence[str] = (),
) -> int:
    """Stream a workbook; returns the number of rows."""
    everything = [NUMBERS, *columns]
    header = (3, 4) if any(c.group for c in columns) else (3, 3)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            breaking = [i for i, c in enumerate(everything) if may_break(sheet, c)]
            out = SheetXml(file, [c.cell_width for c in everything], header[1], breaking=breaking)
            write_top(out, sheet, everything, committee, day)
            first = out.line + 1
            count = out.rows([number, *row] for number, row in enumerate(rows, 1))
            for index, column in enumerate(everything):
                out.drop_down(index, first, words_of(sheet, column))
            write_bottom(out, len(everything) - 1, footer)
            out.close()
        with archive.open("xl/worksheets/sheet2.xml", "w") as file:
            notes = SheetXml(file, [NOTES_WIDTH], frozen=0, landscape=False)
            notes.fixed_row({0: f"{sheet.title}填表说明"}, TITLE, 30)
            notes.rows(note_lines(sheet))
            notes.close()
        write_frame(archive, [sheet_name(sheet.title), NOTES], header)
    return count


def write_top(out: SheetXml, sheet: Sheet, columns: list[Column], committee: Committee | None, day: date) -> None:
    """Title, 填报单位 and 填报时间, header."""
    last = len(columns) - 1
    out.fixed_row({0: sheet.title}, *((BIG_TITLE, 50) if is_wide(columns) else (TITLE, 32)))
    out.merge(1, 0, 1, last)
    right = max(last - 2, min(1, last))
    unit = f"填报单位（盖章）：{committee.name if committee else ''}"
    out.fixed_row({0: unit, right: f"填报时间：{day_words(day)}"} if right else {0: unit}, META)
    write_header(out, columns)


def write_bottom(out: SheetXml, last: int, footer: Sequence[str]) -> None:
    """The ledger's own last lines, if it has any, and the signatures."""
    for text in footer:
        out.fixed_row({0: text}, FOOT, 22)
        out.merge(out.line, 0, out.line, last)
    step = max((last + 1) // 4, 1)
    places = [min(i * step, last) for i in range(4)]
    out.fixed_row(dict(zip(places, SIGNATURES, strict=True)), FOOT, 24)


def export_to(
    target: IO[bytes],
    sheet: Sheet,
    queryset: models.QuerySet,
    *,
    committee: Committee | None,
    full: bool = False,
    every: bool = True,
    footer: Sequence[str] = (),
    on: date | None = None,
) -> int:
    """The rows in a workbook. every=False: the office's own layout; else all columns, to be changed and imported."""
    day = on or today(committee)
    exporter = Exporter(sheet, full=full, every=every, day=day, past=on is not None)
    return write_workbook(
        target, sheet, exporter.rows(queryset), columns=exporter.columns, committee=committee, day=day, footer=footer
    )


def file_name(sheet: Sheet, committee: Committee | None, on: date | None = None, name: str = "") -> str:
    return f"{name or sheet.title}{on or today(committee):%Y%m%d}.xlsx"


def attachment(file: Any, name: str) -> FileResponse:
    """A workbook to be saved, never shown (M41)."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def note_export(
    sheet: Sheet, count: int, by: User | None, note: str, purpose: str, committee: Committee | None
) -> None:
    words = (
        f"导出{count}行。" + (f"含完整号码，用途：{purpose}。" if purpose else "") + (f"条件：{note}" if note else "")
    )
    audit.record(AuditEvent.EXPORT, by=by, label=f"《{sheet.title}》", note=words, committee=committee)


def export_response(
    sheet: Sheet,
    queryset: models.QuerySet,
    request: HttpRequest,
    *,
    purpose: str = "",
    on: date | None = None,
    every: bool = False,
    footer: Sequence[str] = (),
    name: str = "",
) -> HttpResponse:
    """The rows of a list as a workbook; `queryset` is already narrowed by visible_to. Long ones become a job.

    on: the day of the ledger, printed on it, where it is not today's.

    purpose: given by staff who need full phone and ID numbers; it is logged. Without it they are masked.
    every: all columns instead of the office's own layout.
    name: of the file, where the ledger's own title does not tell it from others saved beside it.
    """
    user, committee = request.user, request.user.committee
    full = bool(purpose) and user.is_committee_staff
    conditions = request.GET.urlencode()[:300]
    count = queryset.count()
    if count > JOB_ROWS:
        ids = list(queryset.values_list("pk", flat=True))
        job = jobs.enqueue(
            "core.export",
            f"导出《{name or sheet.title}》{count}行",
            by=user,
            sheet=sheet.kind,
            ids=ids,
            purpose=purpose if full else "",
            on=on.isoformat() if on else "",
            every=every,
            footer=list(footer),
            name=name,
        )
        return redirect(reverse("core:job", args=[job.pk]))
    file = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 (closed by the response)
    written = export_to(file, sheet, queryset, committee=committee, full=full, every=every, footer=footer, on=on)
    file.seek(0)
    note_export(sheet, written, user, conditions, purpose if full else "", committee)
    return attachment(file, file_name(sheet, committee, on, name))


def visible_rows(sheet: Sheet, user: User | None, on: date | None) -> models.QuerySet:
    """All rows of the sheet that the user may see; `on` asks for the ledger of a past day."""
    manager = sheet.model_class._default_manager
    if user is None:
        return sheet.annotated(manager.all(), on or today())
    return sheet.queryset(user) if on is None else sheet.annotated(manager.visible_to(user), on)


@jobs.job("core.export")
def run_export(
    job: Job,
    progress: Any,
    sheet: str,
    ids: list[int],
    purpose: str = "",
    on: str = "",
    every: bool = False,
    footer: Sequence[str] = (),
    name: str = "",
) -> None:
    """Write the workbook beside the job; the starter downloads it from the job's page."""
    declared = get_sheet(sheet)
    day = date.fromisoformat(on) if on else today(job.committee)
    visible = visible_rows(declared, job.created_by, date.fromisoformat(on) if on else None)
    exporter = Exporter(declared, full=bool(purpose), every=every, day=day, past=bool(on))

    def rows() -> Iterable[list[Any]]:
        for start in range(0, len(ids), 5000):
            progress(start, len(ids), "正在写出")
            yield from exporter.chosen(visible.order_by(), ids[start : start + 5000])

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        count = write_workbook(
            file, declared, rows(), columns=exporter.columns, committee=job.committee, day=day, footer=footer
        )
        file.seek(0)
        job.result_name = file_name(declared, job.committee, day, name)
        job.result_file.save(f"export-{job.pk}{Path(job.result_name).suffix}", File(file), save=False)
    Job.objects.filter(pk=job.pk).update(
        result_file=job.result_file.name, result_name=job.result_name, done=count, total=count
    )
    note_export(declared, count, job.created_by, "", purpose, job.committee)
