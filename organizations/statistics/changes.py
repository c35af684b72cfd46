"""Why a coverage figure differs between two days: each body that came or went, with its cause; causes sum to the change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, CharField, Count, Q, Value, When

from core.models import Committee
from organizations.choices import CoverageMethod
from organizations.models import SocialOrganization
from organizations.models.conditions import covered_on, direct_on, flag, on_register, reached_on
from organizations.models.organizations import SocialOrganizationQuerySet

from .definitions import Definition, base_condition, definition

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
        return covered_on(day, chosen.methods)
    return reached_on(day, chosen.guides)


def flagged(
    committee: Committee, before: date, on: date, measures: Iterable[str], chosen: Definition, direct: bool
) -> SocialOrganizationQuerySet:
    """Annotate every body with whether it was in the base, and counted for each measure, then and now."""
    bodies, flags = SocialOrganization.objects.within(committee), {}
    for name, day in (("then", before), ("now", on)):
        base = base_condition(day, chosen)
        flags[f"register_{name}"] = flag(on_register(day))
        flags[f"direct_{name}"] = flag(direct_on(day)) if direct else Value(True)
        flags[f"inside_{name}"] = flag(base & direct_on(day) if direct else base)
        for measure in measures:
            counts = flag(_counts(measure, day, chosen)) if measure != "base" else Value(True)
            flags[f"{measure}_{name}"] = counts
    return bodies.annotate(**flags)


def _cause(measure: str, on: date) -> Case:
    """Why the body counts on one of the two days only; empty where it counts on both or neither."""
    was, now = (Q(**{f"inside_{name}": True, f"{measure}_{name}": True}) for name in ("then", "now"))
    stayed = Q(inside_then=True)
    came = [
        (stayed & covered_on(on, [CoverageMethod.OWN]), "built_own"),
        (stayed & covered_on(on, [CoverageMethod.JOINT]), "built_joint"),
        (stayed & covered_on(on), "built_other"),
        (stayed, "sent"),
        (Q(register_then=False), "registered"),
        (Q(direct_then=False), "moved_in"),
        (Q(), "entered"),
    ]
    went = [
        (Q(inside_now=True), "ended"),
        (Q(register_now=False), "cancelled"),
        (Q(direct_now=False), "moved_out"),
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
            told = then.filter(**{"inside_now": True, f"{measure}_now": True}).count()
            causes["redefined"] = was - told
        found[measure] = Change(told, now, dict(causes))
    return found
