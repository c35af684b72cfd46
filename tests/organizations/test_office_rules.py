"""The office's own numbers: the same setting decides at the check-up, at an election and at an application."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from core.models import OfficeSetting
from organizations import checkup
from organizations.models import BranchApplication, ElectionTerm, Posting
from organizations.workflows import applications, branches, elections
from organizations.workflows.election_rules import ElectionRules, election_rules
from organizations.workflows.recipients import secretaries_by_branch, secretaries_of
from tests.factories import (
    make_branch,
    make_committee,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    numbers,
)

TODAY, HELD = date(2023, 4, 6), date(2023, 3, 20)
FIGURES = {
    "voters_due": 10,
    "voters_present": 10,
    "candidates": 5,
    "seats": 4,
    "ballots_issued": 10,
    "ballots_returned": 10,
}
POSTS = ("secretary", "organization", "publicity", "discipline")


class RuleCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=TODAY)
        cls.staff = make_staff(cls.committee)
        cls.bodies = [make_organization(cls.committee) for _ in range(3)]

    def set(self, key, value, since=date(2020, 1, 1)):
        OfficeSetting.objects.create(committee=self.committee, key=key, value=value, effective_from=since)

    def refused(self, call, *args, **kwargs):
        with self.assertRaises(ValidationError) as caught:
            call(*args, by=self.staff, **kwargs)
        return caught.exception.messages


class ElectionRemarkTests(RuleCase):
    def remarks(self, size=2, kind="branch", secretary="", **figures):
        branch = make_branch(self.committee, kind=kind, term_start=date(2020, 4, 20), term_end=date(2023, 4, 20))
        for _ in range(2):
            make_member(branch)
        name = secretary or make_member(branch).name
        people = [{"post": post, "person_name": name if post == "secretary" else f"委员{post}", "body_post": "", "votes": None}
                  for post in POSTS[:size]]  # fmt: skip
        term = ElectionTerm.objects.select_related("branch", "committee").get(branch=branch)
        elections.prepare(term, request_no="1号", reply_no="2号", by=self.staff)
        elections.hold_election(term, elected_on=HELD, people=people, by=self.staff, **{**FIGURES, **figures})
        self.client.force_login(self.staff)
        shown = self.client.get(term.get_absolute_url())
        found = elections.remarks_on(term, list(term.elected.all()), election_rules(self.committee, HELD))
        for sentence in found:
            self.assertContains(shown, sentence)
        return found

    def test_po_01_by_the_usual_numbers(self):
        self.assertEqual(self.remarks(size=2), ["正式党员7名以上的，支部委员会一般3至7人，现在2人（PO-01）。"])
        self.assertEqual(self.remarks(size=2, voters_due=6, voters_present=6, ballots_issued=6, ballots_returned=6), [])
        self.assertEqual(self.remarks(size=3), [])

    def test_po_01_by_the_offices_numbers(self):
        self.set("branch.committee_min", 4)
        self.set("branch.committee_max", 5)
        self.set("branch.committee_from", 10)

        self.assertEqual(self.remarks(size=3), ["正式党员10名以上的，支部委员会一般4至5人，现在3人（PO-01）。"])
        self.assertEqual(self.remarks(size=3, voters_due=9, voters_present=9, ballots_issued=9, ballots_returned=9), [])
        self.assertEqual(self.remarks(size=4), [])

    def test_po_04_is_asked_where_the_check_up_asks_it(self):
        sentence = "书记外来示例不在本党组织的正式党员名册里，请核对（PO-04）。"
        for kind, wanted in (("branch", [sentence]), ("joint", [sentence]), ("functional", []), ("general", [])):
            self.assertEqual(self.remarks(size=3, kind=kind, secretary="外来示例"), wanted, kind)

    def test_a_committee_and_a_general_branch_have_sizes_of_their_own(self):
        self.assertEqual(self.remarks(size=3, kind="committee"), ["党委一般5至7人，现在3人（PO-01）。"])
        self.assertEqual(self.remarks(size=2, kind="general"), ["党总支委员会一般3至5人，现在2人（PO-01）。"])

    def test_the_usual_numbers_are_those_of_the_check_up(self):
        usual, rules = checkup.limits(self.committee, TODAY), election_rules(self.committee, TODAY)

        self.assertEqual(rules, ElectionRules())
        self.assertEqual(rules.years, usual.term_years)
        self.assertEqual(
            (rules.committee_from, rules.committee_least, rules.committee_most, rules.least_bodies), (7, 3, 7, 2)
        )

    def test_years_of_a_term_are_read_alike(self):
        self.set("branch.term_years", {"committee": 4, "branch": "x", "joint": 99})
        self.assertEqual(election_rules(self.committee, TODAY).years, checkup.limits(self.committee, TODAY).term_years)
        self.assertEqual({k: election_rules(self.committee, TODAY).years[k] for k in ("committee", "branch", "joint")},
                         {"committee": 4, "branch": 3, "joint": 3})  # fmt: skip

        self.set("branch.term_years", 5, since=date(2023, 1, 1))
        found = election_rules(self.committee, TODAY).years
        self.assertEqual(found, checkup.limits(self.committee, TODAY).term_years)
        self.assertEqual((found["branch"], found["temporary"]), (5, 0))

    def test_a_branch_without_a_term_of_its_own_has_none_too_long(self):
        make_branch(self.committee, kind="temporary", term_start=date(2022, 1, 1), term_end=date(2023, 12, 31))
        rule = checkup.RULES["term-long"]

        self.assertEqual(checkup.counts(checkup.reader(self.staff, TODAY), [rule]), {"term-long": 0})


class JointTests(RuleCase):
    def apply(self, *bodies):
        n = next(numbers)
        row = BranchApplication(
            committee=self.committee, kind="set_up", applicant="示例市协会", requested_on=date(2023, 2, 1), grounds="申请。",
            name=f"中共示例市第{n}联合支部委员会", short_name=f"市第{n}联合党支部", branch_kind="joint",
        )  # fmt: skip
        return applications.apply(row, covers=bodies, by=self.staff)

    def test_cov_02_as_many_units_as_the_office_asks_for(self):
        self.assertIsNotNone(self.apply(*self.bodies[:2]).pk)
        self.set("joint_branch.min_units", 3)

        with self.assertRaisesMessage(ValidationError, "联合党支部要写3家以上覆盖单位（COV-02）。"):
            self.apply(*self.bodies[:2])

        self.assertIsNotNone(self.apply(*self.bodies).pk)


class YoungCoverageTests(RuleCase):
    def setUp(self):
        self.branch = make_branch(self.committee)
        self.coverage = branches.start_coverage(
            self.branch, organization=self.bodies[0], start=date(2023, 3, 10), by=self.staff
        )

    def change(self, on):
        row = BranchApplication(
            committee=self.committee, kind="change", branch=self.branch, applicant="示例市协会", grounds="变更。",
            requested_on=date(2023, 2, 1), branch_kind="joint",
        )  # fmt: skip
        applications.apply(row, covers=(), by=self.staff)
        applications.study(row, studied_on=date(2023, 2, 20), by=self.staff)
        applications.approve_application(
            row,
            approval_no="8号",
            approved_by="市综合党委",
            approved_on=date(2023, 3, 1),
            effective_on=on,
            by=self.staff,
        )
        return BranchApplication.objects.select_related("branch", "committee").get(pk=row.pk)

    def test_a_coverage_younger_than_the_change_is_named_with_its_day_and_the_way_out(self):
        row = self.change(date(2023, 3, 10))

        said = self.refused(applications.finish, row)

        self.assertEqual(said, [
            f"{self.branch}对{self.bodies[0]}的覆盖从2023-03-10才开始，不能在变更生效的2023-03-10改换覆盖方式。"
            "请先在党组织的页面上结束对这家的覆盖，变更办结以后再按新的类别登记。"
        ])  # fmt: skip
        branches.end_coverage(self.coverage, end=date(2023, 3, 20), by=self.staff)
        row = BranchApplication.objects.select_related("branch", "committee").get(pk=row.pk)
        applications.finish(row, by=self.staff)
        self.branch.refresh_from_db()
        branches.start_coverage(self.branch, organization=self.bodies[0], start=date(2023, 3, 20), by=self.staff)
        self.assertEqual(list(self.branch.coverages.order_by("start").values_list("method", "start", "end")),
                         [("own", date(2023, 3, 10), date(2023, 3, 20)), ("joint", date(2023, 3, 20), None)])  # fmt: skip

    def test_a_dissolution_names_what_began_later(self):
        branches.appoint(self.branch, post="secretary", person_name="甲示例", start=date(2023, 3, 12), by=self.staff)

        said = self.refused(branches.dissolve_branch, self.branch, on=date(2023, 3, 10), document_no="9号")

        self.assertEqual(said, [
            f"对{self.bodies[0]}的覆盖从2023-03-10起、甲示例的书记职务从2023-03-12起，不早于撤销日期2023-03-10。"
            "请核对撤销日期，或先结束这几项。"
        ])  # fmt: skip


class RecipientTests(RuleCase):
    def test_a_secretary_of_two_branches_is_told_once(self):
        one, two = make_branch(self.committee), make_branch(self.committee)
        user = make_secretary(one)
        Posting.objects.create(user=user, role="secretary", branch=two, start=date(2020, 1, 1))

        self.assertEqual(secretaries_of([one.pk, two.pk], TODAY), [user])
        self.assertEqual(secretaries_by_branch([one.pk, two.pk], TODAY), {one.pk: [user], two.pk: [user]})
