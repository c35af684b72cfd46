"""两个覆盖 as integers of a day (DOMAIN §4). Conditions live on SocialOrganizationQuerySet; here they are only counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from core.models import Committee, OfficeSetting
from core.periods import quarter_end, quarter_label
from organizations.choices import BranchKind, CoverageMethod, NoBranchReason
from organizations.models import (
    BranchCoverage,
    InstructorAssignment,
    Liaison,
    PartyBranch,
    SocialOrganization,
)
from organizations.models.organizations import SocialOrganizationQuerySet

DEFAULTS = {
    "coverage.functional_weight": 1,
    "coverage.liaison_counts": False,
    "coverage.should_build_rule": "b",
    "coverage.exclude_abnormal": False,
}
SHOULD_BUILD = 3  # formal members from which a body must set up a branch
OWN_KINDS = (BranchKind.COMMITTEE, BranchKind.GENERAL, BranchKind.BRANCH)


def rate(part: int, base: int) -> Decimal | None:
    """Percent with one decimal, half up; nothing to divide by is unknown, neither 0 nor 100."""
    return (Decimal(part * 100) / base).quantize(Decimal("0.1"), ROUND_HALF_UP) if base else None


@dataclass(frozen=True)
class Definition:
    """口径: how the two rates are counted in this office on that day."""

    functional_weight: int = 1
    liaison_counts: bool = False
    should_build_rule: str = "b"
    exclude_abnormal: bool = False

    @property
    def words(self) -> list[str]:
        rules = {
            "a": "有3名以上正式党员",
            "b": "专职人员中有3名以上正式党员",
            "c": "有党员",
        }
        return [
            "功能型党支部计入组织覆盖" if self.functional_weight else "功能型党支部不计入组织覆盖",
            "只有联络员的计入工作覆盖" if self.liaison_counts else "只有联络员的不计入工作覆盖",
            f"应建：{rules.get(self.should_build_rule, rules['b'])}，或标注为应建未建的",
            *(["活动异常、失信和注销中的不计入基数"] if self.exclude_abnormal else []),
        ]


def definition(committee: Committee, on: date) -> Definition:
    """The dated settings in force on that day, in one query."""
    rows = OfficeSetting.objects.filter(committee=committee, key__in=DEFAULTS, effective_from__lte=on)
    found = {**DEFAULTS, **dict(rows.order_by("effective_from").values_list("key", "value"))}
    return Definition(
        functional_weight=1 if found["coverage.functional_weight"] else 0,
        liaison_counts=bool(found["coverage.liaison_counts"]),
        should_build_rule=str(found["coverage.should_build_rule"]),
        exclude_abnormal=bool(found["coverage.exclude_abnormal"]),
    )


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
        bodies = bodies.filter(status="normal")
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


@dataclass(frozen=True)
class Change:
    """Why the number of covered bodies differs between two days: covered then ± causes = covered now."""

    before: int
    now: int
    gained: int  # on the register both days, covered only now
    lost: int  # on the register both days, covered only then
    arrived: int  # covered now, not in the base then
    departed: int  # covered then, not in the base now

    @property
    def balances(self) -> bool:
        return self.before + self.gained + self.arrived - self.lost - self.departed == self.now


def organization_change(
    committee: Committee, before: date, on: date, *, direct: bool = False, chosen: Definition | None = None
) -> Change:
    """组织覆盖 of two days and the causes of the difference, in one query; both by the definition of the later day."""
    chosen = chosen or definition(committee, on)
    bodies = SocialOrganization.objects.within(committee)
    flags = {}
    for name, day in (("then", before), ("now", on)):
        base = bodies_in_scope(committee, day, direct=direct, chosen=chosen)
        flags[f"in_{name}"] = Exists(base.filter(pk=OuterRef("pk")))
        flags[f"cov_{name}"] = Exists(BranchCoverage.objects.on(day).filter(covering(chosen)))
    rows = bodies.annotate(**flags).order_by().values(*flags).annotate(n=Count("pk"))
    found: Counter = Counter()
    for row in rows:
        then, now = row["in_then"] and row["cov_then"], row["in_now"] and row["cov_now"]
        found["before"] += row["n"] if then else 0
        found["now"] += row["n"] if now else 0
        if then == now:
            continue
        cause = ("gained" if row["in_then"] else "arrived") if now else ("lost" if row["in_now"] else "departed")
        found[cause] += row["n"]
    return Change(**{name: found[name] for name in ("before", "now", "gained", "lost", "arrived", "departed")})


def covering(chosen: Definition) -> Q:
    """Coverage rows of the body that count for 组织覆盖."""
    if chosen.functional_weight:
        return Q(organization=OuterRef("pk"))
    return Q(organization=OuterRef("pk"), method__in=[CoverageMethod.OWN, CoverageMethod.JOINT])


@dataclass(frozen=True)
class TrendPoint:
    quarter: int
    on: date
    base: int
    covered: int
    work_covered: int

    @property
    def label(self) -> str:
        return quarter_label(self.quarter)

    @property
    def organization_rate(self) -> Decimal | None:
        return rate(self.covered, self.base)

    @property
    def work_rate(self) -> Decimal | None:
        return rate(self.work_covered, self.base)


def coverage_trend(
    committee: Committee,
    last_quarter: int,
    quarters: int = 8,
    *,
    today: date | None = None,
    direct: bool = False,
    chosen: Definition | None = None,
) -> list[TrendPoint]:
    """Both coverages at the ends of the last quarters (the running one: today), oldest first; two queries."""
    numbers = range(last_quarter - quarters + 1, last_quarter + 1)
    days = {n: min(quarter_end(n), today) if today else quarter_end(n) for n in numbers}
    chosen = chosen or definition(committee, max(days.values()))
    wanted: dict[str, Count] = {}
    for n, day in days.items():
        base = Q(registered_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))
        if direct:
            scope = SocialOrganization.objects.directly_managed(day).filter(pk=OuterRef("pk"))
            base &= Q(Exists(scope))
        if chosen.exclude_abnormal:
            base &= Q(status="normal")
        body = {"organization": OuterRef("pk")}
        guided = Q(Exists(BranchCoverage.objects.on(day).filter(**body)))
        guided |= Q(Exists(InstructorAssignment.objects.on(day).filter(**body)))
        if chosen.liaison_counts:
            guided |= Q(Exists(Liaison.objects.on(day).filter(**body)))
        wanted[f"base_{n}"] = Count("pk", filter=base)
        wanted[f"covered_{n}"] = Count(
            "pk", filter=base & Q(Exists(BranchCoverage.objects.on(day).filter(covering(chosen))))
        )
        wanted[f"work_{n}"] = Count("pk", filter=base & guided)
    found = SocialOrganization.objects.within(committee).aggregate(**wanted)
    return [
        TrendPoint(n, day, found[f"base_{n}"], found[f"covered_{n}"], found[f"work_{n}"]) for n, day in days.items()
    ]


@dataclass(frozen=True)
class SyncRate:
    """同步率 of one rule in a period: in time ÷ events."""

    name: str
    events: int
    in_time: int
    late: int
    overdue: int

    @property
    def running(self) -> int:
        return self.events - self.in_time - self.late - self.overdue

    @property
    def rate(self) -> Decimal | None:
        return rate(self.in_time, self.events)


def sync_rates(duties: QuerySet, period: Any, on: date) -> list[SyncRate]:
    """One query: each rule with events in the period, in the order of the rules."""
    rows = (
        duties.of_events_between(period.start, period.end)
        .order_by("rule__order", "rule__name")
        .values("rule__order", "rule__name")
        .annotate(
            events=Count("pk"),
            in_time=Count("pk", filter=Q(done_on__lte=F("due_on"))),
            late=Count("pk", filter=Q(done_on__gt=F("due_on"))),
            overdue=Count("pk", filter=Q(done_on=None, due_on__lt=on)),
        )
    )
    return [SyncRate(r["rule__name"], r["events"], r["in_time"], r["late"], r["overdue"]) for r in rows]
