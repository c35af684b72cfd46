from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from core.choices import BatchStatus
from core.excel.applying import apply_batch
from core.excel.undoing import TouchedError, undo_batch
from core.models import AuditEntry
from organizations.models import BranchCoverage, BranchPost, PartyBranch, SocialOrganization
from tests.factories import make_committee, make_staff

from .excel_data import HEAD, body, bring, bring_in, code, counts, errors, workbook


def dump(model):
    return sorted(
        model.objects.values_list(
            *[f.attname for f in model._meta.concrete_fields if f.name not in ("updated_at", "version")]
        )
    )


class ImportTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def test_new_rows_are_written_once_with_stamps_and_audit(self):
        batch = bring_in(workbook([HEAD, body(1), body(2)]), self.user)

        self.assertEqual(batch.status, BatchStatus.APPLIED)
        self.assertEqual(counts(batch), (2, 0, 0, 0))
        row = SocialOrganization.objects.get(code=code(1))
        self.assertEqual((row.committee, row.created_by, row.version), (self.user.committee, self.user, 1))
        self.assertEqual((row.registered_on, row.staff_count, row.grade), (date(2015, 3, 1), 5, "3A"))
        self.assertIn("sd1xh", row.search)
        self.assertEqual(AuditEntry.objects.filter(batch=batch, event="create").count(), 2)

    def test_the_same_file_twice_changes_nothing(self):
        content = workbook([HEAD, body(1), body(2)])
        bring_in(content, self.user)

        self.assertEqual(counts(bring(content, self.user)), (0, 0, 2, 0))

    def test_a_changed_cell_is_shown_old_and_new_and_undone_exactly(self):
        bring_in(workbook([HEAD, body(1), body(2)]), self.user)
        before = dump(SocialOrganization)

        batch = bring_in(workbook([HEAD, body(1, 从业人员数=9, 住所=""), body(3)]), self.user)

        self.assertEqual(counts(batch), (1, 1, 0, 0))
        self.assertEqual(batch.rows.get(action="changed").values, {"人员—从业人员数": ["5", "9"]})
        self.assertEqual(SocialOrganization.objects.get(code=code(1)).address, "示例路1号")
        undo_batch(batch, by=self.user)
        self.assertEqual(dump(SocialOrganization), before)

    def test_undo_is_refused_with_the_rows_that_were_edited(self):
        batch = bring_in(workbook([HEAD, body(1), body(2)]), self.user)
        SocialOrganization.objects.filter(code=code(2)).update(version=2, remark="改")

        with self.assertRaises(TouchedError) as caught:
            undo_batch(batch, by=self.user)

        self.assertEqual([row[:3] for row in caught.exception.rows], [(3, "市第2协会", "之后被改动过")])
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.APPLIED)

    def test_confirming_twice_is_refused(self):
        batch = bring(workbook([HEAD, body(1)]), self.user)
        again = type(batch).objects.get(pk=batch.pk)
        apply_batch(batch, by=self.user)

        with self.assertRaises(ValidationError):
            apply_batch(again, by=self.user)

        self.assertEqual(SocialOrganization.objects.count(), 1)

    def test_a_row_that_changed_since_the_preview_stops_the_batch(self):
        bring_in(workbook([HEAD, body(1)]), self.user)
        batch = bring(workbook([HEAD, body(1, 备注="新"), body(2)]), self.user)
        SocialOrganization.objects.update(version=7)

        with self.assertRaises(ValidationError) as caught:
            apply_batch(batch, by=self.user)

        self.assertIn("第2行的“市第1协会”被别人改动过", caught.exception.messages[0])
        self.assertEqual(SocialOrganization.objects.count(), 1)
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.PREVIEWED)

    def test_blank_keeps_and_clear_word_clears(self):
        bring_in(workbook([HEAD, body(1)]), self.user)

        bring_in(workbook([HEAD, body(1, 住所="清空", 从业人员数="", 专职人员数="—", 联系电话="无")]), self.user)

        row = SocialOrganization.objects.get()
        self.assertEqual((row.address, row.staff_count, row.full_time_count, row.phone), ("", 5, None, ""))

    def test_office_layout_with_title_groups_total_and_notes(self):
        rows = [
            ["社会组织党建工作台账"],
            ["填报单位（盖章）：", None, None, "填报时间：2023年3月25日"],
            ["序号", "单位名称", "信用代码", "类型", "登记日期", "联系电话", "人员", None, "备注"],
            [None, None, None, None, None, None, "从业人员数", "专职人员数", None],
            [1, "市 第1 协会", code(1).lower(), "社团", "２０１５．３．１", "138 0000 0001", "１２人", 3, None],
            [None] * 9,
            [2, "市第2协会", code(2), "社会团体", 201503.0, "0550-1234567", 4, 1, None],
            ["合  计", None, None, None, None, None, 16, 4, None],
            ["单位负责人：张三", None, "填表人：李四"],
        ]

        batch = bring(workbook(rows), self.user)

        self.assertEqual(errors(batch), [])
        self.assertEqual(counts(batch), (2, 0, 0, 0))
        self.assertEqual(batch.report["skipped"], {"标题": [1, 2], "合计": [8], "填表人": [9]})
        self.assertEqual(sorted(batch.rows.values_list("number", flat=True)), [5, 7])
        apply_batch(batch, by=self.user)
        row = SocialOrganization.objects.get(code=code(1))
        self.assertEqual(
            (row.name, row.kind, row.registered_on, row.staff_count), ("市第1协会", "51", date(2015, 3, 1), 12)
        )

    def test_every_wrong_cell_is_named(self):
        rows = [
            HEAD,
            body(1, 统一社会信用代码=513417000000000001, 登记日期="2009.13.1"),
            body(2, 类型="协会团体", 联系电话="123"),
            body(3, 统一社会信用代码=code(3)[:17] + "I"),
            body(4),
            body(5, 统一社会信用代码=code(4), 社会组织名称="另一家"),
            body(6, 专职人员数=9),
            body(7, 统一社会信用代码=code(7, "52")),
            body(8, 登记日期=1998.1),
            body(9, 社会组织名称=None),
            body(10, 住所="长" * 121),
        ]

        found = errors(bring(workbook(rows), self.user))

        self.assertEqual(
            [e.split()[0] for e in found], ["2C", "2E", "3D", "3F", "4C", "6C", "7H", "8C", "9E", "10B", "11K"]
        )
        self.assertIn("18位代码存成了数字", found[0])
        self.assertIn("没有13月", found[1])
        self.assertIn("与第5行", found[5])
        self.assertIn("专职人员数不能多于从业人员数", found[6])
        self.assertIn("分不清是1月还是10月", found[8])
        self.assertEqual(SocialOrganization.objects.count(), 0)

    def test_another_workbook_is_answered_with_the_expected_headings(self):
        batch = bring(workbook([["工号", "部门", "工资"], [1, "办公室", 2]]), self.user)

        self.assertEqual(batch.status, BatchStatus.REJECTED)
        self.assertIn("应有的栏目：社会组织名称、统一社会信用代码", batch.report["fatal"])

    def test_csv_in_gbk_and_utf8(self):
        text = ",".join(HEAD) + "\n" + ",".join(str(c) for c in body(1)) + "\n"

        for encoding in ("gb18030", "utf-8-sig"):
            batch = bring(text.encode(encoding), self.user, name="台账.csv")
            self.assertEqual((errors(batch), counts(batch)), ([], (1, 0, 0, 0)))


class PartTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        bring_in(workbook([HEAD, body(1), body(2), body(3)]), cls.user)

    HEAD = [
        "党组织全称",
        "类别",
        "成立时间",
        "上级党组织",
        "书记姓名",
        "书记任职时间",
        "书记电话",
        "覆盖单位",
        "覆盖方式",
    ]

    def branch(self, *rows):
        return workbook([self.HEAD, *rows])

    def test_parts_are_made_changed_ended_and_undone(self):
        first = self.branch(
            [
                "中共市一支部",
                "党支部",
                "2015.3",
                "中共市总支",
                "王假",
                "2015.3",
                "13800000000",
                "市第1协会、第2协会",
                "联合组建",
            ],
            ["中共市总支", "党总支", "2014-01-01", None, "李虚", "2014.1", None, None, None],
        )
        batch = bring(first, self.user, "test-branches")
        self.assertEqual(errors(batch), [])
        apply_batch(batch, by=self.user)
        branch = PartyBranch.objects.get(name="中共市一支部")
        self.assertEqual(branch.parent.name, "中共市总支")
        self.assertEqual(BranchPost.objects.filter(post="secretary", end=None).count(), 2)
        self.assertEqual(BranchCoverage.objects.filter(branch=branch, method="joint").count(), 2)
        self.assertEqual(counts(bring(first, self.user, "test-branches")), (0, 0, 2, 0))
        before = [dump(m) for m in (PartyBranch, BranchPost, BranchCoverage)]

        second = bring_in(
            self.branch(
                ["中共市一支部", None, None, None, "赵新", "2022-05-01", None, "市第1协会，市第3协会", "联合组建"]
            ),
            self.user,
            "test-branches",
        )

        self.assertEqual(counts(second), (0, 1, 0, 0))
        old, new = BranchPost.objects.filter(branch=branch).order_by("start")
        self.assertEqual((old.person_name, old.end, new.person_name, new.end), ("王假", date(2022, 5, 1), "赵新", None))
        self.assertEqual(BranchCoverage.objects.filter(branch=branch, end=None).count(), 3)
        undo_batch(second, by=self.user)
        self.assertEqual([dump(m) for m in (PartyBranch, BranchPost, BranchCoverage)], before)
        batch.refresh_from_db()

    def test_unknown_names_get_a_suggestion(self):
        batch = bring(
            self.branch(["中共甲支部", "党支部", "2015.3", None, "王假", "2015.3", None, "市第1商会", "联合组建"]),
            self.user,
            "test-branches",
        )

        self.assertEqual(len(errors(batch)), 1)
        self.assertIn("社会组织里没有“市第1商会”。是不是“市第1协会”？", errors(batch)[0])

    def test_a_body_cannot_be_covered_twice(self):
        row = ["党支部", "2015.3", None, "王假", "2015.3", None, "市第1协会", "单独组建"]

        batch = bring(self.branch(["中共甲支部", *row], ["中共乙支部", *row]), self.user, "test-branches")

        self.assertEqual(len(errors(batch)), 1)
        self.assertIn("一个社会组织同时只能由一个党组织", errors(batch)[0])
