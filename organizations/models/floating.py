from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.periods import add_months
from core.pinyin import plain
from organizations.choices import (
    FLOATING_KINDS,
    FLOATING_OPEN,
    ContactWay,
    FloatingDirection,
    FloatingStatus,
    LostCircumstance,
)

from .branches import PartyBranch
from .members import PartyMember
from .postings import posted_ids

SETTLED_MONTHS = 6  # MB-08, FL-03
ABROAD_MONTHS = 6  # MB-12


class OfBranchQuerySet(RecordQuerySet):
    """Rows about a member that a branch keeps: the office and the branch's secretary see them."""

    def for_postings(self, user: User) -> Self:
        return self.filter(branch__in=posted_ids(user)[0])

    def search(self, text: str) -> Self:
        return self.filter(member__search__holds=plain(text))


class FloatingRecordQuerySet(OfBranchQuerySet):
    def open(self) -> Self:
        return self.filter(status__in=FLOATING_OPEN)

    def closed(self) -> Self:
        return self.exclude(status__in=FLOATING_OPEN)

    def held_between(self, start: date, end: date) -> Self:
        """Away on at least one day of start…end; without a day of leaving since always."""
        return self.filter(
            Q(left_on=None) | Q(left_on__lte=end), Q(ended_on=None) | Q(ended_on__gt=start)
        )  # fmt: skip

    def with_last_contact(self) -> Self:
        """Annotate `last_contact`: the last day on which the member was reached."""
        reached = FloatingContact.objects.filter(record=OuterRef("pk"), reached=True).order_by().values("record")
        return self.annotate(last_contact=Subquery(reached.values(last=Max("on"))))

    def reached_between(self, start: date, end: date) -> Self:
        return self.filter(Exists(reached_contacts(start, end)))

    def unreached_between(self, start: date, end: date) -> Self:
        """Open records without one successful contact in the quarter (FL-01); abroad in the half year up to its end (MB-12)."""
        half_year = min(start, add_months(end + timedelta(days=1), -ABROAD_MONTHS))
        near, far = ~Exists(reached_contacts(start, end)), ~Exists(reached_contacts(half_year, end))
        return self.open().filter((Q(is_abroad=False) & near) | (Q(is_abroad=True) & far))

    def to_transfer(self, on: date) -> Self:
        """Away for six months at a fixed place in the country: the relationship should be moved (MB-08, FL-03)."""
        away = self.open().filter(direction=FloatingDirection.OUT, left_on__lte=add_months(on, -SETTLED_MONTHS))
        return away.filter(is_settled=True, is_abroad=False)

    def abroad(self) -> Self:
        return self.open().filter(is_abroad=True)


def reached_contacts(start: date, end: date) -> models.QuerySet:
    return FloatingContact.objects.filter(record=OuterRef("pk"), reached=True, on__range=(start, end))


class FloatingRecord(Record):
    """流动党员. One absence: a member of ours who lives elsewhere (流出), or somebody else's member here (流入, not counted)."""

    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="floating_records")
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党支部", related_name="floating_records", null=True, blank=True
    )
    direction = models.CharField(
        "方向", max_length=4, choices=FloatingDirection.choices, default=FloatingDirection.OUT,
        help_text="本支部党员外出的选流出；组织关系在外地、在这里活动的选流入。",
    )  # fmt: skip
    other_party = models.CharField(
        "对方党组织", max_length=100, blank=True, help_text="流出的写流入地党组织，流入的写流出地党组织。"
    )
    left_on = models.DateField("外出日期", null=True, blank=True, help_text="离开（到达）的日期。")
    place = models.CharField("流向", max_length=40, blank=True, help_text="写到省市区。")
    is_settled = models.BooleanField("地点固定", default=False, help_text="在一个地方工作或居住的勾选。")
    is_abroad = models.BooleanField(
        "出国（境）", default=False, help_text="到国外、境外学习、工作、生活的勾选，每半年至少联系一次。"
    )
    cause = models.CharField("外出事由", max_length=60, blank=True, help_text="例如务工经商、投靠子女。")
    contact_person = models.CharField("支部联系人", max_length=30, blank=True, help_text="支部里由谁负责联系。")
    ended_on = models.DateField("返回（转关系）日期", null=True, blank=True, editable=False)
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")
    from_roster = models.BooleanField("按名册登记", default=False, editable=False)  # because an imported roster says so
    status = models.CharField(
        "状态", max_length=12, choices=FloatingStatus.choices, default=FloatingStatus.REGISTERED, editable=False
    )

    objects = FloatingRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "流动党员"
        ordering = ["-left_on", "-pk"]
        indexes = [
            models.Index(fields=["committee", "status"], name="organizations_floating_state"),
            models.Index(
                fields=["committee", "left_on", "ended_on", "direction", "status"], name="organizations_floating_held"
            ),
            models.Index(fields=["left_on"], name="organizations_floating_left"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status__in=["registered", "in_contact", "lost"]),
                name="organizations_floating_open",
                violation_error_message="这名党员已登记为流动党员，请在原来的登记上修改。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["registered", "in_contact", "lost"], ended_on=None)
                | (~Q(status__in=["registered", "in_contact", "lost"]) & Q(ended_on__isnull=False)),
                name="organizations_floating_ended",
                violation_error_message="返回、转关系和终止的要有日期，还在外的不填。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(left_on=None) | Q(ended_on__gte=F("left_on")),
                name="organizations_floating_order",
                violation_error_message="返回（转关系）日期不能早于外出日期。",
            ),
            models.CheckConstraint(
                condition=Q(is_abroad=False) | Q(direction="out"),
                name="organizations_floating_abroad",
                violation_error_code="MB-12",
                violation_error_message="出国（境）只用于流出党员，流入的不填。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}（{self.get_direction_display()}{f'，{self.place}' if self.place else ''}）"

    def get_absolute_url(self) -> str:
        return reverse("organizations:floatingrecord-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return FLOATING_KINDS[FloatingStatus(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status in FLOATING_OPEN

    def should_transfer(self, on: date) -> bool:
        """Away for six months at a fixed place (FL-03)."""
        away = self.left_on is not None and self.left_on <= add_months(on, -SETTLED_MONTHS)
        return (
            self.is_open and self.direction == FloatingDirection.OUT and self.is_settled and not self.is_abroad and away
        )


class FloatingContact(models.Model):
    """联系记录. One try to reach a floating member, at least one each quarter (FL-01)."""

    record = models.ForeignKey(FloatingRecord, models.CASCADE, verbose_name="流动党员", related_name="contacts")
    on = models.DateField("联系日期")
    way = models.CharField("方式", max_length=8, choices=ContactWay.choices, default=ContactWay.PHONE)
    reached = models.BooleanField("取得联系", default=True, help_text="没有联系上的取消勾选，也要记。")
    note = models.CharField("情况", max_length=200, blank=True, help_text="思想、工作、生活和缴纳党费的情况。")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["on", "record"], condition=Q(reached=True), name="organizations_contact_day")]

    def __str__(self) -> str:
        return f"{self.on}{self.get_way_display()}"


class LostRecordQuerySet(OfBranchQuerySet):
    def open(self) -> Self:
        return self.filter(found_on=None, ended_on=None)

    def found(self) -> Self:
        return self.filter(found_on__isnull=False)

    def ended(self) -> Self:
        """Never reached again, and no longer a member."""
        return self.filter(ended_on__isnull=False)

    def long_lost(self, on: date) -> Self:
        """Out of contact for six months or more (MB-09)."""
        return self.open().filter(lost_on__lte=add_months(on, -SETTLED_MONTHS))


class LostRecord(Record):
    """失联党员. A member with whom the party organization lost contact, in which circumstances, and when found again.

    Whoever dies or is removed from the party before being found is no longer looked for: the record ends without a finding.
    """

    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="lost_records")
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党支部", related_name="lost_records", null=True, blank=True
    )
    circumstance = models.CharField(
        "失联情形", max_length=2, choices=LostCircumstance.choices, blank=True, help_text="按失去联系的原因选一项。"
    )
    lost_on = models.DateField("失联日期", null=True, blank=True, help_text="失去联系之日，例如最后一次联系上的日期。")
    note = models.CharField("查找情况", max_length=200, blank=True, help_text="用什么办法找过，问过谁。")
    found_on = models.DateField("取得联系日期", null=True, blank=True, editable=False)
    found_note = models.CharField("取得联系情况", max_length=200, blank=True, editable=False)
    ended_on = models.DateField("办结日期", null=True, blank=True, editable=False)
    ended_note = models.CharField("办结原因", max_length=200, blank=True, editable=False)
    from_roster = models.BooleanField("按名册登记", default=False, editable=False)

    objects = LostRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "失联党员"
        ordering = ["-lost_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(found_on=None, ended_on=None),
                name="organizations_lost_open",
                violation_error_message="这名党员已登记失联，还没有取得联系。",
            ),
            models.CheckConstraint(
                condition=Q(found_on=None) | Q(lost_on=None) | Q(found_on__gte=F("lost_on")),
                name="organizations_lost_order",
                violation_error_message="取得联系的日期不能早于失联日期。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | (Q(found_on=None) & (Q(lost_on=None) | Q(ended_on__gte=F("lost_on")))),
                name="organizations_lost_ended",
                violation_error_message="已取得联系的不再办结；办结日期不能早于失联日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}（{f'{self.lost_on}起' if self.lost_on else ''}失联）"

    def get_absolute_url(self) -> str:
        return reverse("organizations:lostrecord-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.found_on is None and self.ended_on is None
