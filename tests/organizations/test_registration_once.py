"""Passing a registration makes one body, however many browsers press the button; the summary counts the same bodies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from django.db import connection
from django.test import Client, TestCase, TransactionTestCase
from django.urls import reverse

from core.choices import DayKind
from core.models import Holiday
from core.periods import Period
from organizations.models import (
    Affiliation,
    CharterRecord,
    CommitmentLetter,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)
from organizations.workflows import holidays
from organizations.workflows import registration as workflows
from organizations.workflows.sync import ensure_rules
from reports.facts import FactSet
from reports.narrative import office_scope
from tests.factories import make_branch, make_committee, make_organization, make_staff
from tests.organizations.test_registration import APPROVAL, CHARTER, LETTER, make_review

DAY = date(2023, 3, 29)
BROWSERS = 4


def filled(staff, stages=2, **overrides):
    review = make_review(staff, **overrides)
    for name, value in {**CHARTER, **LETTER, **APPROVAL}.items():
        setattr(review, name, value)
    workflows.change_review(review, by=staff)
    for _ in range(stages):
        review = RegistrationReview.objects.select_related("committee", "organization__committee").get(pk=review.pk)
        workflows.pass_stage(review, stage=review.status, by=staff)
    return review


class TwoBrowsers(TransactionTestCase):
    def test_four_browsers_at_once_make_one_body(self):
        committee = make_committee(demo_date=DAY)
        staff = make_staff(committee)
        ensure_rules(committee)
        SyncRule.objects.update(start=date(2023, 1, 1))
        review = filled(staff)
        url, ready = reverse("organizations:registration-pass", args=[review.pk]), Barrier(BROWSERS)
        clients = [Client() for _ in range(BROWSERS)]
        for client in clients:
            client.force_login(staff)

        def press(client):
            try:
                ready.wait(20)
                return client.post(url, {"stage": "approval"}).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(BROWSERS) as pool:
            codes = list(pool.map(press, clients))

        self.assertEqual(codes, [302] * BROWSERS)
        body = SocialOrganization.objects.get(name=review.name)
        for model in (Affiliation, CharterRecord, CommitmentLetter):
            self.assertEqual(model.objects.filter(organization=body).count(), 1, model)
        self.assertEqual(SyncDuty.objects.filter(organization=body).count(), 2)
        review.refresh_from_db()
        self.assertEqual((review.status, review.organization_id), ("survey", body.pk))


class SummaryTests(TestCase):
    """新成立, 入章, 承诺书 of the summary are the reviews that were approved in the quarter."""

    def test_figures_equal_the_review_list(self):
        committee = make_committee(demo_date=DAY)
        staff = make_staff(committee)
        for n in range(3):
            filled(staff, stages=3, name=f"示例市第{n}茶协会", short_name=f"市第{n}茶协会")
        filled(staff, name="示例市未批协会", short_name="市未批协会")
        make_organization(committee, registered_on=date(2022, 5, 1))

        facts = FactSet(office_scope(committee, Period.parse("2023Q1")))

        approved = RegistrationReview.objects.filter(
            organization__isnull=False, approved_on__range=("2023-01-01", "2023-03-31")
        )
        self.assertEqual(facts["new_organizations"].value, approved.count())
        self.assertEqual(facts["new_with_clause"].value, approved.exclude(clause_article="").count())
        self.assertEqual(facts["new_with_letter"].value, approved.exclude(letter_signed_on=None).count())
        self.assertEqual(approved.count(), 3)


class HolidayTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)

    def setUp(self):
        self.client.force_login(self.staff)
        self.url = reverse("organizations:holiday-list")

    def enter(self, **values):
        return self.client.post(
            self.url, {"name": "清明节", "kind": "holiday", "first": "2023-04-05", "last": "", **values}
        )

    def test_entering_the_holidays_works_the_clocks_out_anew(self):
        review = make_review(self.staff, accepted_on=date(2023, 3, 29), review_days=5)
        correction = workflows.ask_correction(
            review, reason="请补充", days=5, asked_on=date(2023, 3, 29), by=self.staff
        )
        self.assertEqual((review.due_on, review.is_provisional), (date(2023, 4, 5), True))
        self.assertContains(self.client.get(review.get_absolute_url()), "暂算")

        self.assertEqual(self.enter().status_code, 302)

        review.refresh_from_db(), correction.refresh_from_db()
        self.assertEqual((review.due_on, review.is_provisional), (date(2023, 4, 6), False))
        self.assertEqual((correction.due_on, correction.is_provisional), (date(2023, 4, 6), False))
        self.assertNotContains(self.client.get(review.get_absolute_url()), "暂算")

        self.client.post(reverse("organizations:holiday-remove", args=[Holiday.objects.get().pk]))
        review.refresh_from_db()
        self.assertEqual((review.due_on, review.is_provisional), (date(2023, 4, 5), True))

    def test_the_clock_keeps_the_pause_of_an_answered_correction(self):
        review = make_review(self.staff, accepted_on=date(2023, 3, 1), review_days=10)
        workflows.ask_correction(review, reason="请补充", days=5, asked_on=date(2023, 3, 8), by=self.staff)
        workflows.answer_correction(review, on=date(2023, 3, 20), answer="", by=self.staff)
        self.assertEqual(review.due_on, date(2023, 3, 27))

        self.enter(name="公休", first="2023-03-24")

        review.refresh_from_db()
        self.assertEqual(review.due_on, date(2023, 3, 28))

    def test_wrong_days_are_told(self):
        for values, sentence in (
            ({"last": "2023-04-04"}, "最后一天不能早于第一天。"), ({"last": "2023-05-04"}, "一次最多录入15天"),
            ({"kind": "workday"}, "调休上班的日子应是星期六或星期日"), ({"first": ""}, "请填写第一天。"), ({"kind": "x"}, "x"),
        ):  # fmt: skip
            response = self.enter(**values)
            self.assertContains(response, sentence)
        self.assertFalse(Holiday.objects.exists())

    def test_a_day_entered_again_changes_its_kind(self):
        holidays.add_holidays(
            first=date(2023, 4, 23), last=date(2023, 4, 23), kind=DayKind.HOLIDAY, name="误", by=self.staff
        )
        self.enter(name="劳动节调休", kind="workday", first="2023-04-23")
        row = Holiday.objects.get()
        self.assertEqual((row.kind, row.name), ("workday", "劳动节调休"))
        self.assertContains(self.client.get(self.url), "劳动节调休")


class ClauseTests(TestCase):
    def test_ch_03_the_charter_and_the_coverage_disagree(self):
        committee = make_committee(demo_date=DAY)
        body = make_organization(committee)
        charter = CharterRecord.objects.create(
            committee=committee, organization=body, has_party_clause=True, clause_kind="own", status="voted"
        )
        self.client.force_login(make_staff(committee))
        self.assertContains(self.client.get(charter.get_absolute_url()), "实际是“没有党组织”")

        make_branch(committee, covers=(body,))

        self.assertNotContains(self.client.get(charter.get_absolute_url()), "CH-03")
