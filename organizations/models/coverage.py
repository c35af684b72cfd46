from typing import Self

from django.db import models
from django.db.models import Q

from core.constraints import NoOverlap
from core.validators import validate_phone
from organizations.choices import CoverageMethod

from .branches import PartyBranch
from .intervals import IntervalQuerySet, interval_check
from .organizations import SocialOrganization


class BranchCoverageQuerySet(IntervalQuerySet):
    def by_method(self, *methods: CoverageMethod) -> Self:
        return self.filter(method__in=methods)


class BranchCoverage(models.Model):
    """组织覆盖. One branch covers one body from day to day; a joint branch has several such rows (COV-01, COV-02)."""

    branch = models.ForeignKey(PartyBranch, models.PROTECT, verbose_name="党组织", related_name="coverages")
    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="coverages"
    )
    method = models.CharField("覆盖方式", max_length=12, choices=CoverageMethod.choices)
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True)
    document_no = models.CharField("依据文号", max_length=60, blank=True)

    objects = BranchCoverageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织覆盖"
        ordering = ["branch", "-start"]
        indexes = [models.Index(fields=["organization", "start", "end"], name="organizations_cover_days")]
        constraints = [
            interval_check("organizations_cover_interval"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(end=None, method__in=["own", "joint"]),
                name="organizations_cover_open",
                violation_error_code="COV-01",
                violation_error_message="一个社会组织同时只能由一个党组织单独或联合覆盖，请先结束原来的覆盖关系。",
            ),
            NoOverlap(
                key="organization",
                only={"method": ["own", "joint"]},
                name="organizations_cover_overlap",
                violation_error_code="COV-01",
                violation_error_message="这段时间该社会组织已由一个党组织单独或联合覆盖，起止日期不能重叠。",
            ),
            models.UniqueConstraint(
                fields=["branch", "organization"],
                condition=Q(end=None),
                name="organizations_cover_once",
                violation_error_message="这个党组织已经覆盖该社会组织。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}—{self.organization}"


class InstructorAssignment(models.Model):
    """党建工作指导员选派. A party member sent from above to guide one body, from day to day."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="instructor_assignments"
    )
    instructor_name = models.CharField("指导员姓名", max_length=30)
    sent_by = models.CharField("派出单位", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True, validators=[validate_phone])
    start = models.DateField("选派日期")
    end = models.DateField("终止日期", null=True, blank=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指导员选派"
        ordering = ["-start"]
        constraints = [
            interval_check("organizations_instructor_interval"),
            models.UniqueConstraint(
                fields=["organization", "instructor_name"],
                condition=Q(end=None),
                name="organizations_instructor_once",
                violation_error_message="这名指导员已经选派到该社会组织。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_name}—{self.organization}"


class Liaison(models.Model):
    """党建联络员. The contact person for party matters inside a body, from day to day."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="liaisons"
    )
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("电话", max_length=20, blank=True, validators=[validate_phone])
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党建联络员"
        ordering = ["-start"]
        constraints = [interval_check("organizations_liaison_interval")]

    def __str__(self) -> str:
        return self.name
