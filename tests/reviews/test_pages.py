from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry
from reviews.choices import SessionStatus
from reviews.models import DutyReportVersion, LeaderComment, ReviewSession
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

LISTS = ("inspectioncampaign", "inspectionrecord", "finding", "reviewsession", "dutyreport")


class ReviewPages(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="陈例文")
        cls.secretary = make_secretary(cls.branch)
        cls.campaign = make_campaign(cls.committee)
        cls.record = make_inspection(cls.campaign, cls.body, status="checked")
        cls.finding = make_finding(cls.record, due=date(2023, 3, 1), advice="修订章程。")
        cls.session = make_session(cls.committee)
        cls.report = make_duty_report(cls.session, cls.branch, problems="问题。", measures="措施。")
        cls.rows = {
            "inspectioncampaign": cls.campaign,
            "inspectionrecord": cls.record,
            "finding": cls.finding,
            "reviewsession": cls.session,
            "dutyreport": cls.report,
        }

    def queries(self, url):
        self.client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(captured)

    def more_rows(self):
        for number in range(2):
            body = make_organization(self.committee)
            branch = make_branch(self.committee, covers=(body,), secretary="周拟名")
            record = make_inspection(self.campaign, body)
            make_finding(record, advice="改。")
            make_finding(self.record, advice="改。")
            report = make_duty_report(self.session, branch, mode="oral", order=number + 2)
            make_campaign(self.committee)
            make_session(self.committee, year=2020 + number)
            for who in (self.report, report):
                LeaderComment.objects.create(committee=self.committee, report=who, leader_name=f"领导{number}")
                DutyReportVersion.objects.create(report=who, number=number + 1, content={"duties": "旧"}, by=self.staff)

    def test_lists_and_details_ask_the_same_number_of_queries_whatever_the_rows(self):
        self.client.force_login(self.staff)
        urls = {f"{n}-list": (reverse(f"reviews:{n}-list"), 6) for n in LISTS}
        urls |= {f"{n}-detail": (reverse(f"reviews:{n}-detail", args=[row.pk]), 12) for n, row in self.rows.items()}
        before = {name: self.queries(url) for name, (url, _) in urls.items()}

        self.more_rows()
        after = {name: self.queries(url) for name, (url, _) in urls.items()}

        self.assertEqual(after, before)
        self.assertEqual({name: n for name, n in after.items() if n > urls[name][1]}, {})

    def test_every_form_page_opens(self):
        self.client.force_login(self.staff)
        for name, row in self.rows.items():
            for url in (reverse(f"reviews:{name}-create"), reverse(f"reviews:{name}-update", args=[row.pk])):
                with self.subTest(url):
                    self.assertEqual(self.client.get(url).status_code, 200)

    def test_stranger_gets_404_and_leader_may_not_write(self):
        stranger = make_staff(make_committee())
        self.client.force_login(stranger)
        for name, row in self.rows.items():
            self.assertEqual(self.client.get(reverse(f"reviews:{name}-detail", args=[row.pk])).status_code, 404)
        self.client.force_login(make_leader(self.committee))
        for name, row in self.rows.items():
            self.assertEqual(self.client.get(reverse(f"reviews:{name}-detail", args=[row.pk])).status_code, 200)
            self.assertEqual(self.client.get(reverse(f"reviews:{name}-update", args=[row.pk])).status_code, 403)

    def test_secretary_sees_the_own_report_and_no_other(self):
        other = make_duty_report(self.session, make_branch(self.committee))
        self.client.force_login(self.secretary)

        self.assertContains(self.client.get(reverse("reviews:dutyreport-list")), "2022年度述职报告", count=1)
        self.assertEqual(self.client.get(other.get_absolute_url()).status_code, 404)
        for page in ("detail", "edit", "submit", "print", "compare"):
            url = reverse(f"reviews:dutyreport-{page}", args=[self.report.pk])
            self.assertEqual((page, self.client.get(url).status_code), (page, 200))
        self.assertEqual(self.client.get(reverse("reviews:reviewsession-list")).status_code, 403)
        self.assertEqual(self.client.get(reverse("reviews:dutyreport-review", args=[self.report.pk])).status_code, 403)

    def test_liaison_sees_the_findings_of_the_own_body(self):
        elsewhere = make_finding(make_inspection(self.campaign, make_organization(self.committee)))
        self.client.force_login(make_liaison(self.body))

        self.assertEqual(self.client.get(self.finding.get_absolute_url()).status_code, 200)
        self.assertEqual(self.client.get(elsewhere.get_absolute_url()).status_code, 404)

    def test_finding_counts_as_late_only_after_its_last_day(self):
        self.client.force_login(self.staff)

        self.assertContains(self.client.get(self.finding.get_absolute_url()), "已逾期30天")
        page = self.client.get(reverse("reviews:finding-list") + "?tab=late")
        self.assertContains(page, self.finding.description)


class DutyProblemPagesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee)
        cls.report = make_duty_report(make_session(cls.committee), cls.branch)

    def add(self, **values):
        url = reverse("reviews:dutyproblem-create", args=[self.report.pk])
        return self.client.post(url, {"description": "学习不够深入", "measure": "每月集中学习", "order": 1, **values})

    def test_staff_enter_change_and_withdraw_a_problem(self):
        self.client.force_login(self.staff)
        self.assertRedirects(self.add(), self.report.get_absolute_url())
        problem = self.report.named_problems.get()
        self.assertEqual((problem.committee, problem.created_by), (self.committee, self.staff))

        url = reverse("reviews:dutyproblem-update", args=[problem.pk])
        self.client.post(url, {"description": "学习不够", "measure": "", "order": 1, "version": problem.version})
        problem.refresh_from_db()
        self.assertEqual((problem.description, problem.measure), ("学习不够", ""))

        self.client.post(reverse("reviews:dutyproblem-withdraw", args=[problem.pk]))
        self.assertFalse(self.report.named_problems.exists())
        self.assertEqual(AuditEntry.objects.latest("pk").changes["问题"], ["学习不够", ""])

    def test_a_closed_session_takes_no_more_problems(self):
        self.client.force_login(self.staff)
        self.add()
        problem = self.report.named_problems.get()
        ReviewSession.objects.update(status=SessionStatus.CLOSED)

        self.assertEqual(self.add().status_code, 403)
        self.assertEqual(self.client.post(reverse("reviews:dutyproblem-withdraw", args=[problem.pk])).status_code, 403)
        self.assertEqual(self.report.named_problems.count(), 1)

    def test_a_secretary_reads_them_and_cannot_write(self):
        self.report.named_problems.create(committee=self.committee, description="学习不够深入")
        self.client.force_login(make_secretary(self.branch))

        self.assertContains(self.client.get(self.report.get_absolute_url()), "学习不够深入")
        self.assertEqual(self.add().status_code, 403)
