from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import DateField, F, Q, Value
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.pinyin import plain
from organizations.choices import TRANSFER_KINDS, TRANSFER_OPEN, TransferDirection, TransferStatus

from .branches import PartyBranch
from .members import PartyMember
from .postings import posted_ids

VALID_DAYS = 90  # an introduction letter is as a rule valid for three months


class MemberTransferQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        """The branch that gives sees all its transfers; the branch that receives sees them once they are approved."""
        branches = posted_ids(user)[0]
        arriving = Q(to_branch__in=branches, status__in=[TransferStatus.IN_TRANSIT, TransferStatus.RECEIVED])
        return self.filter(Q(from_branch__in=branches) | arriving)

    def in_committees(self, ids: list[int]) -> Self:
        return self.filter(Q(committee_id__in=ids) | Q(to_branch__committee_id__in=ids))

    def search(self, text: str) -> Self:
        return self.filter(member__search__holds=plain(text))

    def open(self) -> Self:
        """Not ended; by the day, as the index has them (organizations_transfer_ended holds both together)."""
        return self.filter(ended_on=None)

    def pending(self) -> Self:
        return self.filter(status=TransferStatus.PENDING)

    def in_transit(self) -> Self:
        return self.filter(status=TransferStatus.IN_TRANSIT)

    def finished(self) -> Self:
        return self.filter(ended_on__isnull=False)

    def with_today(self, on: date) -> Self:
        """Annotate `today`, for the days that each has been on the way."""
        return self.annotate(today=Value(on, output_field=DateField()))


class MemberTransfer(Record):
    """组织关系转接. From the start to the confirmed receipt; until then the old branch stays responsible for the member."""

    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="transfers")
    direction = models.CharField(
        "方向", max_length=8, choices=TransferDirection.choices, default=TransferDirection.BETWEEN,
        help_text="转到本级的另一个支部选第一项。",
    )  # fmt: skip
    from_branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="转出党支部", related_name="transfers_out", null=True, blank=True
    )
    to_branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="转入党支部", related_name="transfers_in", null=True, blank=True
    )
    outside = models.CharField(
        "外单位党组织", max_length=100, blank=True, help_text="党组织的全称，例如中共甲市乙公司支部委员会。"
    )
    cause = models.CharField("转接原因", max_length=100, blank=True, help_text="例如工作变动、居住地改变。")
    letter_no = models.CharField("介绍信编号", max_length=60, blank=True, help_text="没有的可以不填。")
    started_on = models.DateField("发起日期", help_text="提出转接的日期。")
    approved_on = models.DateField("审核日期", null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="审核人", related_name="+", null=True, editable=False
    )
    ended_on = models.DateField("办结日期", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办结人", related_name="+", null=True, editable=False
    )
    answer = models.CharField("办结说明", max_length=200, blank=True, editable=False)
    status = models.CharField(
        "状态", max_length=12, choices=TransferStatus.choices, default=TransferStatus.PENDING, editable=False,
        db_index=True,
    )  # fmt: skip

    objects = MemberTransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系转接"
        ordering = ["-started_on", "-pk"]
        indexes = [
            models.Index(fields=["committee", "started_on"], name="organizations_transfer_day"),
            models.Index(fields=["started_on"], condition=Q(ended_on=None), name="organizations_transfer_running"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status__in=["pending", "in_transit"]),
                name="organizations_transfer_open",
                violation_error_code="MB-06",
                violation_error_message="这名党员有一件转接正在办理。请先办完、退回或撤回，再发起新的。",
            ),
            models.CheckConstraint(
                condition=Q(direction="between", from_branch__isnull=False, to_branch__isnull=False)
                | Q(direction="outward", from_branch__isnull=False, to_branch=None)
                | Q(direction="inward", from_branch=None, to_branch__isnull=False),
                name="organizations_transfer_sides",
                violation_error_message="支部之间转接要有转出和转入两个支部，转往或来自外单位的只有一个。",
            ),
            models.CheckConstraint(
                condition=Q(direction="between", outside="") | (~Q(direction="between") & ~Q(outside="")),
                name="organizations_transfer_outside",
                violation_error_message="转往或来自外单位的，要写外单位党组织的全称。",
            ),
            models.CheckConstraint(
                condition=(Q(approved_on=None) | Q(approved_on__gte=F("started_on")))
                & (Q(ended_on=None) | Q(ended_on__gte=F("started_on"))),
                name="organizations_transfer_order",
                violation_error_message="审核、办结的日期不能早于发起日期。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "in_transit"], ended_on=None)
                | (~Q(status__in=["pending", "in_transit"]) & Q(ended_on__isnull=False)),
                name="organizations_transfer_ended",
                violation_error_message="办结的转接要有办结日期，没有办结的不填。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member}：{self.source} → {self.target}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:membertransfer-detail", args=[self.pk])

    def clean(self) -> None:
        if self.from_branch_id and self.from_branch_id == self.to_branch_id:
            raise ValidationError({"to_branch": f"{self.member}的组织关系已在{self.to_branch}。"}, code="same")

    @property
    def status_kind(self) -> str:
        return TRANSFER_KINDS[TransferStatus(self.status)]

    @property
    def source(self) -> str:
        return str(self.from_branch) if self.from_branch_id else self.outside

    @property
    def target(self) -> str:
        return str(self.to_branch) if self.to_branch_id else self.outside


def waiting_days(row: dict[str, Any]) -> int | None:
    """Days since the start of a transfer that is still open."""
    return (row["today"] - row["started_on"]).days if row["status"] in TRANSFER_OPEN else None
