"""Whoever types full-width letters, digits or brackets finds the same rows as with half-width ones."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from organizations.models import SocialOrganization
from reviews.filters import FindingFilter, RecordFilter, ReportFilter
from reviews.models import DutyReport, Finding, InspectionRecord
from tasks.models import Activity
from tasks.statistics import matrix
from tests.factories import (
    make_activity,
    make_assignment,
    make_branch,
    make_campaign,
    make_committee,
    make_duty_report,
    make_finding,
    make_inspection,
    make_organization,
    make_session,
    make_staff,
    make_task_item,
    make_task_list,
)

TYPED = "ａ座（新区）"


class FullWidthTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市A座(新区)协会", short_name="A座(新区)协会")
        cls.branch = make_branch(cls.committee, name="中共A座(新区)支部委员会", short_name="A座(新区)党支部")

    def test_activities_are_found_by_who_took_part(self):
        found = make_activity(self.committee, participants=(self.branch,))
        make_activity(self.committee, participants=(make_branch(self.committee),))

        self.assertEqual(Activity.objects.search(TYPED).get(), found)

    def test_the_matrix_of_a_task_list(self):
        item = make_task_item(make_task_list(self.committee))
        make_assignment(item, self.branch)
        make_assignment(item, make_branch(self.committee))

        rows = matrix(item.task_list, date(2023, 3, 31), words=TYPED).rows

        self.assertEqual([row.name for row in rows], [self.branch.short_name])

    def test_the_boxes_of_inspections_findings_and_duty_reports(self):
        record = make_inspection(make_campaign(self.committee), self.body)
        finding = make_finding(record)
        report = make_duty_report(make_session(self.committee), self.branch)

        for bar, model, row in (
            (RecordFilter, InspectionRecord, record), (FindingFilter, Finding, finding), (ReportFilter, DutyReport, report)
        ):  # fmt: skip
            self.assertEqual(list(bar({"name": TYPED}, model.objects.all()).qs), [row], bar)
            self.assertEqual(list(bar({"name": "没有这个"}, model.objects.all()).qs), [], bar)

    def test_the_name_of_a_merged_body_is_refused_however_it_is_typed(self):
        SocialOrganization.objects.create(
            committee=self.committee, name="旧名", kind="51", registered_on=date(2020, 1, 1), duplicate_of=self.body
        )
        self.body.aliases = ["示例市乙座（老区）协会"]
        self.body.save()
        self.client.force_login(self.staff)
        answers = {"kind": "51", "registered_on": "2023-02-01", "status": "normal"}

        for name in ("示例市乙座（老区）协会", "示例市乙座(老区)协会"):
            page = self.client.post(reverse("organizations:socialorganization-create"), {**answers, "name": name})
            self.assertContains(page, f"的记录已并入“{self.body.name}”")
