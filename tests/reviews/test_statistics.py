"""Worked numbers: 22 = 4 + 18, ballots, the inspection, and what is told about a text."""

from datetime import date

from django.test import SimpleTestCase, TestCase

from reviews.statistics import (
    ballot_lines,
    branch_year,
    campaign_figures,
    compare,
    likeness,
    session_figures,
)
from tests.factories import (
    make_activity,
    make_branch,
    make_campaign,
    make_committee,
    make_duty_report,
    make_finding,
    make_inspection,
    make_member,
    make_organization,
    make_session,
)

LONG = (
    "坚持把支部建在商圈上，设立红色商圈服务站，组织党员经营户亮身份、亮承诺、亮服务，引导成员单位诚信经营、规范服务。"
)


class Figures(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()

    def test_twenty_two_is_four_and_eighteen(self):
        session = make_session(self.committee)
        for number in range(22):
            mode, status = ("oral", "accepted") if number < 4 else ("written", "draft" if number < 6 else "accepted")
            make_duty_report(session, make_branch(self.committee), mode=mode, status=status)
        new = make_duty_report(session, make_branch(self.committee), mode="excused", excused_reason="新成立")
        new.named_problems.create(committee=self.committee, description="一", measure="改", solved_on=date(2023, 5, 1))
        new.named_problems.create(committee=self.committee, description="二")

        figures = session_figures(session, on=date(2023, 2, 21))

        self.assertEqual((figures.due, figures.oral, figures.written, figures.excused), (22, 4, 18, 1))
        self.assertEqual((figures.handed_in, figures.drafts, figures.late), (20, 2, 2))
        self.assertEqual((figures.problems, figures.with_measure, figures.solved), (2, 1, 0))
        self.assertEqual(session_figures(session, on=date(2023, 2, 20)).late, 0)
        self.assertIsNone(session_figures(make_session(self.committee, year=2021), on=date(2023, 1, 1)).handed_in_rate)

    def test_ballots_of_two_groups_are_added_and_scored(self):
        session = make_session(self.committee)
        report = make_duty_report(session, make_branch(self.committee), mode="oral")
        for group, good, fair in (("leaders", 3, 1), ("secretaries", 10, 6)):
            batch = session.ballot_batches.create(
                committee=self.committee, voter_group=group, issued=20, returned=good + fair, valid=good + fair
            )
            batch.tallies.create(committee=self.committee, report=report, good=good, fair=fair)

        (line,) = ballot_lines(session)

        self.assertEqual((line.good, line.fair, line.valid, line.is_balanced), (13, 7, 20, True))
        self.assertEqual((line.good_rate, line.score), (0.65, (13 * 100 + 7 * 85) / 20))

    def test_campaign(self):
        campaign = make_campaign(self.committee)
        states = [
            {"status": "concluded", "conclusion": "passed", "has_party_clause": True},
            {"status": "concluded", "conclusion": "basic", "has_party_clause": False},
            {"status": "absent"},
            {},
        ]
        records = [make_inspection(campaign, make_organization(self.committee), **state) for state in states]
        make_finding(records[1], status="closed", advice="改。")
        make_finding(records[1], due=date(2023, 3, 1))

        figures = campaign_figures(campaign, on=date(2023, 3, 2))

        self.assertEqual((figures.expected, figures.submitted, figures.absent, figures.pending), (4, 2, 1, 1))
        self.assertEqual((figures.passed, figures.basic, figures.failed, figures.without_clause), (1, 1, 0, 1))
        self.assertEqual((figures.findings, figures.advised, figures.closed, figures.overdue), (2, 1, 1, 1))
        self.assertEqual((figures.submitted_rate, figures.closed_rate), (0.5, 0.5))
        self.assertEqual(campaign_figures(campaign, on=date(2023, 3, 1)).overdue, 0)

    def test_year_of_a_branch_counts_its_own_rows_only(self):
        body = make_organization(self.committee)
        branch, other = make_branch(self.committee, covers=(body,)), make_branch(self.committee)
        for _ in range(2):
            make_member(branch)
        make_member(other)
        make_activity(self.committee, organizers=(branch,), held_on=date(2022, 5, 1))
        make_activity(self.committee, organizers=(branch, other), kind="members_meeting", held_on=date(2022, 6, 1))
        make_activity(self.committee, organizers=(branch,), held_on=date(2023, 5, 1))
        record = make_inspection(make_campaign(self.committee), body)
        make_finding(record, status="closed")
        make_finding(record)

        with self.assertNumQueries(1):
            year = branch_year(branch.pk, 2022)

        self.assertEqual((year.members, year.theme_days, year.meetings, year.activities), (2, 1, 1, 2))
        self.assertEqual((year.findings, year.closed, year.assignments), (2, 1, 0))


class Texts(SimpleTestCase):
    def test_rv_06_copied_text_is_alike_and_other_text_is_not(self):
        self.assertEqual(likeness(LONG, LONG + "又加了一句话。"), 1.0)
        self.assertGreater(likeness(LONG.replace("商圈", "园区", 1), LONG), 0.8)
        self.assertLess(
            likeness(
                LONG,
                "全年开展主题党日十二次，组织党员学习，走访困难党员，建立党员联系台账，按月收缴党费，逐人核对信息。",
            ),
            0.1,
        )
        self.assertEqual(likeness("短句。", "短句。"), 0.0)

    def test_versions_are_compared_sentence_by_sentence(self):
        changes = compare("甲。乙。丙。", "甲。丁。丙。")

        self.assertEqual(
            [(c.kind, c.text) for c in changes], [("same", "甲。"), ("old", "乙。"), ("new", "丁。"), ("same", "丙。")]
        )
