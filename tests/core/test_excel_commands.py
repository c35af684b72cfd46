import io
import tempfile
from pathlib import Path

import openpyxl
from django.core.management import CommandError, call_command
from django.test import TestCase

from core.choices import BatchStatus
from core.models import ImportBatch
from organizations.models import SocialOrganization
from tests.factories import make_committee, make_staff

from .excel_data import HEAD, body, workbook


class CommandTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, *rows):
        path = self.folder / "台账.xlsx"
        path.write_bytes(workbook([HEAD, *rows]))
        return str(path)

    def run_command(self, *args, **options):
        out = io.StringIO()
        call_command(*args, stdout=out, stderr=out, **options)
        return out.getvalue()

    def test_import_then_export_then_import_again(self):
        said = self.run_command("import_sheet", "test-bodies", self.file(body(1), body(2)), username=self.user.username)
        self.assertIn("新增2行", said)
        self.assertEqual(SocialOrganization.objects.filter(created_by=self.user).count(), 2)
        target = str(self.folder / "out.xlsx")

        self.assertIn("已导出2行", self.run_command("export_sheet", "test-bodies", target))

        self.assertIn("新增0行，变更0行，不变2行", self.run_command("import_sheet", "test-bodies", target))

    def test_dry_run_writes_nothing(self):
        self.assertIn("没有写入", self.run_command("import_sheet", "test-bodies", self.file(body(1)), dry_run=True))
        self.assertEqual(SocialOrganization.objects.count(), 0)

    def test_errors_are_listed_with_exit_code_one_and_a_marked_copy(self):
        out, target = io.StringIO(), self.folder / "marked.xlsx"

        with self.assertRaises(SystemExit) as caught:
            call_command(
                "import_sheet",
                "test-bodies",
                self.file(body(1, 类型="协会")),
                annotated=str(target),
                stdout=out,
                stderr=out,
            )

        self.assertEqual(caught.exception.code, 1)
        self.assertIn("第2行D列“类型”：没有“协会”这一项", out.getvalue())
        self.assertIsNotNone(openpyxl.load_workbook(target).worksheets[0]["D2"].comment)
        self.assertEqual(ImportBatch.objects.get().status, BatchStatus.REJECTED)

    def test_unknown_kind_and_file_are_sentences(self):
        with self.assertRaisesMessage(CommandError, "没有叫“x”的台账"):
            call_command("import_sheet", "x", "y")
        with self.assertRaisesMessage(CommandError, "没有这个文件"):
            call_command("import_sheet", "test-bodies", "y")

    def test_list_and_blank(self):
        self.assertIn("test-bodies\t测试单位台账", self.run_command("export_sheet", list=True))
        target = self.folder / "blank.xlsx"
        self.run_command("blank_sheet", "test-bodies", str(target))
        self.assertEqual(openpyxl.load_workbook(target).sheetnames, ["测试单位台账", "填表说明", "字典"])
