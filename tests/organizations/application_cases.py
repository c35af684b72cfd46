"""What the tests of applications share: a request in any state, and the whole way up to its last step."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from organizations.models import BranchApplication
from organizations.workflows import applications
from tests.factories import (
    make_committee,
    make_leader,
    make_organization,
    make_staff,
    numbers,
)

TODAY = date(2023, 4, 6)
PEOPLE = [
    {"post": "secretary", "person_name": "甲示例", "body_post": "会长", "votes": None},
    {"post": "organization", "person_name": "乙示例", "body_post": "", "votes": None},
]
APPROVED = {"approval_no": "综党〔2023〕8号", "approved_on": date(2023, 3, 1)}
LATER = ("approved", "elected", "filed", "done")


class ApplicationCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.bodies = [make_organization(cls.committee) for _ in range(2)]

    def row(self, kind="set_up", covers=None, **overrides):
        n = next(numbers)
        values = {"committee": self.committee, "kind": kind, "applicant": "示例市协会", "requested_on": date(2023, 2, 1),
                  "grounds": "申请。"}  # fmt: skip
        if kind == "set_up":
            values |= {
                "name": f"中共示例市第{n}联合支部委员会",
                "short_name": f"市第{n}联合党支部",
                "branch_kind": "joint",
            }
            covers = self.bodies if covers is None else covers
        return applications.apply(BranchApplication(**{**values, **overrides}), covers=covers or (), by=self.staff)

    def at(self, status, kind="set_up", **overrides):
        """An application that stands in this state."""
        row = self.row(kind, **overrides)
        values = dict(APPROVED, effective_on=APPROVED["approved_on"]) if status in LATER else {}
        if status in ("elected", "filed", "done") and kind == "set_up":
            values["elected_on"] = date(2023, 3, 10)
        BranchApplication.objects.filter(pk=row.pk).update(status=status, **values)
        return self.fresh(row)

    def fresh(self, row):
        return BranchApplication.objects.select_related("branch", "parent", "committee").get(pk=row.pk)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaises(ValidationError) as caught:
            call(*args, **{"by": self.staff, **kwargs})
        self.assertIn(sentence, "".join(caught.exception.messages))

    def set_up(self, row):
        """The whole way up to the last step."""
        applications.study(row, studied_on=date(2023, 2, 20), by=self.staff)
        applications.approve_application(row, approved_by="市综合党委", by=self.leader, **APPROVED)
        applications.elect_first(
            row, elected_on=date(2023, 3, 10), people=PEOPLE, voters_due=5, voters_present=4, by=self.staff
        )
        applications.file_result(row, filing_no="综党〔2023〕9号", filed_on=date(2023, 3, 15), by=self.staff)
        return row
