"""A large batch taken back: every table is what it was, and nothing is taken back over somebody's later work."""

import time
from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.choices import BatchStatus
from core.editing import update_record
from core.excel.applying import apply_batch
from core.excel.undoing import TouchedError, touched_rows, undo_batch
from core.models import ImportBatch
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
STACK = ((2021, "任示例", ""), (2022, "李假设", "一"), (2023, "王假设", "二"))  # each import: year, guide, remark


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
        listed = [(row.label, row.why) for row, _ in response.context["touched"]]
        self.assertEqual(listed, [(str(b), "之后被改动过") for b in (first, last)])
        for body in (first, last):
            self.assertContains(response, str(body), status_code=409)
        self.assertEqual(ledgers(), before)
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.APPLIED)


class StackedUndoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def apply(self, *lines, as_of):
        return bring_in(workbook([HEAD, *lines]), self.user, "organizations", as_of=as_of)

    def stack(self):
        """The first makes two bodies, each later one gives them another guide and another remark."""
        return [
            self.apply(*(line(n, guide, remark) for n in (1, 5)), as_of=date(year, 1, 1))
            for year, guide, remark in STACK
        ]

    def test_imports_of_the_same_rows_are_undone_the_newest_first(self):
        states = [ledgers()]
        for year, guide, remark in STACK:
            self.apply(*(line(n, guide, remark) for n in (1, 5)), as_of=date(year, 1, 1))
            states.append(ledgers())
        first, second, third = ImportBatch.objects.order_by("pk")
        self.assertTrue(touched_rows(first))
        with self.assertRaises(TouchedError):
            undo_batch(second, by=self.user)

        for batch, state in ((third, states[2]), (second, states[1]), (first, states[0])):
            undo_batch(ImportBatch.objects.get(pk=batch.pk), by=self.user)
            self.assertEqual(ledgers(), state)

    def test_another_import_after_an_undo_is_undone_as_well(self):
        first, second, third = self.stack()
        undo_batch(third, by=self.user)
        fourth = self.apply(line(1, "赵假设", "三"), as_of=date(2023, 2, 1))

        for batch in (fourth, second, first):
            undo_batch(batch, by=self.user)

        self.assertFalse(SocialOrganization.objects.exists())

    def test_what_a_person_wrote_between_two_undos_stops_the_second(self):
        _, second, third = self.stack()
        undo_batch(third, by=self.user)
        body = SocialOrganization.objects.get(code=code(5))
        body.remark = "后来写的"
        update_record(body, by=self.user)

        with self.assertRaises(TouchedError) as caught:
            undo_batch(second, by=self.user)

        self.assertEqual([(row.label, row.why) for row in caught.exception.rows], [(str(body), "之后被改动过")])

    def test_a_column_of_a_part_that_the_workbook_did_not_have_counts_too(self):
        """The phone of the guide who came, or that of the one who left, was written on the page."""
        self.apply(line(1, "任示例"), as_of=date(2021, 1, 1))
        batch = self.apply(line(1, "李假设"), as_of=date(2022, 1, 1))
        self.assertEqual(touched_rows(batch), [])
        for who in ("李假设", "任示例"):
            with self.subTest(who):
                guide = InstructorAssignment.objects.filter(instructor_name=who)
                guide.update(phone="13900000001")

                with self.assertRaises(TouchedError) as caught:
                    undo_batch(batch, by=self.user)

                self.assertEqual([row.why for row in caught.exception.rows], ["的指导员选派之后被改动过"])
                guide.update(phone="")
        undo_batch(batch, by=self.user)
        self.assertEqual(InstructorAssignment.objects.values_list("instructor_name", "end").get(), ("任示例", None))

    def test_a_part_edited_between_preview_and_confirmation_is_not_written_over(self):
        self.apply(line(1, "任示例"), as_of=date(2021, 1, 1))
        batch = bring(workbook([HEAD, line(1, "李假设")]), self.user, "organizations", as_of=date(2022, 1, 1))
        InstructorAssignment.objects.update(phone="13900000001")

        with self.assertRaisesMessage(ValidationError, "有关联的记录被别人改动过，整批没有写入"):
            apply_batch(batch, by=self.user)
