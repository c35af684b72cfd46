import io
import zipfile
from tempfile import TemporaryDirectory

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase, override_settings

from core import attachments
from core.choices import AuditEvent
from core.models import Attachment, AuditEntry, ImportBatch
from tests.factories import make_committee, make_staff, make_system_admin, make_user

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
OLE = attachments.OLE + b"0" * 100


def archive(*members, size=10):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for member in members:
            file.writestr(member, b"0" * size)
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
REFUSED = {
    "a.exe": (b"MZ", "kind"),
    "a.html": (b"<script>", "kind"),
    "a.svg": (b"<svg>", "kind"),
    "没有扩展名": (PDF, "kind"),
    "a.pdf": (b"<html>%PDF-", "magic"),
    "b.png": (PDF, "magic"),
    "c.docx": (archive("xl/workbook.xml"), "magic"),
    "d.docx": (DOCX[:60], "broken"),
    "e.docx": (archive("word/document.xml", "word/vbaProject.bin"), "macro"),
    "f.doc": (OLE + attachments.MACROS, "macro"),
    "g.docx": (archive("word/document.xml", "../../etc/x"), "path"),
    "h.docx": (archive("word/document.xml", size=101 * 1024 * 1024), "bomb"),
    "i.docx": (archive("word/document.xml", *(f"x{n}" for n in range(2001))), "bomb"),
    "j.pdf": (b"", "empty"),
}
TAKEN = {"a.pdf": PDF, "B.PNG": PNG, "c.docx": DOCX, "d.doc": OLE, "e.wps": OLE, "f.ofd": archive("OFD.xml")}


class UploadTests(TestCase):
    def test_what_is_refused_and_why(self):
        for name, (content, code) in REFUSED.items():
            with self.subTest(name), self.assertRaises(ValidationError) as caught:
                attachments.check_upload(SimpleUploadedFile(name, content))
            self.assertEqual(caught.exception.code, code)

    def test_what_is_taken(self):
        for name, content in TAKEN.items():
            with self.subTest(name):
                attachments.check_upload(SimpleUploadedFile(name, content))

    @override_settings(ATTACHMENT_MAX_BYTES=10)
    def test_too_large_says_the_limit(self):
        with self.assertRaises(ValidationError) as caught:
            attachments.check_upload(SimpleUploadedFile("a.pdf", PDF))
        self.assertEqual(caught.exception.code, "size")

    def test_names_lose_folders_and_invisible_characters(self):
        self.assertEqual(attachments.clean_name("C:\\我的\\章程\u202efdp.pdf"), "章程fdp.pdf")
        self.assertEqual(attachments.clean_name("../../etc/passwd"), "passwd")
        self.assertEqual(len(attachments.clean_name("长" * 300 + ".pdf")), 200)


class DownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.stranger = make_staff(make_committee())
        cls.batch = ImportBatch.objects.create(committee=cls.committee, kind="x", file_name="样例.xlsx")

    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        settings = override_settings(MEDIA_ROOT=folder.name)
        settings.enable()
        self.addCleanup(settings.disable)
        attachments.register(ImportBatch, can_change=lambda user, batch: user.is_committee_staff)
        self.addCleanup(attachments.owners.pop, ImportBatch)
        self.client.force_login(self.staff)
        self.add = f"/attachments/core.importbatch/{self.batch.pk}/add/"

    def upload(self, name="章程.pdf", content=PDF):
        self.client.post(self.add, {"file": SimpleUploadedFile(name, content), "next": "/notices/"})
        return Attachment.objects.order_by("-pk").first()

    def test_file_gets_a_random_name_and_keeps_its_own_as_text(self):
        row = self.upload()

        self.assertEqual(row.original_name, "章程.pdf")
        self.assertRegex(row.file.name, r"^attachments/\d{4}/\d{2}/[0-9a-f]{32}\.pdf$")
        self.assertEqual(len(row.sha256), 64)
        self.assertEqual(AuditEntry.objects.get(event=AuditEvent.UPLOAD).note, "章程.pdf")

    def test_refused_file_leaves_a_message_and_nothing_else(self):
        response = self.client.post(self.add, {"file": SimpleUploadedFile("a.exe", b"MZ")}, follow=False)

        self.assertEqual(response.status_code, 302)
        self.assertFalse(Attachment.objects.exists())

    def test_download_is_harmless_for_the_browser(self):
        row = self.upload()

        response = self.client.get(f"/attachments/{row.pk}/")

        self.assertEqual(b"".join(response.streaming_content), PDF)
        self.assertEqual(response.headers["Content-Security-Policy"], "default-src 'none'; sandbox")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response.headers["Content-Disposition"], "attachment; filename*=utf-8''%E7%AB%A0%E7%A8%8B.pdf")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.DOWNLOAD).count(), 1)

    def test_only_pictures_are_shown_in_place(self):
        picture, paper = self.upload("a.png", PNG), self.upload()

        shown = self.client.get(f"/attachments/{picture.pk}/?inline")
        saved = self.client.get(f"/attachments/{paper.pk}/?inline")

        self.assertEqual(shown.headers["Content-Disposition"], 'inline; filename="a.png"')
        self.assertTrue(saved.headers["Content-Disposition"].startswith("attachment"))

    def test_strangers_find_nothing_and_change_nothing(self):
        row = self.upload()
        for person in (self.stranger, make_user(self.committee), make_system_admin()):
            client = Client()
            client.force_login(person)
            with self.subTest(person=person):
                self.assertEqual(client.get(f"/attachments/{row.pk}/").status_code, 404)
                self.assertEqual(client.post(f"/attachments/{row.pk}/delete/").status_code, 404)
                self.assertEqual(client.post(self.add, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code, 404)
        self.assertEqual(Attachment.objects.count(), 1)
        self.assertEqual(Client().get(f"/attachments/{row.pk}/").status_code, 302)
        self.assertEqual(self.client.get(f"/media/{row.file.name}").status_code, 404)

    def test_missing_file_is_a_page_not_an_error(self):
        row = self.upload()
        row.file.storage.delete(row.file.name)

        with self.assertLogs("core.views.attachments", "ERROR"):
            response = self.client.get(f"/attachments/{row.pk}/")

        self.assertEqual(response.status_code, 404)

    def test_removing_takes_the_file_too(self):
        row = self.upload()

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(f"/attachments/{row.pk}/delete/")

        self.assertFalse(Attachment.objects.exists())
        self.assertFalse(row.file.storage.exists(row.file.name))

    def test_models_that_carry_no_files_take_none(self):
        for label in ("core.user", "core.nothing", "x"):
            url = f"/attachments/{label}/{self.staff.pk}/add/"
            self.assertEqual(self.client.post(url, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code, 404)
