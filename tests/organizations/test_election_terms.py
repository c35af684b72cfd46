"""届次: the terms follow the ledger, tell when they end, are counted and brought in (DOMAIN §5.4)."""

from datetime import date
from decimal import Decimal
from importlib import import_module

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.due import run_all
from core.excel.undoing import TouchedError, undo_batch
from core.models import Notice
from organizations.choices import BranchKind
from organizations.models import ElectionTerm, PartyBranch
from organizations.statistics import election_figures
from organizations.workflows import branches, elections, terms
from tests.core.excel_data import bring_in, workbook
from tests.factories import (
    make_branch,
    make_secretary,
)
from tests.organizations.election_cases import ELECTION_DAY, TODAY, ElectionCase


class FollowTests(ElectionCase):
    """The open term follows the ledger's columns until the election is held."""

    def change(self, **values):
        branch = PartyBranch.objects.get(pk=self.branch.pk)
        for name, value in values.items():
            setattr(branch, name, value)
        branches.keep_branch(branch, by=self.staff)
        return self.branch.terms.values_list("number", "started_on", "due_on", "status").first()

    def test_a_corrected_ledger_moves_the_open_term(self):
        found = self.change(term_number=4, term_start=date(2020, 5, 1), term_end=date(2023, 5, 1))
        self.assertEqual(found, (4, date(2020, 5, 1), date(2023, 5, 1), "waiting"))

    def test_an_untouched_term_goes_with_the_columns_and_a_worked_on_stays(self):
        self.assertIsNone(self.change(term_end=None))
        self.change(term_end=date(2023, 4, 20))
        elections.remind(
            self.branch.terms.select_related("committee", "branch").get(), on=TODAY, way="phone", by=self.staff
        )
        self.assertEqual(self.change(term_end=None)[3], "reminded")

    def test_a_held_election_does_not_follow(self):
        ElectionTerm.objects.filter(pk=self.term.pk).update(status="elected", elected_on=ELECTION_DAY)
        self.assertEqual(self.change(term_end=date(2024, 1, 1))[2], date(2023, 4, 20))

    def test_any_number_of_runs_change_nothing_more(self):
        PartyBranch.objects.filter(pk=self.branch.pk).update(term_end=date(2023, 5, 5))
        ids = [self.branch.pk]
        self.assertEqual((terms.follow_ledger(ids), terms.follow_ledger(ids)), (1, 0))

    def test_a_term_entered_by_hand_writes_the_ledger(self):
        branch = make_branch(self.committee, kind=BranchKind.COMMITTEE)
        self.refused("请填写应换届日期", terms.open_term, branch, number=1)

        terms.open_term(branch, number=2, started_on=date(2019, 8, 31), by=self.staff)

        branch.refresh_from_db()
        self.assertEqual((branch.term_number, branch.term_end), (2, date(2024, 8, 31)))

    def test_the_migration_opens_the_present_term_of_branches_in_use(self):
        ElectionTerm.objects.all().delete()
        make_branch(self.committee)
        migration = import_module("organizations.migrations.0006_elections_and_applications")
        migration.open_terms(apps, None)
        self.assertEqual(list(ElectionTerm.objects.values_list("branch", "number", "due_on", "status")),
                         [(self.branch.pk, 2, date(2023, 4, 20), "waiting")])  # fmt: skip


class NoticeTests(ElectionCase):
    def titles(self):
        return sorted(Notice.objects.values_list("user__username", "title"))

    def test_two_runs_leave_one_notice_each(self):
        secretary = make_secretary(self.branch)
        run_all()
        first = self.titles()
        self.assertEqual(first, sorted((u.username, f"{self.branch}1个月内应当换届") for u in (self.staff, secretary)))

        run_all()

        self.assertEqual(self.titles(), first)

    def test_six_three_one_and_overdue_each_tell_once(self):
        stages = []
        for day in (date(2022, 10, 19), date(2022, 10, 20), date(2022, 12, 1), date(2023, 1, 20), date(2023, 3, 20),
                    date(2023, 4, 20), date(2023, 4, 21), date(2023, 5, 1)):  # fmt: skip
            before = Notice.objects.count()
            terms.remind_committee(self.committee, day)
            stages.append(Notice.objects.count() - before)
        self.assertEqual(stages, [0, 1, 0, 1, 1, 0, 1, 0])

    def test_an_extension_begins_anew_and_a_held_election_is_silent(self):
        terms.remind_committee(self.committee, TODAY)
        ElectionTerm.objects.update(extension_no="1号", extended_until=date(2023, 4, 30))
        self.assertEqual((terms.remind_committee(self.committee, TODAY), Notice.objects.count()), (1, 2))
        ElectionTerm.objects.update(status="elected", elected_on=ELECTION_DAY)
        self.assertEqual(terms.remind_committee(self.committee, TODAY), 0)

    def test_the_queries_do_not_grow_with_the_rows_read(self):
        for _ in range(3):
            self.make(term_end=date(2025, 1, 1))
        with CaptureQueriesContext(connection) as caught:
            terms.remind_committee(self.committee, date(2022, 1, 1))
        self.assertLessEqual(len(caught), 4)


class FigureTests(ElectionCase):
    def test_on_time_rate_of_a_period(self):
        """Eight due in the quarter: 5 on time (one by its extension, one not yet approved), 1 late, 2 not held."""
        self.branch.terms.update(due_on=date(2023, 7, 1))
        rows = [
            ("done", date(2023, 1, 10), None, date(2023, 1, 10)),
            ("done", date(2023, 2, 10), None, date(2022, 12, 30)),
            ("done", date(2023, 3, 31), None, date(2023, 3, 1)),
            ("elected", date(2023, 3, 20), None, date(2023, 3, 18)),
            ("done", date(2022, 10, 1), date(2023, 3, 1), date(2023, 2, 28)),
            ("done", date(2023, 1, 31), None, date(2023, 2, 1)),
            ("waiting", date(2023, 3, 1), None, None),
            ("preparing", date(2023, 3, 30), None, None),
            # not due in the quarter
            ("postponed", date(2023, 3, 1), date(2023, 4, 30), None),
            ("done", date(2022, 12, 31), None, date(2023, 1, 5)),
            ("waiting", date(2022, 11, 1), None, None),
            ("closed", date(2023, 2, 1), None, None),
        ]
        for status, due, until, elected in rows:
            self.make().terms.update(status=status, due_on=due, extended_until=until, elected_on=elected,
                                     extension_no="1号" if until else "")  # fmt: skip

        found = election_figures(ElectionTerm.objects.all(), date(2023, 1, 1), date(2023, 3, 31), TODAY)

        self.assertEqual((found.due, found.on_time, found.late, found.not_held), (8, 5, 1, 2))
        self.assertEqual((found.rate, found.overdue_now), (Decimal("62.5"), 3))

    def test_no_base_is_unknown_and_what_is_not_due_yet_does_not_count(self):
        found = election_figures(ElectionTerm.objects.all(), date(2023, 4, 1), date(2023, 6, 30), TODAY)
        self.assertEqual((found.due, found.rate, found.overdue_now), (0, None, 0))


class SheetTests(ElectionCase):
    HEAD = ["党组织全称", "届次", "本届选举日期", "应换届日期", "选举日期", "选举结果批复文号", "批复日期"]

    def test_earlier_terms_are_brought_in_as_done(self):
        row = [self.branch.name, 1, "2017-04-20", "2020-04-20", "2020-04-20", "综党〔2020〕4号", "2020-05-06"]
        batch = bring_in(workbook([self.HEAD, row]), self.staff, "elections")

        term = self.branch.terms.get(number=1)
        self.assertEqual((batch.new_count, term.status, term.committee), (1, "done", self.committee))
        undo_batch(batch, by=self.staff)
        self.assertEqual(self.branch.terms.count(), 1)

    def test_a_second_open_term_is_refused_in_the_preview(self):
        row = [self.branch.name, 3, "2023-04-20", "2026-04-20", "", "", ""]
        with self.assertRaises((ValidationError, AssertionError)):
            bring_in(workbook([self.HEAD, row]), self.staff, "elections")
        self.assertEqual(self.branch.terms.count(), 1)

    def test_an_imported_branch_has_its_term_and_the_undo_takes_both(self):
        rows = [
            ["党组织全称", "类别", "成立日期", "届次", "本届选举时间", "届满时间"],
            ["中共示例市新支部委员会", "党支部", "2016-01-01", 2, "2022-05-20", "2025-05-20"],
            [self.branch.name, "党支部", "2016-01-01", 2, "2020-04-20", "2023-06-30"],
        ]
        batch = bring_in(workbook(rows), self.staff, "branches")
        found = list(ElectionTerm.objects.order_by("due_on").values_list("due_on", flat=True))
        self.assertEqual(found, [date(2023, 6, 30), date(2025, 5, 20)])

        undo_batch(batch, by=self.staff)

        self.assertEqual(ElectionTerm.objects.get().due_on, date(2023, 4, 20))

    def test_the_undo_is_refused_once_somebody_worked_on_the_term(self):
        rows = [
            ["党组织全称", "类别", "成立日期", "届满时间"],
            ["中共示例市新支部委员会", "党支部", "2016-01-01", "2023-05-20"],
        ]
        batch = bring_in(workbook(rows), self.staff, "branches")
        term = ElectionTerm.objects.select_related("branch", "committee").get(due_on=date(2023, 5, 20))
        elections.remind(term, on=TODAY, way="phone", by=self.staff)

        with self.assertRaises(TouchedError):
            undo_batch(batch, by=self.staff)

        self.assertEqual(ElectionTerm.objects.count(), 2)
