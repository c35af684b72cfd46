"""What the tests of imported 前置审查, 申请 and 同步事项 share: lines by their headings, and what becomes of them."""

import io
from datetime import date

from django.test import TestCase

from core.excel.sheet import get_sheet
from core.excel.undoing import undo_batch
from core.excel.writing import export_to
from organizations.models import SyncRule
from organizations.workflows.sync import ensure_rules
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import make_committee, make_leader, make_organization, make_staff
from tests.reports.test_round_trip import table_sums

TODAY = date(2023, 4, 6)


class ProcessCase(TestCase):
    kind = ""

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        ensure_rules(cls.committee)
        SyncRule.objects.update(start=date(2023, 1, 1))
        cls.body = make_organization(cls.committee, name="示例市茶业协会", short_name="市茶业协会")

    def line(self, **cells):
        """The cells of a usual line, some of them changed; None leaves a column out."""
        cells = {**self.usual(), **cells}
        return {heading: cell for heading, cell in cells.items() if cell is not None}

    def book(self, *lines):
        heads = list(dict.fromkeys(heading for line in lines for heading in line))
        one_line = [
            heading.replace("—", "") for heading in heads
        ]  # as a form without the upper line of groups has them
        return workbook([one_line, *([line.get(heading, "") for heading in heads] for line in lines)])

    def read(self, *lines):
        return bring(self.book(*lines), self.staff, self.kind)

    def write(self, *lines):
        """Import, and see that the same file then changes nothing."""
        batch = self.read(*lines)
        self.assertEqual((errors(batch), batch.report.get("fatal", "")), ([], ""))
        batch = bring_in(self.book(*lines), self.staff, self.kind)
        self.assertEqual(counts(self.read(*lines)), (0, 0, len(lines), 0))
        return batch

    def assertRefused(self, line, wanted):
        """Each wrong cell by its heading, with its sentence and nothing else; a blank column of the line may be wrong too."""
        labels = {c.heading: c.label for c in get_sheet(self.kind).columns}
        there = {labels.get(heading, heading) for heading in line}
        batch = self.read({**line, **{heading: "" for heading in wanted if heading not in there}})
        found = {(e["h"], e["m"]) for row in batch.rows.filter(action="wrong") for e in row.errors}
        self.assertEqual(found, set(wanted.items()))

    def notices(self, *lines):
        return self.read(*lines).report["notices"]

    def exported(self, **how):
        sheet, file = get_sheet(self.kind), io.BytesIO()
        export_to(file, sheet, sheet.queryset(self.staff), committee=self.committee, **how)
        return file.getvalue()

    def assertUndone(self, *lines):
        """Bringing the lines in changes tables, taking the batch back restores every one of them."""
        before = table_sums()
        batch = self.write(*lines)
        self.assertNotEqual(table_sums(), before)
        undo_batch(batch, by=self.staff)
        after = table_sums()
        self.assertEqual([table for table in before if before[table] != after[table]], [])
