from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import ScopedQuerySet, User
from core.periods import today
from organizations.choices import PostingRole

from .intervals import IntervalQuerySet, interval_check

if TYPE_CHECKING:
    from collections.abc import Iterable


class PostingQuerySet(ScopedQuerySet, IntervalQuerySet):
    """The office sees the postings of its accounts; nobody else needs the list."""

    keeper = "user__committee"


class Posting(models.Model):
    """任职. What one account may do for one branch or one body: 党支部书记, 联络员 or 指导员, from day to day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", related_name="postings")
    role = models.CharField("职责", max_length=12, choices=PostingRole.choices)
    branch = models.ForeignKey(
        "organizations.PartyBranch",
        models.PROTECT,
        verbose_name="党组织",
        related_name="postings",
        null=True,
        blank=True,
    )
    organization = models.ForeignKey(
        "organizations.SocialOrganization",
        models.PROTECT,
        verbose_name="社会组织",
        related_name="postings",
        null=True,
        blank=True,
    )
    start = models.DateField("起始日期")
    end = models.DateField("终止日期", null=True, blank=True, help_text="不再担任的第一天；留空表示仍在担任。")

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["user", "-start"]
        constraints = [
            interval_check("organizations_posting_interval"),
            models.CheckConstraint(
                condition=(Q(role="secretary", branch__isnull=False, organization=None))
                | (Q(role__in=["liaison", "instructor"], branch=None, organization__isnull=False)),
                name="organizations_posting_target",
                violation_error_message="书记要选党组织，联络员和指导员要选社会组织。",
            ),
            models.UniqueConstraint(
                fields=["user", "branch"],
                condition=Q(end=None, branch__isnull=False),
                name="organizations_posting_branch",
                violation_error_message="这个账号已是该党组织的书记。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organization"],
                condition=Q(end=None, organization__isnull=False),
                name="organizations_posting_body",
                violation_error_message="这个账号在该社会组织已有同样的职责。",
            ),
        ]

    def __str__(self) -> str:
        name = str(self.user) if self.user_id else ""
        return f"{name}（{self.get_role_display()}）"


def posted_ids(user: User) -> tuple[list[int], list[int]]:
    """Ids of the branches and of the bodies that the user's postings open today; one query, remembered per request.

    A secretary's bodies are those covered by the branch today.
    """
    known = getattr(user, "_posted_ids", None)
    if known is None:
        day = today(user.committee)
        rows: Iterable = user.postings.on(day).values_list("branch_id", "organization_id")
        branches = sorted({branch for branch, _ in rows if branch})
        bodies = {body for _, body in rows if body}
        known = user._posted_ids = (branches, sorted(bodies))
    return known


def liaised_ids(user: User) -> list[int]:
    """Ids of the bodies whose 联络员 the user is today; one query, remembered per request."""
    known = getattr(user, "_liaised_ids", None)
    if known is None:
        rows = user.postings.on(today(user.committee)).filter(role=PostingRole.LIAISON)
        known = user._liaised_ids = list(rows.values_list("organization_id", flat=True))
    return known


def is_secretary_of(user: User, branch_id: int | None) -> bool:
    """Whether the user is posted to this branch today."""
    return branch_id is not None and user.is_active and branch_id in posted_ids(user)[0]
