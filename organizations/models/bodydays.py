"""What holds of a body from day to day: who manages its party work, and that it should have a party organization."""

from datetime import date

from django.db import models
from django.db.models import Q

from core.constraints import NoOverlap
from organizations.choices import AffiliationKind

from .coverage import OfBodyQuerySet
from .intervals import IntervalQuerySet, interval_check
from .organizations import SocialOrganization


class Affiliation(models.Model):
    """党建管理归口. Who manages the party work of a body, from day to day; 直属 means 综合党委直管."""

    organization = models.ForeignKey(
        SocialOrganization, models.CASCADE, verbose_name="社会组织", related_name="affiliations"
    )
    kind = models.CharField("党建管理归口", max_length=12, choices=AffiliationKind.choices)
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True)

    objects = OfBodyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党建管理归口"
        ordering = ["-start"]
        constraints = [
            interval_check("organizations_affiliation_interval"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(end=None),
                name="organizations_affiliation_open",
                violation_error_message="一个社会组织同时只能有一个党建管理归口，请先结束原来的。",
            ),
            NoOverlap(
                key="organization",
                name="organizations_affiliation_overlap",
                violation_error_message="这段时间该社会组织已有党建管理归口，起止日期不能重叠。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class DueMark(models.Model):
    """标注应建未建. The office says of a body that it should have a party organization, from day to day.

    The open one follows `SocialOrganization.no_branch_reason`.
    """

    organization = models.ForeignKey(
        SocialOrganization, models.CASCADE, verbose_name="社会组织", related_name="due_marks"
    )
    start = models.DateField("标注应建未建起")
    end = models.DateField("标注应建未建止", null=True, blank=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标注应建未建"
        ordering = ["-start"]
        constraints = [
            interval_check("organizations_due_interval"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(end=None),
                name="organizations_due_open",
                violation_error_message="这家社会组织已标注为应建未建。",
            ),
            NoOverlap(
                key="organization",
                name="organizations_due_overlap",
                violation_error_message="这段时间该社会组织已标注为应建未建，起止日期不能重叠。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start}起" if self.end is None else f"{self.start}至{self.end}"

    def finish(self, on: date) -> None:
        """Not counted any more from that day on; a mark that would not have held a single day goes."""
        if on <= self.start:
            self.delete()
            return
        self.end = on
        self.save()
