from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.pinyin import plain, search_key
from organizations.choices import (
    APPLICATION_ENDED,
    APPLICATION_KINDS,
    APPLICATION_OPEN,
    APPLICATION_PATHS,
    ApplicationKind,
    ApplicationStatus,
    BranchKind,
)

from .branches import PartyBranch
from .organizations import SocialOrganization
from .postings import posted_ids


class BranchApplicationQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        """The secretary sees those of the own branch, a liaison those that would cover the own body; both their own drafts."""
        branches, bodies = posted_ids(user)
        covering = BranchApplication.covers.through.objects.filter(socialorganization__in=bodies)
        return self.filter(
            Q(branch_id__in=branches) | Q(created_by=user) | Q(pk__in=covering.values("branchapplication_id"))
        )

    def search(self, text: str) -> Self:
        return self.filter(search__holds=plain(text))

    def running(self) -> Self:
        return self.filter(status__in=[status for status in ApplicationStatus if status not in APPLICATION_ENDED])

    def ended(self) -> Self:
        return self.filter(status__in=APPLICATION_ENDED)

    def done(self) -> Self:
        return self.filter(status=ApplicationStatus.DONE)


class BranchApplication(Record):
    """组织设置申请. The request (请示) to set up, change or cancel a party organization, up to the approval and what it changes."""

    kind = models.CharField(
        "申请事项", max_length=8, choices=ApplicationKind.choices, default=ApplicationKind.SET_UP,
        help_text="成立、变更（名称、类别、隶属、覆盖单位）或者撤销。",
    )  # fmt: skip
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党组织", related_name="applications", null=True, blank=True,
        help_text="变更、撤销的写现有党组织；成立的不填，启用时自动建立。",
    )  # fmt: skip
    applicant = models.CharField("申请单位", max_length=100, help_text="谁报来的请示，例如社会组织全称。")
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="要补充材料时联系谁。")
    request_no = models.CharField("请示文号", max_length=60, blank=True, help_text="没有文号的可以不填。")
    requested_on = models.DateField("请示日期", help_text="请示上的日期。")
    grounds = models.TextField("基本情况和理由", max_length=1000, help_text="单位情况、党员情况，为什么申请。")
    name = models.CharField(
        "党组织全称", max_length=120, blank=True, help_text="成立的写拟用全称；变更的只在改名时填，不变不填。"
    )
    short_name = models.CharField("简称", max_length=50, blank=True, help_text="列表和总结里用的叫法。")
    branch_kind = models.CharField(
        "类别", max_length=12, choices=BranchKind.choices, blank=True, help_text="成立的必选；变更的只在改类别时选。"
    )
    parent = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="上级党组织", related_name="applications_below", null=True, blank=True,
        help_text="直属综合党委的不填；变更的只在改隶属时填。",
    )  # fmt: skip
    covers = models.ManyToManyField(
        SocialOrganization, verbose_name="覆盖单位", related_name="branch_applications", blank=True,
        help_text="成立的写全部覆盖单位，联合党支部两家以上；变更的写新增加的单位。",
    )  # fmt: skip
    member_list = models.TextField(
        "党员名单", max_length=2000, blank=True, help_text="一人一行：姓名、类别、组织关系所在党组织。"
    )
    full_member_count = models.PositiveIntegerField("正式党员数", null=True, blank=True, help_text="没有填0。")
    proposed_posts = models.TextField(
        "拟任人选", max_length=500, blank=True, help_text="一人一行：职务、姓名、简历要点。"
    )
    studied_on = models.DateField("研究日期", null=True, blank=True, help_text="综合党委会议研究的日期。")
    study_note = models.CharField(
        "研究意见", max_length=300, blank=True, help_text="会议名称和意见，例如第几次会议同意。"
    )
    approval_no = models.CharField("批复文号", max_length=60, blank=True, help_text="例如综党〔2023〕8号。")
    approved_by = models.CharField("批复机关", max_length=60, blank=True, help_text="批准的党组织。")
    approved_on = models.DateField("批复日期", null=True, blank=True, help_text="批复上的日期，成立日期以它为准。")
    elected_on = models.DateField(
        "选举日期", null=True, blank=True, help_text="召开党员大会选举的日期；上级指定的写指定日期。"
    )
    voters_due = models.PositiveIntegerField(
        "应到有选举权人数", null=True, blank=True, help_text="上级指定班子的不填。"
    )
    voters_present = models.PositiveIntegerField(
        "实到有选举权人数", null=True, blank=True, help_text="要达到应到的五分之四。"
    )
    filing_no = models.CharField(
        "报批备案文号", max_length=60, blank=True, help_text="书记、副书记报批准，委员报备案。"
    )
    filed_on = models.DateField("报批备案日期", null=True, blank=True, help_text="选举结果获批准、备案的日期。")
    effective_on = models.DateField("生效日期", null=True, blank=True, help_text="变更、撤销从哪一天起算。")
    finished_on = models.DateField("办结日期", null=True, editable=False)
    former_name = models.CharField("变更前全称", max_length=120, blank=True, editable=False)
    former_kind = models.CharField("变更前类别", max_length=12, choices=BranchKind.choices, blank=True, editable=False)
    decision = models.CharField("处理意见", max_length=500, blank=True, editable=False)
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    status = models.CharField(
        "环节", max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.APPLIED, editable=False
    )
    search = models.CharField(max_length=600, editable=False, default="")

    objects = BranchApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织设置申请"
        ordering = ["-requested_on", "-pk"]
        indexes = [models.Index(fields=["committee", "status"], name="organizations_application_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="set_up") | Q(branch__isnull=False),
                name="organizations_application_to",
                violation_error_message="变更和撤销要写现有的党组织。",
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(kind="set_up"),
                name="organizations_application_made",
                violation_error_message="这个党组织已由另一件成立申请建立。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="set_up") | Q(branch=None) | Q(status="done"),
                name="organizations_application_done",
                violation_error_message="成立申请办结时才建立党组织。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "elected", "filed", "done"])
                | (~Q(approval_no="") & Q(approved_on__isnull=False)),
                name="organizations_application_no",
                violation_error_message="批复以后要有批复文号和批复日期。",
            ),
            models.CheckConstraint(
                condition=Q(voters_due=None) | Q(voters_present=None) | Q(voters_present__lte=F("voters_due")),
                name="organizations_application_voters",
                violation_error_message="实到有选举权人数不能多于应到。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:branchapplication-detail", args=[self.pk])

    def before_save(self) -> None:
        words = (self.name, self.short_name, self.applicant, self.contact, self.approval_no, self.request_no)
        branch = (self.branch.name, self.branch.short_name) if self.branch_id else ()
        self.search = search_key(*words, *branch)[:600]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)

    @property
    def subject(self) -> str:
        """Which party organization it is about, in words."""
        if self.kind != ApplicationKind.SET_UP and self.branch_id:
            return str(self.branch)
        return self.short_name or self.name

    @property
    def status_kind(self) -> str:
        return APPLICATION_KINDS[ApplicationStatus(self.status)]

    @property
    def path(self) -> tuple[ApplicationStatus, ...]:
        return APPLICATION_PATHS[ApplicationKind(self.kind)]

    @property
    def is_editable(self) -> bool:
        return self.status in APPLICATION_OPEN

    @property
    def is_ended(self) -> bool:
        return self.status in APPLICATION_ENDED
