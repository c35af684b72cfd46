"""Two rows that turned out to be one body, and two that look alike and are not."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet

from .organizations import SocialOrganization


class OrganizationMerge(Record):
    """重复记录合并. Two rows of one body made one: which row stayed, what was taken from the other, and the way back.

    Not a legal 合并, which is an event of two bodies. `journal` holds the images of every row that was touched.
    """

    kept = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="保留的记录", related_name="merges", editable=False
    )
    dropped = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="并入的记录", related_name="merged_as", editable=False
    )
    names = models.JSONField("两条记录的名称", default=list, editable=False)
    taken = models.JSONField("取自并入记录的栏目", default=dict, editable=False)
    moved = models.JSONField("移过来的内容", default=dict, editable=False)
    lost = models.JSONField("重复而没有保留的内容", default=list, editable=False)
    journal = models.JSONField(default=list, editable=False)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="撤销人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    undone_reason = models.CharField("撤销原因", max_length=200, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重复记录合并"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dropped"],
                condition=Q(undone_at=None),
                name="organizations_merge_once",
                violation_error_message="这条记录已经并入另一家，不能再并一次。",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("dropped")),
                name="organizations_merge_two",
                violation_error_message="要选两条不同的记录。",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="organizations_merge_undone",
                violation_error_message="撤销的合并要有撤销时间和撤销人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{'、'.join(dict.fromkeys(self.names))}合并为一条"

    def get_absolute_url(self) -> str:
        return reverse("organizations:organizationmerge-detail", args=[self.pk])

    @property
    def state_word(self) -> tuple[str, str]:
        return ("off", "已撤销") if self.undone_at else ("ok", "已合并")

    @property
    def committee_ids(self) -> set[int]:
        """Who kept the two rows before: the way back needs somebody who looks after all of them."""
        label = SocialOrganization._meta.label_lower
        before = {
            entry["before"]["committee_id"]
            for entry in self.journal
            if entry["model"] == label and "committee_id" in entry["before"]
        }
        return {self.kept.committee_id, self.dropped.committee_id} | before


class DuplicateDismissalQuerySet(RecordQuerySet):
    def in_committees(self, ids: list[int]) -> Self:
        """Both bodies, whoever entered the row: a pair across two committees concerns the office above them."""
        return self.filter(first__committee_id__in=ids, second__committee_id__in=ids)

    def of_pair(self, one: SocialOrganization, other: SocialOrganization) -> Self:
        """What was said of these two, also under rows that were merged into them since."""

        def of(name: str, body: SocialOrganization) -> Q:
            return Q(**{name: body}) | Q(**{f"{name}__duplicate_of": body})

        return self.filter(of("first", one) & of("second", other) | of("first", other) & of("second", one))


class DuplicateDismissal(Record):
    """不是重复. Two rows look alike and are two bodies: who said so, when (`created_by`, `created_at`) and why.

    It is about the two bodies, so it stays when one of them is renamed or takes in a duplicate; to restore the pair is to
    delete it, and the log keeps both. The row with the smaller number comes first, so that a pair has one row.
    """

    first = models.ForeignKey(SocialOrganization, models.PROTECT, verbose_name="一条", related_name="+", editable=False)
    second = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="另一条", related_name="+", editable=False
    )
    names = models.JSONField("判定时的名称", default=list, editable=False)
    reason = models.CharField("理由", max_length=200)

    objects = DuplicateDismissalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不是重复的判定"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="organizations_dismissal_once",
                violation_error_message="这两条已经判定不是重复。",
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="organizations_dismissal_order",
                violation_error_message="要选两条不同的记录，编号小的在前。",
            ),
        ]

    def __str__(self) -> str:
        return f"{'、'.join(dict.fromkeys(self.names))}不是重复"

    @property
    def pair(self) -> tuple[int, int]:
        """The two rows that stand for the bodies today."""
        one, other = (row.duplicate_of_id or row.pk for row in (self.first, self.second))
        return min(one, other), max(one, other)
