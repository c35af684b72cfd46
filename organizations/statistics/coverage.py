"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from core.models import Committee
from organizations.choices import BranchKind, CoverageMethod
from organizations.models import SocialOrganization
from organizations.models.conditions import flag, formal_on, managed_on
from organizations.models.organizations import SocialOrganizationQuerySet

from .definitions import Definition, base_condition, definition
from .rates import rate
from .supplement import assignments_of, associates_of, branch_counts, branches_of, person_counts

JOINT_MEMBERS = 3  # 其中：具有3名以上党员的


@dataclass(frozen=True)
class Coverage:
    """The numbers of one set of bodies on one day. Each body stands in exactly one of own, joint, functional, none;
    those of none in exactly one of due, few, no and unknown members."""

    on: date
    definition: Definition = field(default_factory=Definition)
    base: int = 0
    own: int = 0
    own_committee: int = 0
    own_general: int = 0
    joint: int = 0
    joint_members: int = 0  # of them with three members or more
    functional: int = 0  # covered only by a functional branch or by area
    due: int = 0  # no party organization, should have one
    due_group: int = 0  # of them with a 党小组
    few_members: int = 0  # no party organization, some members, not due
    no_members: int = 0
    unknown_members: int = 0
    instructed: int = 0  # no party organization, an instructor
    liaison_only: int = 0  # neither, but a liaison
    mass_only: int = 0  # neither, but a mass organization
    guided: int = 0  # no party organization, but guided as the definition demands
    should_build: int = 0
    should_built: int = 0
    staff: int = 0
    members: int = 0
    associates: int | None = 0  # members whose relationship is elsewhere
    instructors: int | None = 0  # persons
    branches: int = 0  # of one 归口: those that cover a body of it
    joint_branches: int = 0
    absorbed_committee: int = 0  # party organizations with members whose relationship is elsewhere
    absorbed_general: int = 0
    absorbed_branch: int = 0

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
        """工作覆盖, by the definition of the office."""
        return self.with_branch + self.guided

    @property
    def without_branch(self) -> int:
        return self.base - self.with_branch

    @property
    def should_unbuilt(self) -> int:
        """应建未建: due, without an own or joint party organization."""
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
    committee: Committee, on: date, *, managed: str = "", chosen: Definition | None = None
) -> SocialOrganizationQuerySet:
    """U: the base of that day, in the committee's subtree; `managed` leaves those of one 归口 (AffiliationKind)."""
    bodies = SocialOrganization.objects.within(committee).filter(base_condition(on, chosen or Definition()))
    return bodies.filter(managed_on(on, managed)) if managed else bodies


def classified(bodies: SocialOrganizationQuerySet, on: date, chosen: Definition) -> SocialOrganizationQuerySet:
    """Annotate each body with its class of that day: method, guidance, members and whether it should have a branch.

    `members_known` is the number up to 3 (three and more), NULL where nobody has counted them.
    """
    formal = formal_on(on, full_time=chosen.should_build_rule == "b")
    bodies = bodies.with_method(on).with_mark(on).with_member_count(on, formal)
    return bodies.annotate(
        counted=Coalesce(F("member_count" if chosen.counts_members else "full_member_count"), 0),
        should=Case(
            When(counted__gte=chosen.least_members, then=Value(1)),
            *([When(staff_count__gte=chosen.should_build_staff, then=Value(1))] if chosen.should_build_staff else []),
            When(coverage_method=None, marked=True, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
        members_known=Case(
            When(member_count__gte=JOINT_MEMBERS, then=Value(JOINT_MEMBERS)),
            default=F("member_count"),
            output_field=IntegerField(),
        ),
        has_group=flag(Q(coverage_plan__group_since__lte=on)),
    )


GROUPS = (
    "kind", "coverage_method", "branch_kind", "has_instructor", "has_liaison", "has_mass", "should", "members_known",
    "has_group",
)  # fmt: skip


def coverage_by_kind(
    committee: Committee,
    on: date,
    *,
    managed: str = "",
    chosen: Definition | None = None,
    supplement: bool = True,
) -> dict[str, Coverage]:
    """Coverage of all bodies under "" and of each type of body; five queries whatever the number of rows.

    Without the supplement (branches, instructors, members from elsewhere) two.
    """
    chosen = chosen or definition(committee, on)
    base = bodies_in_scope(committee, on, managed=managed, chosen=chosen)
    bodies = classified(base, on, chosen)
    rows = (
        bodies.order_by().values(*GROUPS).annotate(n=Count("pk"), staff=Sum("staff_count"), members=Sum("member_count"))
    )
    counters: dict[str, Counter] = {"": Counter()}
    for row in rows:
        for key in ("", row["kind"]):
            add(counters.setdefault(key, Counter()), row, chosen)
    if supplement:
        _supplement(counters, committee, base, on, managed)
    return {key: Coverage(on=on, definition=chosen, **counter) for key, counter in counters.items()}


def _supplement(
    counters: dict[str, Counter], committee: Committee, base: SocialOrganizationQuerySet, on: date, managed: str
) -> None:
    counters[""].update(branch_counts(branches_of(committee, on, base if managed else None)))
    persons = {"instructors": assignments_of(base, on), "associates": associates_of(committee, base, on)}
    for name, rows in persons.items():
        by_kind = person_counts(name, rows)
        for key, counter in counters.items():
            counter[name] = by_kind.get(key, 0)


def add(counter: Counter, row: dict[str, Any], chosen: Definition) -> None:
    """One group of equal bodies into the counters."""
    n, method = row["n"], row["coverage_method"]
    counter["base"] += n
    counter["staff"] += row["staff"] or 0
    counter["members"] += row["members"] or 0
    if method == CoverageMethod.OWN:
        counter["own"] += n
        if row["branch_kind"] in (BranchKind.COMMITTEE, BranchKind.GENERAL):
            counter[f"own_{row['branch_kind']}"] += n
    elif method == CoverageMethod.JOINT:
        counter["joint"] += n
        counter["joint_members"] += n if row["members_known"] == JOINT_MEMBERS else 0
    elif method:
        counter["functional"] += n
    else:
        add_without_branch(counter, row, chosen)
    if row["should"]:
        counter["should_build"] += n
        counter["should_built"] += n if method in (CoverageMethod.OWN, CoverageMethod.JOINT) else 0


def add_without_branch(counter: Counter, row: dict[str, Any], chosen: Definition) -> None:
    n, known = row["n"], row["members_known"]
    instructed, liaison, mass = row["has_instructor"], row["has_liaison"], row["has_mass"]
    if row["should"]:
        counter["due"] += n
        counter["due_group"] += n if row["has_group"] else 0
    else:
        counter["unknown_members" if known is None else "few_members" if known else "no_members"] += n
    if instructed:
        counter["instructed"] += n
    elif liaison:
        counter["liaison_only"] += n
    elif mass:
        counter["mass_only"] += n
    if any(row[f"has_{name}"] for name in chosen.guides):
        counter["guided"] += n


def coverage(committee: Committee, on: date, *, managed: str = "", chosen: Definition | None = None) -> Coverage:
    return coverage_by_kind(committee, on, managed=managed, chosen=chosen)[""]
