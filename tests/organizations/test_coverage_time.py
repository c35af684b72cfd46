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
from core.excel.undoing import undo_batch
from core.models import AuditEntry
from core.office_admin import save_row
from organizations import statistics
from organizations.models import DueMark, MemberSurvey, PartyMember, SocialOrganization
from organizations.workflows import bodies, branches, definitions, events, members
from reports.demo.books import Book
from tests.core.excel_data import bring_in, workbook
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
            self.assertEqual(self.corrections(), ([], 0, False))
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
            rows, count, _ = self.corrections()
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
            rows, count, _ = self.corrections()
        self.assertEqual(
            [(row.what, row.batch_id) for row in rows],
            [("导入《迟到的台账.xlsx》，其中3行的日期在这一天或以前", batch.pk)],
        )
        self.assertEqual(count, 1)

    def test_a_list_that_was_not_searched_to_its_end_says_so(self):
        body = self.bodies[0]
        with at(2023, 4, 12):
            AuditEntry.objects.bulk_create(
                AuditEntry(event="change", committee=self.committee, object_type="organizations.socialorganization",
                           object_id=body.pk, changes={"联系人": ["甲", "乙"]})
                for _ in range(statistics.SEARCHED)
            )  # fmt: skip
        words = f"只查了最近{statistics.SEARCHED}条补录和{statistics.SEARCHED}条改动"
        with at(2023, 7, 1):
            self.client.force_login(self.staff)
            page = self.client.get(reverse("organizations:coverage"), {"on": "2023-03-31"})
            self.assertNotContains(page, words)
            self.assertContains(page, "现在看到的数字，就是2023-03-31当天的数字")
            bodies.assign_instructor(body, instructor_name="周例", start=date(2023, 6, 1), by=self.staff)
            page = self.client.get(reverse("organizations:coverage"), {"on": "2023-03-31"})

        self.assertContains(page, words)
        self.assertNotContains(page, "就是2023-03-31当天的数字")

    def test_a_list_of_gaps_by_command_counts_by_the_definition_of_its_day(self):
        with at(2023, 3, 1):
            for body, members in ((self.bodies[1], 1), (self.bodies[2], 0)):
                MemberSurvey.objects.create(
                    committee=self.committee, organization=body, filled_on=date(2023, 2, 1), member_count=members
                )
            definitions.change_definition(
                self.committee, chosen=statistics.Definition(should_build_rule="c"), effective_from=date(2023, 3, 1),
                note="按新的要求", by=self.staff,
            )  # fmt: skip
        sheet, rows = get_sheet("coverage_gaps"), SocialOrganization.objects.all()

        for day, wanted in ((date(2023, 2, 28), 0), (DAY, 1)):
            self.assertEqual(sheet.annotated(rows, day).filter(should=1).count(), wanted, day)

    def test_a_change_between_two_days_cannot_be_saved_as_a_filter(self):
        self.client.force_login(self.staff)
        url = reverse("organizations:coverage-changes")
        page = self.client.get(url, {"measure": "covered", "cause": "built_own", "sort": "-registered_on"})
        self.assertNotContains(page, "存为常用筛选")
        asked = {"page": "organizations:coverage-changes", "query": "sort=registered_on", "name": "甲"}
        self.assertEqual(self.client.post(reverse("core:filter-save"), asked).status_code, 404)

    def test_today_lists_no_corrections(self):
        with at(2023, 3, 31):
            self.client.force_login(self.staff)
            self.assertIsNone(self.client.get(reverse("organizations:coverage")).context["corrections"])


class MarkTests(TestCase):
    """应建未建 is counted on exactly the days on which the office said so, however often it changed its mind."""

    DAYS = (date(2023, 1, 31), date(2023, 3, 31), date(2023, 5, 31), date(2023, 8, 31))

    @classmethod
    def setUpTestData(cls):
        with at(2023, 1, 10):
            cls.committee = make_committee()
            cls.staff = make_staff(cls.committee)
            cls.body = make_organization(cls.committee, name="示例市标注协会")

    def figures(self):
        return [statistics.coverage(self.committee, day).should_unbuilt for day in self.DAYS]

    def say(self, reason):
        body = SocialOrganization.objects.get(pk=self.body.pk)
        body.no_branch_reason = reason
        update_record(body, by=self.staff)

    def bring(self, reason, as_of):
        body = SocialOrganization.objects.get(pk=self.body.pk)
        row = (body.name, body.code, body.get_kind_display(), body.registered_on, reason)
        table = workbook([("社会组织名称", "统一社会信用代码", "类型", "登记日期", "未建立原因"), row])
        return bring_in(table, self.staff, "organizations", as_of=date.fromisoformat(as_of))

    def marks(self):
        return list(DueMark.objects.order_by("start").values_list("start", "end"))

    def test_marked_unmarked_and_marked_again_each_past_day_stays_what_it_was(self):
        computed = []
        for month, day, reason in ((2, 1, "due"), (4, 1, "few_members"), (6, 1, "due"), (9, 1, "")):
            with at(2023, month, day):
                computed.append(self.figures()[len(computed)])
                self.say(reason)
        with at(2023, 12, 1):
            self.assertEqual(computed, [0, 1, 0, 1])
            self.assertEqual(self.figures(), computed)
            self.assertEqual(statistics.corrections(self.committee, self.DAYS[1]), ([], 0, False))

    def test_a_body_entered_as_due_is_due_from_its_registration(self):
        with at(2023, 3, 1):
            make_organization(self.committee, no_branch_reason="due", registered_on=date(2020, 5, 1))

        self.assertEqual(self.marks(), [(date(2020, 5, 1), None)])

    def test_a_slip_mended_on_the_same_day_leaves_nothing_behind(self):
        with at(2023, 2, 1):
            self.say("due")
            self.say("")
            self.assertEqual(self.marks(), [])
            self.say("due")
        with at(2023, 3, 1):
            self.say("")
            self.say("due")

        self.assertEqual(self.marks(), [(date(2023, 2, 1), None)])

    def test_a_workbook_marks_from_its_day_and_its_undo_takes_exactly_that_back(self):
        with at(2023, 2, 1):
            self.say("due")
        with at(2023, 4, 20):
            undo_batch(self.bring("仅有个别党员", "2023-04-10"), by=self.staff)
            self.assertEqual(self.marks(), [(date(2023, 2, 1), None)])
            self.bring("仅有个别党员", "2023-04-10")
            again = self.bring("应建未建", "2023-04-15")
        spells = [(date(2023, 2, 1), date(2023, 4, 10)), (date(2023, 4, 15), None)]
        self.assertEqual(self.marks(), spells)

        with at(2023, 5, 2):
            self.assertEqual(statistics.corrections(self.committee, date(2023, 4, 9)), ([], 0, False))
            self.assertEqual(statistics.corrections(self.committee, date(2023, 4, 12))[1], 3)  # ended, undone, ended
            undo_batch(again, by=self.staff)
        self.assertEqual(self.marks(), spells[:1])

    def test_the_same_workbook_again_changes_nothing(self):
        with at(2023, 4, 20):
            self.bring("应建未建", "2023-04-10")
            again = self.bring("应建未建", "2023-04-18")

        self.assertEqual((again.changed_count, self.marks()), (0, [(date(2023, 4, 10), None)]))

    def test_a_workbook_of_an_earlier_day_removes_a_mark_that_had_not_begun(self):
        with at(2023, 4, 20):
            self.say("due")
            batch = self.bring("没有党员", "2023-04-10")
            self.assertEqual(self.marks(), [])
            undo_batch(batch, by=self.staff)

        self.assertEqual(self.marks(), [(date(2023, 4, 20), None)])

    def test_a_body_that_a_workbook_brings_as_due_is_due_from_its_registration(self):
        head = ("社会组织名称", "类型", "登记日期", "未建立原因")
        with at(2023, 4, 20):
            table = workbook([head, ("示例市新协会", "社会团体", "2021-05-01", "应建未建")])
            batch = bring_in(table, self.staff, "organizations")
            self.assertEqual(self.marks(), [(date(2021, 5, 1), None)])
            undo_batch(batch, by=self.staff)

        self.assertEqual(self.marks(), [])

    def test_a_mark_that_is_mended_in_the_back_office_is_listed(self):
        with at(2023, 5, 1):
            self.say("due")
        with at(2023, 6, 1):
            save_row(DueMark.objects.get(), self.staff)  # as the inline does
            mark = DueMark.objects.get()
            mark.start = date(2023, 3, 1)
            save_row(mark, self.staff)

        with at(2023, 7, 1):
            rows, count, _ = statistics.corrections(self.committee, DAY)
            self.assertEqual((count, self.figures()), (1, [0, 1, 1, 1]))
            self.assertEqual(rows[0].changes, (("标注应建未建起", "2023-05-01", "2023-03-01"),))
            self.assertEqual(statistics.corrections(self.committee, date(2023, 2, 28))[1], 0)
