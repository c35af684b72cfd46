"""换届: states, votes, approval, extension, reminders, figures (DOMAIN §5.4)."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from itertools import product

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from core.due import run_all
from core.excel.undoing import TouchedError, undo_batch
from core.models import AuditEntry, Notice, OfficeSetting
from core.periods import add_months
from core.transitions import TransitionError
from organizations.choices import TERM_FLOW, BranchKind, TermStatus
from organizations.models import BranchPost, ElectedPerson, ElectionTerm, PartyBranch, term_state
from organizations.statistics import election_figures
from organizations.workflows import branches, elections, terms
from organizations.workflows.election_rules import ElectionRules, election_rules, is_majority
from tests.core.excel_data import bring_in, workbook
from tests.factories import (
    make_branch,
    make_committee,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
)

TODAY = date(2023, 4, 6)
ELECTION_DAY = date(2023, 3, 18)
FIGURES = {
    "voters_due": 10, "voters_present": 9, "candidates": 4, "seats": 3, "ballots_issued": 9, "ballots_returned": 9,
}  # fmt: skip
PEOPLE = [
    {"post": "secretary", "person_name": "甲示例", "body_post": "会长", "votes": 9},
    {"post": "organization", "person_name": "乙示例", "body_post": "", "votes": 8},
    {"post": "publicity", "person_name": "丙示例", "body_post": "", "votes": 6},
]


def elect(term, by, people=None, **changes):
    values = {"elected_on": ELECTION_DAY, **FIGURES, **changes}
    return elections.hold_election(term, people=PEOPLE if people is None else people, by=by, **values)


class MonthTests(SimpleTestCase):
    def test_months_end_on_the_last_day_where_the_month_is_shorter(self):
        cases = {
            (date(2022, 8, 31), 6): date(2023, 2, 28),
            (date(2023, 8, 31), 6): date(2024, 2, 29),
            (date(2023, 3, 31), -1): date(2023, 2, 28),
            (date(2020, 2, 29), 36): date(2023, 2, 28),
            (date(2022, 11, 15), 2): date(2023, 1, 15),
            (date(2023, 1, 15), -1): date(2022, 12, 15),
        }
        self.assertEqual({key: add_months(*key) for key in cases}, cases)

    def test_near_begins_at_the_month_end(self):
        row = {"due_on": date(2023, 2, 28), "extended_until": None, "elected_on": None, "status": "waiting"}
        words = [term_state(row, day)[0] for day in (date(2022, 8, 27), date(2022, 8, 31), date(2023, 3, 1))]
        self.assertEqual(words, ["off", "warn", "bad"])


class RuleTests(TestCase):
    def test_quorum_is_four_fifths_in_whole_numbers(self):
        rules = ElectionRules()
        cases = {
            (4, 5): True,
            (12, 15): True,
            (12, 16): False,
            (13, 16): True,
            (3, 4): False,
            (80, 100): True,
            (79, 100): False,
        }
        self.assertEqual({pair: rules.quorum_met(*pair) for pair in cases}, cases)

    def test_more_than_half_is_strict(self):
        cases = {(8, 16): False, (9, 16): True, (8, 15): True, (7, 15): False, (0, 0): False}
        self.assertEqual({pair: is_majority(*pair) for pair in cases}, cases)

    def test_margin_of_a_fifth(self):
        rules = ElectionRules()
        self.assertEqual(
            [rules.has_margin(*pair) for pair in ((6, 5), (5, 5), (4, 3), (7, 6))], [True, False, True, False]
        )

    def test_terms_by_kind(self):
        rules, day = ElectionRules(), date(2020, 2, 29)
        found = {kind: rules.due_day(kind, day) for kind in BranchKind}
        three, five = date(2023, 2, 28), date(2025, 2, 28)
        self.assertEqual(found, {
            "branch": three, "joint": three, "functional": three, "general": three, "committee": five,
            "temporary": None, "floating": None,
        })  # fmt: skip

    def test_settings_are_dated_and_a_broken_one_leaves_the_default(self):
        committee = make_committee()
        for key, value, since in (
            ("branch.term_years", {"committee": 4, "branch": "x"}, date(2023, 1, 1)),
            ("election.quorum", "2/3", date(2023, 1, 1)),
            ("election.quorum", "五分之四", date(2023, 2, 1)),
            ("election.majority_base", "present", date(2024, 1, 1)),
            ("election.reminder_months", [2, 9], date(2023, 1, 1)),
            ("election.extension_max_months", -1, date(2023, 1, 1)),
        ):
            OfficeSetting.objects.create(committee=committee, key=key, value=value, effective_from=since)

        rules = election_rules(committee, TODAY)

        self.assertEqual((rules.years["committee"], rules.years["branch"]), (4, 3))
        self.assertEqual((rules.quorum, rules.majority_base, rules.extension_max_months), ((2, 3), "due", 12))
        self.assertEqual((rules.reminder_months, rules.near_months), ((9, 2), 9))
        self.assertEqual(election_rules(committee, date(2024, 1, 1)).majority_base, "present")


class ElectionCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = cls.make(covers=(cls.body,), secretary="老书记")
        cls.term = cls.branch.terms.get()

    @classmethod
    def make(cls, status="waiting", **overrides):
        branch = make_branch(
            cls.committee,
            **{"term_number": 2, "term_start": date(2020, 4, 20), "term_end": date(2023, 4, 20), **overrides},
        )
        held = {"elected_on": ELECTION_DAY} if status in ("elected", "done") else {}
        branch.terms.update(status=status, **held)
        return branch

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaises(ValidationError) as caught:
            call(*args, **{"by": self.staff, **kwargs})
        self.assertIn(sentence, "".join(caught.exception.messages))


class StateTests(ElectionCase):
    def test_from_each_state_each_move_happens_or_changes_nothing(self):
        moves = {
            "reminded": lambda t: elections.remind(t, on=TODAY, way="letter", by=self.staff),
            "preparing": lambda t: elections.prepare(t, request_no="1号", reply_no="2号", by=self.staff),
            "postponed": lambda t: elections.postpone(
                t, extension_no="3号", until=date(2023, 9, 1), reason="换届筹备", by=self.staff),
            "elected": lambda t: elect(t, self.staff),
            "done": lambda t: elections.approve_election(t, approval_no="4号", on=TODAY, by=self.staff),
            "closed": lambda t: terms.close_terms(t.branch, by=self.staff, note="撤销"),
        }  # fmt: skip
        for was, to in product(TermStatus, moves):
            term = self.make(was).terms.select_related("branch", "committee").get()
            if was == "elected":
                elections.keep_elected(PEOPLE, term=term)
            move = moves[to]
            if (was, to) == ("elected", "preparing"):
                move = lambda t: elections.return_election(t, reason="选举无效", by=self.staff)  # noqa: E731
            allowed = to in TERM_FLOW[was]
            self.assertEqual(elections.can_move(self.staff, term, to), allowed)
            try:
                move(term)
                moved = True
            except TransitionError:
                moved = False
            found = ElectionTerm.objects.get(pk=term.pk).status
            if to == "closed" and not term.is_open and was in ("done", "closed"):
                self.assertEqual(found, was)
                continue
            self.assertEqual((moved, found), (allowed, to if allowed else was), (was, to))

    def test_rights(self):
        secretary, liaison = make_secretary(self.branch), make_liaison(self.body)
        people = (self.staff, self.leader, secretary, liaison)
        elected = self.make("elected").terms.get()
        matrix = {
            "reminded": [True, False, False, False],
            "postponed": [True, True, False, False],
        }
        self.assertEqual({to: [elections.can_move(u, self.term, to) for u in people] for to in matrix}, matrix)
        self.assertEqual([elections.can_move(u, elected, "done") for u in people], [True, True, False, False])
        self.assertEqual([elections.can_move(u, elected, "preparing") for u in people], [True, False, False, False])
        seen = [ElectionTerm.objects.visible_to(u).filter(branch=self.branch).exists() for u in people]
        stranger = make_secretary(make_branch(self.committee))
        self.assertEqual(seen, [True] * 4)
        self.assertFalse(ElectionTerm.objects.visible_to(stranger).exists())
        self.assertFalse(ElectionTerm.objects.visible_to(make_staff(make_committee())).exists())

    def test_the_database_allows_one_open_term_a_branch(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            ElectionTerm.objects.create(committee=self.committee, branch=self.branch, number=3, due_on=TODAY)


class VoteTests(ElectionCase):
    def setUp(self):
        self.term = elections.prepare(
            ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk), request_no="1号",
            reply_no="2号", by=self.staff,
        )  # fmt: skip

    def test_a_vote_without_quorum_is_refused(self):
        for due, present, valid in ((15, 12, True), (16, 12, False)):
            faults = elections.vote_faults(
                {**FIGURES, "voters_due": due, "voters_present": present},
                [{**PEOPLE[0], "votes": None}],
                ElectionRules(),
            )
            self.assertEqual(any("不足五分之四" in fault for fault in faults), not valid)  # fmt: skip

    def test_more_ballots_back_than_given_out_void_the_vote(self):
        self.refused("选举无效", elect, self.term, ballots_returned=10)

    def test_half_of_those_who_should_attend_is_not_enough(self):
        figures = {"voters_due": 16, "voters_present": 14, "ballots_issued": 14, "ballots_returned": 14}
        people = [{**PEOPLE[0], "votes": 8}]
        self.refused("没有超过应到会有选举权人数16人的半数", elect, self.term, people=people, **figures)
        OfficeSetting.objects.create(committee=self.committee, key="election.majority_base", value="present")

        elect(self.term, self.staff, people, **figures)

        self.assertEqual((self.term.majority_base, self.term.base), ("present", 14))

    def test_other_faults_are_named_together(self):
        people = [*PEOPLE, {"post": "secretary", "person_name": "甲示例", "body_post": "", "votes": 20}]
        with self.assertRaises(ValidationError) as caught:
            elect(self.term, self.staff, people, ballots_issued=11)
        text = "".join(caught.exception.messages)
        for words in ("多于实到", "多于应选", "填了两次", "只能有一名", "多于收回"):
            self.assertIn(words, text)
        self.assertEqual(ElectionTerm.objects.get(pk=self.term.pk).status, "preparing")

    def test_the_day_lies_after_the_last_election_and_not_ahead(self):
        self.refused("要晚于本届选举日期", elect, self.term, elected_on=date(2020, 4, 20))
        self.refused("不能晚于今天", elect, self.term, elected_on=date(2023, 4, 7))

    def test_a_returned_result_is_wiped(self):
        elect(self.term, self.staff)
        self.refused("请写明", elections.return_election, self.term, reason="")

        elections.return_election(self.term, reason="收回选票登记有误", by=self.staff)

        term = ElectionTerm.objects.get(pk=self.term.pk)
        self.assertEqual((term.elected_on, term.voters_due, term.majority_base), (None, None, ""))
        self.assertFalse(ElectedPerson.objects.exists())


class ApprovalTests(ElectionCase):
    def setUp(self):
        branch = PartyBranch.objects.get(pk=self.branch.pk)
        self.member = make_member(branch, name="甲示例")
        BranchPost.objects.create(branch=branch, post="member", person_name="乙示例", start=date(2020, 4, 20))
        self.term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        elections.prepare(self.term, request_no="1号", reply_no="2号", by=self.staff)
        elect(self.term, self.staff)

    def approve(self, **changes):
        return elections.approve_election(
            self.term, **{"approval_no": "综党〔2023〕5号", "on": date(2023, 3, 25), "by": self.leader, **changes}
        )

    def test_the_approval_seats_the_committee_and_opens_the_next_term(self):
        self.approve()

        posts = self.branch.posts.order_by("pk").values_list("post", "person_name", "start", "end")
        self.assertEqual(list(posts), [
            ("secretary", "老书记", date(2016, 1, 1), ELECTION_DAY),
            ("member", "乙示例", date(2020, 4, 20), ELECTION_DAY),
            ("secretary", "甲示例", ELECTION_DAY, None),
            ("organization", "乙示例", ELECTION_DAY, None),
            ("publicity", "丙示例", ELECTION_DAY, None),
        ])  # fmt: skip
        self.assertEqual(self.branch.posts.get(person_name="甲示例").member, self.member)
        branch = PartyBranch.objects.with_secretary(TODAY).get(pk=self.branch.pk)
        self.assertEqual((branch.term_number, branch.term_start, branch.term_end, branch.secretary),
                         (3, ELECTION_DAY, date(2026, 3, 18), "甲示例"))  # fmt: skip
        found = self.branch.terms.order_by("number").values_list("number", "started_on", "due_on", "status")
        self.assertEqual(list(found), [
            (2, date(2020, 4, 20), date(2023, 4, 20), "done"), (3, ELECTION_DAY, date(2026, 3, 18), "waiting"),
        ])  # fmt: skip
        self.assertTrue(AuditEntry.objects.filter(object_type="organizations.partybranch", object_id=branch.pk,
                                                  note__contains="综党〔2023〕5号").exists())  # fmt: skip

    def test_a_second_click_changes_nothing(self):
        twin = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        self.approve()

        with self.assertRaises(TransitionError):
            elections.approve_election(twin, approval_no="综党〔2023〕5号", on=TODAY, by=self.staff)

        self.assertEqual((self.branch.terms.count(), self.branch.posts.filter(end=None).count()), (2, 3))

    def test_an_error_in_the_posts_leaves_nothing(self):
        BranchPost.objects.create(branch=self.branch, post="deputy", person_name="丁示例", start=date(2023, 4, 1))
        before = list(self.branch.posts.order_by("pk").values()), list(PartyBranch.objects.order_by("pk").values())

        with self.assertRaises(ValidationError):
            self.approve()

        self.assertEqual(ElectionTerm.objects.get(pk=self.term.pk).status, "elected")
        self.assertEqual((list(self.branch.posts.order_by("pk").values()),
                          list(PartyBranch.objects.order_by("pk").values())), before)  # fmt: skip
        self.assertEqual(self.branch.terms.count(), 1)

    def test_approval_needs_a_number_and_a_later_day(self):
        self.refused("请填写批准选举结果的文号", self.approve, approval_no=" ")
        self.refused("不能早于选举日期", self.approve, on=date(2023, 3, 1))

    def test_dissolving_closes_the_term_and_drops_the_result(self):
        self.member.memberships.update(end=date(2023, 4, 1), leave_reason="transferred")
        branches.dissolve_branch(
            PartyBranch.objects.get(pk=self.branch.pk),
            on=date(2023, 4, 2),
            document_no="综党〔2023〕9号",
            by=self.staff,
        )
        self.assertEqual(self.branch.terms.values_list("status", "elected_on").get(), ("closed", None))


class ExtensionTests(ElectionCase):
    def postpone(self, until, **changes):
        term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        return elections.postpone(
            term, **{"extension_no": "综党〔2023〕4号", "until": until, "reason": "筹备", "by": self.leader, **changes}
        )

    def test_twelve_months_are_allowed_and_not_a_day_more(self):
        self.refused("延期一般不超过12个月", self.postpone, date(2024, 4, 21))

        self.assertEqual(self.postpone(date(2024, 4, 20)).latest_day, date(2024, 4, 20))

    def test_an_extension_needs_a_number_and_a_later_day(self):
        self.refused("没有批准不能延期", self.postpone, date(2023, 9, 1), extension_no="")
        self.refused("要晚于2023-04-20", self.postpone, date(2023, 4, 20))

    def test_the_setting_changes_the_limit(self):
        OfficeSetting.objects.create(committee=self.committee, key="election.extension_max_months", value=6)
        self.refused("最晚到2023-10-20", self.postpone, date(2023, 10, 21))

    def test_lateness_counts_from_the_approved_day(self):
        ElectionTerm.objects.filter(pk=self.term.pk).update(due_on=date(2023, 1, 10))
        self.assertEqual(ElectionTerm.objects.overdue(TODAY).count(), 1)
        self.postpone(date(2023, 6, 1))
        self.assertEqual(
            (ElectionTerm.objects.overdue(TODAY).count(), ElectionTerm.objects.near(TODAY).count()), (0, 1)
        )
        self.assertEqual(self.term.branch.terms.get().state(date(2023, 6, 2)), ("bad", "超期1天"))


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


class PageTests(ElectionCase):
    def setUp(self):
        self.client.force_login(self.staff)
        self.url = self.term.get_absolute_url()

    def post(self, step, data, user=None):
        self.client.force_login(user or self.staff)
        return self.client.post(f"{self.url}{step}/", data)

    def test_an_election_from_the_reminder_to_the_new_committee(self):
        self.post("remind", {"on": "2023-04-01", "way": "letter", "version": 1})
        self.post("prepare", {"request_no": "1号", "reply_no": "2号", "version": 2})
        vote = {"elected_on": "2023-04-02", **FIGURES, "version": 3}
        people = {"post_1": "secretary", "person_name_1": "甲示例", "votes_1": 9,
                  "post_2": "organization", "person_name_2": "乙示例", "votes_2": 4}  # fmt: skip
        page = self.post("elect", {**vote, **people})
        self.assertContains(page, "乙示例得4票，没有超过应到会有选举权人数10人的半数")
        self.post("elect", {**vote, **people, "votes_2": 8})
        page = self.client.get(self.url)
        self.assertContains(page, "书记甲示例不在本党组织的正式党员名册里")
        self.assertNotContains(page, "差额不足")

        answer = self.post("approve", {"approval_no": "综党〔2023〕9号", "on": "2023-04-05", "version": 4}, self.leader)

        self.assertRedirects(answer, self.branch.get_absolute_url(), fetch_redirect_response=False)
        page = self.client.get(self.branch.get_absolute_url())
        for words in ("甲示例", "历届班子", "第3届", "2026-04-02", "选举产生第3届班子"):
            self.assertContains(page, words)

    def test_a_narrow_field_of_candidates_is_warned_of(self):
        term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        elections.prepare(term, request_no="", reply_no="", by=self.staff)
        elect(term, self.staff, candidates=3)
        self.assertContains(self.client.get(self.url), "候选人3人，应选3人，差额不足20%")

    def test_an_election_far_ahead_asks_for_the_number_of_its_approval(self):
        for due, reply, warned in ((18, "", False), (19, "", True), (19, "2号", False)):
            ElectionTerm.objects.update(
                status="elected", elected_on=ELECTION_DAY, due_on=date(2023, 9, due), reply_no=reply
            )
            page = self.client.get(self.url).content.decode()
            self.assertEqual("提前换届要经批准" in page, warned, (due, reply))

    def test_who_may_post_what(self):
        secretary = make_secretary(self.branch)
        data = {"extension_no": "1号", "until": "2023-09-01", "reason": "筹备", "version": 1}
        self.assertEqual(self.post("postpone", data, secretary).status_code, 403)
        self.assertEqual(self.post("remind", {"on": "2023-04-01", "way": "letter"}, self.leader).status_code, 403)
        self.assertEqual(self.post("return", {"reason": "退回"}, self.leader).status_code, 403)
        stranger = make_staff(make_committee())
        self.assertEqual(self.post("postpone", data, stranger).status_code, 404)
        self.assertEqual(ElectionTerm.objects.get().status, "waiting")
        self.post("postpone", data, self.leader)
        self.assertEqual(ElectionTerm.objects.get().status, "postponed")

    def test_a_step_out_of_turn_is_explained_above_the_form(self):
        page = self.post("approve", {"approval_no": "1号", "on": "2023-04-05", "version": 1})
        self.assertContains(page, "换届当前为“待换届”，不能改为“完成”")

    def test_every_tab_opens_and_the_list_asks_as_often_for_many_rows(self):
        url = reverse("organizations:electionterm-list")
        counts = []
        self.client.get(url)
        for number in (0, 5):
            for _ in range(number):
                self.make()
            with CaptureQueriesContext(connection) as caught:
                self.client.get(url)
            counts.append(len(caught))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 6)
        found = {tab: self.client.get(f"{url}?tab={tab}").context["page"].count
                 for tab in ("due", "near", "overdue", "running", "done", "all")}  # fmt: skip
        self.assertEqual(found, {"due": 6, "near": 6, "overdue": 0, "running": 0, "done": 0, "all": 6})
        self.assertEqual(self.client.get(f"{url}?tab=all&export=xlsx").status_code, 200)

    def test_the_detail_asks_at_most_twelve_times(self):
        self.client.get(self.url)
        with CaptureQueriesContext(connection) as caught:
            self.client.get(self.url)
        self.assertLessEqual(len(caught), 12)

    def test_the_letter_and_the_report_are_word_files(self):
        for paper, words in (("reminder", "2023年4月20日"), ("result", "应到会有选举权人数")):
            response = self.client.get(reverse("organizations:electionterm-paper", args=[self.term.pk, paper]))
            document = Document(BytesIO(response.content))
            text = "".join(p.text for p in document.paragraphs)
            text += "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
            self.assertIn(words, text)
            self.assertIn(self.branch.name, text)

    def test_the_due_day_is_corrected_on_the_page_and_in_the_ledger(self):
        data = {"number": 2, "started_on": "2020-04-20", "due_on": "2023-05-20", "version": 1}
        self.client.post(f"{self.url}edit/", data)
        self.branch.refresh_from_db()
        self.assertEqual((self.branch.term_end, self.branch.terms.get().due_on), (date(2023, 5, 20), date(2023, 5, 20)))

    def test_a_term_is_entered_for_a_branch_without_one(self):
        branch = make_branch(self.committee)
        url = reverse("organizations:electionterm-create")
        self.assertContains(self.client.get(f"{url}?branch={branch.pk}"), branch.short_name)
        self.client.post(url, {"branch": branch.short_name, "number": 1, "started_on": "2022-01-01", "due_on": ""})
        self.assertEqual(branch.terms.get().due_on, date(2025, 1, 1))
