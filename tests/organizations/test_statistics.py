from datetime import date
from decimal import Decimal

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from core.models import OfficeSetting
from organizations import statistics
from organizations.choices import BranchKind
from organizations.models import (
    BranchCoverage,
    CoveragePlan,
    InstructorAssignment,
    Liaison,
    MemberSurvey,
    SocialOrganization,
)
from organizations.workflows.bodies import assign_instructor
from tests.factories import make_branch, make_committee, make_member, make_organization, make_staff

DAY = date(2023, 3, 31)


def worked_example(committee):
    """DOMAIN §4.3: 120 bodies; 40 own, 6 joint branches over 21, 5 functional only, 38 instructors, 4 liaisons."""
    bodies = [make_organization(committee) for _ in range(120)]
    own, joint, functional, rest = bodies[:40], bodies[40:61], bodies[61:66], bodies[66:]
    for body in own:
        make_branch(committee, covers=(body,))
    for start in range(6):
        make_branch(committee, kind=BranchKind.JOINT, covers=tuple(joint[start::6]))
    for body in functional:
        make_branch(committee, kind=BranchKind.FUNCTIONAL, covers=(body,))
    make_branch(committee, kind=BranchKind.FUNCTIONAL, covers=(own[0],), dissolved_on=None)
    for body in rest[:38]:
        InstructorAssignment.objects.create(organization=body, instructor_name="甲示例", start=date(2022, 1, 1))
    for body in rest[38:42]:
        Liaison.objects.create(organization=body, name="乙示例", start=date(2022, 1, 1))
    return bodies


def set_rule(committee, key, value, since=date(2000, 1, 1)):
    OfficeSetting.objects.create(committee=committee, key=key, value=value, effective_from=since)


class WorkedExampleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.bodies = worked_example(cls.committee)

    def test_organization_coverage_counts_functional_branches_by_default(self):
        found = statistics.coverage(self.committee, DAY)

        self.assertEqual((found.base, found.own, found.joint, found.functional), (120, 40, 21, 5))
        self.assertEqual((found.covered, found.organization_rate), (66, Decimal("55.0")))
        self.assertEqual(found.own_rate, Decimal("33.3"))

    def test_without_functional_branches(self):
        set_rule(self.committee, "coverage.functional_weight", 0)

        found = statistics.coverage(self.committee, DAY)

        self.assertEqual((found.covered, found.organization_rate), (61, Decimal("50.8")))
        self.assertEqual(found.work_rate, Decimal("86.7"))

    def test_work_coverage_with_and_without_liaisons(self):
        self.assertEqual(statistics.coverage(self.committee, DAY).work_rate, Decimal("86.7"))
        set_rule(self.committee, "coverage.liaison_counts", True)

        self.assertEqual(statistics.coverage(self.committee, DAY).work_rate, Decimal("90.0"))

    def test_a_rule_holds_from_its_day(self):
        set_rule(self.committee, "coverage.liaison_counts", True, date(2023, 4, 1))

        self.assertEqual(statistics.coverage(self.committee, DAY).work_covered, 104)
        self.assertEqual(statistics.coverage(self.committee, date(2023, 4, 1)).work_covered, 108)

    def test_covered_and_not_covered_are_the_base(self):
        found = statistics.coverage(self.committee, DAY)

        self.assertEqual(found.with_branch + found.without_branch, found.base)
        self.assertEqual(found.with_branch + found.instructed + found.uncovered, found.base)
        self.assertEqual(found.due + found.few_members + found.no_members + found.unknown_members, found.without_branch)

    def test_agrees_with_the_conditions_that_facts_count(self):
        bodies, found = SocialOrganization.objects.registered(DAY), statistics.coverage(self.committee, DAY)

        self.assertEqual(bodies.organization_covered(DAY).count(), found.covered)
        self.assertEqual(bodies.work_covered(DAY).count(), found.work_covered)
        self.assertEqual(bodies.without_branch(DAY).count(), found.without_branch)
        self.assertEqual(bodies.uncovered(DAY).count(), found.uncovered)

    def test_five_queries_are_enough(self):
        with CaptureQueriesContext(connection) as queries:
            statistics.coverage_by_kind(self.committee, DAY)
            statistics.coverage_trend(self.committee, 2023 * 4)
            statistics.coverage_changes(self.committee, date(2022, 12, 31), DAY, ("covered",))

        self.assertLessEqual(len(queries), 10)
        with CaptureQueriesContext(connection) as queries:
            statistics.coverage_by_kind(self.committee, DAY)
        self.assertEqual(len(queries), 5)

    def test_trend_equals_the_coverage_of_each_day(self):
        BranchCoverage.objects.filter(organization=self.bodies[0]).update(end=date(2022, 7, 1))

        points = statistics.coverage_trend(self.committee, 2023 * 4, 4)

        self.assertEqual([p.quarter for p in points], [2022 * 4 + 1, 2022 * 4 + 2, 2022 * 4 + 3, 2023 * 4])
        for point in points:
            found = statistics.coverage(self.committee, point.on)
            self.assertEqual((point.covered, point.work_covered), (found.covered, found.work_covered))
        self.assertEqual([p.covered for p in points], [66, 65, 65, 65])

    def test_change_is_split_into_causes(self):
        first, second, third = self.bodies[:3]
        SocialOrganization.objects.filter(pk=first.pk).update(ended_on=date(2023, 2, 1), status="cancelled")
        BranchCoverage.objects.filter(organization=second).update(end=date(2023, 2, 1))
        newcomer = make_organization(self.committee, registered_on=date(2023, 2, 1))
        make_branch(self.committee, covers=(newcomer,), founded_on=date(2023, 3, 1))
        make_branch(self.committee, covers=(self.bodies[119],), founded_on=date(2023, 3, 1))

        change = statistics.coverage_changes(self.committee, date(2022, 12, 31), DAY)["covered"]

        self.assertEqual((change.before, change.now), (66, 66))
        self.assertEqual(change.causes, {"built_own": 1, "ended": 1, "registered": 1, "cancelled": 1})
        self.assertEqual(change.before + sum(number for _, _, number in change.lines), change.now)
        self.assertIsNotNone(third)


def found_ids(key, committee):
    """The bodies that one figure counts."""
    chosen = statistics.definition(committee, DAY)
    figure = statistics.FIGURES[key]
    rows = statistics.bodies_of(figure, committee, DAY, chosen)
    return set(statistics.included(figure, rows, chosen).values_list("pk", flat=True))


class TreeTests(TestCase):
    def test_tree_counts_by_type_and_kind_of_branch(self):
        committee = make_committee()
        one, two, three = (make_organization(committee) for _ in range(3))
        make_organization(committee, kind="53")
        make_branch(committee, covers=(one,), kind=BranchKind.COMMITTEE)
        make_branch(committee, covers=(two,), kind=BranchKind.GENERAL)
        make_branch(committee, covers=(three,))

        found = statistics.coverage_by_kind(committee, DAY)

        whole = found[""]
        self.assertEqual((whole.own_committee, whole.own_general, whole.own_branch), (1, 1, 1))
        self.assertEqual((found["51"].base, found["53"].base, found["53"].without_branch), (3, 1, 1))

    def test_the_lines_of_bodies_without_a_branch_and_of_joint_branches(self):
        """DOMAIN §4.1, each line with an answer known by hand."""
        committee = make_committee()
        staff = make_staff(committee)

        def surveyed(members, full=None):
            body = make_organization(committee)
            if members is not None:
                MemberSurvey.objects.create(
                    committee=committee, organization=body, filled_on=date(2023, 1, 1), member_count=members,
                    full_member_count=members if full is None else full,
                )  # fmt: skip
            return body

        due, grouped, few, none, unknown = surveyed(5), surveyed(3), surveyed(2), surveyed(0), surveyed(None)
        CoveragePlan.objects.create(committee=committee, organization=grouped, group_since=date(2023, 2, 1))
        assign_instructor(few, by=staff, start=date(2023, 2, 1), instructor_name="甲示例", sent_by="机关")
        assign_instructor(due, by=staff, start=date(2023, 2, 1), instructor_name="甲示例", sent_by="机关")
        large, small = surveyed(4), surveyed(1)
        make_branch(committee, covers=(large, small), kind=BranchKind.JOINT)
        make_branch(committee, covers=(surveyed(2),), kind=BranchKind.FUNCTIONAL)

        found = statistics.coverage(committee, DAY)

        self.assertEqual((found.base, found.own, found.joint, found.functional, found.without_branch), (8, 0, 2, 1, 5))
        self.assertEqual((found.joint_members, found.joint_branches, found.branches), (1, 1, 2))
        self.assertEqual((found.due, found.due_group), (2, 1))
        self.assertEqual((found.few_members, found.no_members, found.unknown_members), (1, 1, 1))
        self.assertEqual((found.instructed, found.instructors), (2, 1))
        self.assertEqual((found.members, unknown.pk in found_ids("unknown_members", committee)), (17, True))
        self.assertEqual(found_ids("no_members", committee), {none.pk})

    def test_empty_base_is_unknown(self):
        found = statistics.coverage(make_committee(), DAY)

        self.assertEqual((found.organization_rate, found.work_rate, found.should_rate), (None, None, None))

    def test_should_build_by_roster_survey_and_mark(self):
        committee = make_committee()
        built, surveyed, marked, small = (make_organization(committee) for _ in range(4))
        branch = make_branch(committee, covers=(built,))
        for _ in range(3):
            make_member(branch, is_full_time_staff=True)
        MemberSurvey.objects.create(
            committee=committee, organization=surveyed, filled_on=date(2023, 1, 1), member_count=4, full_member_count=3
        )
        marked.due_marks.create(start=date(2023, 1, 1))
        MemberSurvey.objects.create(
            committee=committee, organization=small, filled_on=date(2023, 1, 1), member_count=2, full_member_count=2
        )

        found = statistics.coverage(committee, DAY)

        self.assertEqual((found.should_build, found.should_built, found.should_unbuilt), (3, 1, 2))
        self.assertEqual(found.should_rate, Decimal("33.3"))

    def test_directly_managed_bodies_alone(self):
        committee = make_committee()
        make_organization(committee)
        make_organization(committee, direct=False)

        self.assertEqual(statistics.coverage(committee, DAY).base, 2)
        self.assertEqual(statistics.coverage(committee, DAY, managed="direct").base, 1)
