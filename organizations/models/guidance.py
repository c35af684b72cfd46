"""What reaches a body beside a party organization: visits of its instructor, mass organizations, the plan to build."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import Record
from organizations.choices import MassKind

from .charters import OfOrganizationQuerySet
from .coverage import InstructorAssignment, OfBodyQuerySet
from .intervals import interval_check
from .organizations import SocialOrganization


class InstructorVisitQuerySet(models.QuerySet):
    def between(self, start: date, end: date) -> Self:
        return self.filter(visited_on__range=(start, end))


class InstructorVisit(models.Model):
    """走访. One visit of an instructor to the body he or she guides; counted by quarter."""

    assignment = models.ForeignKey(
        InstructorAssignment, models.CASCADE, verbose_name="指导员选派", related_name="visits"
    )
    visited_on = models.DateField("走访日期", help_text="到这家社会组织的日期。")
    content = models.CharField("走访情况", max_length=200, blank=True, help_text="了解到什么、解决了什么。")

    objects = InstructorVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        ordering = ["-visited_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "visited_on"],
                name="organizations_visit_once",
                violation_error_message="这一天的走访已经登记过，请修改走访情况，不用再登记。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visited_on}走访"


class MassOrganization(models.Model):
    """群团组织. A union, youth league or women's organization inside a body, from day to day; may count as 工作覆盖."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="mass_organizations"
    )
    kind = models.CharField("群团组织", max_length=10, choices=MassKind.choices, help_text="工会、共青团或妇联组织。")
    start = models.DateField("成立日期", help_text="从这一天起计算。")
    end = models.DateField("撤销日期", null=True, blank=True)

    objects = OfBodyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "群团组织"
        ordering = ["-start"]
        constraints = [
            interval_check("organizations_mass_interval"),
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(end=None),
                name="organizations_mass_once",
                violation_error_message="这家社会组织已登记这种群团组织。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class CoveragePlan(Record):
    """组建计划. When, by whom and how a body without a party organization is to get one (应建未建, 覆盖空白)."""

    organization = models.OneToOneField(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="coverage_plan"
    )
    planned_on = models.DateField("拟建时间", null=True, blank=True, help_text="打算在哪一天以前建成或派出指导员。")
    responsible = models.CharField("责任人", max_length=30, blank=True, help_text="综合党委里由谁跟进。")
    measures = models.CharField(
        "措施", max_length=200, blank=True, help_text="例如并入邻近行业的联合党支部、选派指导员。"
    )
    group_since = models.DateField(
        "党小组成立日期", null=True, blank=True, help_text="暂不能建党支部、已建立党小组的填写。"
    )

    objects = OfOrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组建计划"
        ordering = ["planned_on", "pk"]

    def __str__(self) -> str:
        return f"{self.organization}组建计划"

    def get_absolute_url(self) -> str:
        return reverse("organizations:coverage-plan", args=[self.organization_id])
