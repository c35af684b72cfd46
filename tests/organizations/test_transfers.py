from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from core.models import AuditEntry, Committee, Notice
from core.transitions import TransitionError
from organizations.choices import TRANSFER_FLOW, TransferStatus
from organizations.models import MemberChange, Membership, MemberTransfer, PartyMember
from organizations.workflows import members, transfers
from tests.factories import (
    make_branch,
    make_committee,
    make_floating,
    make_leader,
    make_member,
    make_secretary,
    make_staff,
    make_transfer,
)

DAY = date(2023, 3, 20)
S = TransferStatus


class TransferCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.old, cls.new = make_branch(cls.committee), make_branch(cls.committee)
        cls.member = make_member(cls.old)
        cls.giver, cls.taker = make_secretary(cls.old), make_secretary(cls.new)

    def homes(self, member=None):
        rows = (member or self.member).memberships.order_by("start")
        return list(rows.values_list("branch", "end", "leave_reason"))


class EveryPairOfStatesTests(TransferCase):
    def test_transfers(self):
        moves = {
            S.IN_TRANSIT: lambda row: transfers.approve_transfer(row, by=self.staff),
            S.RECEIVED: lambda row: transfers.receive_transfer(row, by=self.staff, on=DAY),
            S.RETURNED: lambda row: transfers.return_transfer(row, by=self.staff, reason="材料不全"),
            S.WITHDRAWN: lambda row: transfers.withdraw_transfer(row, by=self.staff, reason="不再转出"),
        }
        for was, to in product(S, moves):
            ended = None if was in (S.PENDING, S.IN_TRANSIT) else DAY
            member = make_member(self.old)
            row = make_transfer(member, self.new, status=was, ended_on=ended)
            allowed = to in TRANSFER_FLOW[was]
            with self.subTest(was=was, to=to):
                try:
                    moves[to](row)
                except TransitionError:
                    self.assertFalse(allowed)
                    self.assertEqual(MemberTransfer.objects.get(pk=row.pk).status, was)
                else:
                    self.assertTrue(allowed)
                    self.assertEqual(MemberTransfer.objects.get(pk=row.pk).status, to)
                moved = allowed and to == S.RECEIVED
                self.assertEqual(member.memberships.get(end=None).branch, self.new if moved else self.old)

    def test_who_may_do_what(self):
        people = {"staff": self.staff, "leader": make_leader(self.committee), "giver": self.giver,
                  "taker": self.taker, "stranger": make_secretary(make_branch(self.committee))}  # fmt: skip
        wanted = {
            (S.PENDING, transfers.can_approve): {"staff"},
            (S.PENDING, transfers.can_receive): set(),
            (S.PENDING, transfers.can_return): {"staff"},
            (S.PENDING, transfers.can_withdraw): {"staff", "giver"},
            (S.IN_TRANSIT, transfers.can_approve): set(),
            (S.IN_TRANSIT, transfers.can_receive): {"staff", "taker"},
            (S.IN_TRANSIT, transfers.can_return): {"staff", "taker"},
            (S.IN_TRANSIT, transfers.can_withdraw): {"staff"},
        }
        for (status, test), names in wanted.items():
            row = MemberTransfer(member=self.member, from_branch=self.old, to_branch=self.new, status=status)
            with self.subTest(status=status, test=test.__name__):
                self.assertEqual({name for name, user in people.items() if test(user, row)}, names)
        home = members.current_membership(self.member)
        started = {name for name, user in people.items() if transfers.can_start(user, self.member, home)}
        self.assertEqual(started, {"staff", "giver"})


class TransferRuleTests(TransferCase):
    def start(self, by=None, **values):
        row = MemberTransfer(**{"member": self.member, "to_branch": self.new, "started_on": date(2023, 3, 1), **values})
        return transfers.start_transfer(row, by=by or self.staff)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, **kwargs)

    def test_the_old_branch_stays_responsible_until_the_receipt(self):
        row = self.start()
        transfers.approve_transfer(row, by=self.staff)
        self.assertEqual(self.homes(), [(self.old.pk, None, "")])

        transfers.receive_transfer(row, by=self.taker, on=DAY)

        self.assertEqual(self.homes(), [(self.old.pk, DAY, "transferred"), (self.new.pk, None, "")])
        self.assertEqual(Membership.objects.full().on(DAY).filter(member=self.member).count(), 1)

    def test_both_branches_have_their_line_in_the_ledger(self):
        row = self.start(letter_no="综党转1号")
        transfers.approve_transfer(row, by=self.staff)
        transfers.receive_transfer(row, by=self.staff, on=DAY)

        lines = MemberChange.objects.order_by("kind").values_list("kind", "on", "branch", "other_branch", "document_no")
        self.assertEqual(
            list(lines),
            [("transferred_in", DAY, self.new.pk, self.old.pk, "综党转1号"),
             ("transferred_out", DAY, self.old.pk, self.new.pk, "综党转1号")],
        )  # fmt: skip

    def test_mb_06_one_open_transfer_at_a_time(self):
        self.start()

        self.refused("正在办理", self.start)
        with self.assertRaises(IntegrityError), transaction.atomic():
            MemberTransfer.objects.bulk_create([
                MemberTransfer(committee=self.committee, member=self.member, from_branch=self.old,
                               to_branch=self.new, started_on=DAY)
            ])  # fmt: skip

    def test_a_returned_transfer_can_be_started_again(self):
        row = self.start()
        transfers.return_transfer(row, by=self.staff, reason="介绍信过期")

        self.assertEqual(self.start().status, S.PENDING)
        self.assertEqual(self.homes(), [(self.old.pk, None, "")])

    def test_nothing_else_happens_to_the_relationship_meanwhile(self):
        self.start()

        self.refused("正在办理", members.leave, self.member, end=DAY, leave_reason="removed", by=self.staff)

    def test_receipt_is_refused_when_the_member_is_elsewhere_by_now(self):
        row = self.start()
        transfers.approve_transfer(row, by=self.staff)
        members.move_membership(self.member, on=date(2023, 3, 5), by=self.staff, branch=make_branch(self.committee))

        self.refused("变动过", transfers.receive_transfer, row, by=self.staff, on=DAY)
        self.assertEqual(MemberTransfer.objects.get(pk=row.pk).status, S.IN_TRANSIT)

    def test_outward_and_back_again(self):
        row = self.start(direction="outward", to_branch=None, outside="外地党支部")
        transfers.approve_transfer(row, by=self.staff)
        transfers.receive_transfer(row, by=self.staff, on=DAY)
        self.assertFalse(PartyMember.objects.enrolled(DAY).exists())
        self.assertEqual(MemberChange.objects.get().outside, "外地党支部")

        back = self.start(direction="inward", outside="外地党支部", started_on=date(2023, 3, 25))
        transfers.approve_transfer(back, by=self.staff)
        transfers.receive_transfer(back, by=self.taker, on=date(2023, 3, 28))

        self.assertEqual(self.homes()[-1], (self.new.pk, None, ""))

    def test_between_two_committees_of_one_tree_the_row_goes_along(self):
        below = make_committee(parent=self.committee, demo_date=self.committee.demo_date)
        branch, clerk = make_branch(below), make_staff(below)
        self.assertNotIn(self.member, PartyMember.objects.visible_to(clerk))
        transfers.transfer_member(self.member, branch=branch, start=date(2023, 3, 1), by=self.staff)
        self.assertIn(self.member, PartyMember.objects.visible_to(clerk))
        above = make_staff(Committee.objects.get(pk=self.committee.pk))
        self.assertIn(self.member, PartyMember.objects.visible_to(above))
        self.assertEqual(self.member.version, PartyMember.objects.get(pk=self.member.pk).version)

    def test_a_duplicate_in_the_other_committee_is_found_before_the_row_goes_there(self):
        below = make_committee(parent=self.committee, demo_date=self.committee.demo_date)
        branch = make_branch(below)
        PartyMember.objects.filter(pk=self.member.pk).update(id_hash="same")
        PartyMember.objects.filter(pk=make_member(branch).pk).update(id_hash="same")
        with self.assertRaisesMessage(ValidationError, "名册里已有这个证件号码的党员"):
            transfers.transfer_member(self.member, branch=branch, start=date(2023, 3, 1), by=self.staff)
        self.assertEqual(self.homes(), [(self.old.pk, None, "")])

    def test_wrong_sides_are_refused_with_a_sentence(self):
        self.refused("已在", self.start, to_branch=self.old)
        self.refused("不用转入", self.start, direction="inward", outside="外地党支部")
        self.refused("外单位党组织", self.start, direction="outward", to_branch=None)
        gone = make_branch(self.committee, status="dissolved", dissolved_on=date(2022, 1, 1))
        self.refused("已撤销", self.start, to_branch=gone)

    def test_days_are_in_order(self):
        row = self.start()
        transfers.approve_transfer(row, by=self.staff)

        self.refused("不能早于发起日期", transfers.receive_transfer, row, by=self.staff, on=date(2023, 2, 1))

    def test_a_suspended_member_is_not_transferred(self):
        members.leave(self.member, end=DAY, leave_reason="suspended", by=self.staff)

        self.refused("不能转接", self.start)

    def test_an_absence_ends_with_the_transfer(self):
        make_floating(self.member, self.staff)
        row = self.start()
        transfers.approve_transfer(row, by=self.staff)
        transfers.receive_transfer(row, by=self.staff, on=DAY)

        self.assertEqual(self.member.floating_records.get().status, "moved")
        self.assertEqual(PartyMember.objects.get(pk=self.member.pk).floating, "")

    def test_everybody_concerned_is_told(self):
        row = self.start(by=self.giver)
        transfers.approve_transfer(row, by=self.staff)
        transfers.receive_transfer(row, by=self.taker, on=DAY)

        told = set(Notice.objects.values_list("user", "title"))
        name = f"{self.member}的组织关系转接"
        self.assertEqual(
            told,
            {(self.staff.pk, f"{name}待审核"), (self.taker.pk, f"{name}待接收"), (self.giver.pk, f"{name}已接收")},
        )


class TransferPageTests(TransferCase):
    def answers(self, **values):
        return {"direction": "between", "to_branch": self.new.short_name, "started_on": "2023-03-01", **values}

    def test_from_secretary_to_secretary(self):
        url = reverse("organizations:partymember-transfer", args=[self.member.pk])
        self.client.force_login(self.giver)
        self.client.post(url, self.answers(at_once="on"))
        row = MemberTransfer.objects.get()
        self.assertEqual(row.status, S.PENDING)

        self.client.force_login(self.taker)
        self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 404)
        self.client.force_login(self.staff)
        self.client.post(reverse("organizations:membertransfer-approve", args=[row.pk]))
        self.client.force_login(self.taker)
        self.assertContains(self.client.get(row.get_absolute_url()), "确认接收")
        self.client.post(reverse("organizations:membertransfer-receive", args=[row.pk]), {"on": "2023-03-20"})

        self.assertEqual(self.homes()[-1], (self.new.pk, None, ""))
        self.assertEqual(self.client.get(self.member.get_absolute_url()).status_code, 200)

    def test_the_receiving_secretary_is_asked_on_the_branch_page(self):
        make_transfer(self.member, self.new, status=S.IN_TRANSIT)
        self.client.force_login(self.taker)

        self.assertContains(self.client.get(self.new.get_absolute_url()), "报到以后确认接收")

    def test_strangers_find_nothing_and_the_giver_cannot_receive(self):
        row = make_transfer(self.member, self.new, status=S.IN_TRANSIT)
        url = reverse("organizations:membertransfer-receive", args=[row.pk])

        self.client.force_login(make_secretary(make_branch(self.committee)))
        self.assertEqual(self.client.post(url, {"on": "2023-03-20"}).status_code, 404)
        self.assertNotContains(self.client.get(reverse("organizations:membertransfer-list")), self.member.name)
        self.client.force_login(self.giver)
        self.assertEqual(self.client.post(url, {"on": "2023-03-20"}).status_code, 403)
        self.assertEqual(self.homes(), [(self.old.pk, None, "")])

    def test_what_staff_do_at_once_leaves_the_same_rows(self):
        self.client.force_login(self.staff)
        self.client.post(
            reverse("organizations:partymember-transfer", args=[self.member.pk]), self.answers(at_once="on")
        )

        row = MemberTransfer.objects.get()
        self.assertEqual((row.status, row.ended_on, row.approved_by), (S.RECEIVED, date(2023, 3, 1), self.staff))
        self.assertEqual(MemberChange.objects.count(), 2)

    def test_broken_answers_come_back_to_their_fields(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:partymember-transfer", args=[self.member.pk])

        for wrong, field in (
            ({"to_branch": ""}, "to_branch"),
            ({"to_branch": "没有这个支部"}, "to_branch"),
            ({"direction": "outward"}, "outside"),
            ({"direction": "inward"}, "direction"),
            ({"started_on": "2030-01-01"}, "started_on"),
            ({"started_on": "昨天"}, "started_on"),
        ):
            page = self.client.post(url, self.answers(**wrong))
            with self.subTest(wrong):
                self.assertIn(field, page.context["form"].errors)
        self.assertFalse(MemberTransfer.objects.exists())

    def test_return_needs_a_reason(self):
        row = make_transfer(self.member, self.new)
        self.client.force_login(self.staff)
        url = reverse("organizations:membertransfer-return", args=[row.pk])

        self.assertContains(self.client.post(url, {"reason": ""}, follow=True), "请写明退回原因")
        self.client.post(url, {"reason": "介绍信过期"})

        row.refresh_from_db()
        self.assertEqual((row.status, row.answer), (S.RETURNED, "介绍信过期"))

    def test_a_newcomer_waits_for_the_receipt_of_the_branch(self):
        self.client.force_login(self.staff)
        answers = {"name": "戊示例", "sex": "female", "ethnicity": "汉族", "id_kind": "resident_id", "category": "full",
                   "branch": self.new.short_name, "branch_start": "2023-03-10", "membership_kind": "full",
                   "join_reason": "transferred"}  # fmt: skip
        url = reverse("organizations:partymember-create")

        self.assertContains(self.client.post(url, answers), "转入的要写从哪个党组织转来")
        self.client.post(url, {**answers, "origin": "外地党支部", "await_receipt": "on"})

        member = PartyMember.objects.get(name="戊示例")
        self.assertEqual((member.memberships.count(), member.transfers.get().status), (0, S.IN_TRANSIT))
        transfers.receive_transfer(member.transfers.get(), by=self.taker, on=DAY)
        self.assertEqual(MemberChange.objects.get(member=member).outside, "外地党支部")

    def test_every_step_is_in_the_log(self):
        row = transfers.begin_transfer(
            MemberTransfer(member=self.member, to_branch=self.new, started_on=DAY), by=self.staff, at_once=True
        )

        entries = AuditEntry.objects.filter(object_type="organizations.membertransfer", object_id=row.pk)
        self.assertEqual(list(entries.order_by("pk").values_list("event", flat=True)), ["create", "status", "status"])
