from typing import Self

from django.db import models
from django.db.models import OuterRef, Subquery

from core.models import Record

from .branches import OfBranchQuerySet, PartyBranch


class DataConfirmationQuerySet(OfBranchQuerySet):
    def latest_first(self) -> Self:
        return self.order_by("-confirmed_on", "-pk")


class DataConfirmation(Record):
    """信息核对. On one day the secretary of a branch declared its data checked and right (DOMAIN §11: 核对无误)."""

    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党组织", related_name="confirmations", help_text="核对的党组织。"
    )
    confirmed_on = models.DateField("核对日期", help_text="书记确认信息无误的日期。")
    checker = models.CharField("核对人", max_length=30, help_text="确认时登录的书记。")
    member_count = models.PositiveIntegerField("核对时党员数", help_text="确认时名册上的党员数。")
    open_count = models.PositiveIntegerField("核对时必须改的条数", default=0, help_text="确认时体检单上还没有改的。")

    objects = DataConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息核对"
        ordering = ["-confirmed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "confirmed_on"],
                name="organizations_confirmation_day",
                violation_error_message="今天已经确认过，不用再确认。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch}（{self.confirmed_on}核对）"


def latest_confirmation(name: str) -> Subquery:
    """A value of the latest confirmation, for annotating branches."""
    rows = DataConfirmation.objects.filter(branch=OuterRef("pk")).latest_first()
    return Subquery(rows.values(name)[:1])
