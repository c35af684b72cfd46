"""The ledger of a past day, and the timeline of a body: what is shown, narrowed and exported."""

import io
from datetime import date, timedelta

import openpyxl
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import FormerName, OrganizationEvent, SocialOrganization
from organizations.workflows.bodies import change_affiliation
from organizations.workflows.events import record_event
from tasks.models import MeetingAttendance, TrainingParticipant
from tests.core.excel_data import bring_in, workbook
from tests.factories import (
    make_activity,
    make_assignment,
    make_branch,
    make_campaign,
    make_committee,
    make_finding,
    make_inspection,
    make_joint_meeting,
    make_leader,
    make_liaison,
    make_organization,
    make_secretary,
    make_staff,
    make_task_item,
    make_task_list,
)
from tests.factories import make_training as make_course

BODIES = reverse("organizations:socialorganization-list")
BRANCHES = reverse("organizations:partybranch-list")


def sheet_rows(response):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]


class LedgerDayTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 4, 6))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, registered_on=date(2020, 5, 1))
        cls.branch = make_branch(cls.committee, covers=(cls.body,), founded_on=date(2021, 1, 1))
        cls.body.coverages.update(start=date(2021, 1, 1))
        change_affiliation(cls.body, kind="industry", start=date(2022, 1, 1), by=cls.staff)
        record_event(SocialOrganization.objects.get(), kind="cancelled", on=date(2023, 3, 1), by=cls.staff)
        cls.branch.refresh_from_db()

    def setUp(self):
        self.client.force_login(self.staff)

    def cells(self, day):
        """(归口, 组织覆盖, 登记状态) of the body's row on that day, or nothing."""
        page = self.client.get(BODIES, {"on": day}).content.decode()
        if self.body.code not in page:
            return None
        line = next(part for part in page.split("<tr>") if self.body.code in part)
        words = ("综合党委直管", "行业党委", "覆盖空白", "单独组建", "正常", "已注销")
        return [word for word in words if word in line]

    def test_each_day_shows_what_was_true_then(self):
        self.assertIsNone(self.cells("2020-04-30"))
        self.assertEqual(self.cells("2020-05-01"), ["综合党委直管", "覆盖空白", "正常"])
        self.assertEqual(self.cells("2021-12-31"), ["综合党委直管", "单独组建", "正常"])
        self.assertEqual(self.cells("2023-02-28"), ["行业党委", "单独组建", "正常"])
        self.assertIsNone(self.cells("2023-03-01"))
        self.assertIsNone(self.cells(""))

    def rename(self):
        """示例市茶叶学会 until 2018, then 示例市茶叶协会, from 2021-07-01 on 示例市茶业协会."""
        body = make_organization(self.committee, name="示例市茶叶协会", short_name="市茶叶协会")
        FormerName.objects.create(organization=body, name="示例市茶叶学会", until=date(2018, 1, 1))
        FormerName.objects.create(organization=body, name="示例茶社")  # nobody knows until when
        record_event(body, kind="renamed", on=date(2021, 7, 1), by=self.staff, new_name="示例市茶业协会",
                     new_short_name="市茶业协会")  # fmt: skip
        return body

    def test_the_name_is_that_of_the_day_in_the_list_and_in_the_export(self):
        body = self.rename()
        names = ("示例市茶叶学会", "示例市茶叶协会", "市茶业协会")
        days = ("2017-12-31", "2018-01-01", "2021-06-30", "2021-07-01", "2022-12-31")
        for day, name in zip(days, (names[0], names[1], names[1], names[2], names[2]), strict=True):
            page = self.client.get(BODIES, {"on": day}).content.decode()
            line = next(part for part in page.split("<tr>") if body.code in part)
            self.assertIn(f">{name}</a>", line, day)
            rows = sheet_rows(self.client.get(BODIES, {"on": day, "export": "xlsx"}))
            full = name if name != "市茶业协会" else "示例市茶业协会"
            self.assertIn(full, next(row for row in rows if body.code in row), day)
        self.assertContains(self.client.get(BODIES), ">市茶业协会</a>")

    def test_the_bodies_behind_a_figure_have_their_names_of_that_day_too(self):
        body = self.rename()
        rows, asked = reverse("organizations:coverage-rows"), {"figure": "base", "on": "2020-06-30"}

        page = self.client.get(rows, asked).content.decode()
        sheet = sheet_rows(self.client.get(rows, {**asked, "export": "xlsx"}))

        self.assertIn(f'<a href="{body.get_absolute_url()}">示例市茶叶协会</a>', page)
        self.assertIn("示例市茶叶协会", next(row for row in sheet if body.code in row))

    def test_the_ledger_of_an_earlier_day_sent_back_renames_nothing(self):
        body = self.rename()
        head = ("社会组织名称", "统一社会信用代码", "类型", "登记日期", "住所")
        for name, kept in (("示例市茶叶协会", "示例市茶业协会"), ("示例市茶业联合会", "示例市茶业联合会")):
            row = (name, body.code, "社会团体", "2015-01-01", f"{name}旧址")
            bring_in(workbook([head, row]), self.staff, "organizations")

            body.refresh_from_db()
            self.assertEqual((body.name, body.address), (kept, f"{name}旧址"))

    def test_search_and_order_stay_with_the_names_of_today(self):
        self.rename()
        for words in ("茶业协会", "茶叶学会", "茶叶协会"):
            page = self.client.get(BODIES, {"on": "2020-06-01", "q": words})
            self.assertContains(page, ">示例市茶叶协会</a>")

    def test_the_note_says_what_is_of_the_day_and_what_of_today(self):
        words = "只有信用代码、类型按今天的登记；排序和查找按今天的名称"
        self.assertContains(self.client.get(BODIES, {"on": "2023-02-28"}), words)
        self.assertNotContains(self.client.get(BODIES), words)
        rows = sheet_rows(self.client.get(BODIES, {"on": "2022-12-31", "export": "xlsx"}))
        told = "其中统一社会信用代码、类型、业务主管单位、法定代表人、联系人、联系电话、住所、从业人员数、专职人员数、评估等级、备注按导出时的登记。"
        self.assertEqual(rows[-2], [f"说明：本表是2022年12月31日的情况，只供查阅，不要改后再导入；{told}"])
        self.assertNotIn("导出时的登记", str(sheet_rows(self.client.get(BODIES, {"tab": "all", "export": "xlsx"}))))

    def test_the_export_tells_the_management_of_the_day(self):
        for day, kind in (("2021-12-31", "综合党委直管"), ("2022-12-31", "行业党委")):
            rows = sheet_rows(self.client.get(BODIES, {"on": day, "export": "xlsx"}))
            self.assertIn(kind, next(row for row in rows if self.body.code in row))

    def test_the_page_of_a_past_day_names_both(self):
        body = self.rename()
        page = self.client.get(body.get_absolute_url(), {"on": "2020-06-01"})
        self.assertContains(page, '示例市茶叶协会 <span class="muted">今天叫示例市茶业协会</span>')
        self.assertNotContains(self.client.get(body.get_absolute_url()), "今天叫")

    def test_the_count_above_and_the_note_follow_the_day(self):
        page = self.client.get(BODIES, {"on": "2023-02-28"})
        self.assertContains(page, "在册1家")
        self.assertContains(page, "这是2023年2月28日的情况，不是今天的")
        for query in ({}, {"on": "2023-04-06"}, {"on": "gestern"}):
            page = self.client.get(BODIES, query)
            self.assertContains(page, "在册0家")
            self.assertNotContains(page, "不是今天的")
        self.assertContains(self.client.get(BODIES, {"on": "2024-01-01"}), "这一天还没有到")

    def test_every_link_of_the_list_keeps_the_day(self):
        page = self.client.get(BODIES, {"on": "2023-02-28"}).content.decode()

        for link in ("?on=2023-02-28&amp;tab=direct", "?on=2023-02-28&amp;export=xlsx"):
            self.assertIn(link, page)

    def test_the_export_is_that_of_the_day_and_says_so(self):
        response = self.client.get(BODIES, {"on": "2023-02-28", "export": "xlsx"})

        self.assertIn("20230228.xlsx", response["Content-Disposition"])
        rows = sheet_rows(response)
        self.assertIn("填报时间：2023年2月28日", rows[1])
        line = next(row for row in rows if self.body.code in row)
        self.assertIn("正常", line)
        self.assertNotIn("已注销", line)
        self.assertNotIn("2023-03-01", [str(cell)[:10] for cell in line])

    def test_branches_of_a_past_day(self):
        url = self.branch.get_absolute_url()
        self.assertNotContains(self.client.get(BRANCHES, {"on": "2020-12-31"}), url)
        page = self.client.get(BRANCHES, {"on": "2021-06-30"})
        self.assertContains(page, url)
        self.assertContains(page, "这是2021年6月30日的情况")
        type(self.branch).objects.update(status="dissolved", dissolved_on=date(2023, 3, 15))

        self.assertNotContains(self.client.get(BRANCHES), url)
        page = self.client.get(BRANCHES, {"on": "2021-06-30"})
        self.assertContains(page, url)
        self.assertNotContains(page, "已撤销</span>")
        self.assertContains(self.client.get(BRANCHES, {"tab": "dissolved"}), url)
        self.assertNotContains(self.client.get(BRANCHES, {"tab": "dissolved", "on": "2021-06-30"}), url)

    def test_a_page_of_a_past_day(self):
        page = self.client.get(self.body.get_absolute_url(), {"on": "2022-12-31"})

        self.assertContains(page, "这是2022年12月31日的情况")
        self.assertContains(page, "归口行业党委")
        self.assertNotContains(page, "已注销</span>")

    def test_an_ended_body_asks_for_its_branch(self):
        self.assertContains(self.client.get(self.body.get_absolute_url()), f"{self.branch}还没有撤销")
        type(self.branch).objects.update(status="dissolved", dissolved_on=date(2023, 3, 15))
        self.assertNotContains(self.client.get(self.body.get_absolute_url()), "还没有撤销")

    def test_the_list_asks_as_often_on_a_past_day(self):
        asked = []
        self.client.get(BODIES)  # the session learns of its period
        for count in (1, 30):
            for _ in range(count):
                body = make_organization(self.committee)
                FormerName.objects.create(organization=body, name=f"旧{body.name}", until=date(2023, 1, 1))
            with CaptureQueriesContext(connection) as captured:
                self.client.get(BODIES, {"on": "2022-12-31", "status": "normal"})
            asked.append(len(captured))
        self.assertEqual(asked[0], asked[1])
        self.assertLessEqual(asked[1], 6)

    def test_the_ledger_of_events_and_its_export(self):
        url = reverse("organizations:organizationevent-list")
        for query in ({}, {"q": self.body.short_name}, {"kind": "cancelled"}, {"on_min": "2023-01-01"}):
            self.assertContains(self.client.get(url, query), self.body.name)
        self.assertNotContains(self.client.get(url, {"tab": "withdrawn"}), self.body.name)

        rows = sheet_rows(self.client.get(url, {"export": "xlsx"}))

        self.assertIn("注销", next(row for row in rows if self.body.code in row))


class TimelineTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 4, 6))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,))
        FormerName.objects.create(organization=cls.body, name="示例市旧名协会", until=date(2017, 1, 1))
        record_event(SocialOrganization.objects.get(), kind="changed", on=date(2018, 2, 1), by=cls.staff, item="scope",
                     new_value="会展", document_no="示民社〔2018〕1号")  # fmt: skip
        make_activity(cls.committee, participants=(cls.body,), theme="学习党章")
        cls.meeting = make_joint_meeting(cls.committee, status="held")
        MeetingAttendance.objects.create(meeting=cls.meeting, organization=cls.body, attended=True)
        item = make_task_item(make_task_list(cls.committee))
        make_assignment(item, cls.branch, status="passed", passed_on=date(2023, 3, 25))
        course = make_course(cls.committee, status="held")
        TrainingParticipant.objects.create(training=course, branch=cls.branch, person_name="甲示例", attended=True)
        cls.finding = make_finding(make_inspection(make_campaign(cls.committee), cls.body),
                                   advised_on=date(2023, 3, 2), finished_on=date(2023, 3, 30))  # fmt: skip
        cls.item, cls.course = item, course

    def page(self, **asked):
        self.client.force_login(self.staff)
        return self.client.get(self.body.get_absolute_url(), asked)

    def told(self, **asked):
        return [event.text for event in self.page(**asked).context["events"]]

    def test_everything_about_the_body_newest_first(self):
        events = self.page().context["events"]
        words = [event.text for event in events]

        for text in ("更名", "变更登记", "成立登记", "党建归口：综合党委直管", f"参加{self.meeting}",
                     f"完成任务：{self.item.text}", f"参加培训“{self.course.name}”", "主题党日“学习党章”",
                     f"整改建议：{self.finding.description}", f"整改完成：{self.finding.description}"):  # fmt: skip
            self.assertIn(text, words)
        days = [event.at for event in events]
        self.assertEqual(days, sorted(days, reverse=True))
        self.assertEqual({event.kind for event in events} - {"登记", "组织覆盖", "归口", "会议", "任务", "培训", "活动", "年度检查"},
                         set())  # fmt: skip

    def test_what_the_branch_did_before_it_covered_the_body_is_not_the_bodys(self):
        self.body.coverages.update(start=date(2023, 3, 26))

        words = self.told()

        self.assertNotIn(f"完成任务：{self.item.text}", words)
        self.assertNotIn(f"参加培训“{self.course.name}”", words)

    def test_it_is_narrowed_by_kind_and_year(self):
        self.assertEqual(self.told(about="登记"), ["变更登记", "更名", "成立登记"])
        self.assertEqual(self.told(year="2018"), ["变更登记"])
        self.assertEqual(self.told(about="登记", year="2017"), ["更名"])
        self.assertEqual(self.told(about="没有的", year="0"), self.told())

    def test_a_long_one_comes_in_parts_and_whole_in_as_many_queries(self):
        self.page()
        with CaptureQueriesContext(connection) as few:
            self.page()
        start = date(2019, 1, 1)
        OrganizationEvent.objects.bulk_create(
            OrganizationEvent(committee=self.committee, organization=self.body, kind="changed", on=start + timedelta(n))
            for n in range(70)
        )
        with CaptureQueriesContext(connection) as many:
            first = self.told()
        second, whole = self.told(part="2"), self.told(part="all")

        self.assertEqual(len(few), len(many))
        self.assertLessEqual(len(many), 12)
        self.assertEqual(len(first), 30)
        self.assertEqual(whole[30:60], second)
        self.assertGreater(len(whole), 80)
        self.assertEqual(self.told(part="999"), self.told(part="3"))

    def test_others_see_what_they_may_and_no_link_that_leads_nowhere(self):
        for user in (make_leader(self.committee), make_secretary(self.branch), make_liaison(self.body)):
            self.client.force_login(user)
            page = self.client.get(self.body.get_absolute_url())
            self.assertContains(page, "变更登记")
            for event in page.context["events"]:
                if event.url:
                    self.assertEqual(self.client.get(event.url).status_code, 200, (user.role, event.url))
