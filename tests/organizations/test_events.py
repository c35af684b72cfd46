"""登记事件: what each does, what follows, the way back; two bodies merged by law; the status of a past day."""

from datetime import date
from itertools import product

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from core.models import AuditEntry, OfficeSetting
from organizations.choices import ENDING_EVENTS, EVENT_FROM, STATUS_AFTER, OrganizationEventKind, RegistrationStatus
from organizations.models import InstructorAssignment, Liaison, OrganizationEvent, SocialOrganization
from organizations.statistics import coverage, coverage_trend
from organizations.workflows.bodies import change_affiliation
from organizations.workflows.events import can_record, can_withdraw, correct_event, record_event, withdraw_event
from tests.factories import (
    make_branch,
    make_committee,
    make_leader,
    make_organization,
    make_secretary,
    make_staff,
)

DAY = date(2023, 3, 1)
MAY = date(2023, 5, 1)
ANSWERS = {
    "renamed": {"new_name": "示例市新名协会"},
    "changed": {"item": "address", "new_value": "示例路2号"},
}


def picture(body):
    """All columns of the row but the two that only count."""
    row = SocialOrganization.everything.filter(pk=body.pk).values().get()
    return {name: value for name, value in row.items() if name not in ("version", "updated_at")}


class EventTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, address="示例路1号")
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="甲示例")

    def record(self, body=None, kind="renamed", on=DAY, **answers):
        body = SocialOrganization.objects.get(pk=(body or self.body).pk)
        return record_event(body, kind=kind, on=on, by=self.staff, **answers)

    def refused(self, sentence, call, *args, **kwargs):
        with self.assertRaisesMessage(ValidationError, sentence):
            call(*args, **kwargs)


class EveryPairTests(EventTestCase):
    def test_each_status_takes_the_events_of_the_table_and_no_others(self):
        successor = make_organization(self.committee)
        for status, kind in product(RegistrationStatus, OrganizationEventKind):
            ended = date(2022, 1, 1) if status in ("cancelled", "revoked") else None
            body = make_organization(self.committee, status=status, ended_on=ended)
            answers = {**ANSWERS.get(kind, {}), **({"successor": successor} if kind == "merged" else {})}
            if kind == "renamed":
                answers = {"new_name": f"示例市{body.pk}号新名协会"}
            allowed = status in EVENT_FROM.get(kind, ())
            self.assertEqual(can_record(self.staff, body, kind), allowed)
            try:
                self.record(body, kind, **answers)
            except ValidationError:
                self.assertFalse(allowed, (status, kind))
                self.assertEqual(SocialOrganization.objects.get(pk=body.pk).status, status)
            else:
                self.assertTrue(allowed, (status, kind))
                after = SocialOrganization.objects.get(pk=body.pk)
                self.assertEqual(after.status, STATUS_AFTER.get(kind, status))
                self.assertEqual(after.ended_on, DAY if kind in ENDING_EVENTS else None)


class ConsequenceTests(EventTestCase):
    def test_a_former_name_is_kept_with_its_day_and_found(self):
        old = self.body.name

        event = self.record(new_name="示例市新名协会", document_no="示民社〔2023〕1号")

        former = self.body.former_names.get()
        self.assertEqual((former.name, former.until, event.document_no), (old, DAY, "示民社〔2023〕1号"))
        for word in (old, "新名", "xmxh"):
            self.assertEqual(SocialOrganization.objects.search(word).get(), self.body)

    def test_a_change_is_written_from_old_to_new_into_the_ledger(self):
        event = self.record(kind="changed", item="address", new_value="示例路2号")

        self.assertEqual((event.old_value, event.new_value), ("示例路1号", "示例路2号"))
        self.assertEqual(SocialOrganization.objects.get(pk=self.body.pk).address, "示例路2号")
        self.assertEqual(event.words, "住所由“示例路1号”改为“示例路2号”")

    def test_org_03_what_hangs_on_an_ended_body_ends_with_it(self):
        InstructorAssignment.objects.create(organization=self.body, instructor_name="乙示例", start=date(2020, 1, 1))
        Liaison.objects.create(organization=self.body, name="丙示例", start=date(2020, 1, 1), end=MAY)

        self.record(kind="cancelled", on=DAY, document_no="示民社〔2023〕2号")

        for related in ("coverages", "affiliations", "instructor_assignments", "liaisons"):
            self.assertEqual(list(getattr(self.body, related).values_list("end", flat=True)), [DAY], related)

    def test_a_deregistered_body_leaves_the_current_lists_and_stays_in_past_ones(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:socialorganization-list")
        frozen = coverage(self.committee, date(2023, 2, 28))
        self.record(kind="cancelled", on=DAY)

        for query in ("", "?tab=direct", "?tab=uncovered", "?tab=without"):
            self.assertNotContains(self.client.get(url + query), self.body.code)
        for query in ("?on=2023-02-28", "?tab=direct&on=2023-02-28", "?tab=ended", "?tab=all"):
            self.assertContains(self.client.get(url + query), self.body.code)
        self.assertEqual(coverage(self.committee, date(2023, 2, 28)), frozen)
        self.assertEqual(coverage(self.committee, DAY).base, 0)

    def test_days_that_cannot_be_are_refused_with_a_reason(self):
        self.refused("不能早于登记日期", self.record, kind="abnormal", on=date(2014, 1, 1))
        self.refused("不能晚于今天", self.record, kind="abnormal", on=date(2999, 1, 1))
        self.record(kind="abnormal", on=DAY)
        self.refused("已登记“列入异常名录”，不能早于它", self.record, kind="restored", on=date(2023, 2, 1))
        late = make_organization(self.committee)
        make_branch(self.committee, covers=(late,), founded_on=date(2023, 4, 1))
        late.coverages.update(start=date(2023, 4, 1))
        self.refused("从2023-04-01才开始", self.record, late, kind="cancelled", on=DAY)
        self.assertEqual(SocialOrganization.objects.get(pk=late.pk).status, "normal")

    def test_each_kind_asks_for_its_own_answers(self):
        self.refused("要写新名称", self.record, kind="renamed")
        self.refused("与现在的名称相同", self.record, kind="renamed", new_name=self.body.name)
        self.refused("要选变更事项", self.record, kind="changed")
        self.refused("变更后的内容", self.record, kind="changed", item="scope")
        self.refused("并入哪一家", self.record, kind="merged")
        self.refused("不能并入自己", self.record, kind="merged", successor=self.body)


class WithdrawalTests(EventTestCase):
    def test_every_kind_can_be_taken_back_to_the_letter(self):
        InstructorAssignment.objects.create(organization=self.body, instructor_name="乙示例", start=date(2020, 1, 1))
        successor = make_organization(self.committee)
        for kind in (k for k in EVENT_FROM if "normal" in EVENT_FROM[k]):
            before = picture(self.body)
            links = list(self.body.coverages.values()), list(self.body.affiliations.values())
            answers = {**ANSWERS.get(kind, {}), **({"successor": successor} if kind == "merged" else {})}
            event = self.record(kind=kind, **answers)
            self.assertNotEqual(picture(self.body), before, kind)

            withdraw_event(event, by=self.staff, reason="录错")

            self.assertEqual(picture(self.body), before, kind)
            self.assertEqual((list(self.body.coverages.values()), list(self.body.affiliations.values())), links, kind)
            self.assertEqual(self.body.former_names.count(), 0)
        self.assertEqual(OrganizationEvent.objects.valid().count(), 0)

    def test_only_the_last_one_and_only_once(self):
        first = self.record(kind="abnormal")
        second = self.record(kind="restored", on=MAY)

        self.refused("请先撤回它", withdraw_event, first, by=self.staff, reason="录错")
        self.refused("写明撤回的原因", withdraw_event, second, by=self.staff, reason=" ")
        stale = OrganizationEvent.objects.get(pk=second.pk)
        withdraw_event(second, by=self.staff, reason="录错")
        self.refused("刚刚被别人改动过", withdraw_event, stale, by=self.staff, reason="录错")
        withdraw_event(first, by=self.staff, reason="录错")

        self.assertEqual(SocialOrganization.objects.get(pk=self.body.pk).status, "normal")
        notes = AuditEntry.objects.filter(event="undo", object_type="organizations.socialorganization")
        self.assertEqual(notes.count(), 2)

    def test_a_later_edit_of_the_same_thing_stops_it_with_a_list(self):
        event = self.record(kind="changed", item="address", new_value="示例路2号")
        SocialOrganization.objects.filter(pk=self.body.pk).update(remark="别的栏目不妨碍")
        SocialOrganization.objects.filter(pk=self.body.pk).update(address="示例路3号")

        self.refused(f"社会组织“{self.body}”被改动过", withdraw_event, event, by=self.staff, reason="录错")
        SocialOrganization.objects.filter(pk=self.body.pk).update(address="示例路2号")
        withdraw_event(OrganizationEvent.objects.get(pk=event.pk), by=self.staff, reason="录错")

        self.assertEqual(picture(self.body)["address"], "示例路1号")
        self.assertEqual(picture(self.body)["remark"], "别的栏目不妨碍")

    def test_a_correction_moves_the_day_of_everything_that_followed(self):
        event = self.record(kind="cancelled", on=DAY, document_no="1号")

        correct_event(event, by=self.staff, reason="日期录错", kind="cancelled", on=MAY, document_no="2号")

        self.assertEqual(SocialOrganization.objects.get(pk=self.body.pk).ended_on, MAY)
        self.assertEqual(self.body.coverages.get().end, MAY)
        found = self.body.events.order_by("pk").values_list("document_no", "withdrawn_reason")
        self.assertEqual(list(found), [("1号", "更正：日期录错"), ("2号", "")])

    def test_a_refused_correction_leaves_the_event(self):
        event = self.record(kind="cancelled", on=DAY)

        self.refused("不能晚于今天", correct_event, event, by=self.staff, reason="x", kind="cancelled",
                     on=date(2999, 1, 1))  # fmt: skip

        self.assertEqual(OrganizationEvent.objects.valid().get(), event)
        self.assertEqual(SocialOrganization.objects.get(pk=self.body.pk).ended_on, DAY)

    def test_the_pages_record_correct_and_withdraw(self):
        self.client.force_login(self.staff)
        event_page = reverse("organizations:socialorganization-event", args=[self.body.pk])
        page = self.client.get(event_page)
        self.assertContains(page, "进入清算")
        self.assertNotContains(page, "移出异常名录")
        self.client.post(event_page, {"kind": "changed", "on": "2023-03-01", "item": "scope", "new_value": "会展"})
        event = OrganizationEvent.objects.get()
        correct = reverse("organizations:organizationevent-correct", args=[self.body.pk, event.pk])
        self.assertContains(self.client.get(correct), "会展")
        self.client.post(correct, {"reason": "漏字", "kind": "changed", "on": "2023-03-01", "item": "scope",
                                   "new_value": "会展服务"})  # fmt: skip
        event = OrganizationEvent.objects.valid().get()
        self.assertEqual(event.new_value, "会展服务")
        page = self.client.get(self.body.get_absolute_url())
        self.assertContains(page, "已撤回：更正：漏字")

        url = reverse("organizations:organizationevent-withdraw", args=[self.body.pk, event.pk])
        self.client.post(url, {"reason": "录错"})

        self.assertEqual(OrganizationEvent.objects.valid().count(), 0)

    def test_only_staff_and_never_the_founding(self):
        event = self.record(kind="abnormal")
        founded = OrganizationEvent.objects.create(
            committee=self.committee, organization=self.body, kind="founded", on=date(2015, 1, 1)
        )
        url = reverse("organizations:organizationevent-withdraw", args=[self.body.pk, event.pk])

        self.assertEqual([can_withdraw(self.staff, e) for e in (event, founded)], [True, False])
        for user, status in ((make_leader(self.committee), 403), (make_secretary(self.branch), 403),
                             (make_staff(make_committee()), 404)):  # fmt: skip
            self.client.force_login(user)
            self.assertEqual(self.client.post(url, {"reason": "x"}).status_code, status)
        self.assertEqual(OrganizationEvent.objects.valid().count(), 2)


class StandingTests(EventTestCase):
    """The status of a past day follows the events, not today's row."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        OfficeSetting.objects.create(committee=cls.committee, key="coverage.exclude_abnormal", value=True)

    def test_coverage_of_a_day_leaves_out_who_was_listed_on_that_day(self):
        self.record(kind="abnormal", on=date(2022, 8, 1))
        self.record(kind="restored", on=date(2023, 2, 1))
        days = (date(2022, 7, 31), date(2022, 8, 1), date(2023, 1, 31), date(2023, 2, 1))

        self.assertEqual([coverage(self.committee, day).base for day in days], [1, 0, 0, 1])
        trend = coverage_trend(self.committee, 2023 * 4, 4)
        self.assertEqual([point.base for point in trend], [1, 0, 0, 1])

    def test_an_ended_body_was_regular_before_and_an_imported_status_holds_for_ever(self):
        self.record(kind="cancelled", on=DAY)
        make_organization(self.committee, status="abnormal")

        self.assertEqual(coverage(self.committee, date(2023, 2, 28)).base, 1)

    def test_the_ledger_of_a_day_shows_the_status_of_that_day(self):
        self.client.force_login(self.staff)
        self.record(kind="abnormal", on=date(2022, 8, 1))
        self.record(kind="restored", on=date(2023, 2, 1))
        url = reverse("organizations:socialorganization-list")

        self.assertContains(self.client.get(f"{url}?on=2022-12-31&status=abnormal"), self.body.code)
        self.assertNotContains(self.client.get(f"{url}?on=2022-06-30&status=abnormal"), self.body.code)
        self.assertNotContains(self.client.get(f"{url}?status=abnormal"), self.body.code)


class LegalMergerTests(EventTestCase):
    """合并: a dated event of two bodies; both are counted before it."""

    def test_both_count_before_it_and_one_from_the_day_on(self):
        successor = make_organization(self.committee)
        make_branch(self.committee, covers=(successor,))
        quarter_end = date(2023, 3, 31)
        frozen = coverage(self.committee, quarter_end)

        event = self.record(kind="merged", on=MAY, successor=successor, document_no="示民社〔2023〕9号")

        self.assertEqual(coverage(self.committee, quarter_end), frozen)
        self.assertEqual((frozen.base, frozen.own), (2, 2))
        self.assertEqual((coverage(self.committee, MAY).base, coverage(self.committee, MAY).own), (1, 1))
        body = SocialOrganization.objects.get(pk=self.body.pk)
        self.assertEqual((body.status, body.ended_on, event.successor), ("cancelled", MAY, successor))

    def test_the_successor_tells_of_it(self):
        successor = make_organization(self.committee)
        self.record(kind="merged", on=MAY, successor=successor)
        self.client.force_login(self.staff)

        self.assertContains(self.client.get(successor.get_absolute_url()), f"{self.body}并入")
        self.assertContains(self.client.get(self.body.get_absolute_url()), f"并入{successor}")

    def test_both_may_be_dissolved_into_a_new_one(self):
        other = make_organization(self.committee)
        successor = make_organization(self.committee, registered_on=MAY)

        for body in (self.body, other):
            self.record(body, kind="merged", on=MAY, successor=successor)

        self.assertEqual(coverage(self.committee, date(2023, 4, 30)).base, 2)
        self.assertEqual(coverage(self.committee, MAY).base, 1)
        self.assertEqual(successor.absorptions.count(), 2)

    def test_not_into_one_that_was_not_there(self):
        late = make_organization(self.committee, registered_on=date(2023, 6, 1))

        self.refused("不是在册的单位", self.record, kind="merged", on=MAY, successor=late)

    def test_an_end_of_the_affiliation_before_does_not_disturb(self):
        change_affiliation(self.body, kind="industry", start=date(2023, 1, 1), by=self.staff)

        self.record(kind="merged", on=MAY, successor=make_organization(self.committee))

        ends = self.body.affiliations.order_by("start").values_list("end", flat=True)
        self.assertEqual(list(ends), [date(2023, 1, 1), MAY])
