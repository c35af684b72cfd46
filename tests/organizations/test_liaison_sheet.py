"""党建联络员名册 as a workbook, and the printed lists beside the ledgers."""

import io
from datetime import date

import openpyxl
from django.test import TestCase
from django.urls import reverse

from core.excel.undoing import TouchedError, touched_rows, undo_batch
from organizations.models import DataConfirmation, Liaison
from organizations.workflows.bodies import name_liaison
from organizations.workflows.events import record_event
from organizations.workflows.guidance import end_liaison
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_organization, make_staff
from tests.reports.test_round_trip import table_sums

HEAD = ["社会组织名称", "联络员姓名", "联系电话", "起始日期", "终止日期"]


class LiaisonSheetTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市甲协会", registered_on=date(2015, 1, 1))
        name_liaison(cls.body, by=cls.staff, start=date(2020, 1, 1), name="吴例文", phone="")

    def read(self, *rows):
        return bring(workbook([HEAD, *rows]), self.staff, "liaisons")

    def test_the_next_follows_the_one_before_and_goes_back_with_the_batch(self):
        before = table_sums()
        rows = (["示例市甲协会", "吴例文", "13800000001", "2020-01-01", "2023-03-01"],
                ["示例市甲协会", "郑例书", "", "2023-03-01", ""])  # fmt: skip
        batch = bring_in(workbook([HEAD, *rows]), self.staff, "liaisons")

        found = Liaison.objects.order_by("start").values_list("name", "phone", "end")
        self.assertEqual(list(found), [("吴例文", "13800000001", date(2023, 3, 1)), ("郑例书", "", None)])
        self.assertEqual(counts(self.read(*rows)), (0, 0, 2, 0))
        undo_batch(batch, by=self.staff)
        after = table_sums()
        self.assertEqual([table for table in before if before[table] != after[table]], [])

    def test_who_was_ended_since_is_not_taken_away_with_the_batch(self):
        other = make_organization(self.committee, name="示例市丙学会", registered_on=date(2015, 1, 1))
        batch = bring_in(workbook([HEAD, ["示例市丙学会", "郑例书", "", "2023-03-01", ""]]), self.staff, "liaisons")
        end_liaison(other.liaisons.get(), end=date(2023, 3, 20), by=self.staff)

        with self.assertRaisesMessage(TouchedError, "之后被改动过"):
            undo_batch(batch, by=self.staff)
        self.assertEqual([row[:3] for row in touched_rows(batch)], [(2, "郑例书", "之后被改动过")])
        self.assertEqual(other.liaisons.get().end, date(2023, 3, 20))

    def test_each_refusal_stands_at_its_cell(self):
        over = make_organization(self.committee, name="示例市乙商会")
        record_event(over, kind="cancelled", on=date(2023, 2, 1), by=self.staff)
        self.assertEqual(
            errors(
                self.read(
                    ["示例市甲协会", "郑例书", "", "2023-03-01", ""],
                    ["示例市甲协会", "钱例早", "", "2014-03-01", "2015-03-01"],
                    ["示例市甲协会", "孙例晚", "", "2023-04-01", ""],
                    ["示例市乙商会", "李例休", "", "2022-03-01", ""],
                    ["示例市甲协会", "王例反", "", "2019-03-01", "2019-02-01"],
                )
            ),
            [
                "2D 这家社会组织这段时间的联络员是吴例文（2020-01-01起）。换了人的，先写一行吴例文，填上终止日期。",
                "3D 不能早于登记日期2015-01-01。",
                "4D 起始日期不能晚于今天。",
                f"5A {over}已于2023-02-01注销，不能再办理。",
                "6E 终止日期必须晚于起始日期；终止日期是不再计算的第一天。",
            ],
        )


class MassSheetTests(TestCase):
    def test_nothing_begins_in_a_body_that_is_over_nor_before_it_nor_tomorrow(self):
        committee = make_committee(demo_date=date(2023, 3, 31))
        staff = make_staff(committee)
        make_organization(committee, name="示例市甲协会", registered_on=date(2015, 1, 1))
        over = make_organization(committee, name="示例市乙商会")
        record_event(over, kind="cancelled", on=date(2023, 2, 1), by=staff)
        rows = [
            ["社会组织名称", "群团组织", "成立日期"], ["示例市甲协会", "工会", "2014-03-01"],
            ["示例市甲协会", "妇联组织", "2023-04-01"], ["示例市乙商会", "工会", "2022-03-01"],
        ]  # fmt: skip
        self.assertEqual(
            errors(bring(workbook(rows), staff, "mass_organizations")),
            [
                "2C 不能早于登记日期2015-01-01。",
                "3C 成立日期不能晚于今天。",
                f"4A {over}已于2023-02-01注销，不能再办理。",
            ],
        )


class ImportButtonTests(TestCase):
    def test_the_page_of_a_ledger_leads_to_its_import(self):
        self.client.force_login(make_staff(make_committee()))
        for page, kind in (
            ("memberchange-list", "member_changes"), ("membertransfer-list", "transfers"), ("liaison-list", "liaisons"),
            ("organizationevent-list", "organization_events"), ("massorganization-list", "mass_organizations"),
            ("branchapplication-list", "branch_applications"), ("syncduty-list", "sync_duties"),
        ):  # fmt: skip
            with self.subTest(page):
                response = self.client.get(reverse(f"organizations:{page}"))
                self.assertContains(response, reverse("core:import-upload", args=[kind]))


class PrintedListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市甲协会", registered_on=date(2023, 2, 1))
        cls.branch = make_branch(cls.committee, covers=(cls.body,), name="示例市甲协会党支部")

    def printed(self, name, **query):
        self.client.force_login(self.staff)
        response = self.client.get(reverse(f"organizations:{name}"), {**query, "export": "xlsx"})
        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        return [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]

    def test_the_state_of_the_checks(self):
        DataConfirmation.objects.create(
            committee=self.committee, branch=self.branch, confirmed_on=date(2023, 3, 1), checker="王例书", member_count=3,
            open_count=2,
        )  # fmt: skip
        found = self.printed("checkup-branches")
        for word in ("支部核对情况表", "示例市甲协会党支部", "2023-03-01", "王例书"):
            self.assertTrue(any(word in text for text in found), (word, found))

    def test_bodies_newly_registered_and_those_behind_a_change(self):
        self.assertIn("示例市甲协会", self.printed("registration-bodies", period="2023Q1"))
        query = {"measure": "covered", "cause": "built_own", "before": "2022-12-31", "on": "2023-03-31"}
        self.assertNotIn("示例市甲协会", self.printed("coverage-changes", **query))
        query["cause"] = "registered"
        self.assertIn("示例市甲协会", self.printed("coverage-changes", **query))
