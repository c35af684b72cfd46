from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.urls import reverse

from core.models import User
from organizations.models import PartyBranch, PartyMember, posted_ids
from tasks.choices import TRAINING_KINDS, TrainingAudience, TrainingStatus

from .quarterly import QuarterlyQuerySet, QuarterlyRecord, counted


class TrainingQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(participants__branch__in=posted_ids(user)[0]).distinct()

    def held(self) -> Self:
        return self.filter(status=TrainingStatus.HELD)

    def search(self, text: str) -> Self:
        return self.filter(Q(name__icontains=text) | Q(host__icontains=text) | Q(topics__icontains=text))

    def with_participants(self) -> Self:
        """Annotate `invited_count` and `present_count`."""
        people = TrainingParticipant.objects.filter(training=OuterRef("pk"))
        return self.annotate(
            invited_count=counted(people, "training"), present_count=counted(people.filter(attended=True), "training")
        )


class Training(QuarterlyRecord):
    """党建业务培训. One training course: for whom, when, how many hours, who came."""

    quarter_date_field = "start"

    name = models.CharField("名称", max_length=100, help_text="培训班名称，不加引号。")
    host = models.CharField("主办单位", max_length=60, blank=True, help_text="谁主办。")
    audience = models.CharField("对象", max_length=12, choices=TrainingAudience.choices, help_text="主要参加对象。")
    start = models.DateField("开始日期", help_text="第一天。")
    end = models.DateField("结束日期", help_text="最后一天；一天的与开始日期相同。")
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, null=True, blank=True, help_text="计入党员学习时间的学时。"
    )
    place = models.CharField("地点", max_length=80, blank=True, help_text="线上培训写“线上”。")
    topics = models.CharField("内容", max_length=300, blank=True, help_text="讲了哪些内容。")
    cost = models.DecimalField("经费", max_digits=12, decimal_places=2, null=True, blank=True, help_text="单位：元。")
    status = models.CharField(
        "状态", max_length=10, choices=TrainingStatus.choices, default=TrainingStatus.PLANNED, editable=False
    )

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训"
        ordering = ["-start", "-pk"]
        indexes = [models.Index(fields=["committee", "quarter"], name="tasks_training_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("start")),
                name="tasks_training_dates",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tasks:training-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return TRAINING_KINDS[self.status]


class TrainingParticipant(models.Model):
    """培训人员. One person invited to a course and whether he or she came; unknown until it is ticked."""

    training = models.ForeignKey(Training, models.CASCADE, verbose_name="培训", related_name="participants")
    member = models.ForeignKey(
        PartyMember, models.PROTECT, verbose_name="党员", related_name="trainings", null=True, blank=True
    )
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党支部", related_name="training_parts", null=True, blank=True
    )
    person_name = models.CharField("姓名", max_length=30)
    attended = models.BooleanField("到课", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "培训人员"
        ordering = ["training", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "branch", "person_name"],
                name="tasks_participant_once",
                violation_error_message="这个人已在培训名单里。",
            )
        ]

    def __str__(self) -> str:
        return self.person_name
