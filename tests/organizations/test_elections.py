"""换届: states, votes, approval and extension (DOMAIN §5.4)."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models import AuditEntry, Notice, OfficeSetting
from core.transitions import TransitionError
from organizations.choices import TERM_FLOW, TermStatus
from organizations.models import BranchPost, ElectedPerson, ElectionTerm, PartyBranch
from organizations.workflows import branches, elections, terms
from organizations.workflows.election_rules import ElectionRules
from tests.factories import (
    make_branch,
    make_committee,
    make_liaison,
    make_member,
    make_secretary,
    make_staff,
)
from tests.organizations.election_cases import ELECTION_DAY, FIGURES, PEOPLE, TODAY, ElectionCase, elect


class StateTests(ElectionCase):
    def test_from_each_state_each_move_happens_or_changes_nothing(self):
        moves = {
            "reminded": lambda t: elections.remind(t, on=TODAY, way="letter", by=self.staff),
            "preparing": lambda t: elections.prepare(t, request_no="1号", reply_no="2号", by=self.staff),
            "postponed": lambda t: elections.postpone(
                t, extension_no="3号", until=date(2023, 9, 1), reason="换届筹备", by=self.staff),
            "elected": lambda t: elect(t, self.staff),
            "done": lambda t: elections.approve_election(t, approval_no="4号", on=TODAY, by=self.staff),
            "closed": lambda t: terms.close_terms(t.branch, by=self.staff, note="撤销"),
        }  # fmt: skip
        for was, to in product(TermStatus, moves):
            term = self.make(was).terms.select_related("branch", "committee").get()
            if was == "elected":
                elections.keep_elected(PEOPLE, term=term)
            move = moves[to]
            if (was, to) == ("elected", "preparing"):
                move = lambda t: elections.return_election(t, reason="选举无效", by=self.staff)  # noqa: E731
            allowed = to in TERM_FLOW[was]
            self.assertEqual(elections.can_move(self.staff, term, to), allowed)
            try:
                move(term)
                moved = True
            except TransitionError:
                moved = False
            found = ElectionTerm.objects.get(pk=term.pk).status
            if to == "closed" and not term.is_open and was in ("done", "closed"):
                self.assertEqual(found, was)
                continue
            self.assertEqual((moved, found), (allowed, to if allowed else was), (was, to))

    def test_rights(self):
        secretary, liaison = make_secretary(self.branch), make_liaison(self.body)
        people = (self.staff, self.leader, secretary, liaison)
        elected = self.make("elected").terms.get()
        matrix = {
            "reminded": [True, False, False, False],
            "postponed": [True, True, False, False],
        }
        self.assertEqual({to: [elections.can_move(u, self.term, to) for u in people] for to in matrix}, matrix)
        self.assertEqual([elections.can_move(u, elected, "done") for u in people], [True, True, False, False])
        self.assertEqual([elections.can_move(u, elected, "preparing") for u in people], [True, False, False, False])
        seen = [ElectionTerm.objects.visible_to(u).filter(branch=self.branch).exists() for u in people]
        stranger = make_secretary(make_branch(self.committee))
        self.assertEqual(seen, [True] * 4)
        self.assertFalse(ElectionTerm.objects.visible_to(stranger).exists())
        self.assertFalse(ElectionTerm.objects.visible_to(make_staff(make_committee())).exists())

    def test_the_database_allows_one_open_term_a_branch(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            ElectionTerm.objects.create(committee=self.committee, branch=self.branch, number=3, due_on=TODAY)


class VoteTests(ElectionCase):
    def setUp(self):
        self.term = elections.prepare(
            ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk), request_no="1号",
            reply_no="2号", by=self.staff,
        )  # fmt: skip

    def test_a_vote_without_quorum_is_refused(self):
        for due, present, valid in ((15, 12, True), (16, 12, False)):
            faults = elections.vote_faults(
                {**FIGURES, "voters_due": due, "voters_present": present},
                [{**PEOPLE[0], "votes": None}],
                ElectionRules(),
            )
            self.assertEqual(any("不足五分之四" in fault for fault in faults), not valid)  # fmt: skip

    def test_more_ballots_back_than_given_out_void_the_vote(self):
        self.refused("选举无效", elect, self.term, ballots_returned=10)

    def test_half_of_those_who_should_attend_is_not_enough(self):
        figures = {"voters_due": 16, "voters_present": 14, "ballots_issued": 14, "ballots_returned": 14}
        people = [{**PEOPLE[0], "votes": 8}]
        self.refused("没有超过应到会有选举权人数16人的半数", elect, self.term, people=people, **figures)
        OfficeSetting.objects.create(committee=self.committee, key="election.majority_base", value="present")

        elect(self.term, self.staff, people, **figures)

        self.assertEqual((self.term.majority_base, self.term.base), ("present", 14))

    def test_other_faults_are_named_together(self):
        people = [*PEOPLE, {"post": "secretary", "person_name": "甲示例", "body_post": "", "votes": 20}]
        with self.assertRaises(ValidationError) as caught:
            elect(self.term, self.staff, people, ballots_issued=11)
        text = "".join(caught.exception.messages)
        for words in ("多于实到", "多于应选", "填了两次", "只能有一名", "多于收回"):
            self.assertIn(words, text)
        self.assertEqual(ElectionTerm.objects.get(pk=self.term.pk).status, "preparing")

    def test_the_day_lies_after_the_last_election_and_not_ahead(self):
        self.refused("要晚于本届选举日期", elect, self.term, elected_on=date(2020, 4, 20))
        self.refused("不能晚于今天", elect, self.term, elected_on=date(2023, 4, 7))

    def test_a_returned_result_is_wiped(self):
        elect(self.term, self.staff)
        self.refused("请写明", elections.return_election, self.term, reason="")

        elections.return_election(self.term, reason="收回选票登记有误", by=self.staff)

        term = ElectionTerm.objects.get(pk=self.term.pk)
        self.assertEqual((term.elected_on, term.voters_due, term.majority_base), (None, None, ""))
        self.assertFalse(ElectedPerson.objects.exists())


class ApprovalTests(ElectionCase):
    def setUp(self):
        branch = PartyBranch.objects.get(pk=self.branch.pk)
        self.member = make_member(branch, name="甲示例")
        BranchPost.objects.create(branch=branch, post="member", person_name="乙示例", start=date(2020, 4, 20))
        self.term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        elections.prepare(self.term, request_no="1号", reply_no="2号", by=self.staff)
        elect(self.term, self.staff)

    def approve(self, **changes):
        return elections.approve_election(
            self.term, **{"approval_no": "综党〔2023〕5号", "on": date(2023, 3, 25), "by": self.leader, **changes}
        )

    def test_the_approval_seats_the_committee_and_opens_the_next_term(self):
        self.approve()

        posts = self.branch.posts.order_by("pk").values_list("post", "person_name", "start", "end")
        self.assertEqual(list(posts), [
            ("secretary", "老书记", date(2016, 1, 1), ELECTION_DAY),
            ("member", "乙示例", date(2020, 4, 20), ELECTION_DAY),
            ("secretary", "甲示例", ELECTION_DAY, None),
            ("organization", "乙示例", ELECTION_DAY, None),
            ("publicity", "丙示例", ELECTION_DAY, None),
        ])  # fmt: skip
        self.assertEqual(self.branch.posts.get(person_name="甲示例").member, self.member)
        branch = PartyBranch.objects.with_secretary(TODAY).get(pk=self.branch.pk)
        self.assertEqual((branch.term_number, branch.term_start, branch.term_end, branch.secretary),
                         (3, ELECTION_DAY, date(2026, 3, 18), "甲示例"))  # fmt: skip
        found = self.branch.terms.order_by("number").values_list("number", "started_on", "due_on", "status")
        self.assertEqual(list(found), [
            (2, date(2020, 4, 20), date(2023, 4, 20), "done"), (3, ELECTION_DAY, date(2026, 3, 18), "waiting"),
        ])  # fmt: skip
        self.assertTrue(AuditEntry.objects.filter(object_type="organizations.partybranch", object_id=branch.pk,
                                                  note__contains="综党〔2023〕5号").exists())  # fmt: skip

    def test_a_second_click_changes_nothing(self):
        twin = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        self.approve()

        with self.assertRaises(TransitionError):
            elections.approve_election(twin, approval_no="综党〔2023〕5号", on=TODAY, by=self.staff)

        self.assertEqual((self.branch.terms.count(), self.branch.posts.filter(end=None).count()), (2, 3))

    def test_an_error_in_the_posts_leaves_nothing(self):
        BranchPost.objects.create(branch=self.branch, post="deputy", person_name="丁示例", start=date(2023, 4, 1))
        before = list(self.branch.posts.order_by("pk").values()), list(PartyBranch.objects.order_by("pk").values())

        with self.assertRaises(ValidationError):
            self.approve()

        self.assertEqual(ElectionTerm.objects.get(pk=self.term.pk).status, "elected")
        self.assertEqual((list(self.branch.posts.order_by("pk").values()),
                          list(PartyBranch.objects.order_by("pk").values())), before)  # fmt: skip
        self.assertEqual(self.branch.terms.count(), 1)

    def test_approval_needs_a_number_and_a_later_day(self):
        self.refused("请填写批准选举结果的文号", self.approve, approval_no=" ")
        self.refused("不能早于选举日期", self.approve, on=date(2023, 3, 1))

    def test_dissolving_closes_the_term_and_drops_the_result(self):
        self.member.memberships.update(end=date(2023, 4, 1), leave_reason="transferred")
        branches.dissolve_branch(
            PartyBranch.objects.get(pk=self.branch.pk),
            on=date(2023, 4, 2),
            document_no="综党〔2023〕9号",
            by=self.staff,
        )
        self.assertEqual(self.branch.terms.values_list("status", "elected_on").get(), ("closed", None))


class ExtensionTests(ElectionCase):
    def postpone(self, until, **changes):
        term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        return elections.postpone(
            term, **{"extension_no": "综党〔2023〕4号", "until": until, "reason": "筹备", "by": self.leader, **changes}
        )

    def test_twelve_months_are_allowed_and_not_a_day_more(self):
        self.refused("延期合计一般不超过12个月", self.postpone, date(2024, 4, 21))

        self.assertEqual(self.postpone(date(2024, 4, 20)).latest_day, date(2024, 4, 20))

    def test_a_second_extension_is_allowed_within_the_same_twelve_months_from_each_state(self):
        self.postpone(date(2023, 9, 1))
        self.refused("最晚到2024-04-20", self.postpone, date(2024, 4, 21))
        self.refused("要晚于2023-09-01", self.postpone, date(2023, 8, 1))
        self.client.force_login(self.staff)
        url = self.term.get_absolute_url()
        self.assertContains(self.client.get(url), "批准再次延期")

        self.assertEqual(
            self.postpone(date(2024, 4, 20), extension_no="综党〔2023〕9号").extension_no, "综党〔2023〕9号"
        )
        for status in ("postponed", "preparing"):
            ElectionTerm.objects.update(status=status)
            self.assertNotContains(self.client.get(url), "批准再次延期")

    def test_an_extension_needs_a_number_and_a_later_day(self):
        self.refused("没有批准不能延期", self.postpone, date(2023, 9, 1), extension_no="")
        self.refused("要晚于2023-04-20", self.postpone, date(2023, 4, 20))

    def test_the_setting_changes_the_limit(self):
        OfficeSetting.objects.create(committee=self.committee, key="election.extension_max_months", value=6)
        self.refused("最晚到2023-10-20", self.postpone, date(2023, 10, 21))

    def test_lateness_counts_from_the_approved_day(self):
        ElectionTerm.objects.filter(pk=self.term.pk).update(due_on=date(2023, 1, 10))
        self.assertEqual(ElectionTerm.objects.overdue(TODAY).count(), 1)
        self.postpone(date(2023, 6, 1))
        self.assertEqual(
            (ElectionTerm.objects.overdue(TODAY).count(), ElectionTerm.objects.near(TODAY).count()), (0, 1)
        )
        self.assertEqual(self.term.branch.terms.get().state(date(2023, 6, 2)), ("bad", "超期1天"))


class AccountTests(ElectionCase):
    """书记已换，请更换账号任职: staff, who keep the postings, learn of accounts that still act as secretary."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.old = make_secretary(cls.branch)
        cls.old.name = "老书记"
        cls.old.save()

    def told(self):
        rows = Notice.objects.filter(title__contains="请更换账号任职").order_by("user")
        return [(row.user, row.url) for row in rows]

    def test_after_an_approved_election_staff_are_told_with_the_posting(self):
        term = ElectionTerm.objects.select_related("branch", "committee").get(pk=self.term.pk)
        ElectionTerm.objects.filter(pk=term.pk).update(status="preparing")
        term.refresh_from_db()
        elect(term, self.staff)
        elections.approve_election(term, approval_no="综党〔2023〕9号", on=TODAY, by=self.leader)

        url = reverse("admin:organizations_posting_change", args=[self.old.postings.get().pk])
        self.assertEqual(self.told(), [(self.staff, url)])
        self.assertIn("现任书记是甲示例", Notice.objects.filter(user=self.staff).latest("pk").body)
        self.client.force_login(self.staff)
        self.assertContains(self.client.get(self.branch.get_absolute_url()), "账号“老书记”仍以书记身份管理")
        self.assertEqual(self.client.get(url).status_code, 200)

    def test_nobody_is_told_while_the_secretary_goes_on(self):
        post = self.branch.posts.get()
        branches.appoint(self.branch, post="publicity", person_name="丁", start=date(2023, 1, 1), by=self.staff)

        self.assertEqual(self.told(), [])
        branches.end_post(post, end=date(2023, 3, 1), by=self.staff)
        self.assertEqual(len(self.told()), 1)

    def test_a_new_secretary_without_an_election_is_told_of_too(self):
        branches.appoint(self.branch, post="secretary", person_name="新书记", start=date(2023, 3, 1), by=self.staff)

        self.assertEqual(len(self.told()), 1)
