"""Why a coverage figure differs between two days: each body that came or went, with its cause; causes sum to the change."""

from collections import Counter
from collections.abc import Iterable
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
    committee: Committee, before: date, on: date, measures: Iterable[str], chosen: Definition, direct: bool
) -> SocialOrganizationQuerySet:
    """Annotate every body with whether it was in the base, and counted for each measure, then and now."""
    bodies, flags = SocialOrganization.objects.within(committee), {}
    for name, day in (("then", before), ("now", on)):
        base = base_condition(day, chosen)
        flags[f"register_{name}"] = _flag(Q(registered_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day)))
        flags[f"direct_{name}"] = _flag(_direct(day)) if direct else Value(1)
        flags[f"inside_{name}"] = _flag(base & _direct(day) if direct else base)
        for measure in measures:
            counts = _flag(_counts(measure, day, chosen)) if measure != "base" else Value(1)
            flags[f"{measure}_{name}"] = counts
    return bodies.annotate(**flags)


def _cause(measure: str, on: date) -> Case:
    """Why the body counts on one of the two days only; empty where it counts on both or neither."""
    was, now = (Q(**{f"inside_{name}": 1, f"{measure}_{name}": 1}) for name in ("then", "now"))
    built = {
        method: Q(Exists(BranchCoverage.objects.on(on).filter(method=method, **BODY)))
        for method in (CoverageMethod.OWN, CoverageMethod.JOINT)
    }
    covered, stayed = Q(Exists(BranchCoverage.objects.on(on).filter(**BODY))), Q(inside_then=1)
    came = [
        (stayed & built[CoverageMethod.OWN], "built_own"),
        (stayed & built[CoverageMethod.JOINT], "built_joint"),
        (stayed & covered, "built_other"),
        (stayed, "sent"),
        (Q(register_then=0), "registered"),
        (Q(direct_then=0), "moved_in"),
        (Q(), "entered"),
    ]
    went = [
        (Q(inside_now=1), "ended"),
        (Q(register_now=0), "cancelled"),
        (Q(direct_now=0), "moved_out"),
        (Q(), "dropped"),
    ]
    cases = [When(~was & now & test, then=Value(key)) for test, key in came]
    cases += [When(was & ~now & test, then=Value(key)) for test, key in went]
    return Case(*cases, default=Value(""), output_field=CharField())


def with_cause(
    committee: Committee, before: date, on: date, measure: str, chosen: Definition, *, direct: bool = False
) -> SocialOrganizationQuerySet:
    """Annotate `cause`, for the list behind one line of the page."""
    return flagged(committee, before, on, (measure,), chosen, direct).annotate(cause=_cause(measure, on))


def coverage_changes(
    committee: Committee,
    before: date,
    on: date,
    measures: Iterable[str] = tuple(MEASURES),
    *,
    direct: bool = False,
    chosen: Definition | None = None,
    old: Definition | None = None,
) -> dict[str, Change]:
    """The change of each measure and its causes, by the definition of the later day; one query.

    `before` is the figure by the definition that was in force then (`old`); the difference to the later one is 口径变化,
    and costs one query a measure where the two differ.
    """
    chosen, old = chosen or definition(committee, on), old or definition(committee, before)
    bodies = flagged(committee, before, on, measures, chosen, direct)
    rows = bodies.annotate(**{f"cause_{measure}": _cause(measure, on) for measure in measures}).order_by()
    names = [f"{stem}_{name}" for stem in ("inside", *measures) for name in ("then", "now")]
    rows = list(rows.values(*names, *(f"cause_{measure}" for measure in measures)).annotate(n=Count("pk")))
    found = {}
    for measure in measures:
        causes: Counter = Counter()
        for row in rows:
            causes[row[f"cause_{measure}"]] += row["n"]
        was, now = (
            sum(row["n"] for row in rows if row[f"inside_{name}"] and row[f"{measure}_{name}"])
            for name in ("then", "now")
        )
        del causes[""]
        told = was
        if old != chosen:
            then = flagged(committee, before, before, (measure,), old, direct)
            told = then.filter(**{"inside_now": 1, f"{measure}_now": 1}).count()
            causes["redefined"] = was - told
        found[measure] = Change(told, now, dict(causes))
    return found
