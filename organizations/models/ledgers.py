from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import Record, RecordQuerySet
from core.periods import quarter_of
from organizations.choices import DifferenceDecision, LedgerSource


class LedgerCheckQuerySet(RecordQuerySet):
    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(quarter__range=(first, last))


class LedgerCheck(Record):
    """台账核对. Two ledgers were compared on a day; the differences found are its rows (DOMAIN §9.4)."""

    quarter = models.IntegerField("归属季度", blank=True, help_text="计入哪个季度，不填按核对日期。")
    checked_on = models.DateField("核对日期", help_text="核对完成的日期。")
    source = models.CharField(
        "我方台账", max_length=16, choices=LedgerSource.choices, default=LedgerSource.OWN, help_text="以它为底本。"
    )
    compared_with = models.CharField(
        "核对对象", max_length=16, choices=LedgerSource.choices, help_text="与哪个平台或台账比对。"
    )
    organizations_checked = models.PositiveIntegerField(
        "核对社会组织", null=True, blank=True, help_text="本次逐家核对的社会组织数，单位：家。"
    )
    members_checked = models.PositiveIntegerField(
        "核对党员", null=True, blank=True, help_text="本次逐名核对的党员数，单位：名。"
    )
    data_as_of = models.DateField("对方数据截至", null=True, blank=True, help_text="对方导出数据的日期。")
    checked_by = models.CharField("核对人", max_length=30, blank=True, help_text="谁做的核对。")
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")

    objects = LedgerCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账核对"
        ordering = ["-checked_on", "-pk"]
        indexes = [models.Index(fields=["committee", "quarter"], name="organizations_check_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=models.F("compared_with")),
                name="organizations_check_sources",
                violation_error_message="核对对象不能与我方台账相同。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}与{self.get_compared_with_display()}核对（{self.checked_on}）"

    def get_absolute_url(self) -> str:
        return reverse("organizations:ledgercheck-detail", args=[self.pk])

    def before_save(self) -> None:
        if self.quarter is None:
            self.quarter = quarter_of(self.checked_on)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)


class LedgerDifferenceQuerySet(RecordQuerySet):
    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(check_run__quarter__range=(first, last))

    def corrected(self) -> Self:
        return self.filter(corrected_on__isnull=False)

    def pending(self) -> Self:
        return self.filter(corrected_on=None).exclude(decision=DifferenceDecision.NOT_A_PROBLEM)


class LedgerDifference(Record):
    """核对差异. One field of one object that differs between two ledgers, and what was done about it."""

    check_run = models.ForeignKey(LedgerCheck, models.CASCADE, verbose_name="核对", related_name="differences")
    organization = models.ForeignKey(
        "organizations.SocialOrganization",
        models.PROTECT,
        verbose_name="社会组织",
        related_name="differences",
        null=True,
        blank=True,
    )
    object_label = models.CharField("对象", max_length=120)
    field = models.CharField("栏目", max_length=40)
    ours = models.CharField("我方内容", max_length=200, blank=True)
    theirs = models.CharField("对方内容", max_length=200, blank=True)
    decision = models.CharField(
        "判定", max_length=14, choices=DifferenceDecision.choices, default=DifferenceDecision.OPEN
    )
    corrected_on = models.DateField("更正日期", null=True, blank=True)

    objects = LedgerDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对差异"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.object_label}：{self.field}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:ledgercheck-detail", args=[self.check_run_id])
