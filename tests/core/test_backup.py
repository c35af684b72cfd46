import json
import zipfile
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings

from core import attachments, backup
from core.choices import AuditEvent
from core.models import Attachment, AuditEntry, Committee, ImportBatch, User
from tests.factories import make_committee, make_staff

PDF = b"%PDF-1.7\n1 0 obj\n"


class BackupTests(TransactionTestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.media = self.folder / "files"
        settings = override_settings(MEDIA_ROOT=self.media, DATA_DIR=self.folder)
        settings.enable()
        self.addCleanup(settings.disable)
        self.committee = make_committee(name="示例市社会组织综合党委")
        self.staff = make_staff(self.committee, username="liyangben")
        batch = ImportBatch.objects.create(committee=self.committee, kind="x", file_name="名册.xlsx")
        attachments.attach(batch, SimpleUploadedFile("章程.pdf", PDF), by=self.staff)
        self.path = self.folder / "backup.zip"

    def backup(self, path=None):
        call_command("backup", str(path or self.path), stdout=StringIO())

    def restore(self, path=None, **options):
        call_command("restore", str(path or self.path), interactive=False, stdout=StringIO(), **options)

    def wipe(self):
        for model in (Attachment, AuditEntry, ImportBatch, User, Committee):
            model.objects.all().delete()

    def rows(self):
        return {
            model.__name__: list(model.objects.order_by("pk").values())
            for model in (Committee, User, ImportBatch, Attachment)
        }

    def page(self):
        client = Client()
        client.force_login(self.staff)
        return client.get("/accounts/users/").context["page"].count

    def test_restore_into_an_empty_instance_brings_everything_back(self):
        before, stored = self.rows(), Attachment.objects.get().file.path
        self.backup()
        self.wipe()
        Path(stored).unlink()

        self.restore()

        self.assertEqual(self.rows(), before)
        self.assertEqual(Path(stored).read_bytes(), PDF)
        self.assertEqual(AuditEntry.objects.get(event=AuditEvent.RESTORE).object_label, "backup.zip")
        self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.UPLOAD).count(), 1)

    def test_backup_is_written_down_and_tells_what_it_holds(self):
        self.backup()

        with zipfile.ZipFile(self.path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        self.assertEqual(manifest["tables"]["core_user"], 1)
        self.assertEqual([facts["size"] for facts in manifest["files"].values()], [len(PDF)])
        self.assertEqual(self.path.stat().st_mode & 0o077, 0)
        self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.BACKUP).count(), 1)

    def test_filled_instance_is_not_overwritten_by_accident(self):
        self.backup()

        with self.assertRaisesMessage(CommandError, "已有数据"):
            self.restore()

    def test_forced_restore_takes_back_what_was_done_since_and_keeps_the_old_files(self):
        self.backup()
        User.objects.filter(pk=self.staff.pk).update(name="改过的名字")

        self.restore(force=True)

        self.assertEqual(User.objects.get().name, self.staff.name)
        self.assertEqual(len(list(self.folder.glob("files.*"))), 1)

    def test_everybody_signs_in_again(self):
        client = Client()
        client.force_login(self.staff)
        self.backup()

        self.restore(force=True)

        self.assertEqual(client.get("/accounts/me/").status_code, 302)

    def change(self, member, change):
        """The same backup with one member changed."""
        target = self.folder / "changed.zip"
        with zipfile.ZipFile(self.path) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                new.writestr(name, change(old.read(name)) if name == member else old.read(name))
        return target

    def refuse(self, path, words):
        before = self.rows()
        with self.assertRaisesMessage(CommandError, words):
            self.restore(path, force=True)
        self.assertEqual(self.rows(), before)

    def test_newer_schema_is_refused(self):
        self.backup()

        def newer(content):
            manifest = json.loads(content)
            manifest["migrations"].append(["core", "9999_later"])
            return json.dumps(manifest)

        self.refuse(self.change("manifest.json", newer), "比现在的程序新")

    def test_changed_file_or_database_is_refused(self):
        self.backup()
        with zipfile.ZipFile(self.path) as archive:
            file = next(name for name in archive.namelist() if name.startswith("files/"))

        self.refuse(self.change(file, lambda content: content + b"x"), "与清单不符")
        self.refuse(self.change(backup.NAMES[connection.vendor], lambda content: content + b"x"), "与清单不符")

    def test_path_out_of_the_folder_is_refused(self):
        self.backup()

        def outside(content):
            manifest = json.loads(content)
            manifest["files"]["../x"] = {"size": 1, "sha256": ""}
            return json.dumps(manifest)

        self.refuse(self.change("manifest.json", outside), "不合规")

    def test_something_else_is_refused(self):
        other = self.folder / "other.zip"
        other.write_bytes(b"PK")

        self.refuse(other, "打不开备份文件")
        self.refuse(self.folder / "missing.zip", "打不开备份文件")

    def test_existing_file_is_not_overwritten(self):
        self.backup()

        with self.assertRaisesMessage(CommandError, "已存在"):
            self.backup()

    def test_no_backup_while_an_app_says_no(self):
        backup.refuse_backup_while(lambda: "民主评议正在进行，结束后再备份。")
        self.addCleanup(backup.blockers.pop)

        with self.assertRaisesMessage(CommandError, "民主评议正在进行"):
            self.backup()
        self.assertFalse(self.path.exists())

    def test_folder_keeps_the_newest(self):
        folder = self.folder / "many"
        folder.mkdir()
        for day in ("20200101-000000", "20210101-000000"):
            (folder / f"dangjian-{day}.zip").touch()

        call_command("backup", str(folder), keep=2, stdout=StringIO())

        self.assertEqual(len(list(folder.iterdir())), 2)
        self.assertFalse((folder / "dangjian-20200101-000000.zip").exists())
