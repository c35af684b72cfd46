from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from core.constraints import NoOverlap
from core.models import ScopedQuerySet, User
from core.pinyin import plain, sort_key
from core.validators import validate_phone
from organizations.choices import CoverageMethod

from .branches import OfBranchRowsQuerySet, PartyBranch
from .intervals import IntervalQuerySet, interval_check
from .organizations import SocialOrganization


class OfBodyQuerySet(ScopedQuerySet, IntervalQuerySet):
    """Dated rows of a body: whoever sees the body sees them."""

    keeper = "organization__committee"

    def for_postings(self, user: User) -> Self:
        return self.filter(organization__in=SocialOrganization.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> Self:
        return self.filter(Q(organization__search__holds=plain(text)) | Q(**{f"{self.person}__contains": text.strip()}))

    person = "organization__name"


PERSON = ("organization__committee", "instructor_name", "sent_by")  # one name sent by two offices is two people


class InstructorQuerySet(OfBodyQuerySet):
    person = "instructor_name"

    def with_visits(self, start: date, end: date) -> Self:
        """Annotate the visits from `start` to `end` (a quarter) and all visits."""
        visits = apps.get_model("organizations", "InstructorVisit").objects.filter(assignment=OuterRef("pk"))

        def number(rows: models.QuerySet) -> Coalesce:
            counted = rows.order_by().values("assignment").annotate(n=Count("pk")).values("n")
            return Coalesce(Subquery(counted), 0)

        return self.annotate(quarter_visits=number(visits.between(start, end)), all_visits=number(visits))

    def with_guided(self, on: date, among: models.QuerySet | None = None) -> Self:
        """Annotate `guided`: how many bodies, or how many `among` these, the same person of the same office guides on
        that day."""
        same = InstructorAssignment.objects.on(on).filter(**{name: OuterRef(name) for name in PERSON})
        if among is not None:
            same = same.filter(organization__in=among.order_by().values("pk"))
        counted = same.order_by().values("instructor_name").annotate(n=Count("organization", distinct=True)).values("n")
        return self.annotate(guided=Coalesce(Subquery(counted), 0))

    def one_each(self, on: date) -> Self:
        """One row for each person of a committee: of the assignments that run on that day the one entered first."""
        same = InstructorAssignment.objects.on(on).filter(**{name: OuterRef(name) for name in PERSON})
        return self.on(on).filter(~Exists(same.filter(pk__lt=OuterRef("pk"))))

    def people(self, on: date) -> Self:
        """Name, office and sender of each person who guides on that day; as many as `one_each`, but counted faster."""
        return self.on(on).order_by().values(*PERSON).distinct()

    def with_person(self) -> Self:
        """Annotate `who`, the same for all assignments of one person."""
        parts = [part for name in PERSON for part in (Cast(name, models.CharField()), Value("|"))]
        return self.annotate(who=Concat(*parts, output_field=models.CharField()))


class LiaisonQuerySet(OfBodyQuerySet):
    person = "name"


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

    objects = OfBranchRowsQuerySet.as_manager()

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
    version = models.PositiveIntegerField("版本", default=1, editable=False)  # against lost updates (M32)
    sort_key = models.CharField(max_length=120, editable=False, default="")

    objects = InstructorQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["instructor_name", "sent_by"], name="organizations_instructor_name"),
            models.Index(fields=["sort_key", "start"], name="organizations_instructor_order"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_name}—{self.organization}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:instructorassignment-detail", args=[self.pk])

    def before_save(self) -> None:
        """Names are sorted by pinyin. Bulk writers call this themselves."""
        self.sort_key = sort_key(self.instructor_name)[:120]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)


class Liaison(models.Model):
    """党建联络员. The contact person for party matters inside a body, from day to day."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="liaisons"
    )
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("电话", max_length=20, blank=True, validators=[validate_phone])
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True)

    sort_key = models.CharField(max_length=120, editable=False, default="")

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党建联络员"
        ordering = ["-start"]
        constraints = [interval_check("organizations_liaison_interval")]

    def __str__(self) -> str:
        return self.name

    def before_save(self) -> None:
        """Names are sorted by pinyin. Bulk writers call this themselves."""
        self.sort_key = sort_key(self.name)[:120]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)
