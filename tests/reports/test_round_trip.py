import hashlib
import io
import tempfile
from datetime import date
from pathlib import Path

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import TestCase

from core.choices import BatchStatus
from core.excel.applying import apply_batch
from core.excel.sheet import all_sheets, get_sheet
from core.excel.staging import error_lines, new_batch, read_batch
from core.excel.undoing import TouchedError, undo_batch
from core.excel.writing import export_to, run_export
from core.models import Job, User
from organizations.models import FormerName, SocialOrganization

# Their rows tell what happened; an undone import leaves its own trace there, and in a row's version and last change.
TRACES = ("core_importbatch", "core_importrow", "core_auditentry", "core_job", "sqlite_sequence", "django_session")


def table_sums():
    """Table → digest of all its rows."""
    sums = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in TRACES:
                columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
                names = ", ".join(f'"{c}"' for c in columns if c not in ("version", "updated_at"))
                cursor.execute(f'SELECT {names} FROM "{table}"')
                rows = sorted(repr(row) for row in cursor.fetchall())
                sums[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return sums


class RoundTripTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("seed_demo", verbosity=0)
        cls.user = User.objects.get(username="staff")

    def exported(self, sheet, every=True, full=True):
        file = io.BytesIO()
        count = export_to(
            file,
            sheet,
            sheet.queryset(self.user),
            committee=self.user.committee,
            full=full,
            every=every,
        )
        return file.getvalue(), count

    def read(self, sheet, content, **facts):
        file = SimpleUploadedFile("台账.xlsx", content)
        batch = read_batch(new_batch(sheet, file, file.name, by=self.user, committee=self.user.committee, **facts))
        self.assertEqual(list(error_lines(batch))[:5], [])
        return batch

    def test_what_was_exported_changes_nothing_when_it_comes_back(self):
        for sheet in all_sheets():
            if not (sheet.can_import and sheet.can_export) or sheet.kind.startswith("test-"):
                continue
            for every, full in ((True, True), (True, False), (False, False)):
                self.come_back(sheet, every, full)

    def come_back(self, sheet, every, full):
        """Both layouts, with whole and with masked numbers."""
        with self.subTest(sheet.kind, every=every, full=full):
            content, count = self.exported(sheet, every, full)

            batch = self.read(sheet, content)

            found = (batch.new_count, batch.changed_count, batch.wrong_count, batch.same_count)
            self.assertEqual(found, (0, 0, 0, count), batch.report.get("fatal"))

    def test_every_workbook_is_written_from_the_command_line_and_by_the_job(self):
        for sheet in all_sheets():
            if not sheet.can_export or sheet.kind.startswith("test-"):
                continue
            with self.subTest(sheet.kind), tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / "台账.xlsx"
                call_command("export_sheet", sheet.kind, str(target), masked=True, stdout=io.StringIO())
                self.assertGreater(target.stat().st_size, 0)
                ids = list(sheet.queryset(self.user).values_list("pk", flat=True))
                job = Job.objects.create(
                    kind="core.export", title="导出", created_by=self.user, committee=self.user.committee
                )
                run_export(job, lambda *args: None, sheet=sheet.kind, ids=ids)
                job.refresh_from_db()
                self.assertEqual(job.done, len(ids))

    def changed_bodies(self):
        """The ledger of bodies with every remark rewritten, every contact replaced by another, and one body more."""
        sheet = get_sheet("organizations")
        book = openpyxl.load_workbook(io.BytesIO(self.exported(sheet)[0]))
        page = book.worksheets[0]
        heads = {c.value: c.column for row in page.iter_rows(min_row=3, max_row=4) for c in row if c.value}
        rows = [n for n in range(5, page.max_row + 1) if page.cell(n, heads["登记日期"]).value]
        for number in rows:
            page.cell(number, heads["备注"]).value = f"第{number}行"
            page.cell(number, heads["联络员"]).value = f"新联络员{number}"
        last = page.max_row
        for column in ("类型", "登记日期", "登记状态", "党建管理归口"):
            page.cell(last, heads[column]).value = page.cell(rows[0], heads[column]).value
        for column in page[last]:
            if column.value and str(column.value).endswith("："):
                column.value = None
        page.cell(last, heads["社会组织名称"]).value = "示例市后来协会"
        file = io.BytesIO()
        book.save(file)
        return sheet, file.getvalue(), len(rows)

    def test_undo_restores_every_table_to_the_letter(self):
        sheet, content, count = self.changed_bodies()
        before = table_sums()
        batch = apply_batch(self.read(sheet, content, as_of=date(2023, 5, 1)), by=self.user)
        self.assertEqual((batch.new_count, batch.changed_count), (1, count))
        self.assertNotEqual(
            table_sums()["organizations_socialorganization"], before["organizations_socialorganization"]
        )

        undo_batch(batch, by=self.user)

        after = table_sums()
        self.assertEqual([t for t in before if before[t] != after[t]], [])

    def test_undo_is_refused_with_the_rows_that_were_edited_since(self):
        sheet, content, _ = self.changed_bodies()
        batch = apply_batch(self.read(sheet, content, as_of=date(2023, 5, 1)), by=self.user)
        edited = SocialOrganization.objects.filter(remark="第7行").get()
        edited.remark = "又改了"
        edited.version += 1
        edited.save()

        with self.assertRaises(TouchedError) as caught:
            undo_batch(batch, by=self.user)

        self.assertEqual([number for number, *_ in caught.exception.rows], [7])
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.APPLIED)

    def test_a_body_is_still_found_by_its_former_name_after_an_import_changed_it(self):
        body = SocialOrganization.objects.order_by("pk")[0]
        FormerName.objects.create(organization=body, name="古早协会")
        body.save()
        sheet, content, _ = self.changed_bodies()

        batch = apply_batch(self.read(sheet, content, as_of=date(2023, 5, 1)), by=self.user)
        body.refresh_from_db()
        self.assertIn("古早协会", body.search)
        undo_batch(batch, by=self.user)
        body.refresh_from_db()
        self.assertIn("古早协会", body.search)
