"""六个同步: rules, events, what the ledgers prove, rates."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.periods import Period
from organizations.choices import SyncEvent
from organizations.models import CharterRecord, SyncDuty, SyncRule
from organizations.statistics import sync_rates
from organizations.workflows.bodies import assign_instructor
from organizations.workflows.events import record_event
from organizations.workflows.papers import approve_charter
from organizations.workflows.sync import emit, ensure_rules, finish_duty
from organizations.workflows.sync_sources import catch_up
from tests.factories import make_branch, make_committee, make_organization, make_staff

DAY = date(2023, 3, 29)


class SyncTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        ensure_rules(cls.committee)
        SyncRule.objects.update(start=date(2023, 1, 1))
        cls.body = make_organization(cls.committee)

    def test_an_office_starts_with_six_rules_once(self):
        self.assertEqual(ensure_rules(self.committee), [])
        self.assertEqual(list(SyncRule.objects.values_list("event", flat=True)), list(SyncEvent.values))

    def test_an_event_makes_its_duty_once(self):
        made = emit(SyncEvent.GRADED, self.body, on=date(2023, 3, 1), by=self.staff)
        again = emit(SyncEvent.GRADED, self.body, on=date(2023, 3, 1), by=self.staff)
        self.assertEqual([(d.action, d.due_on) for d in made], [("开展党建评估", date(2023, 3, 31))])
        self.assertEqual(again, [])

    def test_an_event_before_the_rule_or_of_a_closed_rule_makes_nothing(self):
        SyncRule.objects.filter(event=SyncEvent.INSPECTED).update(is_active=False)
        self.assertEqual(emit(SyncEvent.GRADED, self.body, on=date(2022, 12, 31), by=self.staff), [])
        self.assertEqual(emit(SyncEvent.INSPECTED, self.body, on=date(2023, 3, 1), by=self.staff), [])

    def test_imported_rows_are_caught_up(self):
        make_organization(self.committee, registered_on=date(2023, 2, 1))
        self.assertEqual((catch_up(self.committee), catch_up(self.committee)), (2, 0))  # registered, set up

    def test_a_covered_body_has_its_duty_finished(self):
        emit(SyncEvent.SET_UP, self.body, on=date(2023, 2, 1), by=self.staff)
        make_branch(self.committee, covers=(self.body,), founded_on=date(2023, 3, 1))
        catch_up(self.committee)
        self.assertEqual(SyncDuty.objects.get(event=SyncEvent.SET_UP).done_on, date(2023, 3, 1))

    def test_the_rate_is_done_in_time_by_events(self):
        bodies = [make_organization(self.committee) for _ in range(4)]
        duties = [emit(SyncEvent.GRADED, b, on=date(2023, 1, 10), by=self.staff)[0] for b in bodies]
        finish_duty(duties[0], on=date(2023, 2, 9), by=self.staff)
        finish_duty(duties[1], on=date(2023, 2, 10), by=self.staff)
        (row,) = sync_rates(SyncDuty.objects.all(), Period.parse("2023Q1"), DAY)
        self.assertEqual((row.events, row.in_time, row.late, row.overdue, row.running), (4, 1, 1, 2, 0))
        self.assertEqual(row.rate, Decimal("25.0"))

    def test_a_duty_is_not_done_before_its_event_nor_tomorrow(self):
        (duty,) = emit(SyncEvent.GRADED, self.body, on=date(2023, 3, 1), by=self.staff)
        for day in (date(2023, 2, 28), date(2023, 3, 30)):
            with self.assertRaises(ValidationError):
                finish_duty(duty, on=day, by=self.staff)

    def test_pages(self):
        (duty,) = emit(SyncEvent.GRADED, self.body, on=date(2023, 3, 1), by=self.staff)
        self.client.force_login(self.staff)
        rule = SyncRule.objects.first()
        for name, *args in (("syncduty-list",), ("syncduty-create",), ("syncduty-detail", duty.pk), ("syncrule-list",),
                            ("syncrule-create",), ("syncrule-update", rule.pk)):  # fmt: skip
            self.assertEqual(self.client.get(reverse(f"organizations:{name}", args=args)).status_code, 200, name)
        self.client.post(reverse("organizations:syncduty-done", args=[duty.pk]), {"on": "2023-03-20", "note": "已评估"})
        duty.refresh_from_db()
        self.assertEqual((duty.done_on, duty.done_note), (date(2023, 3, 20), "已评估"))
        self.client.post(reverse("organizations:syncduty-reopen", args=[duty.pk]), {"reason": "登记错了"})
        duty.refresh_from_db()
        self.assertEqual(duty.done_on, None)

    def test_an_event_typed_by_hand(self):
        self.client.force_login(self.staff)
        data = {"organization": self.body.short_name, "event": "inspected", "event_on": "2023-03-20", "note": ""}
        response = self.client.post(reverse("organizations:syncduty-create"), data)
        self.assertEqual((response.status_code, SyncDuty.objects.get().due_on), (302, date(2023, 4, 19)))

    def test_the_list_takes_the_same_queries_for_more_rows(self):
        self.client.force_login(self.staff)
        counts = []
        self.client.get(reverse("organizations:syncduty-list"))
        for _ in range(2):
            emit(SyncEvent.GRADED, make_organization(self.committee), on=date(2023, 3, 1), by=self.staff)
            with CaptureQueriesContext(connection) as caught:
                self.client.get(reverse("organizations:syncduty-list"))
            counts.append(len(caught))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 7)

    def test_workflows_of_the_ledgers_emit_and_settle(self):
        record_event(
            self.body, kind="changed", on=date(2023, 3, 1), by=self.staff, item="other", new_value="理事会换届"
        )
        emit(SyncEvent.SET_UP, self.body, on=date(2023, 3, 2), by=self.staff)
        assign_instructor(self.body, instructor_name="周例", start=date(2023, 3, 10), by=self.staff)
        done = dict(SyncDuty.objects.values_list("event", "done_on"))
        self.assertEqual(done, {"reelected": None, "set_up": date(2023, 3, 10)})

    def test_an_approved_charter_is_an_event_that_proves_itself(self):
        charter = CharterRecord.objects.create(
            committee=self.committee,
            organization=self.body,
            has_party_clause=True,
            has_values_clause=True,
            status="voted",
        )
        approve_charter(charter, on=date(2023, 3, 5), by=self.staff)
        duty = SyncDuty.objects.get(event="charter")
        self.assertEqual((duty.event_on, duty.done_on), (date(2023, 3, 5), date(2023, 3, 5)))
