"""Figures of the ledgers as integers of a day; rates are properties, and an empty base gives None (DOMAIN §4.3)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from core.models import Committee, OfficeSetting
from core.periods import quarter_end
from organizations.choices import AffiliationKind, CoverageMethod
from organizations.models import BranchCoverage, InstructorAssignment, Liaison, PartyBranch, SocialOrganization

TENTH = Decimal("0.1")
DEFAULTS: dict[str, Any] = {
    "coverage.functional_weight": 1,
    "coverage.liaison_counts": False,
    "coverage.exclude_abnormal": False,
    "coverage.exclude_new_months": 0,
}


def rate(part: int | None, whole: int | None) -> Decimal | None:
    """part ÷ whole in percent with one decimal, half up, from integers; None when there is nothing to divide by."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class CoverageRules:
    """The definition in force on a day: what counts, as dated settings of the office."""

    functional_weight: int = 1
    liaison_counts: bool = False
    exclude_abnormal: bool = False

    @property
    def text(self) -> str:
        return (
            f"功能型党组织{'计入' if self.functional_weight else '不计入'}组织覆盖，"
            f"只有联络员的{'计入' if self.liaison_counts else '不计入'}工作覆盖，"
            f"列入异常名录和失信名单的{'不计入' if self.exclude_abnormal else '计入'}基数。"
        )


def coverage_rules(committee: Committee, on: date) -> CoverageRules:
    """One query: the latest value of each coverage setting in force on that day."""
    found = dict(DEFAULTS)
    rows = OfficeSetting.objects.filter(
        committee=committee, key__startswith="coverage.", effective_from__lte=on
    ).order_by("effective_from")
    found.update(rows.values_list("key", "value"))
    return CoverageRules(
        int(found["coverage.functional_weight"]),
        bool(found["coverage.liaison_counts"]),
        bool(found["coverage.exclude_abnormal"]),
    )


@dataclass(frozen=True)
class Coverage:
    """两个覆盖 of one day. Each body counts once, in the order own, joint, functional; units: bodies (家)."""

    on: date
    rules: CoverageRules
    base: int
    own: int
    joint: int
    functional: int
    instructed: int  # without a party organization, with an instructor
    liaised: int  # without both, with a liaison
    due: int  # 应建
    due_built: int
    branches: int

    @property
    def covered(self) -> int:
        return self.own + self.joint + self.rules.functional_weight * self.functional

    @property
    def work_covered(self) -> int:
        reached = self.own + self.joint + self.functional + self.instructed
        return reached + (self.liaised if self.rules.liaison_counts else 0)

    @property
    def blank(self) -> int:
        """覆盖空白 (COV-03)."""
        return self.base - self.work_covered

    @property
    def due_missing(self) -> int:
        """应建未建."""
        return self.due - self.due_built

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
    def due_rate(self) -> Decimal | None:
        return rate(self.due_built, self.due)


def bodies_in_scope(
    committee: Committee, on: date, rules: CoverageRules, affiliation: str = ""
) -> QuerySet[SocialOrganization]:
    """U(d): on the register that day, narrowed by the switches and by 归口."""
    bodies = SocialOrganization.objects.within(committee).registered(on)
    if rules.exclude_abnormal:
        bodies = bodies.exclude(status__in=["abnormal", "dishonest"])
    if affiliation == AffiliationKind.DIRECT:
        bodies = bodies.directly_managed(on)
    elif affiliation:
        bodies = bodies.affiliated(on, affiliation)
    return bodies


def coverage(committee: Committee, on: date, *, affiliation: str = "") -> Coverage:
    """两个覆盖 as of a day, in three queries (COV-01…COV-04)."""
    rules = coverage_rules(committee, on)
    own, joint, functional = (_covered(on, *methods) for methods in METHODS)
    instructed = Exists(InstructorAssignment.objects.on(on).filter(organization=OuterRef("pk")))
    liaised = Exists(_liaisons(on))
    bodies = bodies_in_scope(committee, on, rules, affiliation).annotate(
        own=own, joint=joint, functional=functional, instructed=instructed, liaised=liaised
    )
    none = Q(own=False, joint=False, functional=False)
    due = Q(pk__in=SocialOrganization.objects.should_build(on).order_by().values("pk"))
    found = bodies.aggregate(
        base=Count(Value(1)),
        own_=Count(Value(1), filter=Q(own=True)),
        joint_=Count(Value(1), filter=Q(own=False, joint=True)),
        functional_=Count(Value(1), filter=Q(own=False, joint=False, functional=True)),
        instructed_=Count(Value(1), filter=none & Q(instructed=True)),
        liaised_=Count(Value(1), filter=none & Q(instructed=False, liaised=True)),
        due_=Count(Value(1), filter=due),
        due_built_=Count(Value(1), filter=due & (Q(own=True) | Q(joint=True))),
    )
    branches = PartyBranch.objects.within(committee).active(on).count()
    return Coverage(on, rules, **{key.removesuffix("_"): value for key, value in found.items()}, branches=branches)


METHODS = (
    (CoverageMethod.OWN,),
    (CoverageMethod.JOINT, CoverageMethod.AREA),
    (CoverageMethod.FUNCTIONAL,),
)


def _covered(on: date, *methods: CoverageMethod) -> Exists:
    return Exists(BranchCoverage.objects.on(on).by_method(*methods).filter(organization=OuterRef("pk")))


def _liaisons(on: date) -> QuerySet:
    return Liaison.objects.on(on).filter(organization=OuterRef("pk"))


@dataclass(frozen=True)
class CoveragePoint:
    """One quarter end of the trend."""

    quarter: int
    base: int
    covered: int
    work_covered: int

    @property
    def organization_rate(self) -> Decimal | None:
        return rate(self.covered, self.base)

    @property
    def work_rate(self) -> Decimal | None:
        return rate(self.work_covered, self.base)


def coverage_trend(
    committee: Committee, last_quarter: int, quarters: int = 8, *, until: date | None = None
) -> list[CoveragePoint]:
    """The two rates at the ends of the last quarters, in four queries however many quarters; the running quarter
    counts as of `until`."""
    numbers = range(last_quarter - quarters + 1, last_quarter + 1)
    days = {n: min(quarter_end(n), until) if until else quarter_end(n) for n in numbers}
    rules = coverage_rules(committee, max(days.values()))
    bodies = SocialOrganization.objects.within(committee)
    bases = bodies.aggregate(**{f"n{n}": Count(Value(1), filter=_registered(day)) for n, day in days.items()})
    counted = BranchCoverage.objects.filter(organization__in=bodies.order_by().values("pk"))
    if not rules.functional_weight:
        counted_rate = counted.exclude(method=CoverageMethod.FUNCTIONAL)
    else:
        counted_rate = counted
    covered = _distinct(counted_rate, days)
    reached = covered if counted_rate is counted else _distinct(counted, days)
    guided = InstructorAssignment.objects.filter(organization__in=bodies.order_by().values("pk"))
    instructed = guided.aggregate(
        **{
            f"n{n}": Count(
                "organization",
                distinct=True,
                filter=guided.holds(day)
                & _registered(day, "organization__")
                & ~Exists(BranchCoverage.objects.on(day).filter(organization=OuterRef("organization"))),
            )
            for n, day in days.items()
        }
    )
    return [CoveragePoint(n, bases[f"n{n}"], covered[f"n{n}"], reached[f"n{n}"] + instructed[f"n{n}"]) for n in numbers]


def _registered(day: date, prefix: str = "") -> Q:
    alive = Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": day})
    return alive & Q(**{f"{prefix}registered_on__lte": day})


def _distinct(rows: QuerySet, days: dict[int, date]) -> dict[str, int]:
    return rows.aggregate(
        **{
            f"n{n}": Count("organization", distinct=True, filter=rows.holds(day) & _registered(day, "organization__"))
            for n, day in days.items()
        }
    )


def points(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Change in percentage points: the difference of the printed values."""
    return None if now is None or before is None else now - before
