from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from core.models import User
from core.pinyin import plain
from organizations.models import IncubationBatch, PartyBranch, SocialOrganization, posted_ids
from tasks.choices import ActivityKind, PartyRole

from .quarterly import QuarterlyQuerySet, QuarterlyRecord


class ActivityQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        branches, bodies = posted_ids(user)
        mine = ActivityParty.objects.filter(
            Q(branch__in=branches) | Q(organization__in=bodies), activity=OuterRef("pk")
        )
        return self.filter(Exists(mine))

    def search(self, text: str) -> Self:
        """By theme, highlight or the name of a branch or body that organized or took part."""
        words = plain(text)
        named = ActivityParty.objects.filter(
            Q(branch__search__holds=words) | Q(organization__search__holds=words), activity=OuterRef("pk")
        )
        return self.filter(Q(theme__icontains=text) | Q(highlight__icontains=text) | Q(Exists(named)))

    def highlighted(self) -> Self:
        """Ticked 可用于总结."""
        return self.filter(usable_for_summary=True)

    def of_kind(self, *kinds: ActivityKind) -> Self:
        return self.filter(kind__in=kinds)

    def by_committee(self) -> Self:
        return self.filter(is_by_committee=True)


class Activity(QuarterlyRecord):
    """活动纪实. One thing that was done: who organized it, who took part, when, and the line that a summary may use."""

    quarter_date_field = "held_on"

    kind = models.CharField("类型", max_length=18, choices=ActivityKind.choices, help_text="选最贴近的一种。")
    theme = models.CharField("主题", max_length=120, help_text="活动的名称或主题，不加引号。")
    held_on = models.DateField("日期", help_text="开展活动的日期；多天的填第一天。")
    place = models.CharField("地点", max_length=80, blank=True, help_text="在哪里开展。")
    host = models.CharField("主持人", max_length=30, blank=True, help_text="没有的不填。")
    speaker = models.CharField("主讲人", max_length=30, blank=True, help_text="党课、宣讲会填。")
    is_by_committee = models.BooleanField("综合党委组织", default=False, help_text="由综合党委直接组织的勾选。")
    batch = models.ForeignKey(
        IncubationBatch,
        models.PROTECT,
        verbose_name="入驻批次",
        related_name="activities",
        null=True,
        blank=True,
        help_text="面向某一期入驻社会组织的活动才选。",
    )
    expected = models.PositiveIntegerField("应到人数", null=True, blank=True, help_text="应参加的党员数，单位：人。")
    attended = models.PositiveIntegerField(
        "实到人数", null=True, blank=True, help_text="实际参加的党员数，不能多于应到。"
    )
    guests = models.PositiveIntegerField("其他参加人数", null=True, blank=True, help_text="党员以外的参加人数。")
    hours = models.DecimalField(
        "学时", max_digits=4, decimal_places=1, null=True, blank=True, help_text="计入党员学习时间的学时。"
    )
    highlight = models.CharField(
        "亮点", max_length=200, blank=True, help_text="一句话写清做法或成效，总结里“例如”会用到。"
    )
    usable_for_summary = models.BooleanField("可用于总结", default=False, help_text="勾选后进入季度总结的举例候选。")
    remark = models.CharField("备注", max_length=200, blank=True, help_text="缺席原因等其他要说明的事。")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动纪实"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["committee", "quarter", "kind"], name="tasks_activity_quarter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attended=None) | Q(expected=None) | Q(attended__lte=F("expected")),
                name="tasks_activity_attended",
                violation_error_message="实到人数不能多于应到人数；党员以外的参加者填在“其他参加人数”。",
            ),
            models.CheckConstraint(
                condition=Q(usable_for_summary=False) | ~Q(highlight=""),
                name="tasks_activity_highlight",
                violation_error_message="勾选“可用于总结”的活动要写一句亮点。",
            ),
        ]

    def __str__(self) -> str:
        return self.theme

    def get_absolute_url(self) -> str:
        return reverse("tasks:activity-detail", args=[self.pk])


class ActivityPartyQuerySet(models.QuerySet):
    def organizers(self) -> Self:
        return self.filter(role=PartyRole.ORGANIZER)

    def participants(self) -> Self:
        return self.filter(role=PartyRole.PARTICIPANT)


class ActivityParty(models.Model):
    """活动单位. A branch or a body that organized an activity or took part in it, in the order in which it is named."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="parties")
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党组织", related_name="activity_parts", null=True, blank=True
    )
    organization = models.ForeignKey(
        SocialOrganization,
        models.PROTECT,
        verbose_name="社会组织",
        related_name="activity_parts",
        null=True,
        blank=True,
    )
    role = models.CharField("方式", max_length=12, choices=PartyRole.choices, default=PartyRole.ORGANIZER)
    order = models.PositiveSmallIntegerField("顺序", default=1)

    objects = ActivityPartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动单位"
        ordering = ["activity", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(branch__isnull=False, organization=None) | Q(branch=None, organization__isnull=False),
                name="tasks_party_target",
                violation_error_message="每行选一个党组织或一个社会组织。",
            ),
            models.UniqueConstraint(
                fields=["activity", "branch"],
                condition=Q(branch__isnull=False),
                name="tasks_party_branch",
                violation_error_message="这个党组织已在活动单位里。",
            ),
            models.UniqueConstraint(
                fields=["activity", "organization"],
                condition=Q(organization__isnull=False),
                name="tasks_party_body",
                violation_error_message="这个社会组织已在活动单位里。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.branch or self.organization)
