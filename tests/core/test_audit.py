import gzip
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from openpyxl import load_workbook

from core import audit, sealing
from core.choices import AuditEvent
from core.models import AuditEntry, AuditSeal
from tests.factories import make_audit_admin, make_committee, make_staff


class SealTests(TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        settings = override_settings(DATA_DIR=self.folder)
        settings.enable()
        self.addCleanup(settings.disable)

    def write(self, n):
        return [audit.record(AuditEvent.SETTING, by=None, note=f"第{i}件") for i in range(n)]

    def seal(self):
        with self.captureOnCommitCallbacks(execute=True):
            return sealing.seal_entries(grace=timedelta(0))

    def test_untouched_log_is_whole(self):
        self.write(3)
        self.assertEqual(self.seal(), 3)
        self.write(2)
        self.assertEqual(self.seal(), 2)
        self.write(1)

        out = StringIO()
        call_command("verify_audit", stdout=out)

        self.assertIn("核对2段5条，另有1条还没有到封存时间", out.getvalue())

    def test_changed_row_is_named(self):
        rows = self.write(3)
        self.seal()

        AuditEntry.objects.filter(pk=rows[1].pk).update(note="别的")

        self.assertEqual(sealing.verify_audit().problems, [f"日志第{rows[1].pk}号被改动。"])
        with self.assertRaises(CommandError):
            call_command("verify_audit", stderr=StringIO())

    def test_deleted_row_is_named(self):
        rows = self.write(3)
        self.seal()

        AuditEntry.objects.filter(pk=rows[1].pk).delete()

        self.assertEqual(sealing.verify_audit().problems, [f"日志第{rows[1].pk}号被删除。"])

    def test_last_rows_deleted_with_their_seal_are_found_by_the_head(self):
        self.write(2)
        self.seal()
        rows = self.write(2)
        self.seal()

        AuditEntry.objects.filter(pk__gte=rows[0].pk).delete()
        AuditSeal.objects.order_by("-pk").first().delete()

        problems = sealing.verify_audit().problems
        self.assertEqual(len(problems), 1)
        self.assertIn("末尾的日志被整段删除", problems[0])

    def test_seal_made_to_fit_is_found(self):
        rows = self.write(2)
        self.seal()
        AuditEntry.objects.filter(pk=rows[0].pk).update(note="别的")
        seal = AuditSeal.objects.get()
        changed = AuditEntry.objects.filter(pk=rows[0].pk).values(*sealing.FIELDS).get()
        seal.rows[0][1] = sealing.row_hash(changed)
        seal.save()

        self.assertIn("封存本身被改动过", sealing.verify_audit().problems[0])

    def test_running_transactions_are_waited_for(self):
        self.write(1)

        self.assertEqual(sealing.seal_entries(), 0)

    def test_rows_are_only_added(self):
        row = self.write(1)[0]

        with self.assertRaises(TypeError):
            row.save()
        with self.assertRaises(TypeError):
            row.delete()

    def test_prune_refuses_less_than_180_days(self):
        with self.assertRaisesMessage(CommandError, "至少保留180天"):
            call_command("prune_audit", str(self.folder / "a.gz"), days=179)

    def test_prune_exports_first_and_the_rest_still_verifies(self):
        with time_machine.travel("2023-01-05 09:00+08:00", tick=False):
            self.write(2)
            self.seal()
        with time_machine.travel("2023-12-05 09:00+08:00", tick=False):
            self.write(3)
            self.seal()
            path = self.folder / "old.jsonl.gz"
            call_command("prune_audit", str(path), days=180, stdout=StringIO())
            self.seal()

        with gzip.open(path, "rt") as file:
            self.assertEqual(len(file.readlines()), 2)
        self.assertEqual(AuditEntry.objects.filter(note__startswith="第").count(), 3)
        self.assertEqual(sealing.verify_audit().problems, [])

    def test_failed_audit_write_undoes_the_change(self):
        from django.db import DatabaseError, transaction

        from core import accounts

        user = make_staff(make_committee())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditentry RENAME TO core_auditentry_away")
        with self.assertRaises(DatabaseError), transaction.atomic():
            accounts.disable_account(user, by=None)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditentry_away RENAME TO core_auditentry")

        user.refresh_from_db()
        self.assertTrue(user.is_active)


class AuditPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee, name="王演示")
        audit.record(AuditEvent.CHANGE, cls.staff, by=cls.staff, changes={"电话": ["1", "2"]}, note="=1+1")
        audit.record(AuditEvent.LOGIN_FAILED, by=None, success=False)

    def setUp(self):
        self.client.force_login(make_audit_admin())

    def test_filters_narrow_the_list(self):
        for query, found in (("event=change", 1), ("user=王演示", 1), ("success=0", 1), ("since=2999-01-01", 0)):
            with self.subTest(query):
                self.assertEqual(self.client.get(f"/audit/?{query}").context["page"].count, found)

    def test_junk_is_no_error(self):
        for query in ("event=nothing", "since=x", "address=%27", "page=9999999", "sort=x", "user=%00"):
            with self.subTest(query):
                self.assertEqual(self.client.get(f"/audit/?{query}").status_code, 200)

    def test_csv_takes_no_formula_and_the_export_is_written_down(self):
        text = b"".join(self.client.get("/audit/?export=csv&event=change").streaming_content).decode()

        self.assertIn("'=1+1", text)
        self.assertIn("电话：1→2", text)
        self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.EXPORT).count(), 1)

    def test_workbook_holds_the_rows_as_text(self):
        content = b"".join(self.client.get("/audit/?export=xlsx&event=change").streaming_content)

        rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
        self.assertEqual([row[8] for row in rows], ["说明", "=1+1"])

    def test_list_queries_do_not_grow(self):
        self.client.get("/audit/")
        for _ in range(2):
            audit.record(AuditEvent.CHANGE, self.staff, by=self.staff)
            with self.assertNumQueries(4):
                self.client.get("/audit/")

    def test_history_is_newest_first(self):
        audit.record(AuditEvent.STATUS, self.staff, by=self.staff)

        self.assertEqual([e.event for e in audit.history(self.staff)], ["status", "change"])
