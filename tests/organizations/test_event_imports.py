"""A name or a registration status that changes in the imported ledger is a 登记事件, with all that follows and the way back."""

from datetime import date

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from core.excel.applying import apply_batch
from core.excel.undoing import undo_batch
from core.models import OfficeSetting
from organizations.models import FormerName, OrganizationEvent, SocialOrganization
from organizations.statistics import coverage
from organizations.workflows.bodies import assign_instructor, name_liaison
from organizations.workflows.events import correct_event, record_event, withdraw_event
from tests.core.excel_data import bring, counts, errors, workbook
from tests.factories import make_branch, make_committee, make_organization, make_staff

HEAD = ["社会组织名称", "信用代码", "类型", "登记日期"]
UNCOUNTED = ("version", "updated_at")
TABLES = ("SocialOrganization", "OrganizationEvent", "FormerName", "Affiliation", "BranchCoverage",
          "InstructorAssignment", "Liaison", "Posting", "SyncDuty")  # fmt: skip
END = date(2023, 3, 1)


def tables():
    """Every row of what hangs on bodies, but for the columns that only count."""
    found = {}
    for name in TABLES:
        model = apps.get_model("organizations", name)
        rows = model._base_manager.order_by("pk").values()
        found[name] = [{k: v for k, v in row.items() if k not in UNCOUNTED} for row in rows]
    return found


class EventImportCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市甲行业协会", short_name="")
        make_branch(cls.committee, covers=(cls.body,))
        assign_instructor(cls.body, by=cls.staff, start=date(2020, 1, 1), instructor_name="甲示例", sent_by="机关")
        name_liaison(cls.body, by=cls.staff, start=date(2020, 1, 1), name="乙示例", phone="")

    def line(self, body=None, name="", **cells):
        body = body or self.body
        return [HEAD + list(cells), [name or body.name, body.code, "社会团体", "2015-01-01", *cells.values()]]

    def read(self, rows):
        return bring(workbook(rows), self.staff, "organizations")

    def bring_in(self, rows):
        """Import, and see that the same file then changes nothing."""
        batch = self.read(rows)
        self.assertEqual((errors(batch), batch.report.get("fatal", "")), ([], ""))
        apply_batch(batch, by=self.staff)
        self.assertEqual(counts(self.read(rows)), (0, 0, len(rows) - 1, 0))
        self.body.refresh_from_db()
        return batch


class EndingTests(EventImportCase):
    CELLS = {"登记状态": "已注销", "注销日期": "2023-03-01", "登记事件文号": "民注〔2023〕1号", "归口": "综合党委直管",
             "指导员": "甲示例", "派出单位": "机关", "联络员": "乙示例"}  # fmt: skip

    def test_org_03_an_import_that_ends_a_body_does_what_the_event_does(self):
        other = make_organization(self.committee)
        make_branch(self.committee, covers=(other,))
        record_event(other, kind="cancelled", on=END, by=self.staff, document_no="民注〔2023〕1号")
        self.bring_in(self.line(**self.CELLS))

        event = self.body.events.get()
        self.assertEqual((event.kind, event.on, event.document_no), ("cancelled", END, "民注〔2023〕1号"))
        self.assertEqual((self.body.status, self.body.ended_on), ("cancelled", END))
        for related in ("coverages", "affiliations", "instructor_assignments", "liaisons"):
            self.assertEqual([row.end for row in getattr(self.body, related).all()], [END], related)
        self.assertEqual([row.end for row in other.coverages.all()], [END])

    def test_the_preview_tells_of_the_event_and_of_what_ends(self):
        batch = self.read(self.line(**self.CELLS))

        words = batch.rows.get().values
        self.assertEqual(words["登记事件"], ["", "注销（2023-03-01）"])
        self.assertEqual(words["党建管理归口"], ["综合党委直管", "到2023-03-01为止"])

    def test_the_undo_of_the_batch_takes_it_back_exactly(self):
        before = tables()
        batch = self.bring_in(self.line(**self.CELLS))
        self.assertNotEqual(tables(), before)

        undo_batch(batch, by=self.staff)

        self.assertEqual(tables(), before)

    def test_the_event_can_be_taken_back_on_the_page_and_then_the_batch_no_more(self):
        before = {name: rows for name, rows in tables().items() if name != "OrganizationEvent"}
        batch = self.bring_in(self.line(**self.CELLS))

        withdraw_event(self.body.events.get(), by=self.staff, reason="登记错了")

        self.assertEqual({name: rows for name, rows in tables().items() if name != "OrganizationEvent"}, before)
        with self.assertRaisesMessage(ValidationError, "之后被改动过"):
            undo_batch(batch, by=self.staff)

    def test_without_a_day_the_cell_says_what_to_enter(self):
        for cells, letter in (({"登记状态": "已撤销", "注销日期": ""}, "F"), ({"登记状态": "已撤销"}, "E")):
            batch = self.read(self.line(**cells))
            self.assertEqual([text.split()[0] for text in errors(batch)], [f"2{letter}"])
            self.assertIn("要填注销或撤销日期", errors(batch)[0])

    def test_a_day_that_cannot_be_is_told_in_its_cell(self):
        for day, sentence in (("2099-01-01", "不能晚于今天"), ("2019-12-31", "才开始，不能在2019-12-31结束")):
            batch = self.read(self.line(登记状态="已注销", 注销日期=day))
            self.assertEqual({text.split()[0] for text in errors(batch)}, {"2F"})
            self.assertIn(sentence, errors(batch)[0])

    def test_an_ended_body_is_not_brought_back_by_a_workbook(self):
        self.bring_in(self.line(**self.CELLS))

        batch = self.read(self.line(登记状态="正常"))
        self.assertIn("不能由“已注销”直接改为“正常”", errors(batch)[0])
        batch = self.read(self.line(登记状态="已注销", 注销日期="2023-02-01"))
        self.assertIn("日期请在这家单位的页面用“更正”改", errors(batch)[0])

    def test_a_new_body_comes_as_the_register_has_it(self):
        rows = self.line(登记状态="已注销", 注销日期="2023-03-01", 归口="直属")
        SocialOrganization.objects.filter(pk=self.body.pk).update(code="", name="另一家")
        rows[1][1] = ""
        self.bring_in(rows)

        body = SocialOrganization.objects.get(name="示例市甲行业协会")
        self.assertEqual((body.status, body.ended_on, body.affiliations.get().end), ("cancelled", END, END))

    def test_the_end_of_a_new_body_is_an_event_that_can_be_taken_back(self):
        before = tables()
        for status, kind in (("已注销", "cancelled"), ("已撤销", "revoked")):
            with self.subTest(status):
                rows = self.line(
                    name="示例市旧行业协会",
                    登记状态=status,
                    注销日期="2023-03-01",
                    归口="直属",
                    登记事件文号="民注〔2023〕2号",
                )
                rows[1][1] = ""
                batch = self.bring_in(rows)
                body = SocialOrganization.objects.get(name="示例市旧行业协会")
                event = body.events.get()
                self.assertEqual((event.kind, event.on, event.document_no), (kind, END, "民注〔2023〕2号"))

                with self.subTest("undo"):
                    undo_batch(batch, by=self.staff)
                    self.assertEqual(tables(), before)
                self.bring_in(rows)
                body = SocialOrganization.objects.get(name="示例市旧行业协会")
                withdraw_event(body.events.get(), by=self.staff, reason="没有注销，登记错了")
                body.refresh_from_db()
                self.assertEqual((body.status, body.ended_on, body.affiliations.get().end), ("normal", None, None))
                body.events.all().delete()
                body.affiliations.all().delete()
                body.delete()

    def test_the_end_of_a_new_body_is_a_day_that_can_be_and_nobody_guides_it(self):
        def line(day):
            rows = self.line(
                name="示例市旧行业协会",
                登记状态="已注销",
                注销日期=day,
                指导员="甲示例",
                派出单位="机关",
                联络员="乙示例",
            )
            rows[1][1] = ""
            return rows

        batch = self.read(line("2099-01-01"))
        self.assertEqual([text.split()[0] for text in errors(batch)], ["2F"])
        self.assertIn("不能晚于今天", errors(batch)[0])
        self.bring_in(line("2023-03-01"))
        body = SocialOrganization.objects.get(name="示例市旧行业协会")
        self.assertFalse(body.instructor_assignments.exists() or body.liaisons.exists())


class RenameTests(EventImportCase):
    def test_a_new_name_of_the_ledger_is_corrected_like_one_of_the_page(self):
        self.bring_in(self.line(name="示例市丙行业协会", 登记事件日期="2023-02-01"))
        event = self.body.events.get()
        self.assertEqual((event.old_value, event.new_value), ("示例市甲行业协会", "示例市丙行业协会"))

        correct_event(event, by=self.staff, reason="写错了", **{**event.facts(), "new_name": "示例市丁行业协会"})

        again = self.body.events.valid().get()
        self.assertEqual(again.detail, "由示例市甲行业协会更名为示例市丁行业协会")

    def test_the_old_name_is_kept_and_found(self):
        before = tables()
        batch = self.bring_in(self.line(name="示例市乙行业协会", 登记事件日期="2023-02-01", 登记事件文号="民变1号"))

        event = self.body.events.get()
        self.assertEqual((event.kind, event.on, event.document_no), ("renamed", date(2023, 2, 1), "民变1号"))
        self.assertEqual(self.body.former_names.get().until, date(2023, 2, 1))
        for words in ("甲行业", "乙行业"):
            self.assertEqual(SocialOrganization.objects.search(words).get(), self.body)

        undo_batch(batch, by=self.staff)
        self.assertEqual(tables(), before)

    def test_the_preview_tells_of_the_former_name(self):
        words = self.read(self.line(name="示例市乙行业协会", 登记事件日期="2023-02-01")).rows.get().values

        self.assertEqual(words["曾用名"], ["", "示例市甲行业协会（用到2023-02-01）"])
        self.assertEqual(words["登记事件"], ["", "更名（2023-02-01）"])

    def test_the_event_is_taken_back_on_the_page_with_the_name_and_the_search(self):
        before = {name: rows for name, rows in tables().items() if name != "OrganizationEvent"}
        self.bring_in(self.line(name="示例市乙行业协会"))

        withdraw_event(self.body.events.get(), by=self.staff, reason="不是更名")

        self.assertEqual({name: rows for name, rows in tables().items() if name != "OrganizationEvent"}, before)

    def test_without_a_day_it_counts_from_the_day_as_of(self):
        batch = self.bring_in(self.line(name="示例市乙行业协会"))

        self.assertEqual(self.body.events.get().on, batch.as_of)

    def test_the_workbook_may_give_the_old_name_with_its_day_and_an_older_one(self):
        self.bring_in(self.line(name="示例市乙行业协会", 曾用名="示例市甲行业协会", 曾用名用到="2022-05-06"))
        self.assertEqual(self.body.former_names.get().until, date(2022, 5, 6))

        self.bring_in(self.line(name="示例市丙行业协会", 曾用名="示例市最早协会"))
        names = {row.name for row in self.body.former_names.all()}
        self.assertEqual(names, {"示例市甲行业协会", "示例市乙行业协会", "示例市最早协会"})

    def test_a_typing_error_leaves_no_former_name(self):
        self.bring_in(self.line(name="示例市甲行业协会（筹）", 登记事件说明="更正错字"))

        self.assertEqual((self.body.name, OrganizationEvent.objects.count(), FormerName.objects.count()),
                         ("示例市甲行业协会（筹）", 0, 0))  # fmt: skip

    def test_the_ledger_with_the_old_name_changes_nothing(self):
        old = self.line()
        self.bring_in(self.line(name="示例市乙行业协会"))

        self.assertEqual(counts(self.read(old)), (0, 0, 1, 0))


class StandingTests(EventImportCase):
    """The status of a past day stays, whatever a workbook of today says."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        OfficeSetting.objects.create(committee=cls.committee, key="coverage.exclude_abnormal", value=True)

    def bases(self, *days):
        return [coverage(self.committee, day).base for day in days]

    def test_a_listed_body_counts_until_the_day_on_which_it_was_listed(self):
        self.bring_in(self.line(登记状态="异常", 登记事件日期="2023-02-01"))

        self.assertEqual(self.bases(date(2022, 12, 31), date(2023, 1, 31), date(2023, 2, 1)), [1, 1, 0])

    def test_and_without_a_day_until_the_day_as_of(self):
        batch = self.bring_in(self.line(登记状态="严重违法失信名单"))

        self.assertEqual(self.bases(date(2022, 12, 31), batch.as_of), [1, 0])

    def test_a_body_that_came_as_listed_was_listed_until_the_day_on_which_it_was_taken_off(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(status="abnormal")
        self.bring_in(self.line(登记状态="正常", 登记事件日期="2023-02-01"))

        self.assertEqual(self.body.events.get().kind, "restored")
        self.assertEqual(self.bases(date(2022, 12, 31), date(2023, 2, 1)), [0, 1])

    def test_what_no_event_leads_to_is_refused(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(status="dishonest")

        batch = self.read(self.line(登记状态="异常"))
        self.assertIn("不能由“严重违法失信名单”直接改为“活动异常名录”", errors(batch)[0])

    def test_no_event_lies_before_one_that_is_recorded(self):
        record_event(self.body, kind="abnormal", on=date(2023, 2, 1), by=self.staff)

        batch = self.read(self.line(登记状态="正常", 登记事件日期="2023-01-01"))
        self.assertIn("2023-02-01已登记“列入异常名录”，不能早于它", errors(batch)[0])


class SpeedTests(EventImportCase):
    def test_the_queries_do_not_grow_with_the_bodies_that_end(self):
        numbers = []
        for count in (1, 4):
            bodies = [make_organization(self.committee) for _ in range(count)]
            for body in bodies:
                make_branch(self.committee, covers=(body,))
            rows = [self.line()[0] + ["登记状态", "注销日期"]]
            rows += [[b.name, b.code, "社会团体", "2015-01-01", "已注销", "2023-03-01"] for b in bodies]
            with CaptureQueriesContext(connection) as found:
                batch = self.read(rows)
            read = len(found)
            with CaptureQueriesContext(connection) as found:
                apply_batch(batch, by=self.staff)
            numbers.append((read, len(found)))
        self.assertEqual(numbers[0], numbers[1])
