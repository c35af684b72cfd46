from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from core.models import Notice, User
from tests.factories import make_committee, make_user


@override_settings(ROOT_URLCONF="tests.core.pages_urls")
class ListPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_user(cls.committee, "staff", username="staff")
        User.objects.bulk_create(
            User(username=f"u{n:03}", name=f"人员{n}", role="leader" if n % 2 else "", committee=cls.committee)
            for n in range(120)
        )

    def setUp(self):
        self.client.force_login(self.user)
        self.client.get("/t/users/")  # the first request of a session stamps it

    def page(self, query=""):
        response = self.client.get(f"/t/users/{query}")
        self.assertEqual(response.status_code, 200, query)
        return response.content.decode()

    def test_shows_range_and_paging(self):
        html = self.page()
        self.assertIn("第1–50人，共121人", html)
        self.assertIn("第101–121人，共121人", self.page("?page=3"))
        self.assertIn("第1–100人", self.page("?size=100"))

    def test_junk_parameters_mean_the_default(self):
        for query in (
            "?page=abc", "?page=-1", "?page=0", "?page=99999999999999999999", "?page=１", "?size=7", "?size=x",
            "?sort=password", "?sort=-", "?sort=--name", "?role=zzz", "?committee=99999999999999999999",
            "?committee=x", "?date_joined=2023-13-45", "?must_change_password=maybe", "?tab=zzz", "?period=2023Q9",
            "?q=%00", "?role=%00%01", "?page=1&page=2", "?%00=%00", "?period=9999", "?committee=1_000", "?export=zip",
        ):  # fmt: skip
            html = self.page(query)
            self.assertIn("共121人", html, query)

    def test_page_beyond_the_end_is_the_last(self):
        self.assertIn("第101–121人", self.page("?page=9"))

    def test_filter_shows_what_is_applied_and_how_to_drop_it(self):
        html = self.page("?role=leader&sort=-name&page=2")
        self.assertIn("第51–60人，共60人", html)
        self.assertIn("分管领导", html)
        self.assertIn('href="?sort=-name"', html)

    def test_no_hit_says_which_condition_to_drop(self):
        html = self.page(f"?role=leader&must_change_password=true&committee={self.committee.pk}")
        self.assertIn("没有符合这3个条件的账号", html)

    def test_sort_links_turn_around(self):
        self.assertIn('aria-sort="descending"', self.page("?sort=-name"))
        self.assertLess(self.page("?sort=-username").index("u119"), self.page("?sort=-username").index("u118"))

    def test_stored_markup_stays_text(self):
        User.objects.filter(username="u000").update(name="<script>alert(1)</script>")
        html = self.page()
        self.assertNotIn("<script>alert", html)
        self.assertIn("&lt;script&gt;alert", html)

    def test_queries_do_not_grow_with_rows(self):
        counts = set()
        for size in (20, 50, 100):
            with CaptureQueriesContext(connection) as queries:
                self.page(f"?size={size}")
            counts.add(len(queries))
        self.assertEqual(len(counts), 1)
        self.assertLessEqual(max(counts), 6)  # session, user, choices of a filter, count, rows, unread notices

    def test_nothing_there_yet(self):
        html = self.client.get("/t/notices/").content.decode()
        self.assertIn("还没有消息", html)
        self.assertEqual(Notice.objects.count(), 0)
