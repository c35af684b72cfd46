"""失联: what becomes of the record when the member is found, moves, is suspended, leaves the party or dies."""

from datetime import date
from importlib import import_module

from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from organizations.choices import FloatingStatus
from organizations.models import LostRecord, PartyMember
from organizations.workflows import floating, members, transfers
from tests.core.excel_data import bring, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_floating, make_lost, make_member, make_staff

DAY = date(2023, 3, 20)
LOST = date(2022, 6, 1)


class LostCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.member = make_member(cls.branch)

    def lost(self, **values):
        row = make_lost(self.member, self.staff, **values)
        self.member.refresh_from_db()
        return row

    def on_the_roster(self):
        return PartyMember.objects.values_list("is_lost", "lost_on").get(pk=self.member.pk)

    def leave(self, reason, on=DAY):
        self.member.refresh_from_db()
        return members.leave(self.member, end=on, leave_reason=reason, by=self.staff)


class FoundTests(LostCase):
    def test_who_came_back_or_moved_is_lost_no_more(self):
        for outcome in (FloatingStatus.RETURNED, FloatingStatus.MOVED):
            with self.subTest(outcome=outcome):
                self.member = make_member(self.branch)
                away, row = make_floating(self.member, self.staff), self.lost()
                away.refresh_from_db()

                floating.end_floating(away, outcome=outcome, on=DAY, by=self.staff, note="回家过年")

                row.refresh_from_db()
                away.refresh_from_db()
                self.assertEqual((row.found_on, row.found_note, away.status), (DAY, "回家过年", outcome))
                self.assertEqual(self.on_the_roster(), (False, None))

    def test_the_day_of_finding_is_not_before_the_day_of_losing(self):
        away, row = make_floating(self.member, self.staff), self.lost(lost_on=date(2023, 3, 25))
        away.refresh_from_db()

        floating.end_floating(away, outcome="returned", on=DAY, by=self.staff)

        row.refresh_from_db()
        self.assertEqual(row.found_on, date(2023, 3, 25))

    def test_who_reports_to_another_branch_is_found(self):
        row = self.lost()

        transfers.transfer_member(self.member, branch=self.other, start=DAY, by=self.staff)

        row.refresh_from_db()
        self.assertEqual((row.found_on, row.found_note), (DAY, "组织关系已转接"))
        self.assertEqual(self.on_the_roster(), (False, None))
        self.assertEqual((LostRecord.objects.found().count(), LostRecord.objects.ended().count()), (1, 0))


class EndedTests(LostCase):
    def test_who_died_or_was_removed_is_neither_lost_nor_found(self):
        for reason, word in (
            ("deceased", "死亡"),
            ("removed", "除名"),
            ("expelled", "开除党籍"),
            ("mistake", "录入错误作废"),
        ):
            with self.subTest(reason=reason):
                self.member = make_member(self.branch)
                row = self.lost()

                self.leave(reason)

                row.refresh_from_db()
                self.assertEqual((row.found_on, row.ended_on, row.ended_note), (None, DAY, word))
                self.assertEqual(self.on_the_roster(), (False, None))
        counts = [
            rows.count() for rows in (LostRecord.objects.open(), LostRecord.objects.found(), LostRecord.objects.ended())
        ]
        self.assertEqual(counts, [0, 0, 4])

    def test_a_floating_member_who_dies_was_not_found(self):
        away, row = make_floating(self.member, self.staff), self.lost()

        self.leave("deceased")

        row.refresh_from_db()
        away.refresh_from_db()
        self.assertEqual((row.found_on, row.ended_on, away.status), (None, DAY, FloatingStatus.ENDED))

    def test_mb_09_a_suspended_member_is_looked_for_until_removal(self):
        row = self.lost()

        self.leave("suspended")
        self.assertEqual(LostRecord.objects.open().get(), row)
        self.assertEqual(self.on_the_roster(), (True, LOST))
        self.leave("removed", on=date(2025, 3, 20))

        row.refresh_from_db()
        self.assertEqual((row.found_on, row.ended_on), (None, date(2025, 3, 20)))

    def test_who_is_restored_has_been_found(self):
        row = self.lost()
        self.leave("suspended")

        member = members.restore_member(self.member, branch=self.other, start=date(2023, 3, 28), by=self.staff)

        row.refresh_from_db()
        self.assertEqual((row.found_on, member.status, member.is_lost), (date(2023, 3, 28), "normal", False))

    def test_an_ended_record_is_shown_and_not_found_afterwards(self):
        row = self.lost()
        self.leave("deceased")
        self.client.force_login(self.staff)

        page = self.client.get(row.get_absolute_url())
        self.assertContains(page, "已办结")
        self.assertContains(page, "死亡")
        self.assertNotContains(page, "登记取得联系</button>")
        for tab, number in (("open", 0), ("long", 0), ("found", 0), ("ended", 1), ("all", 1)):
            listed = self.client.get(reverse("organizations:lostrecord-list"), {"tab": tab})
            self.assertEqual(listed.context["page"].count, number, tab)
        edit = reverse("organizations:lostrecord-update", args=[row.pk])
        self.assertEqual(self.client.get(edit).status_code, 403)
        row.refresh_from_db()
        with self.assertRaisesMessage(ValidationError, "已在2023-03-20办结（死亡）"):
            floating.find_member(row, found_on=DAY, by=self.staff)

    def test_the_migration_settles_those_who_left_before(self):
        row, still = self.lost(), make_lost(make_member(self.branch), self.staff)
        self.leave("removed")
        LostRecord.objects.filter(pk=row.pk).update(ended_on=None, ended_note="")
        PartyMember.objects.filter(pk=self.member.pk).update(is_lost=True, lost_on=LOST)

        import_module("organizations.migrations.0013_settle_endings_and_versions").stop_searching(apps, None)

        row.refresh_from_db()
        self.assertEqual((row.ended_on, row.ended_note), (DAY, "已出党"))
        self.assertEqual(self.on_the_roster(), (False, None))
        self.assertEqual(LostRecord.objects.open().get(), still)


class RestoreTests(LostCase):
    def test_the_roster_tells_nothing_of_absence_and_branch_of_who_has_left(self):
        """Neither lost nor away nor in a branch again: the dead stay out, restoring is done on the page of the member."""
        head = ("姓名", "性别", "出生日期", "入党日期", "所在党支部", "是否流动", "是否失联")
        for reason, word in (("deceased", "死亡"), ("removed", "已出党"), ("suspended", "停止党籍")):
            with self.subTest(reason=reason):
                self.member = member = make_member(self.branch, born_on=date(1970, 1, 1), sex="male")
                self.leave(reason)
                facts = (member.name, "男", member.born_on, member.joined_on)
                lines = [(*facts, "", "", "是"), (*facts, "", "是", ""), (*facts, self.branch.name, "", "是")]
                told = [errors(bring(workbook([head, line]), self.staff, "members")) for line in lines]

                self.assertIn("已不在名册的党支部里，不再登记失联", *told[0])
                self.assertIn("已不在名册的党支部里，不再登记流动", *told[1])
                self.assertIn(f"这名党员登记为“{word}”，不能由名册写回党支部", *told[2])
                same = bring(workbook([head, (*facts, "", "", "")]), self.staff, "members")
                self.assertEqual(counts(same), (0, 0, 1, 0))
        self.assertFalse(LostRecord.objects.exists())

    def test_nobody_is_restored_into_a_dissolved_branch(self):
        self.leave("suspended")
        type(self.other).objects.filter(pk=self.other.pk).update(dissolved_on=date(2023, 3, 25), status="dissolved")
        self.other.refresh_from_db()

        with self.assertRaisesMessage(ValidationError, f"{self.other}已于2023-03-25撤销，请选别的党支部。"):
            members.restore_member(self.member, branch=self.other, start=date(2023, 3, 22), by=self.staff)

        self.assertFalse(self.member.memberships.filter(end=None).exists())
