from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.choices import AuditEvent
from core.secrets import masked_changes, masked_words


class AuditEntry(models.Model):
    """操作日志. Who did what to which row, with old → new values; written in the same transaction as the change."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    event = models.CharField("事件", max_length=15, choices=AuditEvent.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name="操作人", null=True, related_name="+"
    )
    user_name = models.CharField("操作人姓名", max_length=60, blank=True)
    committee = models.ForeignKey(
        "core.Committee", models.PROTECT, verbose_name="综合党委", null=True, related_name="+"
    )
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.BigIntegerField("对象编号", null=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    changes = models.JSONField("改动", default=dict, blank=True)
    note = models.CharField("说明", max_length=1000, blank=True)
    success = models.BooleanField("成功", default=True)
    address = models.GenericIPAddressField("地址", null=True)
    request_id = models.CharField("请求编号", max_length=12, blank=True)
    batch = models.ForeignKey("core.ImportBatch", models.PROTECT, verbose_name="导入批次", null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="core_audit_object"),
            models.Index(fields=["user", "at"], name="core_audit_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name or '系统'}{self.get_event_display()}{self.object_label}"

    @property
    def shown_changes(self) -> dict[str, Any]:
        """The changes without phone numbers and addresses; entries are sealed, so older ones still hold them."""
        return masked_changes(self.changes)

    @property
    def shown_note(self) -> str:
        return masked_words(self.note)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("操作日志只能追加，不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("操作日志不能删除。")


class AuditSeal(models.Model):
    """日志封存. The hash of a block of entries together with the hash before it; `verify_audit` recomputes them."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    rows = models.JSONField(default=list)  # a short hash of each entry, so that a changed one can be named
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "日志封存"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
