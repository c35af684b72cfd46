"""工作台 of an office above several committees: the page stands at once, its numbers follow."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_branch, make_committee, make_organization, make_staff


class WideHomeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.top = make_committee(demo_date=date(2023, 3, 31))
        cls.below = make_committee(parent=cls.top)
        for committee in (cls.top, cls.below):
            make_branch(committee, covers=(make_organization(committee),))
        cls.staff = make_staff(cls.top)

    def setUp(self):
        self.client.force_login(self.staff)
        self.client.get(reverse("core:notice-list"))

    def test_the_page_counts_nothing_and_its_part_counts_both_committees(self):
        home, part = reverse("reports:home"), reverse("reports:home-office")
        with CaptureQueriesContext(connection) as queries:
            page = self.client.get(home, {"period": "2023Q1"})
        self.assertContains(page, "正在汇总2个综合党委的数字")
        self.assertContains(page, f'data-fragment="{part}?period=2023Q1"')
        self.assertNotIn("organizations_socialorganization", " ".join(query["sql"] for query in queries))

        found = self.client.get(part, {"period": "2023Q1"}, headers={"x-requested-with": "fetch"})
        self.assertContains(found, "2 / 2家")
        self.assertNotContains(found, "<html")

    def test_without_script_one_link_opens_the_whole_page(self):
        whole = self.client.get(reverse("reports:home"), {"period": "2023Q1", "whole": "1"})
        self.assertContains(whole, "2 / 2家")
        self.assertContains(whole, "<html")
        opened = self.client.get(reverse("reports:home-office"), {"period": "2023Q1"})
        self.assertRedirects(opened, f"{reverse('reports:home')}?period=2023Q1&whole=1")

    def test_an_office_of_one_committee_gets_all_at_once(self):
        self.client.force_login(make_staff(self.below))
        self.assertContains(self.client.get(reverse("reports:home"), {"period": "2023Q1"}), "1 / 1家")
