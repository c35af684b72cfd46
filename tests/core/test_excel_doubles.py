"""A line that repeats another one is told so together with everything else that is wrong with it."""

from datetime import date
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from core.excel import planning
from organizations.models import BranchPost, PartyBranch
from tests.factories import make_committee, make_staff

from .excel_data import HEAD, body, bring, bring_in, code, counts, errors, workbook

FULL = "专职人员数不能多于从业人员数"
BRANCH = ["党组织全称", "类别", "成立时间", "书记姓名", "任职时间", "书记电话"]


def double(first, label="统一社会信用代码"):
    return f"与第{first}行的“{label}”相同，是重复的行。请核对，改正或删去其中一行。"


class DoubleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def told(self, *rows):
        """The sentences of each wrong row, without the column's letter."""
        batch = bring(workbook([HEAD, *rows]), self.user)
        return {
            r.number: sorted(e["m"] for e in r.errors) for r in batch.rows.filter(action="wrong").order_by("number")
        }

    def test_other_errors_of_the_line_are_told_with_it(self):
        found = self.told(
            body(1),
            body(1, 专职人员数=9),
            body(1, 类型="", 登记日期="去年秋天"),
            body(1, 社会组织名称="", 评估等级="9A", 类型=""),
        )

        lack = "没有填。新增的行必须填写。"
        self.assertEqual(sorted(found), [3, 4, 5])
        self.assertEqual(len(found[3]), 2)
        self.assertIn(double(2), found[3])
        self.assertTrue(any(FULL in sentence for sentence in found[3]))
        self.assertEqual(len(found[4]), 3)
        self.assertLessEqual({double(2), f"“类型”{lack}"}, {*found[4]})
        self.assertEqual(len(found[5]), 4)
        self.assertLessEqual({double(2), f"“类型”{lack}", f"“社会组织名称”{lack}"}, {*found[5]})

    def test_one_double_is_one_error(self):
        rows = [body(1), body(1), body(1), body(2)]
        self.assertEqual(self.told(*rows), {3: [double(2)], 4: [double(2)]})
        bring_in(workbook([HEAD, body(1), body(2)]), self.user)
        self.assertEqual(self.told(*rows), {3: [double(2)], 4: [double(2)]})

    def test_the_first_may_stand_in_an_earlier_part_of_a_long_file(self):
        bring_in(workbook([HEAD, body(1)]), self.user)
        with mock.patch.object(planning, "CHUNK", 2):
            found = self.told(body(1), body(2), body(3), body(1, 专职人员数=9), body(1, 专职人员数=8), body(2))

        self.assertEqual(sorted(found), [5, 6, 7])
        for number in (5, 6):
            self.assertEqual(len(found[number]), 2)
            self.assertIn(double(2), found[number])
        self.assertEqual(found[7], [double(3)])

    def test_a_row_called_by_two_keys_is_told_with_its_other_errors(self):
        bring_in(workbook([HEAD, body(1)]), self.user)
        found = self.told(body(1), body(1, 统一社会信用代码="", 专职人员数=9))

        self.assertEqual(len(found[3]), 2)
        self.assertIn("与第2行是同一条（市第1协会），请核对，只留一行。", found[3])

    def test_what_a_line_lacks_is_told_beside_a_cell_that_cannot_be_read(self):
        lack = "“类型”没有填。新增的行必须填写。"
        self.assertEqual(len(self.told(body(1, 类型="", 登记日期="去年秋天"))[2]), 2)
        self.assertIn(lack, self.told(body(1, 类型="", 登记日期="去年秋天"))[2])
        self.assertNotIn(lack, self.told(body(1, 类型="", 统一社会信用代码=code(1)[:-1]))[2])  # it may be there already
        bring_in(workbook([HEAD, body(1)]), self.user)
        self.assertEqual(len(self.told(body(1, 类型="", 登记日期="去年秋天"))[2]), 1)

    def test_the_line_before_it_is_judged_by_its_own_cells(self):
        def line(name, since, who="王假"):
            return [name, "党支部", "2015-03-01", who, since, "13800000000"]

        bring_in(workbook([BRANCH, line("中共甲支部", "2016-01-01")]), self.user, "test-branches")
        rows = [BRANCH, line("中共甲支部", "2018-01-01", "李新"), line("中共甲支部", "2015-06-01", "赵早")]
        batch = bring(workbook(rows), self.user, "test-branches")

        self.assertEqual(counts(batch), (0, 1, 0, 1))
        self.assertEqual(len(errors(batch)), 2)
        self.assertTrue(all(sentence.startswith("3") for sentence in errors(batch)))
        self.assertTrue(any("原有的“书记”自2016-01-01起" in sentence for sentence in errors(batch)))
        bring_in(workbook(rows[:2]), self.user, "test-branches")
        branch = PartyBranch.objects.get()
        current = BranchPost.objects.get(branch=branch, end=None)
        self.assertEqual((current.person_name, current.start), ("李新", date(2018, 1, 1)))

    def test_many_doubles_ask_the_database_no_more(self):
        bring_in(workbook([HEAD, body(1)]), self.user)
        asked = []
        for count in (2, 40):
            with CaptureQueriesContext(
                connection,
            ) as found:
                bring(workbook([HEAD, *[body(1)] * count]), self.user)
            asked.append(len(found))
        self.assertEqual(asked[0], asked[1])
