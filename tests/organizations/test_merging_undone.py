"""合并撤销: everything stands as it stood, or a list says why not."""

import io
from datetime import date

import openpyxl
from django.core.exceptions import ValidationError

from core.editing import update_record
from core.excel.sheet import get_sheet
from core.excel.writing import export_to
from core.models import AuditEntry
from core.periods import today
from organizations.models import (
    BranchCoverage,
    CharterRecord,
    DueMark,
    OrganizationMerge,
    SocialOrganization,
)
from organizations.workflows.merging import (
    gather_late_rows,
    undo_merge,
)
from tests.factories import (
    make_organization,
)
from tests.organizations.merging_cases import MergeTestCase, database


class UndoTests(MergeTestCase):
    def test_both_rows_and_everything_around_them_stand_as_they_stood(self):
        self.hang_everything()
        before = database()
        merge = self.merge("name", "code", "phone")
        self.assertNotEqual(database(), before)

        undo_merge(merge, by=self.staff, reason="不是同一家")

        after = database()
        self.assertEqual({label: after[label] for label in before}, before)
        entries = AuditEntry.objects.filter(event="undo").values_list("object_type", flat=True)
        self.assertEqual(
            sorted(entries), ["organizations.organizationmerge", *["organizations.socialorganization"] * 2]
        )

    def test_it_is_refused_with_a_list_once_something_was_edited(self):
        self.hang_everything()
        merge = self.merge()
        merged = database()
        keep = SocialOrganization.objects.get()
        keep.remark = "后来的备注"
        update_record(keep, by=self.staff)
        CharterRecord.objects.filter(version_no=2).update(remark="后来改的")
        edited = database()

        with self.assertRaises(ValidationError) as caught:
            undo_merge(merge, by=self.staff, reason="不是同一家")

        text = caught.exception.messages[0]
        for word in (f"社会组织“{self.keep}”被改动过", "章程第2版”被改动过", "请逐条处理"):
            self.assertIn(word, text)
        self.assertEqual(database(), edited)
        self.assertNotEqual(edited, merged)
        self.assertIsNone(OrganizationMerge.objects.get().undone_at)

    def test_the_printed_list_tells_of_both_rows_and_of_the_way_back(self):
        self.hang_everything()
        undo_merge(self.merge("phone"), by=self.staff, reason="不是同一家")
        file, sheet = io.BytesIO(), get_sheet("organization_merges")
        export_to(file, sheet, sheet.queryset(self.staff), committee=self.committee)

        page = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
        row = dict(zip([c.value for c in page[3]], [c.value for c in page[4]], strict=True))
        self.assertEqual((row["保留的记录"], row["并入的记录"]), (self.keep.name, self.drop.name))
        self.assertEqual((row["取自并入记录的栏目"], row["撤销原因"]), ("联系电话", "不是同一家"))
        self.assertIn("组织覆盖1条", row["移过来的内容"])

    def test_new_rows_since_stay_with_the_one_that_stayed(self):
        merge = self.merge()
        CharterRecord.objects.create(committee=self.committee, organization=self.keep, version_no=5)

        undo_merge(merge, by=self.staff, reason="不是同一家")

        self.assertEqual(CharterRecord.objects.get().organization, self.keep)
        self.assertEqual(BranchCoverage.objects.get().organization, self.drop)

    def test_merges_on_top_of_one_another_are_undone_in_order(self):
        third = make_organization(self.committee, name="示例市茶文化协会")
        before = database()
        first = self.merge()
        second = self.merge(keep=third, drop=self.keep)
        self.assertEqual(SocialOrganization.objects.search(self.drop.code).get(), third)
        with self.assertRaisesMessage(ValidationError, "之后有人改动过"):
            undo_merge(first, by=self.staff, reason="x")

        undo_merge(second, by=self.staff, reason="不是同一家")
        undo_merge(OrganizationMerge.objects.get(pk=first.pk), by=self.staff, reason="不是同一家")

        self.assertEqual(database(), before)

    def test_what_comes_to_the_dropped_row_later_follows_and_goes_back_with_it(self):
        merge = self.merge()
        CharterRecord.objects.create(committee=self.committee, organization=self.drop, version_no=7)

        self.assertEqual((gather_late_rows(), gather_late_rows()), (1, 0))

        self.assertEqual(CharterRecord.objects.get().organization, self.keep)
        merge = OrganizationMerge.objects.get(pk=merge.pk)
        self.assertEqual(merge.moved["章程入章记录"], 1)
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual(CharterRecord.objects.get().organization, self.drop)

    def test_an_undone_pair_may_be_merged_again(self):
        merge = self.merge()
        undo_merge(merge, by=self.staff, reason="再看看")

        self.merge()

        self.assertEqual(SocialOrganization.objects.count(), 1)

    def test_once_and_with_a_reason(self):
        merge = self.merge()
        stale = OrganizationMerge.objects.get(pk=merge.pk)
        with self.assertRaisesMessage(ValidationError, "请写明撤销的原因"):
            undo_merge(merge, by=self.staff, reason="")
        undo_merge(merge, by=self.staff, reason="不是同一家")

        with self.assertRaisesMessage(ValidationError, "刚刚被别人撤销"):
            undo_merge(stale, by=self.staff, reason="不是同一家")
        with self.assertRaisesMessage(ValidationError, "已经撤销过"):
            undo_merge(merge, by=self.staff, reason="不是同一家")

    def test_refused_when_another_body_took_the_name_meanwhile(self):
        merge = self.merge()
        make_organization(self.committee, name=self.drop.name)

        with self.assertRaisesMessage(ValidationError, "已有同名的在册社会组织"):
            undo_merge(merge, by=self.staff, reason="不是同一家")


class MarkTests(MergeTestCase):
    """The marks 应建未建 of both rows are one body's: no past day loses one, and the open one follows the chosen answer."""

    def mark(self, body, reason, **days):
        body = SocialOrganization.objects.get(pk=body.pk)
        body.no_branch_reason = reason
        body.save()
        if days:
            body.due_marks.update(**days)

    def marks(self):
        return list(DueMark.objects.order_by("start").values_list("organization", "start", "end"))

    def test_the_answer_that_was_not_chosen_ends_with_the_merge(self):
        self.mark(self.drop, "due", start=date(2020, 1, 1))
        self.mark(self.keep, "few_members")
        before = database()

        merge = self.merge()

        self.assertEqual(self.marks(), [(self.keep.pk, date(2020, 1, 1), today(self.committee))])
        undo_merge(merge, by=self.staff, reason="不是同一家")
        self.assertEqual({label: database()[label] for label in before}, before)

    def test_the_answer_that_was_chosen_brings_its_mark(self):
        self.mark(self.drop, "due", start=date(2020, 1, 1))

        self.merge("no_branch_reason")

        self.assertEqual(self.marks(), [(self.keep.pk, date(2020, 1, 1), None)])

    def test_days_on_which_both_were_marked_count_once(self):
        self.mark(self.keep, "due", start=date(2021, 1, 1))
        self.mark(self.drop, "due", start=date(2019, 1, 1))

        self.merge()

        spells = [(date(2019, 1, 1), date(2021, 1, 1)), (date(2021, 1, 1), None)]
        self.assertEqual(self.marks(), [(self.keep.pk, *days) for days in spells])
