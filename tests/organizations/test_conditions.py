from datetime import date

from django.test import TestCase

from organizations.choices import BranchKind, CharterStatus, LetterStatus
from organizations.models import CharterRecord, CommitmentLetter, InstructorAssignment, MemberSurvey, SocialOrganization
from tests.factories import make_branch, make_committee, make_member, make_organization

DAY = date(2023, 3, 31)


class LedgerAnnotationTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.own, cls.joint, cls.blank = (make_organization(cls.committee) for _ in range(3))
        branch = make_branch(cls.committee, covers=(cls.own,), secretary="甲示例")
        make_member(branch)
        make_member(branch, category="probationary", full_on=None)
        make_branch(cls.committee, kind=BranchKind.FUNCTIONAL, covers=(cls.own,))
        make_branch(cls.committee, kind=BranchKind.JOINT, covers=(cls.joint,))
        MemberSurvey.objects.create(
            committee=cls.committee, organization=cls.joint, filled_on=date(2023, 1, 1), member_count=2
        )
        CharterRecord.objects.create(
            committee=cls.committee,
            organization=cls.own,
            has_party_clause=True,
            status=CharterStatus.APPROVED,
            approved_on=date(2022, 1, 1),
        )
        CommitmentLetter.objects.create(
            committee=cls.committee, organization=cls.own, status=LetterStatus.SIGNED, signed_on=date(2015, 1, 1)
        )
        InstructorAssignment.objects.create(
            organization=cls.joint, instructor_name="乙示例", start=date(2022, 1, 1), end=date(2023, 3, 31)
        )

    def row(self, body, *names):
        return SocialOrganization.objects.for_ledger(DAY).values_list(*names).get(pk=body.pk)

    def test_own_branch_comes_before_functional(self):
        names = ("coverage_method", "branch_secretary", "member_count", "full_member_count", "charter_status")

        self.assertEqual(self.row(self.own, *names), ("own", "甲示例", 2, 1, "approved"))

    def test_body_of_a_joint_branch_has_the_members_of_its_survey(self):
        names = ("coverage_method", "member_count", "full_member_count", "charter_status", "letter_status")

        self.assertEqual(self.row(self.joint, *names), ("joint", 2, None, "absent", None))

    def test_unknown_members_stay_unknown(self):
        self.assertEqual(self.row(self.blank, "coverage_method", "member_count"), (None, None))

    def test_instructor_counts_until_the_day_before_the_end(self):
        def guided(day):
            return SocialOrganization.objects.with_coverage(day).filter(has_instructor=True)

        self.assertEqual(guided(date(2023, 3, 30)).get(), self.joint)
        self.assertFalse(guided(DAY).exists())

    def test_covered_and_without_branch_are_everybody(self):
        bodies = SocialOrganization.objects.all()

        self.assertEqual(set(bodies.organization_covered(DAY)), {self.own, self.joint})
        self.assertEqual(set(bodies.without_branch(DAY)), {self.blank})
        self.assertEqual(set(bodies.uncovered(DAY)), {self.blank})

    def test_a_later_version_without_the_clause_takes_the_body_out(self):
        bodies = SocialOrganization.objects.all()
        self.assertEqual(bodies.with_party_clause(DAY).get(), self.own)
        CharterRecord.objects.create(
            committee=self.committee,
            organization=self.own,
            version_no=2,
            has_party_clause=False,
            status=CharterStatus.APPROVED,
            approved_on=date(2023, 2, 1),
        )

        self.assertFalse(bodies.with_party_clause(DAY).exists())
        self.assertEqual(bodies.with_party_clause(date(2023, 1, 31)).get(), self.own)
