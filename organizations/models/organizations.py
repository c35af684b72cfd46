from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.periods import today
from core.pinyin import plain, search_key, sort_key
from core.validators import normalize_code, validate_credit_code, validate_phone
from organizations.choices import (
    ENDED_STATUSES,
    REGISTRATION_KINDS,
    AssociationCategory,
    Grade,
    NoBranchReason,
    OrganizationKind,
    RegistrationMode,
    RegistrationStatus,
)

from .checks import BodyChecks
from .conditions import SurroundingsQuerySet, managed_on, on_register, rows
from .postings import posted_ids


class IncubationBatch(Record):
    """孵化入驻批次. One batch of bodies that moved into the city's incubation centre, e.g. 第六期."""

    number = models.PositiveSmallIntegerField("期数", help_text="写数字，文中写作“第六期”。")
    centre = models.CharField("培育发展中心", max_length=60, default="社会组织培育发展中心")
    entered_on = models.DateField("入驻日期", null=True, blank=True)
    left_on = models.DateField("出壳日期", null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "孵化入驻批次"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "number"],
                name="organizations_batch_number",
                violation_error_message="已有这一期，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        from core.periods import chinese_number

        return f"第{chinese_number(self.number)}期"

    def get_absolute_url(self) -> str:
        return reverse("organizations:incubationbatch-detail", args=[self.pk])


class SocialOrganizationQuerySet(BodyChecks, SurroundingsQuerySet, RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        from .coverage import BranchCoverage

        branches, bodies = posted_ids(user)
        covered = BranchCoverage.objects.filter(organization=OuterRef("pk"), branch__in=branches, end=None)
        return self.filter(Q(pk__in=bodies) | Exists(covered)) if branches else self.filter(pk__in=bodies)

    def each_once(self) -> Self:
        return self.filter(duplicate_of=None)

    def search(self, text: str) -> Self:
        return self.filter(search__holds=plain(text))

    def registered(self, on: date) -> Self:
        """On the register on that day: registered by then and not yet ended."""
        return self.filter(on_register(on))

    def newly_registered(self, start: date, end: date) -> Self:
        return self.filter(registered_on__range=(start, end))

    def directly_managed(self, on: date) -> Self:
        """直属: bodies whose 党建管理归口 on that day is the committee itself."""
        return self.filter(managed_on(on))

    def trade_associations(self) -> Self:
        """行业协会商会: the invitation list of the joint meeting."""
        return self.filter(is_trade_association=True)

    def with_affiliation(self, on: date) -> Self:
        """Annotate `affiliation_kind`: the 归口 in force on that day."""
        return self.annotate(
            affiliation_kind=Subquery(
                rows("Affiliation").on(on).filter(organization=OuterRef("pk")).order_by("-start").values("kind")[:1]
            )
        )


class EachBodyOnce(models.Manager.from_queryset(SocialOrganizationQuerySet)):
    """Rows that were merged into another are left out, on every day and in every count; `everything` has them still."""

    def get_queryset(self) -> SocialOrganizationQuerySet:
        return super().get_queryset().each_once()


class SocialOrganization(Record):
    """社会组织. A non-profit legal person registered at civil affairs: association, service unit or foundation."""

    name = models.CharField("名称", max_length=100, help_text="登记证书上的全称，不要加空格。")
    short_name = models.CharField(
        "简称", max_length=50, blank=True, help_text="写进总结和名单的叫法，例如市建筑业协会。"
    )
    code = models.CharField(
        "统一社会信用代码",
        max_length=18,
        blank=True,
        validators=[validate_credit_code],
        help_text="18位。前两位：51社会团体、52民办非企业单位、53基金会。老单位确实没有的可以不填。",
    )
    kind = models.CharField("类型", max_length=2, choices=OrganizationKind.choices)
    category = models.CharField(
        "社团分类", max_length=12, choices=AssociationCategory.choices, blank=True, help_text="只有社会团体需要选。"
    )
    is_trade_association = models.BooleanField("行业协会商会", default=False, help_text="列入联席会议邀请名单。")
    is_visiting_chamber = models.BooleanField("异地商会", default=False, help_text="例如市江苏商会。")
    registration_mode = models.CharField(
        "登记方式",
        max_length=10,
        choices=RegistrationMode.choices,
        blank=True,
        help_text="直接登记、双重管理，或脱钩后。",
    )
    registration_no = models.CharField(
        "成立登记文号", max_length=60, blank=True, help_text="准予成立登记的决定书文号，例如民社登〔2023〕12号。"
    )
    supervising_unit = models.CharField("业务主管单位", max_length=60, blank=True, help_text="直接登记的写“无”。")
    industry_department = models.CharField(
        "行业管理部门", max_length=60, blank=True, help_text="脱钩后负责行业管理的部门。"
    )
    registration_authority = models.CharField(
        "登记管理机关", max_length=60, blank=True, default="市民政局", help_text="发登记证书的机关。"
    )
    party_leading_body = models.CharField(
        "党建领导机关", max_length=60, blank=True, help_text="章程里写明的党建领导机关，例如市社会组织综合党委。"
    )
    registered_on = models.DateField("登记日期", help_text="登记证书上的成立登记日期。")
    ended_on = models.DateField(
        "注销或撤销日期", null=True, blank=True, help_text="注销、撤销后填写，从这一天起不再计入。"
    )
    status = models.CharField(
        "登记状态",
        max_length=10,
        choices=RegistrationStatus.choices,
        default=RegistrationStatus.NORMAL,
        help_text="与登记管理机关一致。",
    )
    legal_representative = models.CharField(
        "法定代表人", max_length=30, blank=True, help_text="登记证书上的法定代表人。"
    )
    secretary_general = models.CharField("秘书长", max_length=30, blank=True, help_text="没有的可以不填。")
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="日常联系的人。")
    phone = models.CharField(
        "联系电话", max_length=20, blank=True, validators=[validate_phone], help_text="手机，或带区号的固定电话。"
    )
    address = models.CharField("住所", max_length=120, blank=True, help_text="登记证书上的住所。")
    district = models.CharField("区县", max_length=20, blank=True, help_text="住所所在的区县。")
    staff_count = models.PositiveIntegerField(
        "从业人员数", null=True, blank=True, help_text="含专职和兼职。不清楚就留空，不要填0。"
    )
    full_time_count = models.PositiveIntegerField("专职人员数", null=True, blank=True, help_text="不能多于从业人员数。")
    grade = models.CharField(
        "评估等级",
        max_length=2,
        choices=Grade.choices,
        blank=True,
        help_text="社会组织评估等级，没有参评的选“无（未评估）”，不清楚的留空。",
    )
    graded_on = models.DateField("评估日期", null=True, blank=True, help_text="公布评估等级的日期。")
    grade_until = models.DateField("评估有效期至", null=True, blank=True, help_text="评估等级有效期五年。")
    is_charity = models.BooleanField("慈善组织", default=False, help_text="已认定为慈善组织。")
    batch = models.ForeignKey(
        IncubationBatch,
        models.PROTECT,
        verbose_name="孵化入驻批次",
        related_name="organizations",
        null=True,
        blank=True,
        help_text="入驻社会组织培育发展中心的选期数。",
    )
    council_term_start = models.DateField(
        "本届负责人选举日期", null=True, blank=True, help_text="选出本届理事会的会议日期。"
    )
    council_term_end = models.DateField(
        "负责人任期届满日", null=True, blank=True, help_text="章程规定的本届理事会届满日。"
    )
    council_extension_no = models.CharField(
        "延期换届批准文号", max_length=60, blank=True, help_text="经批准延期换届的填写，没有延期的不填。"
    )
    council_extended_until = models.DateField(
        "批准延期至", null=True, blank=True, help_text="批准的最后日期，最长延期一年。负责人任期届满日不用改。"
    )
    review_note = models.CharField(
        "未经前置审查的说明",
        max_length=200,
        blank=True,
        help_text="登记前没有在本系统办过前置审查的，写明原因或办理情况，例如线下审查的文号。写明后不再提示。",
    )
    no_branch_reason = models.CharField(
        "未建立党组织原因", max_length=12, choices=NoBranchReason.choices, blank=True, help_text="没有党组织的才选。"
    )
    no_branch_note = models.CharField("原因说明", max_length=200, blank=True, help_text="选“应建未建”或“其他”时写明。")
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    duplicate_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="已并入",
        related_name="duplicates",
        null=True,
        blank=True,
        editable=False,
        db_index=False,  # organizations_so_merged
    )
    aliases = models.JSONField("并入的名称和代码", default=list, blank=True, editable=False)
    search = models.CharField(max_length=600, editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="", db_index=True)

    objects = EachBodyOnce()
    everything = SocialOrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "社会组织"
        ordering = ["sort_key", "pk"]
        indexes = [
            # of the bodies that count only, or SQLite takes “not merged” for a few rows as soon as some are merged
            models.Index(
                fields=["committee", "duplicate_of", "registered_on", "ended_on", "kind"],
                condition=Q(duplicate_of=None),
                name="organizations_so_each",
            ),
            models.Index(
                fields=["committee", "duplicate_of", "sort_key", "search"],
                condition=Q(duplicate_of=None),
                name="organizations_so_order",
            ),
            models.Index(
                fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="organizations_so_merged"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code="") & Q(duplicate_of=None),
                name="organizations_so_code",
                violation_error_message="已有社会组织使用这个统一社会信用代码。请先查找，不要重复登记。",
            ),
            models.UniqueConstraint(
                fields=["committee", "name"],
                condition=Q(ended_on=None, duplicate_of=None),
                name="organizations_so_name",
                violation_error_message="已有同名的在册社会组织。请先查找，不要重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(full_time_count=None) | Q(staff_count=None) | Q(full_time_count__lte=F("staff_count")),
                name="organizations_so_full_time",
                violation_error_code="ORG-02",
                violation_error_message="专职人员数不能多于从业人员数。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("registered_on")),
                name="organizations_so_ended",
                violation_error_message="注销或撤销日期不能早于登记日期。",
            ),
            models.CheckConstraint(
                condition=Q(council_extended_until=None, council_extension_no="")
                | (Q(council_extended_until__gt=F("council_term_end")) & ~Q(council_extension_no="")),
                name="organizations_so_council",
                violation_error_message="延期换届的批准文号和“批准延期至”要一起填写，日期要晚于负责人任期届满日。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:socialorganization-detail", args=[self.pk])

    def clean(self) -> None:
        self.code = normalize_code(self.code)
        if self.code and self.kind and not self.code.startswith(self.kind):
            raise ValidationError(
                {"code": f"代码前两位是{self.code[:2]}，与类型“{self.get_kind_display()}”（{self.kind}）不一致。"},
                code="ORG-01",
            )
        if (self.status in ENDED_STATUSES) != (self.ended_on is not None):
            raise ValidationError(
                {"ended_on": "登记状态为已注销、已撤销的要填注销或撤销日期，其他状态不填。"}, code="ORG-03"
            )

    def before_save(self, former_names: tuple[str, ...] = ()) -> None:
        """Derived columns: search text and sort key. Bulk writers call this themselves."""
        names = (self.name, self.short_name, *former_names, *self.aliases)
        self.search = search_key(*names, self.code, self.contact, self.phone)[:600]
        self.sort_key = sort_key(self.short_name or self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        former = tuple(self.former_names.values_list("name", flat=True)) if self.pk else ()
        self.before_save(former)
        start = self.registered_on if self._state.adding else None
        super().save(*args, **kwargs)
        self.follow_reason(start)

    def follow_reason(self, on: date | None = None) -> None:
        """Begin or end the mark 应建未建 where the reason says otherwise: on that day, by default the office's today.

        Marks that are over stay, so the figures of past days stay too. A body is marked from its registration where it
        is entered as such.
        """
        last = self.due_marks.order_by("-start").first()
        marked = last is not None and last.end is None
        if (self.no_branch_reason == NoBranchReason.DUE) == marked:
            return
        day = on or today(self.committee)
        if marked:
            last.finish(day)
        elif last is not None and day <= last.end:
            last.end = None  # taken back on the day on which it was ended
            last.save()
        else:
            self.due_marks.create(start=day)

    @property
    def status_kind(self) -> str:
        return REGISTRATION_KINDS[self.status]

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED_STATUSES
