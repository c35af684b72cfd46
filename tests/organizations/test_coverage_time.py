"""The coverage of a past day is the value computed on that day; what was corrected since is listed (DOMAIN §4, F11)."""

from datetime import date, datetime

import time_machine
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from core.editing import update_record
from core.excel import get_sheet
from core.excel.applying import apply_batch
from core.excel.staging import new_batch, read_batch
from organizations import statistics
from organizations.models import MemberSurvey, PartyMember, SocialOrganization
from organizations.workflows import bodies, branches, definitions, events, members
from reports.demo.books import Book
from tests.factories import make_branch, make_committee, make_member, make_organization, make_staff

DAY = date(2023, 3, 31)


def at(year, month, day, hour=10):
    return time_machine.travel(datetime(year, month, day, hour, tzinfo=timezone.get_current_timezone()), tick=False)


class AsOfTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        with at(2023, 1, 10):
            cls.committee = make_committee()
            cls.staff = make_staff(cls.committee)
            cls.bodies = [make_organization(cls.committee) for _ in range(6)]
            cls.branch = make_branch(cls.committee, covers=(cls.bodies[0],))
            cls.members = [make_member(cls.branch, is_full_time_staff=True) for _ in range(3)]

    def found(self):
        return statistics.coverage_by_kind(self.committee, DAY)

    def corrections(self):
        return statistics.corrections(self.committee, DAY)

    def test_facts_of_later_days_leave_the_value_alone(self):
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 5, 4):
            branch = make_branch(self.committee, founded_on=date(2023, 5, 2))
            branches.start_coverage(branch, organization=self.bodies[1], start=date(2023, 5, 3), by=self.staff)
            bodies.assign_instructor(self.bodies[2], instructor_name="周例", start=date(2023, 4, 2), by=self.staff)
            bodies.name_liaison(self.bodies[3], name="吴例", start=date(2023, 4, 20), by=self.staff)
            bodies.change_affiliation(self.bodies[4], kind="industry", start=date(2023, 4, 1), by=self.staff)
            events.record_event(self.bodies[5], kind="cancelled", on=date(2023, 4, 28), by=self.staff)
            marked = SocialOrganization.objects.get(pk=self.bodies[3].pk)
            marked.no_branch_reason = "due"
            update_record(marked, by=self.staff)
            definitions.change_definition(
                self.committee, chosen=statistics.Definition(liaison_counts=True), effective_from=date(2023, 4, 1),
                note="按新的要求", by=self.staff,
            )  # fmt: skip
            members.leave(self.members[0], end=date(2023, 4, 9), leave_reason="deceased", by=self.staff)

        with at(2023, 7, 1):
            self.assertEqual(self.found(), computed)
            self.assertEqual(self.corrections(), ([], 0))
            self.assertEqual(statistics.coverage(self.committee, date(2023, 5, 4)).should_unbuilt, 1)

    def test_a_member_who_becomes_full_later_was_not_full_then(self):
        with at(2023, 2, 1):
            late = make_member(self.branch, is_full_time_staff=True, category="probationary", full_on=None)
            members.leave(self.members[0], end=date(2023, 2, 2), leave_reason="deceased", by=self.staff)
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 20):
            late.joined_on = date(2022, 4, 1)
            late.save()
            members.confirm_full(late, full_on=date(2023, 4, 10), by=self.staff)

            self.assertEqual(self.found(), computed)
            self.assertEqual(self.corrections()[1], 0)
            self.assertEqual(statistics.coverage(self.committee, date(2023, 4, 20)).should_build, 1)

    def check_changes(self, computed, who):
        """The value differs from the one of the day, and the page says by whose correction."""
        with at(2023, 7, 1):
            self.assertNotEqual(self.found(), computed)
            rows, count = self.corrections()
            self.assertEqual((count, rows[0].who), (1, self.staff.name))
            self.assertIn(who, rows[0].what)
            self.client.force_login(self.staff)
            page = self.client.get(reverse("organizations:coverage"), {"on": "2023-03-31"})
            self.assertContains(page, rows[0].what)
            return rows[0]

    def test_coverage_entered_late_changes_the_day_and_is_listed(self):
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            bodies.assign_instructor(self.bodies[2], instructor_name="周例", start=date(2023, 3, 1), by=self.staff)

        row = self.check_changes(computed, str(self.bodies[2]))

        self.assertEqual(row.changes, (("党建工作指导员", "", "周例（2023-03-01起）"),))
        self.assertEqual(row.at.date(), date(2023, 4, 12))

    def test_an_end_put_before_the_day_is_listed(self):
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            branches.end_coverage(
                self.branch.coverages.select_related("branch", "organization").get(),
                end=date(2023, 3, 20),
                by=self.staff,
            )

        with at(2023, 7, 1):
            self.assertNotEqual(self.found(), computed)
            self.assertEqual({row.object_id for row in self.corrections()[0]}, {self.branch.pk, self.bodies[0].pk})

    def test_a_body_entered_late_is_listed(self):
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            self.client.force_login(self.staff)
            data = {
                "name": "示例市补录协会",
                "kind": "51",
                "registered_on": "2023-02-01",
                "status": "normal",
                "affiliation": "direct",
            }
            self.client.post(reverse("organizations:socialorganization-create"), data)

        self.check_changes(computed, "补录：示例市补录协会")

    def test_a_change_without_a_day_is_a_correction_of_every_day(self):
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            member = PartyMember.objects.get(pk=self.members[1].pk)
            member.is_full_time_staff = False
            update_record(member, by=self.staff)

        row = self.check_changes(computed, self.members[1].name)

        self.assertEqual(row.changes, (("社会组织专职人员", "是", "否"),))

    def test_a_definition_put_back_is_listed(self):
        make_branch(self.committee, kind="functional", covers=(self.bodies[1],))
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            definitions.change_definition(
                self.committee, chosen=statistics.Definition(functional_weight=0), effective_from=date(2023, 1, 1),
                note="会议决定", by=self.staff,
            )  # fmt: skip

        row = self.check_changes(computed, "功能型党支部计入组织覆盖")

        self.assertEqual(row.changes[0], ("值", "", "否"))

    def test_a_survey_corrected_later_is_listed(self):
        with at(2023, 2, 1):
            survey = MemberSurvey.objects.create(
                committee=self.committee, organization=self.bodies[1], filled_on=date(2023, 2, 1), member_count=1,
                full_member_count=1,
            )  # fmt: skip
        with at(2023, 3, 31, 18):
            computed = self.found()
        with at(2023, 4, 12):
            survey.member_count = survey.full_member_count = 3
            update_record(survey, by=self.staff)

        self.check_changes(computed, str(survey))

    def test_the_rows_of_a_late_workbook_are_one_line(self):
        from django.core.files.base import ContentFile

        with at(2023, 4, 12):
            rows = [(f"示例市导入{n}协会", "社会团体", "2022-05-01") for n in range(3)] + [
                ("示例市新协会", "社会团体", "2023-04-10")
            ]
            book = Book("organizations", "台账", ("社会组织名称", "类型", "登记日期"), rows)
            file = ContentFile(book.content())
            batch = new_batch(
                get_sheet("organizations"), file, "迟到的台账.xlsx", by=self.staff, committee=self.committee
            )
            apply_batch(read_batch(batch), by=self.staff)

        with at(2023, 7, 1):
            rows, count = self.corrections()
        self.assertEqual(
            [(row.what, row.batch_id) for row in rows],
            [("导入《迟到的台账.xlsx》，其中3行的日期在这一天或以前", batch.pk)],
        )
        self.assertEqual(count, 1)

    def test_today_lists_no_corrections(self):
        with at(2023, 3, 31):
            self.client.force_login(self.staff)
            self.assertIsNone(self.client.get(reverse("organizations:coverage")).context["corrections"])


class MarkTests(TestCase):
    """应建未建 holds from the day on which it was marked."""

    def test_spells_of_the_mark(self):
        body = make_organization(make_committee(), no_branch_reason="due")
        self.assertEqual((body.due_since, body.due_until), (body.registered_on, None))
        steps = (
            ("", date(2023, 3, 1), None),
            ("due", date(2023, 3, 1), "again"),
            ("few_members", date(2023, 5, 1), None),
        )
        for reason, on, again in steps:
            body.no_branch_reason = reason
            body.before_save(on=on)
            until = None if again else on
            self.assertEqual((body.due_since, body.due_until), (body.registered_on, until))
        body.no_branch_reason = "due"
        body.before_save(on=date(2023, 6, 1))
        self.assertEqual((body.due_since, body.due_until), (date(2023, 6, 1), None))
        body.no_branch_reason = ""
        body.before_save(on=date(2023, 6, 1))
        self.assertEqual(body.due_since, None)
