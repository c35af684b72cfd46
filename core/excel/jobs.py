"""The background work of imports; small workbooks are done at once by the same functions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from core import jobs
from core.choices import BatchStatus
from core.models import ImportBatch, Job, User

from . import writing  # noqa: F401  (registers core.export)
from .acts import ActSheet
from .applying import apply_batch
from .sheet import get_sheet
from .staging import SMALL_FILE, read_batch

FEW = 200  # acts that a confirmation does while the clerk waits
SMALL_ACTS = 40_000  # bytes of a workbook whose lines are acts; some hundred lines
SMALL_BATCH = 3000  # rows that a confirmation writes while the clerk waits


def is_act(batch: ImportBatch) -> bool:
    return isinstance(get_sheet(batch.kind), ActSheet)


@jobs.job("core.read_workbook")
def read_workbook(job: Job, progress: Any, batch: int) -> None:
    """Read and plan an uploaded workbook; the page of the batch shows what came out."""
    row = ImportBatch.objects.select_related("committee", "created_by__committee").filter(pk=batch).first()
    if row is not None and row.status == BatchStatus.READING:
        progress(0, 0, "正在读取工作簿")
        read_batch(row, progress)
    Job.objects.filter(pk=job.pk).update(result_url=reverse("core:import-batch", args=[batch]))


@jobs.job("core.apply_workbook")
def apply_workbook(job: Job, progress: Any, batch: int) -> None:
    row = ImportBatch.objects.select_related("committee", "created_by__committee").filter(pk=batch).first()
    if row is not None and row.status == BatchStatus.PREVIEWED:
        progress(0, row.new_count + row.changed_count, "正在写入")
        apply_batch(row, by=job.created_by)
    Job.objects.filter(pk=job.pk).update(result_url=reverse("core:import-batch", args=[batch]))


def start_reading(batch: ImportBatch, *, by: User) -> Job | None:
    """Read now, or hand a long file to a job and return it."""
    if batch.file.size <= (SMALL_ACTS if is_act(batch) else SMALL_FILE):
        read_batch(batch)
        return None
    return jobs.enqueue("core.read_workbook", f"读取《{batch.file_name}》"[:120], by=by, batch=batch.pk)


def start_applying(batch: ImportBatch, *, by: User) -> Job | None:
    if batch.new_count + batch.changed_count <= (FEW if is_act(batch) else SMALL_BATCH):
        apply_batch(batch, by=by)
        return None
    if batch.status != BatchStatus.PREVIEWED:
        raise ValidationError(f"这批导入当前为“{batch.get_status_display()}”，不能再次确认。")
    running = Job.objects.filter(
        kind="core.apply_workbook", params__batch=batch.pk, state__in=["queued", "running"]
    ).first()
    return running or jobs.enqueue("core.apply_workbook", f"导入《{batch.file_name}》"[:120], by=by, batch=batch.pk)
