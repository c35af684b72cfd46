"""两个覆盖: the definition of the office, the page of figures and the rows behind them."""

import io
from datetime import date
from urllib.parse import unquote

import openpyxl
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.excel import writing
from core.models import AuditEntry, Job, OfficeSetting
from organizations import statistics
from organizations.models import (
    Membership,
    SocialOrganization,
)
from organizations.workflows.definitions import change_definition
from tests.factories import make_branch, make_member, make_organization

from .guidance_cases import DAY, Office


class DefinitionTests(Office):
    ANSWERS = {"functional_weight": "0", "liaison_counts": "1", "mass_org_counts": "0", "should_build_rule": "a",
               "exclude_abnormal": "0", "exclude_registered_less_than_6_months": "1", "effective_from": "2023-04-01"}  # fmt: skip

    def test_a_change_holds_from_its_day_and_is_told(self):
        before = statistics.definition(self.committee, DAY)
        response = self.client.post(self.url("coverage-definition"), {**self.ANSWERS, "note": "市委组织部2023年通知"})

        self.assertEqual(response.status_code, 302)
        self.assertEqual(OfficeSetting.objects.count(), 4)
        self.assertEqual(statistics.definition(self.committee, DAY), before)
        later = statistics.definition(self.committee, date(2023, 4, 1))
        self.assertEqual((later.functional_weight, later.liaison_counts, later.should_build_rule), (0, True, "a"))
        self.assertTrue(later.exclude_registered_less_than_6_months)
        self.assertContains(self.client.get(self.url("coverage-definition")), "市委组织部2023年通知")
        self.assertEqual(AuditEntry.objects.filter(event="setting").count(), 4)

    def test_the_preview_writes_nothing(self):
        make_branch(self.committee, kind="functional", covers=(self.other,))
        page = self.client.post(self.url("coverage-definition"), {**self.ANSWERS, "preview": "1"})

        effect = {row["label"]: (row["now"], row["then"]) for row in page.context["effect"]}
        self.assertEqual(effect["组织覆盖"], (1, 0))
        self.assertFalse(OfficeSetting.objects.exists())

    def test_wrong_answers_are_told(self):
        for change, sentence in (({"note": ""}, "请填写依据。"), ({"effective_from": "1890-01-01"}, "2000年以后"),
                                 ({"should_build_rule": "z"}, "没有保存"), ({"effective_from": "2023-02-30"}, "请填写日期")):  # fmt: skip
            page = self.client.post(self.url("coverage-definition"), {**self.ANSWERS, "note": "会议", **change})
            self.assertContains(page, sentence)
        self.assertFalse(OfficeSetting.objects.exists())

    def test_the_same_again_is_refused_and_the_same_day_corrects(self):
        now = statistics.definition(self.committee, DAY)
        with self.assertRaisesMessage(ValidationError, "相同，不用保存"):
            change_definition(self.committee, chosen=now, effective_from=DAY, note="会议", by=self.staff)
        for counts in (True, False):
            chosen = statistics.Definition(liaison_counts=counts)
            change_definition(self.committee, chosen=chosen, effective_from=DAY, note="会议", by=self.staff)
        self.assertEqual(OfficeSetting.objects.get().value, False)

    def test_a_leader_reads_and_does_not_change(self):
        self.client.force_login(self.leader)
        self.assertEqual(self.client.get(self.url("coverage-definition")).status_code, 200)
        self.assertEqual(self.client.post(self.url("coverage-definition"), self.ANSWERS).status_code, 403)

    def test_bodies_registered_less_than_six_months_ago_are_left_out(self):
        SocialOrganization.objects.filter(pk=self.other.pk).update(registered_on=date(2022, 10, 1))
        chosen = statistics.Definition(exclude_registered_less_than_6_months=True)
        self.assertEqual(statistics.coverage(self.committee, date(2023, 3, 31), chosen=chosen).base, 1)
        self.assertEqual(statistics.coverage(self.committee, date(2023, 4, 1), chosen=chosen).base, 2)


class CoveragePagesTests(Office):
    def test_the_table_is_a_workbook_with_the_official_lines(self):
        make_branch(self.committee, covers=(self.other,))
        response = self.client.get(self.url("coverage-table"), {"export": "xlsx", "on": "2023-03-29"})

        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        lines = {str(row[1].value).strip("　"): [cell.value for cell in row[2:6]] for row in sheet.iter_rows(min_row=4)}
        self.assertEqual(lines["单位数"], [2, 2, 0, 0])
        self.assertEqual(lines["建立支部的"], [1, 1, 0, 0])
        self.assertEqual(lines["应建尚未建立党组织的"], [1, 1, 0, 0])
        self.assertEqual(
            [cell.value for cell in sheet[3]], ["序号", "项目", "总数", "社会团体", "民办非企业单位", "基金会"]
        )

    def test_every_figure_of_the_page_opens_as_many_rows(self):
        make_branch(self.committee, covers=(self.other,))
        self.other.staff_count = 7
        self.other.save()
        page = self.client.get(self.url("coverage"))
        counts = [row for row in page.context["tree"] if not row.get("extra")]
        links = [(row["url"], row["total"]) for row in counts]
        links += [(url, number) for row in counts for number, url in row["cells"] if number]
        links += [(url, number) for _, url, number in (*page.context["rows"], *page.context["more"])]
        self.assertGreater(len(links), 20)
        for url, number in links:
            self.assertEqual(self.client.get(url).context["page"].count, number, url)

    def test_exports_behind_one_figure_have_names_of_their_own(self):
        make_branch(self.committee, covers=(self.other,))
        names = []
        for page, asked in (
            ("coverage-rows", {"figure": "covered", "tab": "in"}),
            ("coverage-rows", {"figure": "covered", "tab": "out"}),
            ("coverage-rows", {"figure": "covered", "tab": "in", "kind": "51", "managed": "direct"}),
            ("coverage-rows", {"figure": "base", "tab": "in"}),
            ("coverage-branches", {"figure": "branches", "tab": "in"}),
            ("coverage-changes", {"measure": "covered", "cause": "built_own", "before": "2022-12-31"}),
        ):
            response = self.client.get(self.url(page), {**asked, "on": "2023-03-29", "export": "xlsx"})
            names.append(unquote(response["Content-Disposition"]).partition("''")[2])

        self.assertEqual(
            names,
            ["组织覆盖（计入）20230329.xlsx", "组织覆盖（不计入）20230329.xlsx",
             "组织覆盖（综合党委直管，社会团体，计入）20230329.xlsx", "单位数（计入）20230329.xlsx",
             "党组织（计入）20230329.xlsx", "组织覆盖：新单独组建（与2022-12-31比）20230329.xlsx"],
        )  # fmt: skip

    def test_a_long_export_keeps_its_name(self):
        make_branch(self.committee, covers=(self.other,))
        before, writing.JOB_ROWS = writing.JOB_ROWS, 0
        self.addCleanup(setattr, writing, "JOB_ROWS", before)
        with self.settings(JOBS_MODE="eager"), self.captureOnCommitCallbacks(execute=True):
            self.client.get(self.url("coverage-rows"), {"figure": "covered", "tab": "in", "export": "xlsx"})

        self.assertEqual(Job.objects.get().result_name, "组织覆盖（计入）20230329.xlsx")

    def test_sums_open_the_bodies_whose_numbers_add_up(self):
        self.other.staff_count = 7
        self.other.save()
        page = self.client.get(self.url("coverage"))
        by_name = {row["name"]: row for row in page.context["tree"] if row.get("extra")}
        for name, column in (("staff", "staff_count"), ("members", "member_count")):
            rows = self.client.get(by_name[name]["url"]).context["page"].rows.values_list(column, flat=True)
            self.assertEqual(sum(number or 0 for number in rows), by_name[name]["total"])
        make_branch(self.committee, kind="joint", covers=(self.other,))
        page = self.client.get(self.url("coverage"))
        joint = next(row for row in page.context["tree"] if row.get("name") == "joint_branches")
        self.assertEqual((self.client.get(joint["url"]).context["page"].count, joint["total"]), (1, 1))

    def test_supplementary_numbers_open_their_ledgers(self):
        branch = make_branch(self.committee, covers=(self.other,), kind="general")
        guest = make_member(make_branch(self.committee))
        Membership.objects.create(member=guest, branch=branch, kind="associate", start=date(2022, 1, 1))
        page = self.client.get(self.url("coverage"))
        lines = {row["name"]: row for row in page.context["tree"] if row.get("extra")}
        for name in ("associates", "instructors", "absorbed_committee", "absorbed_general", "absorbed_branch"):
            with self.subTest(name):
                self.assertEqual(self.client.get(lines[name]["url"]).context["page"].count, lines[name]["total"])
        self.assertEqual((lines["associates"]["total"], lines["absorbed_general"]["total"]), (1, 1))
        self.assertEqual(
            self.client.get(page.context["branches_url"]).context["page"].count, page.context["now"].branches
        )

    def test_one_affiliation_at_a_time(self):
        """归口: every figure and list of the page is of the chosen one, and says so."""
        outside = make_organization(self.committee, direct=False)
        page = self.client.get(self.url("coverage"), {"managed": "industry"})
        self.assertContains(page, "归口行业党委的社会组织1家")
        rows = self.client.get(page.context["tree"][0]["url"])
        self.assertEqual([row["name"] for row in rows.context["page"].rows.values("name")], [outside.name])
        self.assertContains(self.client.get(self.url("coverage"), {"managed": "direct"}), "综合党委直管的社会组织")
        self.assertContains(self.client.get(self.url("coverage"), {"managed": "nobody"}), "全部社会组织")

    def test_every_cause_opens_as_many_rows(self):
        make_branch(self.committee, covers=(self.other,), founded_on=date(2023, 3, 1))
        page = self.client.get(self.url("coverage"), {"before": "2023-01-31"})
        lines = [line for part in page.context["changes"] for line in part["lines"]]
        self.assertEqual([line["number"] for line in lines], ["+1", "+1"])
        for line in lines:
            self.assertEqual(self.client.get(line["url"]).context["page"].count, 1)

    def test_nonsense_in_the_address_is_no_error(self):
        for query in ({"on": "2023-02-31", "before": "x"}, {"figure": "nothing"}, {"on": "0001-01-01"}, {"cause": "?", "measure": "1"},
                      {"on": "9999-12-31"}):  # fmt: skip
            for name in ("coverage", "coverage-rows", "coverage-changes", "coverage-table"):
                self.assertEqual(self.client.get(self.url(name), query).status_code, 200, (name, query))

    def test_the_list_keeps_its_figure_when_it_is_searched(self):
        page = self.client.get(self.url("coverage-rows"), {"figure": "uncovered", "on": "2023-03-01", "tab": "in"})
        self.assertContains(page, '<input type="hidden" name="figure" value="uncovered">', html=True)
        self.assertContains(page, '<input type="hidden" name="on" value="2023-03-01">', html=True)

    def test_queries_of_the_page_do_not_grow(self):
        self.client.get(self.url("coverage"))
        counts = []
        for _ in range(2):
            for _ in range(8):
                make_branch(self.committee, covers=(make_organization(self.committee),))
            with CaptureQueriesContext(connection) as caught:
                self.client.get(self.url("coverage"), {"on": "2023-03-01"})
            counts.append(len(caught))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 24)
