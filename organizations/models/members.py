import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from core.constraints import NoOverlap
from core.models import Record, RecordQuerySet, User
from core.models.aggregates import JSONRows
from core.periods import add_months
from core.pinyin import plain, search_key, sort_key
from core.secrets import decrypt, encrypt, keyed_hash, mask_id_number, mask_phone, tail_of
from core.validators import normalize_code, validate_id_number, validate_phone
from organizations.choices import (
    MEMBER_KINDS,
    POST_WORDS,
    DocumentKind,
    Education,
    FloatingState,
    JoinReason,
    LeaveReason,
    MemberCategory,
    MembershipKind,
    MemberStatus,
    PostKind,
    Sex,
)

from .branches import BranchPost, PartyBranch
from .checks import MemberChecks
from .intervals import IntervalQuerySet, interval_check
from .member_days import MemberDays
from .postings import posted_ids

SPLIT = re.compile(r"[、，,;；/]+")


def party_age(full_on: date | None, on: date) -> int | None:
    """党龄: whole years since 转正 (MB-05); unknown without that date, and 0 before it."""
    if full_on is None:
        return None
    return max(on.year - full_on.year - ((on.month, on.day) < (full_on.month, full_on.day)), 0)


def split_posts(text: str) -> tuple[list[PostKind], str]:
    """党内职务 as it is written → the posts of a branch's own committee, and the words that mean another one."""
    words = [word.strip() for word in SPLIT.split(text) if word.strip() and word.strip() != "无"]
    kinds = {POST_WORDS[word] for word in words if word in POST_WORDS}
    return [kind for kind in PostKind if kind in kinds], "、".join(w for w in words if w not in POST_WORDS)


def party_posts(kinds: Iterable[str], other: str = "") -> str:
    """党内职务 of one day: the posts held in party organizations here, by rank, then the one typed for another place."""
    held = set(kinds)
    return "、".join([*(kind.label for kind in PostKind if kind in held), *([other] if other else [])])


def facts_of_number(number: str) -> tuple[date, str] | None:
    """Birth date and sex that stand in a resident's ID number."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        return born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    except (ValueError, IndexError):
        return None


# what the secretary of the own branch may put right; numbers, category and days are the office's
MENDABLE = ("phone", "address", "workplace", "position", "education", "fee_paid_until")


class PartyMemberQuerySet(MemberDays, MemberChecks, RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        """Members of the secretary's own branches; a liaison sees none."""
        branches = posted_ids(user)[0]
        return self.filter(pk__in=Membership.objects.filter(branch__in=branches, end=None).values("member_id"))

    def search(self, text: str) -> Self:
        return self.filter(search__holds=plain(text))

    def with_branch(self, on: date) -> Self:
        """Annotate the branch of that day (`branch_ref`, `branch_name`) and whether the relationship is there."""
        rows = Membership.objects.on(on).filter(member=OuterRef("pk")).order_by("-kind", "-start")
        name = Coalesce(NullIf("branch__short_name", Value("")), "branch__name")
        return self.annotate(
            branch_ref=Subquery(rows.values("branch_id")[:1]),
            branch_name=Subquery(rows.values(n=name)[:1]),
            membership_kind=Subquery(rows.values("kind")[:1]),
        )

    def with_duties(self, on: date) -> Self:
        """Annotate `duties`: the posts held on that day, as a list of their kinds (ANCHORS 3.2: duties are posts)."""
        posts = BranchPost.objects.on(on).filter(member=OuterRef("pk")).order_by().values("member")
        return self.annotate(duties=Subquery(posts.values(n=JSONRows("post")), output_field=JSONRows.output_field))

    def enrolled(self, on: date) -> Self:
        """In some branch on that day, with a full membership: what counts as a member."""
        return self.filter(Exists(Membership.objects.full().on(on).filter(member=OuterRef("pk"))))

    def with_id_number(self, number: str) -> Self:
        """Exact match on the keyed hash; parts of an ID number are not searchable (M23)."""
        return self.filter(id_hash=keyed_hash(normalize_code(number)))


class PartyMember(Record):
    """党员. One person of the roster; the branch he or she counts in is a dated Membership. Never deleted."""

    name = models.CharField("姓名", max_length=30, help_text="与身份证一致，不加空格。")
    sex = models.CharField("性别", max_length=6, choices=Sex.choices, help_text="与身份证一致。")
    ethnicity = models.CharField("民族", max_length=10, default="汉族", help_text="例如汉族、回族。")
    id_kind = models.CharField(
        "证件类型",
        max_length=12,
        choices=DocumentKind.choices,
        default=DocumentKind.RESIDENT_ID,
        help_text="一般为居民身份证。",
    )
    id_cipher = models.CharField("证件号码", max_length=300, blank=True, editable=False)
    id_hash = models.CharField(max_length=64, blank=True, editable=False)
    id_tail = models.CharField(max_length=7, blank=True, editable=False)
    born_on = models.DateField("出生日期", null=True, blank=True, help_text="以档案为准；填了身份证号可以不填。")
    education = models.CharField(
        "学历", max_length=12, choices=Education.choices, blank=True, help_text="已取得的最高学历。"
    )
    category = models.CharField(
        "人员类别",
        max_length=12,
        choices=MemberCategory.choices,
        default=MemberCategory.FULL,
        help_text="预备期未满的选预备党员。",
    )
    status = models.CharField(
        "党籍状态", max_length=10, choices=MemberStatus.choices, default=MemberStatus.NORMAL, editable=False
    )
    joined_on = models.DateField("入党日期", null=True, blank=True, help_text="支部大会通过接收为预备党员的日期。")
    full_on = models.DateField("转正日期", null=True, blank=True, help_text="支部大会通过转正的日期；预备党员不填。")
    workplace = models.CharField("工作单位及职务", max_length=80, blank=True, help_text="在哪家社会组织担任什么职务。")
    position = models.CharField("工作岗位", max_length=30, blank=True, help_text="例如管理岗位、专业技术岗位、离退休。")
    party_post = models.CharField(
        "党内职务",
        max_length=30,
        blank=True,
        help_text="只写本级党组织以外的职务，例如市行业党委委员。本级的书记、委员在党组织页面登记，这里自动显示。",
    )
    is_full_time_staff = models.BooleanField("社会组织专职人员", default=False, help_text="在社会组织专职工作。")
    is_leader = models.BooleanField(
        "领导班子成员", default=False, help_text="社会组织的会长（理事长）、副会长、秘书长等负责人。"
    )
    is_retired = models.BooleanField("离退休", default=False, help_text="已办理离休、退休。")
    phone = models.CharField(
        "手机号码", max_length=20, blank=True, validators=[validate_phone], help_text="本人常用手机。"
    )
    address = models.CharField("家庭住址", max_length=120, blank=True, help_text="现居住地址。")
    # the four columns of the roster that follow from FloatingRecord and LostRecord (workflows/floating.py keeps them in step)
    floating = models.CharField(
        "流动状态",
        max_length=4,
        choices=FloatingState.choices,
        blank=True,
        help_text="外出六个月以上、组织关系没有转走的选流出。",
    )
    floating_place = models.CharField("流向", max_length=40, blank=True, help_text="流动党员写到省市。")
    is_lost = models.BooleanField("失联", default=False, help_text="与党组织失去联系。")
    lost_on = models.DateField("失联日期", null=True, blank=True, help_text="失联的才填。")
    fee_paid_until = models.DateField("党费缴纳至", null=True, blank=True, help_text="写到所缴月份的最后一天。")
    probation_until = models.DateField("预备期延长至", null=True, blank=True, editable=False)
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    search = models.CharField(max_length=300, editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = PartyMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        ordering = ["sort_key", "pk"]
        indexes = [
            models.Index(fields=["committee", "sort_key", "search"], name="organizations_member_order"),
            models.Index(fields=["sort_key", "committee", "search"], name="organizations_member_found"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "id_hash"],
                condition=~Q(id_hash=""),
                name="organizations_member_id",
                violation_error_message="名册里已有这个证件号码的党员。请先查找，不要重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(joined_on=None) | Q(full_on=None) | Q(full_on__gte=F("joined_on")),
                name="organizations_member_dates",
                violation_error_code="MB-03",
                violation_error_message="转正日期不能早于入党日期。",
            ),
            models.CheckConstraint(
                condition=Q(category="full") | Q(full_on=None),
                name="organizations_member_category",
                violation_error_code="MB-04",
                violation_error_message="预备党员没有转正日期；已转正的人员类别应为正式党员。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:partymember-detail", args=[self.pk])

    def set_id_number(self, number: str) -> None:
        """Check and store an ID number encrypted; raises ValidationError (MB-01)."""
        number = normalize_code(number)
        if number and self.id_kind == DocumentKind.RESIDENT_ID:
            validate_id_number(number)
        self.id_cipher, self.id_hash = encrypt(number), keyed_hash(number)
        self.id_tail = tail_of(number)

    def id_number(self) -> str:
        """The full number; whoever shows it writes an audit entry first."""
        return decrypt(self.id_cipher)

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_tail)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""

    def clean(self) -> None:
        if self.born_on and self.joined_on:
            birthday = (self.born_on.year + 18, self.born_on.month, self.born_on.day)
            if (self.joined_on.year, self.joined_on.month, self.joined_on.day) < birthday:
                raise ValidationError({"joined_on": "入党时应年满18周岁，请核对出生日期和入党日期。"}, code="MB-02")

    def before_save(self) -> None:
        self.search = search_key(self.name, self.phone)[:300]
        self.sort_key = sort_key(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)

    @property
    def status_kind(self) -> str:
        return MEMBER_KINDS[self.status]

    @property
    def probation_end(self) -> date | None:
        """预备期满: a year after joining, or the day up to which it was extended (MB-03)."""
        if self.category != MemberCategory.PROBATIONARY:
            return None
        return self.probation_until or (add_months(self.joined_on, 12) if self.joined_on else None)


class MembershipQuerySet(IntervalQuerySet):
    keeper = "branch__committee"

    def in_committees(self, ids: Sequence[int]) -> Self:
        return self.filter(branch__committee_id__in=ids)

    def full(self) -> Self:
        """Organization relationship in this branch: what counts as a member."""
        return self.filter(kind=MembershipKind.FULL)

    def associates(self) -> Self:
        """Working in this branch while the relationship is elsewhere (未转入组织关系的党员)."""
        return self.filter(kind=MembershipKind.ASSOCIATE)

    def visible_to(self, user: User) -> Self:
        return self.filter(member__in=PartyMember.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> Self:
        """By the member's name; not by the phone, which of one who has moved on another office keeps."""
        return self.filter(member__name__contains=text.strip())

    def of_branches(self, user: User, committees: Sequence[int] = ()) -> Self:
        """Memberships, ended ones too, of the branches whose members the user sees: what a balance counts.

        An office above others may ask for some of its committees.
        """
        if user.is_office:
            return self.in_committees(committees or user.scope_ids)
        return self.filter(branch__in=posted_ids(user)[0])


class Membership(models.Model):
    """组织关系. One member belongs to one branch from day to day; at most one full membership at a time (MB-06)."""

    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="memberships")
    branch = models.ForeignKey(PartyBranch, models.PROTECT, verbose_name="党支部", related_name="memberships")
    kind = models.CharField("组织关系", max_length=10, choices=MembershipKind.choices, default=MembershipKind.FULL)
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True)
    join_reason = models.CharField("进入原因", max_length=12, choices=JoinReason.choices, default=JoinReason.INITIAL)
    leave_reason = models.CharField("离开原因", max_length=12, choices=LeaveReason.choices, blank=True)
    document_no = models.CharField("进入文号", max_length=60, blank=True)
    leave_document_no = models.CharField("离开文号", max_length=60, blank=True)
    origin = models.CharField(
        "从何处转入", max_length=100, blank=True, help_text="外单位党组织的全称；本级支部之间不写。"
    )
    destination = models.CharField("转往何处", max_length=100, blank=True, help_text="外单位党组织的全称。")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系"
        ordering = ["-start"]
        indexes = [models.Index(fields=["branch", "start", "end"], name="organizations_membership_days")]
        constraints = [
            interval_check("organizations_membership_interval"),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(end=None, kind="full"),
                name="organizations_membership_open",
                violation_error_code="MB-06",
                violation_error_message="一名党员的组织关系同时只能在一个党支部，请先办理转出。",
            ),
            NoOverlap(
                key="member",
                only={"kind": ["full"]},
                name="organizations_membership_overlap",
                violation_error_code="MB-06",
                violation_error_message="这段时间党员的组织关系已在一个党支部，起止日期不能重叠。",
            ),
            models.CheckConstraint(
                condition=Q(end=None, leave_reason="") | (Q(end__isnull=False) & ~Q(leave_reason="")),
                name="organizations_membership_reason",
                violation_error_message="离开的要写离开原因，没有离开的不写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}（{self.branch}）"
