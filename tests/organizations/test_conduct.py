"""限期改正 and 未履行义务: registered, concluded, taken back, and what becomes of them when the member moves or leaves."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from core.models import AuditEntry
from organizations.models import MemberCorrection, MemberLapse, Membership, PartyMember
from organizations.workflows import conduct, members, transfers
from tests.factories import (
    make_branch,
    make_committee,
    make_correction,
    make_lapse,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    make_system_admin,
)

DAY = date(2023, 3, 20)


class ConductCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee, covers=(cls.body,)), make_branch(cls.committee)
        cls.member = make_member(cls.branch, name="陈例文")
        cls.secretary, cls.stranger = make_secretary(cls.branch), make_secretary(cls.other)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, by=self.staff, **kwargs)

    def url(self, name, row):
        return reverse(f"organizations:{name}", args=[row.pk])


class RuleTests(ConductCase):
    def test_mb_11_a_year_is_the_longest_period_by_form_and_database(self):
        for start, last, beyond in (
            (date(2022, 3, 1), date(2023, 3, 1), date(2023, 3, 2)),
            (date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)),
            (date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29)),
        ):
            row = MemberCorrection(committee=self.committee, member=self.member, branch=self.branch)
            row.circumstance, row.start_on, row.until = "slack", start, last
            row.full_clean()
            row.save()
            row.delete()
            with self.subTest(start=start):
                with self.assertRaises(ValidationError) as caught:
                    MemberCorrection(**{**self.values(row), "until": beyond}).full_clean()
                self.assertEqual([error.code for error in caught.exception.error_dict["until"]], ["MB-11"])
                with self.assertRaises(IntegrityError), transaction.atomic():
                    MemberCorrection.objects.create(**{**self.values(row), "until": beyond})

    def values(self, row):
        names = ("committee", "member", "branch", "circumstance", "start_on", "until")
        return {name: getattr(row, name) for name in names}

    def test_the_database_refuses_what_must_never_be(self):
        row = make_correction(self.member, self.staff)
        lapse = make_lapse(self.member, self.staff)
        wrong = (
            lambda: MemberCorrection.objects.create(**self.values(row)),  # a second one that is open
            lambda: MemberCorrection.objects.filter(pk=row.pk).update(until=row.start_on),
            lambda: MemberCorrection.objects.filter(pk=row.pk).update(outcome="corrected"),
            lambda: MemberCorrection.objects.filter(pk=row.pk).update(outcome_on=DAY),
            lambda: MemberCorrection.objects.filter(pk=row.pk).update(outcome="ended", outcome_on=date(2022, 10, 9)),
            lambda: MemberLapse.objects.filter(pk=lapse.pk).update(outcome="resumed"),
            lambda: MemberLapse.objects.filter(pk=lapse.pk).update(outcome="resumed", outcome_on=date(2022, 8, 31)),
            lambda: MemberLapse.objects.create(
                committee=self.committee, member=self.member, branch=self.branch, ground="life", since=DAY
            ),
        )  # fmt: skip
        for number, change in enumerate(wrong):
            with self.subTest(number), self.assertRaises(IntegrityError), transaction.atomic():
                change()
        make_lapse(self.member, self.staff, ground="work")

    def test_what_has_not_happened_and_whoever_is_not_here_is_refused(self):
        self.refused("日期不能晚于今天", conduct.register_conduct,
                     MemberLapse(member=self.member, ground="life", since=date(2023, 4, 1)))  # fmt: skip
        lapse = make_lapse(self.member, self.staff)
        self.refused("日期不能晚于今天", conduct.conclude, lapse, outcome="resumed", on=date(2023, 4, 1))
        lapse.refresh_from_db()
        self.refused("结论日期不能早于起始日期", conduct.conclude, lapse, outcome="resumed", on=date(2022, 8, 1))
        lapse.refresh_from_db()
        self.refused("请选择结论", conduct.conclude, lapse, outcome="", on=DAY)
        guest = PartyMember.objects.create(committee=self.committee, name="客示例", sex="male")
        Membership.objects.create(member=guest, branch=self.branch, kind="associate", start=date(2022, 1, 1))
        self.refused("组织关系不在本级的党支部", conduct.register_conduct,
                     MemberLapse(member=guest, ground="life", since=DAY))  # fmt: skip
        self.assertFalse(conduct.can_register(self.secretary, guest))


class OutcomeTests(ConductCase):
    def test_a_conclusion_changes_no_membership(self):
        for row in (make_correction(self.member, self.staff), make_lapse(self.member, self.staff)):
            conduct.conclude(row, outcome="removed", on=DAY, note="支部大会讨论决定", by=self.secretary)

            row.refresh_from_db()
            self.assertEqual((row.outcome, row.outcome_on, row.outcome_note), ("removed", DAY, "支部大会讨论决定"))
        self.member.refresh_from_db()
        self.assertEqual(self.member.status, "normal")
        self.assertEqual(self.member.memberships.get(end=None).branch, self.branch)
        self.assertEqual(MemberCorrection.objects.not_executed().count(), 1)

    def test_a_conclusion_is_told_once_and_may_be_taken_back_with_a_reason(self):
        row = make_correction(self.member, self.staff)
        conduct.conclude(row, outcome="corrected", on=DAY, by=self.staff)
        self.refused("已有结论“已改正”", conduct.conclude, row, outcome="removed", on=DAY)
        self.refused("请先撤回结论", conduct.save_conduct, row)
        self.refused("请写明撤回的原因", conduct.withdraw_conclusion, row, reason="")

        conduct.withdraw_conclusion(row, reason="没有批准", by=self.staff)

        row.refresh_from_db()
        self.assertTrue(row.is_open)
        entry = AuditEntry.objects.filter(object_type=row._meta.label_lower).latest("pk")
        self.assertEqual(entry.note, "撤回结论：没有批准")
        self.refused("还没有结论", conduct.withdraw_conclusion, row, reason="再撤")

    def test_it_is_not_taken_back_beside_a_new_one_or_after_the_member_is_gone(self):
        row = make_correction(self.member, self.staff)
        conduct.conclude(row, outcome="corrected", on=DAY, by=self.staff)
        new = make_correction(self.member, self.staff, start_on=DAY, until=date(2023, 9, 1))
        self.refused("已有一次限期改正没有结论", conduct.withdraw_conclusion, row, reason="记错")
        row.refresh_from_db()
        conduct.conclude(new, outcome="void", on=DAY, by=self.staff)
        self.assertTrue(conduct.can_withdraw(self.staff, row))
        transfers.transfer_member(self.member, branch=self.other, start=DAY, by=self.staff)

        self.refused("已不在", conduct.withdraw_conclusion, row, reason="记错")
        self.client.force_login(self.staff)
        for gone in (row, new):
            self.assertFalse(conduct.can_withdraw(self.staff, gone))
            self.assertNotContains(self.client.get(gone.get_absolute_url()), "撤回结论")

    def test_who_leaves_the_roster_has_no_open_record(self):
        for reason, outcome in (
            ("removed", "removed"),
            ("expelled", "ended"),
            ("suspended", "ended"),
            ("deceased", "ended"),
            ("mistake", "void"),
        ):
            member = make_member(self.branch)
            rows = [make_correction(member, self.staff), make_lapse(member, self.staff)]
            members.leave(member, end=DAY, leave_reason=reason, by=self.staff)
            for row in rows:
                row.refresh_from_db()
                self.assertEqual((row.outcome, row.outcome_on), (outcome, DAY), reason)
        self.assertFalse(MemberCorrection.objects.not_executed().exists())

    def test_the_day_of_the_end_is_not_before_the_first_one(self):
        row = make_lapse(self.member, self.staff, since=date(2023, 3, 25))

        members.leave(self.member, end=DAY, leave_reason="deceased", by=self.staff)

        row.refresh_from_db()
        self.assertEqual((row.outcome_on, row.outcome_note), (date(2023, 3, 25), "死亡"))

    def test_open_records_go_along_to_the_new_branch_and_end_outside(self):
        moving, leaving = make_member(self.branch), make_member(self.branch)
        correction, lapse = make_correction(moving, self.staff), make_lapse(leaving, self.staff)
        below = make_branch(make_committee(parent=self.committee, demo_date=date(2023, 3, 31)))

        transfers.transfer_member(moving, branch=below, start=DAY, by=self.staff)
        members.move_membership(leaving, on=DAY, by=self.staff, branch=None, outside="中共外地支部")

        correction.refresh_from_db()
        lapse.refresh_from_db()
        self.assertEqual((correction.branch, correction.committee, correction.outcome), (below, below.committee, ""))
        self.assertEqual((lapse.outcome, lapse.outcome_on, lapse.outcome_note), ("ended", DAY, "组织关系已转出"))

    def test_who_comes_back_is_not_asked_to_leave_again(self):
        row = make_correction(self.member, self.staff)
        conduct.conclude(row, outcome="removed", on=date(2022, 12, 1), by=self.staff)
        Membership.objects.filter(member=self.member).update(end=date(2023, 1, 1), leave_reason="removed")
        Membership.objects.create(member=self.member, branch=self.branch, start=date(2023, 2, 1))

        self.assertFalse(MemberCorrection.objects.not_executed().exists())
        self.client.force_login(self.staff)
        self.assertFalse(self.client.get(row.get_absolute_url()).context["parting"])


class PageTests(ConductCase):
    def post(self, url, **data):
        return self.client.post(url, data)

    def test_a_secretary_registers_edits_concludes_and_takes_back_for_the_own_branch(self):
        self.client.force_login(self.secretary)
        answers = {"circumstance": "slack", "detail": "任务没有完成", "start_on": "2022-10-01", "until": "2023-04-01"}
        self.post(self.url("partymember-correction", self.member), **answers)
        row = MemberCorrection.objects.get()
        self.assertEqual((row.branch, row.committee, row.created_by), (self.branch, self.committee, self.secretary))

        self.post(
            self.url("membercorrection-update", row), **{**answers, "until": "2023-03-01", "version": row.version}
        )
        row.refresh_from_db()
        self.assertEqual(row.until, date(2023, 3, 1))
        page = self.client.get(row.get_absolute_url())
        self.assertContains(page, "期满没有结论")
        self.assertContains(page, "登记结论不改变党籍")

        self.post(self.url("membercorrection-conclude", row), outcome="persuaded", on="2023-03-10", note="大会讨论")
        page = self.client.get(row.get_absolute_url())
        self.assertContains(page, "结论是劝退，党员名册里还没有变动")
        self.assertNotContains(page, self.url("partymember-leave", self.member))
        self.assertEqual(self.client.get(self.url("membercorrection-update", row)).status_code, 403)
        self.client.force_login(self.staff)
        self.assertContains(self.client.get(row.get_absolute_url()), self.url("partymember-leave", self.member))
        self.post(self.url("membercorrection-withdraw", row), reason="没有批准")
        row.refresh_from_db()
        self.assertTrue(row.is_open)

    def test_what_is_wrong_is_said_at_the_field(self):
        self.client.force_login(self.staff)
        page = self.post(self.url("partymember-correction", self.member), circumstance="slack", start_on="2022-03-01",
                         until="2023-03-02")  # fmt: skip
        self.assertEqual(page.context["form"].errors["until"], ["限期改正的时间不超过一年，最迟到2023-03-01。"])
        make_lapse(self.member, self.staff)
        page = self.post(self.url("partymember-lapse", self.member), ground="life", since="2023-01-01")
        self.assertContains(page, "请在原来的登记上修改")
        page = self.post(self.url("partymember-lapse", self.member), ground="work", since="2023-12-01")
        self.assertEqual(page.context["form"].errors["since"], ["日期不能晚于今天。"])

    def test_a_stale_form_is_not_saved(self):
        row = make_lapse(self.member, self.staff)
        self.client.force_login(self.staff)
        stale = {"ground": "life", "since": "2022-09-01", "note": "谈过话", "version": row.version}
        conduct.save_conduct(row, by=self.staff)

        page = self.post(self.url("memberlapse-update", row), **stale)

        self.assertEqual(page.status_code, 409)
        self.assertContains(page, "谈过话", status_code=409)

    def test_others_see_nothing_and_change_nothing(self):
        rows = [make_correction(self.member, self.staff), make_lapse(self.member, self.staff)]
        people = {
            make_leader(self.committee): (200, 403, 403),
            self.stranger: (404, 404, 404),
            make_liaison(self.body): (404, 404, 404),
            make_system_admin(self.committee): (403, 403, 404),
        }
        for user, (read, edit, act) in people.items():
            self.client.force_login(user)
            for row in rows:
                name = row._meta.model_name
                with self.subTest(user=user, name=name):
                    self.assertEqual(self.client.get(row.get_absolute_url()).status_code, read)
                    self.assertEqual(self.client.get(self.url(f"{name}-update", row)).status_code, edit)
                    for step in ("conclude", "withdraw"):
                        answer = self.post(self.url(f"{name}-{step}", row), outcome="removed", reason="想改")
                        self.assertEqual(answer.status_code, act, step)
                    self.assertEqual(type(row).objects.get(pk=row.pk).outcome, "")
        for user in (self.stranger, make_liaison(self.body)):
            self.client.force_login(user)
            for name in ("membercorrection", "memberlapse"):
                page = self.client.get(reverse(f"organizations:{name}-list") + "?tab=all")
                self.assertEqual((page.status_code, page.context["page"].count), (200, 0))
            self.assertEqual(self.client.get(self.url("partymember-correction", self.member)).status_code, 404)

    def test_the_tabs_and_filters_of_the_lists(self):
        self.client.force_login(self.staff)
        make_correction(self.member, self.staff)
        for values in ({"until": date(2023, 3, 30)}, {"circumstance": "morals"}):
            conduct_row = make_correction(make_member(self.other), self.staff, **values)
        conduct.conclude(conduct_row, outcome="removed", on=DAY, by=self.staff)
        make_lapse(self.member, self.staff, since=date(2022, 9, 30))
        make_lapse(self.member, self.staff, ground="work", since=date(2022, 10, 1))
        make_lapse(make_member(self.other), self.staff, excuse="住院")
        for name, query, count in (
            ("membercorrection", "", 2),
            ("membercorrection", "?tab=over", 1),
            ("membercorrection", "?tab=closed", 1),
            ("membercorrection", "?tab=parting", 1),
            ("membercorrection", "?tab=all", 3),
            ("membercorrection", "?tab=all&circumstance=morals", 1),
            ("membercorrection", f"?tab=all&branch={self.other.pk}", 2),
            ("membercorrection", "?q=clw", 1),
            ("memberlapse", "", 3),
            ("memberlapse", "?tab=long", 1),
            ("memberlapse", "?tab=excused", 1),
            ("memberlapse", "?tab=closed", 0),
            ("memberlapse", "?ground=work", 1),
        ):
            page = self.client.get(reverse(f"organizations:{name}-list") + query)
            self.assertEqual(page.context["page"].count, count, (name, query))

    def test_the_member_s_page_tells_of_them_and_offers_what_is_possible(self):
        self.client.force_login(self.secretary)
        self.assertContains(self.client.get(self.member.get_absolute_url()), "登记限期改正")
        row, lapse = make_correction(self.member, self.staff), make_lapse(self.member, self.staff)
        conduct.conclude(lapse, outcome="resumed", on=DAY, by=self.staff)

        page = self.client.get(self.member.get_absolute_url())

        for words in (row.get_absolute_url(), "责令限期改正", "不参加党的组织生活的结论：已恢复", "登记未履行义务"):
            self.assertContains(page, words)
        self.assertNotContains(page, "登记限期改正")
        self.client.force_login(make_leader(self.committee))
        page = self.client.get(self.member.get_absolute_url())
        self.assertContains(page, "责令限期改正")
        self.assertNotContains(page, "登记未履行义务")

    def test_a_new_secretary_does_not_read_what_the_old_branch_concluded(self):
        row = make_lapse(self.member, self.staff)
        conduct.conclude(row, outcome="resumed", on=DAY, by=self.staff)
        transfers.transfer_member(self.member, branch=self.other, start=DAY, by=self.staff)
        self.client.force_login(self.stranger)

        page = self.client.get(self.member.get_absolute_url())

        self.assertNotContains(page, row.get_absolute_url())
        self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 404)
