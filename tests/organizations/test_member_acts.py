"""党员增减 and 转接 as workbooks: a line does what the page of its member does, shows what is refused before, and goes back."""

import json
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.excel.applying import apply_batch
from core.excel.undoing import TouchedError, undo_batch
from core.models import Notice
from organizations.choices import ChangeKind, LeaveReason, MemberCategory, MemberStatus, TransferStatus
from organizations.models import (
    MemberChange,
    Membership,
    MemberTransfer,
    PartyMember,
)
from organizations.statistics import balance
from organizations.workflows.changes import settle_changes
from organizations.workflows.members import current_membership
from organizations.workflows.transfers import receive_transfer
from tests.core.excel_data import bring, errors, workbook
from tests.factories import (
    make_branch,
    make_floating,
    make_lost,
    make_member,
)
from tests.organizations.act_cases import ActCase

CHANGE = ["日期", "姓名", "变动", "所在党支部", "对方党组织", "文号", "延长至", "说明"]
TRANSFER = ["姓名", "方向", "转出党组织", "转入党组织", "介绍信编号", "发起日期", "审核日期", "办结日期", "状态"]


class MemberCase(ActCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.branch = make_branch(cls.committee, name="示例市甲协会党支部", short_name="甲支部")
        cls.other = make_branch(cls.committee, name="示例市乙商会党支部", short_name="乙支部")
        cls.member = make_member(cls.branch, name="陈例文")

    def state(self, member=None):
        member = PartyMember.objects.get(pk=(member or self.member).pk)
        home = current_membership(member)
        return member.status, home.branch if home else None

    def ledger(self, member=None):
        rows = MemberChange.objects.filter(member=member or self.member).order_by("on", "pk")
        return list(rows.values_list("kind", "on", "document_no"))


class ChangeTests(MemberCase):
    kind, head = "member_changes", CHANGE

    def test_every_kind_of_leaving(self):
        words = {
            "停止党籍": LeaveReason.SUSPENDED, "除名": LeaveReason.REMOVED, "开除": LeaveReason.EXPELLED, "退党": LeaveReason.WITHDRAWN,
            "去世": LeaveReason.DECEASED, "录入错误作废": LeaveReason.MISTAKE,
        }  # fmt: skip
        people = {word: make_member(self.branch, name=f"王例{number}") for number, word in enumerate(words)}
        self.bring_in(*(["2023-02-10", person.name, word, "甲支部", "", "1号"] for word, person in people.items()))

        for word, person in people.items():
            with self.subTest(word):
                row = person.memberships.get()
                self.assertEqual(
                    (row.end, row.leave_reason, row.leave_document_no), (date(2023, 2, 10), words[word], "1号")
                )

    def test_a_transfer_is_done_once_whichever_side_tells_it(self):
        self.bring_in(
            ["2023-02-10", "陈例文", "转出", "甲支部", "乙支部", "介1号"],
            ["2023-02-10", "陈例文", "转入", "乙支部", "甲支部", "介1号", "", "两边都写"],
        )

        self.assertEqual(self.state(), ("normal", self.other))
        transfer = MemberTransfer.objects.get()
        self.assertEqual((transfer.direction, transfer.status, transfer.letter_no), ("between", "received", "介1号"))
        self.assertEqual(MemberChange.objects.get(kind=ChangeKind.TRANSFERRED_IN).note, "两边都写")
        self.assertEqual(len(self.ledger()), 2)
        self.assertFalse(Notice.objects.exists())

    def test_to_and_from_another_unit(self):
        batch = self.read(["2023-02-10", "陈例文", "转出", "", "中共外市某公司支部委员会"])
        self.assertIn(
            "“中共外市某公司支部委员会”不是台账里的党组织，按外单位的党组织登记（第2行）。", batch.report["notices"]
        )
        self.bring_in(
            ["2023-02-10", "陈例文", "转出", "", "中共外市某公司支部委员会"],
            ["2023-03-10", "陈例文", "转入", "乙支部", "中共外市某公司支部委员会"],
        )

        self.assertEqual(self.state(), ("normal", self.other))
        self.assertEqual([row.outside for row in MemberTransfer.objects.all()], ["中共外市某公司支部委员会"] * 2)

    def test_confirmed_extended_and_restored(self):
        new, slow = (
            make_member(self.branch, name=name, category=MemberCategory.PROBATIONARY, joined_on=day, full_on=None)
            for name, day in (("张例新", date(2022, 2, 1)), ("张例迟", date(2022, 3, 1)))
        )
        self.bring_in(
            ["2023-02-05", "张例新", "转正", "", "", "综党〔2023〕2号"],
            ["2023-03-05", "张例迟", "延长预备期", "", "", "", "2023-09-01"],
            ["2023-02-10", "陈例文", "停止党籍"],
            ["2023-03-20", "陈例文", "恢复党籍", "乙支部"],
        )

        new.refresh_from_db(), slow.refresh_from_db()
        self.assertEqual((new.category, new.full_on), (MemberCategory.FULL, date(2023, 2, 5)))
        self.assertEqual(slow.probation_until, date(2023, 9, 1))
        self.assertEqual(self.state(), ("normal", self.other))

    def test_who_is_in_the_roster_since_that_day_is_told_how_he_came(self):
        """建账 on 10 February: the ledger knows it as 发展, and 期末 stays."""
        make_member(self.branch, name="李例新", start=date(2023, 2, 10), category=MemberCategory.PROBATIONARY,
                    joined_on=date(2023, 2, 10), full_on=None)  # fmt: skip
        make_member(self.branch, name="李例来", start=date(2023, 2, 11))
        self.bring_in(
            ["2023-02-10", "李例新", "发展", "甲支部", "", "综党〔2023〕3号"],
            ["2023-02-11", "李例来", "转入", "甲支部", "中共外市某公司支部委员会", "介7号"],
        )

        self.assertFalse(MemberTransfer.objects.exists())
        found = MemberChange.objects.order_by("on").values_list("kind", "document_no", "outside")
        self.assertEqual(
            list(found), [("admitted", "综党〔2023〕3号", ""), ("transferred_in", "介7号", "中共外市某公司支部委员会")]
        )

    def test_what_leaves_with_the_member_comes_back_with_the_batch(self):
        make_floating(self.member, self.staff, left_on=date(2022, 5, 1))
        gone = make_member(self.branch, name="王例走")
        make_lost(gone, self.staff, lost_on=date(2022, 6, 1))
        self.branch.posts.create(post="publicity", person_name="王例走", start=date(2021, 1, 1))
        make_member(self.other, name="王例走二")

        self.bring_in_and_back(
            ["2023-02-10", "陈例文", "转出", "甲支部", "乙支部"],
            ["2023-02-11", "王例走", "除名"],
            ["2023-02-12", "王例走二", "转出", "", "中共外市某公司支部委员会"],
            ["2023-02-20", "王例走二", "转入", "甲支部", "中共外市某公司支部委员会"],
        )

    def test_the_balance_follows(self):
        self.bring_in(["2023-02-10", "陈例文", "转出", "", "中共外市某公司支部委员会"])

        found = balance(Membership.objects.full().filter(branch=self.branch), date(2023, 1, 1), date(2023, 3, 31))
        self.assertEqual((found.opening, found.closing), (1, 0))

    def test_an_edit_since_stops_the_way_back(self):
        batch = self.bring_in(["2023-02-10", "陈例文", "转出", "甲支部", "乙支部"])
        self.member.refresh_from_db()
        row = current_membership(self.member)
        row.end, row.leave_reason = date(2023, 3, 1), LeaveReason.DECEASED
        row.save()

        with self.assertRaisesMessage(TouchedError, "第2行“陈例文”的组织关系被改动过"):
            undo_batch(batch, by=self.staff)

    def test_a_namesake_from_outside_is_not_moved(self):
        make_branch(self.committee, name="示例市甲商会联合党支部", short_name="联合支部")
        make_branch(self.committee, name="示例市乙商会联合党支部", short_name="联合支部")
        make_member(self.branch, name="李例发", start=date(2023, 2, 10))
        MemberChange.objects.filter(member__name="李例发").delete()
        Membership.objects.filter(member__name="李例发").update(join_reason="admitted")
        self.assertEqual(
            self.wrong(
                ["2023-02-10", "陈例文", "转入", "乙支部", "中共外市某公司支部委员会"],
                ["2023-02-11", "陈例文", "转出", "甲支部", "联合支部"],
                ["2023-02-12", "陈例文", "转出", "甲支部", "示例县乙商会党支部"],
                ["2023-02-10", "李例发", "转入", "甲支部", "乙支部"],
            ),
            [
                "2E 陈例文的组织关系已在甲支部（2018-01-01起），不是从外单位转来。请核对姓名；是支部之间转接的，写“甲支部”。",
                "3E 有不止一个“联合支部”，分不清是哪一个。请写全称或代码。",
                "4E “示例县乙商会党支部”与台账里的“示例市乙商会党支部”相近。是它的，照台账写；是外单位的，请在党员的页面上办理这一件。",
                "5C 党员名册里没有这一天的这项变动。建账以前的增减不用登记；进入、离开的原因不对的，请在党员的页面上更正。",
            ],
        )

    def test_numbers_that_only_tell_who_is_meant_are_not_kept(self):
        make_member(self.other, name="陈例文")
        number = "110101199003070011"
        self.member.set_id_number(number)
        self.member.save()
        content = workbook([[*self.head, "身份证号"], ["2023-02-10", "陈例文", "除名", "", "", "", "", "", number]])
        batch = bring(content, self.staff, self.kind)

        self.assertEqual(errors(batch), [])
        self.assertNotIn(number, json.dumps([row.after for row in batch.rows.all()]))
        apply_batch(batch, by=self.staff)
        self.assertIsNone(self.state()[1])

    def test_each_refusal_stands_at_its_cell(self):
        self.assertEqual(
            self.wrong(
                ["2023-02-10", "无此例", "除名"],
                ["2023-02-10", "陈例文", "除名", "乙支部"],
                ["2023-02-11", "陈例文", "转正"],
                ["2023-02-12", "陈例文", "转出"],
                ["2024-02-12", "陈例文", "死亡"],
                ["2023-02-13", "陈例文", "转入"],
                ["2023-02-14", "陈例文", "发展", "甲支部"],
                ["2023-02-15", "陈例文", "延长预备期"],
                ["2023-02-16", "陈例文", "取消预备资格"],
                ["2023-02-17", "陈例文", "恢复党籍", "甲支部"],
            ),
            [
                "2B 党员名册里没有“无此例”。请核对姓名；确是新的，先登记到党员名册里。",
                "3B “陈例文”在“甲支部”，不在这里写的党支部。请核对所在党支部。",
                "4A 陈例文已是正式党员。",
                "5E 转接的要写对方党组织。",
                "6A 日期不能晚于今天。",
                "7D 转入的要写所在党支部。",
                "8A 党员名册里没有陈例文2023-02-14进入党支部的组织关系。请先登记到党员名册里，“进入原因”写发展。",
                "9G 延长预备期的要写延长至哪一天。",
                "10A 陈例文已是正式党员，没有预备党员资格可以取消。",
                "11A 陈例文的党籍状态为“正常”，不是停止党籍，不用恢复。",
            ],
        )

    def test_queries_per_line_do_not_grow_with_the_lines(self):
        def asked(number):
            rows = []
            for n in range(number):
                name = f"赵例{number}{n}"
                make_member(self.branch, name=name)
                rows.append(["2023-02-10", name, "除名"])
            batch = self.read(*rows)
            with CaptureQueriesContext(connection) as queries:
                apply_batch(batch, by=self.staff)
            return len(queries) / number

        self.assertLess(asked(20), asked(4) + 1)


class TransferTests(MemberCase):
    kind, head = "transfers", TRANSFER

    def test_what_was_received_moves_the_member_on_that_day(self):
        self.bring_in_and_back(["陈例文", "", "甲支部", "乙支部", "介1号", "2023-02-01", "2023-02-03", "2023-02-10"])
        self.bring_in(["陈例文", "", "甲支部", "乙支部", "介1号", "2023-02-01", "2023-02-03", "2023-02-10"])

        self.assertEqual(self.state(), (MemberStatus.NORMAL, self.other))
        row = MemberTransfer.objects.get()
        self.assertEqual((row.status, row.approved_on, row.ended_on), ("received", date(2023, 2, 3), date(2023, 2, 10)))
        self.assertCountEqual(
            self.ledger(), [("transferred_out", row.ended_on, "介1号"), ("transferred_in", row.ended_on, "介1号")]
        )

    def test_what_the_roster_shows_already_is_only_noted(self):
        came = make_member(self.branch, name="李例来", start=date(2023, 2, 10))
        came.memberships.update(join_reason="transferred")
        settle_changes([came.pk])
        before = self.ledger(came)
        self.bring_in(
            ["李例来", "从外单位转来", "中共外市某公司支部委员会", "甲支部", "介2号", "2023-02-01", "", "2023-02-10"]
        )

        self.assertEqual((self.state(came)[1], self.ledger(came)), (self.branch, before))

    def test_the_ledger_of_changes_and_that_of_transfers_tell_of_one_transfer(self):
        changes = workbook([CHANGE, ["2023-02-10", "陈例文", "转出", "甲支部", "乙支部", "介1号", "", ""]])
        apply_batch(bring(changes, self.staff, "member_changes"), by=self.staff)
        self.bring_in_and_back(["陈例文", "", "甲支部", "乙支部", "", "2023-02-01", "2023-02-03", "2023-02-10"])
        self.bring_in(["陈例文", "", "甲支部", "乙支部", "", "2023-02-01", "2023-02-03", "2023-02-10"])

        row = MemberTransfer.objects.get()
        self.assertEqual(
            (row.started_on, row.approved_on, row.letter_no), (date(2023, 2, 1), date(2023, 2, 3), "介1号")
        )

    def test_a_transfer_from_before_the_roster_is_only_noted(self):
        self.bring_in(["陈例文", "", "乙支部", "甲支部", "", "2017-02-01", "", "2017-02-10"])

        self.assertEqual((self.state()[1], self.ledger()), (self.branch, []))

    def test_what_is_open_goes_on_on_its_page(self):
        self.bring_in(["陈例文", "", "甲支部", "乙支部", "", "2023-02-01", "2023-02-03"])
        row = MemberTransfer.objects.get()
        self.assertEqual((row.status, self.state()[1]), (TransferStatus.IN_TRANSIT, self.branch))

        receive_transfer(row, by=self.staff, on=date(2023, 2, 20))

        self.assertEqual(self.state()[1], self.other)

    def test_what_was_sent_back_is_a_record_and_open_ones_go_back_with_the_batch(self):
        other = make_member(self.branch, name="李例退")
        self.bring_in_and_back(
            ["陈例文", "", "甲支部", "乙支部", "", "2023-02-01"],
            [
                "李例退",
                "转往外单位",
                "甲支部",
                "中共外市某公司支部委员会",
                "",
                "2023-01-05",
                "",
                "2023-01-20",
                "已退回",
            ],
        )
        self.assertEqual(self.state(other)[1], self.branch)

    def test_each_refusal_stands_at_its_cell(self):
        self.assertEqual(
            self.wrong(
                ["陈例文", "", "乙支部", "甲支部", "", "2023-02-01", "", "2023-02-10"],
                ["陈例文", "支部之间", "甲支部", "丙支部", "", "2023-02-02", "", "2023-02-10"],
                ["陈例文", "转往外单位", "甲支部", "乙支部", "", "2023-02-03", "", "2023-02-10"],
                ["陈例文", "", "甲支部", "", "", "2023-02-04", "", "2023-02-10"],
                ["陈例文", "", "甲支部", "乙支部", "", "2023-02-05", "", "", "已接收"],
                ["陈例文", "", "甲支部", "乙支部", "", "2023-02-06", "", "2023-02-10", "在途"],
                ["陈例文", "", "甲支部", "乙支部", "", "2023-02-07", "", "2023-02-05"],
                ["陈例文", "", "甲支部", "乙支部", "", "2023-02-08", "2023-02-12", "2023-02-10"],
                ["陈例文", "", "甲支部", "乙支部", "", "2023-02-09", "2023-02-12", "", "待审核"],
            ),
            [
                "2C 陈例文的组织关系现在在甲支部，不在乙支部。",
                "3D 党组织台账里没有“丙支部”。请核对名称；是外单位的，请把“方向”改为转往外单位或从外单位转来。",
                "4B 转入党组织“乙支部”在台账里，不是外单位。请核对方向。",
                "5D 请写转入党组织。",
                "6H 状态为“已接收”的要写办结日期。",
                "7H 状态为“在途”的还没有办结，不写办结日期。",
                "8A 审核、办结的日期不能早于发起日期。",
                "9G 审核日期不能晚于办结日期2023-02-10。",
                "10G 状态为“待审核”的还没有审核，不写审核日期。",
            ],
        )
