"""Each of the six events makes its duty from the page on which it is saved and from a workbook; an undo takes it back."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.urls import reverse

from core.choices import AuditEvent
from core.editing import create_records, update_records
from core.excel import get_sheet
from core.excel.applying import apply_batch
from core.excel.staging import new_batch, read_batch
from core.excel.undoing import undo_batch
from core.models import AuditEntry
from organizations.choices import SyncEvent
from organizations.models import CommitmentLetter, InstructorAssignment, SocialOrganization, SyncDuty, SyncRule
from organizations.workflows.events import record_event, withdraw_event
from organizations.workflows.holidays import add_holidays
from organizations.workflows.sync import emit, ensure_rules, finish_duty
from organizations.workflows.sync_sources import SOURCES, catch_up, register_source
from reviews.models import InspectionRecord
from tests.factories import make_campaign, make_committee, make_organization, make_staff
from tests.measuring import recorded
from tests.organizations.guidance_cases import workbook

DAY = date(2023, 3, 29)


class SixEvents(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        ensure_rules(cls.committee)
        SyncRule.objects.update(start=date(2023, 1, 1))
        cls.body = make_organization(cls.committee)

    def setUp(self):
        self.client.force_login(self.staff)

    def duties(self, body=None):
        rows = SyncDuty.objects.filter(organization=body or self.body)
        return set(rows.values_list("event", "event_on"))

    def bring_in(self, kind, *rows):
        batch = read_batch(
            new_batch(get_sheet(kind), workbook(*rows), "表.xlsx", by=self.staff, committee=self.committee)
        )
        self.assertEqual(batch.wrong_count, 0, batch.report)
        return apply_batch(batch, by=self.staff)

    def edit(self, **values):
        body = SocialOrganization.objects.get(pk=self.body.pk)
        data = {"name": body.name, "short_name": body.short_name, "code": body.code, "kind": body.kind, "status": body.status,
                "registered_on": "2015-01-01", "version": body.version, **values}  # fmt: skip
        response = self.client.post(reverse("organizations:socialorganization-update", args=[body.pk]), data)
        self.assertEqual(response.status_code, 302)

    def test_the_statements_of_catching_up_do_not_grow_with_the_events(self):
        """Duties are made and what the ledgers prove is finished for all bodies at once, each with its entry in the log."""
        counts = []
        for more in (2, 20):
            for number in range(more):
                body = make_organization(self.committee, registered_on=date(2023, 3, 1))
                if number % 2:
                    InstructorAssignment.objects.create(organization=body, instructor_name="甲", start=date(2023, 3, 9))
            before, logged = SyncDuty.objects.count(), AuditEntry.objects.filter(event=AuditEvent.CREATE).count()
            counts.append(len(recorded(lambda: catch_up(self.committee, by=self.staff))))
            made = SyncDuty.objects.count() - before
            self.assertEqual(made, 2 * more)
            self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.CREATE).count() - logged, made)
        self.assertEqual(counts[0], counts[1])
        proved = SyncDuty.objects.only_proved()
        self.assertEqual(set(proved.values_list("event", "done_on")), {(SyncEvent.SET_UP, date(2023, 3, 9))})
        self.assertEqual(proved.count(), 11)
        entry = AuditEntry.objects.filter(event=AuditEvent.CHANGE, object_id=proved.first().pk).get()
        self.assertEqual(entry.changes["完成日期"], [None, "2023-03-09"])
        self.assertEqual(entry.user, self.staff)

    def test_rows_that_do_more_than_save_are_not_written_in_bulk(self):
        """A body derives its search text and follows its reason when it is saved."""
        with self.assertRaisesMessage(TypeError, "SocialOrganization.save()"):
            create_records([SocialOrganization(committee=self.committee)], by=self.staff, note=str)
        with self.assertRaisesMessage(TypeError, "SocialOrganization.save()"):
            update_records([self.body], ["remark"], by=self.staff)

    def test_one_body_reads_no_events_of_the_others(self):
        """What the database is asked for names the body; the rows that come back are its own."""
        for _ in range(3):
            make_organization(self.committee, registered_on=date(2023, 3, 1))

        statements = recorded(lambda: catch_up(self.committee, [self.body.pk]))

        rows = []
        with connection.cursor() as cursor:
            for sql, params in statements:
                if sql.startswith("SELECT") and "registered_on" in sql:
                    cursor.execute(sql, params)
                    rows += cursor.fetchall()
        self.assertEqual(rows, [])

    def test_a_body_whose_duties_cannot_be_made_is_not_saved_either(self):
        def broken(committee, since, bodies):
            raise ValidationError("这一天的规则没有定。")

        usual = SOURCES[SyncEvent.GRADED]
        register_source(SyncEvent.GRADED, broken)
        self.addCleanup(register_source, SyncEvent.GRADED, usual)
        data = {"name": "示例市新设协会", "kind": "51", "registered_on": "2023-03-20", "status": "normal"}

        page = self.client.post(reverse("organizations:socialorganization-create"), data)

        self.assertContains(page, "这一天的规则没有定。")
        self.assertEqual(SocialOrganization.objects.count(), 1)
        paper = {"organization": self.body.name, "title": "承诺书", "signed_on": "2023-03-20", "signer": "陈例文"}
        self.client.post(reverse("organizations:commitmentletter-create"), paper)
        self.assertFalse(CommitmentLetter.objects.exists())

    # registration and setting up

    def test_a_registered_body_from_its_form(self):
        data = {"name": "示例市新设协会", "kind": "51", "registered_on": "2023-03-20", "status": "normal"}
        self.client.post(reverse("organizations:socialorganization-create"), data)
        body = SocialOrganization.objects.get(name="示例市新设协会")
        self.assertEqual(self.duties(body), {("registered", date(2023, 3, 20)), ("set_up", date(2023, 3, 20))})

    def test_a_registered_body_from_a_workbook_and_its_undo(self):
        head = ("社会组织名称", "类型", "登记日期")
        batch = self.bring_in(
            "organizations",
            head,
            ("示例市新设协会", "社会团体", "2023-03-20"),
            ("示例市老协会", "社会团体", "2013-03-20"),
        )
        self.assertEqual(SyncDuty.objects.count(), 2)

        undo_batch(batch, by=self.staff)

        self.assertEqual((SyncDuty.objects.count(), SocialOrganization.objects.count()), (0, 1))

    def test_a_corrected_day_takes_its_duties_along_and_the_undo_brings_back_the_very_same(self):
        head = ("社会组织名称", "类型", "登记日期")
        self.bring_in("organizations", head, ("示例市新设协会", "社会团体", "2023-03-20"))
        before = list(
            SyncDuty.objects.order_by("pk").values("pk", "event", "event_on", "due_on", "created_at", "version")
        )
        batch = self.bring_in("organizations", head, ("示例市新设协会", "社会团体", "2023-03-10"))
        moved = {(duty.pk, duty.event_on) for duty in SyncDuty.objects.all()}
        self.assertEqual(moved, {(row["pk"], date(2023, 3, 10)) for row in before})

        undo_batch(batch, by=self.staff)

        after = SyncDuty.objects.order_by("pk").values("pk", "event", "event_on", "due_on", "created_at", "version")
        self.assertEqual(list(after), before)

    def test_an_undo_is_refused_when_a_duty_was_finished_by_hand(self):
        batch = self.bring_in(
            "organizations", ("社会组织名称", "类型", "登记日期"), ("示例市新设协会", "社会团体", "2023-03-20")
        )
        finish_duty(
            SyncDuty.objects.select_related("committee").get(event="set_up"), on=DAY, by=self.staff, note="已派指导员"
        )

        with self.assertRaisesMessage(Exception, "已有同步事项与它相连"):
            undo_batch(batch, by=self.staff)
        self.assertEqual(SyncDuty.objects.count(), 2)

    # charter

    def test_an_approved_charter_from_its_page(self):
        url = reverse("organizations:charterrecord-create")
        data = {"organization": self.body.short_name, "version_no": "1", "has_party_clause": "on", "has_values_clause": "on",
                "clause_kind": "liaison", "vote_body": "assembly", "voted_on": "2023-02-01"}  # fmt: skip
        self.assertEqual(self.client.post(url, data).status_code, 302)
        charter = self.body.charters.get()
        move = reverse("organizations:charterrecord-move", args=[charter.pk])
        for to, on in (("voted", "2023-02-01"), ("approved", "2023-03-01")):
            self.client.post(move, {"to": to, "on": on})
        self.assertEqual(self.duties(), {("charter", date(2023, 3, 1))})

    def test_an_approved_charter_from_a_workbook_and_its_undo(self):
        batch = self.bring_in(
            "charters",
            ("社会组织名称", "章程版次", "核准日期", "党建入章", "状态"),
            (self.body.name, 1, "2023-03-01", "是", "已核准"),
        )
        self.assertEqual(self.duties(), {("charter", date(2023, 3, 1))})
        undo_batch(batch, by=self.staff)
        self.assertEqual(self.duties(), set())

    # inspection

    def test_a_conclusion_from_its_page(self):
        campaign = make_campaign(self.committee, status="running")
        record = InspectionRecord.objects.create(
            committee=self.committee, campaign=campaign, organization=self.body, quarter=campaign.quarter, status="checked",
            opinion="党建工作正常。",
        )  # fmt: skip
        url = reverse("reviews:inspectionrecord-conclude", args=[record.pk])
        self.client.post(url, {"conclusion": "passed", "concluded_on": "2023-03-15"})
        record.refresh_from_db()
        self.assertEqual(record.status, "concluded")
        self.assertEqual(self.duties(), {("inspected", date(2023, 3, 15))})
        self.assertEqual(SyncDuty.objects.get().done_on, date(2023, 3, 15))

    def test_a_conclusion_from_a_workbook(self):
        campaign = make_campaign(self.committee, status="running")
        head = ("年度检查", "社会组织名称", "是否参检", "年检结论", "结论日期")
        self.bring_in("inspections", head, (campaign.title, self.body.name, "已有结论", "合格", "2023-03-15"))
        self.assertEqual(self.duties(), {("inspected", date(2023, 3, 15))})
        self.assertIsNone(SyncDuty.objects.get().done_on)

    # grade and council

    def test_a_grade_and_a_new_council_from_the_form(self):
        self.edit(grade="4A", graded_on="2023-03-10", council_term_start="2023-03-12")
        self.assertEqual(self.duties(), {("graded", date(2023, 3, 10)), ("reelected", date(2023, 3, 12))})
        self.edit(grade="4A", graded_on="2023-03-10", council_term_start="2023-03-12", remark="再存一次")
        self.assertEqual(SyncDuty.objects.count(), 2)

    def test_a_grade_and_a_new_council_from_a_workbook(self):
        head = ("社会组织名称", "类型", "登记日期", "评估等级", "评估日期", "本届负责人选举日期")
        self.bring_in(
            "organizations", head, (self.body.name, "社会团体", "2015-01-01", "4A", "2023-03-10", "2023-03-12")
        )
        self.assertEqual(self.duties(), {("graded", date(2023, 3, 10)), ("reelected", date(2023, 3, 12))})

    def test_a_registered_change_from_its_page(self):
        url = reverse("organizations:socialorganization-event", args=[self.body.pk])
        self.client.post(
            url, {"kind": "changed", "on": "2023-03-08", "item": "legal_representative", "new_value": "张样例"}
        )
        self.assertEqual(self.duties(), {("reelected", date(2023, 3, 8))})

    def test_what_lies_before_the_rule_or_ahead_makes_nothing(self):
        self.edit(grade="4A", graded_on="2022-12-31")
        self.assertEqual(self.duties(), set())

    # rates, matrix, home

    def test_every_number_of_a_rate_opens_as_many_rows(self):
        for n in range(4):
            duty = emit("graded", make_organization(self.committee), on=date(2023, 1, 10), by=self.staff)[0]
            if n < 2:
                finish_duty(duty, on=date(2023, 2, 9 + n), by=self.staff)
        emit("graded", self.body, on=date(2023, 3, 20), by=self.staff)
        ended = make_organization(self.committee)
        emit("graded", ended, on=date(2023, 1, 10), by=self.staff)
        record_event(ended, kind="cancelled", on=date(2023, 3, 20), by=self.staff)
        page = self.client.get(reverse("organizations:syncduty-list"), {"period": "2023Q1"})
        (line,) = page.context["rates"]
        self.assertEqual([cell["n"] for cell in line["cells"]], [6, 1, 1, 2, 1, 1])
        self.assertEqual(line["rate"], Decimal("20.0"))
        for cell in line["cells"]:
            listed = self.client.get(reverse("organizations:syncduty-list") + cell["url"]).context["page"].count
            self.assertEqual(listed, cell["n"], cell["label"])

    def test_the_matrix_has_a_lamp_for_each_duty(self):
        emit("graded", self.body, on=date(2023, 1, 10), by=self.staff)
        emit("reelected", self.body, on=date(2023, 3, 10), by=self.staff)
        matrix = self.client.get(reverse("organizations:syncduty-matrix"), {"period": "2023Q1"}).context["matrix"]
        self.assertEqual([rule.event for rule in matrix.rules], ["graded", "reelected"])
        ((_, _, cells),) = matrix.rows
        self.assertEqual([[lamp.kind for lamp in lamps] for lamps in cells], [["bad"], ["info"]])

    def test_an_overdue_duty_stands_on_the_home_page(self):
        emit("graded", self.body, on=date(2023, 1, 10), by=self.staff)
        self.assertContains(self.client.get("/"), "项同步事项超过期限")

    def test_catching_up_takes_one_look_for_many_bodies(self):
        for _ in range(3):
            make_organization(self.committee, registered_on=date(2023, 2, 1))
        self.assertEqual((catch_up(self.committee), catch_up(self.committee)), (6, 0))

    def test_open_duties_of_a_body_that_ended_do_not_apply_until_the_ending_is_taken_back(self):
        body = make_organization(self.committee, registered_on=date(2023, 2, 1))
        catch_up(self.committee, [body.pk])
        before, opened = self.duties(body), SyncDuty.objects.open().filter(organization=body).count()
        self.assertEqual(opened, 2)

        event = record_event(body, kind="cancelled", on=date(2023, 3, 20), by=self.staff)
        catch_up(self.committee, [body.pk])
        self.assertEqual(self.duties(body), before)
        duty = SyncDuty.objects.filter(organization=body).first()
        self.assertEqual(SyncDuty.objects.open().filter(organization=body).count(), 0)
        self.assertEqual(duty.state(DAY), ("off", "不适用（单位已终止）"))
        self.assertContains(self.client.get(duty.get_absolute_url()), "单位已注销（2023-03-20）")
        self.client.post(reverse("organizations:syncduty-done", args=[duty.pk]), {"on": "2023-03-21"})
        duty.refresh_from_db()
        self.assertEqual(duty.done_on, None)

        withdraw_event(event, by=self.staff, reason="登记错了")
        self.assertEqual(SyncDuty.objects.open().filter(organization=body).count(), opened)

    def test_staff_say_with_a_reason_that_a_duty_does_not_apply_and_take_it_back(self):
        (duty,) = emit("graded", self.body, on=date(2023, 1, 10), by=self.staff)
        listed = reverse("organizations:syncduty-list")
        waive = reverse("organizations:syncduty-waive", args=[duty.pk])
        self.client.post(waive, {"reason": " "})
        self.assertContains(self.client.get(listed, {"tab": "overdue"}), self.body.short_name)

        self.client.post(waive, {"reason": "本年度免于评估"})
        self.assertNotContains(self.client.get(listed, {"tab": "overdue"}), self.body.short_name)
        self.assertContains(self.client.get(listed, {"tab": "waived"}), "不适用")
        self.assertContains(self.client.get(duty.get_absolute_url()), "本年度免于评估")
        self.assertContains(self.client.get(self.body.get_absolute_url()), "同步事项不适用")
        self.assertContains(self.client.get(listed, {"period": "2023Q1"}), "不计入基数")

        self.client.post(reverse("organizations:syncduty-reopen", args=[duty.pk]), {"reason": "弄错了"})
        self.assertContains(self.client.get(listed, {"tab": "overdue"}), self.body.short_name)

    def test_a_deadline_follows_every_entry_of_holidays(self):
        SyncRule.objects.update(in_working_days=True)
        duty = emit("graded", self.body, on=date(2023, 3, 29), by=self.staff)[0]
        dues = [duty.due_on]
        for day in (duty.due_on, duty.due_on + timedelta(days=1)):
            add_holidays(first=day, last=day, kind="holiday", name="假日", by=self.staff)
            duty.refresh_from_db()
            dues.append(duty.due_on)
        self.assertEqual(dues, sorted(set(dues)))

    def test_a_change_that_touches_no_party_matter_calls_for_nothing(self):
        for item, called in (("address", False), ("scope", False), ("fund", False), ("legal_representative", True)):
            body = make_organization(self.committee)
            record_event(body, kind="changed", on=date(2023, 3, 1), by=self.staff, item=item, new_value="示例")
            catch_up(self.committee)
            with self.subTest(item):
                self.assertEqual((SyncEvent.REELECTED, date(2023, 3, 1)) in self.duties(body), called)
