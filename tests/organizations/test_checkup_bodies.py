from datetime import UTC, date, datetime, timedelta

from django.urls import reverse

from core.models import Holiday
from organizations.models import (
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    InstructorAssignment,
    MemberSurvey,
    SocialOrganization,
)
from organizations.workflows.review_checks import clause_conflict
from tests.factories import make_branch, make_code, make_member, make_organization, make_review

from .checkup_cases import DAY, RuleCase


class BodyRuleTests(RuleCase):
    def make(self, clause="own", covered=True, **values):
        """A sound body: covered by its own branch, with the clause in its charter."""
        body = make_organization(self.committee, **{"contact": "甲示例", "phone": "13800000000", **values})
        if covered:
            make_branch(self.committee, covers=(body,), secretary="甲示例")
        if clause:
            self.charter(
                body, has_party_clause=True, clause_kind=clause, status="approved", approved_on=body.registered_on
            )
        return body

    def charter(self, body, **values):
        values = {"vote_body": "assembly" if body.kind == "51" else "council", **values}
        return CharterRecord.objects.create(committee=self.committee, organization=body, **values)

    def letter(self, body, **values):
        values = {"status": "signed", "signed_on": body.registered_on, **values}
        return CommitmentLetter.objects.create(committee=self.committee, organization=body, **values)

    def survey(self, body, full=1, filled_on=date(2023, 3, 1)):
        MemberSurvey.objects.create(
            committee=self.committee, organization=body, filled_on=filled_on, member_count=full, full_member_count=full
        )

    def changed(self, body, **values):
        """Past the form, as an old import might have left it."""
        SocialOrganization.objects.filter(pk=body.pk).update(**values)
        return body

    def test_a_sound_body_has_no_finding(self):
        self.assertEqual(self.keys(self.make()), set())

    def test_org_01_check_digit_prefix_and_length(self):
        right = make_code("52")
        for code in (right[:-1] + ("1" if right[-1] != "1" else "2"), make_code("51"), right[:-1], "5" * 18):
            self.assert_breaks("org-01", [self.changed(self.make(kind="52"), code=code)])
        self.assertNotIn("org-01", self.keys(self.changed(self.make(kind="52"), code=right)))

    def test_org_01_the_database_agrees_with_the_validator_on_many_codes(self):
        codes = [make_code("52") for _ in range(200)]
        body = self.make(kind="52")
        wrong = [code for code in codes if "org-01" in self.keys(self.changed(body, code=code))]
        self.assertEqual(wrong, [])

    def test_org_01_without_a_code_is_only_a_reminder(self):
        self.assertEqual(self.keys(self.changed(self.make(), code="")), {"org-01-none"})

    def test_org_02_more_members_than_staff(self):
        body = self.make(staff_count=1)
        self.assertNotIn("org-02", self.keys(body))
        branch = body.coverages.get().branch
        for _ in range(2):
            make_member(branch)
        self.assert_breaks("org-02", [body])
        self.assertEqual(self.text(body, "org-02"), "党员2名，从业人员1人。")
        self.assertNotIn("org-02", self.keys(self.changed(body, staff_count=None)))

    def test_org_03_an_ended_body_is_still_covered(self):
        body = self.changed(self.make(), status="cancelled", ended_on=date(2023, 3, 1))
        self.assertEqual(self.keys(body), {"org-03"})
        BranchCoverage.objects.filter(organization=body).update(end=date(2023, 3, 2))
        self.assertEqual(self.keys(body), set())

    def test_org_03_status_and_date_agree(self):
        self.assert_breaks("org-03-status", [self.changed(self.make(), status="revoked")], [self.make()])

    def test_org_04_council_term_over_soon_and_too_far(self):
        cases = {
            "2023-03-30": "org-04", "2023-03-31": "org-04-soon", "2023-09-30": "org-04-soon", "2023-10-01": None,
            "2029-03-31": None, "2029-04-01": "org-04-far",
        }  # fmt: skip
        for day, key in cases.items():
            self.assertEqual(self.keys(self.make(council_term_end=date.fromisoformat(day))), {key} - {None}, day)

    def test_org_04_the_years_of_a_term_are_settings_by_type(self):
        body = self.make(council_term_end=date(2026, 5, 1))
        self.set_limit("council.term_years", {"51": 2})
        self.assertEqual(self.keys(body), {"org-04-far"})
        self.set_limit("council.extension_months", 24)
        self.assertEqual(self.keys(body), set())

    def test_org_05_a_new_body_has_a_registration_review(self):
        body = self.make(registered_on=date(2023, 1, 10))
        self.letter(body, handed_over_on=date(2023, 1, 12))
        self.survey(body)
        self.assertEqual(self.keys(body), {"org-05"})
        review = make_review(self.staff)
        review.organization = body
        review.save()
        self.assertEqual(self.keys(body), set())
        self.assertNotIn("org-05", self.keys(self.make(registered_on=date(2022, 3, 31))))

    def test_cov_03_neither_branch_nor_instructor(self):
        body = self.make(clause="instructor", covered=False)
        self.assertEqual(self.keys(body), {"cov-03"})
        InstructorAssignment.objects.create(organization=body, instructor_name="乙示例", start=date(2022, 1, 1))
        self.assertEqual(self.keys(body), set())

    def test_pr_04_and_cov_04_three_formal_members_and_no_branch(self):
        few, new, long = (self.guided() for _ in range(3))
        self.survey(few, full=2)
        self.survey(new, full=3, filled_on=date(2023, 1, 1))
        self.survey(long, full=3, filled_on=date(2022, 12, 31))
        self.assertEqual([self.keys(body) for body in (few, new, long)], [set(), {"pr-04"}, {"cov-04"}])
        self.assertIn("正式党员3名", self.text(long, "cov-04"))
        covered = self.make()
        self.survey(covered, full=3)
        self.assertEqual(self.keys(covered), set())

    def test_cov_04_a_new_survey_does_not_begin_the_months_anew(self):
        body, fallen = self.guided(), self.guided()
        for one, full in ((body, 4), (fallen, 2)):
            self.survey(one, full=3, filled_on=date(2022, 11, 1))
            self.survey(one, full=full, filled_on=date(2023, 3, 1))
        self.assertEqual([self.keys(one) for one in (body, fallen)], [{"cov-04"}, set()])
        self.assertIn("2023-03-01）有正式党员4名", self.text(body, "cov-04"))

    def test_cov_04_marked_by_the_office(self):
        body = self.guided()
        mark = body.due_marks.create(start=date(2023, 1, 1))
        self.assertEqual(self.keys(body), set())
        mark.start = date(2022, 12, 31)
        mark.save()
        self.assertEqual(self.text(body, "cov-04"), "2022-12-31起标注为应建未建，至今没有党组织。")
        plan = reverse("organizations:coverage-plan", args=[body.pk])
        self.assertEqual(self.findings(body)[0].url, f"{plan}#id_planned_on")
        self.set_limit("coverage.unbuilt_months", 6)
        self.assertEqual(self.keys(body), set())

    def test_cov_04_only_while_nothing_was_built_in_between(self):
        body = self.guided()
        self.survey(body, full=3, filled_on=date(2022, 6, 1))
        branch = make_branch(self.committee, secretary="甲示例")
        row = BranchCoverage.objects.create(
            branch=branch, organization=body, method="joint", start=date(2022, 7, 1), end=date(2022, 12, 31)
        )
        self.assertEqual(self.keys(body), {"cov-04"})
        row.end = date(2023, 1, 1)
        row.save()
        self.assertEqual(self.keys(body), {"pr-04"})
        row.end = None
        row.save()
        self.assertFalse({"pr-04", "cov-04"} & self.keys(body))

    def test_cov_04_counts_as_the_office_counts(self):
        body = self.guided()
        MemberSurvey.objects.create(
            committee=self.committee, organization=body, filled_on=date(2022, 6, 1), member_count=1, full_member_count=0
        )
        self.assertEqual(self.keys(body), set())
        self.set_limit("coverage.should_build_rule", "c")
        self.assertEqual(self.keys(body), {"cov-04"})
        self.assertIn("有党员1名", self.text(body, "cov-04"))

    def guided(self):
        body = self.make(clause="instructor", covered=False)
        InstructorAssignment.objects.create(organization=body, instructor_name="乙示例", start=date(2022, 1, 1))
        return body

    def test_ch_01_no_approved_charter_with_the_clause(self):
        body = self.make(clause="")
        self.assert_breaks("ch-01", [body], [self.make()])
        self.charter(body, has_party_clause=True, status="voted", voted_on=date(2023, 2, 1))
        self.assertIn("已表决待核准", self.text(body, "ch-01"))

    def test_ch_02_the_meeting_fits_the_type(self):
        service, association = self.make(kind="52"), self.make()
        self.assertEqual(self.keys(service) | self.keys(association), set())
        CharterRecord.objects.filter(organization=service).update(vote_body="assembly")
        CharterRecord.objects.filter(organization=association).update(vote_body="council")
        self.assert_breaks("ch-02", [service, association])
        self.assertIn("应由理事会表决", self.text(service, "ch-02"))

    def test_ch_03_the_clause_names_the_form_there_is(self):
        self.assert_breaks("ch-03", [self.make(clause="joint"), self.make(clause="liaison"),
                                     self.make(clause="own", covered=False)], [self.make(), self.guided()])  # fmt: skip
        self.assertNotIn("ch-03", self.keys(self.make(clause="liaison", covered=False)))

    def test_ch_03_is_told_of_the_charter_in_force_of_a_body_that_lives(self):
        """What a later charter has put right, and the charter of a body that is over, need no mending."""
        body = self.make(clause="joint")
        first = body.charters.get()
        self.assertIn("两者不一致（CH-03）", clause_conflict(first, DAY))

        later = self.charter(body, has_party_clause=True, clause_kind="own", status="voted", version_no=2)
        self.assertTrue(clause_conflict(first, DAY))
        CharterRecord.objects.filter(pk=later.pk).update(status="approved", approved_on=DAY)
        self.assertEqual((clause_conflict(first, DAY), clause_conflict(later, DAY)), ("", ""))
        self.assertTrue(clause_conflict(first, DAY - timedelta(days=1)))

        over = self.make(clause="joint", ended_on=DAY, status="cancelled")
        self.assertEqual(clause_conflict(over.charters.get(), DAY), "")

    def test_ch_04_written_in_and_not_voted_for_a_year(self):
        body = self.make(clause="")
        row = self.charter(body, has_party_clause=True, status="provisional")
        CharterRecord.objects.filter(pk=row.pk).update(created_at=datetime(2022, 4, 1, 12, tzinfo=UTC))
        self.assertNotIn("ch-04", self.keys(body))
        CharterRecord.objects.filter(pk=row.pk).update(created_at=datetime(2022, 3, 30, 12, tzinfo=UTC))
        self.assert_breaks("ch-04", [body])
        CharterRecord.objects.filter(pk=row.pk).update(voted_on=date(2023, 3, 1), status="voted")
        self.assertNotIn("ch-04", self.keys(body))

    def test_pr_01_letter_and_survey_of_a_new_body(self):
        body = self.make(registered_on=date(2023, 3, 29))
        self.assertEqual(self.keys(body), {"org-05", "pr-01-letter", "pr-01-survey"})
        letter = self.letter(body, status="pending", signed_on=None)
        self.assertIn("pr-01-letter", self.keys(body))
        letter.status, letter.signed_on = "signed", date(2023, 3, 20)
        letter.save()
        self.survey(body)
        self.assertEqual(self.keys(body), {"org-05"})
        self.assertNotIn("pr-01-letter", self.keys(self.make()))

    def test_pr_02_the_letter_is_signed_before_the_registration(self):
        early, late = self.make(), self.make()
        self.letter(early)
        self.letter(late, signed_on=date(2015, 1, 2))
        self.assert_breaks("pr-02", [late], [early])

    def test_pr_03_handed_over_within_five_working_days(self):
        def keys(day, **values):
            body = self.make(registered_on=date.fromisoformat(day))
            self.letter(body, **values)
            self.survey(body)
            return self.keys(body) - {"org-05"}

        # 31 March 2023 is a Friday: five working days after the 23rd are over on the 30th
        self.assertEqual(keys("2023-03-23"), {"pr-03"})
        self.assertEqual(keys("2023-03-24"), set())
        self.assertEqual(keys("2023-03-01", handed_over_on=date(2023, 3, 20)), set())
        Holiday.objects.create(day=date(2023, 3, 30), kind="holiday", name="示例假")
        self.assertEqual(keys("2023-03-23"), set())

    def test_contact_and_phone(self):
        body = self.make(contact="", phone="")
        self.assertEqual(self.text(body, "contact-body"), "没有填写联系人、联系电话。")

    def test_an_ended_body_without_coverage_has_no_finding(self):
        body = self.make(covered=False, clause="", phone="")
        self.changed(body, status="cancelled", ended_on=date(2023, 3, 1), code="")
        self.assertEqual(self.keys(body), set())
