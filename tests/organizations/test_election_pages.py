"""换届 on its pages: from the reminder to the new committee, who may post what, the papers."""

from datetime import date
from io import BytesIO

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from organizations.models import ElectionTerm
from organizations.workflows import elections
from tests.factories import (
    make_branch,
    make_committee,
    make_secretary,
    make_staff,
)
from tests.organizations.election_cases import ELECTION_DAY, FIGURES, ElectionCase, elect


class PageTests(ElectionCase):
    def setUp(self):
        self.client.force_login(self.staff)
        self.url = self.term.get_absolute_url()

    def post(self, step, data, user=None):
        self.client.force_login(user or self.staff)
        return self.client.post(f"{self.url}{step}/", data)

    def test_an_election_from_the_reminder_to_the_new_committee(self):
        self.post("remind", {"on": "2023-04-01", "way": "letter", "version": 1})
        self.post("prepare", {"request_no": "1号", "reply_no": "2号", "version": 2})
        vote = {"elected_on": "2023-04-02", **FIGURES, "version": 3}
        people = {"post_1": "secretary", "person_name_1": "甲示例", "votes_1": 9,
                  "post_2": "organization", "person_name_2": "乙示例", "votes_2": 4}  # fmt: skip
        page = self.post("elect", {**vote, **people})
        self.assertContains(page, "乙示例得4票，没有超过应到会有选举权人数10人的半数")
        self.post("elect", {**vote, **people, "votes_2": 8})
        page = self.client.get(self.url)
        self.assertContains(page, "书记甲示例不在本党组织的正式党员名册里")
        self.assertNotContains(page, "差额不足")

        answer = self.post("approve", {"approval_no": "综党〔2023〕9号", "on": "2023-04-05", "version": 4}, self.leader)

        self.assertRedirects(answer, self.branch.get_absolute_url(), fetch_redirect_response=False)
        page = self.client.get(self.branch.get_absolute_url())
        for words in ("甲示例", "历届班子", "第3届", "2026-04-02", "选举产生第3届班子"):
            self.assertContains(page, words)

    def test_a_narrow_field_of_candidates_is_warned_of(self):
        term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        elections.prepare(term, request_no="", reply_no="", by=self.staff)
        elect(term, self.staff, candidates=3)
        self.assertContains(self.client.get(self.url), "候选人3人，应选3人，差额不足20%")

    def test_an_election_far_ahead_asks_for_the_number_of_its_approval(self):
        for due, reply, warned in ((18, "", False), (19, "", True), (19, "2号", False)):
            ElectionTerm.objects.update(
                status="elected", elected_on=ELECTION_DAY, due_on=date(2023, 9, due), reply_no=reply
            )
            page = self.client.get(self.url).content.decode()
            self.assertEqual("提前换届要经批准" in page, warned, (due, reply))

    def test_who_may_post_what(self):
        secretary = make_secretary(self.branch)
        data = {"extension_no": "1号", "until": "2023-09-01", "reason": "筹备", "version": 1}
        self.assertEqual(self.post("postpone", data, secretary).status_code, 403)
        self.assertEqual(self.post("remind", {"on": "2023-04-01", "way": "letter"}, self.leader).status_code, 403)
        self.assertEqual(self.post("return", {"reason": "退回"}, self.leader).status_code, 403)
        stranger = make_staff(make_committee())
        self.assertEqual(self.post("postpone", data, stranger).status_code, 404)
        self.assertEqual(ElectionTerm.objects.get().status, "waiting")
        self.post("postpone", data, self.leader)
        self.assertEqual(ElectionTerm.objects.get().status, "postponed")

    def test_a_step_out_of_turn_is_explained_above_the_form(self):
        page = self.post("approve", {"approval_no": "1号", "on": "2023-04-05", "version": 1})
        self.assertContains(page, "换届当前为“待换届”，不能改为“完成”")

    def test_every_tab_opens_and_the_list_asks_as_often_for_many_rows(self):
        url = reverse("organizations:electionterm-list")
        counts = []
        self.client.get(url)
        for number in (0, 5):
            for _ in range(number):
                self.make()
            with CaptureQueriesContext(connection) as caught:
                self.client.get(url)
            counts.append(len(caught))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 6)
        found = {tab: self.client.get(f"{url}?tab={tab}").context["page"].count
                 for tab in ("due", "near", "overdue", "running", "done", "all")}  # fmt: skip
        self.assertEqual(found, {"due": 6, "near": 6, "overdue": 0, "running": 0, "done": 0, "all": 6})
        self.assertEqual(self.client.get(f"{url}?tab=all&export=xlsx").status_code, 200)

    def test_the_detail_asks_at_most_twelve_times(self):
        self.client.get(self.url)
        with CaptureQueriesContext(connection) as caught:
            self.client.get(self.url)
        self.assertLessEqual(len(caught), 12)

    def test_the_letter_and_the_report_are_word_files(self):
        for paper, words in (("reminder", "2023年4月20日"), ("result", "应到会有选举权人数")):
            response = self.client.get(reverse("organizations:electionterm-paper", args=[self.term.pk, paper]))
            document = Document(BytesIO(response.content))
            text = "".join(p.text for p in document.paragraphs)
            text += "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
            self.assertIn(words, text)
            self.assertIn(self.branch.name, text)

    def test_the_due_day_is_corrected_on_the_page_and_in_the_ledger(self):
        data = {"number": 2, "started_on": "2020-04-20", "due_on": "2023-05-20", "version": 1}
        self.client.post(f"{self.url}edit/", data)
        self.branch.refresh_from_db()
        self.assertEqual((self.branch.term_end, self.branch.terms.get().due_on), (date(2023, 5, 20), date(2023, 5, 20)))

    def test_a_term_is_entered_for_a_branch_without_one(self):
        branch = make_branch(self.committee)
        url = reverse("organizations:electionterm-create")
        self.assertContains(self.client.get(f"{url}?branch={branch.pk}"), branch.short_name)
        self.client.post(url, {"branch": branch.short_name, "number": 1, "started_on": "2022-01-01", "due_on": ""})
        self.assertEqual(branch.terms.get().due_on, date(2025, 1, 1))
