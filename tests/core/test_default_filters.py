"""常用筛选: renamed, and one of a list made the default: it opens with the bare list and steps in nowhere else."""

from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry, SavedFilter
from tests.factories import make_branch, make_committee, make_leader, make_member, make_organization, make_staff

PAGE = "organizations:partymember-list"
BODIES = reverse("organizations:socialorganization-list")


class OwnFilterCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        make_member(make_branch(cls.committee), name="李例文")
        cls.list = reverse(PAGE)
        cls.row = SavedFilter.objects.create(user=cls.staff, page=PAGE, name="姓李的", query="tab=now&q=li")

    def setUp(self):
        self.client.force_login(self.staff)

    def post(self, act, row=None, **answers):
        return self.client.post(reverse(f"core:filter-{act}", args=[(row or self.row).pk]), answers)

    def make_default(self, row=None, **answers):
        return self.post("default", row, default="1", **answers)

    def default(self):
        return list(SavedFilter.objects.filter(is_default=True).values_list("name", flat=True))


class RenameTests(OwnFilterCase):
    def test_it_keeps_its_conditions_under_the_new_name(self):
        self.assertRedirects(self.post("rename", name=" 李姓党员 "), f"{self.list}?tab=now&q=li")

        row = SavedFilter.objects.get()
        self.assertEqual((row.name, row.query), ("李姓党员", "tab=now&q=li"))
        entry = AuditEntry.objects.get(object_type="core.savedfilter", event="change")
        self.assertEqual(entry.changes, {"名称": ["姓李的", "李姓党员"]})

    def test_a_name_is_needed_short_and_not_taken_on_this_list(self):
        SavedFilter.objects.create(user=self.staff, page=PAGE, name="姓王的", query="q=wang")
        for name, words in (("", "起一个名称"), ("长" * 21, "不超过20个字"), ("姓王的", "已有同名的常用筛选")):
            page = self.client.post(reverse("core:filter-rename", args=[self.row.pk]), {"name": name}, follow=True)
            self.assertContains(page, words)
        self.post("rename", name="姓李的")
        self.row.refresh_from_db()
        self.assertEqual(self.row.name, "姓李的")
        self.assertFalse(AuditEntry.objects.filter(object_type="core.savedfilter").exists())

    def test_strange_rows_do_not_exist_and_get_changes_nothing(self):
        for act in ("rename", "default"):
            self.assertEqual(self.client.get(reverse(f"core:filter-{act}", args=[self.row.pk])).status_code, 405)
        self.client.force_login(self.leader)
        self.assertEqual(self.post("rename", name="x").status_code, 404)
        self.assertEqual(self.make_default().status_code, 404)
        self.assertEqual(self.default(), [])


class DefaultTests(OwnFilterCase):
    def test_it_opens_with_the_bare_list_and_says_so(self):
        self.assertRedirects(self.make_default(), f"{self.list}?tab=now&q=li")

        page = self.client.get(self.list, follow=True)

        self.assertEqual(page.redirect_chain, [(f"{self.list}?tab=now&q=li", 302)])
        chip = page.context["saved_filters"][0]
        self.assertEqual((chip.name, chip.active, chip.is_default), ("姓李的", True, True))
        self.assertContains(page, "（默认）")

    def test_the_way_back_to_the_whole_list_is_clear_and_stays(self):
        self.make_default()
        page = self.client.get(self.list, follow=True)
        whole = page.context["saved_whole"]
        self.assertEqual((whole.name, whole.url, whole.active), ("全部", f"{self.list}?view=all", False))

        page = self.client.get(whole.url)

        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.context["saved_whole"].active)
        self.assertEqual(page.context["saved_query"], "")
        self.assertContains(page, 'name="view" value="all"')  # the filter form sent empty
        for link in ("?view=all&amp;tab=gone", "?view=all&amp;export=xlsx", "?view=all&amp;period="):
            self.assertContains(page, link)

    def test_links_that_take_the_last_condition_away_lead_to_the_whole_list(self):
        self.make_default()
        page = self.client.get(f"{self.list}?q=li").content.decode()

        self.assertIn('<a class="tag" href="?view=all"', page)
        self.assertIn('<a href="?view=all">清除全部</a>', page)
        self.assertNotIn('href="?"', page)

    def test_addresses_with_parameters_are_left_alone(self):
        self.make_default()
        for query in ("tab=now", "q=wang", "period=2023Q1", "page=1", "sort=-name", "view=all", "x=1", "all=1"):
            self.assertEqual(self.client.get(f"{self.list}?{query}").status_code, 200, query)
        export = self.client.get(f"{self.list}?export=xlsx")
        self.assertIn("spreadsheetml", export["Content-Type"])

    def test_a_workbook_of_the_whole_list_holds_the_whole_list(self):
        bodies = [make_organization(self.committee) for _ in range(2)]
        row = SavedFilter.objects.create(user=self.staff, page="organizations:socialorganization-list", name="甲",
                                         query=f"tab=all&q={bodies[0].code}")  # fmt: skip
        self.make_default(row)
        self.assertNotContains(self.client.get(BODIES, follow=True), bodies[1].code)

        self.assertContains(self.client.get(f"{BODIES}?view=all"), bodies[1].code)
        self.client.get(f"{BODIES}?view=all&export=xlsx")
        self.assertIn("导出2行", AuditEntry.objects.filter(event="export").latest("pk").note)

    def test_one_of_a_list_and_everybody_the_own(self):
        other = SavedFilter.objects.create(user=self.staff, page=PAGE, name="姓王的", query="q=wang")
        elsewhere = SavedFilter.objects.create(
            user=self.staff, page="organizations:socialorganization-list", name="直属", query="tab=direct"
        )
        for row in (self.row, elsewhere, other):
            self.make_default(row)

        self.assertEqual(self.default(), ["姓王的", "直属"])
        self.assertRedirects(self.client.get(self.list), f"{self.list}?q=wang")
        with self.assertRaises(IntegrityError), transaction.atomic():
            SavedFilter.objects.filter(pk=self.row.pk).update(is_default=True)
        self.client.force_login(self.leader)
        self.assertEqual(self.client.get(self.list).status_code, 200)

    def test_it_is_given_up_or_deleted_and_the_list_opens_whole_again(self):
        self.make_default()
        self.post("default")
        self.assertEqual(self.default(), [])
        self.assertEqual(self.client.get(self.list).status_code, 200)
        self.assertIsNone(self.client.get(self.list).context["saved_whole"])
        words = (
            AuditEntry.objects.filter(object_type="core.savedfilter").order_by("pk").values_list("changes", flat=True)
        )
        self.assertEqual(list(words), [{"默认": ["否", "是"]}, {"默认": ["是", "否"]}])

        self.make_default()
        self.assertRedirects(self.post("delete"), self.list)

    def test_a_note_waits_for_the_page_on_which_it_is_read(self):
        self.make_default()
        page = self.client.post(reverse("core:filter-delete", args=[
            SavedFilter.objects.create(user=self.staff, page=PAGE, name="乙", query="q=b").pk]), follow=True)  # fmt: skip
        self.assertEqual([url for url, _ in page.redirect_chain], [self.list, f"{self.list}?tab=now&q=li"])
        self.assertContains(page, "已删除常用筛选“乙”")

    def test_back_to_today_from_a_past_day_is_not_the_default(self):
        row = SavedFilter.objects.create(
            user=self.staff, page="organizations:socialorganization-list", name="直属", query="tab=direct"
        )
        self.make_default(row)
        self.assertContains(self.client.get(f"{BODIES}?on=2022-12-31"), 'href="?view=all">回到今天')

    def test_the_day_of_a_ledger_is_kept_with_the_other_conditions(self):
        page = self.client.get(f"{BODIES}?tab=direct&on=2022-12-31")
        self.client.post(reverse("core:filter-save"), {
            "page": page.context["saved_page"], "query": page.context["saved_query"], "name": "去年底直属"})  # fmt: skip

        row = SavedFilter.objects.get(name="去年底直属")
        self.assertEqual(row.query, "tab=direct&on=2022-12-31")
        self.make_default(row)
        page = self.client.get(BODIES, follow=True)
        self.assertContains(page, "这是2022年12月31日的情况")
        self.assertTrue(next(chip for chip in page.context["saved_filters"] if chip.pk == row.pk).active)
        self.assertContains(page, 'href="?tab=direct">回到今天')

    def test_the_list_asks_as_often_with_a_default(self):
        def asked(url):
            with CaptureQueriesContext(connection) as caught:
                self.client.get(url)
            return len(caught)

        self.client.get(self.list)
        before = asked(f"{self.list}?tab=now&q=li")
        self.make_default()
        self.client.get(self.list, follow=True)  # the notes are read
        self.assertEqual(asked(f"{self.list}?tab=now&q=li"), before)
        self.assertLessEqual(asked(self.list), 3)  # the way there asks for nothing of the list
