"""组织设置申请: from the request to the branch, once (DOMAIN §5.3)."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.models import AuditEntry
from core.transitions import TransitionError
from organizations.choices import APPLICATION_FLOW, ApplicationKind, ApplicationStatus
from organizations.models import BranchApplication, BranchCoverage, BranchPost, PartyBranch
from organizations.workflows import applications, branches
from tests.factories import (
    make_branch,
    make_committee,
    make_liaison,
    make_member,
    make_secretary,
    make_staff,
    numbers,
)
from tests.organizations.application_cases import APPROVED, PEOPLE, TODAY, ApplicationCase


class StateTests(ApplicationCase):
    def moves(self):
        return {
            "applied": lambda r: applications.resubmit(r, by=self.staff),
            "returned": lambda r: applications.return_application(r, reason="材料不全", by=self.staff),
            "studying": lambda r: applications.study(r, studied_on=date(2023, 2, 20), by=self.staff),
            "approved": lambda r: applications.approve_application(r, approved_by="党委", by=self.staff, **APPROVED),
            "elected": lambda r: applications.elect_first(
                r, elected_on=date(2023, 3, 10), people=PEOPLE, voters_due=5, voters_present=5, by=self.staff),
            "filed": lambda r: applications.file_result(r, filing_no="1号", filed_on=date(2023, 3, 15), by=self.staff),
            "done": lambda r: applications.finish(r, by=self.staff),
            "refused": lambda r: applications.refuse_application(r, reason="条件不够", by=self.staff),
        }  # fmt: skip

    def test_from_each_state_each_move_happens_or_changes_nothing(self):
        moves = self.moves()
        for kind, was, to in product(ApplicationKind, ApplicationStatus, moves):
            branch = {} if kind == "set_up" else {"branch": make_branch(self.committee)}
            change = {"short_name": f"新名{next(numbers)}"} if kind == "change" else {}
            row = self.at(
                was, kind, covers=(), **branch, **change, **({"branch_kind": "branch"} if kind == "set_up" else {})
            )
            steps = applications.steps_from(row)
            self.assertLessEqual(set(steps), set(APPLICATION_FLOW[was]))
            allowed = to in steps
            if (was, to) == ("elected", "approved"):  # there this move is a return
                move = lambda r: applications.return_application(r, reason="重新选举", by=self.staff)  # noqa: E731
            elif (was, to) == ("elected", "returned"):
                continue
            else:
                move = moves[to]
            try:
                move(row)
                moved = True
            except TransitionError:
                moved = False
            found = BranchApplication.objects.get(pk=row.pk).status
            self.assertEqual((moved, found), (allowed, to if allowed else was), (kind, was, to))

    def test_rights(self):
        branch = make_branch(self.committee, covers=(self.bodies[0],))
        people = (self.staff, self.leader, make_secretary(branch), make_liaison(self.bodies[0]))
        studying, applied = self.at("studying", "cancel", branch=branch), self.at("applied", "cancel", branch=branch)
        asked = {
            "approve": [applications.can_move_application(u, studying, "approved") for u in people],
            "refuse": [applications.can_move_application(u, studying, "refused") for u in people],
            "study": [applications.can_move_application(u, applied, "studying") for u in people],
            "edit": [applications.can_edit_application(u, applied) for u in people],
            "see": [BranchApplication.objects.visible_to(u).filter(pk=applied.pk).exists() for u in people],
        }
        self.assertEqual(asked, {
            "approve": [True, True, False, False],
            "refuse": [True, True, False, False],
            "study": [True, False, False, False],
            "edit": [True, False, False, False],
            "see": [True, True, True, False],
        })  # fmt: skip
        covering = self.row()
        self.assertTrue(BranchApplication.objects.visible_to(people[3]).filter(pk=covering.pk).exists())
        self.assertFalse(BranchApplication.objects.visible_to(make_staff(make_committee())).exists())

    def test_the_database_wants_the_number_of_an_approval(self):
        row = self.row()
        with self.assertRaises(IntegrityError), transaction.atomic():
            BranchApplication.objects.filter(pk=row.pk).update(status="approved")


class AskingTests(ApplicationCase):
    def test_what_is_missing_is_told_at_its_field(self):
        branch = make_branch(self.committee)
        cases = [
            ("拟成立党组织的全称", {"name": ""}),
            ("选择拟成立党组织的类别", {"branch_kind": ""}),
            ("两家以上覆盖单位（COV-02）", {"covers": self.bodies[:1]}),
            ("PO-05", {"name": branch.name}),
            ("不写现有党组织", {"branch": branch}),
            ("撤销要写现有的党组织", {"kind": "cancel"}),
            ("至少一项", {"kind": "change", "branch": branch}),
            ("上级党组织不能是自己", {"kind": "change", "branch": branch, "parent": branch}),
        ]
        for sentence, values in cases:
            with self.subTest(sentence):
                kind = values.pop("kind", "set_up")
                with self.assertRaises(ValidationError) as caught:
                    self.row(kind, **values)
                self.assertIn(sentence, "".join(caught.exception.messages))

    def test_it_can_be_edited_until_it_is_talked_about(self):
        row = self.at("studying")
        self.refused("不能再改", applications.change_application, row, covers=self.bodies)


class SetUpTests(ApplicationCase):
    def test_the_end_of_the_way_makes_the_branch_with_all_that_belongs_to_it(self):
        row = self.set_up(self.row())

        applications.finish(row, by=self.staff)

        branch = PartyBranch.objects.with_secretary(TODAY).get(pk=self.fresh(row).branch_id)
        self.assertEqual(
            (branch.name, branch.kind, branch.founded_on, branch.approval_no, branch.status, branch.secretary),
            (row.name, "joint", date(2023, 3, 1), "综党〔2023〕8号", "normal", "甲示例"),
        )
        self.assertEqual((branch.term_number, branch.term_start, branch.term_end),
                         (1, date(2023, 3, 10), date(2026, 3, 10)))  # fmt: skip
        self.assertEqual(list(branch.terms.values_list("number", "due_on", "status")),
                         [(1, date(2026, 3, 10), "waiting")])  # fmt: skip
        covers = branch.coverages.values_list("organization", "method", "start", "document_no").order_by("organization")
        self.assertEqual(list(covers), [(b.pk, "joint", date(2023, 3, 1), "综党〔2023〕8号") for b in self.bodies])
        self.assertEqual(list(branch.posts.order_by("pk").values_list("post", "person_name", "start")),
                         [("secretary", "甲示例", date(2023, 3, 10)), ("organization", "乙示例", date(2023, 3, 10))])  # fmt: skip

    def test_a_double_click_makes_one_branch(self):
        row = self.set_up(self.row())
        twin = self.fresh(row)
        applications.finish(row, by=self.staff)
        before = PartyBranch.objects.count(), BranchCoverage.objects.count(), BranchPost.objects.count()

        with self.assertRaises(ValidationError):
            applications.finish(twin, by=self.staff)
        with self.assertRaises(TransitionError):
            applications.finish(self.fresh(row), by=self.staff)

        self.assertEqual(
            (PartyBranch.objects.count(), BranchCoverage.objects.count(), BranchPost.objects.count()), before
        )

    def test_a_body_that_is_covered_already_leaves_nothing_behind(self):
        row = self.set_up(self.row())
        make_branch(self.committee, covers=(self.bodies[1],))
        count = PartyBranch.objects.count()

        self.refused("已由一个党组织单独或联合覆盖", applications.finish, row)

        self.assertEqual((PartyBranch.objects.count(), self.fresh(row).status), (count, "filed"))

    def test_the_vote_needs_a_quorum_unless_the_committee_is_appointed(self):
        row = self.at("approved")
        held = {"elected_on": date(2023, 3, 10), "people": PEOPLE}
        self.refused("不足五分之四", applications.elect_first, row, voters_due=6, voters_present=4, **held)
        self.refused("请填写应到、实到", applications.elect_first, row, **held)
        self.refused("要有一名书记", applications.elect_first, row, elected_on=date(2023, 3, 10), people=PEOPLE[1:],
                     voters_due=5, voters_present=5)  # fmt: skip
        appointed = self.at("approved", branch_kind="temporary", covers=())
        applications.elect_first(appointed, by=self.staff, **held)
        self.assertEqual(appointed.status, "elected")

    def test_a_temporary_branch_has_no_term(self):
        row = self.at("approved", branch_kind="temporary", covers=())
        applications.elect_first(row, elected_on=date(2023, 3, 10), people=PEOPLE, by=self.staff)
        applications.file_result(row, filing_no="9号", filed_on=date(2023, 3, 15), by=self.staff)
        applications.finish(row, by=self.staff)
        self.assertEqual((row.branch.term_end, row.branch.terms.count()), (None, 0))


class ChangeTests(ApplicationCase):
    def changed(self, branch, covers=(), **values):
        row = self.at("approved", "change", branch=branch, covers=covers, **values)
        applications.finish(row, by=self.staff)
        branch.refresh_from_db()
        return row

    def test_name_and_superior_change_with_the_number_in_the_log(self):
        branch, parent = make_branch(self.committee), make_branch(self.committee, kind="general")

        self.changed(branch, name="中共示例市新名支部委员会", short_name="市新名党支部", parent=parent)

        self.assertEqual((branch.name, branch.short_name, branch.parent, branch.kind),
                         ("中共示例市新名支部委员会", "市新名党支部", parent, "branch"))  # fmt: skip
        notes = AuditEntry.objects.filter(object_type="organizations.partybranch", object_id=branch.pk)
        self.assertTrue(notes.filter(note__contains="综党〔2023〕8号").exists())

    def test_a_branch_that_becomes_joint_covers_in_another_way_from_that_day(self):
        branch = make_branch(self.committee, covers=(self.bodies[0],))

        self.changed(branch, covers=(self.bodies[1],), branch_kind="joint")

        rows = branch.coverages.order_by("pk").values_list("organization", "method", "start", "end")
        day = date(2023, 3, 1)
        self.assertEqual(list(rows), [
            (self.bodies[0].pk, "own", date(2016, 1, 1), day), (self.bodies[0].pk, "joint", day, None),
            (self.bodies[1].pk, "joint", day, None),
        ])  # fmt: skip

    def test_nothing_happens_before_the_effective_day(self):
        branch = make_branch(self.committee)
        row = self.at("approved", "cancel", branch=branch)
        BranchApplication.objects.filter(pk=row.pk).update(effective_on=date(2099, 1, 1))
        self.refused("2099-01-01才生效", applications.finish, self.fresh(row))
        branch.refresh_from_db()
        self.assertIsNone(branch.dissolved_on)

    def test_a_cancellation_dissolves_and_keeps_the_members_rule(self):
        branch = make_branch(self.committee, covers=(self.bodies[0],), secretary="甲示例", term_end=date(2023, 6, 1))
        member = make_member(branch)
        row = self.at("approved", "cancel", branch=branch)
        self.refused("请先为他们办理转出", applications.finish, row)
        member.memberships.update(end=date(2023, 2, 1), leave_reason="transferred")

        applications.finish(self.fresh(row), by=self.staff)

        branch.refresh_from_db()
        self.assertEqual((branch.status, branch.dissolved_on, branch.dissolution_no),
                         ("dissolved", date(2023, 3, 1), "综党〔2023〕8号"))  # fmt: skip
        self.assertEqual((branch.coverages.get().end, branch.posts.get().end, branch.terms.get().status),
                         (date(2023, 3, 1), date(2023, 3, 1), "closed"))  # fmt: skip

    def test_the_quick_ways_ask_for_the_number_too(self):
        branch = make_branch(self.committee)
        self.refused("请填写批准文号", branches.dissolve_branch, branch, on=TODAY, document_no=" ")
        self.refused("请填写批准文号", branches.move_branch, branch, to="rectifying", note="")
