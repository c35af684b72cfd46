"""Why a coverage figure differs between two days: each body that came or went, with its cause; causes sum to the change."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When

from core.models import Committee
from organizations.choices import CoverageMethod
from organizations.models import (
    Affiliation,
    BranchCoverage,
    InstructorAssignment,
    Liaison,
    MassOrganization,
    SocialOrganization,
)
from organizations.models.organizations import SocialOrganizationQuerySet

from .coverage import covering
from .definitions import Definition, base_condition, definition

BODY = {"organization": OuterRef("pk")}
CAUSES = {  # in the order of the page; the sign says whether the figure grows
    "built_own": ("新单独组建", 1),
    "built_joint": ("新联合组建", 1),
    "built_other": ("新建功能型或区域覆盖", 1),
    "sent": ("新派指导员等", 1),
    "registered": ("新登记", 1),
    "moved_in": ("归口划入", 1),
    "entered": ("恢复或满足计入条件", 1),
    "ended": ("撤销或结束覆盖", -1),
    "cancelled": ("注销、撤销登记", -1),
    "moved_out": ("归口划出", -1),
    "dropped": ("不再符合计入条件", -1),
    "redefined": ("口径变化", 1),
}
MEASURES = {"base": "单位数", "covered": "组织覆盖", "work_covered": "工作覆盖"}


@dataclass(frozen=True)
class Change:
    """The figure then ± causes = the figure now. `redefined` is what another 口径 alone would change; it may be negative."""

    before: int
    now: int
    causes: dict[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """(key, label, signed number) of the causes that occurred."""
        return [(key, CAUSES[key][0], CAUSES[key][1] * n) for key in CAUSES if (n := self.causes.get(key, 0))]

    @property
    def balances(self) -> bool:
        return self.before + sum(n for _, _, n in self.lines) == self.now


def _counts(measure: str, day: date, chosen: Definition) -> Q:
    """Whether the body counts for the measure on that day, apart from being in the base."""
    if measure == "base":
        return Q()
    if measure == "covered":
        return Q(Exists(BranchCoverage.objects.on(day).filter(covering(chosen))))
    models = [BranchCoverage, InstructorAssignment]
    models += [Liaison] * chosen.liaison_counts + [MassOrganization] * chosen.mass_org_counts
    found = Q()
    for model in models:
        found |= Q(Exists(model.objects.on(day).filter(**BODY)))
    return found


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0))


def _direct(day: date) -> Q:
    return Q(Exists(Affiliation.objects.on(day).filter(kind="direct", **BODY)))


def flagged(
    committee: Committee, before: date, on: date, measure: str, chosen: Definition, direct: bool
) -> SocialOrganizationQuerySet:
    """Annotate every body with whether it was in the base and counted, then and now."""
    bodies, flags = SocialOrganization.objects.within(committee), {}
    for name, day in (("then", before), ("now", on)):
        base = base_condition(day, chosen)
        flags[f"register_{name}"] = _flag(Q(registered_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day)))
        flags[f"direct_{name}"] = _flag(_direct(day)) if direct else Value(1)
        flags[f"base_{name}"] = _flag(base & _direct(day) if direct else base)
        flags[f"counts_{name}"] = _flag(_counts(measure, day, chosen)) if measure != "base" else Value(1)
    return bodies.annotate(**flags)


def with_cause(
    committee: Committee, before: date, on: date, measure: str, chosen: Definition, *, direct: bool = False
) -> SocialOrganizationQuerySet:
    """Annotate `cause`: why the body counts on one of the two days only; empty where it counts on both or neither."""
    was, now = Q(base_then=1, counts_then=1), Q(base_now=1, counts_now=1)
    built = {
        method: Q(Exists(BranchCoverage.objects.on(on).filter(method=method, **BODY)))
        for method in (CoverageMethod.OWN, CoverageMethod.JOINT)
    }
    covered = Q(Exists(BranchCoverage.objects.on(on).filter(**BODY)))
    came = [
        (Q(base_then=1) & built[CoverageMethod.OWN], "built_own"),
        (Q(base_then=1) & built[CoverageMethod.JOINT], "built_joint"),
        (Q(base_then=1) & covered, "built_other"),
        (Q(base_then=1), "sent"),
        (Q(register_then=0), "registered"),
        (Q(direct_then=0), "moved_in"),
        (Q(), "entered"),
    ]
    went = [
        (Q(base_now=1), "ended"),
        (Q(register_now=0), "cancelled"),
        (Q(direct_now=0), "moved_out"),
        (Q(), "dropped"),
    ]
    cases = [When(~was & now & test, then=Value(key)) for test, key in came]
    cases += [When(was & ~now & test, then=Value(key)) for test, key in went]
    bodies = flagged(committee, before, on, measure, chosen, direct)
    return bodies.annotate(cause=Case(*cases, default=Value(""), output_field=CharField()))


def coverage_change(
    committee: Committee,
    before: date,
    on: date,
    measure: str = "covered",
    *,
    direct: bool = False,
    chosen: Definition | None = None,
) -> Change:
    """The change of one measure and its causes, by the definition of the later day; three queries at most.

    `before` is the figure by the definition that was in force then; the difference to the later one is 口径变化.
    """
    chosen = chosen or definition(committee, on)
    old = definition(committee, before)
    rows = with_cause(committee, before, on, measure, chosen, direct=direct).order_by()
    causes: dict[str, int] = {}
    was = now = 0
    for row in rows.values("cause", "base_then", "counts_then", "base_now", "counts_now").annotate(n=Count("pk")):
        was += row["n"] * row["base_then"] * row["counts_then"]
        now += row["n"] * row["base_now"] * row["counts_now"]
        if row["cause"]:
            causes[row["cause"]] = causes.get(row["cause"], 0) + row["n"]
    before_then = was
    if old != chosen:
        found = flagged(committee, before, before, measure, old, direct)
        before_then = found.filter(base_now=1, counts_now=1).count()
        causes["redefined"] = was - before_then
    return Change(before_then, now, causes)
