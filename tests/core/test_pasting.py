import re

from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.choices import BatchStatus
from core.excel.pasting import MAX_ROWS, block_text, form_columns, parse_block, pasted_rows, read_heads
from core.excel.sheet import all_sheets, get_sheet
from core.models import ImportBatch
from organizations.models import SocialOrganization
from tests.factories import make_committee, make_leader, make_staff

from .excel_data import HEAD, body, code

CELL = st.text(st.sampled_from("甲a1\"\t\n,，; ='")).map(lambda s: s.strip())


class BlockTests(SimpleTestCase):
    def test_quotes_line_breaks_and_doubled_quotes(self):
        text = '名称\t备注\r\n"一行\r\n又一行"\t"他说""好"""\r\n甲"乙"\t"从不闭合\r\n末\t"a\tb"'

        self.assertEqual(
            parse_block(text),
            [["名称", "备注"], ["一行\n又一行", '他说"好"'], ['甲"乙"', '"从不闭合'], ["末", "a\tb"]],
        )

    def test_blank_cells_keep_their_place_and_blank_lines_at_the_end_go(self):
        self.assertEqual(parse_block("a\t\tb\t\n\n\tc\n\n\t\n"), [["a", "", "b", ""], [""], ["", "c"]])

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow for a moment
    @given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=5))
    def test_what_is_written_is_read_again(self, rows):
        rows[-1][0] = rows[-1][0] or "末"

        self.assertEqual(parse_block(block_text(rows)), rows)


class HeadTests(TestCase):
    def test_headings_are_recognized_like_those_of_a_workbook(self):
        sheet = get_sheet("test-bodies")
        heads = read_heads(sheet, [["某市台账"], ["信用代码", "单位名称", "类  型", "成立的日子"], ["x", "y"]])

        labels = [c.label for c in form_columns(sheet)]
        self.assertEqual(heads.first, 2)
        self.assertEqual(
            [labels[p] if p is not None else None for p in heads.places][:3],
            ["统一社会信用代码", "社会组织名称", "类型"],
        )
        self.assertEqual(heads.ignored, ["D列“成立的日子”"])

    def test_without_headings_the_columns_follow_the_blank_form(self):
        sheet = get_sheet("test-bodies")
        row = [str(c) for c in body(1)]

        self.assertEqual(read_heads(sheet, [row[1:]]).places[:3], [0, 1, 2])
        numbered = [[str(n), *row[1:]] for n in (7, 8, 9)]
        self.assertEqual(read_heads(sheet, numbered).places[:3], [None, 0, 1])

    def test_every_kind_knows_its_own_headings_and_what_the_title_says(self):
        make_committee()
        for sheet in all_sheets():
            if sheet.can_import:
                with self.subTest(sheet.kind):
                    labels = [c.label for c in form_columns(sheet)]
                    heads = read_heads(sheet, [labels, ["x"] * len(labels)])
                    self.assertEqual((heads.first, heads.places), (1, list(range(len(labels)))))
        heads = read_heads(
            get_sheet("task_items"),
            [["2023年第一季度社会组织党建任务清单"], ["类别", "工作任务", "完成时限"], ["a", "b", "c"]],
        )
        self.assertIn("2023年第一季度", heads.fills.values())


class PastePageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee())
        cls.address = reverse("core:import-paste", args=["test-bodies"])

    def setUp(self):
        self.client.force_login(self.user)

    def paste(self, rows, **more):
        text = block_text([[str(c) for c in row] for row in rows])
        return self.client.post(self.address, {"pasted": text, **more}, follow=True)

    def test_a_block_with_its_headings_becomes_a_batch_to_confirm(self):
        response = self.paste([HEAD, body(1, 备注='他说"好"\n又一行'), body(2)], source="平台")

        self.assertContains(response, "确认导入")
        batch = ImportBatch.objects.get()
        self.assertEqual((batch.status, batch.new_count, batch.source), (BatchStatus.PREVIEWED, 2, "平台"))
        self.client.post(reverse("core:import-apply", args=[batch.pk]))
        self.assertEqual(SocialOrganization.objects.get(code=code(1)).remark, '他说"好"\n又一行')
        self.assertEqual(SocialOrganization.objects.count(), 2)

    def test_a_block_without_headings_is_read_in_the_order_of_the_blank_form(self):
        self.paste([body(1)[1:], body(2)[1:]])

        self.assertEqual(ImportBatch.objects.get().new_count, 2)

    def test_commas_in_the_cells_part_nothing(self):
        self.paste([body(1, 备注="甲，乙,丙,丁,戊,己,庚,辛" * 9)[1:]])

        self.assertEqual(ImportBatch.objects.get().new_count, 1)

    def test_wrong_cells_come_back_at_their_place_and_are_mended_there(self):
        response = self.paste([HEAD, body(1), body(2, 登记日期="2009.13.1", 类型="协会")])
        first = ImportBatch.objects.get()

        self.assertRedirects(response, f"{self.address}?batch={first.pk}")
        self.assertContains(response, "1行有错误，2个单元格要改")
        marks = response.context["marks"]
        self.assertEqual(re.findall(r'"(\d+)": \{"(\d+)"', marks), [("4", "2")])
        self.assertIn("没有13月", marks)
        self.assertEqual((response.context["first_row"], SocialOrganization.objects.count()), (3, 0))
        text = response.context["text"].replace("2009.13.1", "2009-12-01").replace("\t协会\t", "\t社会团体\t")

        response = self.client.post(self.address, {"pasted": text, "again": first.pk}, follow=True)

        first.refresh_from_db()
        second = ImportBatch.objects.latest("pk")
        self.assertEqual((first.status, second.status), (BatchStatus.ABANDONED, BatchStatus.PREVIEWED))
        self.assertEqual((second.new_count, second.wrong_count), (2, 0))
        self.assertContains(response, f"{self.address}?batch={second.pk}")

    def test_what_was_sent_stays_on_the_page_when_it_cannot_be_checked(self):
        rows = [body(n)[1:] for n in range(MAX_ROWS + 1)]
        response = self.paste(rows)
        self.assertContains(response, f"一次最多{MAX_ROWS}行", status_code=400)
        self.assertContains(response, code(MAX_ROWS), status_code=400)
        self.assertContains(self.paste([]), "还没有粘贴内容", status_code=400)
        self.assertContains(self.paste([["甲"] * 61]), "61列", status_code=400)
        self.assertEqual(ImportBatch.objects.count(), 0)

    def test_source_day_and_the_check_before_stay_too_when_it_is_refused(self):
        self.paste([HEAD, body(1, 类型="协会")])
        first = ImportBatch.objects.get()
        kept = {"source": "党建平台", "as_of": "2023-02-28", "again": first.pk}

        for rows in ([], [["甲"] * 61]):
            response = self.paste(rows, **kept)

            self.assertEqual(response.status_code, 400)
            shown = {name: response.context[name] for name in kept}
            self.assertEqual({name: str(value) for name, value in shown.items()}, {k: str(v) for k, v in kept.items()})
        self.assertContains(response, f'name="again" value="{first.pk}"', status_code=400)
        self.assertContains(response, 'value="2023-02-28"', status_code=400)

    def test_a_colleague_does_not_go_on_with_the_block_of_another(self):
        self.paste([HEAD, body(1, 类型="协会")])
        batch = ImportBatch.objects.get()
        page, mend = reverse("core:import-batch", args=[batch.pk]), f"{self.address}?batch={batch.pk}"
        self.assertContains(self.client.get(page), mend)

        self.client.force_login(make_staff(self.user.committee))

        self.assertNotContains(self.client.get(page), mend)
        self.assertEqual(self.client.get(mend).status_code, 404)

    def test_only_headings_are_answered(self):
        response = self.paste([HEAD])

        self.assertContains(response, "没有数据行")

    def test_the_rows_kept_are_those_that_were_sent(self):
        self.paste([body(1, 备注='"a"\tb')[1:]])

        rows = pasted_rows(get_sheet("test-bodies"), ImportBatch.objects.get())
        self.assertEqual((len(rows), rows[0][-1]), (1, '"a"\tb'))

    def test_others_find_neither_page_nor_batch(self):
        self.paste([body(1)[1:]])
        batch = ImportBatch.objects.get()
        self.client.force_login(make_staff(make_committee()))
        self.assertEqual(self.client.get(f"{self.address}?batch={batch.pk}").status_code, 404)
        self.paste([body(2)[1:]], again=batch.pk)
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.PREVIEWED)
        self.client.force_login(make_leader(self.user.committee))
        self.assertEqual(self.client.get(self.address).status_code, 403)

    def test_the_headings_are_asked_for_by_the_grid(self):
        address = reverse("core:import-paste-heads", args=["test-bodies"])
        answer = self.client.post(address, {"pasted": "单位名称\t信用代码\t瞎写\n甲\t乙\t丙"}).json()

        self.assertEqual((answer["first"], answer["places"]), (1, [0, 1, None]))
        self.assertEqual(answer["ignored"], ["C列“瞎写”"])
        self.assertEqual((self.client.get(address).status_code, ImportBatch.objects.count()), (405, 0))
