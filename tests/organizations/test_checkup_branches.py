from datetime import date

from organizations.models import BranchPost, Membership
from tests.factories import make_branch, make_member, make_organization

from .checkup_cases import RuleCase

TERM = {"term_start": date(2021, 5, 20), "term_end": date(2024, 5, 20)}


class BranchRuleTests(RuleCase):
    def make(self, members=3, secretary="甲示例", **values):
        covers = values.pop("covers", None) or (make_organization(self.committee),)
        values = {**TERM, "contact": "甲示例", "phone": "13800000000", **values}
        branch = make_branch(self.committee, covers=covers, secretary=secretary, **values)
        for number in range(members):
            make_member(branch, name=secretary if number == 0 and secretary else f"党员{branch.pk}{number}")
        return branch

    def post(self, branch, name, post="member", **values):
        return BranchPost.objects.create(branch=branch, person_name=name, post=post, start=date(2022, 1, 1), **values)

    def test_a_sound_branch_has_no_finding(self):
        self.assertEqual(self.keys(self.make()), set())

    def test_po_01_a_branch_has_a_secretary(self):
        self.assert_breaks("po-01-secretary", [self.make(secretary="")], [self.make()])
        ended = self.make()
        ended.posts.update(end=date(2023, 3, 1))
        self.assertIn("po-01-secretary", self.keys(ended))

    def test_po_01_seven_formal_members_need_a_committee_of_three_to_seven(self):
        six, seven = self.make(members=6), self.make(members=7)
        self.assert_breaks("po-01", [seven], [six])
        self.assertEqual(self.text(seven, "po-01"), "有正式党员7名，登记的班子成员1人（含书记）。")
        for name, post in (("乙示例", "organization"), ("丙示例", "publicity")):
            self.post(seven, name, post)
        self.assertEqual(self.keys(seven), set())
        for number in range(5):
            self.post(seven, f"委员{number}")
        self.assertIn("po-01", self.keys(seven))

    def test_po_01_probationary_members_do_not_count(self):
        branch = self.make(members=6)
        make_member(branch, category="probationary", full_on=None)
        self.assertEqual(self.keys(branch), set())

    def test_po_02_fewer_than_three_formal_members(self):
        self.assert_breaks("po-02", [self.make(members=2)], [self.make(), self.make(members=2, kind="functional")])

    def test_po_03_more_than_fifty_members(self):
        self.set_limit("branch.max_members", 4)
        self.assert_breaks("po-03", [self.make(members=5)], [self.make(members=4)])

    def test_po_01_committees_of_general_branches_and_committees_have_sizes_of_their_own(self):
        general, committee = self.make(kind="general", members=0), self.make(kind="committee", members=0)
        for branch, least in ((general, 3), (committee, 5)):
            for number in range(1, least):
                self.assertIn("po-01-upper", self.keys(branch))
                self.post(branch, f"委员{branch.pk}{number}")
            self.assertNotIn("po-01-upper", self.keys(branch))

    def test_po_03_a_general_branch_counts_the_members_below_it(self):
        self.set_limit("general.min_members", 5)
        general = self.make(kind="general", members=0)
        below = self.make(members=4, parent=general)
        self.assertIn("po-03-upper", self.keys(general))
        self.assertEqual(self.text(general, "po-03-upper"), "党总支连同下级支部有正式党员4名。")
        make_member(below)
        self.assertNotIn("po-03-upper", self.keys(general))

    def test_po_04_the_secretary_is_a_formal_member_of_the_branch(self):
        stranger = self.make()
        stranger.posts.update(person_name="外来示例")
        self.assert_breaks("po-04", [stranger], [self.make()])
        self.assertIn("书记外来示例不在本支部正式党员名册中", self.text(stranger, "po-04"))
        functional = self.make(kind="functional")
        functional.posts.update(person_name="外来示例")
        self.assertNotIn("po-04", self.keys(functional))

    def test_po_04_a_linked_member_counts_and_not_the_name(self):
        branch = self.make()
        own = branch.memberships.first().member
        branch.posts.update(person_name="曾用示例", member=own)
        self.assertNotIn("po-04", self.keys(branch))
        Membership.objects.filter(member=own).update(kind="associate")
        self.assertIn("po-04", self.keys(branch))

    def test_po_06_one_person_holds_one_post(self):
        branch = self.make()
        self.assertNotIn("po-06", self.keys(branch))
        self.post(branch, "甲示例", "organization")
        self.assert_breaks("po-06", [branch])

    def test_the_term_is_over_ends_soon_or_is_unknown(self):
        cases = {"2023-03-30": "term-over", "2023-03-31": "term-soon", "2023-09-30": "term-soon", "2023-10-01": None}
        for day, key in cases.items():
            branch = self.make(term_start=date(2020, 10, 1), term_end=date.fromisoformat(day))
            self.assertEqual(self.keys(branch), {key} - {None}, day)
        self.assertEqual(self.keys(self.make(term_end=None)), {"term-unknown"})
        self.assertEqual(self.keys(self.make(term_end=None, kind="functional")), set())

    def test_a_term_longer_than_its_kind_has(self):
        long = {"term_start": date(2021, 5, 20), "term_end": date(2024, 5, 21)}
        self.assert_breaks("term-long", [self.make(**long)], [self.make(), self.make(kind="committee", **long)])
        self.set_limit("branch.term_years", {"branch": 5})
        self.assertEqual(self.keys(self.make(**long)), set())

    def test_cov_02_a_joint_branch_covers_two_to_five_bodies(self):
        bodies = [make_organization(self.committee) for _ in range(9)]
        found = [
            self.keys(self.make(kind="joint", covers=tuple(bodies[start:end])))
            for start, end in ((0, 1), (1, 3), (3, 9))
        ]
        self.assertEqual(found, [{"cov-02-few"}, set(), {"cov-02-many"}])

    def test_cov_02_a_branch_without_bodies(self):
        branch = self.make()
        branch.coverages.update(end=date(2023, 3, 1))
        self.assert_breaks("cov-02-none", [branch], [self.make()])
        temporary = make_branch(self.committee, kind="temporary")
        self.assertNotIn("cov-02-none", self.keys(temporary))

    def test_nobody_can_be_called(self):
        silent = self.make(phone="")
        self.assert_breaks("contact-branch", [silent], [self.make()])
        silent.posts.update(phone="13900000000")
        self.assertEqual(self.keys(silent), set())

    def test_a_dissolved_branch_is_not_looked_at(self):
        branch = self.make(secretary="", status="dissolved", dissolved_on=date(2023, 3, 1))
        self.assertEqual(self.keys(branch), set())

    def test_a_setting_that_is_no_number_counts_as_not_set(self):
        self.set_limit("branch.min_members", "三")
        self.set_limit("branch.term_years", {"branch": -1})
        self.assertEqual(self.keys(self.make()), set())
        self.assertIn("po-02", self.keys(self.make(members=2)))
