"""A large batch taken back: every table is what it was, and nothing is taken back over somebody's later work."""

import time
from datetime import date

from django.test import TestCase
from django.urls import reverse

from core.choices import BatchStatus
from core.excel.applying import apply_batch
from core.excel.undoing import undo_batch
from organizations.models import Affiliation, InstructorAssignment, SocialOrganization
from tests.factories import make_committee, make_staff
from tests.reports.test_round_trip import table_sums

from .excel_data import bring, bring_in, code, counts, workbook

HEAD = [
    "社会组织名称",
    "统一社会信用代码",
    "类型",
    "登记日期",
    "党建管理归口",
    "指导员姓名",
    "派出单位",
    "曾用名",
    "备注",
]
ROWS = 5000


def line(number, guide="任示例", remark="", name=""):
    return [name or f"示例市第{number}协会", code(number), "社会团体", date(2015, 3, 1), "综合党委直管", guide, "市委非公工委",
            f"第{number}联谊会" if number % 5 == 0 else None, remark]  # fmt: skip


def ledgers():
    return {table: digest for table, digest in table_sums().items() if table.startswith("organizations_")}


class LargeUndoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        bring_in(
            workbook([HEAD, *(line(n) for n in range(ROWS // 2))]), cls.user, "organizations", as_of=date(2022, 1, 1)
        )

    def apply(self):
        """Half of the rows are new, half are changed: another guide, another remark, sometimes another name."""
        rows = [
            line(n, guide="李假设", remark=f"改{n}", name=f"示例市新第{n}协会" if n % 7 == 0 else "")
            for n in range(ROWS)
        ]
        batch = bring(workbook([HEAD, *rows]), self.user, "organizations", as_of=date(2023, 1, 1))
        self.assertEqual(counts(batch), (ROWS // 2, ROWS // 2, 0, 0))
        return apply_batch(batch, by=self.user)

    def test_all_tables_are_as_before(self):
        before = table_sums()
        batch = self.apply()
        changed = {t for t, s in table_sums().items() if s != before[t]}
        self.assertGreaterEqual(
            changed, {m._meta.db_table for m in (SocialOrganization, Affiliation, InstructorAssignment)}
        )

        began = time.perf_counter()
        undo_batch(batch, by=self.user)
        seconds = time.perf_counter() - began

        after = table_sums()
        self.assertEqual([t for t in before if after[t] != before[t]], [])
        self.assertEqual(batch.status, BatchStatus.UNDONE)
        self.assertLess(seconds, 60)

    def test_rows_edited_since_are_listed_on_the_page_and_nothing_is_undone(self):
        batch = self.apply()
        first, last = SocialOrganization.objects.get(code=code(3)), SocialOrganization.objects.get(code=code(ROWS - 1))
        for body in (first, last):
            body.remark, body.version = "后来改的", body.version + 1
            body.save()
        self.client.force_login(self.user)
        before = ledgers()

        response = self.client.get(reverse("core:import-undo", args=[batch.pk]))
        self.assertContains(response, "之后被改动过", 2)
        response = self.client.post(reverse("core:import-undo", args=[batch.pk]))

        self.assertEqual(response.status_code, 409)
        listed = [(label, why) for _, label, why in response.context["touched"]]
        self.assertEqual(listed, [(str(b), "之后被改动过") for b in (first, last)])
        for body in (first, last):
            self.assertContains(response, str(body), status_code=409)
        self.assertEqual(ledgers(), before)
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.APPLIED)
