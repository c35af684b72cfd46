from django.test import TestCase, override_settings

from core.models import AuditEntry, ImportBatch
from tests.factories import make_committee, make_leader, make_staff


def make_batch(committee, **overrides):
    return ImportBatch.objects.create(**{"committee": committee, "kind": "x", "file_name": "一季度.xlsx", **overrides})


def form_data(**overrides):
    return {
        "kind": "members",
        "source": "",
        "new_count": "3",
        "as_of": "2023-03-29",
        "file_name": "名册.xlsx",
        **overrides,
    }


@override_settings(ROOT_URLCONF="tests.core.pages_urls")
class RecordPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.batch = make_batch(cls.committee)

    def setUp(self):
        self.client.force_login(self.staff)

    def test_detail_shows_facts_state_and_the_reason_field(self):
        html = self.client.get(f"/t/batches/{self.batch.pk}/").content.decode()
        self.assertIn("一季度.xlsx", html)
        self.assertIn('<span class="state state-info', html)
        self.assertIn('name="reason"', html)

    def test_a_strangers_row_does_not_exist(self):
        other = make_batch(make_committee())
        for address in ("", "edit/"):
            self.assertEqual(self.client.get(f"/t/batches/{other.pk}/{address}").status_code, 404)
        self.assertEqual(self.client.post(f"/t/batches/{other.pk}/abandon/").status_code, 404)
        self.assertEqual(self.client.get("/t/batches/99999999999999999999999/").status_code, 404)

    def test_a_reader_without_the_right_gets_403_and_leaves_a_trace(self):
        self.client.force_login(make_leader(self.committee))
        self.assertEqual(self.client.get(f"/t/batches/{self.batch.pk}/").status_code, 200)
        self.assertEqual(self.client.get(f"/t/batches/{self.batch.pk}/edit/").status_code, 403)
        self.assertEqual(self.client.post(f"/t/batches/{self.batch.pk}/abandon/").status_code, 403)
        self.assertTrue(AuditEntry.objects.filter(event="refused", success=False).exists())

    def test_create_stamps_committee_and_writer(self):
        response = self.client.post("/t/batches/new/", form_data(kind="  mem\u200bbers\x07 "))
        row = ImportBatch.objects.get(kind="members")
        self.assertEqual(response.status_code, 302)
        self.assertEqual((row.committee, row.created_by), (self.committee, self.staff))

    def test_junk_in_fields_is_a_sentence_not_a_fault(self):
        for value in ("1_000", "１２", "99999999999999999999", "-1", "x", "1e5"):
            response = self.client.post("/t/batches/new/", form_data(new_count=value))
            self.assertEqual(response.status_code, 200, value)
            self.assertIn("没有保存，有1处要改", response.content.decode(), value)
        self.assertEqual(ImportBatch.objects.count(), 1)

    def test_required_field_names_itself_and_is_linked(self):
        html = self.client.post("/t/batches/new/", form_data(kind="\u200b")).content.decode()
        self.assertIn("请填写台账。", html)
        self.assertIn('href="#id_kind"', html)
        self.assertIn("1处要改", html)

    def test_extra_fields_of_the_post_change_nothing(self):
        other = make_committee()
        self.client.post(
            f"/t/batches/{self.batch.pk}/edit/", form_data(version="1", committee=other.pk, status="applied")
        )
        self.batch.refresh_from_db()
        self.assertEqual(
            (self.batch.kind, self.batch.status, self.batch.committee), ("members", "reading", self.committee)
        )

    def test_a_stale_save_is_refused_and_keeps_both_texts(self):
        url = f"/t/batches/{self.batch.pk}/edit/"
        self.client.post(url, form_data(version="1", source="先存的"))
        response = self.client.post(url, form_data(version="1", source="后存的"))
        html = response.content.decode()
        self.assertEqual(response.status_code, 409)
        self.assertIn("先存的", html)
        self.assertIn('value="后存的"', html)
        self.assertIn('name="version" value="2"', html)
        self.batch.refresh_from_db()
        self.assertEqual(self.batch.source, "先存的")
        self.assertEqual(self.client.post(url, form_data(version="2", source="后存的")).status_code, 302)

    def test_action_moves_the_row_and_a_refused_move_is_a_message(self):
        url = f"/t/batches/{self.batch.pk}/abandon/"
        self.assertEqual(self.client.get(url).status_code, 405)
        self.client.post(url, {"reason": "传错了"})
        self.batch.refresh_from_db()
        self.assertEqual(self.batch.status, "abandoned")
        self.assertTrue(AuditEntry.objects.filter(note="传错了").exists())
        html = self.client.post(url, follow=True).content.decode()
        self.assertIn("不能改为“已放弃”", html)

    def test_next_leads_only_to_own_pages(self):
        for wanted in ("//evil.example/", "https://evil.example/", "/\\evil.example", "word"):
            response = self.client.post(f"/t/batches/{self.batch.pk}/abandon/", {"next": wanted})
            self.assertEqual(response.headers["location"], "/t/batches/", wanted)
