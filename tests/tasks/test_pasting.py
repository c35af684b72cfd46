"""The table of a list as copied from Word or Excel."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from tasks.models import TaskItem
from tasks.pasting import read_due, read_table
from tests.factories import make_committee, make_staff, make_task_item, make_task_list

TABLE = (
    "序号\t类别\t工作任务\t具体要求\t责任单位（科室）\t完成时限\t分值\t督办\n"
    "1\t思想政治建设\t书记讲专题党课\t讲一次\t综合党委办公室\t3月31日前\t5分\t是\n"
    "2\t监管与年检\t党建入章自查\t逐家核对\t综合党委办公室\t2023-03-25\t\t否\n"
)


class PastingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 1))
        cls.staff = make_staff(cls.committee)
        cls.list = make_task_list(cls.committee, status="draft")

    def test_a_table_with_a_header(self):
        found = read_table(TABLE, self.list)

        self.assertEqual((found.errors, found.ignored), ([], ["督办"]))
        first, second = found.items
        self.assertEqual((first.number, first.category, first.due, first.points), (1, "ideology", date(2023, 3, 31), 5))
        self.assertEqual(
            (second.text, second.department, second.due), ("党建入章自查", "综合党委办公室", date(2023, 3, 25))
        )

    def test_days_as_offices_write_them(self):
        quarter = 2023 * 4
        for text, wanted in {
            "2023年3月5日": date(2023, 3, 5), "3月底": date(2023, 3, 31), "2月底前": date(2023, 2, 28),
            "3.20": date(2023, 3, 20), "季度末": date(2023, 3, 31), "12月底": date(2023, 12, 31),
        }.items():  # fmt: skip
            self.assertEqual(read_due(text, quarter), wanted, text)
        self.assertRaises(ValueError, read_due, "尽快", quarter)
        self.assertRaises(ValueError, read_due, "2月30日", quarter)

    def test_wrong_lines_are_named_and_nothing_is_stored(self):
        make_task_item(self.list, text="旧任务")
        text = "序号\t工作任务\t完成时限\n1\t甲\t3月31日\n2\t乙\t尽快\n3\t\t3月31日"
        found = read_table(text, self.list)

        self.assertEqual(len(found.errors), 3)
        self.assertIn("第2行：清单里已有序号1（旧任务）。", found.errors)
        self.assertIn("第3行：看不懂完成时限“尽快”", found.errors[1])

    def test_the_page_shows_first_and_stores_on_confirmation(self):
        self.client.force_login(self.staff)
        url = reverse("tasks:taskitem-paste", args=[self.list.pk])

        shown = self.client.post(url, {"table": TABLE})
        self.assertContains(shown, "添加这2项任务")
        self.assertEqual(TaskItem.objects.count(), 0)

        self.client.post(url, {"table": TABLE, "save": "1"})
        self.assertEqual(list(TaskItem.objects.values_list("number", flat=True)), [1, 2])
