"""A bench whose line misses its goal fails: the machine that runs it reads the exit code, not the lines."""

from contextlib import redirect_stdout
from io import StringIO

from django.test import SimpleTestCase

from tests import measuring


class FinishTests(SimpleTestCase):
    def run_bench(self, *lines):
        """Exit code and output of a bench with these lines."""
        self.addCleanup(measuring.missed.clear)
        code, out = 0, StringIO()
        with redirect_stdout(out):
            for line in lines:
                measuring.row(*line)
            try:
                measuring.finish()
            except SystemExit as end:
                code = end.code
        return code, out.getvalue().splitlines()

    def test_lines_that_hold_end_well(self):
        self.assertEqual(self.run_bench(("查询数", "5", "≤6", True)), (0, ["合格  查询数：5（要求≤6）"]))

    def test_lines_that_miss_are_listed_at_the_end_and_fail(self):
        code, out = self.run_bench(
            ("查询数", "7", "≤6", False), ("内存", "90 MB", "≤150 MB", True), ("比值", "4.0", "≤3", False)
        )

        self.assertEqual(code, 1)
        self.assertEqual(out[-3:], ["有2项超出要求：", "  查询数：7（要求≤6）", "  比值：4.0（要求≤3）"])
