"""The workbooks of inspections and duty reviews through the importer; the same file twice changes nothing."""

from datetime import date

from django.test import TestCase

from core.excel.applying import apply_batch
from reviews.forms import InspectionRecordForm
from reviews.models import (
    BallotTally,
    DutyProblem,
    DutyReport,
    Finding,
    InspectionCampaign,
    InspectionRecord,
    ReviewSession,
)
from tests.core.excel_data import bring, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_organization, make_staff


class ReviewSheets(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市广告协会", short_name="市广告协会")
        cls.branch = make_branch(cls.committee, name="中共示例市广告协会支部委员会", short_name="市广告协会党支部")
        cls.other = make_branch(cls.committee, name="中共示例市江苏商会支部委员会", short_name="市江苏商会党支部")

    def load(self, kind, rows, new=None):
        first = bring(workbook(rows), self.user, kind)
        self.assertEqual((errors(first), first.report.get("fatal", "")), ([], ""))
        apply_batch(first, by=self.user)
        again = bring(workbook(rows), self.user, kind)
        self.assertEqual((errors(again), again.new_count, again.changed_count), ([], 0, 0))
        if new is not None:
            self.assertEqual(counts(first)[0], new)

    def refused(self, kind, rows):
        return errors(bring(workbook(rows), self.user, kind))

    def load_campaign(self):
        head = ["检查年度", "名称", "启动日期", "填报截止日期", "状态"]
        self.load("campaigns", [head, [2022, "2022年度社会组织检查", "2023-03-01", "2023-05-31", "进行中"]], 1)

    def load_session(self):
        head = ["述职年度", "会议名称", "召开日期", "民主评议", "状态"]
        self.load("review_sessions", [head, [2022, "2022年度述职评议会议", "2023-02-24", "是", "已召开"]], 1)

    def load_reports(self):
        self.load_session()
        head = ["述职年度", "党支部", "书记", "方式", "顺序", "存在问题", "改进措施", "状态", "提交日期"]
        rows = [
            ["2022年度", "市广告协会党支部", "陈例文", "口头", 1, "问题一。", "措施一。", "审核通过", "2023-02-10"],
            [2022, "市江苏商会党支部", "王演示", "书面述职", 2, "问题二。", "措施二。", "待审核", "2023-02-11"],
        ]
        self.load("duty_reports", [head, *rows], 2)

    def test_org_03_a_body_that_was_over_is_not_inspected(self):
        self.load_campaign()
        over = make_organization(
            self.committee, name="示例市旧协会", short_name="", status="cancelled", ended_on=date(2023, 2, 1)
        )
        later = make_organization(
            self.committee, name="示例市新协会", short_name="", status="cancelled", ended_on=date(2023, 4, 1)
        )
        head = ["年度检查", "社会组织名称", "是否参检"]
        wrong = self.refused("inspections", [head, [2022, over.name, "是"], [2022, later.name, "是"]])
        self.assertEqual([text.split()[0] for text in wrong], ["2B"])
        self.assertIn("不能再办理", wrong[0])
        form = InspectionRecordForm(
            {"campaign": InspectionCampaign.objects.get().pk, "organization": over.pk}, user=self.user
        )
        self.assertIn("organization", form.errors)

    def test_campaign_belongs_to_the_quarter_of_its_start(self):
        self.load_campaign()

        campaign = InspectionCampaign.objects.get()
        self.assertEqual((campaign.quarter, campaign.status), (2023 * 4, "running"))

    def test_inspections_follow_the_campaign(self):
        self.load_campaign()
        head = ["检查年度", "单位", "是否参检", "入章", "从业人员数", "从业党员", "党建得分", "年检结论", "结论日期"]
        self.load("inspections", [head, [2022, "市广告协会", "已有结论", "否", 12, 4, 27.5, "合格", "2023-03-30"]], 1)

        record = InspectionRecord.objects.get()
        self.assertEqual((record.quarter, record.status, record.has_party_clause), (2023 * 4, "concluded", False))
        self.assertEqual((record.conclusion, record.member_count), ("passed", 4))

    def test_findings_hang_under_the_record_of_body_and_campaign(self):
        self.load_campaign()
        head = ["年度检查", "社会组织", "方面", "问题", "未入章", "整改建议", "建议日期", "整改期限", "状态"]
        line = [
            "2022",
            "市广告协会",
            "党的建设",
            "章程中没有党建条款",
            "是",
            "修订章程",
            "2023-04-03",
            "2023-06-30",
            "整改中",
        ]
        self.load("findings", [head, line], 1)

        finding = Finding.objects.get()
        self.assertEqual((finding.record.organization, finding.quarter), (self.body, 2023 * 4 + 1))
        self.assertEqual((finding.record.quarter, finding.status), (2023 * 4, "rectifying"))

    def test_duty_reports_take_the_quarter_of_the_session_and_their_state(self):
        self.load_reports()

        rows = DutyReport.objects.values_list("secretary_name", "mode", "status", "quarter", "submitted_on")
        self.assertEqual(
            list(rows),
            [
                ("陈例文", "oral", "accepted", 2023 * 4, date(2023, 2, 10)),
                ("王演示", "written", "submitted", 2023 * 4, date(2023, 2, 11)),
            ],
        )
        self.assertEqual(ReviewSession.objects.get().reports.oral().count(), 1)

    def test_rv_01_excused_needs_a_reason(self):
        self.load_session()
        head = ["述职年度", "党支部", "书记", "方式", "不参加原因"]

        found = self.refused("duty_reports", [head, [2022, "市广告协会党支部", "陈例文", "不参加", ""]])

        self.assertIn("要写原因", str(found))

    def test_problems_ballots_and_tallies(self):
        self.load_reports()
        self.load(
            "duty_problems",
            [["年度", "党支部", "问题", "改进措施"], [2022, "市广告协会党支部", "活动少", "每月一次"]],
            1,
        )
        self.load(
            "ballots",
            [["年度", "测评人", "发出票", "收回票", "有效票", "作废票"], [2022, "参会人员", 60, 58, 57, 1]],
            1,
        )
        head = ["述职年度", "测评会议年度", "测评人", "党支部", "好", "较好", "一般", "差", "弃权"]
        self.load("tallies", [head, [2022, 2022, "参会人员", "市广告协会党支部", 50, 5, 1, 0, 1]], 1)

        self.assertEqual(DutyProblem.objects.get().report.secretary_name, "陈例文")
        self.assertEqual(BallotTally.objects.get().total, BallotTally.objects.get().batch.valid)

    def test_rv_02_ballots_that_do_not_add_up_are_refused(self):
        self.load_session()
        head = ["年度", "测评人", "发出票", "收回票", "有效票", "作废票"]

        found = self.refused("ballots", [head, [2022, "参会人员", 50, 58, 57, 0]])

        self.assertIn("收回票58不能多于发出票50（RV-02）。", str(found))
        self.assertIn("有效票57加作废票0应等于收回票58（RV-02）。", str(found))

    def test_rv_03_votes_that_do_not_sum_to_the_valid_ballots_are_refused(self):
        self.load_reports()
        self.load(
            "ballots", [["年度", "测评人", "发出票", "收回票", "有效票", "作废票"], [2022, "参会人员", 60, 58, 57, 1]]
        )
        head = ["述职年度", "测评会议年度", "测评人", "党支部", "好", "较好", "一般", "差", "弃权"]

        found = self.refused("tallies", [head, [2022, 2022, "参会人员", "市广告协会党支部", 50, 5, 0, 0, 0]])

        self.assertIn("合计55票，应等于有效票57票（RV-03）。", str(found))

    def test_problem_of_a_branch_without_a_report_is_refused(self):
        self.load_session()

        found = self.refused("duty_problems", [["年度", "党支部", "问题"], [2022, "市江苏商会党支部", "活动少"]])

        self.assertIn("请先导入述职评议台账。", str(found))
        self.assertEqual(DutyReport.objects.count(), 0)
