"""An assignment of an instructor has a version: whoever mends it does not write over somebody else's mending."""

from datetime import date
from importlib import import_module

from django.apps import apps

from core.editing import StaleError
from core.excel.applying import apply_batch
from core.excel.undoing import touched_rows, undo_batch
from organizations.models import InstructorAssignment
from organizations.workflows import events
from organizations.workflows import guidance as workflows
from organizations.workflows.bodies import assign_instructor, withdraw_instructor

from .guidance_cases import Office

HEAD = ("姓名", "派出单位", "社会组织名称", "选派日期")


class VersionTests(Office):
    def assign(self, **values):
        values = {"instructor_name": "周例文", "sent_by": "机关党支部", "start": date(2023, 1, 10), **values}
        return assign_instructor(self.body, by=self.staff, **values)

    def imported(self):
        batch = self.bring_in("instructors", HEAD, ("周例文", "机关党支部", self.body.name, "2023-01-10"))
        apply_batch(batch, by=self.staff)
        return batch

    def test_a_form_opened_before_somebody_elses_correction_is_stale(self):
        row = self.assign()
        url = self.url("instructorassignment-update", row.pk)
        opened = self.client.get(url).context["form"]["version"].value()
        mine = {
            "instructor_name": "周例文",
            "sent_by": "我写的单位",
            "phone": "",
            "start": "2023-01-10",
            "version": opened,
        }
        row.sent_by = "别人写的单位"
        workflows.correct_instructor(row, by=self.staff)

        page = self.client.post(url, mine)

        self.assertContains(page, "我写的单位", status_code=409)
        self.assertContains(page, "别人写的单位", status_code=409)
        row.refresh_from_db()
        self.assertEqual(row.sent_by, "别人写的单位")
        again = {**mine, "version": page.context["form"]["version"].value()}
        self.assertEqual(self.client.post(url, again).status_code, 302)
        row.refresh_from_db()
        self.assertEqual((row.sent_by, row.version), ("我写的单位", 3))

    def test_an_ended_assignment_makes_an_open_form_stale(self):
        row = self.assign()
        opened = row.version
        withdraw_instructor(InstructorAssignment.objects.get(), end=date(2023, 3, 1), by=self.staff)

        row.instructor_name = "周例闻"
        with self.assertRaises(StaleError):
            workflows.correct_instructor(row, by=self.staff, expected=opened)

        self.assertEqual(
            InstructorAssignment.objects.values_list("instructor_name", "end").get(), ("周例文", date(2023, 3, 1))
        )

    def test_an_import_is_undone_only_while_nobody_touched_its_rows(self):
        def mended():
            row = InstructorAssignment.objects.get()
            row.sent_by = "市民政局"
            workflows.correct_instructor(row, by=self.staff)

        def ended():
            withdraw_instructor(InstructorAssignment.objects.get(), end=date(2023, 3, 1), by=self.staff)

        def dissolved():
            events.record_event(self.body, kind="cancelled", on=date(2023, 3, 1), by=self.staff)

        batch = self.imported()
        undo_batch(batch, by=self.staff)
        self.assertFalse(InstructorAssignment.objects.exists())
        for touch in (mended, ended, dissolved):
            with self.subTest(touch=touch.__name__):
                batch = self.imported()
                self.assertEqual(touched_rows(batch), [])
                touch()
                self.assertEqual([row.why for row in touched_rows(batch)], ["之后被改动过"])
                InstructorAssignment.objects.all().delete()

    def test_a_day_on_which_nobody_was_sent_is_refused_everywhere(self):
        """Not a day to come, and not one before the body was registered: by page, by correction and by both workbooks."""
        row = self.assign(instructor_name="吴范例")
        data = {"organization": self.other.short_name, "instructor_name": "周例文", "sent_by": "机关", "phone": ""}
        whole = ("社会组织名称", "类型", "登记日期", "指导员姓名", "指导员选派日期")
        for day, sentence in (
            ("2023-03-30", "选派日期不能晚于今天（2023-03-29）。"),
            ("2014-12-31", "选派日期不能早于这家社会组织的登记日期2015-01-01。"),
        ):
            answers = [
                self.client.post(self.url("instructorassignment-create"), {**data, "start": day}),
                self.client.post(self.url("socialorganization-instructor", self.other.pk), {**data, "start": day}),
                self.client.post(
                    self.url("instructorassignment-update", row.pk),
                    {**data, "instructor_name": "吴范例", "start": day, "version": row.version},
                ),
            ]
            for answer in answers:
                self.assertContains(answer, sentence)
            for kind, *rows in (
                ("instructors", HEAD, ("周例文", "机关", self.other.name, day)),
                ("organizations", whole, (self.other.name, "社会团体", "2015-01-01", "周例文", day)),
            ):
                [error] = [error for line in self.bring_in(kind, *rows).rows.all() for error in line.errors]
                self.assertIn(sentence, error["m"])
        self.assertEqual(InstructorAssignment.objects.values_list("start").get(), (date(2023, 1, 10),))

    def test_a_ledger_with_an_older_day_comes_back_unchanged(self):
        row = self.assign()
        InstructorAssignment.objects.update(start=date(2014, 12, 31))
        head = ("社会组织名称", "类型", "登记日期", "指导员姓名", "指导员选派日期")
        for kind, *rows in (
            ("instructors", HEAD, (row.instructor_name, "机关党支部", self.body.name, "2014-12-31")),
            ("organizations", head, (self.body.name, "社会团体", "2015-01-01", row.instructor_name, "2014-12-31")),
        ):
            batch = self.bring_in(kind, *rows)
            self.assertEqual((batch.wrong_count, batch.same_count), (0, 1), kind)

    def test_the_migration_counts_what_was_changed_before_there_were_versions(self):
        row, untouched = self.assign(), assign_instructor(
            self.other, by=self.staff, instructor_name="郑例文", sent_by="机关", start=date(2023, 1, 10)
        )  # fmt: skip
        row.sent_by = "市民政局"
        workflows.correct_instructor(row, by=self.staff)
        InstructorAssignment.objects.update(version=1)

        import_module("organizations.migrations.0013_settle_endings_and_versions").count_corrections(apps, None)

        row.refresh_from_db()
        untouched.refresh_from_db()
        self.assertEqual((row.version, untouched.version), (2, 1))
