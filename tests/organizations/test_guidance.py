"""Plans for bodies without a party organization, instructors and their visits, liaisons, mass organizations, 口径."""

import io
from datetime import date

import openpyxl
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.excel.applying import apply_batch
from core.journal import mark_of
from core.models import AuditEntry
from organizations import statistics
from organizations.models import (
    CoveragePlan,
    InstructorAssignment,
    InstructorVisit,
    Liaison,
    MassOrganization,
)
from organizations.views.guidance import plan_cell
from organizations.workflows import guidance as workflows
from organizations.workflows.bodies import assign_instructor, name_liaison
from organizations.workflows.dated import correct_row
from tests.factories import make_branch, make_committee, make_organization, make_secretary, make_staff

from .guidance_cases import DAY, Office


class PlanTests(Office):
    def test_a_plan_is_made_changed_and_shown(self):
        url = self.url("coverage-plan", self.body.pk)
        self.client.post(url, {"planned_on": "2023-03-20", "responsible": "李样本", "measures": "并入联合党支部"})
        plan = CoveragePlan.objects.get()
        self.assertEqual(
            (plan.organization, plan.planned_on, plan.committee), (self.body, date(2023, 3, 20), self.committee)
        )

        self.client.post(
            url, {"planned_on": "2023-06-20", "responsible": "王演示", "measures": "", "version": plan.version}
        )
        plan.refresh_from_db()

        self.assertEqual((plan.planned_on, plan.responsible, plan.measures), (date(2023, 6, 20), "王演示", ""))
        page = self.client.get(self.url("coverage-gaps"))
        self.assertContains(page, "王演示")
        self.assertContains(page, "应建未建：负责人外出")

    def test_a_stale_plan_is_not_overwritten(self):
        url = self.url("coverage-plan", self.body.pk)
        self.client.post(url, {"responsible": "李样本"})
        self.client.post(url, {"responsible": "王演示", "version": 1})

        response = self.client.post(url, {"responsible": "赵试用", "version": 1})

        self.assertEqual(response.status_code, 409)
        self.assertContains(response, "王演示", status_code=409)
        self.assertEqual(CoveragePlan.objects.get().responsible, "王演示")

    def test_an_empty_plan_and_a_group_of_tomorrow_are_refused(self):
        url = self.url("coverage-plan", self.body.pk)
        self.assertContains(self.client.post(url, {}), "至少填写一项")
        self.assertContains(self.client.post(url, {"group_since": "2023-03-30"}), "党小组成立日期不能晚于今天。")
        self.assertFalse(CoveragePlan.objects.exists())

    def test_the_tabs_hold_the_bodies_of_the_figures(self):
        make_branch(self.committee, covers=(make_organization(self.committee),))
        for tab, figure in (("due", "should_unbuilt"), ("blank", "uncovered"), ("all", "without_branch")):
            shown = self.client.get(self.url("coverage-gaps"), {"tab": tab}).context["page"].count
            self.assertEqual(shown, getattr(statistics.coverage(self.committee, DAY), figure), tab)

    def test_plans_come_by_workbook_and_the_list_goes_out(self):
        batch = self.bring_in(
            "coverage_plans", ("社会组织名称", "拟建时间", "责任人", "措施"),
            (self.body.name, "2023-05-31", "李样本", "单独组建"), (self.other.short_name, "", "王演示", ""),
        )  # fmt: skip
        apply_batch(batch, by=self.staff)
        self.assertEqual(CoveragePlan.objects.count(), 2)

        response = self.client.get(self.url("coverage-gaps"), {"export": "xlsx", "tab": "all"})

        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        cells = [cell.value for row in sheet.iter_rows() for cell in row]
        self.assertIn("单独组建", cells)
        self.assertIn("应建未建", cells)

    def test_a_plan_without_anything_in_the_workbook_is_wrong(self):
        batch = self.bring_in("coverage_plans", ("社会组织名称", "拟建时间", "责任人"), (self.body.name, "", ""))
        self.assertEqual((batch.wrong_count, batch.new_count), (1, 0))

    def test_the_workbook_is_judged_like_the_page(self):
        over = make_organization(self.committee, ended_on=date(2023, 2, 1), status="cancelled")
        head = ("社会组织名称", "拟建时间", "责任人", "党小组成立日期")
        apply_batch(self.bring_in("coverage_plans", head, (self.body.name, "2023-05-31", "李样本", "")), by=self.staff)

        batch = self.bring_in(
            "coverage_plans", head, (self.other.name, "", "", "2023-03-30"), (over.name, "2023-05-31", "王演示", ""),
            (self.body.name, "清空", "清空", ""),
        )  # fmt: skip

        told = [error["m"] for row in batch.rows.order_by("number") for error in row.errors]
        self.assertEqual(
            told,
            [
                "党小组成立日期不能晚于今天。",
                f"{over}已于2023-02-01注销，不能再办理。",
                "拟建时间、责任人、措施和党小组成立日期至少填写一项。",
            ],
        )

    def test_no_plan_means_the_same_in_the_list_and_in_its_tab(self):
        """Who is responsible is a plan already: what is missing is the day."""
        CoveragePlan.objects.create(organization=self.body, committee=self.committee, responsible="李样本")
        words = {}
        for tab in ("all", "noplan"):
            page = self.client.get(self.url("coverage-gaps"), {"tab": tab}).context["page"]
            words[tab] = [plan_cell(row).text for row in page.page_rows()]

        self.assertEqual(words, {"all": ["没有写时间", "没有计划"], "noplan": ["没有计划"]})

    def test_readers_see_and_strangers_do_not(self):
        for user, gaps, plan in ((self.leader, 200, 403), (make_secretary(make_branch(self.committee)), 403, 403),
                                 (make_staff(make_committee()), 200, 404)):  # fmt: skip
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.url("coverage-gaps")).status_code, gaps)
            self.assertEqual(self.client.get(self.url("coverage-plan", self.body.pk)).status_code, plan)


class PinyinTests(Office):
    """Names stand in the order of their pinyin, typed in or brought in by a workbook."""

    def names(self, page, *columns):
        text = self.client.get(self.url(page), {"tab": "now"}).content.decode()
        return sorted(columns, key=text.index)

    def test_instructors(self):
        head = ("指导员姓名", "派出单位", "社会组织名称", "选派日期")
        rows = [(name, "机关党支部", self.body.name, "2023-01-10") for name in ("吴例", "丁例")]
        apply_batch(self.bring_in("instructors", head, *rows), by=self.staff)
        for name in ("任例", "侯例"):
            assign_instructor(self.other, instructor_name=name, start=date(2023, 1, 1), by=self.staff)

        self.assertEqual(
            self.names("instructorassignment-list", "吴例", "任例", "丁例", "侯例"), ["丁例", "侯例", "任例", "吴例"]
        )

    def test_a_mended_name_takes_its_place(self):
        row = assign_instructor(self.body, instructor_name="吴例", start=date(2023, 1, 1), by=self.staff)
        assign_instructor(self.other, instructor_name="侯例", start=date(2023, 1, 1), by=self.staff)

        correct_row(row, seen=mark_of(row), reason="写错姓名", by=self.staff, instructor_name="丁例")

        self.assertEqual(self.names("instructorassignment-list", "侯例", "丁例"), ["丁例", "侯例"])

    def test_liaisons(self):
        for body, name in ((self.body, "任例"), (self.other, "侯例")):
            name_liaison(body, name=name, start=date(2023, 1, 1), by=self.staff)

        text = self.client.get(self.url("liaison-list"), {"sort": "sort_key"}).content.decode()

        self.assertLess(text.index("侯例"), text.index("任例"))


class InstructorTests(Office):
    def assign(self, body=None, **values):
        values = {"instructor_name": "周例文", "sent_by": "机关党支部", "start": date(2023, 1, 10), **values}
        return assign_instructor(body or self.body, by=self.staff, **values)

    def test_sent_from_the_list_and_ended(self):
        data = {
            "organization": self.body.short_name,
            "instructor_name": "周例文",
            "sent_by": "机关党支部",
            "phone": "",
            "start": "2023-03-01",
        }
        self.client.post(self.url("instructorassignment-create"), data)
        row = InstructorAssignment.objects.get()
        self.assertEqual((row.organization, row.start), (self.body, date(2023, 3, 1)))

        again = self.client.post(self.url("instructorassignment-create"), data)
        self.assertContains(again, "这名指导员已经选派到该社会组织。")
        self.client.post(self.url("instructor-end", self.body.pk, row.pk), {"end": "2023-03-29"})

        row.refresh_from_db()
        self.assertEqual(row.end, date(2023, 3, 29))
        self.assertEqual(statistics.coverage(self.committee, DAY).instructed, 0)

    def test_a_person_with_three_bodies_is_one_line(self):
        for body in (self.body, self.other, make_organization(self.committee)):
            self.assign(body)
        self.assign(instructor_name="吴范例")

        page = self.client.get(self.url("instructorassignment-list"))
        self.assertEqual(page.context["page"].count, 2)
        self.assertContains(page, "等3家")
        self.assertEqual(
            self.client.get(self.url("instructorassignment-list"), {"tab": "now"}).context["page"].count, 4
        )
        self.assertEqual(statistics.coverage(self.committee, DAY).instructors, 2)

    def test_visits_are_counted_by_quarter(self):
        row = self.assign(start=date(2022, 1, 1))
        url = self.url("instructorassignment-visit", row.pk)
        for day in ("2022-12-30", "2023-01-05", "2023-03-29"):
            self.assertEqual(self.client.post(url, {"visited_on": day, "content": "了解情况"}).status_code, 302)
        found = InstructorAssignment.objects.with_visits(date(2023, 1, 1), DAY).get()
        self.assertEqual((found.quarter_visits, found.all_visits), (2, 3))

        for day, sentence in (("2023-03-30", "走访日期不能晚于今天。"), ("2021-12-31", "走访日期不在选派期间"),
                              ("2023-01-05", "这一天的走访已经登记过"), ("", "请填写走访日期。")):  # fmt: skip
            self.assertContains(self.client.post(url, {"visited_on": day}), sentence)
        visit = InstructorVisit.objects.get(visited_on=date(2023, 1, 5))
        self.client.post(self.url("instructorvisit-remove", row.pk, visit.pk))
        self.assertEqual(row.visits.count(), 2)

    def test_a_mistake_is_mended_and_logged(self):
        row = self.assign()
        data = {"instructor_name": "周例闻", "sent_by": "机关党支部", "phone": "", "start": "2023-01-12", "version": 1}
        self.client.post(self.url("instructorassignment-update", row.pk), data)
        row.refresh_from_db()
        self.assertEqual((row.instructor_name, row.start), ("周例闻", date(2023, 1, 12)))
        entry = AuditEntry.objects.filter(object_id=self.body.pk).latest("pk")
        self.assertEqual(entry.changes["选派日期"], ["2023-01-10", "2023-01-12"])

        workflows.record_visit(row, visited_on=date(2023, 1, 20), by=self.staff)
        page = self.client.post(
            self.url("instructorassignment-update", row.pk), {**data, "start": "2023-02-01", "version": 2}
        )
        self.assertContains(page, "这一天以前已有走访")

    def test_the_table_comes_in_and_goes_out(self):
        head = ("姓名", "派出单位", "社会组织名称", "选派日期")
        batch = self.bring_in("instructors", head, ("周例文", "机关党支部", self.body.name, "2023-01-10"),
                              ("周例文", "机关党支部", self.other.name, "2023-01-10"), ("", "机关", self.body.name, "2023-01-10"))  # fmt: skip
        self.assertEqual((batch.new_count, batch.wrong_count), (2, 1))
        batch = self.bring_in("instructors", head, ("周例文", "机关党支部", self.body.name, "2023-01-10"))
        apply_batch(batch, by=self.staff)
        response = self.client.get(self.url("instructorassignment-list"), {"export": "xlsx", "tab": "now"})
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        self.assertEqual(sheet["A1"].value, "党建工作指导员选派表")
        self.assertIn("周例文", [cell.value for row in sheet.iter_rows() for cell in row])

    def test_the_same_queries_for_more_rows(self):
        counts = []
        self.client.get(self.url("instructorassignment-list"))
        for bodies in (1, 30):
            for n in range(bodies):
                self.assign(make_organization(self.committee), instructor_name=f"指导员{bodies}-{n}")
            for name, most in (("instructorassignment-list", 6), ("coverage-gaps", 7), ("liaison-list", 6)):
                with CaptureQueriesContext(connection) as caught:
                    self.client.get(self.url(name))
                counts.append(len(caught))
                self.assertLessEqual(len(caught), most, name)
        self.assertEqual(counts[:3], counts[3:])


class LiaisonTests(Office):
    def test_named_replaced_and_ended(self):
        for name, start in (("孙例文", "2023-01-05"), ("钱例文", "2023-02-05")):
            data = {"organization": self.body.short_name, "name": name, "phone": "13900000001", "start": start}
            self.client.post(self.url("liaison-create"), data)
        self.assertEqual(
            list(Liaison.objects.order_by("start").values_list("end", flat=True)), [date(2023, 2, 5), None]
        )

        row = Liaison.objects.get(end=None)
        self.client.post(self.url("liaison-finish", row.pk), {"end": "2023-02-01"})
        row.refresh_from_db()
        self.assertIsNone(row.end)
        self.client.post(self.url("liaison-finish", row.pk), {"end": "2023-03-01"})
        row.refresh_from_db()
        self.assertEqual(row.end, date(2023, 3, 1))

    def test_a_strangers_liaison_is_not_there(self):
        row = name_liaison(self.body, name="孙例文", start=date(2023, 1, 5), by=self.staff)
        self.client.force_login(make_staff(make_committee()))
        self.assertEqual(self.client.post(self.url("liaison-finish", row.pk), {"end": "2023-03-01"}).status_code, 404)

    def test_mass_organizations_count_where_the_definition_says_so(self):
        data = {"organization": self.body.short_name, "kind": "union", "start": "2023-01-05"}
        self.client.post(self.url("massorganization-create"), data)
        self.assertEqual(statistics.coverage(self.committee, DAY).work_covered, 0)
        chosen = statistics.Definition(mass_org_counts=True)
        self.assertEqual(statistics.coverage(self.committee, DAY, chosen=chosen).work_covered, 1)
        self.assertContains(
            self.client.post(self.url("massorganization-create"), data), "这家社会组织已登记这种群团组织。"
        )
        self.client.post(self.url("massorganization-finish", MassOrganization.objects.get().pk), {"end": "2023-03-29"})
        self.assertEqual(statistics.coverage(self.committee, DAY, chosen=chosen).work_covered, 0)
