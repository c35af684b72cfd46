"""The roster of a day: what each member was then, from the dated rows around him or her."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from organizations.choices import ChangeKind, FloatingState, MemberCategory, MemberStatus

from .conditions import rows

MEMBER = {"member": OuterRef("pk")}
STATUS_OF_CHANGE = {
    ChangeKind.SUSPENDED: MemberStatus.SUSPENDED,
    **dict.fromkeys(
        (ChangeKind.REMOVED, ChangeKind.EXPELLED, ChangeKind.WITHDRAWN, ChangeKind.CANCELLED, ChangeKind.LEFT),
        MemberStatus.LEFT,
    ),
    ChangeKind.DECEASED: MemberStatus.DECEASED,
    ChangeKind.RESTORED: MemberStatus.NORMAL,
}


def held(ended: str, on: date, since: str) -> Q:
    """The absence held on that day; one without a first day holds until it ends."""
    return (Q(**{since: None}) | Q(**{f"{since}__lte": on})) & (Q(**{ended: None}) | Q(**{f"{ended}__gt": on}))


class MemberDays(models.QuerySet):
    def for_roster(self, on: date, *, past: bool = False) -> Self:
        """Annotate branch, category, 转正日期, 党籍 and absence of that day (`…_then`, `standing`).

        past: a roster of another day, which knows nobody who came later; today's columns stand in the row itself.
        """
        then = self.with_branch(on)
        if not past:
            return then.annotate(
                category_then=F("category"), full_then=F("full_on"), standing=F("status"), floating_then=F("floating"),
                place_then=F("floating_place"), lost_then=F("is_lost"),
            )  # fmt: skip
        away = rows("FloatingRecord").filter(held("ended_on", on, "left_on"), **MEMBER).order_by("-pk")
        lost = rows("LostRecord").filter(held("ended_on", on, "lost_on") & held("found_on", on, "lost_on"), **MEMBER)
        words = CharField(max_length=12, choices=MemberCategory.choices)
        return then.filter(Exists(rows("Membership").filter(start__lte=on, **MEMBER))).annotate(
            category_then=Case(
                When(full_on__gt=on, then=Value(MemberCategory.PROBATIONARY.value)),
                default=F("category"),
                output_field=words,
            ),
            full_then=Case(When(full_on__lte=on, then=F("full_on")), output_field=models.DateField()),
            latest_change=Subquery(self.changes_until(on).values("kind")[:1]),
            standing=self.standing_on(on),
            floating_then=Coalesce(
                Subquery(away.values("direction")[:1]),
                Value(FloatingState.SETTLED.value),
                output_field=CharField(choices=FloatingState.choices),
            ),
            place_then=Coalesce(Subquery(away.values("place")[:1]), Value("")),
            lost_then=Exists(lost),
        )

    @staticmethod
    def changes_until(on: date) -> models.QuerySet:
        changes = rows("MemberChange").filter(kind__in=list(STATUS_OF_CHANGE), on__lte=on, **MEMBER)
        return changes.order_by("-on", "-pk")

    @staticmethod
    def standing_on(on: date) -> Case:
        """党籍状态 of that day: whoever counts in a branch is 正常, else the latest change until then tells."""
        normal = Value(MemberStatus.NORMAL.value)
        return Case(
            When(Exists(rows("Membership").full().on(on).filter(**MEMBER)), then=normal),
            *(When(latest_change=kind, then=Value(status.value)) for kind, status in STATUS_OF_CHANGE.items()),
            default=normal,
            output_field=CharField(choices=MemberStatus.choices),
        )
