import csv
import io
import re
import zipfile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy

from core.choices import BatchStatus
from core.excel.sheet import all_sheets
from core.models import AuditEntry, ImportBatch, Job
from organizations.models import SocialOrganization
from tests.factories import make_committee, make_leader, make_staff

from .excel_data import HEAD, body, save, workbook
from .office_files import compound, encrypted, xls


def stored_once(book, member, text):
    """The workbook with one member replaced."""
    source, target = zipfile.ZipFile(io.BytesIO(book)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, text if name == member else source.read(name))
    return target.getvalue()


@override_settings(JOBS_MODE="eager")
class PageCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def setUp(self):
        self.client.force_login(self.user)

    def send(self, content, name="台账.xlsx"):
        address = reverse("core:import-upload", args=["test-bodies"])
        return self.client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)

    def refused(self, content, *words, name="台账.xlsx"):
        response = self.send(content, name)
        text = response.content.decode()
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(SocialOrganization.objects.count(), 0)
        return text


class PrintedOnlyTests(PageCase):
    def test_what_is_not_imported_says_where_its_rows_are_entered(self):
        index = self.client.get(reverse("core:import-index"))
        printed = [sheet for sheet in all_sheets() if not sheet.can_import]

        self.assertGreater(len(printed), 2)
        for sheet in printed:
            with self.subTest(sheet.kind):
                self.assertTrue(sheet.instead.endswith("。"))
                self.assertContains(index, sheet.instead)
                refused = self.client.get(reverse("core:import-upload", args=[sheet.kind]))
                self.assertContains(refused, sheet.instead, status_code=404)

    def test_the_ledgers_own_page_says_so_to_those_who_import(self):
        page, sentence = reverse("organizations:coverage-gaps"), "名单由系统算出"

        self.assertContains(self.client.get(page), sentence)
        self.client.force_login(make_leader(self.user.committee))
        self.assertNotContains(self.client.get(page), sentence)


class ImportPageTests(PageCase):
    def test_upload_preview_confirm_and_undo(self):
        response = self.send(workbook([HEAD, body(1), body(2)]))
        self.assertContains(response, "还没有写入任何数据")
        batch = ImportBatch.objects.get()
        self.assertEqual((batch.status, SocialOrganization.objects.count()), (BatchStatus.PREVIEWED, 0))

        for _ in range(2):
            response = self.client.post(reverse("core:import-apply", args=[batch.pk]), follow=True)
            self.assertEqual(response.status_code, 200)
        self.assertContains(response, "没有重复写入")
        self.assertEqual(SocialOrganization.objects.count(), 2)

        self.assertContains(self.client.get(reverse("core:import-undo", args=[batch.pk])), "删去新增的2条")
        self.client.post(reverse("core:import-undo", args=[batch.pk]))
        self.assertEqual(SocialOrganization.objects.count(), 0)

    def test_undo_lists_the_rows_that_were_edited(self):
        self.send(workbook([HEAD, body(1), body(2)]))
        batch = ImportBatch.objects.get()
        self.client.post(reverse("core:import-apply", args=[batch.pk]))
        SocialOrganization.objects.filter(name="市第2协会").update(version=2)

        response = self.client.post(reverse("core:import-undo", args=[batch.pk]))

        self.assertContains(response, "市第2协会", status_code=409)
        self.assertNotContains(response, "市第1协会</td><td>之后", status_code=409)

    def test_wrong_cells_are_shown_and_the_marked_workbook_comes_back(self):
        response = self.send(workbook([HEAD, body(1), body(2, 登记日期="2009.13.1")]))
        self.assertContains(response, "1行有错误，整批不能导入。")
        self.assertContains(response, "没有13月。例：2009-12-01。")
        batch = ImportBatch.objects.get()

        response = self.client.get(reverse("core:import-annotated", args=[batch.pk]))

        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        self.assertIsNotNone(page["E3"].comment)
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        response = self.client.post(reverse("core:import-apply", args=[batch.pk]))
        self.assertEqual((response.status_code, SocialOrganization.objects.count()), (409, 0))

    def test_the_index_lists_all_kinds_in_order_with_a_fixed_number_of_queries(self):
        address = reverse("core:import-index")
        self.client.get(address)
        with self.assertNumQueries(4):
            response = self.client.get(address)
        self.assertContains(response, "测试单位台账")
        self.send(workbook([HEAD, body(1)]))
        self.send(workbook([HEAD, body(2)]))
        with self.assertNumQueries(4):
            self.client.get(address)

    def test_only_staff_may_import_and_strangers_find_no_batch(self):
        self.send(workbook([HEAD, body(1)]))
        batch = ImportBatch.objects.get()
        self.client.force_login(make_leader(self.user.committee))
        self.assertEqual(self.client.get(reverse("core:import-upload", args=["test-bodies"])).status_code, 403)
        self.assertEqual(self.client.post(reverse("core:import-export", args=["test-bodies"])).status_code, 200)
        self.client.force_login(make_staff(make_committee()))
        self.assertEqual(self.client.get(reverse("core:import-batch", args=[batch.pk])).status_code, 404)
        self.assertEqual(self.client.post(reverse("core:import-apply", args=[batch.pk])).status_code, 404)

    def test_full_numbers_are_exported_only_with_a_purpose_that_is_logged(self):
        self.send(workbook([HEAD, body(1)]))
        self.client.post(reverse("core:import-apply", args=[ImportBatch.objects.get().pk]))
        address = reverse("core:import-export", args=["test-bodies"])

        masked = b"".join(self.client.post(address).streaming_content)
        full = b"".join(self.client.post(address, {"purpose": "核对电话"}).streaming_content)

        values = [
            [c.value for row in openpyxl.load_workbook(io.BytesIO(x)).active for c in row] for x in (masked, full)
        ]
        self.assertEqual(["13800000001" in v for v in values], [False, True])
        self.assertIn("用途：核对电话", AuditEntry.objects.filter(event="export").latest("pk").note)

    def test_a_long_file_is_read_and_written_by_jobs(self):
        with self.settings(), self.captureOnCommitCallbacks(execute=True):
            from core.excel import jobs

            small, jobs.SMALL_FILE = jobs.SMALL_FILE, 10
            self.addCleanup(setattr, jobs, "SMALL_FILE", small)
            self.client.post(
                reverse("core:import-upload", args=["test-bodies"]),
                {"file": SimpleUploadedFile("a.xlsx", workbook([HEAD, body(1)]))},
            )
        job = Job.objects.get()
        self.assertEqual((job.state, ImportBatch.objects.get().status), ("done", BatchStatus.PREVIEWED))
        response = self.client.get(reverse("core:job", args=[job.pk]))
        self.assertRedirects(response, reverse("core:import-batch", args=[ImportBatch.objects.get().pk]))


class WrongInputTests(PageCase):
    def test_a_far_cell_is_named_and_the_server_stays_up(self):
        book = openpyxl.Workbook()
        book.active["A1"], book.active["XFD1048576"] = "社会组织名称", "x"

        self.refused(save(book), "单元格XFD1048576有内容", "没有导入任何数据")

    def test_a_zip_bomb_is_not_unpacked(self):
        content = stored_once(workbook([HEAD]), "xl/worksheets/sheet1.xml", b" " * 400_000_000)

        self.refused(content, "压缩炸弹")

    def test_a_damaged_file(self):
        self.refused(workbook([HEAD, body(1)])[:-400], "已损坏")
        self.refused(stored_once(workbook([HEAD]), "xl/worksheets/sheet1.xml", b"<worksheet><sheet"), "重新上传")

    def test_an_encrypted_workbook(self):
        self.refused(encrypted(workbook([HEAD, body(1)]), "不告诉"), "设了打开密码", "取消打开密码，另存后再上传")

    def test_a_word_file_of_old(self):
        self.refused(compound({"WordDocument": b"x" * 5000}), "是Word文档")

    def test_an_old_workbook_is_read_and_comes_back_marked(self):
        rows = [HEAD, body(1, 登记日期="2015-03-01"), body(2, 登记日期="2009.13.1", 备注="WordDocument")]
        response = self.send(xls(rows, "党建台账"), "台账.xls")
        self.assertContains(response, "没有13月")
        batch = ImportBatch.objects.get()
        self.assertEqual((batch.sheet_name, batch.new_count, batch.wrong_count), ("党建台账", 1, 1))

        response = self.client.get(reverse("core:import-annotated", args=[batch.pk]))

        self.assertIn(".xlsx", response["Content-Disposition"])
        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))["党建台账"]
        self.assertEqual([c.coordinate for row in page for c in row if c.comment], ["E3"])
        self.assertEqual((page["E3"].value, page["B2"].value), ("2009.13.1", "市第1协会"))

    def test_an_old_workbook_under_a_new_name_is_read_and_said(self):
        response = self.send(xls([HEAD, body(1, 登记日期="2015-03-01")]), "台账.xlsx")

        self.assertContains(response, "内容其实是旧版.xls工作簿，已按.xls读取")
        self.assertEqual(ImportBatch.objects.get().new_count, 1)

    def test_a_damaged_old_workbook(self):
        self.refused(xls([HEAD, body(1)])[:1500], "损坏")

    def test_csv_of_both_encodings_is_read_and_comes_back_marked(self):
        lines = [HEAD, body(1), body(2, 登记日期="2009.13.1", 备注='他说"好"，\n又一行')]
        stream = io.StringIO()
        csv.writer(stream).writerows(lines)
        for encoding in ("gbk", "utf-8-sig"):
            with self.subTest(encoding):
                response = self.send(stream.getvalue().encode(encoding), "台账.csv")
                self.assertContains(response, "没有13月")
                batch = ImportBatch.objects.latest("pk")
                self.assertEqual((batch.new_count, batch.wrong_count), (1, 1))
                response = self.client.get(reverse("core:import-annotated", args=[batch.pk]))
                page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
                self.assertEqual([c.coordinate for row in page for c in row if c.comment], ["E3"])
                self.assertEqual(page["L3"].value, '他说"好"，\n又一行')

    def test_unknown_headings_are_named_and_passed_over(self):
        response = self.send(workbook([[*HEAD, "星级", "印象"], [*body(1), "五", "好"]]))

        self.assertContains(response, "M列“星级”、N列“印象”")
        self.assertEqual(ImportBatch.objects.get().new_count, 1)

    def test_a_code_stored_as_a_number_and_a_row_twice(self):
        response = self.send(workbook([HEAD, body(1, 统一社会信用代码=513417000000000000), body(2), body(2)]))

        self.assertContains(response, "末几位已丢失")
        self.assertContains(response, "与第3行")
        self.assertEqual((ImportBatch.objects.get().wrong_count, SocialOrganization.objects.count()), (2, 0))

    def test_other_formats_under_the_name_of_a_workbook(self):
        self.refused(b"<html><table><tr><td>1</td></tr></table></html>", "其实是网页")
        self.refused(b"%PDF-1.7 ...", "PDF文件")
        self.refused(b"", "空文件")
        self.refused(bytes(range(256)) * 50, "不是Excel工作簿")

    def test_a_csv_renamed_is_read_and_said(self):
        text = ",".join(HEAD) + "\n" + ",".join(str(c) for c in body(1))

        response = self.send(text.encode("gb18030"))

        self.assertContains(response, "内容其实是CSV文本，已按CSV读取")
        self.assertEqual(ImportBatch.objects.get().new_count, 1)

    def test_a_60_mb_file_is_answered_on_the_page(self):
        text = self.refused(b"PK\x03\x04" + b"\0" * 60_000_000, "超过20 MB的上限", "分成几个文件")
        self.assertIn("57.2 MB", text)

    def test_external_entities_are_not_read(self):
        evil = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'

        text = self.refused(stored_once(workbook([HEAD]), "xl/worksheets/sheet1.xml", evil), "不能导入")

        self.assertNotIn("root:", text)

    def test_too_many_rows(self):
        with self.settings(WORKBOOK_MAX_ROWS=100):
            self.refused(workbook([HEAD, *[body(n) for n in range(200)]]), "超过100行的上限")

    def test_hidden_sheets_are_not_read(self):
        book = openpyxl.Workbook()
        book.active.append(["说明"])
        hidden = book.create_sheet("旧数据")
        hidden.append(HEAD)
        hidden.append(body(1))
        hidden.sheet_state = "hidden"

        self.refused(save(book), "没有找到《测试单位台账》的表头")


class BatchListTests(PageCase):
    address = reverse_lazy("core:import-batch-list")

    def names(self, **query):
        return re.findall(r">(批次\d)", self.client.get(self.address, query).content.decode().partition("<tbody")[2])

    def test_the_list_is_narrowed_by_kind_state_and_person_and_says_why(self):
        self.send(workbook([HEAD, body(1)]), "批次1.xlsx")
        self.send(b"", "批次2.xlsx")
        self.send(workbook([HEAD, body(2, 类型="协会")]), "批次3.xlsx")
        other = make_staff(self.user.committee)
        self.client.force_login(other)
        self.client.post(
            reverse("core:import-paste", args=["test-branches"]), {"pasted": "党支部全称\t类别\n中共甲支部\t党支部"}
        )
        ImportBatch.objects.filter(created_by=other).update(file_name="批次4.csv")

        self.assertEqual(self.names(), ["批次4", "批次3", "批次2", "批次1"])
        self.assertEqual(self.names(status="rejected", kind="test-bodies"), ["批次3", "批次2"])
        self.assertEqual(self.names(kind="test-branches"), ["批次4"])
        self.assertEqual(self.names(created_by=other.pk), ["批次4"])
        self.assertEqual(self.names(until="2000-01-01"), [])
        response = self.client.get(self.address)
        self.assertContains(response, "是空文件，没有内容")
        self.assertContains(response, "1行有错误，整批没有写入。")

    def test_the_same_queries_for_one_batch_and_many(self):
        self.send(workbook([HEAD, body(1)]))
        self.client.get(self.address)
        with CaptureQueriesContext(connection) as one:
            self.client.get(self.address)
        batch = ImportBatch.objects.get()
        for _ in range(30):
            batch.pk = None
            batch.save()
        with self.assertNumQueries(len(one)):
            self.client.get(self.address)
        self.assertLessEqual(len(one), 6)
