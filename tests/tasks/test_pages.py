"""Every page for staff, the own secretary, a strange secretary and nobody; how many queries it takes."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.models import ConveyedDocument, MeetingAttendance, Resolution, TrainingParticipant
from tests.factories import (
    make_activity,
    make_assignment,
    make_branch,
    make_committee,
    make_joint_meeting,
    make_leader,
    make_organization,
    make_plan,
    make_problem,
    make_secretary,
    make_staff,
    make_system_admin,
    make_task_item,
    make_task_list,
    make_training,
)

LISTS = ("tasklist", "assignment", "activity", "jointmeeting", "training", "problem", "plan")
OFFICE_ONLY = ("tasklist", "problem", "plan")


class PageData(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 29))
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.body = make_organization(cls.committee, is_trade_association=True)
        cls.branch = make_branch(cls.committee, covers=(cls.body,))
        cls.other = make_branch(cls.committee)
        cls.secretary, cls.stranger = make_secretary(cls.branch), make_secretary(cls.other)
        cls.list = make_task_list(cls.committee)
        cls.item = make_task_item(cls.list, evidence="照片2张", requirement="讲一次")
        cls.assignment = make_assignment(cls.item, cls.branch)
        cls.activity = make_activity(cls.committee, organizers=(cls.branch,), participants=(cls.body,))
        cls.meeting = make_joint_meeting(cls.committee)
        ConveyedDocument.objects.create(meeting=cls.meeting, issuer="省民政厅", title="通知")
        MeetingAttendance.objects.create(meeting=cls.meeting, organization=cls.body, attended=True)
        Resolution.objects.create(committee=cls.committee, meeting=cls.meeting, text="建立联络员制度")
        cls.training = make_training(cls.committee)
        TrainingParticipant.objects.create(training=cls.training, branch=cls.branch, person_name="张示例")
        cls.problem, cls.plan = make_problem(cls.committee), make_plan(cls.committee)
        cls.rows = {
            "tasklist": cls.list,
            "taskitem": cls.item,
            "assignment": cls.assignment,
            "activity": cls.activity,
            "jointmeeting": cls.meeting,
            "training": cls.training,
            "problem": cls.problem,
            "plan": cls.plan,
        }

    def status(self, user, url):
        self.client.force_login(user)
        return self.client.get(url).status_code

    def url(self, name, *args):
        return reverse(f"tasks:{name}", args=args)


class PageTests(PageData):
    def test_staff_open_every_page(self):
        urls = [self.url(f"{name}-list") for name in LISTS]
        urls += [f"{url}?all=1" for url in urls]
        urls += [
            self.url(f"{name}-create")
            for name in ("tasklist", "activity", "jointmeeting", "training", "problem", "plan")
        ]
        urls += [self.url(f"{name}-detail", row.pk) for name, row in self.rows.items()]
        urls += [self.url(f"{name}-update", row.pk) for name, row in self.rows.items() if name != "assignment"]
        urls += [self.url(f"tasklist-{n}", self.list.pk) for n in ("matrix", "branches")]
        urls += [self.url("taskitem-create", self.list.pk), self.url("taskitem-paste", self.list.pk)]
        urls += [self.url("assignment-report", self.assignment.pk), self.url("training-participants", self.training.pk)]
        urls += [self.url(f"jointmeeting-{n}", self.meeting.pk) for n in ("attendance", "sign-in")]
        urls += [
            self.url("meetingpart-create", self.meeting.pk, part)
            for part in ("documents", "agenda", "requirements", "resolutions")
        ]
        for url in urls:
            self.assertEqual(self.status(self.staff, url), 200, url)

    def test_leader_reads_but_changes_nothing(self):
        for name, row in self.rows.items():
            self.assertEqual(self.status(self.leader, self.url(f"{name}-detail", row.pk)), 200, name)
            if name != "assignment":
                self.assertEqual(self.status(self.leader, self.url(f"{name}-update", row.pk)), 403, name)
        self.assertEqual(self.status(self.leader, self.url("assignment-report", self.assignment.pk)), 403)
        self.assertEqual(self.status(self.leader, self.url("activity-create")), 403)

    def test_secretary_sees_the_own_rows_only(self):
        for name in LISTS:
            wanted = 403 if name in OFFICE_ONLY else 200
            self.assertEqual(self.status(self.secretary, self.url(f"{name}-list")), wanted, name)
        own = {"taskitem": 200, "assignment": 200, "activity": 200, "jointmeeting": 200, "training": 200}
        for name, wanted in own.items():
            url = self.url(f"{name}-detail", self.rows[name].pk)
            self.assertEqual(self.status(self.secretary, url), wanted, name)
            self.assertEqual(self.status(self.stranger, url), 404, name)
        self.assertEqual(self.status(self.secretary, self.url("activity-create")), 200)
        self.assertEqual(self.status(self.secretary, self.url("activity-update", self.activity.pk)), 200)
        self.assertEqual(self.status(self.stranger, self.url("activity-update", self.activity.pk)), 404)
        self.assertEqual(self.status(self.secretary, self.url("assignment-report", self.assignment.pk)), 200)
        self.assertEqual(self.status(self.stranger, self.url("assignment-report", self.assignment.pk)), 404)
        self.assertEqual(self.status(self.secretary, self.url("tasklist-matrix", self.list.pk)), 403)

    def test_administrators_and_strangers_stay_outside(self):
        admin = make_system_admin(self.committee)
        for name in LISTS:
            self.assertEqual(self.status(admin, self.url(f"{name}-list")), 403, name)
            self.client.logout()
            self.assertEqual(self.client.get(self.url(f"{name}-list")).status_code, 302, name)

    def test_another_committee_sees_nothing(self):
        staff = make_staff(make_committee())
        for name, row in self.rows.items():
            self.assertEqual(self.status(staff, self.url(f"{name}-detail", row.pk)), 404, name)
        self.assertEqual(self.status(staff, self.url("tasklist-matrix", self.list.pk)), 404)

    def test_activity_list_names_who_organized(self):
        make_activity(self.committee, is_by_committee=True, participants=(self.body,))
        self.client.force_login(self.staff)
        html = self.client.get(self.url("activity-list")).content.decode()
        self.assertIn(str(self.branch), html)
        self.assertIn(">综合党委</td>", html)

    def test_secretary_cards_say_what_is_asked(self):
        self.client.force_login(self.secretary)
        html = self.client.get(self.url("assignment-list")).content.decode()
        for text in (self.item.text, "还剩2天", "3月31日截止", "照片2张", "讲一次", "填报", "签收", "用已有活动"):
            self.assertIn(text, html)
        self.assertIn("没有等待审核的任务", self.client.get(self.url("assignment-list") + "?tab=sent").content.decode())


class QueryTests(PageData):
    """Numbers that must not grow with rows."""

    def queries(self, user, url):
        self.client.force_login(user)
        self.client.get(url)
        with CaptureQueriesContext(connection) as found:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(found)

    def more(self):
        for _ in range(3):
            branch = make_branch(self.committee)
            make_assignment(self.item, branch, status="submitted")
            make_assignment(make_task_item(self.list), self.branch)
            make_activity(self.committee, organizers=(branch, self.branch))
            make_training(self.committee)
            make_joint_meeting(self.committee)
            make_problem(self.committee)
            make_plan(self.committee)
            Resolution.objects.create(committee=self.committee, meeting=self.meeting, text="事项", branch=branch)
            body = make_organization(self.committee)
            MeetingAttendance.objects.create(meeting=self.meeting, organization=body)

    def test_lists(self):
        urls = [self.url(f"{name}-list") + "?all=1&tab=all" for name in LISTS]
        before = [self.queries(self.staff, url) for url in urls]
        self.more()
        self.assertEqual(before, [self.queries(self.staff, url) for url in urls])
        self.assertLessEqual(max(before), 6, dict(zip(LISTS, before, strict=True)))

    def test_secretary_tasks(self):
        url = self.url("assignment-list")
        before = self.queries(self.secretary, url)
        self.more()
        self.assertEqual(before, self.queries(self.secretary, url))
        self.assertLessEqual(before, 6)

    def test_details(self):
        for user in (self.staff, self.secretary):
            names = (
                self.rows if user is self.staff else ("taskitem", "assignment", "activity", "jointmeeting", "training")
            )
            urls = [self.url(f"{name}-detail", self.rows[name].pk) for name in names]
            before = [self.queries(user, url) for url in urls]
            self.more()
            self.assertEqual(before, [self.queries(user, url) for url in urls], list(names))
            self.assertLessEqual(max(before), 12, dict(zip(names, before, strict=True)))
