"""更正 and 作废 of dated rows: the right day, the row that should never have been there, the log, past days, stale forms."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.editing import StaleError
from core.journal import mark_of
from core.models import AuditEntry
from organizations.choices import SyncEvent
from organizations.models import (
    Affiliation,
    BranchCoverage,
    BranchPost,
    InstructorAssignment,
    InstructorVisit,
    Liaison,
    MassOrganization,
    SyncRule,
)
from organizations.statistics.corrections import corrections
from organizations.statistics.coverage import coverage
from organizations.workflows.bodies import assign_instructor, change_affiliation, name_liaison
from organizations.workflows.branches import appoint, end_coverage, end_post, start_coverage
from organizations.workflows.dated import correct_row, void_row
from organizations.workflows.sync import emit, ensure_rules
from tests.factories import make_branch, make_committee, make_member, make_organization, make_secretary, make_staff

DAY = date(2023, 3, 29)
WHY = "文件上是另一个日期"


class Office(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee)
        cls.coverage = start_coverage(cls.branch, organization=cls.body, start=date(2022, 5, 1), by=cls.staff)

    def setUp(self):
        self.client.force_login(self.staff)

    def correct(self, row, **values):
        return correct_row(row, seen=mark_of(row), reason=WHY, by=self.staff, **values)

    def void(self, row):
        void_row(row, seen=mark_of(row), reason=WHY, by=self.staff)

    def url(self, kind, row, act="correct"):
        return reverse(f"organizations:datedrow-{act}", args=[kind, row.pk])

    def answers(self, row, **changed):
        fields = {"method": row.method, "document_no": row.document_no, "start": row.start, "end": row.end or ""}
        return {**fields, "version": mark_of(row), "reason": WHY, **changed}


class CorrectionTests(Office):
    def test_a_wrong_day_is_mended_and_the_logs_of_both_owners_say_what_stood_there_and_why(self):
        self.correct(self.coverage, start=date(2022, 3, 1))

        self.assertEqual(BranchCoverage.objects.get().start, date(2022, 3, 1))
        for owner, other in ((self.branch, self.body), (self.body, self.branch)):
            entry = AuditEntry.objects.filter(object_type=owner._meta.label_lower, object_id=owner.pk).latest("pk")
            self.assertEqual(entry.changes, {f"组织覆盖：{other}，起始日期": ["2022-05-01", "2022-03-01"]})
            self.assertEqual(entry.note, f"更正：{WHY}")

    def test_an_end_is_taken_back_and_a_row_entered_by_mistake_on_its_first_day_is_voided(self):
        end_coverage(self.coverage, end=date(2023, 1, 1), by=self.staff)
        self.correct(BranchCoverage.objects.get(), end=None)
        self.assertIsNone(BranchCoverage.objects.get().end)

        self.void(BranchCoverage.objects.get())

        self.assertFalse(BranchCoverage.objects.exists())
        entry = AuditEntry.objects.filter(object_type="organizations.partybranch").latest("pk")
        self.assertEqual(entry.changes, {f"组织覆盖：{self.body}": ["单独组建，2022-05-01起", "作废"]})
        self.assertEqual(entry.note, f"作废：{WHY}")

    def test_a_past_day_follows_and_lists_the_correction_but_days_before_it_do_not(self):
        past, before = date(2022, 4, 1), date(2022, 2, 1)
        self.assertEqual(coverage(self.committee, past).covered, 0)
        AuditEntry.objects.all().delete()

        self.correct(self.coverage, start=date(2022, 3, 1))

        self.assertEqual(coverage(self.committee, past).covered, 1)
        whats = {row.what for row in corrections(self.committee, past)[0]}
        self.assertEqual(whats, {f"更正：{self.branch}", f"更正：{self.body}"})
        self.assertEqual(corrections(self.committee, before)[1], 0)

    def test_voiding_is_listed_too(self):
        AuditEntry.objects.all().delete()

        self.void(self.coverage)

        self.assertEqual(corrections(self.committee, date(2022, 6, 1))[1], 2)
        self.assertEqual(corrections(self.committee, date(2022, 4, 1))[1], 0)

    def test_a_changed_way_without_a_day_is_listed_from_the_start_of_the_row(self):
        AuditEntry.objects.all().delete()

        self.correct(self.coverage, method="functional")

        self.assertEqual(corrections(self.committee, date(2022, 6, 1))[1], 2)
        self.assertEqual(corrections(self.committee, date(2022, 4, 1))[1], 0)

    def test_constraints_and_rules_speak_chinese(self):
        other = make_branch(self.committee)
        end_coverage(self.coverage, end=date(2023, 1, 1), by=self.staff)
        start_coverage(other, organization=self.body, start=date(2023, 1, 1), by=self.staff)
        row = BranchCoverage.objects.get(branch=self.branch)
        for values, sentence in (
            ({"end": None}, "先结束原来的覆盖关系"),
            ({"end": date(2023, 2, 1)}, "起止日期不能重叠"),
            ({"start": date(2014, 1, 1)}, "起始日期不能早于党组织成立日期2016-01-01"),
            ({"end": date(2022, 5, 1)}, "终止日期必须晚于起始日期"),
            ({}, "没有改动"),
        ):
            with self.subTest(values=values), self.assertRaisesMessage(ValidationError, sentence):
                self.correct(row, **values)

    def test_a_reason_is_asked_for(self):
        with self.assertRaisesMessage(ValidationError, "请写明原因"):
            correct_row(self.coverage, seen=mark_of(self.coverage), reason=" ", by=self.staff, start=DAY)

    def test_a_sync_duty_that_only_the_voided_row_had_proved_is_open_again(self):
        body = make_organization(self.committee)
        ensure_rules(self.committee)
        SyncRule.objects.update(start=date(2023, 1, 1))
        (duty,) = emit(SyncEvent.SET_UP, body, on=date(2023, 3, 1), by=self.staff)
        coverage = start_coverage(self.branch, organization=body, start=date(2023, 3, 10), by=self.staff)
        duty.refresh_from_db()
        self.assertEqual(duty.done_on, date(2023, 3, 10))
        guide = assign_instructor(
            body, by=self.staff, start=date(2023, 3, 20), instructor_name="甲示例", sent_by="机关"
        )
        self.void(coverage)
        duty.refresh_from_db()
        self.assertEqual(duty.done_on, date(2023, 3, 20))  # by the instructor
        guide = self.correct(guide, start=date(2023, 3, 21))
        duty.refresh_from_db()
        self.assertEqual(duty.done_on, date(2023, 3, 21))
        self.void(guide)
        duty.refresh_from_db()
        self.assertIsNone(duty.done_on)

    def test_what_somebody_else_changed_or_voided_meanwhile_is_not_overwritten(self):
        seen = mark_of(self.coverage)
        self.correct(self.coverage, document_no="综党〔2022〕9号")

        with self.assertRaises(StaleError):
            correct_row(self.coverage, seen=seen, reason=WHY, by=self.staff, start=date(2022, 3, 1))
        with self.assertRaises(StaleError):
            void_row(self.coverage, seen=seen, reason=WHY, by=self.staff)
        self.void(BranchCoverage.objects.get())
        with self.assertRaisesMessage(ValidationError, "刚刚被别人作废"):
            void_row(self.coverage, seen=seen, reason=WHY, by=self.staff)

    def test_a_dissolved_branch_and_an_ended_body_keep_their_last_day(self):
        end_coverage(self.coverage, end=date(2023, 1, 1), by=self.staff)
        type(self.body).objects.filter(pk=self.body.pk).update(status="cancelled", ended_on=date(2023, 1, 1))

        with self.assertRaisesMessage(ValidationError, "这家社会组织终止于2023-01-01"):
            self.correct(BranchCoverage.objects.get(), end=None)


class KindsTests(Office):
    def test_a_post_gets_the_right_name_and_its_member(self):
        member = make_member(self.branch, name="王芳")
        post = appoint(self.branch, post="secretary", person_name="王方", start=date(2022, 6, 1), by=self.staff)

        self.correct(post, person_name="王芳", start=date(2022, 5, 1))

        post = BranchPost.objects.get()
        self.assertEqual((post.person_name, post.member, post.start), ("王芳", member, date(2022, 5, 1)))

    def test_nobody_is_given_a_second_post(self):
        appoint(self.branch, post="secretary", person_name="王芳", start=date(2022, 6, 1), by=self.staff)
        other = appoint(self.branch, post="publicity", person_name="李强", start=date(2022, 6, 1), by=self.staff)

        with self.assertRaisesMessage(ValidationError, "王芳现任书记"):
            self.correct(other, person_name="王芳")

    def test_an_affiliation_entered_by_mistake_is_voided_and_the_one_before_goes_on(self):
        change_affiliation(self.body, kind="industry", start=date(2023, 2, 1), by=self.staff)
        wrong = Affiliation.objects.get(organization=self.body, end=None)

        self.void(wrong)
        self.correct(Affiliation.objects.get(organization=self.body), end=None)

        self.assertEqual([(a.kind, a.end) for a in self.body.affiliations.all()], [("direct", None)])

    def test_liaisons_do_not_overlap(self):
        name_liaison(self.body, name="甲", start=date(2022, 1, 1), by=self.staff)
        later = name_liaison(self.body, name="乙", start=date(2023, 1, 1), by=self.staff)

        with self.assertRaisesMessage(ValidationError, "这段时间已有联络员"):
            self.correct(later, start=date(2022, 6, 1))
        self.correct(later, start=date(2023, 2, 1), name="丙")
        self.assertEqual(Liaison.objects.get(end=None).name, "丙")

    def test_an_instructor_keeps_the_visits_inside_and_counts_as_touched(self):
        row = assign_instructor(self.body, instructor_name="赵敏", start=date(2022, 1, 1), by=self.staff)
        InstructorVisit.objects.create(assignment=row, visited_on=date(2022, 3, 1))

        with self.assertRaisesMessage(ValidationError, "2022-03-01有走访记录"):
            self.correct(row, end=date(2022, 2, 1))
        with self.assertRaisesMessage(ValidationError, "已有1次走访记录"):
            self.void(row)
        self.correct(row, end=date(2022, 4, 1))

        row = InstructorAssignment.objects.get()
        self.assertEqual((row.end, row.version), (date(2022, 4, 1), 2))

    def test_a_mass_organization_is_mended(self):
        row = MassOrganization.objects.create(organization=self.body, kind="union", start=date(2022, 1, 1))

        self.correct(row, kind="youth")

        self.assertEqual(MassOrganization.objects.get().kind, "youth")


class PageTests(Office):
    def test_the_page_corrects_and_goes_back_to_the_branch(self):
        page = self.client.get(self.url("coverage", self.coverage)).content.decode()
        answer = self.client.post(self.url("coverage", self.coverage), self.answers(self.coverage, start="2022-03-01"))

        self.assertIn("作废这一条", page)
        self.assertRedirects(answer, self.branch.get_absolute_url())
        self.assertEqual(BranchCoverage.objects.get().start, date(2022, 3, 1))

    def test_a_stale_page_keeps_what_was_typed_and_shows_both(self):
        old = self.answers(self.coverage, start="2022-03-01")
        self.correct(self.coverage, start=date(2022, 4, 1))

        answer = self.client.post(self.url("coverage", self.coverage), old)

        self.assertEqual(answer.status_code, 409)
        self.assertContains(answer, "2022-03-01", status_code=409)
        self.assertEqual(BranchCoverage.objects.get().start, date(2022, 4, 1))
        again = {**old, "version": answer.context["form"]["version"].value()}
        self.client.post(self.url("coverage", self.coverage), again)
        self.assertEqual(BranchCoverage.objects.get().start, date(2022, 3, 1))

    def test_voiding_asks_first_and_then_takes_away(self):
        url = self.url("coverage", self.coverage, "void")
        self.assertContains(self.client.get(url), "只作废本来就不该登记的")

        self.client.post(url, {"version": mark_of(self.coverage), "reason": WHY})

        self.assertFalse(BranchCoverage.objects.exists())

    def test_pages_of_body_and_branch_lead_to_it_also_for_what_is_over(self):
        end_coverage(self.coverage, end=date(2023, 1, 1), by=self.staff)
        for owner in (self.branch, self.body):
            rows = reverse(f"organizations:{owner._meta.model_name}-rows", args=[owner.pk])
            self.assertContains(self.client.get(owner.get_absolute_url()), rows)
            self.assertContains(self.client.get(rows), self.url("coverage", self.coverage))

    def test_queries_of_the_list_do_not_grow(self):
        url = reverse("organizations:socialorganization-rows", args=[self.body.pk])
        self.client.get(url)
        with CaptureQueriesContext(connection) as one:
            self.client.get(url)
        for n in range(3):
            body = make_organization(self.committee)
            start_coverage(self.branch, organization=body, start=date(2022, 1, 1 + n), by=self.staff)
            name_liaison(self.body, name=f"甲{n}", start=date(2022, 1, 1 + n), by=self.staff)
        with CaptureQueriesContext(connection) as three:
            self.client.get(url)
        self.assertEqual(len(one), len(three))

    def test_a_secretary_and_another_office_do_not_reach_it(self):
        for user, status in ((make_secretary(self.branch), 403), (make_staff(make_committee()), 404)):
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.url("coverage", self.coverage)).status_code, status)


class OldNumberTests(TestCase):
    def test_a_number_from_before_the_rule_holds_up_no_end(self):
        committee = make_committee()
        branch = make_branch(committee, secretary="甲例")
        post = branch.posts.get()
        type(post).objects.filter(pk=post.pk).update(phone="3023456")
        post.refresh_from_db()
        end_post(post, end=date(2023, 3, 1), by=make_staff(committee))
        self.assertEqual(branch.posts.get().end, date(2023, 3, 1))
