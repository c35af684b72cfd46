from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet
from reports.choices import PHRASE_KINDS, PhraseKind, PhraseStatus, PrintForm
from tasks.models.quarterly import QuarterlyQuerySet, QuarterlyRecord


class PhraseQuerySet(RecordQuerySet):
    def in_force(self, on: date) -> Self:
        """Approved and valid on that day; an expired phrase is never printed (DOMAIN §13.2)."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=on), status=PhraseStatus.APPROVED, valid_from__lte=on
        )


class Phrase(Record):
    """规范提法. Wording bound to a time: 指导思想, 大会精神, 工作部署, 主题教育."""

    kind = models.CharField("类别", max_length=12, choices=PhraseKind.choices, help_text="用在总结的哪个位置。")
    text = models.CharField("提法", max_length=200, help_text="与正式文件一字不差，句末不加标点。")
    valid_from = models.DateField("自何日起用", help_text="从哪天起可以用。")
    valid_until = models.DateField("用到何日", null=True, blank=True, help_text="不再使用的第一天；留空表示一直可用。")
    source = models.CharField("出处", max_length=120, blank=True, help_text="哪份文件、哪次会议。")
    status = models.CharField(
        "状态", max_length=10, choices=PhraseStatus.choices, default=PhraseStatus.WAITING, editable=False
    )

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规范提法"
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="reports_phrase_interval",
                violation_error_message="“用到何日”必须晚于“自何日起用”。",
            )
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("reports:phrase-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return PHRASE_KINDS[self.status]


class OutsideFigure(QuarterlyRecord):
    """外来数据. A figure that the committee does not keep itself, with its date and its source."""

    indicator = models.CharField("指标", max_length=60, help_text="例如全市社会组织从业人员数。")
    value = models.DecimalField("数值", max_digits=16, decimal_places=2, help_text="原数，不四舍五入。")
    unit = models.CharField("单位", max_length=10, help_text="例如家、人、万元。")
    as_of = models.DateField("数据截至", help_text="这个数是哪一天的。")
    source = models.CharField("来源", max_length=120, help_text="哪个部门、哪份材料。")
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="属于",
        related_name="parts",
        null=True,
        blank=True,
        help_text="是另一个数的其中项时选。",
    )
    print_form = models.CharField(
        "写法", max_length=6, choices=PrintForm.choices, default=PrintForm.EXACT, help_text="文中怎么写。"
    )

    quarter_date_field = "as_of"
    objects = QuarterlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外来数据"
        ordering = ["-quarter", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "quarter", "indicator"],
                name="reports_figure_once",
                violation_error_message="本季度已有这个指标，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        return self.indicator

    def get_absolute_url(self) -> str:
        return reverse("reports:outsidefigure-detail", args=[self.pk])
