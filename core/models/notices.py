from django.conf import settings
from django.db import models
from django.utils import timezone


class Notice(models.Model):
    """消息. One line in a person's inbox; `key` makes sending the same notice twice harmless."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人", related_name="notices")
    key = models.CharField(max_length=100)
    title = models.CharField("标题", max_length=120)
    body = models.CharField("内容", max_length=500, blank=True)
    url = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="core_notice_once")]
        indexes = [models.Index(fields=["user"], condition=models.Q(read_at=None), name="core_notice_unread")]

    def __str__(self) -> str:
        return self.title
