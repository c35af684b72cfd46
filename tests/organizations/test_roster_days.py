"""党员名册 of a past day: who was a member where and as what, on the page, in the export, and in the balance under it."""

import io
from datetime import date, datetime, timedelta
from random import Random

import openpyxl
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.periods import add_months
from organizations.models import Membership
from organizations.workflows.branches import appoint
from organizations.workflows.changes import settle_changes
from organizations.workflows.floating import end_floating, find_member
from organizations.workflows.members import confirm_full, leave
from organizations.workflows.transfers import transfer_member
from tests.factories import make_branch, make_committee, make_floating, make_lost, make_member, make_staff

DAY = date(2023, 6, 30)
ROSTER = reverse("organizations:partymember-list")


class RosterDayTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.old, cls.new = (make_branch(cls.committee, short_name=f"市{n}协会党支部") for n in ("甲", "乙"))
        cls.moved = make_member(cls.old, name="转走", start=date(2020, 1, 1))
        transfer_member(cls.moved, branch=cls.new, start=date(2023, 3, 1), by=cls.staff)
        cls.young = make_member(cls.old, name="预备", category="probationary", joined_on=date(2022, 3, 1), full_on=None)
        Membership.objects.filter(member=cls.young).update(start=date(2022, 3, 1), join_reason="admitted")
        settle_changes([cls.young.pk])
        confirm_full(cls.young, full_on=date(2023, 4, 1), by=cls.staff)
        cls.gone = make_member(cls.old, name="去世", start=date(2019, 1, 1))
        leave(cls.gone, end=date(2023, 5, 1), leave_reason="deceased", by=cls.staff)

    def setUp(self):
        self.client.force_login(self.staff)

    def rows(self, day, **params):
        """{name: (branch, category, 党籍)} of the list."""
        page = self.client.get(ROSTER, {"on": day, **params}).context["page"]
        return {row["name"]: (row["branch_name"], row["category_then"], row["standing"]) for row in page.page_rows()}

    def exported(self, day="", **params):
        answer = self.client.get(ROSTER, {"on": day, "export": "xlsx", **params})
        page = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
        lines = [list(row) for row in page.iter_rows(values_only=True)]
        head = lines[2]
        rows = {
            row[head.index("姓名")]: dict(zip(head, row, strict=True)) for row in lines[3:] if isinstance(row[0], int)
        }
        return rows, [row[0] for row in lines[3:] if isinstance(row[0], str) and row[0].startswith("说明")]

    def test_each_day_shows_who_was_a_member_then_where_and_as_what(self):
        here, there, normal = "市甲协会党支部", "市乙协会党支部", "normal"
        self.assertEqual(self.rows("2019-06-30"), {"去世": (here, "full", normal)})
        self.assertEqual(
            self.rows("2023-02-28"),
            {"转走": (here, "full", normal), "预备": (here, "probationary", normal), "去世": (here, "full", normal)},
        )
        self.assertEqual(
            self.rows("2023-04-30"),
            {"转走": (there, "full", normal), "预备": (here, "full", normal), "去世": (here, "full", normal)},
        )
        self.assertEqual(self.rows(""), {"转走": (there, "full", normal), "预备": (here, "full", normal)})

    def test_tabs_and_filters_are_of_that_day(self):
        self.assertEqual(list(self.rows("2023-02-28", tab="probation")), ["预备"])
        self.assertEqual(list(self.rows("", tab="probation")), [])
        self.assertEqual(set(self.rows("2023-02-28", branch=self.old.pk)), {"转走", "预备", "去世"})
        self.assertEqual(set(self.rows("2023-04-30", branch=self.old.pk)), {"预备", "去世"})
        self.assertEqual(self.rows("2023-04-30", tab="gone"), {})
        self.assertEqual(self.rows("2023-05-01", tab="gone"), {"去世": (None, "full", "deceased")})
        self.assertEqual(self.rows("2019-06-30", tab="all"), {"去世": ("市甲协会党支部", "full", "normal")})

    def test_absences_are_of_that_day(self):
        away = make_floating(self.moved, self.staff, left_on=date(2022, 8, 1), place="浙江省杭州市")
        end_floating(away, outcome="returned", on=date(2023, 2, 1), by=self.staff)
        lost = make_lost(self.young, self.staff, lost_on=date(2022, 9, 1))
        find_member(lost, found_on=date(2023, 1, 10), note="打通电话", by=self.staff)
        self.assertEqual(list(self.rows("2022-12-31", tab="floating")), ["转走"])
        self.assertEqual(list(self.rows("2022-12-31", tab="lost")), ["预备"])
        self.assertEqual((self.rows("2023-02-01", tab="floating"), self.rows("2023-02-01", tab="lost")), ({}, {}))
        row = self.exported("2022-12-31")[0]["转走"]
        self.assertEqual((row["是否流动"], row["流向"]), ("流出", "浙江省杭州市"))

    def test_the_export_is_that_roster(self):
        appoint(self.old, post="secretary", start=date(2022, 1, 1), by=self.staff, member=self.gone)
        rows, notes = self.exported("2023-02-28")
        self.assertEqual(
            {
                name: (row["所在党支部"], row["人员类别"], row["转正日期"], row["党龄（年）"])
                for name, row in rows.items()
            },
            {
                "去世": (self.old.name, "正式党员", datetime(2011, 7, 1), 11),
                "预备": (self.old.name, "预备党员", None, None),
                "转走": (self.old.name, "正式党员", datetime(2011, 7, 1), 11),
            },
        )
        self.assertEqual(rows["去世"]["党内职务"], "书记")
        self.assertTrue(notes[0].startswith("说明：本表是2023年2月28日的情况"))
        self.assertEqual(
            notes[1:],
            ["说明：2023年第一季度党员增减（到2月28日） 期初3｜转入0｜发展0｜恢复党籍0｜转出0｜出党0｜死亡0｜期末3"],
        )

    def test_the_balance_says_whose_it_is_where_the_rows_are_others(self):
        page = self.client.get(ROSTER, {"on": "2023-02-28"})
        self.assertEqual((page.context["whose"], page.context["balance"].closing), ("", 3))
        sentence = "增减按全部党员计算，2023-02-28期末3名；上面列出的1名是按条件筛选的。"
        self.assertContains(self.client.get(ROSTER, {"on": "2023-02-28", "tab": "probation"}), sentence)
        self.assertEqual(self.exported("2023-02-28", category="probationary")[1][-1], f"说明：{sentence}")
        self.assertEqual(self.client.get(ROSTER, {"period": "2023Q2"}).context["whose"], "")
        self.assertEqual(
            self.client.get(ROSTER, {"period": "2023Q1"}).context["whose"],
            "增减按全部党员计算，2023-03-31期末3名；上面列出的2名是2023-06-30的。",
        )

    def test_a_branch_dissolved_since_can_be_chosen_for_its_days(self):
        type(self.old).objects.filter(pk=self.old.pk).update(dissolved_on=date(2023, 6, 1), status="dissolved")
        self.assertEqual(set(self.rows("2023-02-28", branch=self.old.pk)), {"转走", "预备", "去世"})

    def test_the_roster_of_twelve_days_is_the_sum_of_intervals(self):
        random = Random(7)
        for number in range(12):
            start = date(2022, 6, 30) + timedelta(days=random.randrange(400))
            member = make_member(random.choice((self.old, self.new)), name=f"随机{number}", start=min(start, DAY))
            if number % 3 == 0:
                end = min(start, DAY) + timedelta(days=random.randrange(1, 200))
                Membership.objects.filter(member=member).update(end=end, leave_reason="removed")
        for months in range(12):
            day = add_months(DAY, -months)
            page = self.client.get(ROSTER, {"on": day.isoformat()})
            wanted = Membership.objects.full().on(day).count()
            self.assertEqual((page.context["page"].count, page.context["balance"].closing), (wanted, wanted), day)

    def test_the_number_of_queries_does_not_grow_with_rows(self):
        def queries():
            with CaptureQueriesContext(connection) as found:
                self.client.get(ROSTER, {"on": "2023-02-28"})
            return len(found)

        queries()
        before = queries()
        for number in range(5):
            make_member(self.old, name=f"又一名{number}")
        self.assertEqual(queries(), before)
