"""What other apps tell on the page of a branch: what each line is about, so that the reader can narrow by it."""

from datetime import date

from django.test import TestCase

from core.timeline import events_of
from tests.factories import make_activity, make_branch, make_committee, make_duty_report, make_session, make_staff


class BranchTimelineTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee)

    def test_an_activity_is_told_as_on_the_page_of_a_body(self):
        held = make_activity(
            self.committee, organizers=(self.branch,), theme="学条例", attended=12,
            highlight="现场教学", usable_for_summary=True,
        )  # fmt: skip
        make_activity(self.committee, participants=(make_branch(self.committee),))

        with self.assertNumQueries(2):
            (event,) = events_of(self.branch, self.staff)

        self.assertEqual((event.at, event.text, event.note, event.tag, event.key, event.kind),
                         (date(2023, 3, 10), "主题党日“学条例”", "12人参加；现场教学", "可用于总结", True, "活动"))  # fmt: skip
        self.assertEqual(event.url, held.get_absolute_url())

    def test_a_branch_without_any(self):
        self.assertEqual(events_of(self.branch, self.staff), [])

    def test_a_duty_report_is_told_with_its_kind(self):
        make_duty_report(make_session(self.committee), self.branch, status="submitted")

        (event,) = events_of(self.branch, self.staff)

        self.assertEqual((event.at, event.kind), (date(2023, 2, 10), "述职评议"))
