"""What the tests of act imports share: reading, writing and going back, with every table as it was."""

from datetime import date

from django.test import TestCase

from core.choices import BatchStatus
from core.excel.applying import apply_batch
from core.excel.undoing import undo_batch
from organizations.workflows.sync import ensure_rules
from tests.core.excel_data import bring, counts, errors, workbook
from tests.factories import (
    make_committee,
    make_staff,
)
from tests.reports.test_round_trip import table_sums

TOLD = {"core_notice"}  # who was told stays told


class ActCase(TestCase):
    kind, head = "", []

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        ensure_rules(cls.committee)

    def read(self, *rows):
        width = len(self.head)
        return bring(
            workbook([self.head, *([*row, *[""] * (width - len(row))] for row in rows)]), self.staff, self.kind
        )

    def wrong(self, *rows):
        before = table_sums()
        found = errors(self.read(*rows))
        self.assertEqual(changed(before), [], "a rehearsal leaves nothing behind")
        return found

    def bring_in(self, *rows):
        """Import, and see that the rehearsal wrote nothing and that the same file then changes nothing."""
        before = table_sums()
        batch = self.read(*rows)
        self.assertEqual((errors(batch), batch.report.get("fatal", "")), ([], ""))
        self.assertEqual(changed(before), [])
        apply_batch(batch, by=self.staff)
        self.assertEqual(counts(self.read(*rows)), (0, 0, len(rows), 0))
        return batch

    def bring_in_and_back(self, *rows):
        before = table_sums()
        batch = self.bring_in(*rows)
        self.assertNotEqual(changed(before), [])
        undo_batch(batch, by=self.staff)
        self.assertEqual(changed(before), [])
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.UNDONE)


def changed(before):
    after = table_sums()
    return [table for table in before if before[table] != after[table] and table not in TOLD]
