"""登记事件 as a workbook: a line does what the page of its body does, shows what is refused before, and goes back."""

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.excel.acts import MOST
from core.excel.applying import apply_batch
from core.excel.preview import new_rows
from core.excel.sheet import get_sheet
from core.excel.undoing import TouchedError, touched_rows, undo_batch
from core.models import AuditEntry
from organizations.models import (
    BranchCoverage,
    FormerName,
    OrganizationEvent,
    PartyBranch,
    SocialOrganization,
    SyncRule,
)
from organizations.workflows.bodies import assign_instructor, name_liaison
from organizations.workflows.events import correct_event, withdraw_event
from organizations.workflows.sync import settle
from tests.factories import (
    make_branch,
    make_organization,
)
from tests.organizations.act_cases import ActCase, changed
from tests.reports.test_round_trip import table_sums

EVENT = ["社会组织名称", "日期", "事件", "文号", "变更事项", "变更前", "变更后", "新简称", "并入单位", "内容"]


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
            ["示例市甲协会", "2023-01-10", "变更", "民登〔2023〕1号", "法定代表人", "王例成", "陈例文"],
            ["示例市甲协会", "2023-02-10", "更名", "民登〔2023〕5号", "", "示例市甲协会", "示例市丙协会"],
            ["示例市甲协会", "2023-03-10", "注销", "民注〔2023〕2号"],
            ["示例市乙商会", "2023-03-12", "列入异常", "民异〔2023〕1号"],
        )

    def test_a_repeated_line_is_told_once_and_not_tried(self):
        first, *_ = self.lines()
        found = self.wrong(first, first)
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("3"))
        self.assertIn("与第2行的", found[0])

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
                ("renamed", "民登〔2023〕5号", "示例市甲协会"),
                ("cancelled", "民注〔2023〕2号", ""),
            ],
        )
        self.assertEqual(SocialOrganization.objects.registered(date(2023, 3, 31)).count(), 1)

    def test_everything_goes_back_with_the_batch(self):
        self.bring_in_and_back(*self.lines())

    def test_the_preview_tells_what_else_is_written(self):
        headings, rows = new_rows(self.read(*self.lines()), get_sheet(self.kind))

        self.assertEqual(headings[-1], "还会改动")
        first, second, third, other = (row[-1] for _, row in rows)
        self.assertEqual((first, second, other), ("", "", "社会组织（登记状态）"))
        self.assertTrue(third.startswith("第2、3、4行一共："), third)
        self.assertEqual(
            set(third.removeprefix("第2、3、4行一共：").split("；")),
            {
                "社会组织（名称、注销或撤销日期、登记状态、法定代表人）", "组织覆盖（终止日期）", "党建管理归口（终止日期）",
                "指导员选派（终止日期）", "党建联络员（终止日期）", "新增曾用名1条",
            },
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
        self.assertEqual({row[:2] for row in touched_rows(batch)}, {(2, "示例市乙商会 列入异常名录 2023-03-12")})

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
            ["2B 台账里这家单位是2021-06-01已注销，与这一件不一致。请核对事件和日期。"],
        )

    def test_each_refusal_stands_at_its_cell(self):
        short = make_organization(self.committee, name="示例市丁协会", short_name="丁协")
        closing = make_organization(self.committee, name="示例市清算协会", short_name="", status="closing")
        self.assertEqual(
            self.wrong(
                ["示例市甲协会", "2023-01-10", "更名", "", "", "示例市癸协会", "示例市丙协会"],
                ["示例市甲协会", "2023-01-11", "变更", "", "", "", "陈例文"],
                ["示例市清算协会", "2023-01-12", "列入异常"],
                ["示例市甲协会", "2024-01-12", "注销"],
                ["示例市甲协会", "2023-01-13", "合并"],
                ["示例市丁协会", "2023-01-14", "更名", "", "", "示例市丁协会", "示例市戊协会"],
                ["示例市乙商会", "2015-06-01", "成立登记"],
                ["示例市甲协会", "2023-01-15", "变更", "", "法定代表人", "李例武", "陈例文"],
                ["示例市甲协会", "2023-01-16", "变更", "", "住所"],
                ["示例市甲协会", "2023-01-17", "移出异常"],
                ["示例市甲协会", "2023-01-18", "变更", "", "业务范围", "甲", "甲"],
                ["示例市甲协会", "", "更名", "", "", "示例市甲协会", "示例市丙协会"],
            ),
            [
                "2F 这家单位现在的名称是“示例市甲协会”。请核对变更前、变更后的名称。",
                "3E 事件为“变更登记”的要选变更事项，其他事件不选。",
                f"4C {closing}的登记状态是“注销中”，不能登记“列入异常名录”。",
                "5B 不能晚于今天。办成以后再登记。",
                "6I 事件为“合并”的要选并入哪一家，其他事件不选。",
                f"7H 单位有简称“{short.short_name}”，更名以后页面和名单仍显示它。不变的照写一遍，改了的写新简称。",
                f"8B 成立登记的日期应是台账里的登记日期{self.other.registered_on}。",
                "9F 台账里现在的法定代表人是“王例成”，这里写的变更前是“李例武”。请核对；是以往的变更，把后来的变更也写上。",
                "10G 请写住所变更后的内容。",
                "11C 示例市甲协会当时的登记状态是“正常”，不能登记“移出异常名录”。请核对前后的事件。",
                "12G 变更前和变更后相同，没有变更。",
                "13B 没有填“日期”，不知道是哪一条。请补上。",
            ],
        )

    def test_what_lies_before_a_stored_event_of_its_sort_changes_nothing(self):
        self.bring_in(self.lines()[0])
        self.bring_in(
            ["示例市甲协会", "2018-03-01", "变更", "民登〔2018〕2号", "法定代表人", "李例武", "王例成"],
            ["示例市甲协会", "2016-03-01", "列入异常"],
            ["示例市甲协会", "2017-03-01", "移出异常"],
        )

        self.body.refresh_from_db()
        self.assertEqual((self.body.legal_representative, self.body.status), ("陈例文", "normal"))
        self.assertEqual(self.body.events.filter(is_past=True).count(), 3)

    def test_a_noted_event_is_corrected_as_a_noted_one_and_stands_in_nobodys_way(self):
        self.bring_in(self.lines()[0])
        self.bring_in(["示例市甲协会", "2018-05-01", "更名", "", "", "示例市子协会", "示例市甲协会"])
        noted, last = self.body.events.get(kind="renamed"), self.body.events.get(kind="changed")

        self.body.refresh_from_db()
        facts = {**noted.facts(), "on": date(2018, 6, 1), "document_no": "民登〔2018〕4号", "new_name": noted.new_value}
        correct_event(noted, by=self.staff, reason="文号漏写", **facts)
        withdraw_event(last, by=self.staff, reason="登记错了")

        again = self.body.events.valid().get()
        self.body.refresh_from_db()
        self.assertEqual((again.on, again.document_no, again.is_past), (date(2018, 6, 1), "民登〔2018〕4号", True))
        self.assertEqual(again.detail, "由示例市子协会更名为示例市甲协会")
        self.assertEqual((self.body.name, self.body.legal_representative), ("示例市甲协会", "王例成"))
        self.assertEqual(self.body.former_names.get().until, date(2018, 6, 1))

    def test_the_page_of_a_noted_event_shows_what_was_noted(self):
        self.bring_in(["示例市甲协会", "2018-05-01", "更名", "", "", "示例市子协会", "示例市甲协会"])
        self.client.force_login(self.staff)
        page = reverse("organizations:organizationevent-correct", args=[self.body.pk, self.body.events.get().pk])

        self.assertContains(self.client.get(page), 'value="示例市甲协会"')

    def test_a_file_that_was_read_twice_is_done_once(self):
        one, two = self.read(*self.lines()), self.read(*self.lines())
        apply_batch(one, by=self.staff)

        with self.assertRaisesMessage(ValidationError, "台账里已有这一件"):
            apply_batch(two, by=self.staff)
        self.assertEqual(self.body.events.count(), 3)

    def test_a_duty_that_the_night_found_proved_does_not_stop_the_way_back(self):
        SyncRule.objects.update(start=date(2023, 1, 1))
        before = table_sums()
        batch = self.bring_in(self.lines()[0])
        PartyBranch.objects.update(term_start=date(2023, 3, 1))
        self.assertEqual(len(settle(self.body, by=None)), 1)
        PartyBranch.objects.update(term_start=self.branch.term_start)

        undo_batch(batch, by=self.staff)
        self.assertEqual(changed(before), [])

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
