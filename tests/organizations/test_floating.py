from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from core.transitions import TransitionError, advance
from organizations import statistics
from organizations.choices import FLOATING_FLOW, FLOATING_OPEN, FloatingStatus
from organizations.models import FloatingRecord, LostRecord, Membership, PartyMember
from organizations.workflows import floating, members
from tests.factories import (
    make_branch,
    make_committee,
    make_floating,
    make_lost,
    make_member,
    make_secretary,
    make_staff,
)

DAY = date(2023, 3, 20)
Q1 = date(2023, 1, 1), date(2023, 3, 31)
S = FloatingStatus


class FloatingCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch = make_branch(cls.committee)
        cls.member = make_member(cls.branch)
        cls.secretary = make_secretary(cls.branch)

    def column(self, *names):
        return PartyMember.objects.values_list(*names).get(pk=self.member.pk)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, by=self.staff, **kwargs)


class FloatingTests(FloatingCase):
    def test_every_pair_of_states(self):
        for was, to in product(S, S):
            member = make_member(self.branch)
            row = FloatingRecord.objects.create(
                committee=self.committee, member=member, status=was, ended_on=None if was in FLOATING_OPEN else DAY
            )
            changes = {} if to in FLOATING_OPEN else {"ended_on": DAY}
            with self.subTest(was=was, to=to):
                try:
                    advance(row, FLOATING_FLOW, to, by=self.staff, **changes)
                except TransitionError:
                    self.assertNotIn(to, FLOATING_FLOW[was])
                else:
                    self.assertIn(to, FLOATING_FLOW[was])
                wanted = to if to in FLOATING_FLOW[was] else was
                self.assertEqual(FloatingRecord.objects.get(pk=row.pk).status, wanted)

    def test_the_roster_follows_the_record(self):
        row = make_floating(self.member, self.staff)
        self.assertEqual(self.column("floating", "floating_place"), ("out", "浙江省杭州市"))

        row.place = "上海市"
        floating.save_floating(row, by=self.staff)
        self.assertEqual(self.column("floating_place"), ("上海市",))
        floating.end_floating(row, outcome="returned", on=DAY, by=self.staff)

        self.assertEqual(self.column("floating", "floating_place"), ("", ""))

    def test_one_open_record_for_each_member(self):
        make_floating(self.member, self.staff)

        with self.assertRaises(ValidationError):
            make_floating(self.member, self.staff)
        with self.assertRaises(IntegrityError), transaction.atomic():
            FloatingRecord.objects.create(committee=self.committee, member=self.member)

    def test_fl_02_who_comes_from_elsewhere_is_not_counted(self):
        guest = PartyMember.objects.create(committee=self.committee, name="客示例", sex="male")
        Membership.objects.create(member=guest, branch=self.branch, kind="associate", start=date(2022, 1, 1))

        row = make_floating(guest, self.staff, direction="in")

        self.assertEqual(row.branch, self.branch)
        self.assertEqual(Membership.objects.full().on(DAY).filter(branch=self.branch).count(), 1)
        with self.assertRaisesMessage(ValidationError, "不能登记为流入"):
            make_floating(self.member, self.staff, direction="in")
        floating.end_floating(row, outcome="returned", on=DAY, by=self.staff)
        with self.assertRaisesMessage(ValidationError, "不能登记为流出"):
            make_floating(guest, self.staff, direction="out")

    def test_fl_01_who_was_not_reached_in_the_quarter_is_listed(self):
        row = make_floating(self.member, self.staff)
        floating.log_contact(row, on=date(2022, 12, 20), by=self.staff)
        floating.log_contact(row, on=date(2023, 3, 1), by=self.staff, reached=False)
        rows = FloatingRecord.objects.all()
        self.assertEqual(rows.unreached_between(*Q1).get(), row)
        self.assertEqual(rows.with_last_contact().get().last_contact, date(2022, 12, 20))

        floating.log_contact(row, on=date(2023, 3, 2), by=self.staff)

        self.assertFalse(rows.unreached_between(*Q1).exists())
        row.refresh_from_db()
        self.assertEqual(row.status, S.IN_CONTACT)

    def test_fl_03_six_months_at_a_fixed_place(self):
        row = make_floating(self.member, self.staff, left_on=date(2022, 9, 20), is_settled=True)

        for day, wanted in ((date(2023, 3, 19), False), (DAY, True)):
            self.assertEqual(FloatingRecord.objects.to_transfer(day).exists(), wanted, day)
            self.assertEqual(row.should_transfer(day), wanted, day)
        row.is_settled = False
        self.assertFalse(row.should_transfer(DAY))

    def test_days_are_in_order(self):
        row = make_floating(self.member, self.staff)

        self.refused("不能早于外出日期", floating.log_contact, row, on=date(2022, 1, 1))
        self.refused("不能早于外出日期", floating.end_floating, row, outcome="returned", on=date(2022, 1, 1))

    def test_leaving_the_roster_ends_the_absence(self):
        row = make_floating(self.member, self.staff)
        self.member.refresh_from_db()

        members.leave(self.member, end=DAY, leave_reason="deceased", by=self.staff)

        row.refresh_from_db()
        self.assertEqual((row.status, row.ended_on), (S.ENDED, DAY))

    def test_worked_figures(self):
        reached, not_reached, back = (make_floating(make_member(self.branch), self.staff) for _ in range(3))
        floating.log_contact(reached, on=DAY, by=self.staff)
        floating.log_contact(not_reached, on=DAY, by=self.staff, reached=False)
        floating.end_floating(back, outcome="returned", on=date(2022, 12, 1), by=self.staff)
        self.branch.committee.demo_date = date(2023, 4, 6)
        make_floating(make_member(self.branch), self.staff, left_on=date(2023, 4, 1))

        with self.assertNumQueries(1):
            found = statistics.floating_figures(FloatingRecord.objects, *Q1)

        self.assertEqual((found.out, found.arrived, found.reached, str(found.reached_rate)), (2, 0, 1, "50.0"))
        self.assertIsNone(statistics.floating_figures(FloatingRecord.objects.none(), *Q1).reached_rate)


class LostTests(FloatingCase):
    def test_lost_and_found_again(self):
        away = make_floating(self.member, self.staff)
        row = make_lost(self.member, self.staff)
        away.refresh_from_db()
        self.assertEqual((away.status, *self.column("is_lost", "lost_on")), (S.LOST, True, date(2022, 6, 1)))

        floating.find_member(row, found_on=DAY, by=self.staff, note="回电话了")

        away.refresh_from_db()
        self.assertEqual((away.status, *self.column("is_lost", "lost_on")), (S.IN_CONTACT, False, None))
        self.refused("已在2023-03-20取得联系", floating.find_member, row, found_on=DAY)

    def test_a_contact_finds_the_lost_member(self):
        away = make_floating(self.member, self.staff)
        row = make_lost(self.member, self.staff)
        away.refresh_from_db()

        floating.log_contact(away, on=DAY, by=self.staff, note="接通")

        row.refresh_from_db()
        self.assertEqual((row.found_on, away.status), (DAY, S.IN_CONTACT))

    def test_days_and_doubles_are_refused(self):
        row = make_lost(self.member, self.staff)

        self.refused("不能早于失联日期", floating.find_member, row, found_on=date(2022, 1, 1))
        with self.assertRaises(ValidationError):
            make_lost(self.member, self.staff)

    def test_mb_09_six_months(self):
        make_lost(self.member, self.staff, lost_on=date(2022, 9, 20))

        for day, wanted in ((date(2023, 3, 19), False), (DAY, True)):
            self.assertEqual(LostRecord.objects.long_lost(day).exists(), wanted, day)


class FloatingPageTests(FloatingCase):
    def test_the_secretary_registers_contacts_and_ends(self):
        self.client.force_login(self.secretary)
        answers = {"direction": "out", "left_on": "2022-06-01", "place": "浙江省杭州市", "is_settled": "on"}
        self.client.post(reverse("organizations:partymember-floating", args=[self.member.pk]), answers)
        row = FloatingRecord.objects.get()
        self.assertEqual((row.branch, row.created_by), (self.branch, self.secretary))
        self.assertContains(self.client.get(row.get_absolute_url()), "一般应把组织关系转到当地")

        url = reverse("organizations:floatingrecord-contact", args=[row.pk])
        self.client.post(url, {"on": "2023-03-20", "way": "phone", "reached": "on", "note": "一切正常"})
        self.assertContains(self.client.get(row.get_absolute_url()), "一切正常")
        self.assertContains(self.client.post(url, {"on": "2030-01-01", "way": "phone"}, follow=True), "不能晚于今天")
        self.client.post(reverse("organizations:floatingrecord-close", args=[row.pk]),
                         {"to": "returned", "on": "2023-03-25"})  # fmt: skip

        row.refresh_from_db()
        self.assertEqual((row.status, row.ended_on, row.contacts.count()), ("returned", date(2023, 3, 25), 1))

    def test_lost_members_on_pages(self):
        self.client.force_login(self.secretary)
        self.client.post(reverse("organizations:partymember-lost", args=[self.member.pk]),
                         {"circumstance": "3", "lost_on": "2022-09-01"})  # fmt: skip
        row = LostRecord.objects.get()
        self.assertContains(self.client.get(reverse("organizations:lostrecord-list") + "?tab=long"), self.member.name)
        self.client.post(reverse("organizations:lostrecord-update", args=[row.pk]),
                         {"circumstance": "3", "lost_on": "2022-09-05", "version": row.version})  # fmt: skip
        self.assertEqual(self.column("lost_on"), (date(2022, 9, 5),))
        self.client.post(reverse("organizations:lostrecord-find", args=[row.pk]), {"on": "2023-03-20"})

        self.assertEqual(self.column("is_lost"), (False,))

    def test_others_neither_see_nor_write(self):
        row = make_floating(self.member, self.staff)
        self.client.force_login(make_secretary(make_branch(self.committee)))

        for name in ("contact", "close"):
            url = reverse(f"organizations:floatingrecord-{name}", args=[row.pk])
            self.assertEqual(self.client.post(url, {"on": "2023-03-20"}).status_code, 404)
        self.assertNotContains(self.client.get(reverse("organizations:floatingrecord-list")), self.member.name)

    def test_missing_answers_come_back(self):
        self.client.force_login(self.staff)

        page = self.client.post(reverse("organizations:partymember-floating", args=[self.member.pk]), {})
        self.assertEqual(set(page.context["form"].errors), {"direction", "left_on", "place"})
        page = self.client.post(reverse("organizations:partymember-lost", args=[self.member.pk]), {})
        self.assertEqual(set(page.context["form"].errors), {"circumstance", "lost_on"})

    def test_lists_open_in_every_tab_and_export(self):
        make_floating(self.member, self.staff)
        make_lost(make_member(self.branch), self.staff)
        self.client.force_login(self.staff)
        for name, tabs in (
            ("floatingrecord", ("open", "unreached", "settled", "closed", "all")),
            ("lostrecord", ("open", "long", "found", "all")),
            ("membertransfer", ("open", "pending", "transit", "done", "all")),
        ):
            url = reverse(f"organizations:{name}-list")
            for tab in tabs:
                self.assertEqual(self.client.get(url + f"?tab={tab}&branch={self.branch.pk}").status_code, 200)
            if name != "membertransfer":
                exported = self.client.get(url + "?tab=all&export=xlsx")
                self.assertTrue(b"".join(exported.streaming_content).startswith(b"PK"))
