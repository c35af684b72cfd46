from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models

from .committees import Committee

if TYPE_CHECKING:
    from .accounts import User


class ScopedQuerySet(models.QuerySet):
    """Rows that belong to a committee. `visible_to` is the only row-level permission of the product (DESIGN §5)."""

    keeper = "committee"  # the path to the committee that keeps a row

    def within(self, committee: Committee) -> Self:
        """Rows of the committee and those below it."""
        return self.in_committees(committee.scope_ids)

    def visible_to(self, user: "User") -> Self:
        """Office users: the subtree of their committee. Others: what their postings open. Administrators: nothing."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_office:
            return self.in_committees(user.scope_ids)
        if user.is_administrator:
            return self.none()
        return self.for_postings(user)

    def for_postings(self, user: "User") -> Self:
        """What a secretary, liaison or instructor sees; models that have something for them override this."""
        return self.none()

    def in_committees(self, ids: list[int]) -> Self:
        name = f"{self.keeper}_id"
        return self.filter(**{name: ids[0]}) if len(ids) == 1 else self.filter(**{f"{name}__in": ids})


class RecordQuerySet(ScopedQuerySet):
    pass


class Record(models.Model):
    """A business row: who keeps it, who entered it, and a version against lost updates (M32)."""

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="综合党委", related_name="+", editable=False)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="录入人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects: Any

    class Meta:
        abstract = True
