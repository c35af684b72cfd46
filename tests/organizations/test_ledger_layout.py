"""The three ledgers as the office prints them (DOMAIN §14.1–14.3)."""

import io
from datetime import date

import openpyxl
from django.test import TestCase
from django.urls import reverse

from core.choices import BatchStatus
from core.excel.sheet import get_sheet
from core.excel.writing import export_to
from core.models import Job, OfficeSetting
from core.periods import Period, add_months, quarter_of, today
from organizations.models import BranchPost, Membership, PartyBranch, PartyMember, SocialOrganization
from tests.core.excel_data import bring, code, counts
from tests.factories import make_committee, make_staff

LAYOUTS = {
    "organizations": (
        "序号 社会组织名称 统一社会信用代码 类型 登记日期 登记状态 业务主管单位 党建管理归口 法定代表人 联系人 联系电话 住所 从业人员数 专职人员数"
        " 党员情况(党员总数 正式 预备 组织关系在本单位 未转入)"
        " 党组织情况(是否建立 党组织名称 组建方式 类别 成立时间 书记姓名 书记电话 换届时间) 未建立原因"
        " 工作覆盖(指导员姓名 派出单位 联络员 电话) 党建入章(是否入章 核准时间) 承诺书(签订日期) 最近年检结论 评估等级 备注"
    ),
    "branches": (
        "序号 党组织全称 类别 上级党组织 所在单位 覆盖单位 成立时间 批复文号 书记(姓名 身份证号 任职时间 在单位职务 电话)"
        " 支委会(应设 实有 组织委员 宣传委员 纪检委员) 党员数(总数 正式 预备 女 35岁以下 流动)"
        " 本届选举时间 届满时间 换届状态 活动场所 上年度评议等次 备注"
    ),
    "members": (
        "序号 所在党支部 姓名 性别 民族 身份证号 出生日期 学历 人员类别 入党日期 转正日期 党龄（年） 工作单位及职务 工作岗位 党内职务"
        " 手机号码 家庭住址 组织关系是否在本支部 是否流动 流向 是否失联 党费缴纳至 备注"
    ),
}


def headings(page, two):
    """The header as one line: a group with its headings in brackets."""
    words, group = [], ""
    for column in range(1, page.max_column + 1):
        upper, lower = page.cell(3, column).value, page.cell(4, column).value if two else None
        if upper and group:
            words[-1] += ")"
        if upper:
            group = upper if lower else ""
            words.append(f"{upper}({lower}" if lower else upper)
        elif lower:
            words.append(lower)
    return " ".join(words) + (")" if group else "")


class LayoutTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_staff(cls.committee)
        cls.body = SocialOrganization.objects.create(
            committee=cls.committee, name="示例市广告协会", code=code(1), kind="51", registered_on=date(2015, 1, 1),
            phone="13800000001", address='=HYPERLINK("http://x","点")',
        )  # fmt: skip
        cls.branch = PartyBranch.objects.create(
            committee=cls.committee,
            name="中共示例市广告协会支部委员会",
            founded_on=date(2016, 1, 1),
            term_end=date(2019, 1, 1),
        )
        cls.branch.coverages.create(organization=cls.body, method="own", start=date(2016, 1, 1))
        for number in range(9):
            member = PartyMember.objects.create(
                committee=cls.committee, name=f"例{number}", sex="female" if number % 2 else "male",
                category="probationary" if number == 8 else "full", born_on=date(1960 + 5 * number, 1, 1),
                joined_on=date(2001, 7, 1), full_on=None if number == 8 else date(2002, 7, 1), id_tail="3415x",
            )  # fmt: skip
            Membership.objects.create(
                member=member, branch=cls.branch, start=date(2016, 1, 1), kind="associate" if number == 7 else "full"
            )
        for post, name in (("secretary", "书记甲"), ("organization", "委员乙"), ("discipline", "委员丙")):
            BranchPost.objects.create(
                branch=cls.branch, person_name=name, post=post, start=date(2022, 1, 1), phone="13900000009"
            )

    def exported(self, kind, **options):
        sheet, file = get_sheet(kind), io.BytesIO()
        period = Period.quarter(quarter_of(today(self.committee)))
        options = {"every": False, "footer": sheet.footer(self.user, period), **options}
        export_to(file, sheet, sheet.queryset(self.user), committee=self.committee, **options)
        return file.getvalue()

    def page(self, kind):
        return openpyxl.load_workbook(io.BytesIO(self.exported(kind))).worksheets[0]

    def row(self, kind, number=1):
        page = self.page(kind)
        two = kind != "members"
        first = 4 + two
        heads = [(two and page.cell(4, c).value) or page.cell(3, c).value for c in range(1, page.max_column + 1)]
        return dict(zip(heads, [c.value for c in page[first + number - 1]], strict=False))

    def test_columns_and_order_are_those_of_the_printed_form(self):
        for kind, words in LAYOUTS.items():
            with self.subTest(kind):
                self.assertEqual(headings(self.page(kind), kind != "members"), words)

    def test_title_unit_line_signatures_and_page(self):
        for kind in LAYOUTS:
            with self.subTest(kind):
                page = self.page(kind)
                last = [c.value for c in page[page.max_row] if c.value]
                self.assertEqual(page["A1"].value, get_sheet(kind).title)
                self.assertTrue(page["A2"].value.startswith("填报单位（盖章）："))
                self.assertIn("填报时间：", " ".join(c.value for c in page[2] if c.value))
                self.assertEqual(last, ["单位负责人：", "审核人：", "填表人：", "联系电话："])
                self.assertEqual((page.page_setup.orientation, page.page_setup.paperSize), ("landscape", 9))
                self.assertEqual(page.page_setup.fitToHeight, 0)
                self.assertEqual(page.print_title_rows, "$3:$3" if kind == "members" else "$3:$4")
                self.assertEqual(page.cell(5 - (kind == "members"), 2).border.left.style, "thin")

    def test_a_body_with_its_branch(self):
        row = self.row("organizations")

        counted = [row[h] for h in ("党员总数", "正式", "预备", "组织关系在本单位", "未转入")]
        self.assertEqual(counted, [9, 8, 1, 8, 1])
        self.assertEqual(
            (row["是否建立"], row["组建方式"], row["类别"], row["书记姓名"], row["书记电话"]),
            ("是", "单独组建", "党支部", "书记甲", "139****0009"),
        )
        self.assertEqual(row["住所"], '=HYPERLINK("http://x","点")')

    def test_a_branch_with_its_committee_and_members(self):
        row = self.row("branches")

        self.assertEqual((row["所在单位"], row["应设"], row["实有"]), ("示例市广告协会", "3至7", 3))
        self.assertEqual((row["组织委员"], row["宣传委员"], row["纪检委员"]), ("委员乙", None, "委员丙"))
        self.assertEqual([row[h] for h in ("总数", "正式", "预备", "女", "流动")], [8, 7, 1, 3, 0])
        self.assertEqual(row["换届状态"], "超期")

    def test_a_printed_branch_is_measured_by_the_settings_of_its_office(self):
        due = add_months(today(self.committee), 5)
        PartyBranch.objects.filter(pk=self.branch.pk).update(term_end=due)
        self.assertEqual((self.row("branches")["应设"], self.row("branches")["换届状态"]), ("3至7", "临近"))

        for key, value in (
            ("branch.committee_min", 5), ("branch.committee_max", 5), ("election.reminder_months", [4, 2]),
        ):  # fmt: skip
            OfficeSetting.objects.create(committee=self.committee, key=key, value=value)
        self.assertEqual((self.row("branches")["应设"], self.row("branches")["换届状态"]), ("5", "未到期"))

        OfficeSetting.objects.create(committee=self.committee, key="branch.committee_from", value=8)
        self.assertEqual(self.row("branches")["应设"], "不设")

    def test_the_roster_ends_with_the_balance_of_the_quarter(self):
        page = self.page("members")

        self.assertIn("党员增减 期初8", page.cell(page.max_row - 1, 1).value)
        self.assertEqual(self.row("members", 8)["组织关系是否在本支部"], "否")

    def test_a_printed_ledger_comes_back_without_any_change(self):
        for kind in LAYOUTS:
            with self.subTest(kind):
                batch = bring(self.exported(kind), self.user, kind)
                self.assertEqual((batch.report.get("fatal"), batch.status), (None, BatchStatus.PREVIEWED))
                self.assertEqual(counts(batch)[:2] + counts(batch)[3:], (0, 0, 0))

    def test_a_workbook_with_the_own_body_alone_still_says_what_is_covered(self):
        """所在单位 is printed, but where 覆盖单位 is lacking it is what the office wrote."""
        book = openpyxl.Workbook()
        book.active.append(["党组织全称", "类别", "成立时间", "所在单位"])
        SocialOrganization.objects.create(
            committee=self.committee, name="示例市钓鱼协会", kind="51", registered_on=date(2015, 1, 1)
        )
        book.active.append(["中共示例市钓鱼协会支部委员会", "党支部", "2016-01-01", "示例市钓鱼协会"])
        file = io.BytesIO()
        book.save(file)

        batch = bring(file.getvalue(), self.user, "branches")

        self.assertEqual(counts(batch), (1, 0, 0, 0))
        self.assertEqual(len(batch.rows.get().after["parts"]), 1)

    def test_the_export_of_a_list_keeps_filter_search_and_sort(self):
        for number in range(2, 6):
            SocialOrganization.objects.create(
                committee=self.committee, name=f"示例市第{number}书画院", code=code(number, "52"), kind="52",
                registered_on=date(2015, 1, number),
            )  # fmt: skip
        self.client.force_login(self.user)
        address = reverse("organizations:socialorganization-list")

        response = self.client.get(address, {"kind": "52", "q": "书画", "sort": "-registered_on", "export": "xlsx"})

        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        names = [page.cell(n, 2).value for n in range(5, page.max_row) if page.cell(n, 1).value]
        self.assertEqual(names, [f"示例市第{n}书画院" for n in (5, 4, 3, 2)])
        self.assertEqual(headings(page, True), LAYOUTS["organizations"])

    def test_a_long_list_becomes_a_job_with_a_result(self):
        from core.excel import writing

        before, writing.JOB_ROWS = writing.JOB_ROWS, 5
        self.addCleanup(setattr, writing, "JOB_ROWS", before)
        self.client.force_login(self.user)
        with self.settings(JOBS_MODE="eager"), self.captureOnCommitCallbacks(execute=True):
            response = self.client.get(reverse("organizations:partymember-list"), {"export": "xlsx", "sort": "name"})

        job = Job.objects.get(kind="core.export")
        self.assertRedirects(response, reverse("core:job", args=[job.pk]))
        self.assertEqual((job.state, job.done), ("done", 8))
        page = openpyxl.load_workbook(io.BytesIO(job.result_file.read())).worksheets[0]
        self.assertEqual([page.cell(n, 3).value for n in range(4, 12)], [f"例{n}" for n in (0, 1, 2, 3, 4, 5, 6, 8)])
        self.assertIn("党员增减 期初8", page.cell(12, 1).value)
