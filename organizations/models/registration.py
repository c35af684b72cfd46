from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from core.models import Record
from core.pinyin import plain, search_key
from core.validators import normalize_code, validate_credit_code, validate_phone
from organizations.choices import (
    BEFORE_APPROVAL,
    REVIEW_ENDED,
    REVIEW_KINDS,
    REVIEW_PATHS,
    REVIEWED_CHANGES,
    AffiliationKind,
    ClauseKind,
    OrganizationKind,
    PlannedForm,
    ReviewStage,
    ReviewType,
    VoteBody,
    stage_label,
)

from .charters import OfOrganizationQuerySet
from .organizations import SocialOrganization


class RegistrationReviewQuerySet(OfOrganizationQuerySet):
    def search(self, text: str) -> Self:
        return self.filter(search__holds=plain(text))

    def running(self) -> Self:
        return self.filter(status__in=[stage for stage in ReviewStage if stage not in REVIEW_ENDED])

    def undecided(self) -> Self:
        return self.filter(status__in=BEFORE_APPROVAL)

    def in_correction(self) -> Self:
        return self.filter(pk__in=Correction.objects.filter(answered_on=None).order_by().values("review"))

    def late(self, on: date) -> Self:
        """The decision is overdue: before approval, past the day, and not waiting for the applicant."""
        return self.filter(status__in=BEFORE_APPROVAL, due_on__lt=on).exclude(
            Exists(Correction.objects.filter(review=OuterRef("pk"), answered_on=None))
        )

    def on_board(self, stage: str) -> Self:
        """Those of one column: what is due first, of what is over the latest."""
        order = ("-finished_on", "-pk") if stage in REVIEW_ENDED else (F("due_on").asc(nulls_last=True), "-pk")
        return self.filter(status=stage).order_by(*order)

    def with_correction(self) -> Self:
        """Annotate `correction_due`: the last day of the correction that is being waited for."""
        running = Correction.objects.filter(review=OuterRef("pk"), answered_on=None)
        return self.annotate(correction_due=Subquery(running.values("due_on")[:1]))


class RegistrationReview(Record):
    """前置审查. One application before registration: charter clause, commitment letter, members, up to the first guidance."""

    review_type = models.CharField(
        "审查类型", max_length=10, choices=ReviewType.choices, default=ReviewType.FOUNDING,
        help_text="新成立的选成立登记；已登记的社会组织改章程、办变更，选后两种。",
    )  # fmt: skip
    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="registration_reviews",
        null=True, blank=True, help_text="成立登记不填，批准以后自动建立。",
    )  # fmt: skip
    name = models.CharField("拟登记名称", max_length=100, help_text="名称核准通知书上的全称。")
    short_name = models.CharField("简称", max_length=50, blank=True, help_text="写进总结的叫法，例如市建筑业协会。")
    kind = models.CharField("类型", max_length=2, choices=OrganizationKind.choices)
    is_trade_association = models.BooleanField("行业协会商会", default=False, help_text="列入联席会议邀请名单。")
    supervising_unit = models.CharField("业务主管单位", max_length=60, blank=True, help_text="直接登记的写“无”。")
    affiliation = models.CharField(
        "党建管理归口", max_length=12, choices=AffiliationKind.choices, default=AffiliationKind.DIRECT,
        help_text="批准以后由谁管党建。",
    )  # fmt: skip
    founder = models.CharField("发起人（举办者）", max_length=60, blank=True, help_text="几个人或单位用顿号隔开。")
    legal_representative = models.CharField("拟任法定代表人", max_length=30, blank=True, help_text="承诺书由他签署。")
    contact = models.CharField("联系人", max_length=30, help_text="补正时通知谁。")
    phone = models.CharField(
        "联系电话", max_length=20, validators=[validate_phone], help_text="手机，或带区号的固定电话。"
    )
    accepted_on = models.DateField("受理日期", help_text="材料收齐、开始计时的日期。")
    review_days = models.PositiveSmallIntegerField(
        "审查时限（工作日）", default=20, help_text="从受理次日起算，补正期间不计。"
    )
    due_on = models.DateField("应办结日期", null=True, editable=False)
    is_provisional = models.BooleanField("节假日未录全", default=False, editable=False)

    clause_article = models.CharField("党建条款所在条目", max_length=30, blank=True, help_text="例如第四条。")
    clause_text = models.TextField("党建条款原文", max_length=1000, blank=True, help_text="从章程里照抄。")
    clause_kind = models.CharField(
        "党建条款类型", max_length=12, choices=ClauseKind.choices, blank=True, help_text="章程写的是哪一种组织形式。"
    )
    values_article = models.CharField(
        "核心价值观所在条目", max_length=30, blank=True, help_text="写明社会主义核心价值观的那一条。"
    )
    vote_body = models.CharField(
        "表决会议", max_length=16, choices=VoteBody.choices, blank=True,
        help_text="社会团体由会员（代表）大会表决，其他由理事会表决。",
    )  # fmt: skip
    voted_on = models.DateField(
        "表决日期", null=True, blank=True, help_text="已登记的单位暂时开不了会，可以先行写入，留空。"
    )

    changed_item = models.CharField(
        "变更事项", max_length=24, choices=REVIEWED_CHANGES, blank=True,
        help_text="名称、法定代表人、住所、业务主管单位、登记管理机关批准以后同时写进台账。",
    )  # fmt: skip
    changed_to = models.CharField("变更后的内容", max_length=120, blank=True, help_text="变更名称的写新的全称。")
    changed_short_name = models.CharField(
        "变更后的简称", max_length=50, blank=True, help_text="变更名称的才填；现在有简称的必填，不变的照写一遍。"
    )

    letter_signer = models.CharField("承诺书签署人", max_length=30, blank=True, help_text="一般是拟任法定代表人。")
    letter_signed_on = models.DateField("承诺书签订日期", null=True, blank=True, help_text="不能晚于登记日期。")
    letter_sealed = models.BooleanField("承诺书已盖章", default=False, help_text="成立前没有印章的可以不盖。")

    approved_on = models.DateField("批准日期", null=True, blank=True, help_text="准予登记（核准）决定书上的日期。")
    approval_no = models.CharField("决定书文号", max_length=60, blank=True, help_text="例如民社登〔2023〕12号。")
    code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, validators=[validate_credit_code], help_text="领证时填也可以。"
    )

    survey_filled_on = models.DateField("调查表填报日期", null=True, blank=True, help_text="领取登记证书以前填报。")
    staff_count = models.PositiveIntegerField("从业人员数", null=True, blank=True, help_text="没有就填0。")
    member_count = models.PositiveIntegerField("党员数", null=True, blank=True, help_text="没有党员填0，不要留空。")
    full_member_count = models.PositiveIntegerField(
        "正式党员数", null=True, blank=True, help_text="三名以上应当组建党组织。"
    )
    can_transfer = models.BooleanField("组织关系可转入", default=False, help_text="三名以上能转入的可以单独建支部。")
    planned_form = models.CharField(
        "拟建党组织形式", max_length=12, choices=PlannedForm.choices, blank=True, help_text="与负责人商定的形式。"
    )
    liaison = models.CharField("党建联络员", max_length=30, blank=True, help_text="以后联系党建工作的人。")
    liaison_phone = models.CharField(
        "联络员电话", max_length=20, blank=True, validators=[validate_phone], help_text="手机，或带区号的固定电话。"
    )

    certified_on = models.DateField("领证日期", null=True, blank=True, help_text="领取登记证书的日期。")
    handed_over_on = models.DateField(
        "移交日期", null=True, blank=True, help_text="承诺书、调查表移交党建工作机构的日期。"
    )
    receiver = models.CharField("接收人", max_length=30, blank=True, help_text="党建工作机构里接收材料的人。")
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    status = models.CharField(
        "环节", max_length=12, choices=ReviewStage.choices, default=ReviewStage.CHARTER, editable=False
    )
    decision = models.CharField("审查意见", max_length=500, blank=True, editable=False)
    finished_on = models.DateField("办结日期", null=True, editable=False)
    search = models.CharField(max_length=600, editable=False, default="")

    objects = RegistrationReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "前置审查"
        ordering = ["-accepted_on", "-pk"]
        indexes = [
            models.Index(fields=["committee", "accepted_on"], name="organizations_review_day"),
            models.Index(fields=["committee", "status", "due_on"], name="organizations_review_stage"),
            models.Index(fields=["status", "finished_on"], name="organizations_review_over"),
            models.Index(fields=["committee", "approved_on"], name="organizations_review_approved"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(review_type="founding"),
                name="organizations_review_body",
                violation_error_message="这个社会组织已由另一件成立登记审查建立。",
            ),
            models.CheckConstraint(
                condition=Q(review_type="founding") | Q(organization__isnull=False),
                name="organizations_review_target",
                violation_error_message="章程核准和变更登记要选已登记的社会组织。",
            ),
            models.CheckConstraint(
                condition=Q(member_count=None) | Q(full_member_count=None) | Q(full_member_count__lte=F("member_count")),
                name="organizations_review_members",
                violation_error_message="正式党员数不能多于党员数。",
            ),
            models.CheckConstraint(
                condition=Q(letter_signed_on=None) | Q(approved_on=None) | Q(letter_signed_on__lte=F("approved_on")),
                name="organizations_review_letter",
                violation_error_code="PR-02",
                violation_error_message="承诺书签订日期不能晚于批准登记日期。",
            ),
            models.CheckConstraint(
                condition=Q(voted_on=None) | Q(approved_on=None) | Q(voted_on__lte=F("approved_on")),
                name="organizations_review_vote",
                violation_error_message="章程表决日期不能晚于批准日期。",
            ),
            models.CheckConstraint(
                condition=Q(certified_on=None) | Q(approved_on=None) | Q(certified_on__gte=F("approved_on")),
                name="organizations_review_certificate",
                violation_error_message="领证日期不能早于批准日期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:registration-detail", args=[self.pk])

    def clean(self) -> None:
        self.code = normalize_code(self.code)

    def before_save(self) -> None:
        """The search text. Bulk writers call this themselves."""
        self.search = search_key(self.name, self.short_name, self.founder, self.contact, self.phone)[:600]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)

    @property
    def status_words(self) -> dict[str, str]:
        """The stages as they are called on the way of this review."""
        return {stage: stage_label(stage, self.review_type) for stage in ReviewStage.values}

    def get_status_display(self) -> str:
        return stage_label(self.status, self.review_type)

    @property
    def status_kind(self) -> str:
        return REVIEW_KINDS[ReviewStage(self.status)]

    @property
    def path(self) -> tuple[ReviewStage, ...]:
        return REVIEW_PATHS[ReviewType(self.review_type)]

    @property
    def is_ended(self) -> bool:
        return self.status in REVIEW_ENDED

    @property
    def is_undecided(self) -> bool:
        return self.status in BEFORE_APPROVAL

    @property
    def next_stage(self) -> ReviewStage | None:
        """The stage after this one on the way of this type; None where the way ends."""
        if self.is_ended:
            return None
        return self.path[self.path.index(ReviewStage(self.status)) + 1]

    @property
    def previous_stage(self) -> ReviewStage | None:
        """The stage before, as long as nothing was entered in the ledgers."""
        place = self.path.index(ReviewStage(self.status)) if self.is_undecided else 0
        return self.path[place - 1] if place else None


class Correction(models.Model):
    """补正. What the applicant was asked to mend, by when in working days, and when it came back; the review's clock stands still."""

    review = models.ForeignKey(RegistrationReview, models.CASCADE, verbose_name="前置审查", related_name="corrections")
    stage = models.CharField("环节", max_length=12, choices=ReviewStage.choices)
    reason = models.CharField("补正内容", max_length=500)
    asked_on = models.DateField("通知日期")
    days = models.PositiveSmallIntegerField("期限（工作日）")
    due_on = models.DateField("补正期限")
    is_provisional = models.BooleanField("节假日未录全", default=False)
    answered_on = models.DateField("补正日期", null=True, blank=True)
    answer = models.CharField("补正情况", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补正"
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review"],
                condition=Q(answered_on=None),
                name="organizations_correction_open",
                violation_error_message="已经通知补正，正在等申请人补正，不用再通知。",
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")),
                name="organizations_correction_order",
                violation_error_message="补正日期不能早于通知日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_on}通知补正"
