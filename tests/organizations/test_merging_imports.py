"""Imports after a merge: the dropped name and code mean the one that stayed."""

from datetime import date

from django.urls import reverse

from organizations.models import (
    SocialOrganization,
)
from organizations.workflows.bodies import change_affiliation
from organizations.workflows.events import record_event
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.organizations.merging_cases import DAY, MergeTestCase


class ImportTests(MergeTestCase):
    HEAD = ("社会组织名称", "统一社会信用代码", "类型", "登记日期", "住所", "党建管理归口")

    def row(self, name, code):
        return [name, code, "社会团体", "2015-01-01", "示例路9号", "综合党委直管"]

    def test_a_row_under_the_dropped_code_or_name_means_the_one_that_stayed(self):
        self.merge()
        change_affiliation(SocialOrganization.objects.get(), kind="industry", start=date(2018, 1, 1), by=self.staff)
        change_affiliation(SocialOrganization.objects.get(), kind="direct", start=date(2019, 1, 1), by=self.staff)
        spans = list(self.keep.affiliations.values())
        for name, code in ((self.drop.name, self.drop.code), (self.drop.name, ""), (self.drop.name, self.keep.code)):
            SocialOrganization.objects.update(address="")

            batch = bring_in(workbook([self.HEAD, self.row(name, code)]), self.staff, "organizations")

            self.assertEqual(counts(batch), (0, 1, 0, 0), (name, code))
            row = SocialOrganization.objects.get()
            self.assertEqual((row.name, row.code, row.address), (self.keep.name, self.keep.code, "示例路9号"))
            self.assertEqual(list(self.keep.affiliations.values()), spans)

    def test_a_former_name_means_the_body_that_had_it(self):
        record_event(SocialOrganization.objects.get(pk=self.keep.pk), kind="renamed", on=DAY, by=self.staff,
                     new_name="示例市茶产业协会")  # fmt: skip

        batch = bring(workbook([self.HEAD, self.row("示例市茶业协会", "")]), self.staff, "organizations")

        self.assertEqual(counts(batch), (0, 1, 0, 0))
        self.assertIn("过去的名称", str(batch.report["notices"]))

    def test_two_rows_that_mean_one_body_are_named(self):
        self.merge()
        rows = [self.row(self.keep.name, self.keep.code), self.row(self.drop.name, self.drop.code)]

        batch = bring(workbook([self.HEAD, *rows]), self.staff, "organizations")

        self.assertEqual(errors(batch), [f"3B 与第2行是同一条（{self.keep}），请核对，只留一行。"])

    def test_other_workbooks_find_it_by_the_dropped_name(self):
        self.merge()
        rows = [("社会组织名称", "章程版次", "含党的建设条款"), ("示例茶叶协会", "3", "是")]

        batch = bring(workbook(rows), self.staff, "charters")

        self.assertEqual(counts(batch)[0], 1, errors(batch))

    def test_a_form_refuses_the_dropped_code(self):
        self.merge()
        self.client.force_login(self.staff)
        answers = {"name": "示例市红茶协会", "code": self.drop.code, "kind": "51", "registered_on": "2023-02-01",
                   "status": "normal"}  # fmt: skip

        page = self.client.post(reverse("organizations:socialorganization-create"), answers)

        self.assertContains(page, "的记录已并入“示例市茶业协会”")
