"""What the tests of elections share: a branch whose term ends, and a vote that holds."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from organizations.workflows import elections
from tests.factories import (
    make_branch,
    make_committee,
    make_leader,
    make_organization,
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
