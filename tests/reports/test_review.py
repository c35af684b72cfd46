"""送审、退回、签发、上报: who may, from which state, and that a signed text stays as it was."""

import re
from datetime import date, timedelta
from itertools import product

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.models import AuditEntry, Notice
from core.periods import today
from core.transitions import TransitionError, advance
from organizations.models import OrganizationMerge
from organizations.workflows.merging import merge_bodies, undo_merge
from reports import workflows
from reports.choices import SUMMARY_FLOW, EditionKind, PhraseKind, SummaryStatus
from reports.documents.papers import final_document, final_paper
from reports.documents.storing import document_data, stored_document
from reports.models import Edition, Phrase, Summary
from reports.views.summaries import then_and_now
from reviews.choices import DutyMode
from reviews.models import DutyReport
from tests.factories import make_committee, make_leader, make_member, make_organization, make_secretary, make_staff
from tests.reports.test_narrative import Q1, NarrativeTest

STATES = list(SummaryStatus)


class ReviewTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        NarrativeTest.setUpTestData.__func__(cls)
        cls.committee.demo_date = date(2023, 4, 6)
        cls.committee.save()
        cls.leader = make_leader(cls.committee)
        cls.secretary = make_secretary(cls.reports[0].branch)
        cls.stranger = make_staff(make_committee())

    def setUp(self) -> None:
        self.client.force_login(self.staff)

    def url(self, name: str = "summary-detail", *args: str) -> str:
        return reverse(f"reports:{name}", args=[Q1, *args])

    def summary(self) -> Summary:
        return workflows.stored_summary(self.committee, Q1)

    def submit(self, **answers: str):
        return self.client.post(self.url("summary-submit"), {"looked": "1", **answers})

    def seen(self) -> str:
        composed = workflows.compose_stored(self.committee, Q1)
        return final_paper(composed, on=today(self.committee), closing=False).digest

    def sign(self, as_user=None, **data: str):
        self.client.force_login(as_user or self.leader)
        values = {"signer": "王演示", "on": "2023-04-06", "closing": "on", "seen": self.seen(), **data}
        return self.client.post(self.url("summary-sign"), values)

    def signed(self) -> Summary:
        self.submit()
        self.sign()
        return self.summary()

    def make_oral(self) -> None:
        """One record changes: a written report becomes oral."""
        DutyReport.objects.filter(pk=self.reports[-1].pk).update(mode=DutyMode.ORAL)


class StateTest(ReviewTest):
    def test_every_pair_of_states_follows_the_table(self) -> None:
        for was, to in product(STATES, STATES):
            with self.subTest(was=was, to=to):
                summary = workflows.open_summary(self.committee, Q1, by=self.staff)
                Summary.objects.filter(pk=summary.pk).update(status=was)
                summary.refresh_from_db()
                if to in SUMMARY_FLOW[was]:
                    advance(summary, SUMMARY_FLOW, to, by=self.staff)
                    self.assertEqual(self.summary().status, to)
                else:
                    with self.assertRaises(TransitionError):
                        advance(summary, SUMMARY_FLOW, to, by=self.staff)
                    self.assertEqual(self.summary().status, was)


class EmptyParagraphTest(ReviewTest):
    def test_a_paragraph_is_not_emptied_away(self) -> None:
        data = {"segments": "[]", "version": 0, "heading": "开展述职评议"}
        answer = self.client.post(self.url("block-save", "duty"), data)
        self.assertContains(answer, "选“不印这一段”", status_code=400)
        self.assertContains(self.client.get(self.url()), "作口头述职")


class SubmitTest(ReviewTest):
    def test_the_page_lists_what_agrees_and_asks_for_a_look(self) -> None:
        page = self.client.get(self.url("summary-submit"))
        self.assertContains(page, "口头述职加书面述职等于应述职")
        self.assertEqual(Summary.objects.count(), 0)

        refused = self.client.post(self.url("summary-submit"))
        self.assertContains(refused, "以上各项已核对", status_code=400)
        self.assertEqual(Summary.objects.count(), 0)

    def test_handing_up_keeps_the_text_tells_the_leader_and_stops_editing(self) -> None:
        self.assertRedirects(self.submit(), self.url())

        summary = self.summary()
        self.assertEqual((summary.status, summary.submitted_by), (SummaryStatus.REVIEW, self.staff))
        self.assertEqual(Edition.objects.get().kind, EditionKind.SUBMITTED)
        self.assertTrue(Notice.objects.filter(user=self.leader, url=self.url()).exists())
        self.assertEqual(self.client.post(self.url("block-hide", "duty"), {"hidden": "1"}).status_code, 403)
        self.assertEqual(self.client.get(self.url("summary-settings")).status_code, 403)
        again = self.client.post(self.url("summary-submit"), {"looked": "1"}, follow=True)
        self.assertContains(again, "这份总结现在是“待签发”，不能再送审。")
        self.assertEqual(Edition.objects.count(), 1)

    def test_a_gap_in_the_text_forbids_it_and_says_which(self) -> None:
        Phrase.objects.filter(kind=PhraseKind.SPIRIT).update(valid_until=date(2023, 3, 1))

        self.assertNotContains(self.client.get(self.url("summary-submit")), "以上各项已核对")
        self.assertContains(self.submit(), "没有有效的“大会精神”提法", status_code=400)
        self.assertFalse(Edition.objects.exists())

    def test_figures_that_disagree_need_a_sentence_which_the_leader_reads(self) -> None:
        DutyReport.objects.filter(pk=self.reports[-1].pk).update(mode="")
        page = self.client.get(self.url("summary-submit"))
        self.assertContains(page, "不符的原因")

        refused = self.submit()
        self.assertContains(refused, "还没有说明原因", status_code=400)
        self.assertFalse(Edition.objects.exists())

        self.submit(**{"answer-0": "一名书记请假，另行安排。"})
        self.client.force_login(self.leader)
        self.assertContains(self.client.get(self.url("summary-sign")), "一名书记请假，另行安排。")

    def test_a_period_that_does_not_balance_is_refused_whatever_is_said(self) -> None:
        """DOMAIN §6.3: 增减不平的不能定稿."""
        make_member(self.reports[0].branch, start=date(2022, 1, 1))
        late = make_member(self.reports[0].branch, start=date(2023, 2, 1))
        late.memberships.update(join_reason="initial")
        page = self.client.get(self.url("summary-submit"))
        self.assertContains(page, "改对以前不能送审")
        self.assertNotContains(page, 'name="looked"')
        self.assertContains(self.submit(**{"answer-0": "知道了。"}), "不能送审", status_code=400)
        self.assertFalse(Edition.objects.exists())
        late.memberships.update(join_reason="admitted")
        self.submit()
        self.assertEqual(self.summary().status, SummaryStatus.REVIEW)

    def test_it_can_be_recalled_until_it_is_signed(self) -> None:
        self.submit()
        self.client.post(self.url("summary-recall"))
        self.assertFalse(Notice.objects.filter(user=self.leader).exists())
        self.assertEqual(self.summary().status, SummaryStatus.DRAFT)
        self.client.post(self.url("block-hide", "duty"), {"hidden": "1"})
        self.assertTrue(self.summary().blocks.get(key="duty").hidden)


class ReturnTest(ReviewTest):
    def test_the_leader_returns_it_with_a_reason_that_the_author_reads(self) -> None:
        self.submit()
        self.client.force_login(self.leader)
        self.client.post(self.url("summary-return"), {"reason": "第二部分再具体一些。"})

        self.assertEqual(self.summary().status, SummaryStatus.RETURNED)
        self.assertTrue(Notice.objects.filter(user=self.staff, body="第二部分再具体一些。").exists())
        self.client.force_login(self.staff)
        self.assertContains(self.client.get(self.url()), "第二部分再具体一些。")
        self.assertEqual(self.client.get(self.url("summary-submit")).status_code, 200)

        self.make_oral()
        self.submit()
        self.client.force_login(self.leader)
        page = self.client.get(self.url("summary-sign"))
        self.assertContains(page, "上次退回")
        self.assertContains(page, "与退回前相比")

    def test_the_comparison_is_with_what_was_returned_whatever_was_recalled_since(self) -> None:
        self.submit()
        self.client.force_login(self.leader)
        self.client.post(self.url("summary-return"), {"reason": "再具体一些。"})
        self.client.force_login(self.staff)
        self.make_oral()
        self.submit()
        self.client.post(self.url("summary-recall"))
        self.submit()

        context = self.client.get(self.url("summary-sign")).context
        self.assertEqual(context["changes"], [])
        self.assertEqual(
            [("2个党支部" in was, "3个党支部" in now) for was, now in context["since_return"]], [(True, True)]
        )

    def test_without_a_reason_nothing_happens(self) -> None:
        self.submit()
        answer = self.client.post(self.url("summary-return"), {"reason": " "}, follow=True)
        self.assertContains(answer, "没有写退回意见")
        self.assertEqual(self.summary().status, SummaryStatus.REVIEW)


class SignTest(ReviewTest):
    def test_a_signed_summary_stays_as_it_was_on_every_page_and_file(self) -> None:
        summary = self.signed()
        word = self.file()
        text = self.text()
        page = self.client.get(self.url()).content.decode()
        self.assertIn("2个党支部书记作口头述职", page)

        self.make_oral()

        self.assertEqual(self.file(), word)
        self.assertEqual(self.text(), text)
        now = self.client.get(self.url())
        self.assertContains(now, "2个党支部书记作口头述职")
        self.assertContains(now, "2 → 3")
        self.assertContains(self.client.get(self.url() + "?view=live"), "不影响定稿")
        self.assertRedirects(
            self.client.post(self.url("summary-word")),
            reverse("reports:edition-file", args=[summary.edition_id]),
            fetch_redirect_response=False,
        )
        self.assertEqual(Edition.objects.count(), 2)

    def text(self) -> str:
        page = self.client.get(self.url("summary-text")).content.decode()
        return re.search(r"<textarea.*?</textarea>", page, re.DOTALL)[0]

    def file(self) -> bytes:
        edition = self.summary().edition
        return b"".join(self.client.get(reverse("reports:edition-file", args=[edition.pk])).streaming_content)

    def test_the_kept_paper_is_the_one_that_was_printed(self) -> None:
        composed = workflows.compose_stored(self.committee, Q1)
        document = final_document(composed, on=date(2023, 4, 6), closing=True)
        again = stored_document(document_data(document))
        self.assertEqual([p.segments() for p in again.paragraphs], [p.segments() for p in document.paragraphs])
        self.assertEqual(
            (again.title_lines, again.signature, again.date), (document.title_lines, document.signature, document.date)
        )

    def test_the_date_of_signing_is_the_date_of_the_document(self) -> None:
        self.signed()
        self.assertTrue(self.summary().edition.text.endswith("2023年4月6日\n"))

    def test_a_text_that_changed_after_the_page_was_opened_is_not_signed(self) -> None:
        self.submit()
        seen = self.seen()
        self.make_oral()

        answer = self.sign(seen=seen)

        self.assertContains(answer, "正文跟着变了，没有签发", status_code=400)
        self.assertContains(answer, "送审以后正文的变化", status_code=400)
        self.assertEqual(self.summary().status, SummaryStatus.REVIEW)
        self.assertFalse(Edition.objects.filter(kind=EditionKind.SIGNED).exists())
        self.assertRedirects(self.sign(), self.url())

    def test_signing_twice_makes_one_edition(self) -> None:
        self.submit()
        composed, summary = workflows.compose_stored(self.committee, Q1), self.summary()
        paper = final_paper(composed, on=date(2023, 4, 6), closing=True)
        values = {"signer": "王演示", "closing": True, "seen": paper.digest, "by": self.leader}
        workflows.sign_summary(summary, paper, **values)
        late = Summary.objects.get(pk=summary.pk)
        late.status, late.version = SummaryStatus.REVIEW, summary.version - 1
        with self.assertRaises(ValidationError):
            workflows.sign_summary(late, paper, **values)
        self.assertEqual(Edition.objects.filter(kind=EditionKind.SIGNED).count(), 1)

    def test_staff_record_a_signature_on_paper_with_the_name(self) -> None:
        self.submit()
        self.assertContains(self.sign(self.staff, signer=""), "请填写签发人", status_code=400)
        self.sign(self.staff, signer="赵例会")
        self.assertEqual(self.summary().signer, "赵例会")
        self.assertContains(self.client.get(self.url()), f"纸上签发，{self.staff}登记")
        self.assertTrue(Notice.objects.filter(user=self.leader, title__contains="已签发").exists())
        entry = AuditEntry.objects.filter(object_type="reports.summary", user=self.staff).order_by("-pk").first()
        self.assertIn("签发人", entry.changes)

    def test_a_large_figure_is_written_out(self) -> None:
        facts = [{"key": "gone", "value": value, "unit": ""} for value in (1234567, 93.5, 90.0, None)]
        rows = then_and_now(Edition(facts=facts), {})
        self.assertEqual([row["then"] for row in rows], ["1234567", "93.5", "90", "—"])

    def test_days_that_cannot_be(self) -> None:
        self.submit()
        late = (date(2023, 4, 6) + timedelta(days=1)).isoformat()
        self.assertContains(self.sign(on=late), "不能晚于今天", status_code=400)
        self.assertContains(self.sign(on="2023-04-05"), "不能早于送审日期", status_code=400)

    def test_returned_after_signing_it_is_signed_anew_and_the_first_edition_stays(self) -> None:
        first = self.signed().edition
        before = (first.sha256, first.text)
        self.client.post(self.url("summary-return"), {"reason": "有一处写错。"})
        self.assertContains(self.client.get(self.url()), f"第{first.number}份</a>）仍然留存")
        self.make_oral()
        self.client.force_login(self.staff)
        second = self.signed().edition

        first.refresh_from_db()
        self.assertEqual((first.sha256, first.text), before)
        self.assertNotEqual(second.pk, first.pk)
        self.assertIn("3个党支部书记作口头述职", second.text)

    def test_a_merge_and_its_undo_leave_a_signed_paper_as_it_was(self) -> None:
        pair = [
            make_organization(self.committee, name=f"示例市重复{n}协会", registered_on=date(2023, 1, 5)) for n in "甲乙"
        ]
        self.signed()
        kept = (self.file(), self.text(), Edition.objects.count())
        for step in (
            lambda: merge_bodies(*pair, by=self.staff),
            lambda: undo_merge(OrganizationMerge.objects.get(), by=self.staff, reason="两家单位"),
        ):
            step()
            self.assertEqual((self.file(), self.text(), Edition.objects.count()), kept)


class ReportTest(ReviewTest):
    def test_it_is_recorded_and_corrected_after_signing(self) -> None:
        self.submit()
        self.assertContains(self.client.get(self.url("summary-report"), follow=True), "不能登记上报")
        self.sign()
        self.client.force_login(self.staff)
        self.assertContains(
            self.client.post(self.url("summary-report"), {"on": "2023-04-05", "to": "市委组织部"}),
            "不能早于签发日期",
            status_code=400,
        )
        self.client.post(self.url("summary-report"), {"on": "2023-04-06", "to": "市委组织部"})
        self.assertContains(self.client.get(self.url()), "2023-04-06，市委组织部")
        self.client.post(self.url("summary-report"), {"on": "2023-04-06", "to": "市委非公工委"})
        self.assertEqual(self.summary().reported_to, "市委非公工委")


class WhoTest(ReviewTest):
    def test_only_the_office_and_only_its_own(self) -> None:
        self.submit()
        for user in (self.secretary, self.stranger):
            for name in ("summary-recall", "summary-return", "summary-sign", "summary-report"):
                with self.subTest(user=user, name=name):
                    self.client.force_login(user)
                    status = self.client.post(self.url(name), {"reason": "x"}).status_code
                    self.assertIn(status, (302, 403, 404))  # 302: back to the summary of one's own office
        self.client.force_login(self.leader)
        self.assertEqual(self.client.post(self.url("summary-recall")).status_code, 403)
        self.assertEqual(self.summary().status, SummaryStatus.REVIEW)

    def test_an_office_above_reads_what_was_handed_up_and_changes_nothing(self) -> None:
        self.committee.parent = make_committee(name="省社会组织综合党委")
        self.committee.save()
        above = make_staff(self.committee.parent)
        of = f"?committee={self.committee.code}"
        self.client.force_login(above)
        listed = reverse("reports:summary-list")
        self.assertNotContains(self.client.get(listed), "下级综合党委的总结")

        self.client.force_login(self.staff)
        self.submit()
        self.client.force_login(above)

        self.assertContains(self.client.get(listed), f"{self.url()}{of}")
        page = self.client.get(self.url() + of)
        self.assertContains(page, "作口头述职")
        self.assertContains(page, f"fact=duty_oral_names&amp;committee={self.committee.code}")
        self.assertNotContains(page, "撤回送审")
        for name in ("summary-recall", "summary-return", "summary-sign", "summary-submit"):
            with self.subTest(name):
                answer = self.client.post(self.url(name) + of, {"reason": "x", "looked": "1"})
                self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.summary().status, SummaryStatus.REVIEW)
        word = self.client.post(self.url("summary-word") + of)
        self.assertTrue(word.content.startswith(b"PK"))
        self.assertEqual(Edition.objects.first().committee, self.committee)
