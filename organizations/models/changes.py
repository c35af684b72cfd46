from datetime import date
from typing import Self

from django.db import models
from django.db.models import BooleanField, Exists, OuterRef, Q, Value

from core.models import Committee, ScopedQuerySet, User
from core.pinyin import plain
from organizations.choices import ChangeKind

from .branches import PartyBranch
from .members import Membership, PartyMember
from .postings import posted_ids


class MemberChangeQuerySet(ScopedQuerySet):
    def for_postings(self, user: User) -> Self:
        """A secretary sees what changed in the own branches, also of persons who have left since."""
        return self.filter(branch__in=posted_ids(user)[0])

    def search(self, text: str) -> Self:
        return self.filter(member__search__holds=plain(text))

    def between(self, start: date, end: date) -> Self:
        return self.filter(on__range=(start, end))

    def with_open(self, user: User) -> Self:
        """Annotate `open`: whether this user may open the member's page."""
        if user.is_office:
            return self.annotate(open=Value(True, output_field=BooleanField()))
        seen = PartyMember.objects.visible_to(user).filter(pk=OuterRef("member_id"))
        return self.annotate(open=Exists(seen))


class MemberChange(models.Model):
    """党员增减变动. One line of the ledger: what changed for one member on one day, in which branch, by which document.

    Lines of a membership (发展, 转入, 转出, 出党, 死亡 …) follow from its row and are written only by
    workflows/changes.py; lines without one (转正, 延长预备期 …) are written when it is done.
    """

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="综合党委", related_name="+", editable=False)
    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="changes")
    kind = models.CharField("变动", max_length=16, choices=ChangeKind.choices)
    on = models.DateField("日期")
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="党支部", related_name="member_changes", null=True, blank=True
    )
    other_branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="对方党支部", related_name="+", null=True, blank=True
    )
    outside = models.CharField("对方党组织", max_length=100, blank=True)
    document_no = models.CharField("文号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    membership = models.ForeignKey(
        Membership,
        models.CASCADE,
        verbose_name="组织关系",
        related_name="changes",
        null=True,
        blank=True,
        editable=False,
    )

    objects = MemberChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员增减变动"
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["committee", "on"], name="organizations_change_day"),
            models.Index(fields=["branch", "on"], name="organizations_change_branch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "kind"],
                condition=Q(membership__isnull=False),
                name="organizations_change_once",
                violation_error_message="这段组织关系的这项变动已经记过。",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(kind="extended"),
                name="organizations_change_extended",
                violation_error_code="MB-03",
                violation_error_message="预备期只能延长一次。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}{self.on}{self.get_kind_display()}"

    @property
    def where(self) -> str:
        """The party organization on the other side of a transfer."""
        return str(self.other_branch) if self.other_branch_id else self.outside
