"""换届: what the rules say of months, quorum, majority, margin and terms (DOMAIN §5.4)."""

from datetime import date

from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from core.models import OfficeSetting
from core.periods import add_months
from organizations.checkup.limits import limits
from organizations.choices import BranchKind
from organizations.models import term_state
from organizations.workflows.election_rules import ElectionRules, election_rules, is_majority
from tests.factories import (
    make_committee,
    make_staff,
)
from tests.organizations.election_cases import TODAY


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

    def test_reminders_are_read_in_one_way(self):
        """By the elections, the check-up and the words above the list: nonsense counts as not set."""
        committee = make_committee(demo_date=TODAY)
        self.client.force_login(make_staff(committee))
        row = OfficeSetting.objects.create(committee=committee, key="election.reminder_months", value=[6])
        for value, months in (([2, 9], (9, 2)), (4, (4,)), ([4, "x"], (6, 3, 1)), ([0, 3], (6, 3, 1)), ([], (6, 3, 1)),
                              ([48], (6, 3, 1)), ({"first": 4}, (6, 3, 1)), (True, (6, 3, 1))):  # fmt: skip
            row.value = value
            row.save()
            self.assertEqual(election_rules(committee, TODAY).reminder_months, months, value)
            self.assertEqual(limits(committee, TODAY).election_months, months[0], value)
            page = self.client.get(reverse("organizations:electionterm-list"))
            self.assertContains(page, f"任期将满的提前{'、'.join(map(str, months))}个月提醒")
