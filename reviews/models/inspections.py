from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.models import User
from core.periods import quarter_of
from organizations.models import SocialOrganization
from reviews.choices import (
    CAMPAIGN_KINDS,
    FINDING_KINDS,
    INSPECTION_KINDS,
    CampaignStatus,
    Chapter,
    Conclusion,
    FindingStatus,
    InspectionStatus,
    Severity,
)
from tasks.models.quarterly import QuarterlyQuerySet, QuarterlyRecord

SUBMITTED_STATUSES = (
    InspectionStatus.SUBMITTED,
    InspectionStatus.CHECKING,
    InspectionStatus.RETURNED,
    InspectionStatus.CHECKED,
    InspectionStatus.CONCLUDED,
)


class InspectionCampaignQuerySet(QuarterlyQuerySet):
    def started(self) -> Self:
        return self.exclude(status=CampaignStatus.PREPARING)


class InspectionCampaign(QuarterlyRecord):
    """年度检查. The inspection of one checked year; it keeps both that year and the quarter in which it is done."""

    quarter_date_field = "started_on"

    checked_year = models.PositiveSmallIntegerField("检查年度", help_text="检查哪一年的情况，例如2022。")
    title = models.CharField("名称", max_length=80, help_text="例如2022年度社会组织检查。")
    started_on = models.DateField("启动日期", help_text="发通知的日期。")
    submit_due = models.DateField("填报截止日期", null=True, blank=True, help_text="社会组织交材料的最后一天。")
    scope = models.CharField("检查范围", max_length=200, blank=True, help_text="哪些社会组织参加。")
    joint_units = models.CharField("联合单位", max_length=120, blank=True, help_text="与哪些部门一起检查。")
    status = models.CharField(
        "状态", max_length=10, choices=CampaignStatus.choices, default=CampaignStatus.PREPARING, editable=False
    )

    objects = InspectionCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度检查"
        ordering = ["-checked_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "checked_year", "title"],
                name="reviews_campaign_once",
                violation_error_message="这个年度已有同名的检查，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reviews:inspectioncampaign-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return CAMPAIGN_KINDS[self.status]


class InspectionRecordQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(organization__in=SocialOrganization.objects.visible_to(user).values("pk"))

    def submitted(self) -> Self:
        return self.filter(status__in=SUBMITTED_STATUSES)

    def concluded(self, *conclusions: Conclusion) -> Self:
        return self.filter(conclusion__in=conclusions)

    def without_clause(self) -> Self:
        """The charter did not contain the party clause when it was checked (AN-02)."""
        return self.filter(has_party_clause=False)


class InspectionRecord(QuarterlyRecord):
    """年检记录. One body in one campaign: what it declared, the preliminary party review, the official conclusion."""

    campaign = models.ForeignKey(InspectionCampaign, models.PROTECT, verbose_name="年度检查", related_name="records")
    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="inspections"
    )
    submitted_on = models.DateField("提交日期", null=True, blank=True, help_text="交来材料的日期。")
    has_party_clause = models.BooleanField("已入章", null=True, blank=True, help_text="查看章程后选，没有查看的留空。")
    has_branch = models.BooleanField("已建党组织", null=True, blank=True, help_text="单位申报的情况。")
    no_branch_reason = models.CharField("未建原因", max_length=100, blank=True, help_text="应建未建的要写明原因。")
    staff_count = models.PositiveIntegerField("从业人员数", null=True, blank=True, help_text="单位申报数。")
    member_count = models.PositiveIntegerField(
        "从业人员中党员数", null=True, blank=True, help_text="不能多于从业人员数。"
    )
    self_score = models.DecimalField(
        "自评分", max_digits=5, decimal_places=1, null=True, blank=True, help_text="单位自评。"
    )
    party_score = models.DecimalField(
        "党建初审分", max_digits=5, decimal_places=1, null=True, blank=True, help_text="综合党委评。"
    )
    opinion = models.CharField("党建初审意见", max_length=300, blank=True, help_text="一两句话。")
    conclusion = models.CharField(
        "年检结论", max_length=10, choices=Conclusion.choices, blank=True, help_text="以登记管理机关公告为准。"
    )
    concluded_on = models.DateField("结论日期", null=True, blank=True, help_text="公告日期。")
    notice_no = models.CharField("公告文号", max_length=60, blank=True, help_text="没有的不填。")
    status = models.CharField(
        "状态", max_length=10, choices=InspectionStatus.choices, default=InspectionStatus.PENDING, editable=False
    )

    objects = InspectionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年检记录"
        ordering = ["campaign", "organization"]
        indexes = [models.Index(fields=["committee", "quarter"], name="reviews_record_quarter")]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organization"],
                name="reviews_record_once",
                violation_error_message="这次检查里已有该社会组织的记录，请直接修改它。",
            ),
            models.CheckConstraint(
                condition=Q(member_count=None) | Q(staff_count=None) | Q(member_count__lte=F("staff_count")),
                name="reviews_record_members",
                violation_error_message="从业人员中党员数不能多于从业人员数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}（{self.campaign}）"

    def get_absolute_url(self) -> str:
        return reverse("reviews:inspectionrecord-detail", args=[self.pk])

    def before_save(self) -> None:
        if self.quarter is None:
            self.quarter = self.campaign.quarter

    @property
    def status_kind(self) -> str:
        return INSPECTION_KINDS[self.status]


class FindingQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(record__organization__in=SocialOrganization.objects.visible_to(user).values("pk"))

    def with_advice(self) -> Self:
        return self.exclude(advice="")

    def about_charter(self) -> Self:
        """未将党的建设写入章程 (CH-01, AN-02)."""
        return self.filter(is_charter_clause=True)

    def closed(self) -> Self:
        return self.filter(status=FindingStatus.CLOSED)

    def overdue(self, on: date) -> Self:
        return self.exclude(status=FindingStatus.CLOSED).filter(due__lt=on)


class Finding(QuarterlyRecord):
    """检查发现的问题及整改. One finding of an inspection, the advice given, and how it was put right."""

    record = models.ForeignKey(InspectionRecord, models.PROTECT, verbose_name="年检记录", related_name="findings")
    chapter = models.CharField(
        "方面", max_length=10, choices=Chapter.choices, default=Chapter.PARTY, help_text="属于年检的哪一部分。"
    )
    description = models.CharField("问题", max_length=300, help_text="一句话写明问题。")
    is_charter_clause = models.BooleanField(
        "未将党的建设写入章程", default=False, help_text="属于这一类的勾选，总结会单独统计。"
    )
    severity = models.CharField(
        "等级", max_length=8, choices=Severity.choices, default=Severity.MINOR, help_text="影响结论的选严重。"
    )
    advice = models.CharField("整改建议", max_length=300, blank=True, help_text="提出的整改建议。")
    advised_on = models.DateField("建议日期", null=True, blank=True, help_text="发出整改建议的日期。")
    due = models.DateField("整改期限", null=True, blank=True, help_text="最后一天。")
    owner = models.CharField("责任人", max_length=30, blank=True, help_text="单位的责任人。")
    measure = models.CharField("整改措施", max_length=300, blank=True, help_text="单位采取的措施。")
    finished_on = models.DateField("整改完成日期", null=True, blank=True, help_text="单位报告完成的日期。")
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="报告完成人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    recheck = models.CharField("复查结论", max_length=200, blank=True, help_text="谁在什么时候看了什么。")
    status = models.CharField(
        "状态", max_length=10, choices=FindingStatus.choices, default=FindingStatus.OPEN, editable=False
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查问题及整改"
        ordering = ["-quarter", "pk"]
        indexes = [models.Index(fields=["committee", "-quarter", "due"], name="reviews_finding_order")]

    def __str__(self) -> str:
        return f"{self.record.organization}：{self.description}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:finding-detail", args=[self.pk])

    def before_save(self) -> None:
        if self.quarter is None:
            self.quarter = quarter_of(self.advised_on) if self.advised_on else self.record.quarter

    @property
    def status_kind(self) -> str:
        return FINDING_KINDS[self.status]
