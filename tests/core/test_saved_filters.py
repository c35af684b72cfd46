"""常用筛选: own rows only, checked conditions, and not one query more than a list may ask."""

from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry, Notice, SavedFilter
from tests.factories import make_branch, make_committee, make_leader, make_secretary, make_staff, make_system_admin

PAGE = "organizations:partymember-list"


class SavedFilterTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.secretary = make_secretary(make_branch(cls.committee))
        cls.list = reverse(PAGE)

    def setUp(self):
        self.client.force_login(self.staff)

    def save(self, name="预备女党员", query="tab=probation&q=li", page=PAGE, **extra):
        return self.client.post(reverse("core:filter-save"), {"name": name, "query": query, "page": page}, **extra)

    def test_saved_it_is_a_chip_that_opens_the_same_rows(self):
        self.assertRedirects(self.save(), f"{self.list}?tab=probation&q=li")
        row = SavedFilter.objects.get()
        self.assertEqual((row.user, row.page, row.name), (self.staff, PAGE, "预备女党员"))
        page = self.client.get(self.list)
        chip = page.context["saved_filters"][0]
        self.assertEqual((chip.name, chip.url, chip.active), ("预备女党员", f"{self.list}?tab=probation&q=li", False))
        again = self.client.get(chip.url)
        self.assertTrue(again.context["saved_filters"][0].active)
        self.assertEqual(again.context["saved_query"], "")
        self.assertTrue(AuditEntry.objects.filter(object_type="core.savedfilter", event="create").exists())

    def test_only_what_the_list_understands_is_kept_in_one_order(self):
        self.save(query="q=li&page=3&export=xlsx&evil=1&category=full&tab=now&size=100&q=zhang")
        self.assertEqual(SavedFilter.objects.get().query, "tab=now&q=zhang&size=100&category=full")

    def test_without_conditions_there_is_nothing_to_save(self):
        self.assertEqual(self.client.get(self.list).context["saved_query"], "")
        self.assertContains(self.save(query="page=2&x=1", follow=True), "现在没有筛选条件")
        self.assertNotContains(self.client.get(self.list), "存为常用筛选")
        self.assertContains(self.client.get(self.list + "?q=li"), "存为常用筛选")

    def test_name_is_needed_short_and_unique_for_the_list(self):
        self.assertContains(self.save(name="  ", follow=True), "起一个名称")
        self.assertContains(self.save(name="长" * 21, follow=True), "不超过20个字")
        self.save()
        self.assertContains(self.save(query="q=wang", follow=True), "已有同名的常用筛选")
        self.save(page="organizations:partybranch-list", query="tab=due")
        self.client.force_login(self.leader)
        self.save()
        self.assertEqual(SavedFilter.objects.count(), 3)

    def test_the_database_keeps_names_unique(self):
        values = {"user": self.staff, "page": PAGE, "name": "甲", "query": "q=a"}
        SavedFilter.objects.create(**values)
        with self.assertRaises(IntegrityError), transaction.atomic():
            SavedFilter.objects.create(**values)

    def test_twenty_are_enough(self):
        for number in range(20):
            SavedFilter.objects.create(user=self.staff, page=PAGE, name=f"第{number}", query="q=a")
        self.assertContains(self.save(follow=True), "最多存20个")
        self.assertEqual(SavedFilter.objects.count(), 20)

    def test_an_id_number_is_not_kept(self):
        self.assertContains(self.save(query="q=11010519491231002x", follow=True), "身份证号，不能保存")
        self.assertFalse(SavedFilter.objects.exists())

    def test_only_lists_and_only_those_that_the_person_may_open(self):
        for page in (
            "x:y",
            "organizations:search",
            "core:login",
            "organizations:coverage-rows",
            "",
            "organizations:partymember-detail",
        ):
            self.assertEqual(self.save(page=page).status_code, 404, page)
        for user in (self.secretary, make_system_admin(self.committee)):
            self.client.force_login(user)
            self.assertEqual(self.save(page="organizations:ledgercheck-list", query="q=a").status_code, 403)
        self.assertFalse(SavedFilter.objects.exists())

    def test_strange_rows_do_not_exist_and_get_changes_nothing(self):
        self.save()
        url = reverse("core:filter-delete", args=[SavedFilter.objects.get().pk])
        self.assertEqual(self.client.get(url).status_code, 405)
        self.assertEqual(self.client.get(reverse("core:filter-save")).status_code, 405)
        self.client.force_login(self.leader)
        self.assertEqual(self.client.post(url).status_code, 404)
        self.assertEqual(self.client.get(self.list).context["saved_filters"], [])
        self.client.force_login(self.staff)
        self.assertRedirects(self.client.post(url), self.list)
        self.assertFalse(SavedFilter.objects.exists())

    def test_markup_in_a_name_stays_text(self):
        self.save(name="<b>甲</b>")
        self.assertContains(self.client.get(self.list), "&lt;b&gt;甲&lt;/b&gt;")

    def test_a_list_asks_as_often_with_twenty_as_with_none(self):
        def asked():
            with CaptureQueriesContext(connection) as caught:
                self.client.get(self.list)
            return len(caught)

        self.client.get(self.list)
        few = asked()
        for number in range(20):
            SavedFilter.objects.create(user=self.staff, page=PAGE, name=f"第{number}", query="q=a")
        self.assertEqual(asked(), few)
        self.assertLessEqual(few, 6)


class UnreadTests(TestCase):
    def test_unread_notices_come_with_the_person(self):
        staff, other = make_staff(committee := make_committee()), make_staff(committee)
        for number, user in enumerate((staff, staff, other)):
            Notice.objects.create(user=user, key=f"k{number}", title="请审核")
        self.client.force_login(staff)
        page = self.client.get("/notices/")
        self.assertContains(page, "未读消息 2 条")
        Notice.objects.filter(user=staff).update(read_at="2023-03-31T08:00:00+08:00")
        self.assertContains(self.client.get("/notices/"), "未读消息 0 条")
