from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.validators import validate_phone
from organizations.choices import (
    CHARTER_KINDS,
    LETTER_KINDS,
    CharterStatus,
    ClauseKind,
    LetterStatus,
    PlannedForm,
    VoteBody,
)

from .organizations import SocialOrganization


class OfOrganizationQuerySet(RecordQuerySet):
    """Rows of a body: whoever sees the body sees them."""

    def for_postings(self, user: User) -> Self:
        return self.filter(organization__in=SocialOrganization.objects.visible_to(user).values("pk"))


class CharterRecordQuerySet(OfOrganizationQuerySet):
    def with_party_clause(self, on: date) -> Self:
        """Approved by that day, containing the party-building clause, and no later approved version dropped it (CH-01)."""
        dropped = CharterRecord.objects.approved(on).filter(
            organization=OuterRef("organization"), version_no__gt=OuterRef("version_no"), has_party_clause=False
        )
        return self.approved(on).filter(~Exists(dropped), has_party_clause=True)

    def approved(self, on: date) -> Self:
        return self.filter(status=CharterStatus.APPROVED, approved_on__lte=on)

    def approved_between(self, start: date, end: date) -> Self:
        return self.filter(status=CharterStatus.APPROVED, approved_on__range=(start, end))

    def without_party_clause(self) -> Self:
        return self.filter(Q(status=CharterStatus.ABSENT) | Q(has_party_clause=False))


class CharterRecord(Record):
    """章程入章记录. One version of a body's charter: how it was voted, when approved, and whether party building is in it."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="charters"
    )
    version_no = models.PositiveSmallIntegerField("章程版次", default=1, help_text="第一版写1，每次修订加1。")
    vote_body = models.CharField(
        "表决会议",
        max_length=16,
        choices=VoteBody.choices,
        blank=True,
        help_text="社会团体由会员（代表）大会表决，其他由理事会表决。",
    )
    voted_on = models.DateField("表决日期", null=True, blank=True, help_text="还没有表决的留空。")
    approved_on = models.DateField("核准日期", null=True, blank=True, help_text="登记管理机关核准章程的日期。")
    approved_by = models.CharField(
        "核准机关", max_length=60, blank=True, default="市民政局", help_text="一般是登记管理机关。"
    )
    has_party_clause = models.BooleanField("含党的建设条款", default=False, help_text="章程里写明党的建设内容。")
    has_values_clause = models.BooleanField(
        "含社会主义核心价值观条款", default=False, help_text="章程里写明社会主义核心价值观。"
    )
    has_integrity_clause = models.BooleanField(
        "含清廉建设条款", default=False, help_text="本地要求写入清廉建设的才勾选，没有要求的不填。"
    )
    clause_kind = models.CharField(
        "党建条款类型", max_length=12, choices=ClauseKind.choices, blank=True, help_text="与实际组建方式一致。"
    )
    status = models.CharField(
        "状态", max_length=12, choices=CharterStatus.choices, default=CharterStatus.ABSENT, editable=False
    )
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")

    objects = CharterRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "章程入章记录"
        ordering = ["-approved_on", "-pk"]
        indexes = [
            models.Index(fields=["committee", "approved_on"], name="organizations_charter_day"),
            models.Index(fields=["committee", "status"], name="organizations_charter_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version_no"],
                name="organizations_charter_version",
                violation_error_message="这个社会组织已有这一版章程的记录，请直接修改它。",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", approved_on__isnull=False) | ~Q(status="approved"),
                name="organizations_charter_approved",
                violation_error_message="已核准的章程要填核准日期。",
            ),
            models.CheckConstraint(
                condition=Q(voted_on=None) | Q(approved_on=None) | Q(approved_on__gte=F("voted_on")),
                name="organizations_charter_order",
                violation_error_message="核准日期不能早于表决日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}章程第{self.version_no}版"

    def get_absolute_url(self) -> str:
        return reverse("organizations:charterrecord-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return CHARTER_KINDS[self.status]


class CommitmentLetterQuerySet(OfOrganizationQuerySet):
    def signed(self) -> Self:
        return self.filter(status__in=[LetterStatus.SIGNED, LetterStatus.HANDED_OVER])

    def signed_between(self, start: date, end: date) -> Self:
        return self.signed().filter(signed_on__range=(start, end))


class CommitmentLetter(Record):
    """党建工作承诺书. Signed by the founders and handed in with the registration documents."""

    organization = models.OneToOneField(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="commitment_letter"
    )
    title = models.CharField(
        "文书名称", max_length=60, default="社会组织党建工作承诺书", help_text="各地叫法不同，按实际名称写。"
    )
    signed_on = models.DateField("签订日期", null=True, blank=True, help_text="不能晚于登记日期。")
    signer = models.CharField("签署人", max_length=30, blank=True, help_text="一般是拟任法定代表人。")
    is_sealed = models.BooleanField("已盖章", default=False, help_text="成立前没有印章的可以不盖。")
    handed_over_on = models.DateField("移交日期", null=True, blank=True, help_text="登记机关移交党建工作机构的日期。")
    status = models.CharField(
        "状态", max_length=12, choices=LetterStatus.choices, default=LetterStatus.PENDING, editable=False
    )

    objects = CommitmentLetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党建工作承诺书"
        ordering = ["-signed_on", "-pk"]
        indexes = [models.Index(fields=["committee", "signed_on"], name="organizations_letter_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="pending") | Q(signed_on__isnull=False),
                name="organizations_letter_signed",
                violation_error_message="已签的承诺书要填签订日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}承诺书"

    def get_absolute_url(self) -> str:
        return reverse("organizations:commitmentletter-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return LETTER_KINDS[self.status]


class ConfirmedSurveys(models.Manager.from_queryset(OfOrganizationQuerySet)):
    """What counts: surveys that the office entered or has confirmed."""

    def get_queryset(self) -> OfOrganizationQuerySet:
        return super().get_queryset().filter(is_confirmed=True)


class MemberSurvey(Record):
    """社会组织党员情况调查表. What a body tells about its members before it collects its certificate."""

    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="surveys"
    )
    filled_on = models.DateField("填报日期")
    staff_count = models.PositiveIntegerField("从业人员数", null=True, blank=True)
    member_count = models.PositiveIntegerField("党员数", null=True, blank=True)
    full_member_count = models.PositiveIntegerField("正式党员数", null=True, blank=True)
    can_transfer = models.BooleanField("组织关系可转入", default=False)
    planned_form = models.CharField("拟建党组织形式", max_length=12, choices=PlannedForm.choices, blank=True)
    liaison = models.CharField("联络员", max_length=30, blank=True)
    liaison_phone = models.CharField("联络员电话", max_length=20, blank=True, validators=[validate_phone])

    is_confirmed = models.BooleanField("工作人员已确认", default=True, editable=False)

    everything = OfOrganizationQuerySet.as_manager()  # the default: pages show what waits, too
    objects = ConfirmedSurveys()

    class Meta:
        verbose_name = verbose_name_plural = "党员情况调查表"
        ordering = ["-filled_on"]
        indexes = [models.Index(fields=["committee", "filled_on"], name="organizations_survey_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(member_count=None)
                | Q(full_member_count=None)
                | Q(full_member_count__lte=F("member_count")),
                name="organizations_survey_members",
                violation_error_message="正式党员数不能多于党员数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}党员情况调查表（{self.filled_on}）"

    def get_absolute_url(self) -> str:
        return reverse("organizations:membersurvey-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return "ok" if self.is_confirmed else "warn"

    def get_status_display(self) -> str:
        return "已确认" if self.is_confirmed else "待工作人员确认"
