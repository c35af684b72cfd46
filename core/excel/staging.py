"""An uploaded workbook becomes a batch: read, planned and kept in ImportRow, so that preview and “confirm” agree."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from core.choices import BATCH_FLOW, BatchStatus, RowAction
from core.cleaning import clean_line
from core.models import Committee, ImportBatch, ImportRow, User
from core.periods import today
from core.transitions import advance

from . import loading
from .line import Line
from .planning import Planner
from .reading import WorkbookReader
from .rehearsing import planner_of
from .sheet import Context, Sheet, get_sheet
from .stamps import check_stamp
from .table import HOW_WORDS, Table, choose

LABELS = ("short_name", "name", "title", "theme", "person_name")
SHOWN_ROWS = 5
SMALL_FILE = 400_000  # up to this many bytes the answer comes at once; a larger file is read by a job


def new_batch(
    sheet: Sheet,
    file: Any,
    name: str,
    *,
    by: User | None,
    committee: Committee,
    source: str = "",
    as_of: date | None = None,
) -> ImportBatch:
    """Keep the file under a random name (M40) and make the batch; nothing of it has been read yet."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    batch = ImportBatch(
        kind=sheet.kind,
        committee=committee,
        created_by=by,
        file_name=clean_line(Path(name.replace("\\", "/")).name)[-200:] or "未命名",
        sha256=digest.hexdigest(),
        source=source[:60],
        as_of=as_of or today(committee),
    )
    batch.file.save(f"{digest.hexdigest()[:24]}{suffix(name)}", File(file), save=False)
    batch.save()
    return batch


def suffix(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if ending in (".xlsx", ".xls", ".csv", ".txt", ".xlsm") else ".bin"


@contextmanager
def local_file(field: Any) -> Iterator[Path]:
    """The path of a stored file; a copy where the store is not a folder."""
    try:
        path = Path(field.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, field.open("rb") as source:
            for piece in iter(lambda: source.read(1 << 20), b""):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def context_of(batch: ImportBatch) -> Context:
    return Context(batch.created_by, batch.committee, batch.as_of or today(batch.committee))


def read_batch(batch: ImportBatch, progress: Any = None) -> ImportBatch:
    """Plan the whole workbook. A file that cannot be read makes a rejected batch with the reason, never an exception."""
    sheet = get_sheet(batch.kind)
    ImportRow.objects.filter(batch=batch).delete()  # a job that was started again begins anew
    try:
        with local_file(batch.file) as path, WorkbookReader(path, batch.file_name) as reader:
            sheet.prepare(context := context_of(batch))
            sheet.foresee(context)
            edition = check_stamp(reader.grids, sheet)
            table = choose(reader.grids, sheet)
            planner = planner_of(sheet)(sheet, table, context)
            with loading.without_collector():
                counts = stage(batch, planner, progress)
            report = report_of(planner, table, [reader.accepted.notice, edition])
    except ValidationError as error:
        ImportRow.objects.filter(batch=batch).delete()
        return advance(
            batch, BATCH_FLOW, BatchStatus.REJECTED, by=batch.created_by, report={"fatal": " ".join(error.messages)}
        )
    if not sum(counts.values()):
        report["fatal"] = f"工作表“{table.grid.sheet_name}”的表头下面没有数据行，没有可导入的内容。请填写后再上传。"
    wrong = counts[RowAction.WRONG] or "fatal" in report
    return advance(
        batch,
        BATCH_FLOW,
        BatchStatus.REJECTED if wrong else BatchStatus.PREVIEWED,
        by=batch.created_by,
        report=report,
        sheet_name=table.grid.sheet_name[:100],
        new_count=counts[RowAction.NEW],
        changed_count=counts[RowAction.CHANGED],
        same_count=counts[RowAction.SAME],
        wrong_count=counts[RowAction.WRONG],
        skipped_count=sum(len(v) for v in table.skipped.values()),
    )


def stage(batch: ImportBatch, planner: Planner, progress: Any) -> dict[str, int]:
    """Write the planned lines chunk by chunk; nothing of a chunk stays in memory."""
    counts = dict.fromkeys(RowAction.values, 0)
    step = (lambda done, total: progress(done, total, "正在核对")) if progress else None
    for lines in planner.chunks(step):
        with transaction.atomic():
            keys = loading.allocate(ImportRow, len(lines))
            loading.insert_like(ImportRow(batch=batch), STAGED, rows(lines, keys, planner))
        for line in lines:
            counts[line.action] += 1
    return counts


STAGED = ("id", "number", "action", "label", "object_id", "values", "before", "after", "errors")


def rows(lines: Iterable[Line], keys: list[int], planner: Planner) -> Iterator[tuple]:
    """What ImportRow stores of each line, in the order of STAGED."""
    for pk, line in zip(keys, lines, strict=True):
        main = {} if line.action == RowAction.WRONG else line.after  # dates become text where the row is written
        parts, act = main.pop("parts", None), main.pop("act", None)
        after = {"m": main, **({"parts": parts} if parts else {})} if main or parts else {}
        if act is not None:
            after["act"] = act
        stored = line.stored.pk if line.stored is not None else None
        words, before = line.words if act is not None else {}, {}
        if line.action == RowAction.CHANGED:
            words, before = line.words, {"version": getattr(line.stored, "version", None), "m": line.before}
        label = label_of(line) or planner.key_words(line)[:200]
        yield pk, line.number, line.action, label, stored, words, before, after, line.errors


def label_of(line: Line) -> str:
    if line.label:
        return line.label[:200]
    values = line.obj.__dict__ if line.obj is not None else line.given
    for name in LABELS:
        if isinstance(value := values.get(name), str) and value:
            return value[:200]
    return ""


def rows_words(numbers: list[int]) -> str:
    """第3、5行, 第3、5、7、9、12行等40行."""
    first = "、".join(str(n) for n in numbers[:SHOWN_ROWS])
    return f"第{first}行{f'等{len(numbers)}行' if len(numbers) > SHOWN_ROWS else ''}"


def report_of(planner: Planner, table: Table, notices: list[str]) -> dict[str, Any]:
    """What the page says about the reading: columns, skipped rows, notices, the excerpt around errors."""
    how: dict[str, list[str]] = {}
    for found in table.found:
        how.setdefault(HOW_WORDS[found.how], []).append(f"{found.letter}列“{found.column.label}”")
    return {
        "title": table.title[:200],
        "first_row": table.first_row + 1,
        "columns": [[b.index, b.letter, b.heading, b.column.kind in ("int", "decimal")] for b in planner.bindings],
        "how": how,
        "ignored": table.ignored,
        "readonly": table.readonly,
        "skipped": {why: numbers[:50] for why, numbers in table.skipped.items()},
        "notices": [n for n in notices if n] + [f"{t}（{rows_words(rows)}）。" for t, rows in planner.notices.items()],
        "excerpt": {str(n): cells for n, cells in planner.excerpt.items()},
        "beside": {str(n): cells for n, cells in planner.beside.items()},
        "unresolved": planner.unknown_names(),
    }


def error_lines(batch: ImportBatch) -> Iterator[tuple[int, str, str, str]]:
    """(row, column letter, heading, sentence) of every wrong cell, in the order of the sheet."""
    wrong = ImportRow.objects.filter(batch=batch, action=RowAction.WRONG).order_by("number")
    for number, errors in wrong.values_list("number", "errors").iterator(chunk_size=1000):
        for error in errors:
            yield number, error["l"], error["h"], error["m"]


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def already_applied(batch: ImportBatch) -> ImportBatch | None:
    """The batch that brought this very file in before."""
    same = ImportBatch.objects.filter(
        committee=batch.committee, kind=batch.kind, sha256=batch.sha256, status=BatchStatus.APPLIED
    )
    return same.exclude(pk=batch.pk).order_by("-pk").first()


def now() -> Any:
    return timezone.now()
