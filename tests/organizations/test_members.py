"""The ledger of changes, the balance under every roster, and what becomes of probationary members."""

import io
from datetime import date
from importlib import import_module

import openpyxl
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.excel.undoing import undo_batch
from core.models import AuditEntry
from organizations import statistics
from organizations.choices import LeaveReason, MemberStatus
from organizations.models import FloatingRecord, LostRecord, MemberChange, Membership, PartyMember
from organizations.workflows import members, transfers
from organizations.workflows.changes import settle_changes
from reports.facts import Scope
from reports.guards import balance_checks
from tests.core.excel_data import bring_in, workbook
from tests.factories import (
    make_branch,
    make_committee,
    make_correction,
    make_floating,
    make_lapse,
    make_member,
    make_secretary,
    make_staff,
)

Q1 = date(2023, 1, 1), date(2023, 3, 31)
DAY = date(2023, 3, 1)


class MemberCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.member = make_member(cls.branch)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, by=self.staff, **kwargs)

    def kinds(self, member=None):
        return list((member or self.member).changes.order_by("on", "pk").values_list("kind", flat=True))

    def enrolled(self, reason, start=DAY, branch=None, **values):
        row = PartyMember(name="新示例", sex="male", **values)
        return members.enrol(row, branch=branch or self.branch, start=start, join_reason=reason, by=self.staff)


class ChangeTests(MemberCase):
    def test_every_reason_of_leaving_has_its_line_and_its_status(self):
        statuses = {"suspended": MemberStatus.SUSPENDED, "deceased": MemberStatus.DECEASED, "mistake": "normal"}
        for reason in LeaveReason:
            if reason in (LeaveReason.TRANSFERRED, LeaveReason.CANCELLED):
                continue
            member = make_member(self.branch)
            members.leave(member, end=DAY, leave_reason=reason, by=self.staff, document_no="综党1号")
            with self.subTest(reason):
                line = member.changes.get()
                self.assertEqual((line.kind, line.document_no, line.branch), (reason.value, "综党1号", self.branch))
                member.refresh_from_db()
                self.assertEqual(member.status, statuses.get(reason, MemberStatus.LEFT))

    def test_leaving_by_transfer_goes_through_a_transfer(self):
        self.refused("请办理组织关系转接", members.leave, self.member, end=DAY, leave_reason="transferred")

    def test_suspended_restored_and_after_suspension_removed(self):
        members.leave(self.member, end=DAY, leave_reason="suspended", by=self.staff)
        members.restore_member(self.member, branch=self.other, start=date(2023, 3, 5), by=self.staff)
        members.leave(self.member, end=date(2023, 3, 9), leave_reason="suspended", by=self.staff)
        members.leave(self.member, end=date(2023, 3, 20), leave_reason="removed", by=self.staff, document_no="综党9号")

        self.assertEqual(self.kinds(), ["suspended", "restored", "suspended", "removed"])
        self.assertEqual(PartyMember.objects.get(pk=self.member.pk).status, "left")
        found = statistics.balance(Membership.objects, *Q1)
        self.assertEqual((found.opening, found.restored, found.departed, found.closing), (1, 1, 2, 0))

    def test_who_has_left_cannot_leave_again(self):
        members.leave(self.member, end=DAY, leave_reason="expelled", by=self.staff)

        self.refused("没有在册", members.leave, self.member, end=DAY, leave_reason="deceased")

    def test_mb_03_probation_is_extended_once_by_six_to_twelve_months(self):
        member = make_member(self.branch, category="probationary", joined_on=date(2022, 3, 31), full_on=None)
        call, on = members.extend_probation, date(2023, 3, 27)
        for until in (date(2023, 9, 29), date(2024, 4, 1)):
            self.refused("2023-09-30至2024-03-31之间", call, member, on=on, until=until)
        call(member, on=on, until=date(2023, 9, 30), by=self.staff)

        self.refused("只能延长一次", call, member, on=on, until=date(2024, 1, 1))
        self.refused("延长至2023-09-30", members.confirm_full, member, full_on=date(2023, 9, 1))
        members.confirm_full(member, full_on=date(2023, 9, 30), by=self.staff)
        self.assertEqual(self.kinds(member), ["extended", "confirmed"])
        self.refused("已是正式党员", call, member, on=on, until=date(2024, 1, 1))

    def test_only_probationary_membership_is_cancelled(self):
        member = make_member(self.branch, category="probationary", joined_on=date(2022, 3, 31), full_on=None)

        self.refused("没有预备党员资格", members.leave, self.member, end=DAY, leave_reason="cancelled")
        members.leave(member, end=DAY, leave_reason="cancelled", by=self.staff)

        self.assertEqual(self.kinds(member), ["cancelled"])

    def test_lines_follow_a_corrected_membership(self):
        member = self.enrolled("admitted")
        row = member.memberships.get()
        row.join_reason, row.start = "initial", date(2023, 2, 1)
        row.save()

        settle_changes([member.pk])
        settle_changes([member.pk])

        self.assertEqual(self.kinds(member), [])

    def test_membership_corrected_in_the_admin_corrects_the_ledger(self):
        self.client.force_login(self.staff)
        member = self.enrolled("admitted")
        row = member.memberships.get()
        url = reverse("admin:organizations_partymember_change", args=[member.pk])
        form = self.client.get(url).context["adminform"].form
        data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        data |= {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": row.pk,
                 "memberships-0-member": member.pk, "memberships-0-branch": self.branch.pk, "memberships-0-kind": "full",
                 "memberships-0-start": "2023-03-01", "memberships-0-join_reason": "transferred",
                 "memberships-0-origin": "外地党支部"}  # fmt: skip

        self.assertEqual(self.client.post(url, data).status_code, 302)

        self.assertEqual(self.kinds(member), ["transferred_in"])

    def test_import_of_the_roster_writes_the_ledger_and_its_undo_takes_it_away(self):
        head = [
            "所在党支部",
            "姓名",
            "性别",
            "出生日期",
            "入党日期",
            "进入本支部日期",
            "进入原因",
            "是否流动",
            "流向",
            "是否失联",
            "失联日期",
        ]
        rows = [
            head,
            [
                self.branch.short_name,
                "甲示例",
                "男",
                "1990-01-01",
                "2012-07-01",
                "2023-02-01",
                "发展",
                "流出",
                "浙江省",
                "",
                "",
            ],
            [
                self.branch.short_name,
                "乙示例",
                "女",
                "1990-01-02",
                "2012-07-01",
                "2023-02-01",
                "转入",
                "",
                "",
                "是",
                "2022-05-01",
            ],
            [
                self.branch.short_name,
                "丙示例",
                "女",
                "1990-01-03",
                "2012-07-01",
                "2023-02-01",
                "建账时已在",
                "",
                "",
                "",
                "",
            ],
        ]
        batch = bring_in(workbook(rows), self.staff, "members")

        self.assertEqual(set(MemberChange.objects.values_list("member__name", "kind")),
                         {("甲示例", "admitted"), ("乙示例", "transferred_in")})  # fmt: skip
        self.assertEqual(FloatingRecord.objects.values_list("member__name", "place").get(), ("甲示例", "浙江省"))
        self.assertEqual(LostRecord.objects.values_list("member__name", "lost_on").get(), ("乙示例", date(2022, 5, 1)))
        undo_batch(batch, by=self.staff)
        left = MemberChange.objects.count(), FloatingRecord.objects.count(), LostRecord.objects.count()
        self.assertEqual((*left, PartyMember.objects.count()), (0, 0, 0, 1))

    def test_the_migration_writes_what_the_workflows_write(self):
        migration = import_module("organizations.migrations.0009_member_changes")
        self.enrolled("admitted")
        transfers.transfer_member(self.member, branch=self.other, start=DAY, by=self.staff)
        members.leave(make_member(self.branch), end=DAY, leave_reason="removed", by=self.staff)
        make_floating(make_member(self.branch), self.staff)
        names = ("member", "kind", "on", "branch", "other_branch", "membership", "committee")
        lines = set(MemberChange.objects.values_list(*names))
        away = FloatingRecord.objects.values("member", "direction", "place", "branch", "committee").get()
        MemberChange.objects.all().delete()
        FloatingRecord.objects.all().delete()

        migration.write_ledgers(apps, None)

        self.assertEqual(set(MemberChange.objects.values_list(*names)), lines)
        self.assertEqual(FloatingRecord.objects.values(*away).get(), away)

    def test_an_imported_roster_that_says_not_floating_any_more_ends_the_record(self):
        head = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "是否流动", "流向"]
        line = [self.branch.short_name, "甲示例", "男", "1990-01-01", "2012-07-01"]
        bring_in(workbook([head, [*line, "流出", "浙江省"]]), self.staff, "members")
        record = FloatingRecord.objects.get()
        FloatingRecord.objects.update(version=2)

        bring_in(workbook([head, [*line, "清空", "清空"]]), self.staff, "members")

        record.refresh_from_db()
        self.assertEqual((record.status, bool(record.ended_on)), ("returned", True))


class BalanceTests(MemberCase):
    """Worked numbers: one member at the start of the quarter."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        made = [make_member(cls.branch) for _ in range(5)]
        for member, reason in zip(made[:3], ("removed", "withdrawn", "deceased"), strict=True):
            members.leave(member, end=DAY, leave_reason=reason, by=cls.staff)
        transfers.transfer_member(made[3], branch=cls.other, start=DAY, by=cls.staff)
        for reason, branch in (("admitted", cls.branch), ("admitted", cls.other), ("transferred", cls.branch)):
            row = PartyMember(name="新示例", sex="male")
            members.enrol(row, branch=branch, start=DAY, join_reason=reason, by=cls.staff)
        make_member(make_branch(make_committee()))

    def balance(self, **scope):
        return statistics.balance(Membership.objects.filter(**scope), *Q1)

    def test_of_a_branch(self):
        found = self.balance(branch=self.branch)

        self.assertEqual(found.line, "期初6｜转入1｜发展1｜恢复党籍0｜转出1｜出党2｜死亡1｜期末4")
        self.assertEqual(found.sum, "6＋1＋1＋0－1－2－1＝4")

    def test_of_the_committee_where_the_inner_transfer_cancels(self):
        found = self.balance(branch__committee=self.committee)

        self.assertEqual(found.line, "期初6｜转入1｜发展2｜恢复党籍0｜转出0｜出党2｜死亡1｜期末6")

    def test_the_branches_together(self):
        rows = Membership.objects.filter(branch__committee=self.committee)
        with self.assertNumQueries(1):
            found = statistics.balances_by_branch(rows, *Q1)

        self.assertEqual(found[self.other.pk].line, "期初0｜转入1｜发展1｜恢复党籍0｜转出0｜出党0｜死亡0｜期末2")
        self.assertEqual(found[self.branch.pk], self.balance(branch=self.branch))
        row = type(self.branch).objects.annotate(**statistics.balance_columns(Membership.objects, *Q1))
        self.assertEqual(statistics.balance_of(row.get(pk=self.branch.pk), *Q1), found[self.branch.pk])

    def test_what_does_not_close_is_shown_with_its_rows(self):
        odd = self.enrolled("initial")
        rows = Membership.objects.filter(branch__committee=self.committee)

        found = statistics.balance(rows, *Q1)

        self.assertEqual((found.closes, found.difference), (False, 1))
        self.assertEqual([row.member for row in statistics.unexplained(rows, *Q1)], [odd])
        self.client.force_login(self.staff)
        for url in (reverse("organizations:partymember-list"), self.branch.get_absolute_url()):
            self.assertContains(self.client.get(url + "?period=2023Q1"), "增减没有平，差1名")

    def test_an_entry_made_and_voided_within_the_period_never_was(self):
        odd = self.enrolled("admitted")
        before = self.balance(branch=self.branch).admitted
        members.leave(odd, end=date(2023, 3, 2), leave_reason="mistake", by=self.staff)

        found = self.balance(branch=self.branch)

        self.assertEqual((found.closes, found.admitted), (True, before - 1))

    def test_guard_of_the_summary(self):
        from core.periods import Period

        scope = Scope(self.committee, Period.parse("2023Q1"), Q1[1])
        self.assertEqual([(c.holds, c.shown) for c in balance_checks(scope)], [(True, "6＋1＋2＋0－0－2－1＝6")])
        self.enrolled("initial")
        self.assertEqual([(c.holds, c.shown) for c in balance_checks(scope)], [(False, "6＋1＋2＋0－0－2－1≠7")])

    def test_roster_and_ledger_print_it_on_page_and_export(self):
        self.client.force_login(self.staff)
        pages = [reverse(f"organizations:{name}-list") + "?period=2023Q1" for name in ("partymember", "memberchange")]
        for url in pages:
            self.assertContains(self.client.get(url), "6＋1＋2＋0－0－2－1＝6")
            book = openpyxl.load_workbook(io.BytesIO(self.exported(url + f"&export=xlsx&branch={self.branch.pk}")))
            words = [str(row[0].value) for row in book.worksheets[0].iter_rows()]
            self.assertIn(
                "说明：2023年第一季度党员增减 期初6｜转入1｜发展1｜恢复党籍0｜转出1｜出党2｜死亡1｜期末4", words
            )

    def exported(self, url):
        return b"".join(self.client.get(url).streaming_content)

    def test_a_secretary_sees_the_balance_and_ledger_of_the_own_branch_only(self):
        self.client.force_login(make_secretary(self.other))

        page = self.client.get(reverse("organizations:memberchange-list") + "?period=2023Q1")

        self.assertContains(page, "0＋1＋1＋0－0－0－0＝2")
        self.assertEqual(page.context["page"].count, 2)
        table = self.client.get(reverse("organizations:memberchange-balance") + "?period=2023Q1")
        self.assertEqual([branch for branch, _ in table.context["lines"]], [self.other])

    def test_filters_of_the_ledger(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:memberchange-list")

        for query, count in (("?period=2023Q1", 8), ("?period=2022Q4", 0), ("?all=1&kind=admitted", 2),
                             (f"?all=1&branch={self.other.pk}", 2)):  # fmt: skip
            self.assertEqual(self.client.get(url + query).context["page"].count, count, query)


class NumbersTests(MemberCase):
    """ID numbers and phones are masked wherever rows are listed; in full only for a purpose that is written down."""

    NUMBER, PHONE = "341702199003070018", "13912345678"

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        from core.validators import ID_CHECKS, ID_WEIGHTS

        first = cls.NUMBER[:17]
        cls.number = first + ID_CHECKS[sum(int(c) * w for c, w in zip(first, ID_WEIGHTS, strict=True)) % 11]
        cls.member.set_id_number(cls.number)
        cls.member.phone = cls.PHONE
        cls.member.save()
        transfers.begin_transfer(
            transfers.MemberTransfer(member=cls.member, to_branch=cls.other, started_on=DAY), by=cls.staff
        )
        FloatingRecord.objects.create(committee=cls.committee, member=cls.member, branch=cls.branch, left_on=DAY)
        LostRecord.objects.create(committee=cls.committee, member=cls.member, branch=cls.branch, lost_on=DAY)
        make_correction(cls.member, cls.staff)
        make_lapse(cls.member, cls.staff)
        Membership.objects.filter(member=cls.member).update(join_reason="admitted")
        settle_changes([cls.member.pk])

    def test_no_page_and_no_export_of_members_shows_them(self):
        names = ("partymember", "memberchange", "membertransfer", "floatingrecord", "lostrecord", "membercorrection",
                 "memberlapse")  # fmt: skip
        urls = [reverse(f"organizations:{name}-list") + "?all=1&tab=all" for name in names]
        urls += [self.member.get_absolute_url(), self.branch.get_absolute_url(),
                 reverse("organizations:search") + f"?q={self.member.name}"]  # fmt: skip
        urls += [row.get_absolute_url() for row in (
            self.member.transfers.get(), self.member.floating_records.get(), self.member.lost_records.get(),
            self.member.membercorrections.get(), self.member.memberlapses.get())]  # fmt: skip
        for user in (self.staff, make_secretary(self.branch)):
            self.client.force_login(user)
            for url in urls:
                page = self.client.get(url)
                with self.subTest(url=url, user=user):
                    self.assertContains(page, self.member.name)
                    self.assertNotContains(page, self.number)
                    self.assertNotContains(page, self.PHONE)

    def cells(self, response):
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        return {str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}

    def test_full_export_needs_the_right_and_a_purpose_and_is_logged(self):
        url = reverse("core:import-export", args=["members"])
        self.client.force_login(self.staff)
        self.assertFalse({self.number, self.PHONE} & self.cells(self.client.post(url)))
        self.assertLessEqual(
            {self.number, self.PHONE}, self.cells(self.client.post(url, {"purpose": "上报党员信息库"}))
        )
        self.assertIn("上报党员信息库", AuditEntry.objects.filter(event="export").latest("pk").note)

        self.client.force_login(make_secretary(self.branch))
        self.assertEqual(self.client.post(url, {"purpose": "想看看"}).status_code, 403)
        listed = self.client.get(reverse("organizations:partymember-list") + "?export=xlsx&purpose=x")
        self.assertFalse({self.number, self.PHONE} & self.cells(listed))
