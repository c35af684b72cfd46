from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase

from core.excel.undoing import undo_batch
from core.models import AuditEntry, User
from core.transitions import TransitionError
from organizations.choices import (
    BRANCH_FLOW,
    CHARTER_FLOW,
    LETTER_FLOW,
    MEMBER_FLOW,
    BranchStatus,
    CharterStatus,
    LeaveReason,
    LetterStatus,
    MemberStatus,
)
from organizations.models import CharterRecord, CommitmentLetter, Membership, PartyBranch, PartyMember, Posting
from organizations.workflows import bodies, branches, members, papers, transfers
from tests.core.excel_data import bring_in, workbook
from tests.factories import (
    make_branch,
    make_committee,
    make_leader,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
)

DAY = date(2023, 3, 1)


class EveryPairOfStatesTests(TestCase):
    """From each state each move either is in the table and happens, or is refused and changes nothing."""

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)

    def moved(self, row, flow, was, to, move):
        allowed = to in flow[was]
        try:
            move(row)
        except TransitionError:
            self.assertFalse(allowed, (was, to))
            self.assertEqual(type(row).objects.get(pk=row.pk).status, was)
        else:
            self.assertTrue(allowed, (was, to))
            self.assertEqual(type(row).objects.get(pk=row.pk).status, to)

    def test_charters(self):
        moves = {
            CharterStatus.PROVISIONAL: lambda row: papers.write_in_first(row, by=self.staff),
            CharterStatus.VOTED: lambda row: papers.vote_charter(row, on=DAY, by=self.staff),
            CharterStatus.APPROVED: lambda row: papers.approve_charter(row, on=DAY, by=self.staff),
            CharterStatus.ABSENT: lambda row: papers.drop_charter(row, by=self.staff, note="未通过"),
        }
        for number, (was, to) in enumerate(product(CharterStatus, moves), 1):
            day = DAY if was == CharterStatus.APPROVED else None
            row = CharterRecord.objects.create(
                committee=self.committee, organization=self.body, version_no=number, has_party_clause=True,
                status=was, approved_on=day,
            )  # fmt: skip
            self.moved(row, CHARTER_FLOW, was, to, moves[to])
            self.assertEqual(papers.can_move_charter(self.staff, row, to), to in CHARTER_FLOW[row.status])

    def test_letters(self):
        moves = {
            LetterStatus.SIGNED: lambda row: papers.sign_letter(row, on=DAY, by=self.staff),
            LetterStatus.HANDED_OVER: lambda row: papers.hand_over_letter(row, on=DAY, by=self.staff),
        }
        for was, to in product(LetterStatus, moves):
            day = None if was == LetterStatus.PENDING else date(2015, 1, 1)
            row = CommitmentLetter.objects.create(
                committee=self.committee, organization=make_organization(self.committee), status=was, signed_on=day
            )
            self.moved(row, LETTER_FLOW, was, to, moves[to])

    def test_branches(self):
        for was, to in product(BranchStatus, BranchStatus):
            ended = DAY if was == BranchStatus.DISSOLVED else None
            row = make_branch(self.committee, status=was, dissolved_on=ended)
            if to == BranchStatus.DISSOLVED:
                self.moved(row, BRANCH_FLOW, was, to, lambda r: branches.dissolve_branch(
                    r, on=DAY, document_no="综党〔2023〕1号", by=self.staff))  # fmt: skip
            else:
                self.moved(
                    row,
                    BRANCH_FLOW,
                    was,
                    to,
                    lambda r, to=to: branches.move_branch(r, to=to, by=self.staff, note="综党〔2023〕1号"),
                )

    def test_members(self):
        branch = make_branch(self.committee)
        reasons = {
            MemberStatus.SUSPENDED: LeaveReason.SUSPENDED,
            MemberStatus.LEFT: LeaveReason.LEFT,
            MemberStatus.DECEASED: LeaveReason.DECEASED,
        }
        for was, (to, reason) in product(MemberStatus, reasons.items()):
            row = make_member(branch, status=was)
            self.moved(row, MEMBER_FLOW, was, to, lambda r, reason=reason: members.leave(
                r, end=DAY, leave_reason=reason, by=self.staff))  # fmt: skip
            refused = to not in MEMBER_FLOW[was]
            self.assertEqual(row.memberships.filter(end=None).exists(), refused)

    def test_only_staff_move_anything(self):
        charter = CharterRecord(organization=self.body, committee=self.committee)
        branch, letter = make_branch(self.committee), CommitmentLetter(organization=self.body)
        for user in (make_leader(self.committee), make_secretary(branch)):
            self.assertFalse(papers.can_move_charter(user, charter, CharterStatus.VOTED))
            self.assertFalse(papers.can_move_letter(user, letter, LetterStatus.SIGNED))
            self.assertFalse(branches.can_move(user, branch, BranchStatus.RECTIFYING))


class RuleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="甲示例")
        cls.member = make_member(cls.branch)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, by=self.staff, **kwargs)

    def test_org_03_an_ended_body_takes_no_new_coverage(self):
        body = make_organization(self.committee, status="cancelled", ended_on=date(2022, 1, 1))

        self.refused("不能再办理", branches.start_coverage, self.branch, organization=body, start=DAY)
        self.refused("不能再办理", bodies.assign_instructor, body, instructor_name="乙示例", start=DAY)

    def test_po_06_one_person_holds_one_post(self):
        branches.appoint(self.branch, post="member", person_name="乙示例", start=DAY, by=self.staff)

        self.refused("只担任一个职务", branches.appoint, self.branch, post="deputy", person_name="乙示例", start=DAY)
        self.refused(
            "不能重复担任同一职务", branches.appoint, self.branch, post="member", person_name="乙示例", start=DAY
        )

    def test_po_05_the_name_is_unique_among_branches_in_use(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make_branch(self.committee, name=self.branch.name)
        branches.dissolve_branch(
            make_branch(self.committee, name="中共示例市旧名支部委员会"), on=DAY, document_no="1号", by=self.staff
        )
        self.assertEqual(make_branch(self.committee, name="中共示例市旧名支部委员会").status, "normal")

    def test_cov_01_one_exclusive_coverage_at_a_time(self):
        other = make_branch(self.committee)

        self.refused("已由一个党组织", branches.start_coverage, other, organization=self.body, start=DAY)
        branches.end_coverage(self.body.coverages.get(), end=DAY, by=self.staff)
        branches.start_coverage(other, organization=self.body, start=DAY, by=self.staff)

        self.assertEqual(self.body.coverages.count(), 2)

    def test_coverage_begins_when_both_exist(self):
        newcomer = make_organization(self.committee, registered_on=date(2023, 2, 1))

        self.refused("不能早于2023-02-01", branches.start_coverage, self.branch, organization=newcomer,
                     start=date(2023, 1, 1))  # fmt: skip

    def test_an_interval_ends_after_it_began_and_once(self):
        row = self.body.coverages.get()

        self.refused("要晚于起始日期", branches.end_coverage, row, end=row.start)
        branches.end_coverage(row, end=DAY, by=self.staff)
        self.refused("不用再结束", branches.end_coverage, row, end=DAY)

    def test_mb_06_transfer_ends_the_old_membership(self):
        target = make_branch(self.committee)

        self.refused("已在", transfers.transfer_member, self.member, branch=self.branch, start=DAY)
        transfers.transfer_member(self.member, branch=target, start=DAY, by=self.staff)

        spans = self.member.memberships.order_by("start").values_list("branch", "end", "leave_reason", "join_reason")
        self.assertEqual(
            list(spans),
            [(self.branch.pk, DAY, "transferred", "initial"), (target.pk, None, "", "transferred")],
        )

    def test_mb_03_probation_lasts_a_year(self):
        member = make_member(self.branch, category="probationary", joined_on=date(2022, 6, 1), full_on=None)

        self.refused("满一年", members.confirm_full, member, full_on=DAY)
        members.confirm_full(member, full_on=date(2023, 6, 1), by=self.staff)

        self.assertEqual(PartyMember.objects.get(pk=member.pk).category, "full")

    def test_a_suspended_member_can_be_restored(self):
        members.leave(self.member, end=DAY, leave_reason="suspended", by=self.staff)
        self.member.refresh_from_db()

        members.restore_member(self.member, branch=self.branch, start=date(2023, 6, 1), by=self.staff)

        self.assertEqual(PartyMember.objects.get(pk=self.member.pk).status, "normal")
        self.assertEqual(Membership.objects.full().on(date(2023, 6, 1)).get().member, self.member)

    def test_every_change_is_in_the_log_of_branch_and_body(self):
        newcomer = make_organization(self.committee)
        branches.start_coverage(self.branch, organization=newcomer, start=DAY, by=self.staff)

        for row in (self.branch, newcomer):
            entry = AuditEntry.objects.get(object_type=row._meta.label_lower, object_id=row.pk)
            self.assertIn("组织覆盖", entry.changes)

    def test_undone_import_of_accounts_leaves_no_posting(self):
        rows = [["姓名", "账号", "职责", "党组织"], ["甲示例", "jiashili", "书记", self.branch.short_name]]
        batch = bring_in(workbook(rows), self.staff, "accounts")

        undo_batch(batch, by=self.staff)

        self.assertFalse(Posting.objects.exists())
        self.assertFalse(User.objects.filter(username="jiashili", is_active=True).exclude(password="").filter(
            postings__isnull=False).exists())  # fmt: skip
        self.assertTrue(PartyBranch.objects.exists())
