from django.db import models
from django.utils import timezone

from core.choices import BATCH_KINDS, BatchStatus, RowAction

from .base import Record, RecordQuerySet


class ImportBatch(Record):
    """导入批次. One workbook that came in: who, when, which file, what it would change or changed; can be undone."""

    kind = models.CharField("台账", max_length=40)
    status = models.CharField(
        "状态", max_length=12, choices=BatchStatus.choices, default=BatchStatus.READING, editable=False
    )
    file = models.FileField("文件", upload_to="imports/%Y/%m/", blank=True)
    annotated = models.FileField("标注后的工作簿", upload_to="imports/%Y/%m/", blank=True)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    sheet_name = models.CharField("工作表", max_length=100, blank=True)
    source = models.CharField("来源", max_length=60, blank=True)
    as_of = models.DateField("数据截至", null=True, blank=True)
    new_count = models.PositiveIntegerField("新增", default=0)
    changed_count = models.PositiveIntegerField("变更", default=0)
    same_count = models.PositiveIntegerField("不变", default=0)
    wrong_count = models.PositiveIntegerField("错误", default=0)
    skipped_count = models.PositiveIntegerField("跳过", default=0)
    report = models.JSONField("读取报告", default=dict, blank=True)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return (
            f"{self.file_name}（{timezone.localtime(self.created_at):%Y-%m-%d %H:%M}）"
            if self.created_at
            else self.file_name
        )

    @property
    def status_kind(self) -> str:
        return BATCH_KINDS[self.status]

    @property
    def is_undecided(self) -> bool:
        """It was read and nothing of it has been written."""
        return self.status in (BatchStatus.PREVIEWED, BatchStatus.REJECTED)


class ImportRow(models.Model):
    """导入行. One row of a batch as it was read, with its errors or its before and after values (used by undo)."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    action = models.CharField("处理", max_length=8, choices=RowAction.choices)
    label = models.CharField("对象", max_length=200, blank=True)
    object_id = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    errors = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["number"]
        indexes = [models.Index(fields=["batch", "action", "number"], name="core_import_row")]

    def __str__(self) -> str:
        return f"第{self.number}行"
