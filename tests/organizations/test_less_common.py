"""Settings and documents in a shape that is allowed but less common; full-width words; a day that has not come."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.models import OfficeSetting
from core.periods import Period
from organizations.checkup.limits import limits
from organizations.choices import DocumentKind
from organizations.models import ElectionTerm, InstructorAssignment, OrganizationEvent, PartyMember
from organizations.statistics import FIGURES, REASON_FIELDS, Definition, bodies_of, coverage_by_kind, reason
from organizations.workflows.floating import find_member
from reports.dashboards.watches import RISKS, Desk, count_all
from tests.factories import make_branch, make_committee, make_lost, make_member, make_organization, make_staff


class LessCommonTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(
            cls.committee, name="中共示例市汽车协会（新区）支部委员会", short_name="市汽车协会（新区）党支部"
        )
        cls.member = make_member(cls.branch)

    def test_the_check_up_reads_the_reminders_of_elections_as_they_are_set(self):
        OfficeSetting.objects.create(
            committee=self.committee, key="election.reminder_months", value=[4, 2], effective_from=date(2023, 1, 1)
        )
        self.assertEqual(limits(self.committee, date(2023, 2, 1)).election_months, 4)

    def test_the_lists_begin_to_warn_when_the_office_wants_to_be_warned(self):
        """Due in five months: near by the usual six, not yet by the four of this office."""
        ElectionTerm.objects.create(committee=self.committee, branch=self.branch, number=1, due_on=date(2023, 8, 31))
        self.client.force_login(self.staff)
        terms = reverse("organizations:electionterm-list") + "?tab=near"
        branches = reverse("organizations:partybranch-list") + "?tab=due"
        home = lambda: {line.watch.key for line in count_all(self.desk(), RISKS)}  # noqa: E731
        self.assertEqual([self.client.get(url).context["page"].count for url in (terms, branches)], [1, 1])
        self.assertIn("terms", home())

        OfficeSetting.objects.create(
            committee=self.committee, key="election.reminder_months", value=[4, 2], effective_from=date(2023, 1, 1)
        )

        self.assertEqual([self.client.get(url).context["page"].count for url in (terms, branches)], [0, 0])
        self.assertNotIn("terms", home())
        self.assertContains(self.client.get(reverse("organizations:electionterm-list") + "?tab=all"), "未到期")

    def desk(self) -> Desk:
        return Desk(self.staff, self.committee, Period.parse("2023Q1"), date(2023, 3, 31))

    def test_eighteen_digits_of_another_document_are_no_birth_date(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:partymember-update", args=[self.member.pk])
        form = self.client.get(url).context["form"]
        given = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
        given = {k: v for k, v in given.items() if v is not False}
        given |= {"id_kind": DocumentKind.PASSPORT, "id_number": "123456789999999999", "born_on": ""}
        answer = self.client.post(url, given)
        self.assertEqual(answer.status_code, 302, getattr(answer, "context", None) and answer.context["form"].errors)
        stored = PartyMember.objects.get(pk=self.member.pk)
        self.assertEqual((stored.born_on, stored.id_number()), (None, "123456789999999999"))

    def test_brackets_of_either_width_find_the_election(self):
        term = ElectionTerm.objects.create(
            committee=self.committee, branch=self.branch, number=1, due_on=date(2023, 6, 1)
        )
        for words in ("（新区）", "(新区)"):
            with self.subTest(words):
                self.assertEqual(list(ElectionTerm.objects.search(words)), [term])

    def test_a_member_in_no_branch_can_be_put_into_one_from_the_finding(self):
        self.member.memberships.all().delete()
        self.client.force_login(self.staff)
        page = self.client.get(reverse("organizations:partymember-transfer", args=[self.member.pk]))
        self.assertContains(page, 'id="id_to_branch"')

    def test_a_day_beyond_every_calendar_is_today(self):
        self.client.force_login(self.staff)
        for name in ("partybranch-list", "socialorganization-list", "coverage"):
            with self.subTest(name):
                answer = self.client.get(reverse(f"organizations:{name}") + "?on=9999-12-31&tab=due")
                self.assertEqual(answer.status_code, 200)

    def test_two_of_one_name_sent_by_two_offices_are_two_instructors(self):
        body = make_organization(self.committee)
        for office in ("甲机关", "乙机关"):
            other = make_organization(self.committee, kind=body.kind)
            InstructorAssignment.objects.create(
                organization=other, instructor_name="张示例", sent_by=office, start=date(2023, 1, 1)
            )
        found = coverage_by_kind(self.committee, date(2023, 3, 31))[""]
        self.assertEqual(found.instructors, InstructorAssignment.objects.one_each(date(2023, 3, 31)).count())
        self.client.force_login(self.staff)
        answer = self.client.get(reverse("organizations:instructorassignment-list") + "?export=xlsx")
        self.assertEqual(answer.status_code, 200)

    def test_who_is_found_is_found_today_at_the_latest(self):
        row = make_lost(self.member, self.staff)
        with self.assertRaisesMessage(ValidationError, "日期不能晚于今天"):
            find_member(row, found_on=date(2029, 1, 1), by=self.staff)
        row.refresh_from_db()
        self.assertIsNone(row.found_on)

    def test_the_reason_of_a_past_day_speaks_of_that_day(self):
        body = make_organization(self.committee, registered_on=date(2015, 1, 1))
        for kind, on in (("abnormal", date(2022, 1, 1)), ("restored", date(2023, 1, 1))):
            OrganizationEvent.objects.create(committee=self.committee, organization=body, kind=kind, on=on)
        chosen, day = Definition(exclude_abnormal=True), date(2022, 6, 1)
        row = bodies_of(FIGURES["base"], self.committee, day, chosen).values(*REASON_FIELDS).get(pk=body.pk)
        self.assertIn("登记状态为", reason(FIGURES["base"], row, chosen, day))
