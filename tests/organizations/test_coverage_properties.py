"""两个覆盖 on random histories: parts sum to their whole, every figure opens its rows, causes sum to the change."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from organizations import statistics
from organizations.choices import OrganizationKind
from organizations.models import (
    Affiliation,
    BranchCoverage,
    CoveragePlan,
    DueMark,
    InstructorAssignment,
    Liaison,
    MassOrganization,
    Membership,
    MemberSurvey,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)
from organizations.statistics import FIGURES, Definition
from tests.factories import make_committee

FIRST = date(2022, 1, 1)
BEFORE, DAY = date(2022, 9, 30), date(2023, 3, 31)
day = st.integers(0, 600).map(lambda n: FIRST + timedelta(days=n))
later = st.none() | day
span = st.tuples(day, later).map(lambda pair: (pair[0], pair[1] if pair[1] and pair[1] > pair[0] else None))
body = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(OrganizationKind.values),
        "registered": day,
        "ended": later,
        "status": st.sampled_from(["normal", "normal", "abnormal"]),
        "due": st.none() | span,
        "direct": st.none() | span,
        "survey": st.none() | st.tuples(day, st.integers(0, 5)),
        "coverages": st.lists(st.tuples(st.sampled_from(["own", "joint", "functional", "area"]), span), max_size=3),
        "instructor": st.none() | span,
        "liaison": st.none() | span,
        "mass": st.none() | span,
        "group": st.none() | day,
    }
)
bodies = st.lists(body, min_size=1, max_size=7)
definitions = st.builds(
    Definition,
    functional_weight=st.sampled_from([0, 1]),
    liaison_counts=st.booleans(),
    mass_org_counts=st.booleans(),
    should_build_rule=st.sampled_from("abc"),
    should_build_staff=st.sampled_from([0, 3]),
    exclude_abnormal=st.booleans(),
    exclude_registered_less_than_6_months=st.booleans(),
)
MANAGED = st.sampled_from(["", "direct", "industry"])
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)  # fmt: skip


def dated(model, owner, pair, **values):
    if pair:
        model.objects.create(organization=owner, start=pair[0], end=pair[1], **values)


def make_world(rows):
    """Bodies with any history that the database accepts; overlapping coverage is refused and left out."""
    committee = make_committee()
    for number, row in enumerate(rows):
        ended = row["ended"] if row["ended"] and row["ended"] >= row["registered"] else None
        owner = SocialOrganization.objects.create(
            committee=committee, name=f"示例{number}", kind=row["kind"], registered_on=row["registered"], ended_on=ended,
            status="cancelled" if ended else row["status"], staff_count=number,
        )  # fmt: skip
        dated(DueMark, owner, row["due"])
        dated(Affiliation, owner, row["direct"], kind="direct")
        dated(InstructorAssignment, owner, row["instructor"], instructor_name="甲")
        dated(Liaison, owner, row["liaison"], name="乙")
        dated(MassOrganization, owner, row["mass"], kind="union")
        if row["survey"]:
            on, members = row["survey"]
            MemberSurvey.objects.create(
                committee=committee, organization=owner, filled_on=on, member_count=members, full_member_count=members
            )
        if row["group"]:
            CoveragePlan.objects.create(committee=committee, organization=owner, group_since=row["group"])
        for place, (method, pair) in enumerate(row["coverages"]):
            cover(committee, owner, f"{number}-{place}", method, pair, members=number % 5)
    return committee


def cover(committee, owner, name, method, pair, members):
    kind = {"joint": "joint", "functional": "functional"}.get(method, "branch")
    branch = PartyBranch.objects.create(committee=committee, name=f"支部{name}", kind=kind, founded_on=FIRST)
    try:
        with transaction.atomic():
            row = BranchCoverage(branch=branch, organization=owner, method=method, start=pair[0], end=pair[1])
            row.full_clean()
            row.save()
    except (ValidationError, IntegrityError):
        return
    for number in range(members):
        member = PartyMember.objects.create(committee=committee, name=f"党员{name}-{number}", sex="male")
        Membership.objects.create(member=member, branch=branch, start=pair[0], kind="full" if number else "associate")


class CoverageOfRandomHistories(TestCase):
    @FEW
    @given(bodies, definitions, MANAGED)
    def test_parts_sum_to_their_whole(self, rows, chosen, managed):
        committee = make_world(rows)
        found = statistics.coverage_by_kind(committee, DAY, managed=managed, chosen=chosen)
        for c in found.values():
            self.assertEqual(c.own + c.joint + c.functional + c.without_branch, c.base)
            self.assertEqual(c.due + c.few_members + c.no_members + c.unknown_members, c.without_branch)
            self.assertEqual(c.own_committee + c.own_general + c.own_branch, c.own)
            self.assertEqual(c.should_built + c.should_unbuilt, c.should_build)
            self.assertEqual(c.with_branch + c.instructed + c.uncovered, c.base)
            self.assertLessEqual(c.covered, c.work_covered)
        for name in ("base", "own", "joint", "functional", "due", "work_covered", "members", "staff"):
            kinds = sum(getattr(found[key], name) for key in found if key)
            self.assertEqual(kinds, getattr(found[""], name), name)

    @FEW
    @given(bodies, definitions, MANAGED)
    def test_every_figure_opens_as_many_rows_and_the_rest(self, rows, chosen, managed):
        committee = make_world(rows)
        whole = statistics.coverage_by_kind(committee, DAY, managed=managed, chosen=chosen)[""]
        for figure in FIGURES.values():
            base = statistics.bodies_of(figure, committee, DAY, chosen, managed=managed)
            inside = set(statistics.included(figure, base, chosen).values_list("pk", flat=True))
            outside = set(statistics.excluded(figure, base, chosen).values_list("pk", flat=True))
            self.assertEqual(len(inside), getattr(whole, figure.key), figure.key)
            self.assertEqual(inside & outside, set(), figure.key)
            self.assertEqual(inside | outside, set(base.values_list("pk", flat=True)), figure.key)
            for row in base.with_papers(DAY).values(*statistics.REASON_FIELDS):
                self.assertTrue(statistics.reason(figure, row, chosen, DAY, managed))

    @FEW
    @given(bodies, definitions, MANAGED)
    def test_every_supplementary_number_opens_as_many_rows(self, rows, chosen, managed):
        committee = make_world(rows)
        found = statistics.coverage_by_kind(committee, DAY, managed=managed, chosen=chosen)
        base = statistics.bodies_in_scope(committee, DAY, managed=managed, chosen=chosen)
        branches = statistics.branches_of(committee, DAY, base if managed else None)
        for figure in statistics.BRANCH_FIGURES.values():
            listed = branches.filter(figure.within).filter(figure.condition)
            self.assertEqual(listed.count(), getattr(found[""], figure.key), figure.key)
        for kind, numbers in found.items():
            bodies_of_kind = base.filter(kind=kind) if kind else base
            persons = {
                "instructors": statistics.assignments_of(bodies_of_kind, DAY),
                "associates": statistics.associates_of(committee, bodies_of_kind, DAY),
            }
            for name, counted in persons.items():
                listed = counted.model.objects.filter(pk__in=statistics.one_each(name, counted))
                self.assertEqual(listed.count(), getattr(numbers, name), (kind, name))

    @FEW
    @given(bodies, definitions, MANAGED)
    def test_causes_sum_to_the_change_and_open_their_rows(self, rows, chosen, managed):
        committee = make_world(rows)
        names = {"base": "base", "covered": "covered", "work_covered": "work_covered"}
        then, now = (
            statistics.coverage(committee, on, managed=managed, chosen=None if on == BEFORE else chosen)
            for on in (BEFORE, DAY)
        )
        for measure, name in names.items():
            change = statistics.coverage_changes(committee, BEFORE, DAY, managed=managed, chosen=chosen)[measure]
            self.assertEqual((change.before, change.now), (getattr(then, name), getattr(now, name)))
            self.assertEqual(change.before + sum(number for _, _, number in change.lines), change.now, change)
            for key, _, number in change.lines:
                if key != "redefined":
                    listed = statistics.with_cause(committee, BEFORE, DAY, measure, chosen, managed=managed)
                    self.assertEqual(listed.filter(cause=key).count(), abs(number))

    @FEW
    @given(bodies, definitions)
    def test_the_course_equals_the_coverage_of_each_day(self, rows, chosen):
        committee = make_world(rows)
        for point in statistics.coverage_trend(committee, 2023 * 4, 3, chosen=chosen):
            found = statistics.coverage(committee, point.on, chosen=chosen)
            self.assertEqual(
                (point.base, point.covered, point.work_covered), (found.base, found.covered, found.work_covered)
            )
