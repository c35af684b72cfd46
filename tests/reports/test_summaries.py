import json
import re
from datetime import date
from html import unescape

from django.test import TestCase
from django.urls import reverse
from django.utils.html import strip_tags

from core.models import AuditEntry
from core.periods import Period
from reports import workflows
from reports.choices import BlockOrigin
from reports.documents.assembly import document_of
from reports.documents.model import plain_text
from reports.models import Block, Edition, Summary
from reviews.choices import DutyMode
from reviews.models import DutyReport
from tests.factories import make_committee, make_leader, make_secretary, make_staff
from tests.reports.test_narrative import Q1, NarrativeTest


class SummaryPageTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        NarrativeTest.setUpTestData.__func__(cls)
        cls.leader = make_leader(cls.committee)
        cls.secretary = make_secretary(cls.reports[0].branch)
        cls.stranger = make_staff(make_committee())

    def setUp(self) -> None:
        self.client.force_login(self.staff)

    def url(self, name: str = "summary-detail", *args: str) -> str:
        return reverse(f"reports:{name}", args=[Q1, *args])

    def text(self) -> str:
        return plain_text(document_of(workflows.compose_stored(self.committee, Q1)))

    def save(self, key: str, segments: list, version: int = 0, **extra: str):
        data = {"segments": json.dumps(segments), "version": version, "heading": "开展述职评议", **extra}
        return self.client.post(self.url("block-save", key), data)

    ORAL = {"fact": "duty_oral", "params": {}, "format": ""}

    def test_reading_the_page_writes_nothing(self) -> None:
        self.assertEqual(self.client.get(self.url()).status_code, 200)

        self.assertEqual(Summary.objects.count(), 0)

    def test_the_printed_page_has_the_paragraphs_of_the_word_file(self) -> None:
        page = self.client.get(self.url()).content.decode()
        printed = re.search(r'<article class="paper print-only".*?</article>', page, re.DOTALL)[0]
        paragraphs = [unescape(strip_tags(p)) for p in re.findall(r"<p class.*?</p>", printed)]

        self.assertEqual(paragraphs, self.text().splitlines()[1:])

    def test_edited_paragraph_keeps_its_wording_and_shows_the_new_number(self) -> None:
        self.save("duty", [{"text": "我们请"}, self.ORAL, {"text": "名书记上台述职。"}])
        self.assertIn("我们请2名书记上台述职。", self.text())

        DutyReport.objects.filter(pk=self.reports[-1].pk).update(mode=DutyMode.ORAL)

        self.assertIn("我们请3名书记上台述职。", self.text())
        self.assertContains(self.client.get(self.url()), "2 → 3")

    def test_plain_form_without_script_saves_the_same(self) -> None:
        data = {"t0": "共有", "f1": json.dumps(self.ORAL), "t2": "名。", "version": 0, "heading": "述职"}
        self.client.post(self.url("block-save", "duty"), data)

        self.assertIn("（二）述职。共有2名。", self.text())

    def test_second_editor_gets_409_and_keeps_the_own_text(self) -> None:
        self.save("duty", [{"text": "第一个人写的。"}])
        answer = self.save("duty", [{"text": "第二个人写的。"}], version=0)

        self.assertEqual(answer.status_code, 409)
        self.assertContains(answer, "第二个人写的。", status_code=409)
        self.assertIn("第一个人写的。", self.text())

    def test_unknown_fact_is_refused_with_a_sentence(self) -> None:
        answer = self.save("duty", [{"fact": "nothing", "params": {}, "format": ""}])

        self.assertContains(answer, "系统里没有的指标", status_code=400)
        self.assertEqual(Block.objects.count(), 0)

    def test_broken_json_is_a_message_not_an_error(self) -> None:
        answer = self.client.post(self.url("block-save", "duty"), {"segments": "{", "version": "x"})

        self.assertContains(answer, "内容格式不对", status_code=400)

    def test_reset_brings_the_generated_text_back_and_the_old_wording_can_be_restored(self) -> None:
        self.save("duty", [{"text": "自己的写法。"}])
        self.client.post(self.url("block-reset", "duty"))
        self.assertIn("作口头述职", self.text())

        block = Block.objects.get(key="duty")
        number = block.versions.filter(origin=BlockOrigin.AUTO).first().number
        self.assertTrue(number)
        self.assertEqual(block.origin, BlockOrigin.AUTO)

    def test_hidden_paragraph_is_not_printed_and_numbers_close_up(self) -> None:
        self.client.post(self.url("block-hide", "duty"), {"hidden": "1"})

        self.assertNotIn("口头述职", self.text())
        self.assertIn("（二）召开联席会议", self.text())

    def test_optional_paragraph_can_be_printed(self) -> None:
        self.client.post(self.url("block-hide", "coverage"), {"hidden": "0"})

        self.assertIn("党的组织覆盖率100%", self.text())

    def test_own_paragraph_is_added_copied_to_the_next_period_and_deleted(self) -> None:
        data = {"after": "duty", "kind": "section", "heading": "推进党建品牌", "text": "打造品牌。"}
        self.client.post(self.url("block-add"), data)
        self.assertIn("（三）推进党建品牌。打造品牌。", self.text())

        following = Period.parse("2023Q2")
        self.client.post(reverse("reports:summary-copy", args=[following]))
        self.client.post(reverse("reports:summary-copy", args=[following]))
        copied = plain_text(document_of(workflows.compose_stored(self.committee, following)))
        self.assertEqual(copied.count("打造品牌。"), 1)

        self.client.post(self.url("block-reset", "own-1"))
        self.assertNotIn("打造品牌", self.text())
        self.assertTrue(AuditEntry.objects.filter(note__contains="删除自写段落：打造品牌。").exists())

    def test_move_exchanges_neighbours(self) -> None:
        self.client.post(self.url("block-move", "meeting"), {"step": "up"})

        text = self.text()
        self.assertLess(text.index("联席会议，服务"), text.index("述职评议，压实"))

    def test_chosen_examples_are_named_first(self) -> None:
        url = self.url("examples-save", "duty_oral_names")
        self.client.post(url, {f"rank-{self.reports[1].pk}": "1"})

        text = self.text()
        names = [str(report.branch).removesuffix("党支部") for report in self.reports[:2]]
        self.assertIn(f"{names[1]}、{names[0]}2个党支部书记作口头述职", text)

    def test_download_keeps_an_edition_that_later_changes_do_not_touch(self) -> None:
        answer = self.client.post(self.url("summary-word"))
        self.assertTrue(answer.content.startswith(b"PK"))
        edition = Edition.objects.get()
        DutyReport.objects.filter(pk=self.reports[-1].pk).update(mode=DutyMode.ORAL)

        page = self.client.get(edition.get_absolute_url())

        self.assertContains(page, "数据已变化")
        self.assertIn("2个党支部书记作口头述职", Edition.objects.get().text)

    def test_click_on_a_number_shows_as_many_rows_as_it_says(self) -> None:
        page = self.client.get(self.url() + "?fact=duty_written")
        self.assertContains(page, "依据的3条记录")

        rows = self.client.get(reverse("reports:fact-detail", args=[Q1, "duty_written"]))
        self.assertEqual(len(rows.context["lines"]), 3)

    def test_leader_reads_but_does_not_write(self) -> None:
        self.client.force_login(self.leader)

        self.assertEqual(self.client.get(self.url()).status_code, 200)
        self.assertEqual(self.save("duty", [{"text": "改。"}]).status_code, 403)

    def test_secretary_has_no_summary_page(self) -> None:
        self.client.force_login(self.secretary)

        self.assertEqual(self.client.get(self.url()).status_code, 403)

    def test_other_office_sees_only_its_own_figures(self) -> None:
        self.client.force_login(self.stranger)

        self.assertNotContains(self.client.get(self.url()), "市第")
        foreign = self.client.get(self.url() + f"?committee={self.committee.code}")
        self.assertEqual(foreign.status_code, 404)

    def test_get_never_changes(self) -> None:
        for name, args in (
            ("summary-word", ()),
            ("block-save", ("duty",)),
            ("block-hide", ("duty",)),
            ("block-add", ()),
        ):
            self.assertEqual(self.client.get(self.url(name, *args)).status_code, 405)

    def test_settings_put_signature_and_date_under_the_paper(self) -> None:
        data = {"title": "", "has_signature": "on", "signature": "", "signed_on": "2023-04-06", "version": 1}
        answer = self.client.post(self.url("summary-settings"), data)

        self.assertEqual(answer.status_code, 302)
        self.assertEqual(Summary.objects.get().signed_on, date(2023, 4, 6))
        self.assertEqual(self.text().splitlines()[-2:], ["市社会组织综合党委", "2023年4月6日"])
