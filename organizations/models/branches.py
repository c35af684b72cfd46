from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from core.constraints import NoOverlap
from core.models import Record, RecordQuerySet, User
from core.pinyin import plain, search_key, sort_key
from core.secrets import mask_phone
from core.validators import validate_phone
from organizations.choices import BRANCH_KINDS, BranchKind, BranchStatus, PostKind, Premises, TermStatus, UnitSituation

from .branch_days import PRESENT, BranchDaysQuerySet
from .checks import BranchChecks
from .conditions import formal_on
from .intervals import IntervalQuerySet, interval_check
from .postings import posted_ids


class PartyBranchQuerySet(BranchChecks, BranchDaysQuerySet, RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        from .coverage import BranchCoverage

        branches, bodies = posted_ids(user)
        if not bodies:
            return self.filter(pk__in=branches)
        covering = BranchCoverage.objects.filter(organization__in=bodies, end=None).values("branch_id")
        return self.filter(Q(pk__in=branches) | Q(pk__in=covering))

    def search(self, text: str) -> Self:
        return self.filter(search__holds=plain(text))

    def active(self, on: date) -> Self:
        """Set up by that day and not dissolved."""
        return self.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=on), founded_on__lte=on)

    @staticmethod
    def guests(on: date) -> models.QuerySet:
        """Memberships on that day in the outer row's branch of those whose relationship is elsewhere."""
        rows = apps.get_model("organizations", "Membership").objects.associates()
        return rows.on(on).filter(branch=OuterRef("pk"))

    def with_absorbing(self, on: date) -> Self:
        """Annotate `absorbs`: whether it has members on that day whose relationship is elsewhere (吸收未转入组织关系的党员)."""
        return self.annotate(absorbs=Exists(self.guests(on)))

    def with_guest_count(self, on: date) -> Self:
        """Annotate `guest_count`: how many they are."""
        counted = self.guests(on).order_by().values("branch").values(n=Count("member", distinct=True))
        return self.annotate(guest_count=Coalesce(Subquery(counted), 0))

    def founded_between(self, start: date, end: date) -> Self:
        return self.filter(founded_on__range=(start, end))

    def dissolved_between(self, start: date, end: date) -> Self:
        return self.filter(dissolved_on__range=(start, end))

    def term_ending(self, start: date, end: date) -> Self:
        return self.filter(term_end__range=(start, end))

    def with_member_count(self, on: date) -> Self:
        """Annotate `member_count`: full memberships on that day."""
        from .members import Membership

        counted = (
            Membership.objects.full()
            .on(on)
            .filter(branch=OuterRef("pk"))
            .order_by()
            .values("branch")
            .annotate(n=Count("pk"))
        )
        return self.annotate(member_count=Coalesce(Subquery(counted.values("n")), 0))

    def with_secretary(self, on: date) -> Self:
        """Annotate `secretary`: the name of the secretary on that day."""
        posts = BranchPost.objects.on(on).filter(branch=OuterRef("pk"), post=PostKind.SECRETARY)
        return self.annotate(secretary=Subquery(posts.order_by("-start").values("person_name")[:1]))

    def with_body_count(self, on: date) -> Self:
        """Annotate `body_count`: the bodies covered on that day."""
        from .coverage import BranchCoverage

        bodies = BranchCoverage.objects.on(on).filter(branch=OuterRef("pk")).order_by().values("branch")
        counted = bodies.values(n=Count("organization", distinct=True))
        return self.annotate(body_count=Coalesce(Subquery(counted), 0))

    def with_term(self) -> Self:
        """Annotate the open 换届: `term_ref`, `term_status`, `term_elected_on`, and `deadline`, which an approved
        extension moves."""
        from .terms import ElectionTerm

        term = ElectionTerm.objects.open().with_deadline().filter(branch=OuterRef("pk")).order_by()
        return self.annotate(
            term_ref=Subquery(term.values("pk")[:1]),
            term_status=Subquery(
                term.values("status")[:1], output_field=models.CharField("换届状态", choices=TermStatus.choices)
            ),
            term_elected_on=Subquery(term.values("elected_on")[:1]),
            deadline=Coalesce(Subquery(term.values("deadline")[:1]), F("term_end")),
        )

    def for_ledger(self, on: date, *, past: bool = False) -> Self:
        """Everything that the list shows beside the branch's own columns.

        past: a ledger of another day, whose names and terms have to be found out.
        """
        today = Value(on, output_field=models.DateField())
        rows = self.with_secretary(on).with_member_count(on).with_body_count(on).with_standing(on).annotate(today=today)
        return rows.with_name_then(on).with_term_then(on) if past else rows.with_term().annotate(**PRESENT)

    def with_office_columns(self, on: date, *, past: bool = False) -> Self:
        """Annotate what only the printed ledger shows (DOMAIN §14.2)."""
        from .coverage import BranchCoverage
        from .events import FormerName
        from .floating import FloatingRecord
        from .members import Membership

        members = Membership.objects.full().on(on).filter(branch=OuterRef("pk")).order_by().values("branch")
        young = Q(member__born_on__gt=date(on.year - 35, on.month, min(on.day, 28)))

        def count(condition: Q) -> Coalesce:
            return Coalesce(Subquery(members.values(n=Count("pk", filter=condition))), 0)

        posts = BranchPost.objects.on(on).filter(branch=OuterRef("pk")).order_by("start", "pk")
        secretary = posts.filter(post=PostKind.SECRETARY).order_by("-start")
        own = BranchCoverage.objects.on(on).filter(branch=OuterRef("pk"), method="own").order_by("start")
        floating, body = ~Q(member__floating=""), F("organization__name")
        if past:
            away = FloatingRecord.objects.held_between(on, on).filter(member=OuterRef("member"), direction="out")
            floating = Q(Exists(away))
            former = FormerName.objects.filter(organization=OuterRef("organization_id"), until__gt=on)
            body = Coalesce(Subquery(former.order_by("until", "pk").values("name")[:1]), body)
        holders = {
            f"{post}_post": Subquery(posts.filter(post=post).values("person_name")[:1])
            for post in (PostKind.ORGANIZATION, PostKind.PUBLICITY, PostKind.DISCIPLINE)
        }
        return self.annotate(
            full_member_count=count(formal_on(on)),
            women_count=count(Q(member__sex="female")),
            young_count=count(young),
            floating_count=count(floating),
            own_body=Subquery(own.values(called=body)[:1]),
            post_count=Coalesce(Subquery(posts.order_by().values("branch").values(n=Count("pk"))), 0),
            secretary_id_tail=Subquery(secretary.values("member__id_tail")[:1]),
            secretary_id_cipher=Subquery(secretary.values("member__id_cipher")[:1]),
            **holders,
        )


class PartyBranch(Record):
    """党组织. A party organization of any kind: 党支部, 联合党支部, 功能型党支部, 临时党支部, 党总支, 党委 and 流动党员党支部.

    `term_*` is the present term; the election that ends it is an ElectionTerm, which follows these columns.
    """

    name = models.CharField("党组织全称", max_length=120, help_text="印章上的全称，例如中共某市建筑业协会支部委员会。")
    short_name = models.CharField(
        "简称", max_length=60, blank=True, help_text="列表和总结里的叫法，例如市建筑业协会党支部。"
    )
    kind = models.CharField(
        "类别", max_length=12, choices=BranchKind.choices, default=BranchKind.BRANCH, help_text="按批复文件选择。"
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="上级党组织",
        related_name="children",
        null=True,
        blank=True,
        help_text="直属综合党委的不选。",
    )
    unit_situation = models.CharField(
        "所在单位情况",
        max_length=8,
        choices=UnitSituation.choices,
        blank=True,
        help_text="党组织建在什么单位里，按采集表填。",
    )
    founded_on = models.DateField("成立日期", help_text="批复成立的日期。")
    approval_no = models.CharField("批复文号", max_length=60, blank=True, help_text="例如综党〔2022〕31号。")
    approved_by = models.CharField("批复机关", max_length=60, blank=True, help_text="批准成立的党组织。")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True, help_text="撤销的才填，从这一天起不再计入。")
    dissolution_no = models.CharField("撤销文号", max_length=60, blank=True, help_text="撤销的才填。")
    term_number = models.PositiveSmallIntegerField("届次", null=True, blank=True, help_text="本届是第几届，写数字。")
    term_start = models.DateField("本届选举日期", null=True, blank=True, help_text="召开党员大会选举的日期。")
    term_end = models.DateField(
        "本届届满日期", null=True, blank=True, help_text="党支部、党总支每届三年，党委五年；填了以后自动列入换届。"
    )
    group_count = models.PositiveSmallIntegerField(
        "党小组数", null=True, blank=True, help_text="没有党小组的填0，不清楚的不填。"
    )
    premises = models.CharField(
        "活动场所", max_length=8, choices=Premises.choices, blank=True, help_text="没有固定场所选“无”。"
    )
    is_standard = models.BooleanField("标准化达标", default=False, help_text="已通过标准化规范化验收。")
    status = models.CharField(
        "状态", max_length=12, choices=BranchStatus.choices, default=BranchStatus.NORMAL, editable=False
    )
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="日常联系的人。")
    phone = models.CharField(
        "联系电话", max_length=20, blank=True, validators=[validate_phone], help_text="手机，或带区号的固定电话。"
    )
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    former_names = models.JSONField("曾用名", default=list, blank=True, editable=False)
    search = models.CharField(max_length=600, editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="", db_index=True)

    objects = PartyBranchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["sort_key", "pk"]
        indexes = [models.Index(fields=["committee", "founded_on"], name="organizations_branch_founded")]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "name"],
                condition=Q(dissolved_on=None),
                name="organizations_branch_name",
                violation_error_code="PO-05",
                violation_error_message="已有同名的党组织。请先查找，不要重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(status="dissolved", dissolved_on__isnull=False)
                | (~Q(status="dissolved") & Q(dissolved_on=None)),
                name="organizations_branch_dissolved",
                violation_error_message="撤销的党组织要填撤销日期，其他状态不填。",
            ),
            models.CheckConstraint(
                condition=Q(term_start=None) | Q(term_end=None) | Q(term_end__gt=F("term_start")),
                name="organizations_branch_term",
                violation_error_message="届满日期必须晚于本届选举日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:partybranch-detail", args=[self.pk])

    def before_save(self) -> None:
        self.search = search_key(self.name, self.short_name, *self.former_names, self.contact, self.phone)[:600]
        self.sort_key = sort_key(self.short_name or self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)

    def remember(self, *names: str) -> None:
        """Names that it had until now: search and workbooks go on finding it by them."""
        now = {self.name, self.short_name}
        words = [name for name in (*self.former_names, *names) if name and name not in now]
        self.former_names = list(dict.fromkeys(words))

    @property
    def status_kind(self) -> str:
        return BRANCH_KINDS[self.status]

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""


class OfBranchQuerySet(RecordQuerySet):
    """Rows of a branch: its secretary sees them."""

    def for_postings(self, user: User) -> Self:
        return self.filter(branch_id__in=posted_ids(user)[0])


class OfBranchRowsQuerySet(IntervalQuerySet):
    """Dated rows of a branch: whoever sees the branch sees them."""

    def visible_to(self, user: User) -> Self:
        return self.filter(branch__in=PartyBranch.objects.visible_to(user).values("pk"))


class BranchPostQuerySet(OfBranchRowsQuerySet):
    def secretaries(self) -> Self:
        return self.filter(post=PostKind.SECRETARY)


class BranchPost(models.Model):
    """党组织班子职务. One post held by one person in one branch; the secretary of a day is derived from these rows."""

    branch = models.ForeignKey(PartyBranch, models.CASCADE, verbose_name="党组织", related_name="posts")
    member = models.ForeignKey(
        "organizations.PartyMember", models.PROTECT, verbose_name="党员", related_name="posts", null=True, blank=True
    )
    person_name = models.CharField("姓名", max_length=30)
    post = models.CharField("职务", max_length=12, choices=PostKind.choices)
    body_post = models.CharField("在社会组织职务", max_length=30, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True, validators=[validate_phone])
    is_full_time = models.BooleanField("专职", default=False)
    start = models.DateField("任职日期")
    end = models.DateField("免职日期", null=True, blank=True)

    objects = BranchPostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党组织班子职务"
        ordering = ["-start"]
        indexes = [  # by the few that are filled in: many posts without a member make SQLite read them all each time
            models.Index(fields=["member"], condition=Q(member__isnull=False), name="organizations_post_member")
        ]
        constraints = [
            interval_check("organizations_post_interval"),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(end=None, post="secretary"),
                name="organizations_post_secretary",
                violation_error_message="这个党组织已有现任书记，请先填写原书记的免职日期。",
            ),
            NoOverlap(
                key="branch",
                only={"post": ["secretary"]},
                name="organizations_post_overlap",
                violation_error_message="这段时间该党组织已有书记，任职日期不能重叠。",
            ),
            models.UniqueConstraint(
                fields=["branch", "person_name", "post"],
                condition=Q(end=None),
                name="organizations_post_once",
                violation_error_code="PO-06",
                violation_error_message="同一个人在同一党组织不能重复担任同一职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}（{self.get_post_display()}）"

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""
