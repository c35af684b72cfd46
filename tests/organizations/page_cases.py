"""Rows of every list of the app, for the tests of its pages."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.choices import CharterStatus
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    FloatingRecord,
    IncubationBatch,
    LedgerCheck,
    LedgerDifference,
    LostRecord,
    MemberChange,
    MemberCorrection,
    MemberLapse,
    MemberTransfer,
    PartyMember,
    SocialOrganization,
)
from tests.factories import (
    make_branch,
    make_committee,
    make_member,
    make_organization,
    make_staff,
    make_transfer,
    numbers,
)


def fill(committee, count):
    """`count` rows of every list."""
    for number in range(count):
        body = make_organization(committee)
        branch = make_branch(committee, covers=(body,), secretary="甲示例")
        member = make_member(branch)
        transfer = make_transfer(member, branch, from_branch=make_branch(committee))
        for model, values in (
            (FloatingRecord, {"left_on": date(2022, 6, 1)}),
            (LostRecord, {"lost_on": date(2022, 6, 1)}),
            (MemberCorrection, {"circumstance": "slack", "start_on": date(2022, 6, 1), "until": date(2022, 12, 1)}),
            (MemberLapse, {"ground": "life", "since": date(2022, 6, 1)}),
            (MemberChange, {"kind": "transferred_in", "on": date(2023, 2, 1), "other_branch": transfer.from_branch}),
        ):
            model.objects.create(committee=committee, member=member, branch=branch, **values)
        CharterRecord.objects.create(
            committee=committee, organization=body, status=CharterStatus.APPROVED, approved_on=date(2022, 1, 1),
            has_party_clause=True,
        )  # fmt: skip
        CommitmentLetter.objects.create(committee=committee, organization=body, signed_on=date(2015, 1, 1))
        IncubationBatch.objects.create(committee=committee, number=next(numbers))
        check = LedgerCheck.objects.create(
            committee=committee, checked_on=date(2023, 3, 1), compared_with="platform", organizations_checked=number
        )
        LedgerDifference.objects.create(committee=committee, check_run=check, object_label="甲会", field="住所")


class PageCase(TestCase):
    """One row of every list, seen by staff."""

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        fill(cls.committee, 1)
        cls.body = SocialOrganization.objects.get()
        cls.branch = cls.body.coverages.get().branch
        MemberTransfer.objects.update(status="withdrawn", ended_on=date(2023, 3, 2))
        cls.member = PartyMember.objects.get()

    def setUp(self):
        self.client.force_login(self.staff)
        self.client.get(reverse("organizations:partybranch-list"))

    def queries(self, url):
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(url)
        self.assertEqual(response.status_code, 200, url)
        return len(captured)
