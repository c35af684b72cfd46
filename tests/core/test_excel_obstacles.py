"""What stands against taking a batch back is told with the way to it, who edited it and when."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.editing import update_record
from core.excel.obstacles import Obstacle, told
from core.models import AuditEntry
from organizations.models import Affiliation, SocialOrganization
from organizations.workflows.bodies import name_liaison
from tests.factories import make_branch, make_committee, make_staff

from .excel_data import bring_in, code, workbook

HEAD = ["社会组织名称", "统一社会信用代码", "类型", "登记日期", "党建管理归口", "备注"]


def line(number):
    return [f"示例市第{number}协会", code(number), "社会团体", date(2015, 3, 1), "综合党委直管", ""]


class ObstacleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.user = make_staff(cls.committee)
        cls.other = make_staff(cls.committee, name="周例改")

    def setUp(self):
        self.client.force_login(self.user)

    def bodies(self, count):
        batch = bring_in(workbook([HEAD, *map(line, range(1, count + 1))]), self.user, "organizations")
        return batch, list(SocialOrganization.objects.order_by("pk"))

    def edit(self, body, remark="后来写的"):
        body.remark = remark
        update_record(body, by=self.other)

    def page(self, batch):
        return self.client.get(reverse("core:import-undo", args=[batch.pk]))

    def test_an_edited_row_is_told_with_its_page_and_its_last_edit(self):
        batch, (first, second) = self.bodies(2)
        self.edit(first, "先写的")
        self.edit(first, "后写的")
        response = self.page(batch)

        ((row, words),) = response.context["touched"]
        self.assertEqual((row.number, row.label, row.why), (2, str(first), "之后被改动过"))
        self.assertEqual((row.url, row.entry["user_name"]), (first.get_absolute_url(), "周例改"))
        self.assertEqual(words, "修改：备注：先写的→后写的")
        self.assertContains(response, f'<a href="{first.get_absolute_url()}">')
        self.assertContains(response, f"{timezone.localtime(row.entry['at']):%Y-%m-%d %H:%M} 周例改")
        self.assertNotContains(response, second.get_absolute_url())
        refused = self.client.post(reverse("core:import-undo", args=[batch.pk]))
        self.assertContains(refused, "备注：先写的→后写的", status_code=409)

    def test_what_was_looked_at_or_imported_is_no_edit(self):
        batch, (body,) = self.bodies(1)
        SocialOrganization.objects.filter(pk=body.pk).update(version=9)
        audit.record(AuditEvent.REVEAL, body, by=self.other)
        response = self.page(batch)

        ((row, words),) = response.context["touched"]
        self.assertEqual((row.url, row.entry, words), (body.get_absolute_url(), None, ""))
        self.assertContains(response, "操作日志里没有")

    def test_what_refers_to_a_new_row_is_told_by_its_own_page_or_that_of_the_body(self):
        batch, (first, second, _) = self.bodies(3)
        branch = make_branch(self.committee, covers=(first,))
        name_liaison(second, by=self.other, start=date(2023, 3, 1), name="乙示例", phone="")
        found = {}
        for row, _ in self.page(batch).context["touched"]:
            found.setdefault(row.number, []).append((row.why, row.url, row.entry and row.entry["user_name"]))

        self.assertEqual(
            found,
            {2: [("已有组织覆盖与它相连", branch.get_absolute_url(), None)],
             3: [("已有党建联络员与它相连", second.get_absolute_url(), "周例改")]},
        )  # fmt: skip

    def test_a_part_that_was_edited_is_told_by_the_log_of_its_row(self):
        batch, (body,) = self.bodies(1)
        Affiliation.objects.update(start=date(2020, 1, 1))
        ((row, _),) = self.page(batch).context["touched"]

        self.assertIn("之后被改动过", row.why)
        self.assertEqual(row.url, body.get_absolute_url())

    def test_other_peoples_rows_are_neither_linked_nor_told(self):
        batch, (body,) = self.bodies(1)
        outside = make_committee()
        branch = make_branch(outside)
        branch.founded_on = date(2014, 1, 1)
        update_record(branch, by=make_staff(outside, name="外单位的人"))
        found = Obstacle(2, str(body), "已有党支部与它相连", "organizations.partybranch", branch.pk, body.pk)
        (row,) = told([found], batch, SocialOrganization, self.user)

        self.assertEqual((row.url, row.entry), ("", None))

    def test_the_list_is_capped_and_asks_no_more_for_more_rows(self):
        batch, bodies = self.bodies(60)
        self.page(batch)  # what is read once is read
        asked = []
        for some in (bodies[:1], bodies[1:4], bodies[4:]):
            for body in some:
                self.edit(body)
            with CaptureQueriesContext(connection) as found:
                response = self.page(batch)
            asked.append(len(found))
        self.assertEqual(len(set(asked)), 1, asked)
        self.assertEqual((len(response.context["touched"]), response.context["touched_more"]), (50, 10))
        self.assertContains(response, "还有10处没有列出")
        self.assertContains(response, "60处")
        self.assertEqual(AuditEntry.objects.filter(event="change").count(), 60)


class ActObstacleTests(TestCase):
    """登记事件: an act that was done since about the same body, or a row that the act wrote and somebody edited."""

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.user = make_staff(cls.committee)

    def test_so_many_queries_however_many_lines(self):
        bring_in(workbook([HEAD, *map(line, range(1, 7))]), self.user, "organizations")
        head = ["社会组织名称", "日期", "事件", "文号"]
        rows = [[f"示例市第{n}协会", "2023-03-10", "列入异常", f"民异〔2023〕{n}号"] for n in range(1, 7)]
        asked = []
        self.client.force_login(self.user)
        self.client.get(reverse("core:import-index"))
        for some in (rows[:1], rows[1:6]):
            batch = bring_in(workbook([head, *some]), self.user, "organization_events")
            names = [name for name, *_ in some]
            SocialOrganization.objects.filter(name__in=names).update(remark="后来写的")
            with CaptureQueriesContext(connection) as found:
                response = self.client.get(reverse("core:import-undo", args=[batch.pk]))
            asked.append(len(found))
            self.assertEqual(len(response.context["touched"]), len(some))
            for row, _ in response.context["touched"]:
                self.assertIn("/organizations/social-organizations/", row.url)
        self.assertEqual(len(set(asked)), 1, asked)
