"""The ledgers of a past day print what was true then: people, papers, conclusions, names, kinds and terms (F11)."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import (
    BranchPost,
    CharterRecord,
    CommitmentLetter,
    FloatingRecord,
    InstructorAssignment,
    Liaison,
    PartyBranch,
    SocialOrganization,
)
from organizations.workflows import applications, bodies, branches, elections
from tests.core.excel_data import bring_in, workbook
from tests.factories import make_branch, make_campaign, make_inspection, make_member, make_organization
from tests.organizations.application_cases import ApplicationCase
from tests.organizations.election_cases import ElectionCase, elect
from tests.organizations.test_ledger_days import BODIES, BRANCHES

THEN, NOW = "2022-06-30", ""


def heads_of(page):
    """“group·heading” → column, from the two header rows."""
    found, group = {}, ""
    for column in range(1, page.max_column + 1):
        upper, lower = page.cell(3, column).value, page.cell(4, column).value
        group = upper or group
        found[f"{group}·{lower}" if lower else upper] = column
    return found


class LedgerCells:
    """Reads single cells of the exported ledger."""

    def cells(self, url, name, *headings, **asked):
        import io

        import openpyxl

        self.client.force_login(self.staff)
        asked = {key: value for key, value in asked.items() if value}
        response = self.client.get(url, {**asked, "export": "xlsx"})
        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        heads = heads_of(page)
        line = next(row for row in range(5, page.max_row) if name in [cell.value for cell in page[row]])
        found = [page.cell(line, heads[heading]).value for heading in headings]
        return [str(value.date()) if hasattr(value, "date") else value or "" for value in found]


class BodyLedgerTests(LedgerCells, ApplicationCase):
    def setUp(self):
        self.body = SocialOrganization.objects.get(pk=self.bodies[0].pk)

    def both(self, *headings):
        """The cells of 30 June 2022 and of today."""
        return tuple(self.cells(BODIES, self.body.code, *headings, on=day) for day in (THEN, NOW))

    def test_the_people_of_that_day(self):
        old = InstructorAssignment.objects.create(
            organization=self.body, instructor_name="甲示例", sent_by="市税务局", start=date(2021, 1, 1)
        )
        bodies.withdraw_instructor(old, end=date(2022, 9, 1), by=self.staff)
        bodies.assign_instructor(
            self.body, instructor_name="乙示例", sent_by="市医院", start=date(2022, 9, 1), by=self.staff
        )
        Liaison.objects.create(organization=self.body, name="丙示例", phone="13800000001", start=date(2022, 1, 1))
        bodies.name_liaison(self.body, name="丁示例", phone="13900000002", start=date(2022, 12, 1), by=self.staff)

        then, now = self.both("工作覆盖·指导员姓名", "工作覆盖·派出单位", "工作覆盖·联络员", "工作覆盖·电话")

        self.assertEqual(then, ["甲示例", "市税务局", "丙示例", "138****0001"])
        self.assertEqual(now, ["乙示例", "市医院", "丁示例", "139****0002"])
        self.assertEqual(self.cells(BODIES, self.body.code, "工作覆盖·指导员姓名", on="2020-12-31"), [""])

    def test_the_papers_of_that_day(self):
        of = {"committee": self.committee, "organization": self.body}
        CharterRecord.objects.create(
            **of, has_party_clause=True, status="approved", voted_on=date(2022, 3, 1), approved_on=date(2022, 8, 1)
        )
        CommitmentLetter.objects.create(
            **of, status="handed_over", signed_on=date(2022, 7, 5), handed_over_on=date(2022, 7, 9)
        )
        for year, day, word in ((2021, date(2022, 5, 20), "passed"), (2022, date(2023, 3, 30), "basic")):
            campaign = make_campaign(self.committee, checked_year=year)
            record = make_inspection(campaign, self.body, conclusion=word, concluded_on=day, status="concluded")
            record.quarter = day.year * 4 + (day.month - 1) // 3
            record.save()

        then, now = self.both("党建入章·是否入章", "党建入章·核准时间", "承诺书·签订日期", "最近年检结论")

        self.assertEqual(then, ["否", "", "", "合格"])
        self.assertEqual(now, ["是", "2022-08-01", "2022-07-05", "基本合格"])
        words = {"2022-02-28": ["未入章", "待签"], THEN: ["已表决待核准", "待签"], "2022-07-06": ["已表决待核准", "已签"],
                 "2022-08-01": ["已核准", "已移交"]}  # fmt: skip
        for day, (charter, letter) in words.items():
            page = self.client.get(BODIES, {"on": day}).content.decode()
            line = next(part for part in page.split("<tr>") if self.body.code in part)
            self.assertIn(charter, line, day)
            self.assertIn(letter, line, day)

    def test_the_reason_is_due_on_the_marked_days_alone(self):
        self.body.no_branch_reason = "due"
        self.body.save()
        self.body.due_marks.update(start=date(2022, 6, 1))
        self.body.no_branch_reason = "few_members"
        self.body.save()
        self.body.due_marks.update(end=date(2022, 7, 1))

        self.assertEqual(self.both("未建立原因"), (["应建未建"], ["仅有个别党员"]))
        self.body.no_branch_reason = "due"
        self.body.save()
        self.assertEqual(self.cells(BODIES, self.body.code, "未建立原因", on="2022-07-01"), [""])

    def renamed(self, branch, **values):
        row = self.at("approved", "change", branch=branch, covers=(), **values)
        row.effective_on = date(2023, 2, 1)
        row.save()
        applications.finish(row, by=self.staff)
        return branch

    def test_the_branch_has_its_name_and_kind_of_that_day_in_both_ledgers_and_behind_the_figures(self):
        branch = make_branch(
            self.committee, covers=(self.body,), name="中共示例市旧名支部委员会", short_name="旧名党支部"
        )
        self.renamed(branch, name="中共示例市新名总支部委员会", short_name="新名党总支", branch_kind="general")

        then, now = self.both("党组织情况·党组织名称", "党组织情况·类别")
        self.assertEqual((then, now), (["中共示例市旧名支部委员会", "党支部"], ["新名党总支", "党总支"]))
        for day, words in (
            (THEN, ["中共示例市旧名支部委员会", "党支部"]),
            (NOW, ["中共示例市新名总支部委员会", "党总支"]),
        ):
            self.assertEqual(self.cells(BRANCHES, words[0], "党组织全称", "类别", on=day), words)
        for day, here, gone in ((THEN, "旧名支部", "新名"), (NOW, "新名", "旧名")):
            page = self.client.get(BRANCHES, {"on": day} if day else {})
            self.assertContains(page, here)
            self.assertNotContains(page, gone)
        page = self.client.get(reverse("organizations:coverage-rows"), {"figure": "own", "on": THEN})
        self.assertContains(page, "单独组建：中共示例市旧名支部委员会")

    def test_the_ledger_of_a_past_day_sent_back_renames_no_branch(self):
        branch = make_branch(
            self.committee, covers=(self.body,), name="中共示例市旧名支部委员会", short_name="旧名党支部"
        )
        self.renamed(branch, name="中共示例市新名支部委员会", short_name="新名党支部")

        head = ("党组织全称", "类别", "成立时间", "备注")
        bring_in(
            workbook([head, ("中共示例市旧名支部委员会", "党支部", branch.founded_on, "甲")]), self.staff, "branches"
        )

        found = PartyBranch.objects.get()
        self.assertEqual((found.name, found.remark), ("中共示例市新名支部委员会", "甲"))

    def test_the_rows_behind_a_figure_go_out_as_of_the_day(self):
        InstructorAssignment.objects.create(
            organization=self.body, instructor_name="甲示例", start=date(2021, 1, 1), end=date(2022, 9, 1)
        )
        url, asked = reverse("organizations:coverage-rows"), {"figure": "base"}

        self.assertEqual(self.cells(url, self.body.code, "工作覆盖·指导员姓名", on=THEN, **asked), ["甲示例"])
        self.assertEqual(self.cells(url, self.body.code, "工作覆盖·指导员姓名", **asked), [""])
        response = self.client.get(url, {**asked, "on": THEN, "export": "xlsx"})
        self.assertIn("20220630.xlsx", response["Content-Disposition"])

    def test_the_export_asks_no_more_for_more_rows(self):
        self.client.force_login(self.staff)
        self.client.get(BODIES)  # the session learns of its period
        asked = []
        for count in (1, 20):
            for _ in range(count):
                make_branch(self.committee, covers=(make_organization(self.committee),))
            with CaptureQueriesContext(connection) as captured:
                b"".join(self.client.get(BODIES, {"on": THEN, "export": "xlsx"}).streaming_content)
            asked.append(len(captured))
        self.assertEqual(asked[0], asked[1])
        self.assertLessEqual(asked[1], 9)


class BranchLedgerTests(LedgerCells, ElectionCase):
    TERM = ("本届选举时间", "届满时间", "换届状态")

    def term_on(self, day, name=None):
        return self.cells(BRANCHES, name or self.branch.name, *self.TERM, on=day)

    def elected(self):
        elections.prepare(self.term, request_no="示协〔2023〕1号", reply_no="综党〔2023〕2号", by=self.staff)
        elect(self.term, self.staff)
        elections.approve_election(self.term, approval_no="综党〔2023〕4号", on=date(2023, 3, 25), by=self.leader)

    def test_the_term_of_that_day(self):
        self.elected()
        new = ["2023-03-18", "2026-03-18", "未到期"]

        self.assertEqual(self.term_on("2023-04-06"), new)
        self.assertEqual(self.term_on("2023-03-18"), new)
        self.assertEqual(self.term_on("2023-03-17"), ["2020-04-20", "2023-04-20", "临近"])
        self.assertEqual(self.term_on("2021-01-01"), ["2020-04-20", "2023-04-20", "未到期"])
        self.assertEqual(self.term_on("2020-04-19"), ["", "", ""])
        for day, end in (("2023-03-17", "2023-04-20"), ("2023-03-18", "2026-03-18")):
            self.assertContains(self.client.get(BRANCHES, {"on": day}), end)
            self.assertEqual(self.cells(BODIES, self.body.code, "党组织情况·换届时间", on=day), [end])

    def test_a_branch_without_an_election_on_record_shows_its_own_columns(self):
        branch = self.make(term_start=None)
        branch.terms.all().delete()

        self.assertEqual(self.term_on("2022-06-30", branch.name)[:2], ["", "2023-04-20"])

    def test_the_posts_and_members_of_that_day(self):
        branches.appoint(self.branch, post="secretary", person_name="新书记", start=date(2023, 3, 20), by=self.staff)
        BranchPost.objects.create(
            branch=self.branch, post="publicity", person_name="宣示例", start=date(2021, 1, 1), end=date(2022, 1, 1)
        )
        member = make_member(self.branch, full_on=date(2022, 7, 1), joined_on=date(2021, 7, 1))
        FloatingRecord.objects.create(
            committee=self.committee, member=member, branch=self.branch, left_on=date(2022, 8, 1),
            ended_on=date(2022, 12, 1), status="returned",
        )  # fmt: skip
        heads = ("书记·姓名", "支委会·宣传委员", "党员数·正式", "党员数·预备", "党员数·流动")
        days = {
            "2021-12-31": ["老书记", "宣示例", "", 1, ""],
            "2022-08-01": ["老书记", "", 1, "", 1],
            "2023-04-01": ["新书记", "", 1, "", ""],
        }
        for day, cells in days.items():
            self.assertEqual(self.cells(BRANCHES, self.branch.name, *heads, on=day), cells, day)

    def test_the_footer_names_the_columns_of_today(self):
        import io

        import openpyxl

        self.client.force_login(self.staff)
        response = self.client.get(BRANCHES, {"on": "2022-06-30", "export": "xlsx"})
        page = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        told = "其中上级党组织、批复文号、活动场所、备注按导出时的登记。覆盖单位和上级党组织用现在的名称，批准延期的按现在的期限。"
        self.assertIn(told, page.cell(page.max_row - 1, 1).value)
