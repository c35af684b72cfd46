"""补登增减: what a line of a ledger does with a member, told without any workbook."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.test import TestCase

from organizations.choices import ChangeKind, TransferStatus
from organizations.models import MemberChange, PartyMember
from organizations.workflows.members import current_membership
from organizations.workflows.reported import record_change, transfer_told
from organizations.workflows.transfers import direction_of, record_transfer, status_of
from tests.factories import make_branch, make_committee, make_member, make_staff

DAY = date(2023, 2, 10)
K = ChangeKind


class ReportedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 4, 6))
        cls.staff = make_staff(cls.committee)
        cls.home, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.member = make_member(cls.home)

    def tell(self, kind, **facts):
        member = PartyMember.objects.get(pk=self.member.pk)
        record_change(member, kind, on=DAY, by=self.staff, basis="按台账", **facts)

    def refused(self, field, kind, **facts):
        with self.assertRaises(ValidationError) as caught:
            self.tell(kind, **facts)
        self.assertEqual(list(caught.exception.message_dict), [field])

    def told(self, kind, **facts):
        row = transfer_told(self.member, kind, DAY, **{"branch": None, "other": None, "outside": "", **facts})
        return row.direction, row.from_branch, row.to_branch, row.outside

    def test_the_direction_follows_from_the_sides_that_are_ours(self):
        sides = (self.home, None)
        found = [direction_of(*pair) for pair in product(sides, sides)]
        self.assertEqual(found, ["between", "outward", "inward", "inward"])

    def test_the_status_follows_from_the_days_that_are_told(self):
        found = [status_of(*days) for days in product((None, DAY), (None, DAY))]
        self.assertEqual(found, ["pending", "received", "in_transit", "received"])

    def test_the_side_that_is_not_told_is_where_the_relationship_is(self):
        self.assertEqual(self.told(K.TRANSFERRED_OUT, other=self.other), ("between", self.home, self.other, ""))
        self.assertEqual(self.told(K.TRANSFERRED_OUT, outside="外地党支部"), ("outward", self.home, None, "外地党支部"))
        self.assertEqual(self.told(K.TRANSFERRED_IN, branch=self.other), ("between", self.home, self.other, ""))

    def test_what_cannot_have_been_is_told_at_its_field(self):
        self.refused("other", K.TRANSFERRED_OUT, branch=self.home)
        self.refused("other", K.TRANSFERRED_IN, branch=self.other, outside="外地党支部")
        self.refused("branch", K.TRANSFERRED_IN, other=self.home)
        self.refused("branch", K.DECEASED, branch=self.other)
        self.refused("on", K.ADMITTED, branch=self.home)
        self.refused("until", K.EXTENDED)
        self.tell(K.TRANSFERRED_OUT, outside="外地党支部", document_no="介1号")
        self.refused("kind", K.TRANSFERRED_OUT, other=self.other)

    def test_a_transfer_moves_the_member_and_stands_in_both_ledgers(self):
        self.tell(K.TRANSFERRED_OUT, branch=self.home, other=self.other, document_no="介1号")

        self.assertEqual(current_membership(self.member).branch, self.other)
        self.assertEqual(self.member.transfers.get().letter_no, "介1号")
        kinds = MemberChange.objects.filter(member=self.member, on=DAY).values_list("kind", flat=True)
        self.assertEqual(set(kinds), {K.TRANSFERRED_IN, K.TRANSFERRED_OUT})

    def test_what_is_still_open_has_no_day_of_its_end(self):
        for status in (TransferStatus.PENDING, TransferStatus.IN_TRANSIT):
            row = transfer_told(self.member, K.TRANSFERRED_OUT, DAY, branch=None, other=self.other, outside="")
            row.status = status
            with self.assertRaises(ValidationError) as caught:
                record_transfer(row, by=self.staff)
            self.assertEqual(list(caught.exception.message_dict), ["ended_on"])
