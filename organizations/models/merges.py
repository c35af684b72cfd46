"""Two rows that turned out to be one body."""

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
