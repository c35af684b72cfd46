"""Putting members right: why and when they came and went, by the office; how to reach them, by their secretary."""

from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core import audit
from core.excel.applying import apply_batch
from core.journal import mark_of
from core.periods import Period
from organizations import statistics
from organizations.models import MemberChange, Membership, PartyMember
from organizations.workflows.members import leave
from organizations.workflows.memberships import correct_membership
from organizations.workflows.transfers import transfer_member
from tests.core.excel_data import bring, errors, workbook
from tests.factories import (
    make_branch,
    make_committee,
    make_member,
    make_secretary,
    make_staff,
    make_transfer,
    make_user,
)

DAY = date(2023, 3, 31)
Q1 = Period.parse("2023Q1")


def correct(row: Membership, **answers):
    return correct_membership(row, seen=mark_of(row), **answers)


class CorrectionCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.old = make_member(cls.branch, start=date(2018, 1, 1))
        cls.secretary = make_secretary(cls.branch)

    def setUp(self):
        self.client.force_login(self.staff)


class ReasonTests(CorrectionCase):
    def entered(self, start=date(2023, 2, 1)):
        member = make_member(self.branch, start=start)
        return member, member.memberships.get()

    def balance(self):
        return statistics.balance_for(self.staff, Q1)

    def test_a_reason_put_right_closes_the_balance_and_writes_the_ledger(self):
        member, row = self.entered()
        self.assertFalse(self.balance().closes)
        page = self.client.get(reverse("organizations:partymember-list") + "?period=2023Q1")
        address = reverse("organizations:partymember-membership", args=[member.pk, row.pk])
        self.assertContains(page, address)

        answers = {
            "join_reason": "admitted",
            "start": "2023-02-10",
            "reason": "对照接收预备党员的决议",
            "version": mark_of(row),
        }
        self.assertRedirects(self.client.post(address, answers), member.get_absolute_url())

        self.assertTrue(self.balance().closes)
        self.assertEqual(MemberChange.objects.get(member=member).on, date(2023, 2, 10))
        entry = audit.history(member)[0]
        self.assertEqual(entry.note, "更正编入、减少：对照接收预备党员的决议")
        self.assertEqual(
            entry.changes,
            {
                f"{self.branch}—进入原因": ["建账时已在", "发展（接收预备）"],
                f"{self.branch}—起始日期": ["2023-02-01", "2023-02-10"],
            },
        )

    def test_a_correction_needs_a_reason_and_a_change(self):
        _, row = self.entered()
        values = {"join_reason": row.join_reason, "start": row.start, "by": self.staff}
        for reason, sentence in ((" ", "请写明更正的依据"), ("核对过了", "没有改动")):
            with self.assertRaisesMessage(ValidationError, sentence):
                correct(row, reason=reason, **values)

    def test_why_somebody_left_may_change_within_the_same_standing(self):
        member, row = self.entered(date(2020, 1, 1))
        leave(member, end=date(2023, 3, 1), leave_reason="removed", by=self.staff)
        row.refresh_from_db()
        row = correct(row, reason="文件写的是开除", leave_reason="expelled", by=self.staff)
        self.assertEqual(MemberChange.objects.get(member=member).kind, "expelled")
        with self.assertRaisesMessage(ValidationError, "会改变党籍"):
            correct(row, reason="其实是死亡", leave_reason="deceased", by=self.staff)

    def test_days_that_join_two_memberships_and_days_to_come_are_refused(self):
        member, row = self.entered(date(2020, 1, 1))
        transfer_member(member, branch=self.other, start=date(2023, 3, 1), by=self.staff)
        row.refresh_from_db()
        for membership, values in (
            (row, {"end": date(2023, 2, 1)}),
            (Membership.objects.get(member=member, end=None), {"join_reason": "admitted"}),
            (Membership.objects.get(member=member, end=None), {"start": date(2023, 2, 1)}),
        ):
            with self.assertRaisesMessage(ValidationError, "不能单独改"):
                correct(membership, reason="核对", by=self.staff, **values)
        with self.assertRaisesMessage(ValidationError, "日期不能晚于今天"):
            correct(row, reason="核对", start=date(2023, 4, 1), by=self.staff)

    def test_a_form_shown_before_somebody_elses_correction_changes_nothing(self):
        member, row = self.entered()
        address = reverse("organizations:partymember-membership", args=[member.pk, row.pk])
        shown = mark_of(row)
        correct(row, reason="核对介绍信", start=date(2023, 2, 5), by=self.staff)
        answers = {"join_reason": "admitted", "start": "2023-02-01", "reason": "对照决议", "version": shown}
        page = self.client.post(address, answers)
        self.assertContains(page, "改动过这条组织关系", status_code=409)
        self.assertEqual(
            page.context["differences"],
            [
                {"label": "进入原因", "theirs": "建账时已在", "mine": "发展（接收预备）"},
                {"label": "起始日期", "theirs": "2023-02-05", "mine": "2023-02-01"},
            ],
        )
        row.refresh_from_db()
        self.assertEqual((row.start, row.join_reason), (date(2023, 2, 5), "initial"))

    def test_another_office_does_not_correct_what_it_did_not_keep(self):
        """A member who came from there is visible here; the membership there is not ours."""
        member, row = self.entered(date(2020, 1, 1))
        county = make_committee(demo_date=DAY)
        transfer_member(member, branch=make_branch(county), start=date(2023, 3, 1), by=self.staff)
        member.refresh_from_db()
        self.client.force_login(make_staff(county))
        self.assertEqual(self.client.get(member.get_absolute_url()).status_code, 200)
        address = reverse("organizations:partymember-membership", args=[member.pk, row.pk])
        self.assertEqual(self.client.get(address).status_code, 404)

    def test_days_may_not_overlap_another_membership(self):
        member, _ = self.entered(date(2020, 1, 1))
        leave(member, end=date(2021, 1, 1), leave_reason="mistake", by=self.staff)
        again = Membership.objects.create(member=member, branch=self.other, start=date(2022, 1, 1))
        with self.assertRaisesMessage(ValidationError, "起止日期不能重叠"):
            correct(again, reason="核对", start=date(2020, 6, 1), by=self.staff)

    def test_a_new_member_of_a_later_quarter_needs_a_reason(self):
        answers = {"name": "戊示例", "sex": "female", "ethnicity": "汉族", "id_kind": "resident_id", "category": "full",
                   "branch": self.branch.short_name, "branch_start": "2023-02-01", "membership_kind": "full"}  # fmt: skip
        url = reverse("organizations:partymember-create")
        form = self.client.post(url, answers).context["form"]
        self.assertIn("请选进入原因", form.errors["join_reason"][0])
        self.client.post(url, {**answers, "join_reason": "admitted"})
        self.assertEqual(Membership.objects.get(member__name="戊示例").join_reason, "admitted")

        self.client.post(url, {**answers, "name": "己示例", "branch_start": "2018-03-01"})  # the quarter of the set-up
        self.assertEqual(Membership.objects.get(member__name="己示例").join_reason, "initial")

    def test_the_preview_warns_of_members_who_came_without_a_reason(self):
        head = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "进入本支部日期", "进入原因"]
        born, joined = "1980-05-04", "2010-07-01"
        rows = [
            [self.branch.name, "甲示例", "女", born, joined, "2023-02-01", ""],
            [self.branch.name, "乙示例", "女", born, joined, "2023-02-01", "转入"],
            [self.branch.name, "丙示例", "女", born, joined, "2018-02-01", ""],
            [self.branch.name, "丁示例", "女", born, joined, "", "建账时已在"],
        ]
        notices = bring(workbook([head, *rows]), self.staff, "members", as_of=DAY).report["notices"]
        self.assertEqual([n[-8:] for n in notices], ["（第2、5行）。"])
        self.assertIn("建账时已在", notices[0])
        Membership.objects.all().delete()
        self.assertEqual(bring(workbook([head, *rows]), self.staff, "members", as_of=DAY).report["notices"], [])


class SecretaryTests(CorrectionCase):
    ANSWERS = {"phone": "13812345678", "address": "示例市样本路1号", "workplace": "会计", "position": "管理岗位",
               "education": "bachelor", "fee_paid_until": "2023-03-31"}  # fmt: skip

    def address(self, member):
        return reverse("organizations:partymember-contact", args=[member.pk])

    def test_the_secretary_mends_the_members_of_the_own_branch(self):
        self.client.force_login(self.secretary)
        page = self.client.get(self.old.get_absolute_url())
        self.assertEqual(page.context["edit_url"], self.address(self.old))

        answers = {**self.ANSWERS, "version": self.old.version, "name": "改名", "category": "probationary"}
        self.client.post(self.address(self.old), answers)

        member = PartyMember.objects.get(pk=self.old.pk)
        self.assertEqual((member.phone, member.education, member.fee_paid_until), ("13812345678", "bachelor", DAY))
        self.assertEqual((member.name, member.category), (self.old.name, "full"))
        entry = audit.history(member)[0]
        self.assertEqual((entry.user, entry.changes["手机号码"]), (self.secretary, ["", "138****5678"]))
        self.assertEqual(self.client.post(self.address(self.old), answers).status_code, 409)

    def test_nobody_else_does(self):
        stranger, leader = make_secretary(self.other), make_user(self.committee, "leader")
        for user, status in ((stranger, 404), (leader, 403), (self.staff, 200)):
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.address(self.old)).status_code, status)

    def test_the_check_up_leads_the_secretary_to_the_field(self):
        late = make_member(
            self.branch, born_on=date(1980, 1, 1), education="bachelor", position="管理岗位", address="示例市",
            phone="13812345678", id_hash="x", fee_paid_until=date(2022, 6, 30), full_on=None,
        )  # fmt: skip
        self.client.force_login(self.secretary)
        url = reverse("organizations:partybranch-checkup", args=[self.branch.pk])
        groups = self.client.get(url).context["groups"]
        acts = {(f.pk, f.rule.key): f.url if f.act else "" for group in groups for f in group.findings}
        self.assertEqual(
            acts[late.pk, "mb-10"], f"{self.address(late)}?next={url.replace('/', '%2F')}#id_fee_paid_until"
        )
        self.assertEqual(
            acts[self.old.pk, "items"], f"{self.address(self.old)}?next={url.replace('/', '%2F')}#id_education"
        )
        self.assertEqual(acts[late.pk, "mb-04"], "")  # a day of the party is the office's

    def test_who_arrives_stands_on_the_check_up_as_on_the_page_of_the_branch(self):
        row = make_transfer(make_member(self.other), self.branch, status="in_transit")
        self.client.force_login(self.secretary)
        page = self.client.get(self.branch.get_absolute_url()).context["todos"]
        checkup = self.client.get(reverse("organizations:partybranch-checkup", args=[self.branch.pk])).context["dues"]
        self.assertEqual([todo for todo in page if todo.word == "待接收"], [t for t in checkup if t.word == "待接收"])
        self.assertEqual([todo.url for todo in checkup], [row.get_absolute_url()])


class PaperTests(CorrectionCase):
    HEAD = ("所在党支部", "姓名", "性别", "出生日期", "入党日期", "证件类型", "身份证号")

    def line(self, name, kind, number, sex="女"):
        return [self.branch.name, name, sex, "1980-05-04", "2010-07-01", kind, number]

    def test_other_papers_are_imported_and_known_again(self):
        rows = [
            self.HEAD,
            self.line("甲示例", "护照", "E12345678"),
            self.line("乙示例", "港澳居民来往内地通行证", "H1234567890"),
            self.line("丙示例", "台胞证", "12345678"),
            self.line("丁示例", "", "341702198001010013", "男"),
        ]
        batch = bring(workbook(rows), self.staff, "members")
        self.assertEqual(errors(batch), [])
        apply_batch(batch, by=self.staff)
        found = {
            m.name: (m.id_kind, m.id_number(), m.masked_id_number) for m in PartyMember.objects.exclude(id_hash="")
        }
        self.assertEqual(found["甲示例"], ("passport", "E12345678", "***" + "*" * 11 + "5678"))
        self.assertEqual(found["乙示例"][:2], ("hk_macao", "H1234567890"))
        self.assertEqual(found["丙示例"][:2], ("taiwan", "12345678"))
        self.assertEqual(found["丁示例"], ("resident_id", "341702198001010013", "341***********0013"))
        again = bring(workbook(rows), self.staff, "members")
        self.assertEqual((again.same_count, again.new_count), (4, 0))

    def test_the_number_is_judged_by_its_paper(self):
        rows = [
            self.HEAD,
            self.line("甲示例", "", "E12345678"),
            self.line("乙示例", "居民身份证", "34170219800101001"),
            [self.branch.name, "丙示例", "", "1980-05-04", "2010-07-01", "护照", "E12345679"],
        ]
        wrong = errors(bring(workbook(rows), self.staff, "members"))
        self.assertEqual([one[:3] for one in wrong], ["2G ", "3G ", "4C "])
        self.assertIn("请填“证件类型”", wrong[0])


class PageTests(CorrectionCase):
    def test_a_second_transfer_is_refused_before_its_form(self):
        row = make_transfer(self.old, self.other)
        answer = self.client.get(reverse("organizations:partymember-transfer", args=[self.old.pk]), follow=True)
        self.assertRedirects(answer, row.get_absolute_url())
        self.assertContains(answer, "有一件转接正在办理")

    def test_the_page_shows_what_decides_and_what_the_inspection_asks(self):
        PartyMember.objects.filter(pk=self.old.pk).update(is_full_time_staff=True, is_leader=True, is_retired=True)
        labels = {f.label: f.value for f in self.client.get(self.old.get_absolute_url()).context["facts"]}
        self.assertEqual([labels[name] for name in ("社会组织专职人员", "领导班子成员", "离退休")], [True, True, True])
