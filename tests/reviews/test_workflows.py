"""All pairs of states of every flow, and who may do what when."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.test import TestCase

from core.editing import StaleError
from core.models import AuditEntry, Notice
from core.transitions import TransitionError, advance
from reviews import workflows
from reviews.choices import (
    CAMPAIGN_FLOW,
    DUTY_REPORT_FLOW,
    FINDING_FLOW,
    INSPECTION_FLOW,
    SESSION_FLOW,
)
from reviews.models import DutyReport, DutyReportVersion
from reviews.workflows.reports import DRAFTING
from tests.factories import (
    make_branch,
    make_campaign,
    make_committee,
    make_duty_report,
    make_finding,
    make_inspection,
    make_leader,
    make_liaison,
    make_organization,
    make_secretary,
    make_session,
    make_staff,
)

TEXTS = {"problems": "一是活动偏少。", "measures": "每月开展一次主题党日。"}


class Office(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.second = make_staff(cls.committee)
        cls.leader = make_leader(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="陈例文")
        cls.secretary = make_secretary(cls.branch)
        cls.stranger = make_secretary(make_branch(cls.committee))
        cls.campaign = make_campaign(cls.committee)
        cls.record = make_inspection(cls.campaign, cls.body)
        cls.finding = make_finding(cls.record)
        cls.session = make_session(cls.committee)
        cls.report = make_duty_report(cls.session, cls.branch, **TEXTS)

    def put(self, row, **values):
        """A row in a state, behind the back of the workflows."""
        type(row).objects.filter(pk=row.pk).update(**values)
        return type(row).objects.get(pk=row.pk)


class AllPairs(Office):
    def check_flow(self, row, flow, **changes):
        for was, to in product(flow, repeat=2):
            with self.subTest(f"{was} → {to}"):
                row = self.put(row, status=was, **changes)
                if to in flow[was]:
                    advance(row, flow, to, by=self.staff)
                    self.assertEqual(self.put(row).status, to)
                else:
                    with self.assertRaises(TransitionError):
                        advance(row, flow, to, by=self.staff)
                    self.assertEqual(type(row).objects.get(pk=row.pk).status, was)

    def put(self, row, **values):
        return super().put(row, **(values or {"updated_at": row.updated_at}))

    def test_campaign(self):
        self.check_flow(self.campaign, CAMPAIGN_FLOW)

    def test_inspection_record(self):
        self.check_flow(self.record, INSPECTION_FLOW)

    def test_finding(self):
        self.check_flow(self.finding, FINDING_FLOW)

    def test_session(self):
        self.check_flow(self.session, SESSION_FLOW)

    def test_duty_report(self):
        self.check_flow(self.report, DUTY_REPORT_FLOW, submitted_on=date(2023, 2, 10))


class WhoMayInEachState(Office):
    """can_… for every state, so that a button is never offered for a move the table refuses."""

    def allowed(self, can, row, user, flow, **values):
        return {str(status) for status in flow if can(user, self.put(row, status=status, **values))}

    def test_duty_report(self):
        handed = {"submitted_on": date(2023, 2, 10)}
        for user in (self.secretary, self.staff):
            states = self.allowed(workflows.can_edit_duty_report, self.report, user, DUTY_REPORT_FLOW, **handed)
            self.assertEqual(states, {"draft", "returned"})
        for user in (self.stranger, self.leader):
            states = self.allowed(workflows.can_edit_duty_report, self.report, user, DUTY_REPORT_FLOW, **handed)
            self.assertEqual(states, set())
        for user, states in ((self.staff, {"submitted"}), (self.secretary, set()), (self.leader, set())):
            found = self.allowed(workflows.can_review_duty_report, self.report, user, DUTY_REPORT_FLOW, **handed)
            self.assertEqual(found, states)

    def test_finding(self):
        liaison = make_liaison(self.body)
        for user in (self.staff, liaison, self.secretary):
            states = self.allowed(workflows.can_finish_finding, self.finding, user, FINDING_FLOW)
            self.assertEqual(states, {"open", "rectifying", "returned"})
        for user in (self.stranger, self.leader):
            self.assertEqual(self.allowed(workflows.can_finish_finding, self.finding, user, FINDING_FLOW), set())
        self.assertEqual(self.allowed(workflows.can_close_finding, self.finding, self.staff, FINDING_FLOW), {"waiting"})
        self.assertEqual(self.allowed(workflows.can_close_finding, self.finding, liaison, FINDING_FLOW), set())

    def test_inspection_record(self):
        liaison = make_liaison(self.body)
        for user in (self.staff, liaison):
            states = self.allowed(workflows.can_submit_record, self.record, user, INSPECTION_FLOW)
            self.assertEqual(states, {"pending", "returned", "absent"})
        states = self.allowed(workflows.can_conclude_record, self.record, self.staff, INSPECTION_FLOW)
        self.assertEqual(states, {"checked"})
        self.assertEqual(self.allowed(workflows.can_conclude_record, self.record, liaison, INSPECTION_FLOW), set())

    def test_nothing_moves_in_a_campaign_that_has_not_started(self):
        self.put(self.campaign, status="preparing")

        self.assertFalse(workflows.can_submit_record(self.staff, self.put(self.record, status="pending")))

    def test_closed_session_keeps_its_reports_as_they_are(self):
        self.put(self.session, status="closed")
        report = DutyReport.objects.get(pk=self.report.pk)

        self.assertFalse(workflows.can_edit_duty_report(self.secretary, report))
        self.assertFalse(workflows.can_change_mode(self.staff, report))


class Sessions(Office):
    def test_opening_makes_one_draft_per_active_branch_and_tells_the_secretaries(self):
        make_branch(self.committee, founded_on=date(2023, 4, 1))
        make_branch(self.committee, status="dissolved", dissolved_on=date(2023, 1, 1))
        make_branch(make_committee())
        session = make_session(self.committee, year=2021, status="preparing")

        workflows.open_session(session, by=self.staff)

        reports = {r.branch: (r.secretary_name, r.status, r.quarter) for r in session.reports.all()}
        mine = {self.branch: ("陈例文", "draft", session.quarter)}
        self.assertEqual(len(reports), 2)
        self.assertEqual({b: r for b, r in reports.items() if b == self.branch}, mine)
        self.assertEqual(Notice.objects.filter(key=f"duty-open-{session.pk}").count(), 2)

    def test_completing_adds_only_what_is_missing(self):
        self.assertEqual(workflows.add_missing_reports(self.session, by=self.staff), 1)
        self.assertEqual(workflows.add_missing_reports(self.session, by=self.staff), 0)
        self.assertEqual(self.session.reports.count(), 2)

    def test_rv_04_meeting_waits_for_the_written_reports(self):
        with self.assertRaisesMessage(ValidationError, str(self.branch)):
            workflows.hold_session(self.session, by=self.staff)

        workflows.submit_duty_report(self.report, by=self.secretary)
        workflows.hold_session(self.session, by=self.staff)

        self.assertEqual(self.put(self.session, place="").status, "held")

    def test_oral_report_may_be_given_in_the_hall(self):
        self.put(self.report, mode="oral")

        workflows.hold_session(self.session, by=self.staff)

        self.assertEqual(self.session.status, "held")

    def test_rv_03_votes_of_one_person_sum_to_the_valid_ballots(self):
        batch = self.session.ballot_batches.create(
            committee=self.committee, voter_group="all", issued=60, returned=58, valid=57, void=1
        )
        votes = {"good": 50, "fair": 5, "ordinary": 1, "poor": 0, "abstained": 0}

        with self.assertRaisesMessage(ValidationError, "计票合计56票，应等于有效票57票。"):
            workflows.save_tallies(batch, {self.report.pk: votes}, by=self.staff)
        self.assertEqual(workflows.save_tallies(batch, {self.report.pk: {**votes, "abstained": 1}}, by=self.staff), 1)
        self.assertEqual(workflows.save_tallies(batch, {self.report.pk: {**votes, "abstained": 1}}, by=self.staff), 0)


class DutyReports(Office):
    def test_two_hundred_autosaves_leave_one_line_in_the_log(self):
        for number in range(200):
            workflows.save_draft(self.report, {"duties": f"第{number}次。"}, by=self.secretary)

        lines = AuditEntry.objects.filter(object_type="reviews.dutyreport", object_id=self.report.pk, note=DRAFTING)
        self.assertEqual((lines.count(), self.report.version), (1, 201))

    def test_second_tab_is_refused_and_the_stored_text_stays(self):
        other = DutyReport.objects.get(pk=self.report.pk)
        workflows.save_draft(self.report, {"duties": "第一页。"}, by=self.secretary)

        with self.assertRaises(StaleError):
            workflows.save_draft(other, {"duties": "第二页。"}, by=self.secretary)

        self.assertEqual(DutyReport.objects.get(pk=self.report.pk).duties, "第一页。")

    def test_staff_who_write_for_the_branch_are_named(self):
        workflows.save_draft(self.report, {"duties": "代写。"}, by=self.staff)

        self.assertEqual(self.report.entered_by, self.staff)

    def test_rv_05_problems_and_measures_must_be_written(self):
        self.put(self.report, problems=" ", measures="")
        report = DutyReport.objects.select_related("session").get(pk=self.report.pk)

        with self.assertRaises(ValidationError) as refused:
            workflows.submit_duty_report(report, by=self.secretary)

        self.assertEqual([error.code for error in refused.exception.error_list], ["RV-05", "RV-05"])
        self.assertEqual(DutyReport.objects.get(pk=report.pk).status, "draft")

    def test_length_must_be_within_what_the_session_asks(self):
        length = self.report.length
        for least, most, fits in ((length, length, True), (length + 1, 0, False), (0, length - 1, False), (0, 0, True)):
            self.report.session.min_length, self.report.session.max_length = least, most
            self.assertEqual(workflows.submission_errors(self.report) == {}, fits, (least, most))

    def test_returned_report_can_be_submitted_again_and_both_texts_are_kept(self):
        workflows.submit_duty_report(self.report, by=self.secretary)
        workflows.return_duty_report(self.report, by=self.staff, reason="问题太笼统。")
        self.assertEqual((self.report.status, self.report.remark), ("returned", "问题太笼统。"))
        self.assertEqual(Notice.objects.get(user=self.secretary).body, "问题太笼统。")
        workflows.save_draft(self.report, {"problems": "一是活动偏少，全年9次。"}, by=self.secretary)
        workflows.submit_duty_report(self.report, by=self.secretary)
        workflows.accept_duty_report(self.report, by=self.staff)

        texts = [version.content["problems"] for version in DutyReportVersion.objects.filter(report=self.report)]
        self.assertEqual(texts, ["一是活动偏少，全年9次。", "一是活动偏少。"])
        report = DutyReport.objects.get(pk=self.report.pk)
        self.assertEqual((report.status, report.accepted_on), ("accepted", date(2023, 3, 31)))

    def test_return_needs_a_reason(self):
        workflows.submit_duty_report(self.report, by=self.secretary)

        with self.assertRaisesMessage(ValidationError, "退回要写明意见"):
            workflows.return_duty_report(self.report, by=self.staff, reason="  ")

    def test_rv_01_change_of_mode_is_logged_and_counted(self):
        workflows.change_mode(self.report, by=self.staff, mode="oral")
        self.assertEqual((self.session.reports.oral().count(), self.session.reports.written().count()), (1, 0))
        entry = AuditEntry.objects.get(object_id=self.report.pk, note="改变述职方式")
        self.assertEqual(entry.changes["述职方式"], ["书面述职", "口头述职"])

        with self.assertRaisesMessage(ValidationError, "要写明原因"):
            workflows.change_mode(self.report, by=self.staff, mode="excused")
        workflows.change_mode(self.report, by=self.staff, mode="excused", excused_reason="新成立不满六个月")
        self.assertEqual(self.session.reports.due().count(), 0)


class Inspections(Office):
    def test_starting_makes_a_record_for_each_direct_body_registered_by_the_end_of_the_year(self):
        make_organization(self.committee, registered_on=date(2023, 1, 5))
        make_organization(self.committee, direct=False)
        campaign = make_campaign(self.committee, status="preparing")

        workflows.start_campaign(campaign, by=self.staff)

        self.assertEqual([(r.organization, r.quarter) for r in campaign.records.all()], [(self.body, campaign.quarter)])

    def test_an_01_campaign_is_not_closed_over_the_heads_of_those_who_wait(self):
        with self.assertRaisesMessage(ValidationError, "还有1家社会组织没有交材料"):
            workflows.close_campaign(self.campaign, by=self.staff)
        with self.assertRaisesMessage(ValidationError, "2023-05-31"):
            workflows.mark_absent(self.record, by=self.staff)

        self.record.campaign.submit_due = date(2023, 3, 30)
        workflows.mark_absent(self.record, by=self.staff)
        workflows.close_campaign(self.campaign, by=self.staff)

        self.assertEqual(self.campaign.status, "closed")

    def test_an_02_charter_without_the_clause_becomes_a_finding_once(self):
        record = self.put(self.record, status="submitted", has_party_clause=False, opinion="基本通过。")

        workflows.finish_check(record, by=self.staff)

        found = record.findings.about_charter()
        self.assertEqual(
            [(f.quarter, f.advised_on, bool(f.advice)) for f in found], [(record.quarter, date(2023, 3, 31), True)]
        )

    def test_conclusion_is_recorded_with_its_day(self):
        record = self.put(self.record, status="checked")

        with self.assertRaisesMessage(ValidationError, "请选择年检结论"):
            workflows.conclude_record(record, by=self.staff, conclusion="")
        workflows.conclude_record(record, by=self.staff, conclusion="passed")

        self.assertEqual(
            (record.status, record.conclusion, record.concluded_on), ("concluded", "passed", date(2023, 3, 31))
        )

    def test_finding_is_closed_by_another_person_with_a_recheck(self):
        finding = self.finding
        with self.assertRaisesMessage(ValidationError, "请写明采取了什么整改措施"):
            workflows.finish_finding(finding, by=self.staff)
        workflows.finish_finding(finding, by=self.staff, measure="已修订章程。")

        self.assertFalse(workflows.can_close_finding(self.staff, finding))
        with self.assertRaisesMessage(ValidationError, "请由另一名工作人员复查"):
            workflows.close_finding(finding, by=self.staff, recheck="看过。")
        with self.assertRaisesMessage(ValidationError, "销号要写复查结论"):
            workflows.close_finding(finding, by=self.second)
        workflows.close_finding(finding, by=self.second, recheck="3月31日看了新章程。")

        self.assertEqual((finding.status, finding.finished_on), ("closed", date(2023, 3, 31)))
