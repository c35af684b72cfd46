"""流动党员台账 and 失联党员台账 as workbooks: whom a line means, what it does to the record, to the roster, and back."""

import io
from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import BatchStatus
from core.excel.sheet import get_sheet
from core.excel.undoing import TouchedError, undo_batch
from core.excel.writing import export_to
from core.models import ImportBatch
from organizations.choices import FloatingStatus
from organizations.models import FloatingContact, FloatingRecord, LostRecord, Membership, PartyMember
from organizations.workflows import floating
from tests.core.excel_data import bring, bring_in, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_floating, make_lost, make_member, make_staff

AWAY = ["姓名", "所在党支部", "身份证号", "外出日期", "流向", "上次联系日期", "返回日期", "状态"]
LOST = ["姓名", "党支部", "失联情形", "失联日期", "查找情况", "取得联系日期"]
ROSTER = ("floating", "floating_place", "is_lost", "lost_on")
S = FloatingStatus


def away(name, branch="", number="", left="2022-03-01", place="上海市", contact="", back="", status=""):
    return [name, branch, number, left, place, contact, back, status]


def lost(name, branch="", why="外出务工经商", since="2022-05-01", note="问过亲属", found=""):
    return [name, branch, why, since, note, found]


class AbsenceCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        cls.branch, cls.other = make_branch(cls.committee), make_branch(cls.committee)
        cls.member = make_member(cls.branch, name="陈例文")

    def read(self, *rows, head=AWAY, kind="floating"):
        return bring(workbook([head, *rows]), self.staff, kind)

    def write(self, *rows, head=AWAY, kind="floating"):
        return bring_in(workbook([head, *rows]), self.staff, kind)

    def wrong(self, *rows, head=AWAY, kind="floating"):
        return errors(self.read(*rows, head=head, kind=kind))

    def roster(self, member=None):
        return PartyMember.objects.values_list(*ROSTER).get(pk=(member or self.member).pk)

    def exported(self, kind, **how):
        sheet, file = get_sheet(kind), io.BytesIO()
        export_to(file, sheet, sheet.queryset(self.staff), committee=self.committee, **how)
        return file.getvalue()


class WhomTests(AbsenceCase):
    def test_a_name_that_is_unique_is_enough(self):
        batch = self.write(away("陈例文"))

        row = FloatingRecord.objects.get()
        self.assertEqual((row.member, row.branch, row.committee), (self.member, self.branch, self.committee))
        self.assertEqual(batch.rows.get().label, "陈例文")

    def test_namesakes_are_told_apart_by_branch_or_number(self):
        twin = make_member(self.other, name="陈例文")
        twin.set_id_number("341702198001010013")
        twin.save()
        self.assertIn("有2名“陈例文”，分不清", self.wrong(away("陈例文"))[0])

        for cells in ({"branch": self.other.short_name}, {"number": "341702198001010013"}, {"number": "341****0013"}):
            with self.subTest(**cells):
                batch = self.read(away("陈例文", **cells))
                self.assertEqual((errors(batch), batch.rows.get().after["m"]["member_id"]), ([], twin.pk))

    def test_the_number_of_the_row_tells_namesakes_of_one_branch_apart(self):
        make_member(self.branch, name="陈例文")
        row = make_floating(self.member, self.staff)

        batch = bring(self.exported("floating", every=True, full=False), self.staff, "floating")

        self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, 1, 0)))
        batch = self.write([*away("陈例文", place="重庆市"), row.pk], head=[*AWAY, "系统编号"])
        row.refresh_from_db()
        self.assertEqual((row.place, row.member, counts(batch)), ("重庆市", self.member, (0, 1, 0, 0)))

    def test_who_is_not_in_the_roster_or_elsewhere_is_named_with_the_way_out(self):
        usual = "党员名册里没有“张未登”。请核对姓名；确是新的，先登记到党员名册里。"
        guest = usual[:-1] + "，“组织关系是否在本支部”写“否”。"
        for direction, sentence in (("", usual), ("流出", usual), ("流入", guest)):
            self.assertTrue(
                self.wrong([*away("张未登"), direction], head=[*AWAY, "方向"])[0].endswith(sentence), direction
            )
        self.assertTrue(self.wrong(lost("张未登"), head=LOST, kind="lost_members")[0].endswith(usual))
        self.assertIn(
            f"“陈例文”在“{self.branch.short_name}”", self.wrong(away("陈例文", branch=self.other.short_name))[0]
        )
        self.member.set_id_number("341702198001010013")
        self.member.save()
        self.assertIn("身份证号与这里写的不同", self.wrong(away("陈例文", number="11010519491231002X"))[0])
        self.assertIn("没有填“姓名”", self.wrong(away(""))[0])

    def test_members_of_another_committee_are_nobody_here(self):
        make_member(make_branch(make_committee()), name="李外例")

        self.assertIn("党员名册里没有", self.wrong(away("李外例"))[0])

    def test_one_of_a_name_who_is_still_here_comes_before_one_who_left(self):
        gone = make_member(self.other, name="陈例文")
        Membership.objects.filter(member=gone).update(end=date(2021, 1, 1), leave_reason="transferred")

        self.write(away("陈例文"))

        self.assertEqual(FloatingRecord.objects.get().member, self.member)

    def test_the_number_of_queries_does_not_grow_with_the_lines(self):
        for n in range(12):
            make_member(self.branch, name=f"王第{n}")
        rows = [away(f"王第{n}", branch=self.branch.short_name) for n in range(12)]
        with CaptureQueriesContext(connection) as few:
            self.write(*rows[:2])
        with CaptureQueriesContext(connection) as many:
            self.write(*rows[2:])

        self.assertEqual(len(many), len(few))


class FloatingSheetTests(AbsenceCase):
    def test_a_new_line_makes_record_and_contact_and_the_roster_follows(self):
        batch = self.write(away("陈例文", contact="2023-02-01"))

        row = FloatingRecord.objects.get()
        contact = FloatingContact.objects.get()
        self.assertEqual((row.status, row.direction, row.left_on), (S.IN_CONTACT, "out", date(2022, 3, 1)))
        self.assertEqual((contact.record, contact.on, contact.reached), (row, date(2023, 2, 1), True))
        self.assertEqual(self.roster(), ("out", "上海市", False, None))

        undo_batch(batch, by=self.staff)

        self.assertEqual((FloatingRecord.objects.count(), FloatingContact.objects.count()), (0, 0))
        self.assertEqual(self.roster(), ("", "", False, None))

    def test_the_same_line_again_changes_nothing(self):
        row = away("陈例文", self.branch.short_name, contact="2023-02-01")
        self.write(row)

        self.assertEqual(counts(self.read(row)), (0, 0, 1, 0))

    def test_what_the_roster_said_first_is_completed_by_the_line(self):
        PartyMember.objects.filter(pk=self.member.pk).update(floating="out", floating_place="外省")
        floating.follow_roster([self.member.pk], on=date(2023, 1, 1), by=self.staff)

        batch = self.write(away("陈例文"), away("陈例文", left="2015-01-01", back="2017-01-01"))

        self.assertEqual(counts(batch), (1, 1, 0, 0))
        row = FloatingRecord.objects.open().get()
        self.assertEqual((row.left_on, row.place, row.from_roster), (date(2022, 3, 1), "上海市", True))
        self.assertEqual(self.roster(), ("out", "上海市", False, None))
        undo_batch(batch, by=self.staff)
        self.assertEqual(FloatingRecord.objects.get().left_on, None)
        self.assertEqual(self.roster(), ("out", "外省", False, None))

    def test_the_day_of_return_closes_the_record_and_an_undo_opens_it(self):
        row = make_floating(self.member, self.staff, left_on=date(2022, 3, 1), place="上海市")

        batch = self.write(away("陈例文", back="2023-03-01"))

        row.refresh_from_db()
        self.assertEqual((row.status, row.ended_on, self.roster()[0]), (S.RETURNED, date(2023, 3, 1), ""))
        self.assertEqual(batch.rows.get().values["状态"], ["登记", "已返回"])
        undo_batch(batch, by=self.staff)
        row.refresh_from_db()
        self.assertEqual((row.status, row.ended_on, self.roster()[0]), (S.REGISTERED, None, "out"))

    def test_what_is_finished_is_not_opened_again_and_days_are_in_order(self):
        row = make_floating(self.member, self.staff, left_on=date(2022, 3, 1), place="上海市")
        floating.end_floating(row, outcome=S.MOVED, on=date(2022, 9, 1), by=self.staff)

        self.assertIn("当前为“已转关系”，不能改为“联系中”", self.wrong(away("陈例文", status="联系中"))[0])
        self.assertEqual(counts(self.read(away("陈例文"))), (0, 0, 1, 0))
        other = make_member(self.branch, name="李例明")
        self.assertIn("不能早于外出日期", self.wrong(away(other.name, back="2021-01-01"))[0])
        self.assertIn("不能早于外出日期", self.wrong(away(other.name, contact="2021-01-01"))[0])
        self.assertIn("不能晚于今天", self.wrong(away(other.name, contact="2023-04-01"))[0])
        self.assertIn("要有日期", self.wrong(away(other.name, status="已返回"))[0])

    def test_fl_02_holds_in_a_workbook_too(self):
        guest = PartyMember.objects.create(committee=self.committee, name="客示例", sex="male")
        Membership.objects.create(member=guest, branch=self.branch, kind="associate", start=date(2022, 1, 1))
        head = [*AWAY, "方向"]

        self.assertIn("不能登记为流出", self.wrong([*away("客示例"), "流出"], head=head)[0])
        self.assertIn("不能登记为流入", self.wrong([*away("陈例文"), "流入"], head=head)[0])
        self.write([*away("客示例"), "流入"], head=head)
        self.assertEqual(FloatingRecord.objects.get().direction, "in")

    def test_a_second_open_record_is_refused(self):
        make_floating(self.member, self.staff, left_on=date(2020, 1, 1))

        self.assertIn("已登记为流动党员", self.wrong(away("陈例文"))[0])

    def test_undo_is_refused_after_a_contact_was_logged(self):
        batch = self.write(away("陈例文"))
        floating.log_contact(FloatingRecord.objects.get(), on=date(2023, 3, 1), by=self.staff)

        with self.assertRaises(TouchedError):
            undo_batch(batch, by=self.staff)

    def test_a_record_that_a_workbook_enriched_keeps_the_roster_import_from_being_undone(self):
        head = ["所在党支部", "姓名", "性别", "出生日期", "入党日期", "转正日期", "是否流动", "流向"]
        members = bring_in(
            workbook(
                [
                    head,
                    [
                        self.branch.short_name,
                        "孙例新",
                        "男",
                        "1985-03-12",
                        "2010-07-01",
                        "2011-07-01",
                        "流出",
                        "北京市",
                    ],
                ]
            ),
            self.staff,
            "members",
        )
        self.write(away("孙例新"))

        with self.assertRaisesMessage(TouchedError, "已有流动党员与它相连"):
            undo_batch(members, by=self.staff)

    def test_exports_come_back_without_change_in_every_layout(self):
        make_floating(self.member, self.staff)
        floating.log_contact(FloatingRecord.objects.get(), on=date(2023, 3, 1), by=self.staff)
        gone = make_member(self.other, name="周例远")
        row = make_floating(gone, self.staff)
        floating.end_floating(row, outcome=S.RETURNED, on=date(2022, 9, 1), by=self.staff)
        undated = make_member(self.other, name="吴例浮", floating="out")
        floating.follow_roster([undated.pk], on=date(2023, 1, 1), by=self.staff)
        make_lost(undated, self.staff)

        for kind, count in (("floating", 3), ("lost_members", 1)):
            for every, full in ((True, True), (True, False), (False, False)):
                with self.subTest(kind, every=every, full=full):
                    batch = bring(self.exported(kind, every=every, full=full), self.staff, kind)
                    self.assertEqual((errors(batch), counts(batch)), ([], (0, 0, count, 0)))

    def test_a_line_whose_number_belongs_to_another_member_is_refused(self):
        row = make_floating(self.member, self.staff)
        make_member(self.branch, name="李例明")

        self.assertIn(
            "系统编号这一条登记的是另一名党员", self.wrong([*away("李例明"), row.pk], head=[*AWAY, "系统编号"])[0]
        )

    def test_the_page_offers_blank_form_paste_and_undo(self):
        self.client.force_login(self.staff)
        make_floating(self.member, self.staff)
        make_lost(self.member, self.staff)

        for kind, page in (("floating", "floatingrecord-list"), ("lost_members", "lostrecord-list")):
            upload = reverse("core:import-upload", args=[kind])
            self.assertContains(self.client.get(reverse(f"organizations:{page}")), upload)
            self.assertContains(self.client.get(upload), reverse("core:import-blank", args=[kind]))
            self.assertEqual(self.client.get(reverse("core:import-paste", args=[kind])).status_code, 200)
        self.client.post(
            reverse("core:import-paste", args=["floating"]),
            {"pasted": "姓名\t外出日期\t流向\n陈例文\t2022-06-01\t江苏省南京市"},
        )
        page = self.client.get(reverse("core:import-batch", args=[ImportBatch.objects.get().pk]))
        self.assertContains(page, "江苏省南京市")
        self.assertContains(page, "陈例文")


class LostSheetTests(AbsenceCase):
    def lose(self, *rows):
        return self.write(*rows, head=LOST, kind="lost_members")

    def test_who_is_lost_is_lost_in_roster_and_floating_ledger_until_the_undo(self):
        row = make_floating(self.member, self.staff)

        batch = self.lose(lost("陈例文"))

        row.refresh_from_db()
        self.assertEqual((row.status, self.roster()), (S.LOST, ("out", "浙江省杭州市", True, date(2022, 5, 1))))
        self.assertEqual(LostRecord.objects.get().branch, self.branch)
        undo_batch(batch, by=self.staff)
        row.refresh_from_db()
        self.assertEqual((row.status, self.roster()[2:]), (S.IN_CONTACT, (False, None)))
        self.assertEqual(LostRecord.objects.count(), 0)

    def test_who_is_found_is_in_contact_again(self):
        row = make_floating(self.member, self.staff)
        make_lost(self.member, self.staff, lost_on=date(2022, 5, 1))

        batch = self.lose(lost("陈例文", found="2023-03-01"))

        row.refresh_from_db()
        self.assertEqual((counts(batch), row.status, self.roster()[2]), ((0, 1, 0, 0), S.IN_CONTACT, False))
        undo_batch(batch, by=self.staff)
        row.refresh_from_db()
        self.assertEqual((row.status, self.roster()[2]), (S.LOST, True))

    def test_a_finding_is_not_taken_back_by_a_cell(self):
        make_lost(self.member, self.staff, lost_on=date(2022, 5, 1))
        self.lose(lost("陈例文", found="2023-03-01"))

        found = self.wrong(lost("陈例文", found="清空"), head=LOST, kind="lost_members")
        self.assertIn("已在2023-03-01取得联系，不能清空", found[0])
        found = self.wrong(lost("陈例文", since="2022-09-01", found="2022-08-01"), head=LOST, kind="lost_members")
        self.assertIn("不能早于失联日期", found[0])

    def test_a_floating_line_of_a_lost_member_says_so_by_itself(self):
        self.lose(lost("陈例文"))
        self.assertIn("请在失联党员台账里写取得联系日期", self.wrong(away("陈例文", status="联系中"))[0])
        self.assertIn("请写在失联党员台账里", self.wrong(away(make_member(self.branch).name, status="失联"))[0])

        batch = self.write(away("陈例文"))

        self.assertEqual(FloatingRecord.objects.get().status, S.LOST)
        undo_batch(batch, by=self.staff)
        batch.refresh_from_db()
        self.assertEqual((batch.status, self.roster()[2]), (BatchStatus.UNDONE, True))

    def test_who_is_lost_comes_back_in_the_other_ledger_first(self):
        row = make_floating(self.member, self.staff)
        self.lose(lost("陈例文"))
        back = away("陈例文", left=row.left_on.isoformat(), back="2023-03-01")

        self.assertIn("请先在失联党员台账里写取得联系日期", self.wrong(back)[0])

        self.lose(lost("陈例文", found="2023-02-20"))
        self.write(back)
        row.refresh_from_db()
        self.assertEqual((row.status, self.roster()[0], self.roster()[2]), (S.RETURNED, "", False))

    def test_who_has_left_the_roster_is_not_looked_for(self):
        Membership.objects.filter(member=self.member).update(end=date(2023, 1, 1), leave_reason="death")

        self.assertIn("已不在名册的党支部里", self.wrong(lost("陈例文"), head=LOST, kind="lost_members")[0])
        self.assertEqual(self.wrong(lost("陈例文", found="2022-09-01"), head=LOST, kind="lost_members"), [])

    def test_a_search_that_was_ended_is_not_told_as_a_finding(self):
        row = make_lost(self.member, self.staff, lost_on=date(2022, 5, 1))
        LostRecord.objects.filter(pk=row.pk).update(ended_on=date(2023, 1, 1), ended_note="死亡")

        found = self.wrong(lost("陈例文", found="2023-03-01"), head=LOST, kind="lost_members")
        self.assertIn("已在2023-01-01办结（死亡），不能再写取得联系", found[0])

    def test_days_to_come_are_refused_on_paper_and_on_the_page(self):
        found = self.wrong(lost("陈例文", since="2023-12-01"), head=LOST, kind="lost_members")
        self.assertIn("失联日期不能晚于今天", found[0])
        self.assertIn("外出日期不能晚于今天", self.wrong(away("陈例文", left="2023-12-01"))[0])
        self.client.force_login(self.staff)
        url = reverse("organizations:partymember-lost", args=[self.member.pk])
        page = self.client.post(url, {"circumstance": "1", "lost_on": "2023-12-01"})
        self.assertContains(page, "日期不能晚于今天", status_code=page.status_code)
        self.assertFalse(LostRecord.objects.exists())
