"""登记事件, 党员增减 and 转接 as workbooks: a line does what its page does, shows what is refused before, and goes back."""

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import BatchStatus
from core.excel.acts import MOST
from core.excel.applying import apply_batch
from core.excel.preview import new_rows
from core.excel.sheet import get_sheet
from core.excel.undoing import TouchedError, touched_rows, undo_batch
from core.models import AuditEntry, Notice
from organizations.choices import ChangeKind, LeaveReason, MemberCategory, MemberStatus, TransferStatus
from organizations.models import (
    BranchCoverage,
    FormerName,
    MemberChange,
    Membership,
    MemberTransfer,
    OrganizationEvent,
    PartyMember,
    SocialOrganization,
)
from organizations.statistics import balance
from organizations.workflows.bodies import assign_instructor, name_liaison
from organizations.workflows.changes import settle_changes
from organizations.workflows.events import withdraw_event
from organizations.workflows.members import current_membership
from organizations.workflows.sync import ensure_rules
from organizations.workflows.transfers import receive_transfer
from tests.core.excel_data import bring, counts, errors, workbook
from tests.factories import (
    make_branch,
    make_committee,
    make_floating,
    make_lost,
    make_member,
    make_organization,
    make_staff,
)
from tests.reports.test_round_trip import table_sums

EVENT = ["社会组织名称", "日期", "事件", "文号", "变更事项", "变更前", "变更后", "新简称", "并入单位", "内容"]
CHANGE = ["日期", "姓名", "变动", "所在党支部", "对方党组织", "文号", "延长至", "说明"]
TRANSFER = ["姓名", "方向", "转出党组织", "转入党组织", "介绍信编号", "发起日期", "审核日期", "办结日期", "状态"]
TOLD = {"core_notice"}  # who was told stays told


class ActCase(TestCase):
    kind, head = "", []

    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 31))
        cls.staff = make_staff(cls.committee)
        ensure_rules(cls.committee)

    def read(self, *rows):
        width = len(self.head)
        return bring(
            workbook([self.head, *([*row, *[""] * (width - len(row))] for row in rows)]), self.staff, self.kind
        )

    def wrong(self, *rows):
        before = table_sums()
        found = errors(self.read(*rows))
        self.assertEqual(changed(before), [], "a rehearsal leaves nothing behind")
        return found

    def bring_in(self, *rows):
        """Import, and see that the rehearsal wrote nothing and that the same file then changes nothing."""
        before = table_sums()
        batch = self.read(*rows)
        self.assertEqual((errors(batch), batch.report.get("fatal", "")), ([], ""))
        self.assertEqual(changed(before), [])
        apply_batch(batch, by=self.staff)
        self.assertEqual(counts(self.read(*rows)), (0, 0, len(rows), 0))
        return batch

    def bring_in_and_back(self, *rows):
        before = table_sums()
        batch = self.bring_in(*rows)
        self.assertNotEqual(changed(before), [])
        undo_batch(batch, by=self.staff)
        self.assertEqual(changed(before), [])
        batch.refresh_from_db()
        self.assertEqual(batch.status, BatchStatus.UNDONE)


def changed(before):
    after = table_sums()
    return [table for table in before if before[table] != after[table] and table not in TOLD]


class EventTests(ActCase):
    kind, head = "organization_events", EVENT

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.body = make_organization(cls.committee, name="示例市甲协会", short_name="", legal_representative="王例成")
        cls.other = make_organization(cls.committee, name="示例市乙商会", short_name="")
        cls.branch = make_branch(cls.committee, covers=(cls.body,))
        assign_instructor(cls.body, by=cls.staff, start=date(2020, 1, 1), instructor_name="甲示例", sent_by="机关")
        name_liaison(cls.body, by=cls.staff, start=date(2020, 1, 1), name="乙示例", phone="")

    def lines(self):
        return (
            ["示例市甲协会", "2023-01-10", "变更", "民登〔2023〕1号", "法定代表人", "", "陈例文"],
            ["示例市甲协会", "2023-02-10", "更名", "民登〔2023〕5号", "", "示例市甲协会", "示例市丙协会"],
            ["示例市甲协会", "2023-03-10", "注销", "民注〔2023〕2号"],
            ["示例市乙商会", "2023-03-12", "列入异常", "民异〔2023〕1号"],
        )

    def test_lines_do_what_the_page_does_in_the_order_of_their_days(self):
        self.bring_in(*reversed(self.lines()))

        body = SocialOrganization.objects.get(pk=self.body.pk)
        self.assertEqual((body.name, body.legal_representative), ("示例市丙协会", "陈例文"))
        self.assertEqual((body.status, body.ended_on), ("cancelled", date(2023, 3, 10)))
        self.assertEqual(list(body.former_names.values_list("name", flat=True)), ["示例市甲协会"])
        self.assertEqual([row.end for row in body.coverages.all()], [date(2023, 3, 10)])
        self.assertEqual(SocialOrganization.objects.get(pk=self.other.pk).status, "abnormal")
        self.assertEqual(
            list(body.events.order_by("on").values_list("kind", "document_no", "old_value")),
            [
                ("changed", "民登〔2023〕1号", "王例成"),
                ("renamed", "民登〔2023〕5号", ""),
                ("cancelled", "民注〔2023〕2号", ""),
            ],
        )
        self.assertEqual(SocialOrganization.objects.registered(date(2023, 3, 31)).count(), 1)

    def test_everything_goes_back_with_the_batch(self):
        self.bring_in_and_back(*self.lines())

    def test_the_preview_tells_what_else_is_written(self):
        headings, rows = new_rows(self.read(*self.lines()), get_sheet(self.kind))

        self.assertEqual(headings[-1], "还会改动")
        self.assertEqual(
            [sorted(row[-1].split("；")) for _, row in rows],
            [
                sorted(
                    [
                        "社会组织（名称、注销或撤销日期、登记状态、法定代表人）", "组织覆盖（终止日期）", "党建管理归口（终止日期）",
                        "指导员选派（终止日期）", "党建联络员（终止日期）", "新增曾用名1条",
                    ]
                ),
                [""],
                [""],
                ["社会组织（登记状态）"],
            ],
        )  # fmt: skip

    def test_the_log_of_the_body_belongs_to_the_batch(self):
        batch = self.bring_in(*self.lines())

        entries = AuditEntry.objects.filter(batch=batch, object_type="organizations.socialorganization")
        self.assertEqual(set(entries.values_list("object_id", flat=True)), {self.body.pk, self.other.pk})

    def test_an_event_can_be_taken_back_on_its_page_and_then_no_more_with_the_batch(self):
        batch = self.bring_in(self.lines()[3])
        withdraw_event(OrganizationEvent.objects.get(organization=self.other), by=self.staff, reason="登记错了单位")

        self.assertEqual(SocialOrganization.objects.get(pk=self.other.pk).status, "normal")
        with self.assertRaises(TouchedError):
            undo_batch(batch, by=self.staff)
        self.assertEqual(
            {(number, label) for number, label, _ in touched_rows(batch)}, {(2, "示例市乙商会 列入异常名录 2023-03-12")}
        )

    def test_what_the_ledger_shows_already_is_only_noted(self):
        """示例市子协会 → 示例市丑协会 → 示例市甲协会, which it is called today."""
        before = SocialOrganization.objects.values("name", "legal_representative", "version").get(pk=self.body.pk)
        rows = (
            ["示例市甲协会", "2015-01-01", "成立登记", "民登〔2015〕1号"],
            ["示例市甲协会", "2016-05-01", "更名", "民登〔2016〕3号", "", "示例市子协会", "示例市丑协会"],
            ["示例市甲协会", "2018-05-01", "更名", "民登〔2018〕4号", "", "", "示例市甲协会"],
            ["示例市甲协会", "2019-05-01", "变更登记", "民登〔2019〕6号", "法定代表人", "李例武", "王例成"],
        )
        self.body.registered_on = date(2015, 1, 1)
        self.body.save()

        self.bring_in(*rows)

        now = SocialOrganization.objects.values("name", "legal_representative", "version").get(pk=self.body.pk)
        self.assertEqual({**now, "version": 0}, {**before, "version": 0})
        names = FormerName.objects.order_by("until").values_list("name", "until")
        self.assertEqual(list(names), [("示例市子协会", date(2016, 5, 1)), ("示例市丑协会", date(2018, 5, 1))])
        self.assertEqual(list(SocialOrganization.objects.search("示例市丑")), [self.body])
        self.assertEqual(OrganizationEvent.objects.filter(organization=self.body).count(), 4)

    def test_past_events_go_back_with_the_batch(self):
        self.bring_in_and_back(["示例市甲协会", "2018-05-01", "更名", "", "", "示例市子协会", "示例市甲协会"])

    def test_the_past_of_a_body_that_is_over(self):
        over = make_organization(
            self.committee,
            name="示例市旧协会",
            status="cancelled",
            ended_on=date(2021, 6, 1),
            registered_on=date(2010, 1, 1),
        )
        self.bring_in(
            ["示例市旧协会", "2012-01-05", "列入异常"],
            ["示例市旧协会", "2013-01-05", "移出异常"],
            ["示例市旧协会", "2021-06-01", "注销", "民注〔2021〕9号"],
        )

        found = over.events.order_by("on").values_list("kind", "status_before")
        self.assertEqual(list(found), [("abnormal", "normal"), ("restored", "abnormal"), ("cancelled", "normal")])
        self.assertEqual(
            self.wrong(["示例市旧协会", "2021-05-01", "注销"]),
            ["2B 台账里这家单位是2021-06-01已注销，与这一行不一致。请核对事件和日期。"],
        )

    def test_each_refusal_stands_at_its_cell(self):
        short = make_organization(self.committee, name="示例市丁协会", short_name="丁协")
        self.assertEqual(
            self.wrong(
                ["示例市甲协会", "2023-01-10", "更名", "", "", "示例市癸协会", "示例市丙协会"],
                ["示例市甲协会", "2023-01-11", "变更", "", "", "", "陈例文"],
                ["示例市甲协会", "2023-01-12", "移出异常"],
                ["示例市甲协会", "2024-01-12", "注销"],
                ["示例市甲协会", "2023-01-13", "合并"],
                ["示例市丁协会", "2023-01-14", "更名", "", "", "", "示例市戊协会"],
                ["示例市乙商会", "2015-06-01", "成立登记"],
            ),
            [
                "2F 这家单位现在的名称是“示例市甲协会”。请核对变更前、变更后的名称。",
                "3E 事件为“变更登记”的要选变更事项，其他事件不选。",
                "4C 示例市甲协会的登记状态是“正常”，不能登记“移出异常名录”。",
                "5B 不能晚于今天。办成以后再登记。",
                "6I 事件为“合并”的要选并入哪一家，其他事件不选。",
                f"7H 单位有简称“{short.short_name}”，更名以后页面和名单仍显示它。不变的照写一遍，改了的写新简称。",
                f"8B 成立登记的日期应是台账里的登记日期{self.other.registered_on}。",
            ],
        )

    def test_a_line_that_no_longer_can_be_done_stops_the_whole_batch(self):
        batch = self.read(*self.lines())
        SocialOrganization.objects.filter(pk=self.other.pk).update(status="closing")
        before = table_sums()

        with self.assertRaisesMessage(
            ValidationError, "第5行“示例市乙商会 列入异常名录 2023-03-12”办不成：示例市乙商会的登记状态是“注销中”"
        ):
            apply_batch(batch, by=self.staff)
        self.assertEqual(changed(before), [])

    def test_more_acts_than_a_file_takes_are_refused_as_a_whole(self):
        day = date(2016, 1, 1)
        rows = [["示例市甲协会", (day + timedelta(n)).isoformat(), "成立登记"] for n in range(MOST + 1)]

        self.assertIn(f"一次最多新增{MOST}行", self.read(*rows).report["fatal"])


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
            ),
            [
                "2C 陈例文的组织关系现在在甲支部，不在乙支部。",
                "3D 党组织台账里没有“丙支部”。请核对名称；是外单位的，请把“方向”改为转往外单位或从外单位转来。",
                "4B 转入党组织“乙支部”在台账里，不是外单位。请核对方向。",
                "5D 请写转入党组织。",
                "6H 状态为“已接收”的要写办结日期。",
                "7H 状态为“在途”的还没有办结，不写办结日期。",
                "8A 审核、办结的日期不能早于发起日期。",
            ],
        )


class ImportPageTests(ActCase):
    kind, head = "organization_events", EVENT

    def test_two_clicks_on_confirm_do_it_once(self):
        body = make_organization(self.committee, name="示例市甲协会", short_name="")
        make_branch(self.committee, covers=(body,))
        batch = self.read(["示例市甲协会", "2023-03-10", "注销"])
        self.client.force_login(get_user_model().objects.get(pk=self.staff.pk))
        for _ in range(2):
            self.client.post(reverse("core:import-apply", args=[batch.pk]))

        self.assertEqual(OrganizationEvent.objects.filter(organization=body).count(), 1)
        self.assertEqual(BranchCoverage.objects.get().end, date(2023, 3, 10))
