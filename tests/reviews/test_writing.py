"""Writing, handing in, returning and uploading over HTTP."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from core.models import Attachment
from reviews.models import BallotBatch, BallotTally, DutyReport
from tests.factories import (
    make_branch,
    make_committee,
    make_duty_report,
    make_leader,
    make_secretary,
    make_session,
    make_staff,
)
from tests.reviews.test_documents import REPORT, upload


class Writing(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 2, 17))
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee, secretary="陈例文")
        cls.secretary = make_secretary(cls.branch)
        cls.session = make_session(cls.committee)
        cls.report = make_duty_report(cls.session, cls.branch, problems="问题。", measures="措施。")

    def setUp(self):
        self.client.force_login(self.secretary)

    def url(self, page):
        return reverse(f"reviews:dutyreport-{page}", args=[self.report.pk])

    def post(self, page, **data):
        return self.client.post(self.url(page), data)

    def stored(self):
        return DutyReport.objects.get(pk=self.report.pk)

    def test_autosave_answers_with_the_next_version(self):
        answer = self.post("autosave", version=1, duties="全年12次。")

        self.assertEqual((answer.status_code, answer.json()["version"]), (200, 2))
        self.assertEqual(self.stored().duties, "全年12次。")

    def test_autosave_of_an_old_version_is_409_and_changes_nothing(self):
        for version in ("0", "", "x", "99999999999999999999"):
            answer = self.post("autosave", version=version, duties="旧页。")
            self.assertEqual((version, answer.status_code), (version, 409))
        self.assertEqual(self.stored().duties, "")

    def test_autosave_after_handing_in_says_that_it_is_closed(self):
        DutyReport.objects.filter(pk=self.report.pk).update(status="submitted", submitted_on=date(2023, 2, 10))

        answer = self.post("autosave", version=1, duties="晚了。")

        self.assertEqual((answer.status_code, "已经提交" in answer.json()["message"]), (409, True))
        self.assertEqual(self.client.get(self.url("edit")).status_code, 403)

    def test_stale_page_keeps_both_texts_and_saving_again_wins(self):
        self.post("edit", version=1, duties="先保存的。")

        page = self.post("edit", version=1, duties="后保存的。")
        self.assertContains(page, "后保存的。", status_code=409)
        self.assertContains(page, "先保存的。", status_code=409)

        self.post("edit", version=page.context["report"].version, duties="后保存的。")
        self.assertEqual(self.stored().duties, "后保存的。")

    def test_preview_lists_what_is_missing_and_a_complete_report_is_handed_in(self):
        self.session.min_length = 50
        self.session.save()
        self.assertContains(self.client.get(self.url("submit")), "要求不少于50字，还差44字。")
        self.assertContains(self.client.post(self.url("submit"), {"version": 1}, follow=True), "还差44字")
        self.assertEqual(self.stored().status, "draft")

        self.session.min_length = 0
        self.session.save()
        receipt = self.client.post(self.url("submit"), {"version": 1}, follow=True)
        self.assertContains(receipt, "提交回执")
        self.assertEqual((self.stored().status, self.stored().reported_by), ("submitted", self.secretary))

    def test_submitting_what_was_not_previewed_is_refused(self):
        self.post("autosave", version=1, duties="预览以后又写的。")

        self.client.post(self.url("submit"), {"version": 1})

        self.assertEqual(self.stored().status, "draft")

    def test_staff_return_and_the_secretary_sees_why(self):
        self.post("submit", version=1)
        self.client.force_login(self.staff)
        self.assertContains(self.client.get(self.url("review")), "退回修改")
        self.post("return", remark="问题太笼统。")
        self.client.force_login(self.secretary)

        self.assertContains(self.client.get(self.url("edit")), "问题太笼统。")
        self.assertContains(self.client.get(reverse("reviews:dutyreport-list")), "问题太笼统。")

    def test_secretary_and_leader_may_not_review(self):
        self.post("submit", version=1)
        for user in (self.secretary, make_leader(self.committee)):
            self.client.force_login(user)
            self.assertEqual((self.post("accept").status_code, self.post("return").status_code), (403, 403))
        self.assertEqual(self.stored().status, "submitted")

    def test_word_file_fills_the_sections_and_is_kept(self):
        self.client.force_login(self.staff)
        self.post("upload", version=1, file=upload(REPORT))
        self.assertEqual((self.stored().duties, Attachment.objects.count()), ("", 0))  # there is text: ask first

        self.post("upload", version=1, file=upload(REPORT), replace="1")

        stored = self.stored()
        self.assertEqual((stored.practices, stored.entered_by), (REPORT[7], self.staff))
        self.assertEqual(Attachment.objects.get().original_name, "述职报告.docx")

    def test_file_that_is_no_word_document_changes_nothing(self):
        page = self.client.post(
            self.url("upload"), {"version": 1, "file": upload(REPORT, "报告.doc"), "replace": "1"}, follow=True
        )

        self.assertContains(page, "请先另存为docx")
        self.assertEqual((self.stored().problems, Attachment.objects.count()), ("问题。", 0))

    def test_mode_is_changed_by_staff_only(self):
        self.assertEqual(self.post("mode", mode="oral").status_code, 403)
        self.client.force_login(self.staff)
        self.post("mode", mode="oral")

        self.assertEqual(self.stored().mode, "oral")

    def test_comment_of_a_leader_is_shown_to_the_secretary(self):
        DutyReport.objects.filter(pk=self.report.pk).update(status="accepted", submitted_on=date(2023, 2, 10))
        self.client.force_login(make_leader(self.committee))
        self.post("comment", leader_name="张领导", praise="抓得实。")
        self.client.force_login(self.secretary)

        self.assertContains(self.client.get(self.url("detail")), "抓得实。")


class Ballots(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.session = make_session(cls.committee, status="held")
        cls.report = make_duty_report(cls.session, make_branch(cls.committee), mode="oral", status="accepted")

    def setUp(self):
        self.client.force_login(make_staff(self.committee))

    def test_rv_02_and_rv_03_over_the_pages(self):
        new = reverse("reviews:ballotbatch-create", args=[self.session.pk])
        wrong = {"voter_group": "all", "issued": 10, "returned": 11, "valid": 9, "void": 1}
        page = self.client.post(new, wrong)
        self.assertContains(page, "收回票11不能多于发出票10")

        self.client.post(new, {**wrong, "returned": 10})
        self.assertContains(self.client.post(new, {**wrong, "returned": 10}), "已有该组测评人的票数")
        tally = reverse("reviews:ballotbatch-tally", args=[BallotBatch.objects.get().pk])
        votes = {f"r{self.report.pk}-good": 8}
        self.assertContains(self.client.post(tally, votes), "应等于有效票9票")
        self.assertEqual(BallotTally.objects.count(), 0)
        self.client.post(tally, {**votes, f"r{self.report.pk}-abstained": 1})

        self.assertEqual(BallotTally.objects.get().total, 9)
        self.assertContains(self.client.get(self.session.get_absolute_url()), "测评计票汇总")
        export = self.client.get(reverse("reviews:reviewsession-tallies", args=[self.session.pk]))
        self.assertEqual(export.status_code, 200)
