"""前置审查: evidence, clock, what approval creates, pages."""

import io
from datetime import date, timedelta
from itertools import product

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from core.choices import DayKind
from core.models import Holiday
from core.transitions import TransitionError, advance
from organizations.choices import REVIEW_FLOW, ReviewStage
from organizations.models import (
    Affiliation,
    CharterRecord,
    CommitmentLetter,
    InstructorAssignment,
    MemberSurvey,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.workflows import registration as workflows
from organizations.workflows.review_checks import missing, warnings
from organizations.workflows.sync import ensure_rules
from tests.factories import (
    make_branch,
    make_code,
    make_committee,
    make_leader,
    make_organization,
    make_secretary,
    make_staff,
)

DAY = date(2023, 3, 29)
CHARTER = {
    "clause_article": "第四条", "clause_text": "本会根据党章规定设立党的组织。", "clause_kind": "own",
    "values_article": "第三条", "vote_body": "assembly", "voted_on": date(2023, 2, 20),
}  # fmt: skip
LETTER = {"letter_signer": "陈例文", "letter_signed_on": date(2023, 3, 1)}
APPROVAL = {"approved_on": date(2023, 3, 10), "approval_no": "民社登〔2023〕12号"}
SURVEY = {
    "survey_filled_on": date(2023, 3, 12), "staff_count": 9, "member_count": 4, "full_member_count": 3,
    "planned_form": "own", "liaison": "李例", "liaison_phone": "13800000001",
}  # fmt: skip


def make_review(staff, **overrides):
    values = {
        "committee": staff.committee, "name": "示例市茶业协会", "short_name": "市茶业协会", "kind": "51", "contact": "陈例文",
        "phone": "13800000000", "accepted_on": date(2023, 3, 1), "legal_representative": "陈例文", **overrides,
    }  # fmt: skip
    return workflows.accept_review(RegistrationReview(**values), by=staff)


class ReviewData(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        ensure_rules(cls.committee)
        SyncRule.objects.update(start=date(2023, 1, 1))

    def fresh(self, review):
        return RegistrationReview.objects.select_related("committee", "organization__committee").get(pk=review.pk)

    def fill(self, review, **values):
        review = self.fresh(review)
        for name, value in values.items():
            setattr(review, name, value)
        return workflows.change_review(review, by=self.staff)

    def go(self, review):
        review = self.fresh(review)
        return workflows.pass_stage(review, stage=review.status, by=self.staff)

    def approved(self):
        review = self.fill(make_review(self.staff), **CHARTER, **LETTER, **APPROVAL)
        for _ in range(3):
            self.go(review)
        return self.fresh(review)


class WorkflowTests(ReviewData):
    def test_every_pair_of_stages_obeys_the_table(self):
        for was, to in product(ReviewStage, ReviewStage):
            review = make_review(self.staff, name=f"示例市{was}{to}协会", short_name="")
            RegistrationReview.objects.filter(pk=review.pk).update(status=was)
            review = self.fresh(review)
            if to in REVIEW_FLOW[was]:
                self.assertEqual(advance(review, REVIEW_FLOW, to, by=self.staff).status, to)
            else:
                with self.assertRaises(TransitionError):
                    advance(review, REVIEW_FLOW, to, by=self.staff)

    def test_a_stage_is_not_passed_while_evidence_is_missing(self):
        review = make_review(self.staff)
        for lacking in CHARTER:
            self.fill(review, **{**CHARTER, lacking: None if lacking == "voted_on" else ""})
            with self.assertRaises(ValidationError) as caught:
                self.go(review)
            self.assertEqual(len(caught.exception.messages), 1)
        self.fill(review, **CHARTER)
        self.assertEqual(self.go(review).status, ReviewStage.LETTER)

    def test_ch_02_the_voting_body_fits_the_type(self):
        review = self.fill(make_review(self.staff), **{**CHARTER, "vote_body": "council"})
        self.assertEqual([check.field for check in missing(review)], ["vote_body"])

    def test_pr_02_the_letter_is_not_later_than_the_registration(self):
        review = make_review(self.staff)
        with self.assertRaisesMessage(ValidationError, "承诺书签订日期不能晚于批准登记日期。"):
            self.fill(review, letter_signed_on=date(2023, 3, 11), approved_on=date(2023, 3, 10))

    def test_approval_enters_the_body_and_its_papers(self):
        review = self.approved()
        body = review.organization
        self.assertEqual(
            (review.status, body.name, body.registered_on), ("survey", "示例市茶业协会", date(2023, 3, 10))
        )
        self.assertEqual(Affiliation.objects.get(organization=body).kind, "direct")
        charter = CharterRecord.objects.get(organization=body)
        self.assertEqual(
            (charter.status, charter.has_party_clause, charter.has_values_clause), ("approved", True, True)
        )
        self.assertEqual(CommitmentLetter.objects.get(organization=body).signed_on, date(2023, 3, 1))
        duties = {d.event: d.done_on for d in SyncDuty.objects.filter(organization=body)}
        self.assertEqual(duties, {"registered": None, "charter": date(2023, 3, 10)})

    def test_a_double_click_makes_one_body(self):
        review = self.fill(make_review(self.staff), **CHARTER, **LETTER, **APPROVAL)
        self.go(review)
        self.go(review)
        self.client.force_login(self.staff)
        url = reverse("organizations:registration-pass", args=[review.pk])
        for _ in range(2):
            self.client.post(url, {"stage": "approval"})
        self.assertEqual(SocialOrganization.objects.filter(name="示例市茶业协会").count(), 1)
        self.assertEqual(self.fresh(review).status, ReviewStage.SURVEY)

    def test_two_readers_of_the_same_row_make_one_body(self):
        review = self.fill(make_review(self.staff), **CHARTER, **LETTER, **APPROVAL)
        self.go(review)
        self.go(review)
        first, second = self.fresh(review), self.fresh(review)
        workflows.pass_stage(first, stage="approval", by=self.staff)
        with self.assertRaises(TransitionError):
            workflows.pass_stage(second, stage="approval", by=self.staff)
        self.assertEqual(SocialOrganization.objects.filter(name="示例市茶业协会").count(), 1)

    def test_the_whole_way_to_the_instructor(self):
        review = self.approved()
        self.fill(review, **SURVEY)
        self.go(review)
        body = self.fresh(review).organization
        self.assertEqual(MemberSurvey.objects.get(organization=body).full_member_count, 3)
        self.assertEqual((body.no_branch_reason, body.liaisons.get().name), ("due", "李例"))
        self.assertEqual(SyncDuty.objects.get(organization=body, event="registered").done_on, date(2023, 3, 12))
        self.fill(review, certified_on=date(2023, 3, 15), code=make_code("51"))
        self.go(review)
        duty = SyncDuty.objects.get(organization=body, event="set_up")
        self.assertEqual((duty.due_on, duty.done_on), (date(2023, 6, 13), None))
        self.fill(review, handed_over_on=date(2023, 3, 16), receiver="王例")
        self.go(review)
        with self.assertRaises(ValidationError):
            self.go(review)
        InstructorAssignment.objects.create(organization=body, instructor_name="周例", start=date(2023, 3, 20))
        self.go(review)
        review, duty = self.fresh(review), SyncDuty.objects.get(pk=duty.pk)
        self.assertEqual((review.status, review.finished_on, duty.done_on), ("done", DAY, date(2023, 3, 20)))

    def test_pr_04_three_full_members_call_for_a_branch(self):
        review = self.fill(self.approved(), **SURVEY)
        self.assertTrue(any("PR-04" in sentence for sentence in warnings(review, DAY, False)))

    def test_pr_03_a_late_hand_over_is_pointed_out(self):
        review = self.approved()
        self.assertFalse(any("PR-03" in sentence for sentence in warnings(review, date(2023, 3, 17), True)))
        self.assertTrue(any("PR-03" in sentence for sentence in warnings(review, date(2023, 3, 18), True)))

    def test_a_refused_review_makes_nothing(self):
        review = make_review(self.staff)
        workflows.refuse_review(self.fresh(review), reason="章程没有党建条款。", by=self.staff)
        self.assertEqual(self.fresh(review).status, "refused")
        self.assertEqual(SocialOrganization.objects.count(), 0)

    def test_a_charter_review_adds_a_version_and_waits_for_the_vote(self):
        body = make_organization(self.committee)
        review = make_review(self.staff, review_type="charter", organization=body, name=body.name)
        self.fill(review, **{**CHARTER, "voted_on": None}, **APPROVAL)
        self.go(review)
        self.go(review)
        charter = CharterRecord.objects.get(organization=body)
        self.assertEqual(
            (self.fresh(review).status, charter.status, charter.approved_on), ("done", "provisional", None)
        )


class ClockTests(ReviewData):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        # Spring Festival 2023 by the State Council's notice: off 21–27 January, work on 28 and 29 January
        for n in range(7):
            Holiday.objects.create(day=date(2023, 1, 21) + timedelta(days=n), name="春节")
        for day in (28, 29):
            Holiday.objects.create(day=date(2023, 1, day), kind=DayKind.WORKDAY)

    def test_the_deadline_of_a_correction_runs_around_spring_festival(self):
        review = make_review(self.staff, accepted_on=date(2023, 1, 10))
        row = workflows.ask_correction(review, reason="写明党建条款", days=5, asked_on=date(2023, 1, 18), by=self.staff)
        self.assertEqual((row.due_on, row.is_provisional), (date(2023, 1, 30), False))

    def test_the_reviews_own_clock_stands_still(self):
        review = make_review(self.staff, accepted_on=date(2023, 2, 1), review_days=10)
        self.assertEqual(review.due_on, date(2023, 2, 15))
        workflows.ask_correction(self.fresh(review), reason="补章程", days=5, asked_on=date(2023, 2, 8), by=self.staff)
        with self.assertRaises(ValidationError):
            self.fill(review, **CHARTER)
            self.go(review)
        workflows.answer_correction(self.fresh(review), on=date(2023, 2, 20), answer="已改", by=self.staff)
        self.assertEqual(self.fresh(review).due_on, date(2023, 2, 27))
        self.assertEqual(self.go(review).status, ReviewStage.LETTER)


class PageTests(ReviewData):
    def test_pages_and_who_opens_them(self):
        review = self.approved()
        names = [("list",), ("bodies",), ("create",), ("detail", review.pk), ("check", review.pk)]
        secretary = make_secretary(make_branch(self.committee))
        for name, *args in names:
            url = reverse(f"organizations:registration-{name}", args=args)
            self.client.force_login(self.staff)
            self.assertEqual(self.client.get(url).status_code, 200, name)
            self.client.force_login(secretary)
            self.assertEqual(self.client.get(url).status_code, 403, name)
        self.client.force_login(make_staff(make_committee()))
        self.assertEqual(self.client.get(review.get_absolute_url()).status_code, 404)

    def test_a_clerk_takes_in_fills_and_passes(self):
        self.client.force_login(self.staff)
        data = {"review_type": "founding", "name": "示例市竹艺协会", "kind": "51", "affiliation": "direct", "contact": "陈例",
                "phone": "13800000000", "accepted_on": "2023-03-20", "review_days": "20"}  # fmt: skip
        self.client.post(reverse("organizations:registration-create"), data)
        review = RegistrationReview.objects.get(name="示例市竹艺协会")
        self.assertEqual(review.due_on, date(2023, 4, 17))
        data = {**CHARTER, "version": review.version, "go": "pass", "stage": "charter", "voted_on": "2023-02-20"}
        response = self.client.post(reverse("organizations:registration-check", args=[review.pk]), data)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.fresh(review).status, "letter")

    def test_the_office_day_is_filled_in_before(self):
        self.client.force_login(self.staff)
        form = self.client.get(reverse("organizations:registration-create")).context["form"]
        self.assertEqual(form["accepted_on"].value(), DAY)
        review = make_review(self.staff)
        form = self.client.get(reverse("organizations:registration-correction", args=[review.pk])).context["form"]
        self.assertEqual((form["asked_on"].value(), form["days"].value()), (DAY, 5))

    def test_wrong_fields_are_listed_as_they_stand_on_the_page(self):
        self.client.force_login(self.staff)
        data = {"review_type": "charter", "affiliation": "direct", "accepted_on": "2023-03-20", "review_days": "300"}
        page = self.client.post(reverse("organizations:registration-create"), data)
        wrong = [field.name for field in page.context["form"].wrong_fields]
        self.assertEqual(wrong, ["organization", "contact", "phone", "review_days"])
        html = page.content.decode()
        self.assertEqual(sorted(wrong, key=lambda name: html.index(f' name="{name}"')), wrong)

    def test_a_charter_review_takes_the_name_of_its_body(self):
        body = make_organization(self.committee)
        self.client.force_login(self.staff)
        data = {"review_type": "charter", "organization": body.short_name, "affiliation": "direct", "contact": "陈例",
                "phone": "13800000000", "accepted_on": "2023-03-20", "review_days": "20"}  # fmt: skip
        self.client.post(reverse("organizations:registration-create"), data)
        self.assertEqual(RegistrationReview.objects.get(organization=body).name, body.name)

    def test_numbers_of_queries_do_not_grow(self):
        reviews = [make_review(self.staff, name=f"示例市{n}号协会", short_name="") for n in range(4)]
        self.client.force_login(self.leader)
        self.client.get(reviews[0].get_absolute_url())
        for url, most in ((reverse("organizations:registration-list"), 6), (reviews[0].get_absolute_url(), 12)):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                self.client.get(url)
            self.assertLessEqual(len(caught), most, "\n".join(q["sql"][:150] for q in caught))

    def test_the_board_counts_every_review_of_a_stage_and_shows_the_most_urgent(self):
        for n in range(17):
            make_review(
                self.staff, name=f"示例市{n}号协会", short_name="", accepted_on=date(2023, 3, 20) - timedelta(days=n)
            )
        self.client.force_login(self.leader)
        column = self.client.get(reverse("organizations:registration-list")).context["columns"][0]
        self.assertEqual((column["count"], len(column["rows"]), column["more"]), (17, 15, 2))
        self.assertEqual(column["rows"][0]["name"], "示例市16号协会")

    def test_the_three_papers_are_word_files_with_the_facts(self):
        review = self.fill(make_review(self.staff), **CHARTER, **LETTER)
        self.client.force_login(self.staff)
        for paper, words in (
            ("opinion", ("示例市茶业协会", "第四条", "本会根据党章规定设立党的组织")),
            ("commitment", ("示例市茶业协会", "陈例文")),
            ("survey", ("示例市茶业协会", "陈例文", "党建联络员")),
        ):
            response = self.client.get(reverse("organizations:registration-paper", args=[review.pk, paper]))
            document = Document(io.BytesIO(response.content))
            text = "\n".join(p.text for p in document.paragraphs)
            text += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
            for word in words:
                self.assertIn(word, text, paper)
        self.assertEqual(
            self.client.get(reverse("organizations:registration-paper", args=[review.pk, "x"])).status_code, 404
        )
