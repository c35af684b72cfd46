"""What the tests of the rules share: an office on a fixed day, and which rules a row breaks."""

from datetime import date

from django.test import TestCase

from core.models import OfficeSetting
from organizations import checkup
from organizations.choices import Subject
from organizations.models import PartyBranch, PartyMember, SocialOrganization
from tests.factories import make_branch, make_committee, make_member, make_organization, make_staff, numbers

DAY = date(2023, 3, 31)
SUBJECTS = {PartyMember: Subject.MEMBER, SocialOrganization: Subject.BODY}
WHOLE = {  # a member with every collected item
    "born_on": date(1980, 5, 4),
    "education": "bachelor",
    "position": "管理岗位",
    "phone": "13800000000",
    "address": "示例市样本路1号",
    "fee_paid_until": date(2023, 3, 31),
}


class RuleCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="甲示例")

    def member(self, **values):
        whole = {**WHOLE, "id_hash": f"number {next(numbers)}"}
        return make_member(values.pop("branch", self.branch), **{**whole, **values})

    def findings(self, row, on=DAY):
        who = checkup.reader(self.staff, on)
        if isinstance(row, PartyBranch):
            found = checkup.findings_of_branch(row, who)
            return [one for one in found if one.rule.about == Subject.BRANCH]
        return checkup.of_row(row, SUBJECTS[type(row)], who)

    def keys(self, row, on=DAY):
        return {one.rule.key for one in self.findings(row, on)}

    def text(self, row, key, on=DAY):
        return next(one.text for one in self.findings(row, on) if one.rule.key == key)

    def assert_breaks(self, key, broken, right=(), on=DAY):
        """`broken` and `right` are rows; the sentence of a broken one is whole."""
        for row in broken:
            self.assertIn(key, self.keys(row, on), row)
            self.assertTrue(self.text(row, key, on).endswith("。"))
            self.assertNotIn("None", self.text(row, key, on))
        for row in right:
            self.assertNotIn(key, self.keys(row, on), row)

    def set_limit(self, key, value, since=date(2000, 1, 1)):
        OfficeSetting.objects.create(committee=self.committee, key=key, value=value, effective_from=since)
