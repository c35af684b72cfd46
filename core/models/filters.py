from typing import Self

from django.conf import settings
from django.db import models

from .accounts import User


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Everybody has only the own ones."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class SavedFilter(models.Model):
    """常用筛选. What one person searches, filters and sorts by on one list, under a name of his or her own.

    The default one opens with the list, where the address itself asks for nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="账号", related_name="saved_filters"
    )
    page = models.CharField("列表", max_length=80)
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)
    is_default = models.BooleanField("默认", default=False)
    created_at = models.DateTimeField("保存时间", auto_now_add=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                name="core_saved_filter_name",
                violation_error_message="这个列表已有同名的常用筛选，请换一个名称，或先删除原来的。",
            ),
            models.UniqueConstraint(
                fields=["user", "page"],
                condition=models.Q(is_default=True),
                name="core_saved_filter_default",
                violation_error_message="这个列表已有默认的常用筛选。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
