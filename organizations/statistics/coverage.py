"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from core.models import Committee
from organizations.choices import BranchKind, CoverageMethod, NoBranchReason
from organizations.models import (
    PartyBranch,
    SocialOrganization,
)
from organizations.models.organizations import SocialOrganizationQuerySet

from .definitions import Definition, definition
from .rates import rate

SHOULD_BUILD = 3  # formal members from which a body must set up a branch


OWN_KINDS = (BranchKind.COMMITTEE, BranchKind.GENERAL, BranchKind.BRANCH)


@dataclass(frozen=True)
class Coverage:
    """The numbers of one set of bodies on one day. Each body stands in exactly one of own, joint, functional, none."""

    on: date
    definition: Definition = field(default_factory=Definition)
    base: int = 0
    own: int = 0
    own_committee: int = 0
    own_general: int = 0
    joint: int = 0
    functional: int = 0  # covered only by a functional branch or by area
    instructed: int = 0  # no party organization, an instructor
    liaison_only: int = 0  # neither, but a liaison
    few_members: int = 0  # no party organization, some members
    no_members: int = 0
    should_build: int = 0
    should_built: int = 0
    branches: int = 0
    joint_branches: int = 0

    @property
    def own_branch(self) -> int:
        return self.own - self.own_committee - self.own_general

    @property
    def with_branch(self) -> int:
        """Bodies under any party organization."""
        return self.own + self.joint + self.functional

    @property
    def covered(self) -> int:
        """组织覆盖, by the definition of the office."""
        return self.own + self.joint + self.definition.functional_weight * self.functional

    @property
    def work_covered(self) -> int:
        """工作覆盖."""
        liaisons = self.liaison_only if self.definition.liaison_counts else 0
        return self.with_branch + self.instructed + liaisons

    @property
    def without_branch(self) -> int:
        return self.base - self.with_branch

    @property
    def should_unbuilt(self) -> int:
        """应建未建."""
        return self.should_build - self.should_built

    @property
    def uncovered(self) -> int:
        """覆盖空白: neither a party organization nor an instructor (COV-03)."""
        return self.base - self.with_branch - self.instructed

    @property
    def organization_rate(self) -> Decimal | None:
        return rate(self.covered, self.base)

    @property
    def own_rate(self) -> Decimal | None:
        return rate(self.own, self.base)

    @property
    def work_rate(self) -> Decimal | None:
        return rate(self.work_covered, self.base)

    @property
    def should_rate(self) -> Decimal | None:
        """应建已建率."""
        return rate(self.should_built, self.should_build)


def bodies_in_scope(
    committee: Committee, on: date, *, direct: bool = False, chosen: Definition | None = None
) -> SocialOrganizationQuerySet:
    """U: on the register on that day, in the committee's subtree; `direct` leaves only those it manages itself (直属)."""
    bodies = SocialOrganization.objects.within(committee).registered(on)
    if chosen and chosen.exclude_abnormal:
        bodies = bodies.in_good_standing(on)
    return bodies.directly_managed(on) if direct else bodies


def classified(bodies: SocialOrganizationQuerySet, on: date, rule: str = "b") -> SocialOrganizationQuerySet:
    """Annotate each body with its class of that day: method, guidance, members and whether it should have a branch."""
    formal = Q(member__category="full", **({"member__is_full_time_staff": True} if rule == "b" else {}))
    bodies = bodies.with_coverage(on).with_member_count(on, formal if rule != "c" else Q())
    known = F("member_count") if rule == "c" else F("full_member_count")
    least = 1 if rule == "c" else SHOULD_BUILD
    return bodies.annotate(
        counted=Coalesce(known, 0),
        should=Case(
            When(counted__gte=least, then=Value(1)),
            When(coverage_method=None, no_branch_reason=NoBranchReason.DUE, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
        has_members=Case(When(member_count__gt=0, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )


GROUPS = ("kind", "coverage_method", "branch_kind", "has_instructor", "has_liaison", "should", "has_members")


def coverage_by_kind(committee: Committee, on: date, *, direct: bool = False) -> dict[str, Coverage]:
    """Coverage of all bodies under "" and of each type of body; three queries whatever the number of rows."""
    chosen = definition(committee, on)
    bodies = classified(bodies_in_scope(committee, on, direct=direct, chosen=chosen), on, chosen.should_build_rule)
    rows = bodies.order_by().values(*GROUPS).annotate(n=Count("pk"))
    counters: dict[str, Counter] = {"": Counter()}
    for row in rows:
        for key in ("", row["kind"]):
            add(counters.setdefault(key, Counter()), row)
    branches = PartyBranch.objects.within(committee).active(on)
    counters[""].update(
        branches.aggregate(branches=Count("pk"), joint_branches=Count("pk", filter=Q(kind=BranchKind.JOINT)))
    )
    return {key: Coverage(on=on, definition=chosen, **counter) for key, counter in counters.items()}


def add(counter: Counter, row: dict[str, Any]) -> None:
    """One group of equal bodies into the counters."""
    n, method = row["n"], row["coverage_method"]
    counter["base"] += n
    if method == CoverageMethod.OWN:
        counter["own"] += n
        if row["branch_kind"] == BranchKind.COMMITTEE:
            counter["own_committee"] += n
        elif row["branch_kind"] == BranchKind.GENERAL:
            counter["own_general"] += n
    elif method == CoverageMethod.JOINT:
        counter["joint"] += n
    elif method:
        counter["functional"] += n
    else:
        counter["instructed" if row["has_instructor"] else "liaison_only"] += (
            n if row["has_instructor"] or row["has_liaison"] else 0
        )
        counter["few_members" if row["has_members"] else "no_members"] += n
    if row["should"]:
        counter["should_build"] += n
        if method in (CoverageMethod.OWN, CoverageMethod.JOINT):
            counter["should_built"] += n


def coverage(committee: Committee, on: date, *, direct: bool = False) -> Coverage:
    return coverage_by_kind(committee, on, direct=direct)[""]


def covering(chosen: Definition) -> Q:
    """Coverage rows of the body that count for 组织覆盖."""
    if chosen.functional_weight:
        return Q(organization=OuterRef("pk"))
    return Q(organization=OuterRef("pk"), method__in=[CoverageMethod.OWN, CoverageMethod.JOINT])
