import io
import zipfile

import openpyxl
from django.test import RequestFactory, TestCase

from core.choices import BatchStatus
from core.excel.annotating import annotated, annotated_name
from core.excel.binding import Binding
from core.excel.blank import blank_workbook
from core.excel.sheet import all_sheets, get_sheet
from core.excel.words import fits_inline, words_of
from core.excel.writing import export_response, export_to
from core.excel.xml import QUOTED, tail, text_of
from core.models import AuditEntry
from organizations.models import BranchCoverage, PartyBranch, SocialOrganization
from tests.factories import make_committee, make_staff

from .excel_data import HEAD, body, bring, bring_in, code, counts, errors, save, workbook
from .test_excel_import import PartTests


def exported(kind, user, queryset=None, full=True):
    sheet = get_sheet(kind)
    stream = io.BytesIO()
    export_to(
        stream, sheet, sheet.queryset(user) if queryset is None else queryset, committee=user.committee, full=full
    )
    return stream.getvalue()


class ExportTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        bring_in(
            workbook([HEAD, body(1), body(2, 类型="基金会", 统一社会信用代码=code(2, "53"), 备注="一行\n又一行")]),
            cls.user,
        )

    def test_an_export_comes_back_without_any_change(self):
        batch = bring(exported("test-bodies", self.user), self.user)

        self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, 2, 0)))

    def test_parts_come_back_without_any_change(self):
        rows = [
            [
                "中共市一支部",
                "党支部",
                "2015-03-01",
                "中共市总支",
                "王假",
                "2015-03-01",
                "13800000000",
                "市第1协会、市第2协会",
                "联合组建",
            ],
            ["中共市总支", "党总支", "2014-01-01", None, "李虚", "2014-01-01", None, None, None],
        ]
        bring_in(workbook([PartTests.HEAD, *rows]), self.user, "test-branches")

        batch = bring(exported("test-branches", self.user), self.user, "test-branches")

        self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, 2, 0)))
        self.assertEqual((PartyBranch.objects.count(), BranchCoverage.objects.count()), (2, 2))

    def test_masked_phones_change_nothing_on_import(self):
        content = exported("test-bodies", self.user, full=False)

        self.assertIn(
            "138****0001", [c.value for row in openpyxl.load_workbook(io.BytesIO(content)).active for c in row]
        )
        self.assertEqual(counts(bring(content, self.user)), (0, 0, 2, 0))

    def test_office_layout(self):
        book = openpyxl.load_workbook(io.BytesIO(exported("test-bodies", self.user)))
        page = book.worksheets[0]

        self.assertEqual(book.sheetnames, ["测试单位台账", "填表说明"])
        self.assertEqual(
            (page["A1"].value, page["A3"].value, page["G3"].value, page["G4"].value),
            ("测试单位台账", "序号", "人员", "从业人员数"),
        )
        self.assertIn("A1:L1", [str(r) for r in page.merged_cells.ranges])
        self.assertIn("G3:H3", [str(r) for r in page.merged_cells.ranges])
        self.assertEqual((page.freeze_panes, page.print_title_rows), ("A5", "$3:$4"))
        self.assertEqual((page.page_setup.orientation, page["C5"].number_format), ("landscape", "@"))
        self.assertEqual([c.value for c in page[7] if c.value], ["单位负责人：", "审核人：", "填表人：", "联系电话："])

    def test_text_that_looks_like_a_formula_stays_text(self):
        SocialOrganization.objects.filter(code=code(1)).update(address='=HYPERLINK("http://x")', remark="@a\x0bb")

        content = exported("test-bodies", self.user)

        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        cell = next(c for row in page for c in row if c.value == '=HYPERLINK("http://x")')
        self.assertEqual((cell.data_type, cell.quotePrefix), ("s", True))
        self.assertIn("@ab", [c.value for row in page for c in row])
        self.assertNotIn(b"<f>", zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml"))

    def test_every_beginning_that_a_spreadsheet_takes_for_a_formula_is_quoted(self):
        for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'):
            with self.subTest(text):
                self.assertIn(f'" s="{QUOTED}" t="inlineStr"><is><t', tail(text))
                self.assertNotIn("<f>", tail(text))

    def test_text_that_is_too_long_for_a_cell_says_so(self):
        text, _style = text_of("长" * 40000)

        self.assertEqual((len(text), text[-20:]), (32767, "〔内容超过32767字，后面的没有导出〕"[-20:]))

    def test_a_list_export_is_logged_and_offered_as_a_download(self):
        request = RequestFactory().get("/x/?export=xlsx&q=a")
        request.user = self.user
        sheet = get_sheet("test-bodies")

        response = export_response(sheet, SocialOrganization.objects.visible_to(self.user).filter(kind="53"), request)

        self.assertIn("attachment", response["Content-Disposition"])
        self.assertEqual(AuditEntry.objects.get(event="export").note, "导出1行。条件：export=xlsx&q=a")
        content = b"".join(response.streaming_content)
        self.assertEqual(openpyxl.load_workbook(io.BytesIO(content)).active["C5"].value, code(2, "53"))


class LabelTests(TestCase):
    def test_a_row_without_a_name_is_called_by_its_key(self):
        user = make_staff(make_committee())
        head = ["核对日期", "核对对象", "核对社会组织"]
        batch = bring(workbook([head, ["2023-03-10", "党建工作信息管理平台", 62]]), user, "ledger_checks")

        self.assertEqual(batch.rows.get().label, "2023-03-10 党建工作信息管理平台")


class DropDownTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        bring_in(workbook([HEAD, *(body(n) for n in range(1, 6))]), cls.user)

    def rules(self, content):
        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        heads = {c.column_letter: c.value for row in page.iter_rows(min_row=3, max_row=4) for c in row if c.value}
        return {
            heads[str(rule.sqref).partition(":")[0].rstrip("0123456789")]: rule
            for rule in page.data_validations.dataValidation
        }

    def test_choices_and_yes_or_no_of_the_rows_have_their_list(self):
        rules = self.rules(exported("test-bodies", self.user))

        self.assertEqual(list(rules), ["类型", "行业协会商会", "评估等级"])
        self.assertEqual(
            [(str(r.sqref), r.formula1) for r in rules.values()][:2],
            [("D5:D9", '"社会团体,民办非企业单位,基金会"'), ("I5:I9", '"是,否"')],
        )
        # another word is asked about, not refused: 清空 and synonyms are understood too
        self.assertEqual({r.errorStyle for r in rules.values()}, {"warning"})

    def test_an_empty_ledger_has_none(self):
        self.assertEqual(self.rules(exported("test-bodies", self.user, SocialOrganization.objects.none())), {})

    def test_every_word_that_an_export_writes_stands_in_its_list(self):
        for sheet in all_sheets():
            for column in sheet.columns:
                words = words_of(sheet, column)
                if words and column.kind == "choice":
                    with self.subTest(sheet.kind, column=column.label):
                        binding = Binding(sheet, column)
                        stored = [value for value in binding.labels if value not in ("", None)]
                        self.assertEqual({binding.words(value) for value in stored} - set(words), set())
                        self.assertTrue(fits_inline(words))

    def test_a_list_that_excel_would_not_take_is_left_out(self):
        self.assertFalse(fits_inline(["长" * 26] * 10))
        self.assertFalse(fits_inline(["甲,乙"]))
        self.assertTrue(fits_inline(["是", "否"]))


class StampTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_staff(cls.committee)

    def refused(self, content, kind):
        batch = bring(content, self.user, kind)
        self.assertEqual(batch.status, BatchStatus.REJECTED)
        return batch.report["fatal"]

    def test_the_form_of_another_ledger_is_named_at_once(self):
        blank = blank_workbook(get_sheet("charters"), self.committee)
        self.assertEqual(
            self.refused(blank, "organizations"),
            "这是《章程入章台账》的表，不是《社会组织党建工作台账》。请到那一项下导入。",
        )
        printed = exported("coverage_gaps", self.user)
        self.assertIn("这是《应建未建和覆盖空白名单》的表", self.refused(printed, "members"))
        self.assertIn("名单由系统算出", self.refused(printed, "members"))

    def test_other_headings_in_an_old_form_count_for_more_than_its_stamp(self):
        book = openpyxl.load_workbook(io.BytesIO(blank_workbook(get_sheet("charters"), self.committee)))
        page = book.worksheets[0]
        page.delete_rows(1, page.max_row)
        for row in (HEAD, body(1)):
            page.append(row)

        self.assertEqual(counts(bring(save(book), self.user)), (1, 0, 0, 0))

    def test_an_edition_of_former_days_is_read_and_said_so(self):
        book = openpyxl.load_workbook(io.BytesIO(blank_workbook(get_sheet("test-bodies"), self.committee)))
        for index, value in enumerate(body(1), 1):
            book.worksheets[0].cell(5, index, value)
        now = bring(save(book), self.user)
        notes = book["填表说明"]
        line = next(row[0] for row in notes if "表样版本" in str(row[0].value))
        line.value = "表样版本：test-bodies-0123ab。"

        old = bring(save(book), self.user)

        self.assertEqual((now.report["notices"], counts(old)), ([], (1, 0, 0, 0)))
        self.assertIn("旧的表样", old.report["notices"][0])


class BlankTests(TestCase):
    def test_a_wide_form_goes_over_several_pages_and_a_narrow_one_stays_on_one(self):
        found = {}
        for kind in ("coverage_plans", "branches", "organizations"):
            page = openpyxl.load_workbook(io.BytesIO(blank_workbook(get_sheet(kind), None))).worksheets[0]
            found[kind] = (page.sheet_properties.pageSetUpPr.fitToPage, page.print_title_cols, len(page.col_breaks.brk))
            groups = [(cells.min_col, cells.max_col) for cells in page.merged_cells.ranges if cells.min_row == 3]
            for cut in page.col_breaks.brk:  # after this column
                self.assertFalse([g for g in groups if g[0] <= cut.id < g[1]], kind)

        self.assertEqual(
            found,
            {"coverage_plans": (True, None, 0), "branches": (False, "$A:$B", 2), "organizations": (False, "$A:$B", 4)},
        )

    def test_every_blank_workbook_is_read_back_with_all_its_columns(self):
        committee = make_committee()
        user = make_staff(committee)
        for sheet in all_sheets():
            if sheet.can_import:
                batch = bring(blank_workbook(sheet, committee), user, sheet.kind)
                self.assertIn("没有数据行", batch.report.get("fatal", ""), sheet.kind)
                read = {heading for _, _, heading, _ in batch.report["columns"]}
                self.assertEqual({c.label for c in sheet.columns if not c.readonly} - read, set(), sheet.kind)

    def test_drop_downs_come_from_a_hidden_sheet_and_refuse_other_words(self):
        book = openpyxl.load_workbook(io.BytesIO(blank_workbook(get_sheet("test-bodies"), None)))
        rules = book.worksheets[0].data_validations.dataValidation

        self.assertEqual(book["字典"].sheet_state, "hidden")
        self.assertTrue(all(r.showErrorMessage for r in rules))
        self.assertEqual(next(r.formula1 for r in rules if r.type == "list"), "字典!$A$2:$A$4")
        self.assertEqual(book.worksheets[0].column_dimensions["C"].number_format, "@")


class AnnotatedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())

    def test_the_senders_workbook_comes_back_marked_and_clean_after_mending(self):
        batch = bring(workbook([HEAD, body(1), body(2, 类型="协会"), body(3, 登记日期="2009.13.1")]), self.user)
        name, content = annotated_name(batch), annotated(batch)
        book = openpyxl.load_workbook(io.BytesIO(content))
        page = book.worksheets[0]
        self.assertEqual(name, "台账（已标注）.xlsx")
        marked = [c.coordinate for row in page for c in row if c.comment]
        self.assertEqual(marked, ["D3", "E4"])
        self.assertIn("没有13月", page["E4"].comment.text)
        self.assertEqual([c.value for c in book["错误汇总"][3]][:3], [4, "E", "登记日期"])

        page["D3"], page["E4"] = "社会团体", "2009-12-01"
        page["F2"] = "123"
        again = bring(save(book), self.user)

        self.assertEqual([e[:2] for e in errors(again)], ["2F"])
        page = openpyxl.load_workbook(io.BytesIO(annotated(again))).worksheets[0]
        self.assertEqual([c.coordinate for row in page for c in row if c.comment], ["F2"])
        self.assertEqual(again.status, BatchStatus.REJECTED)
