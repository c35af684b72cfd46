from datetime import date
from decimal import Decimal

from django.test import TestCase

from core.models import OfficeSetting
from core.periods import Period
from organizations.choices import BranchKind
from organizations.models import BranchCoverage, InstructorAssignment, Liaison, SocialOrganization
from organizations.statistics import coverage, coverage_trend
from tests.factories import make_branch, make_committee, make_organization

DAY = date(2023, 3, 31)


class CoverageTest(TestCase):
    """The worked example of the handbook: 120 bodies, 40 own, 6 joint over 21, 5 functional, 38 guided, 4 liaised."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.committee = make_committee()
        bodies = [make_organization(cls.committee) for _ in range(120)]
        cls.bodies = bodies
        for body in bodies[:40]:
            make_branch(cls.committee, covers=(body,))
        joint = bodies[40:61]
        for n in range(6):
            make_branch(cls.committee, covers=tuple(joint[n::6]), kind=BranchKind.JOINT)
        for body in bodies[61:66]:
            make_branch(cls.committee, covers=(body,), kind=BranchKind.FUNCTIONAL)
        for body in bodies[66:104]:
            InstructorAssignment.objects.create(organization=body, instructor_name="指导员", start=date(2020, 1, 1))
        for body in bodies[104:108]:
            Liaison.objects.create(organization=body, name="联络员", start=date(2020, 1, 1))

    def setting(self, key: str, value: object) -> None:
        OfficeSetting.objects.create(committee=self.committee, key=f"coverage.{key}", value=value)

    def test_worked_numbers(self) -> None:
        with self.assertNumQueries(3):
            found = coverage(self.committee, DAY)

        self.assertEqual((found.base, found.own, found.joint, found.functional), (120, 40, 21, 5))
        self.assertEqual(found.organization_rate, Decimal("55.0"))
        self.assertEqual(found.work_rate, Decimal("86.7"))
        self.assertEqual(found.branches, 51)
        self.assertEqual(found.own_rate, Decimal("33.3"))

    def test_functional_branches_without_weight(self) -> None:
        self.setting("functional_weight", 0)

        self.assertEqual(coverage(self.committee, DAY).organization_rate, Decimal("50.8"))

    def test_liaisons_count_when_the_office_says_so(self) -> None:
        self.setting("liaison_counts", True)

        self.assertEqual(coverage(self.committee, DAY).work_rate, Decimal("90.0"))

    def test_covered_and_blank_make_the_base(self) -> None:
        found = coverage(self.committee, DAY)

        self.assertEqual(found.work_covered + found.blank, found.base)

    def test_empty_base_has_no_rate(self) -> None:
        found = coverage(make_committee(), DAY)

        self.assertIsNone(found.organization_rate)
        self.assertIsNone(found.due_rate)

    def test_a_body_with_own_and_functional_branch_counts_once(self) -> None:
        make_branch(self.committee, covers=(self.bodies[0],), kind=BranchKind.FUNCTIONAL)

        self.assertEqual(coverage(self.committee, DAY).covered, 66)

    def test_ended_coverage_and_ended_bodies_do_not_count(self) -> None:
        BranchCoverage.objects.filter(organization=self.bodies[0]).update(end=DAY)
        SocialOrganization.objects.filter(pk=self.bodies[1].pk).update(ended_on=DAY, status="cancelled")

        found = coverage(self.committee, DAY)

        self.assertEqual((found.base, found.own), (119, 38))

    def test_trend_equals_the_figures_of_each_day(self) -> None:
        quarter = Period.parse("2023Q1").first
        with self.assertNumQueries(4):
            trend = coverage_trend(self.committee, quarter, 8)

        for point in trend:
            single = coverage(self.committee, Period.quarter(point.quarter).end)
            self.assertEqual(
                (point.base, point.covered, point.work_covered), (single.base, single.covered, single.work_covered)
            )
        self.assertEqual(trend[-1].organization_rate, Decimal("55.0"))
