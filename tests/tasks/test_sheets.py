"""The workbooks of this app, read as offices lay them out, and the same file a second time."""

from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.test import TestCase

from core.choices import BatchStatus
from core.excel import all_sheets
from core.excel.applying import apply_batch
from organizations.models import IncubationBatch
from tasks.models import (
    Activity,
    AgendaItem,
    ConveyedDocument,
    JointMeeting,
    MeetingAttendance,
    MeetingRequirement,
    PlanItem,
    Problem,
    Resolution,
    TaskAssignment,
    TaskItem,
    TaskList,
    Training,
    TrainingParticipant,
)
from tests.core.excel_data import bring, errors, workbook
from tests.factories import make_branch, make_committee, make_organization, make_staff

Q1 = 2023 * 4
TITLE = "2023年第一季度全市非公企业和社会组织党建工作任务清单"
KINDS = {
    "task_items", "assignments", "activities", "joint_meetings", "meeting_documents", "agenda", "meeting_requirements",
    "meeting_attendance", "resolutions", "training", "training_participants", "problems", "plans",
}  # fmt: skip
ITEM_HEAD = [
    "序号",
    "任务序号",
    "类别",
    "工作任务",
    "具体要求",
    "责任领导",
    "责任科室",
    "完成时限",
    "责任范围",
    "选定党支部",
    "清单状态",
    "发文机关",
]


class SheetTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 29))
        cls.staff = make_staff(cls.committee)
        cls.builders = make_organization(cls.committee, name="示例市建筑业协会", short_name="市建筑业协会")
        cls.chamber = make_organization(cls.committee, name="示例市江苏商会", short_name="市江苏商会")
        cls.branch = make_branch(cls.committee, short_name="市建筑业协会党支部")
        cls.second = make_branch(cls.committee, short_name="市江苏商会党支部")
        IncubationBatch.objects.create(committee=cls.committee, number=6)

    def bring(self, kind, *rows):
        return bring(workbook([list(r) for r in rows]), self.staff, kind=kind)

    def load(self, kind, *rows):
        """Import, then the same file again: it must change nothing."""
        batch = self.bring(kind, *rows)
        self.assertEqual(batch.status, BatchStatus.PREVIEWED, errors(batch) or batch.report)
        apply_batch(batch, by=self.staff)
        again = self.bring(kind, *rows)
        self.assertEqual((again.new_count, again.changed_count), (0, 0), (kind, again.report))
        return batch

    def load_list(self):
        return self.load(
            "task_items",
            [f"《{TITLE}》"],
            ["填报单位（盖章）：", "", "填报时间：2023年3月1日"],
            ITEM_HEAD,
            [1, 1, "思想政治建设", "书记讲专题党课", "讲一次", "李样本", "综合党委办公室", "2023-03-31", "全部党支部", "", "已下发", "市委非公工委"],
            [2, 2, "监管与年检", "党建入章自查", "逐家核对", "李样本", "综合党委办公室", "2023-03-25", "选定党支部", "市江苏商会党支部", "已下发", "市委非公工委"],
        )  # fmt: skip

    def test_every_workbook_is_registered_and_names_real_fields(self):
        sheets = {s.kind: s for s in all_sheets() if s.kind in KINDS}
        self.assertEqual(set(sheets), KINDS)
        wrong = []
        for sheet in sheets.values():
            owners = {part.name: part.model_class for part in (*sheet.parts, *sheet.parents)}
            for column in sheet.columns:
                try:
                    if column.field:
                        owners.get(column.owner, sheet.model_class)._meta.get_field(column.name)
                except FieldDoesNotExist:
                    wrong.append((sheet.kind, column.field))
        self.assertEqual(wrong, [])

    def test_task_list_takes_title_and_quarter_from_the_title_row(self):
        self.load_list()

        task_list = TaskList.objects.get()
        self.assertEqual((task_list.title, task_list.quarter, task_list.status), (TITLE, Q1, "issued"))
        self.assertEqual(task_list.issued_by, "市委非公工委")
        first, second = task_list.items.all()
        self.assertEqual((first.number, first.start, first.due), (1, date(2023, 1, 1), date(2023, 3, 31)))
        self.assertEqual((second.scope, list(second.branches.all())), ("chosen", [self.second]))

    def test_items_without_a_number_are_numbered_in_their_order(self):
        self.load(
            "task_items", [TITLE], ["序号", "工作任务", "完成时限"], [7, "甲", "2023-03-31"], [8, "乙", "2023-03-31"]
        )

        self.assertEqual(list(TaskItem.objects.values_list("number", "text")), [(1, "甲"), (2, "乙")])

    def test_assignments_find_item_and_branch(self):
        self.load_list()
        head = ["清单名称", "任务序号", "党支部", "状态", "完成情况", "提交日期", "通过日期"]
        self.load(
            "assignments",
            ["任务完成情况"],
            head,
            [TITLE, 1, "市建筑业协会党支部", "已通过", "3月22日讲党课，36人。", "2023-03-23", "2023-03-25"],
            [TITLE, 1, "市江苏商会党支部", "未签收", "", "", ""],
            [TITLE, 2, "本级", "进行中", "", "", ""],
        )

        row = TaskAssignment.objects.get(branch=self.branch)
        self.assertEqual((row.status, row.quarter, row.due), ("passed", Q1, date(2023, 3, 31)))
        self.assertEqual((row.submitted_on, row.passed_on), (date(2023, 3, 23), date(2023, 3, 25)))
        self.assertEqual(TaskAssignment.objects.get(branch=None).status, "accepted")
        self.assertEqual(TaskAssignment.objects.overdue(date(2023, 3, 29)).count(), 1)

    def test_assignment_of_an_unknown_item_is_refused(self):
        self.load_list()
        batch = self.bring(
            "assignments", ["清单名称", "任务序号", "党支部", "状态"], [TITLE, 9, "市江苏商会党支部", "未签收"]
        )

        self.assertEqual(batch.status, BatchStatus.REJECTED)
        self.assertIn("清单里没有序号是9的任务", str(errors(batch)))

    def test_activities_with_branches_bodies_and_batch(self):
        head = [
            "日期",
            "类型",
            "主题",
            "组织单位",
            "参加单位",
            "综合党委组织",
            "入驻批次",
            "归属季度",
            "主持人",
            "应到人数",
            "实到人数",
            "亮点",
            "可用于总结",
        ]
        rows = [
            ["2023-04-04", "主题党日", "清明节祭扫英烈", "市建筑业协会党支部、市江苏商会", "", "", "", "2023年第一季度", "周拟名", 20, 18, "祭扫烈士墓", "是"],
            ["2023-03-10", "参观学习", "追寻革命先辈足迹", "综合党委", "市建筑业协会、市江苏商会", "是", "第六期", "", "", "", "", "", ""],
        ]  # fmt: skip
        self.load("activities", ["2023年第一季度活动纪实"], head, *rows)

        first = Activity.objects.get(theme="清明节祭扫英烈")
        self.assertEqual((first.quarter, first.usable_for_summary), (Q1, True))
        parties = [(p.role, p.branch, p.organization) for p in first.parties.all()]
        self.assertEqual(parties, [("organizer", self.branch, None), ("organizer", None, self.chamber)])
        second = Activity.objects.get(theme="追寻革命先辈足迹")
        self.assertEqual((second.batch.number, second.is_by_committee, second.quarter), (6, True, Q1))
        self.assertEqual([p.organization for p in second.parties.all()], [self.builders, self.chamber])

    def test_activity_organizers_can_be_replaced(self):
        head = ["日期", "类型", "主题", "组织单位"]
        self.load("activities", head, ["2023-03-10", "主题党日", "学习", "市建筑业协会党支部、市江苏商会"])
        self.load("activities", head, ["2023-03-10", "主题党日", "学习", "市江苏商会、市江苏商会党支部"])

        self.assertEqual({str(p) for p in Activity.objects.get().parties.all()}, {"市江苏商会", "市江苏商会党支部"})

    def test_activity_with_more_present_than_expected_is_refused(self):
        batch = self.bring(
            "activities", ["日期", "类型", "主题", "应到人数", "实到人数"], ["2023-03-10", "主题党日", "学习", 10, 12]
        )

        self.assertIn("实到12人多于应到10人", str(errors(batch)))

    def load_meeting(self):
        self.load(
            "joint_meetings",
            ["年度", "第几次", "会议名称", "日期", "地点", "会议主旨", "状态"],
            [2023, 1, "行业协会商会联席会议", "2023-03-24", "市民政局会议室", "更好发挥商协会作用", "纪要已印发"],
        )

    def test_joint_meeting_and_its_lines(self):
        self.load_meeting()
        where = ["年度", "第几次"]
        self.load(
            "meeting_documents", [*where, "发文机关", "文件标题", "文号"], [2023, 1, "省民政厅", "关于学习的通知", ""]
        )
        self.load("agenda", [*where, "议题", "发言单位"], [2023, 1, "通报党建工作", "综合党委"])
        self.load("meeting_requirements", [*where, "要求", "顺序"], [2023, 1, "把党的二十大精神贯穿全过程", 1])
        self.load("meeting_attendance", [*where, "单位", "是否到会", "身份", "姓名"],
                  [2023, 1, "市建筑业协会", "是", "会长", "周拟名"], [2023, 1, "市江苏商会", "否", "", ""])  # fmt: skip
        self.load("resolutions", [*where, "议定事项", "责任单位", "完成时限", "状态", "办结日期"],
                  [2023, 1, "建立联络员制度", "市建筑业协会", "2023-06-30", "已办结", "2023-05-10"])  # fmt: skip

        meeting = JointMeeting.objects.get()
        self.assertEqual((meeting.quarter, meeting.status), (Q1, "minuted"))
        for model in (ConveyedDocument, AgendaItem, MeetingRequirement, Resolution):
            self.assertEqual(model.objects.get().meeting, meeting, model)
        self.assertEqual(MeetingAttendance.objects.present().get().organization, self.builders)
        self.assertEqual(Resolution.objects.get().done_on, date(2023, 5, 10))

    def test_lines_of_a_meeting_that_is_not_there_are_refused(self):
        batch = self.bring("agenda", ["年度", "第几次", "议题"], [2023, 2, "通报"])

        self.assertEqual(batch.status, BatchStatus.REJECTED)
        self.assertIn("没有2023年第2次联席会议", str(errors(batch)))

    def test_training_and_participants(self):
        self.load(
            "training",
            ["培训名称", "培训对象", "开始日期", "学时", "状态"],
            ["党务培训", "党支部书记", "2023-03-16", 8, "已举办"],
        )
        self.load("training_participants", ["培训名称", "开始日期", "党支部", "姓名", "是否到课"],
                  ["党务培训", "2023-03-16", "市建筑业协会党支部", "张示例", "是"],
                  ["党务培训", "2023-03-16", "", "李样本", "否"])  # fmt: skip

        training = Training.objects.held().get()
        self.assertEqual((training.end, training.quarter), (date(2023, 3, 16), Q1))
        self.assertEqual(TrainingParticipant.objects.filter(attended=True).get().branch, self.branch)

    def test_problems_and_plans(self):
        self.load(
            "problems",
            ["季度", "类别", "问题", "举例", "原因"],
            ["2023Q1", "书记能力", "部分书记能力不高", "程序不规范", "缺少培训"],
        )
        self.load(
            "plans", ["季度", "小标题", "内容", "状态"], ["2023年第二季度", "加强培训", "加大培训力度。", "正在推进"]
        )

        self.assertEqual(Problem.objects.get().quarter, Q1)
        self.assertEqual((PlanItem.objects.get().quarter, PlanItem.objects.get().status), (Q1 + 1, "underway"))
