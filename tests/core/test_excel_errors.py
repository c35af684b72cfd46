"""The workbook with 25 kinds of error: exactly those cells, mended and brought again none."""

import io

import openpyxl
from django.test import TestCase

from core.choices import BatchStatus
from core.excel.annotating import RED, annotated
from core.excel.pasting import form_columns, header_lines
from core.excel.preview import excerpt, unresolved
from core.excel.sheet import get_sheet
from core.excel.staging import error_lines
from organizations.models import SocialOrganization
from tests.factories import make_committee, make_staff

from .excel_data import bring, bring_in, code, counts, save

LABELS = [c.label for c in form_columns(get_sheet("organizations"))]


def line(number, **changes):
    values = {
        "社会组织名称": f"示例市第{number}协会",
        "统一社会信用代码": code(number),
        "类型": "社会团体",
        "登记日期": "2015-03-01",
        "登记状态": "正常",
        "党建管理归口": "综合党委直管",
        "联系电话": f"138{number:08d}",
        "从业人员数": 12,
        "专职人员数": 5,
        **changes,
    }
    return [values.get(label) for label in LABELS]


def cell(label, row):
    return f"{openpyxl.utils.get_column_letter(LABELS.index(label) + 1)}{row}"


# column, wrong value, part of the sentence, right value
ERRORS = [
    ("社会组织名称", None, "没有填。新增的行必须填写", "示例市第2协会"),
    ("统一社会信用代码", code(3)[:17] + "?", "第18位是字符?", code(3)),
    ("统一社会信用代码", code(4)[:-1], "应为18位，现在是17位", code(4)),
    ("统一社会信用代码", 513417000000000000, "存成了数字，末几位已丢失", code(5)),
    ("登记日期", "1850-01-01", "年份1850不合理", "1985-01-01"),
    ("统一社会信用代码", code(7)[:17] + ("A" if code(7)[17] != "A" else "B"), "校验码不对", code(7)),
    ("统一社会信用代码", code(1), "与第3行的“统一社会信用代码”相同，是重复的行", code(8)),
    ("类型", "协会学会", "没有“协会学会”这一项", "社会团体"),
    ("登记日期", "2009.13.1", "没有13月", "2009-12-01"),
    ("登记日期", "2009-02-30", "2009年2月没有30日", "2009-02-28"),
    ("登记日期", "去年秋天", "看不懂日期“去年秋天”", "2022-10-01"),
    ("登记日期", 2009.1, "分不清是1月还是10月", "2009-10-01"),
    ("登记日期", 2009, "只写了年份2009", "2009-06-01"),
    ("注销日期", "2020-01-01", "注销", None),
    ("联系电话", "1380013800", "手机号码应为11位", "13800138000"),
    ("从业人员数", "二十来个", "不是整数", 20),
    ("从业人员数", -3, "不能是负数", 30),
    ("统一社会信用代码", code(19, "52"), "与类型", code(19)),
    ("从业人员数", 99999999999, "太大", 99),
    ("专职人员数", 13, "专职人员数不能多于从业人员数", 12),
    ("行业协会商会", "也许", "应写“是”或“否”", "是"),
    ("孵化期数", "99", "孵化入驻批次里没有“99”", None),
    ("备注", "长" * 201, "有201个字，最多200个字", "长" * 200),
    ("联系电话", "2345678", "区号", "0556-2345678"),
    ("指导员选派日期", "2099-01-01", "选派", None),
]
ADVICE = "写错了的改过来；确是新的，先导入《孵化入驻批次》。"
FIRST = 4  # the row of the first error; above it the headings and one right row


def places():
    return [cell(error[0], row) for row, error in enumerate(ERRORS, FIRST)]


def book(column):
    """One wrong cell a row (column 1), or the same rows mended (column 3)."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "台账"
    for words in header_lines(form_columns(get_sheet("organizations"))):
        sheet.append(words)
    sheet.append(line(1))
    for number, error in enumerate(ERRORS, 2):
        sheet.append(line(number, **{error[0]: error[column]}))
    return workbook


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def comments(page):
    return sorted(c.coordinate for row in page for c in row if c.comment)


def red(page):
    return sorted(c.coordinate for row in page for c in row if c.fill.fgColor.rgb == RED)


class TwentyFiveErrorsTests(TestCase):
    maxDiff = None

    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def bring(self, workbook):
        return bring(save(workbook), self.user, "organizations")

    def test_exactly_these_cells_are_wrong(self):
        batch = self.bring(book(1))

        found = [(f"{letter}{row}", sentence) for row, letter, _, sentence in error_lines(batch)]
        self.assertEqual((len(ERRORS), [place for place, _ in found]), (25, places()))
        self.assertEqual([e[2] for e, (_, s) in zip(ERRORS, found, strict=True) if e[2] not in s], [])
        self.assertEqual((batch.status, counts(batch)), (BatchStatus.REJECTED, (1, 0, 0, 25)))
        self.assertEqual(SocialOrganization.objects.count(), 0)

    def test_the_marked_copy_shows_them_mended_and_sent_again_none_is_left(self):
        copy = opened(annotated(self.bring(book(1))))
        page, summary = copy["台账"], copy["错误汇总"]
        self.assertEqual((comments(page), red(page)), (sorted(places()), sorted(places())))
        listed = [f"{row[1].value}{row[0].value}" for row in summary.iter_rows(min_row=2, max_row=26)]
        self.assertEqual(listed, places())
        self.assertEqual(summary["A2"].hyperlink.location or summary["A2"].hyperlink.target, f"#'台账'!{places()[0]}")
        self.assertEqual([c.value for c in summary[6]][4:], ["1850-01-01", "示例市第6协会"])
        self.assertEqual([c.value for c in summary[29]][2:], ["孵化期数", ADVICE, "99", 1])

        for row, error in enumerate(ERRORS, FIRST):
            page[cell(error[0], row)] = error[3]
        page["A40"].comment = openpyxl.comments.Comment("请局里核对", "王科员")
        again = self.bring(copy)
        self.assertEqual((list(error_lines(again)), counts(again)), ([], (26, 0, 0, 0)))

        page[places()[0]] = None
        clean = opened(annotated(self.bring(copy)))["台账"]
        self.assertEqual((comments(clean), red(clean)), (sorted([places()[0], "A40"]), [places()[0]]))

    def test_a_comment_of_the_sender_on_a_wrong_cell_survives_both_ways(self):
        workbook = book(1)
        place = places()[0]
        workbook.active[place].comment = openpyxl.comments.Comment("名称待定", "王科员")

        copy = opened(annotated(self.bring(workbook)))
        self.assertIn("没有填", copy["台账"][place].comment.text)
        self.assertIn("原批注：名称待定", copy["台账"][place].comment.text)
        copy["台账"][place] = "示例市第2协会"

        clean = opened(annotated(self.bring(copy)))["台账"]
        self.assertEqual(clean[place].comment.text, "名称待定")

    def test_the_same_file_twice_changes_nothing(self):
        bring_in(save(book(3)), self.user, "organizations")

        again = self.bring(book(3))

        self.assertEqual(counts(again), (0, 0, 26, 0))


class UnresolvedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        bring_in(save(book(3)), cls.user, "organizations")

    def test_every_wrong_cell_is_among_the_columns_shown_and_told_under_its_row(self):
        wrong = {
            "类型": "协会学会", "登记日期": "去年秋天", "联系电话": "1380", "从业人员数": "二十来个", "专职人员数": "x",
            "评估等级": "9A", "行业协会商会": "也许", "注销日期": "x", "孵化期数": "99", "备注": "长" * 201,
        }  # fmt: skip
        workbook = openpyxl.Workbook()
        for row in [
            LABELS,
            *(line(50 + n, **{label: wrong[label]}) for n, label in enumerate(wrong)),
            line(70, **wrong),
        ]:
            workbook.active.append(row)
        shown = excerpt(bring(save(workbook), self.user, "organizations"))

        headings = [heading for _, heading in shown.headings]
        self.assertEqual(headings, ["社会组织名称", *sorted(wrong, key=LABELS.index)])
        for row, labels in zip(shown.rows, [*([label] for label in wrong), headings[1:]], strict=True):
            with self.subTest(row.number):
                self.assertEqual([h for h, c in zip(headings, row.cells, strict=True) if c.is_wrong], labels)
                letters = [cell(label, "") for label in labels]
                self.assertEqual(
                    [place for place, _ in row.errors],
                    [f"{letter}列“{label}”" for letter, label in zip(letters, labels, strict=True)],
                )
        self.assertEqual(shown.rows[0].cells[1].text, "协会学会")

    def test_names_that_no_ledger_has_are_listed_with_what_is_near_and_what_to_do(self):
        head = ["党组织全称", "类别", "成立时间", "覆盖单位", "上级党组织"]
        rows = [
            head,
            ["中共甲支部委员会", "党支部", "2015-03-01", "示例市第三协会", "中共总支"],
            ["中共乙支部委员会", "党支部", "2015-03-01", "示例市第4协会", None],
            ["中共丙支部委员会", "党支部", "2015-03-01", "诗例市第5协会", "中共总支"],
            ["中共丁支部委员会", "党支部", "2015-03-01", None, None],
        ]
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        batch = bring(save(workbook), self.user, "branches")

        names = {n["text"]: n for n in unresolved(batch)}
        self.assertEqual(
            {t: n["count"] for t, n in names.items()}, {"中共总支": 2, "示例市第三协会": 1, "诗例市第5协会": 1}
        )
        self.assertEqual(names["诗例市第5协会"]["near"][0], "示例市第5协会")  # it sounds the same
        self.assertEqual(names["中共总支"]["where"], "第2、4行")
        self.assertEqual((names["示例市第三协会"]["kind"], names["中共总支"]["kind"]), ("organizations", "branches"))
        self.assertIn("先导入《社会组织党建工作台账》", names["示例市第三协会"]["advice"])
        rows = [(row.number, row.beside) for row in excerpt(batch).rows]
        self.assertEqual(rows, [(2, False), (3, True), (4, False), (5, True)])
