from django.db import models

from core.choices import DayKind


class Holiday(models.Model):
    """节假日. Days that differ from the ordinary week, from the yearly State Council notice."""

    day = models.DateField("日期", unique=True)
    kind = models.CharField("类别", max_length=10, choices=DayKind.choices, default=DayKind.HOLIDAY)
    name = models.CharField("名称", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name or self.get_kind_display()}"
