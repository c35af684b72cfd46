"""Phones and addresses of people: masked in the history, in the log and in exports (M22)."""

import io
from datetime import date

from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from openpyxl import load_workbook

from core import audit
from core.choices import AuditEvent
from core.editing import update_record
from core.excel.applying import apply_batch
from core.excel.sheet import get_sheet
from core.excel.writing import export_to
from core.models import AuditEntry
from core.secrets import masked_changes
from core.views.audit import changes_text
from organizations.models import PartyMember
from tests.core.excel_data import bring, counts, workbook
from tests.factories import make_audit_admin, make_branch, make_committee, make_member, make_review, make_staff

PHONE, HOME = "13812345678", "示例市样本路12号3栋"


class MaskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee)
        cls.member = make_member(cls.branch, name="甲示例", phone=PHONE, address=HOME, born_on=date(1980, 5, 4))

    def setUp(self):
        self.client.force_login(self.staff)

    def old_entry(self):
        """An entry as it was written before values were masked; it is sealed and cannot be rewritten."""
        return AuditEntry.objects.create(
            event=AuditEvent.CHANGE, user_name="工作人员", object_type="organizations.partymember",
            object_id=self.member.pk, object_label="甲示例", note=f"打了{PHONE}",
            changes={"手机号码": ["", PHONE], "家庭住址": [HOME, ""], "id hash": ["（原值）", "（新值）"], "id tail": ["", "3410013"]},
        )  # fmt: skip

    def test_the_history_of_a_row_masks_what_old_entries_hold(self):
        self.old_entry()
        page = self.client.get(self.member.get_absolute_url()).content.decode()
        self.assertIn("138****5678", page)
        self.assertIn("示例市****", page)
        for hidden in (PHONE, HOME, "id hash", "id tail", "3410013"):
            self.assertNotIn(hidden, page)

    def test_the_log_and_its_export_mask_them_too(self):
        self.old_entry()
        self.client.force_login(make_audit_admin(self.committee))
        address = reverse("core:audit-list")
        for url in (address, f"{address}?export=csv"):
            answer = self.client.get(url)
            text = (answer.getvalue() if answer.streaming else answer.content).decode()
            self.assertIn("138****5678", text)
            self.assertNotIn(PHONE, text)
            self.assertNotIn("样本路", text)
        self.assertEqual(
            changes_text({"id tail": ["", "1"], "书记—电话": ["", "0571-88001234"]}), "书记—电话：057******1234"
        )

    def test_new_entries_are_written_masked(self):
        self.member.phone, self.member.address = "13987654321", "样例市长街1号"
        self.member.set_id_number("341702198001010013")
        update_record(self.member, by=self.staff)
        entry = audit.history(self.member)[0]
        self.assertEqual(
            entry.changes,
            {
                "证件号码": ["（原值）", "（新值）"],
                "手机号码": ["138****5678", "139****4321"],
                "家庭住址": ["示例市****", "样例市****"],
            },
        )

    def test_an_import_logs_them_masked(self):
        head = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "手机号码", "家庭住址"]
        rows = [head, [self.branch.name, "乙示例", "女", "1980-05-04", "2010-07-01", PHONE, HOME]]
        apply_batch(bring(workbook(rows), self.staff, "members"), by=self.staff)
        rows[1][5:] = ["13900001111", "样例市长街1号"]
        batch = bring(workbook(rows), self.staff, "members")
        self.assertEqual(counts(batch), (0, 1, 0, 0))
        apply_batch(batch, by=self.staff)
        changes = audit.history(PartyMember.objects.get(name="乙示例"))[0].changes
        self.assertEqual(changes["手机号码"], ["138****5678", "139****1111"])
        self.assertEqual(changes["家庭住址"], ["示例市****", "样例市****"])

    def test_an_export_masks_the_address_unless_it_is_asked_for(self):
        sheet = get_sheet("members")
        for full, shown in ((False, ("138****5678", "示例市****")), (True, (PHONE, HOME))):
            target = io.BytesIO()
            export_to(target, sheet, sheet.queryset(self.staff), committee=self.committee, full=full)
            values = [str(cell.value) for row in load_workbook(target).worksheets[0].iter_rows() for cell in row]
            self.assertEqual([word for word in shown if word in values], list(shown))
            self.assertEqual(HOME in values, full)

    def test_a_masked_export_changes_nothing_when_it_comes_back(self):
        sheet, target = get_sheet("members"), io.BytesIO()
        export_to(target, sheet, sheet.queryset(self.staff), committee=self.committee)
        self.assertEqual(counts(bring(target.getvalue(), self.staff, "members")), (0, 0, 1, 0))

    def test_a_registration_shows_its_phone_only_for_a_purpose(self):
        review = make_review(self.staff, phone=PHONE)
        page = self.client.get(reverse("organizations:registration-detail", args=[review.pk])).content.decode()
        self.assertIn("138****5678", page)
        self.assertNotIn(PHONE, page)
        address = reverse("organizations:registration-reveal", args=[review.pk])
        self.assertContains(self.client.post(address, {"purpose": "通知补正"}), PHONE)
        self.assertEqual(audit.history(review)[0].event, AuditEvent.REVEAL)


class LabelTests(SimpleTestCase):
    def test_a_name_within_the_label_is_not_the_column(self):
        """组织覆盖：某支部，起始日期 tells of a day, whatever the branch is called."""
        label = "组织覆盖：示例市手机行业协会党支部，起始日期"
        self.assertEqual(masked_changes({label: ["2023-01-10", "2023-02-10"]}), {label: ["2023-01-10", "2023-02-10"]})
        label = "党建联络员：示例市乐器协会，电话"
        self.assertEqual(masked_changes({label: ["", "13900001111"]}), {label: ["", "139****1111"]})

    def test_stars_in_a_remark_hide_no_number_from_the_mask(self):
        self.assertEqual(masked_changes({"备注": ["", "*重要* 13812345678"]}), {"备注": ["", "*重要* 138****5678"]})
