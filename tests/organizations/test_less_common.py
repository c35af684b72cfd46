"""Settings and documents in a shape that is allowed but less common; full-width words; a day that has not come."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from core.models import OfficeSetting
from core.periods import Period
from organizations.checkup.limits import limits
from organizations.choices import DocumentKind
from organizations.models import ElectionTerm, PartyMember
from reports.dashboards.watches import RISKS, Desk, count_all
from tests.factories import make_branch, make_committee, make_member, make_staff


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
