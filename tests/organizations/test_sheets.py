"""The declarations of the workbooks: every column names a real field, and the lookups exist."""

from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.test import SimpleTestCase

from core.excel import get_sheet
from core.excel.binding import Binding
from core.excel.sheet import all_sheets
from core.excel.values import CLEAR
from core.excel.words import words_of
from organizations.choices import Grade

KINDS = {
    "incubation_batches", "organizations", "branches", "members", "charters", "letters", "surveys", "ledger_checks",
    "ledger_differences", "accounts",
}  # fmt: skip
COMPUTED = {("members", "id_number")}


class DeclarationTests(SimpleTestCase):
    def sheets(self):
        return [sheet for sheet in all_sheets() if sheet.kind in KINDS]

    def test_every_workbook_is_registered(self):
        self.assertEqual({sheet.kind for sheet in self.sheets()}, KINDS)

    def test_every_column_names_a_field(self):
        wrong = []
        for sheet in self.sheets():
            owners = {part.name: part.model_class for part in (*sheet.parts, *sheet.parents)}
            for column in sheet.columns:
                model = owners.get(column.owner, sheet.model_class)
                if not column.field or (sheet.kind, column.field) in COMPUTED:
                    continue
                try:
                    model._meta.get_field(column.name)
                except FieldDoesNotExist:
                    wrong.append((sheet.kind, column.field))
        self.assertEqual(wrong, [])

    def test_every_choice_word_means_a_value_of_the_field(self):
        wrong = []
        for sheet in self.sheets():
            owners = {part.name: part.model_class for part in (*sheet.parts, *sheet.parents)}
            for column in sheet.columns:
                if column.kind != "choice" or not column.choices:
                    continue
                field = owners.get(column.owner, sheet.model_class)._meta.get_field(column.name)
                known = {"", *dict(field.flatchoices)}
                wrong += [(sheet.kind, column.heading, v) for v in column.choices.values() if v not in known]
        self.assertEqual(wrong, [])

    def test_the_example_row_and_every_word_of_a_drop_down_are_taken(self):
        for sheet in all_sheets():
            for column in sheet.columns:
                if column.readonly:
                    continue
                convert = Binding(sheet, column).convert
                for raw in [column.example, *words_of(sheet, column)]:
                    if raw not in (None, ""):
                        with self.subTest(sheet=sheet.kind, column=column.label, raw=raw):
                            convert(float(raw) if isinstance(raw, int) else raw)  # as a workbook stores it

    def test_nothing_can_be_chosen_where_nothing_is_an_answer(self):
        """“否” clears a column; that a body was not graded is an answer of its own, apart from a cell left blank."""
        for kind, heading, word, typed, value in (
            ("members", "是否流动", "否", "否", CLEAR),
            ("organizations", "评估等级", Grade.NONE.label, "无", Grade.NONE),
        ):
            sheet = get_sheet(kind)
            column = next(column for column in sheet.columns if column.heading == heading)
            with self.subTest(kind=kind):
                self.assertIn(word, words_of(sheet, column))
                self.assertEqual(Binding(sheet, column).convert(typed), value)

    def test_what_a_column_needs_can_be_read(self):
        for sheet in self.sheets():
            needs = {n for c in sheet.columns if callable(c.export) for n in c.needs if n != "today"}
            with self.subTest(sheet.kind):
                sheet.annotated(sheet.model_class._default_manager.all(), date(2023, 1, 1)).values_list(*needs)
