"""工作台: every number equals the rows behind its link, a constant number of queries, one page for each kind of reader."""

from datetime import date

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Notice
from core.periods import Period
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    CoveragePlan,
    FloatingRecord,
    LedgerCheck,
    LedgerDifference,
    MemberSurvey,
    SyncDuty,
    SyncRule,
)
from organizations.statistics import coverage
from reports.choices import PhraseKind
from reports.dashboards.office import office_home
from reports.dashboards.watches import RISKS, TODO, WATCHES, Desk, count_all
from reports.models import Phrase
from reviews.choices import FindingStatus, InspectionStatus
from reviews.models import DutyReport, Finding, InspectionCampaign, InspectionRecord, ReviewSession
from tasks.choices import ActivityKind, AssignmentStatus, MeetingStatus
from tasks.models import TaskAssignment
from tests.factories import (
    make_activity,
    make_assignment,
    make_audit_admin,
    make_branch,
    make_committee,
    make_joint_meeting,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_security_admin,
    make_staff,
    make_system_admin,
    make_task_item,
    make_task_list,
    make_transfer,
    make_user,
)

TODAY = date(2023, 3, 29)
Q1 = Period.parse("2023Q1")
S = AssignmentStatus


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.get(reverse("core:notice-list"))  # the first request of a session stamps it
    return client


def fill(committee, branches):
    """One of everything that the home page of the office tells about."""
    common = {"committee": committee}
    task_list = make_task_list(committee, quarter=Q1.first, status="issued")
    item = make_task_item(task_list, due=date(2023, 3, 10))
    states = (S.OPEN, S.SUBMITTED, S.PASSED, S.RETURNED, S.NOT_APPLICABLE)
    for branch, status in zip(branches, states, strict=True):
        handed = date(2023, 3, 8) if status in (S.SUBMITTED, S.PASSED) else None
        make_assignment(item, branch, status=status, submitted_on=handed)
    session = ReviewSession.objects.create(**common, year=2022, name="述职评议会议", held_on=date(2023, 2, 24))
    for n, branch in enumerate(branches):
        handed = {"status": "submitted", "submitted_on": date(2023, 2, 10)} if n < 2 else {}
        DutyReport.objects.create(
            **common, session=session, branch=branch, secretary_name="张示例", mode="oral" if n < 2 else "written",
            quarter=Q1.first, order=n, **handed,
        )  # fmt: skip
    campaign = InspectionCampaign.objects.create(
        **common, checked_year=2022, title="2022年度检查", started_on=date(2023, 3, 1), status="running",
        submit_due=date(2023, 4, 10),
    )  # fmt: skip
    body = make_organization(committee, registered_on=date(2023, 2, 1), no_branch_reason="due")
    record = InspectionRecord.objects.create(
        **common, campaign=campaign, organization=body, status=InspectionStatus.SUBMITTED
    )
    Finding.objects.create(**common, record=record, description="未入章", due=date(2023, 3, 1))
    Finding.objects.create(
        **common, record=record, description="无活动", due=date(2023, 4, 1), status=FindingStatus.WAITING
    )
    check = LedgerCheck.objects.create(**common, checked_on=date(2023, 3, 27), compared_with="platform")
    LedgerDifference.objects.create(**common, check_run=check, object_label=str(body), field="法定代表人")
    make_joint_meeting(committee, year=2023, ordinal=1, held_on=date(2023, 3, 24), status=MeetingStatus.HELD)
    Phrase.objects.create(**common, kind=PhraseKind.SPIRIT, text="党的二十大精神", valid_from=date(2022, 11, 1))
    Phrase.objects.create(
        **common, kind=PhraseKind.SLOGAN, text="提法", valid_from=date(2022, 1, 1), valid_until=date(2023, 4, 10),
        status="approved",
    )  # fmt: skip
    MemberSurvey.objects.create(
        **common, organization=body, filled_on=date(2023, 2, 1), member_count=5, full_member_count=4
    )
    rule = SyncRule.objects.create(
        **common, event="graded", name="等级评估同步", action="开展党建评估", start=date(2023, 1, 1)
    )
    SyncDuty.objects.create(
        **common, rule=rule, organization=body, event="graded", event_on=date(2023, 2, 3), action="开展党建评估",
        due_on=date(2023, 3, 5),
    )  # fmt: skip
    make_activity(committee, organizers=(branches[0],), kind=ActivityKind.THEME_DAY, held_on=date(2023, 3, 1))
    member = make_member(branches[0])
    make_transfer(member, branches[1])
    FloatingRecord.objects.create(**common, member=member, branch=branches[0], left_on=date(2022, 6, 1))


class OfficeHomeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(name="市社会组织综合党委", demo_date=TODAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.branches = [
            make_branch(cls.committee, covers=(make_organization(cls.committee),), term_end=date(2023, 6, 1 + n))
            for n in range(5)
        ]
        cls.unbuilt, *_ = (make_organization(cls.committee) for _ in range(3))
        cls.unbuilt.due_marks.create(start=date(2022, 12, 1))
        fill(cls.committee, cls.branches)
        # another office, whose rows must not be counted
        other = make_committee(demo_date=TODAY)
        fill(other, [make_branch(other) for _ in range(5)])

    def desk(self, user=None):
        return Desk(user or self.staff, self.committee, Q1, TODAY)

    def test_every_watch_has_rows_here(self):
        lines = {line.watch.key for line in count_all(self.desk(), WATCHES.values())}

        self.assertEqual(set(WATCHES) - lines, {"summaries", "summaries_returned", "summaries_signed"})

    def test_each_line_counts_the_rows_of_its_page(self):
        client = signed_in(self.staff)
        for line in count_all(self.desk(), WATCHES.values()):
            with self.subTest(line.watch.key):
                self.assertEqual(line.n, line.watch.rows(self.desk()).distinct().count())
                response = client.get(line.url)
                self.assertEqual(response.status_code, 200, line.url)
                page = response.context["page"]
                self.assertEqual(page.paginator.count if hasattr(page, "paginator") else page.count, line.n, line.url)

    def test_figures_lead_to_as_many_rows(self):
        home, client = office_home(self.desk()), signed_in(self.staff)

        numbers = [5, 5, 1, 5]  # covered, reached by work, passed, due to report
        for figure, number in zip(home.figures, numbers, strict=True):
            with self.subTest(figure.label):
                self.assertEqual(client.get(figure.url).context["page"].count, number, figure.url)
        found = coverage(self.committee, TODAY)
        self.assertEqual(home.figures[0].value, f"{found.organization_rate}")
        self.assertEqual(home.figures[1].value, f"{found.work_rate}")
        self.assertEqual(home.figures[2].note, "1 / 4项，按支部计 · 今天逾期2项")
        self.assertEqual(home.figures[3].note, "口头2个、书面3个 · 已提交2个")

    def test_categories_lead_to_as_many_rows(self):
        home, client = office_home(self.desk()), signed_in(self.staff)

        for row in home.progress:
            for tab, number in (("passed", 1), ("submitted", 1), ("overdue", 2)):
                self.assertEqual(getattr(row.figures, tab), number)
                self.assertEqual(client.get(row.urls[tab]).context["page"].count, number, row.urls[tab])

    def test_coverage_is_compared_with_the_quarter_before(self):
        home = office_home(self.desk())

        self.assertEqual(home.figures[0].note, "5 / 9家")
        self.assertEqual(home.figures[0].change, "较上季度-6.9个百分点")  # 5 of 9 after 5 of 8

    def test_a_body_that_should_have_built_comes_by_itself_and_goes_when_it_has(self):
        def line():
            return next((line for line in count_all(self.desk(), TODO) if line.watch.key == "unbuilt"), None)

        self.assertEqual((line().n, line().why, line().act), (1, "都还没有组建计划", "写组建计划"))
        page = signed_in(self.staff).get(line().url)
        self.assertContains(page, self.unbuilt.short_name)
        self.assertContains(page, reverse("organizations:coverage-plan", args=[self.unbuilt.pk]))
        self.assertContains(page, "3个月以上没有单独或联合组建")
        CoveragePlan.objects.create(committee=self.committee, organization=self.unbuilt, responsible="甲示例")
        self.assertEqual((line().n, line().why), (1, "其中1家已有组建计划"))

        make_branch(self.committee, covers=(self.unbuilt,), founded_on=TODAY)
        self.unbuilt.coverages.update(start=TODAY)
        self.assertIsNone(line())

    def test_sentences(self):
        lines = {line.watch.key: line for line in count_all(self.desk(), TODO)}

        self.assertEqual(lines["overdue"].text, "2项任务逾期，涉及2个党支部")
        self.assertEqual(lines["overdue"].why, "最早一项已过期19天")
        self.assertEqual(lines["submitted"].why, "最早一项已等待21天")
        self.assertEqual(lines["findings"].when, "4月1日")
        self.assertEqual(lines["minutes"].why, "最早一次3月24日召开")

    def test_next_dates_are_in_order_and_ahead(self):
        days = office_home(self.desk()).dates

        self.assertEqual([row.on for row in days], sorted(row.on for row in days))
        self.assertEqual((days[0].on, days[0].text), (date(2023, 3, 31), "第一季度结束"))
        self.assertIn("2022年度检查填报截止", {row.text for row in days})

    def test_an_earlier_quarter_counts_its_own_day(self):
        desk = Desk(self.staff, self.committee, Period.parse("2022Q4"), TODAY)
        for line in count_all(desk, RISKS):
            response = signed_in(self.staff).get(f"{line.url}{'&' if '?' in line.url else '?'}period=2022Q4")
            page = response.context["page"]
            self.assertEqual(page.paginator.count if hasattr(page, "paginator") else page.count, line.n, line.url)

    def test_leader_sees_the_figures_without_buttons_of_staff(self):
        staff = signed_in(self.staff).get("/").content.decode()
        leader = signed_in(self.leader).get("/").content.decode()

        self.assertIn("去催办", staff)
        self.assertNotIn("去催办", leader)
        self.assertIn("2项任务逾期，涉及2个党支部", leader)

    def test_queries_do_not_grow(self):
        client, counts = signed_in(self.staff), []
        for size in (1, 50, 500):
            missing = size - TaskAssignment.objects.filter(committee=self.committee).count()
            if missing > 0:
                self.grow(missing)
            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(client.get("/").status_code, 200)
            counts.append(len(queries))

        self.assertEqual(len(set(counts)), 1, counts)
        self.assertLessEqual(counts[0], 16)

    def grow(self, number):
        task_list = make_task_list(self.committee, quarter=Q1.first, status="issued")
        branches = [make_branch(self.committee, covers=(make_organization(self.committee),)) for _ in range(number)]
        item = make_task_item(task_list, due=date(2023, 4, 10))
        for n, branch in enumerate(branches):
            handed = {"status": S.SUBMITTED, "submitted_on": TODAY} if n % 2 else {}
            make_assignment(item, branch, **handed)

    def test_draft_is_a_fragment_and_a_link_without_script(self):
        client = signed_in(self.staff)
        fragment = client.get("/desk/draft/?period=2023Q1", headers={"x-requested-with": "fetch"})
        plain = client.get("/desk/draft/?period=2023Q1")

        self.assertContains(fragment, "段已成")
        self.assertNotContains(fragment, "<html")
        self.assertRedirects(plain, reverse("reports:summary-detail", args=[Q1]), fetch_redirect_response=False)

    def test_pages_are_for_the_office(self):
        for user in (make_secretary(self.branches[0]), make_system_admin(self.committee)):
            client = signed_in(user)
            for url in ("/desk/draft/", "/desk/watch/", "/desk/watch/overdue/"):
                self.assertEqual(client.get(url).status_code, 403, url)
        self.assertEqual(signed_in(self.staff).get("/desk/watch/nothing/").status_code, 404)


class OtherHomesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY, contact_phone="0566-2020202")
        cls.branch = make_branch(cls.committee, covers=(make_organization(cls.committee),))
        cls.other = make_branch(cls.committee)
        cls.secretary = make_secretary(cls.branch)
        cls.item = make_task_item(
            make_task_list(cls.committee, quarter=Q1.first, status="issued"), due=date(2023, 3, 25), text="党建入章自查"
        )
        make_assignment(cls.item, cls.branch)
        foreign = make_task_item(cls.item.task_list, number=9, text="外支部的任务")
        make_assignment(foreign, cls.other)

    def test_new_office_is_led_to_the_guide(self):
        html = signed_in(make_staff(make_committee(demo_date=TODAY))).get("/").content.decode()

        self.assertIn("台账还是空的", html)
        self.assertIn(reverse("core:setup-guide"), html)

    def test_secretary_sees_own_tasks_and_report(self):
        session = ReviewSession.objects.create(
            committee=self.committee, year=2022, name="述职", held_on=TODAY, report_due=date(2023, 4, 1)
        )
        report = DutyReport.objects.create(
            committee=self.committee, session=session, branch=self.branch, secretary_name="张示例",
            quarter=Q1.first, status="returned", remark="请补充措施",
        )  # fmt: skip
        html = signed_in(self.secretary).get("/").content.decode()

        for text in ("党建入章自查", "逾期4天", "被退回", "请补充措施", "记录活动", "0 / 1项", "0566-2020202"):
            self.assertIn(text, html)
        self.assertIn(reverse("reviews:dutyreport-edit", args=[report.pk]), html)
        self.assertNotIn("外支部的任务", html)

    def test_links_of_the_secretary_open(self):
        client = signed_in(self.secretary)
        home = client.get("/").context["home"]

        for url in [url for _, _, url in home.quick] + [u for card in home.tasks for u in (card.url, card.act_url)]:
            self.assertEqual(client.get(url).status_code, 200, url)

    def test_queries_of_a_secretary_do_not_grow(self):
        client, counts = signed_in(self.secretary), []
        for size in (1, 50):
            for n in range(size):
                make_assignment(make_task_item(self.item.task_list, number=100 + size * 100 + n), self.branch)
                Notice.objects.create(user=self.secretary, key=f"{size}-{n}", title="通知")
            with CaptureQueriesContext(connection) as queries:
                client.get("/")
            counts.append(len(queries))

        self.assertEqual(len(set(counts)), 1, counts)
        self.assertLessEqual(counts[0], 16)

    def test_liaison_sees_what_the_body_owes(self):
        body = make_organization(self.committee, short_name="市家具行业协会")
        campaign = InspectionCampaign.objects.create(
            committee=self.committee, checked_year=2022, title="2022年度检查", started_on=date(2023, 3, 1)
        )
        record = InspectionRecord.objects.create(committee=self.committee, campaign=campaign, organization=body)
        Finding.objects.create(committee=self.committee, record=record, description="没有活动场所")
        html = signed_in(make_liaison(body)).get("/").content.decode()

        for text in ("市家具行业协会", "章程写入党的建设", "党建工作承诺书", "2022年度检查", "没有活动场所"):
            self.assertIn(text, html)
        self.assertNotIn("党建入章自查", html)

    def test_every_card_of_a_liaison_leads_on(self):
        body = make_organization(self.committee)
        campaign = InspectionCampaign.objects.create(
            committee=self.committee, checked_year=2022, title="2022年度检查", started_on=date(2023, 3, 1)
        )
        record = InspectionRecord.objects.create(committee=self.committee, campaign=campaign, organization=body)
        finding = Finding.objects.create(committee=self.committee, record=record, description="没有活动场所")
        client = signed_in(make_liaison(body))
        page = client.get("/")

        steps = {card.act: card.act_url for card in page.context["home"].bodies[0].owed}
        self.assertEqual(set(steps), {"填报章程", "填报承诺书", "办理年检", "办理整改"})
        self.assertEqual(
            (steps["办理年检"], steps["办理整改"]), (record.get_absolute_url(), finding.get_absolute_url())
        )
        for url in [*steps.values(), *(link[2] for link in page.context["home"].quick)]:
            self.assertEqual(client.get(url).status_code, 200, url)
        letters = reverse("organizations:commitmentletter-list")
        self.assertContains(client.get(letters), reverse("organizations:commitmentletter-create"))

        CommitmentLetter.objects.create(committee=self.committee, organization=body, status="pending")
        CharterRecord.objects.create(
            committee=self.committee, organization=body, version_no=1, status="approved", has_party_clause=True,
            voted_on=date(2023, 1, 1), approved_on=date(2023, 2, 1),
        )  # fmt: skip
        acts = [card.act for card in client.get("/").context["home"].bodies[0].owed]
        self.assertEqual(acts, ["查看、上传扫描件", "办理年检", "办理整改"])

    def test_administrators_see_no_business_rows(self):
        for make, text in (
            (make_system_admin, "后台作业"), (make_security_admin, "账号"), (make_audit_admin, "操作日志"),
        ):  # fmt: skip
            html = signed_in(make(self.committee)).get("/").content.decode()
            self.assertIn(text, html)
            self.assertIn("系统状态", html)
            self.assertNotIn("党建入章自查", html)

    def test_account_without_duties_is_told_whom_to_ask(self):
        for user in (make_user(self.committee), make_user(None), make_staff(None)):
            self.assertContains(signed_in(user).get("/"), "账号还没有任职")
