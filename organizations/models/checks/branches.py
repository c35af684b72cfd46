from collections.abc import Collection
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from core.periods import add_months
from organizations.choices import UPPER_KINDS, BranchKind, MemberCategory, PostKind

from .dates import YEAR, DateNumber

OF_MEMBERS = (BranchKind.BRANCH, BranchKind.JOINT)  # kinds whose own members elect their secretary
ELECTED = (*OF_MEMBERS, BranchKind.GENERAL, BranchKind.COMMITTEE)
COVERING = (*OF_MEMBERS, BranchKind.FUNCTIONAL)


def rows(name: str) -> Any:
    return apps.get_model("organizations", name).objects


class BranchChecks(models.QuerySet):
    def for_checkup(self, on: date) -> Self:
        of_branch = {"branch": OuterRef("pk")}
        posts = rows("BranchPost").on(on).filter(**of_branch).order_by()
        secretaries = posts.filter(post=PostKind.SECRETARY).order_by("-start")
        formal = rows("Membership").full().on(on).filter(member__category=MemberCategory.FULL, **of_branch).order_by()
        below = rows("Membership").full().on(on).filter(member__category=MemberCategory.FULL).order_by()
        below = below.filter(branch__parent=OuterRef("pk")).values("branch__parent").annotate(n=Count("pk"))
        below = Coalesce(Subquery(below.values("n")), 0)
        twice = posts.values("person_name").annotate(n=Count("pk")).filter(n__gt=1)
        own = Q(member=OuterRef("secretary_ref")) | Q(member__name=OuterRef("unlinked"))
        return (
            self.with_member_count(on)
            .with_secretary(on)
            .with_body_count(on)
            .with_term()
            .annotate(
                formal_count=Coalesce(Subquery(formal.values("branch").annotate(n=Count("pk")).values("n")), 0),
                committee_size=Coalesce(
                    Subquery(posts.values("branch").annotate(n=Count("person_name", distinct=True)).values("n")), 0
                ),
                secretary_ref=Subquery(secretaries.values("member_id")[:1]),
                secretary_phone=Subquery(secretaries.values("phone")[:1]),
                # the name stands for the person only where the post is not linked with a member
                unlinked=Subquery(
                    secretaries.filter(member=None).values("person_name")[:1], output_field=CharField(null=True)
                ),
                double_post=Subquery(twice.values("person_name")[:1]),
                term_start_number=DateNumber("term_start"),
                term_end_number=DateNumber("term_end"),
            )
            .annotate(
                secretary_is_formal=Exists(formal.filter(own)),
                formal_total=Case(
                    When(kind__in=UPPER_KINDS, then=F("formal_count") + below), default=F("formal_count")
                ),
            )
        )

    @staticmethod
    def without_secretary() -> Q:
        """PO-01: every branch has a secretary."""
        return Q(secretary=None)

    @staticmethod
    def committee_unfit(since: int, least: int, most: int) -> Q:
        """PO-01: from `since` formal members on there is a committee of `least` to `most` persons."""
        fit = Q(committee_size__range=(least, most))
        return Q(kind__in=OF_MEMBERS, formal_count__gte=since) & ~fit

    @staticmethod
    def upper_committee_unfit(sizes: dict[str, tuple[int, int]]) -> Q:
        """PO-01 for 党总支 and 党委: {kind: (least, most)}."""
        found = Q(pk__in=[])
        for kind, (least, most) in sizes.items():
            found |= Q(kind=kind) & ~Q(committee_size__range=(least, most))
        return found

    @staticmethod
    def upper_members_unfit(general: tuple[int, int], party_least: int) -> Q:
        """PO-03 for 党总支 and 党委, with the formal members of the branches below them."""
        fit = Q(formal_total__range=general)
        return (Q(kind=BranchKind.GENERAL) & ~fit) | Q(kind=BranchKind.COMMITTEE, formal_total__lt=party_least)

    @staticmethod
    def too_few_members(least: int) -> Q:
        """PO-02: a stand-alone branch with fewer formal members."""
        return Q(kind=BranchKind.BRANCH, formal_count__lt=least)

    @staticmethod
    def too_many_members(most: int) -> Q:
        """PO-03: more members than a branch normally has."""
        return Q(kind__in=OF_MEMBERS, member_count__gt=most)

    @staticmethod
    def secretary_from_outside() -> Q:
        """PO-04: the secretary is no formal member of the branch; in functional branches that is allowed."""
        return Q(kind__in=OF_MEMBERS, secretary__isnull=False, secretary_is_formal=False)

    @staticmethod
    def one_person_twice() -> Q:
        """PO-06: one person holds several posts; the database refuses the same post twice, and the same name (PO-05)."""
        return Q(double_post__isnull=False)

    @staticmethod
    def term_over(on: date) -> Q:
        return Q(deadline__lt=on, term_elected_on=None)

    @staticmethod
    def term_nearly_over(on: date, months: int) -> Q:
        """届满前提醒: within so many months."""
        return Q(deadline__range=(on, add_months(on, months)), term_elected_on=None)

    @staticmethod
    def term_unknown() -> Q:
        return Q(kind__in=ELECTED, term_end=None)

    @staticmethod
    def term_too_long(kinds: Collection[str], years: int) -> Q:
        """The stored term is longer than such a party organization's (DOMAIN §5.1)."""
        return Q(kind__in=kinds, term_end_number__gt=F("term_start_number") + years * YEAR)

    @staticmethod
    def covers_nothing() -> Q:
        """A branch that is there for bodies, and covers none."""
        return Q(kind__in=COVERING, body_count=0)

    @staticmethod
    def too_few_bodies(least: int) -> Q:
        """COV-02: a joint branch with fewer bodies (with none at all: `covers_nothing`)."""
        return Q(kind=BranchKind.JOINT, body_count__lt=least, body_count__gt=0)

    @staticmethod
    def too_many_bodies(most: int) -> Q:
        """COV-02: a joint branch with more bodies than normal."""
        return Q(kind=BranchKind.JOINT, body_count__gt=most)

    @staticmethod
    def no_contact() -> Q:
        """Neither the branch's own contact nor the secretary can be called."""
        reachable = ~Q(phone="") | (Q(secretary_phone__isnull=False) & ~Q(secretary_phone=""))
        return ~reachable
