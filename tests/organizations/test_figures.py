"""The numbers above 换届台账 and 流动党员台账 of an office above several committees come after the page, and are the same."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from organizations.models import FloatingRecord
from tests.factories import make_branch, make_committee, make_member, make_staff


class WideFiguresTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.top = make_committee(demo_date=date(2023, 3, 31))
        cls.below = make_committee(parent=cls.top)
        for committee in (cls.top, cls.below):
            make_branch(committee, term_start=date(2020, 2, 1), term_end=date(2023, 2, 1))

    def number(self, response, label):
        figure = next(f for f in response.context["figures"] if f["label"] == label)
        return figure["value"], figure.get("url", "")

    def part(self, url, query):
        return self.client.get(url, query, headers={"x-requested-with": "fetch"})

    def test_the_page_leads_to_the_numbers_of_all_or_of_one_office(self):
        self.client.force_login(make_staff(self.top))
        page, card = reverse("organizations:electionterm-list"), reverse("organizations:electionterm-figures")

        self.assertContains(self.client.get(page, {"period": "2023Q1"}), f'data-fragment="{card}?period=2023Q1"')
        both = self.part(card, {"period": "2023Q1"})
        self.assertEqual(self.number(both, "超期未换届"), (2, f"{page}?tab=overdue"))
        one = self.part(card, {"period": "2023Q1", "committee": self.below.code})
        self.assertEqual(self.number(one, "超期未换届"), (1, f"{page}?tab=overdue&committee={self.below.code}"))
        rows = self.client.get(self.number(one, "超期未换届")[1])
        self.assertEqual(rows.context["page"].count, 1)

    def test_opened_by_a_person_the_numbers_are_on_their_page(self):
        self.client.force_login(make_staff(self.top))
        query = {"period": "2023Q1", "committee": self.below.code}
        page = self.client.get(reverse("organizations:electionterm-figures"), query, follow=True)

        self.assertContains(page, "<html")
        self.assertNotContains(page, "data-fragment")
        self.assertEqual((self.number(page, "超期未换届")[0], page.context["page"].count), (1, 1))

    def test_one_committee_sees_them_at_once(self):
        self.client.force_login(make_staff(self.below))
        page = self.client.get(reverse("organizations:electionterm-list"), {"period": "2023Q1"})
        self.assertEqual(self.number(page, "超期未换届")[0], 1)
        self.assertNotContains(page, "data-fragment")

    def test_the_numbers_of_floating_members_come_the_same_way(self):
        member = make_member(make_branch(self.below))
        FloatingRecord.objects.create(committee=self.below, member=member, left_on=date(2023, 1, 10))
        page, card = reverse("organizations:floatingrecord-list"), reverse("organizations:floatingrecord-figures")
        query = {"period": "2023Q1"}

        self.client.force_login(make_staff(self.top))
        self.assertContains(self.client.get(page, query), f'data-fragment="{card}?period=2023Q1"')
        self.assertEqual(self.number(self.part(card, query), "流出")[0], 1)
        self.client.force_login(make_staff(self.below))
        shown = self.client.get(page, query)
        self.assertEqual(self.number(shown, "取得联系率")[0], 0)
        self.assertContains(shown, reverse("organizations:lostrecord-list"))
