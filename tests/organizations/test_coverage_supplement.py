"""Every supplementary number of 两个覆盖 opens the rows that it counts: of any day, office and 归口."""

import io
from datetime import date
from itertools import product

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.choices import AuditEvent
from core.models import AuditEntry, OfficeSetting
from organizations import statistics
from organizations.models import BranchApplication, InstructorAssignment, Membership, PartyMember
from organizations.workflows import branches as branch_workflows
from tests.factories import (
    make_application,
    make_branch,
    make_committee,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
)

THEN, NOW = date(2023, 3, 1), date(2023, 3, 29)
BETWEEN = date(2023, 3, 15)
COVERAGE = reverse("organizations:coverage")
BRANCHES, INSTRUCTORS, ASSOCIATES = (
    reverse(f"organizations:coverage-{name}") for name in ("branches", "instructors", "associates")
)
SUMS = {"staff": "staff_count", "members": "member_count"}


def send(body, name, start=date(2022, 1, 1), end=None):
    return InstructorAssignment.objects.create(
        organization=body, instructor_name=name, sent_by="机关", start=start, end=end
    )


class City:
    """An office in which something of everything ended between the two days."""

    def __init__(self, above, code):
        self.committee = make_committee(name=f"{code}市社会组织综合党委", code=code, parent=above, demo_date=NOW)
        self.direct = make_organization(self.committee, staff_count=7)
        self.industry = make_organization(self.committee, direct=False, kind="52", staff_count=5)
        self.cancelled = make_organization(self.committee, ended_on=BETWEEN, status="cancelled")
        both = (self.direct, self.industry)
        self.joint = make_branch(self.committee, kind="joint", covers=both, name=f"{code}联合", short_name="")
        self.general = make_branch(self.committee, kind="general", name=f"{code}总支", short_name="")
        self.dissolved = make_branch(
            self.committee, covers=(self.cancelled,), name=f"{code}撤销", short_name="", dissolved_on=BETWEEN,
            status="dissolved",
        )  # fmt: skip
        self.home = make_branch(self.committee, name=f"{code}机关", short_name="")
        self.stays = self.guest(self.joint, f"{code}在")
        self.left = self.guest(self.joint, f"{code}离开", end=BETWEEN, leave_reason="transfer_out")
        self.with_two = self.guest(self.general, f"{code}两处")
        self.guest(self.joint, "", member=self.with_two)
        for body in both:
            send(body, f"{code}两家")
        send(self.direct, f"{code}撤回", end=BETWEEN)
        send(self.cancelled, f"{code}注销", end=BETWEEN)

    def guest(self, branch, name, member=None, **values):
        member = member or make_member(self.home, name=name)
        values = {"start": date(2022, 1, 1), **values}
        Membership.objects.create(member=member, branch=branch, kind="associate", **values)
        return member


class Offices(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.above = make_committee(name="示例省社会组织综合党委", code="above", demo_date=NOW)
        cls.first, cls.second = (City(cls.above, code) for code in ("first", "second"))
        cls.above.refresh_from_db()
        cls.staff, cls.clerk = make_staff(cls.above), make_staff(cls.first.committee)

    def setUp(self):
        self.client.force_login(self.staff)

    def lines(self, on, **asked):
        page = self.client.get(COVERAGE, {"on": on.isoformat(), **asked})
        return {row["name"]: row for row in page.context["tree"] if row.get("extra")}, page

    def listed(self, url, name, **asked):
        """The words of one column of the rows behind a number."""
        return sorted(self.client.get(url, asked).context["page"].rows.values_list(name, flat=True))


class EveryNumberTests(Offices):
    def check(self, on, managed, office):
        lines, page = self.lines(on, managed=managed, committee=office)
        links = [(page.context["branches_url"], page.context["now"].branches)]
        for name, row in lines.items():
            cells = [(url, number) for number, url in row["cells"] if number is not None]
            found = [(row["url"], row["total"]), *cells]
            if name not in SUMS:
                links += found
                continue
            for url, number in found:
                rows = self.client.get(url).context["page"].rows.values_list(SUMS[name], flat=True)
                self.assertEqual(sum(value or 0 for value in rows), number, url)
        self.assertGreater(len(links), 12)
        for url, number in links:
            self.assertEqual(self.client.get(url).context["page"].count, number, url)
        return {name: row["total"] for name, row in lines.items()}, page.context["now"].branches

    def test_it_opens_as_many_rows_on_each_day_for_each_office_and_affiliation(self):
        wanted = {  # of one city: joint branches, associates, instructors, absorbing 总支 and 支部, party organizations
            (THEN, ""): (1, 3, 3, 1, 1, 4), (NOW, ""): (1, 2, 1, 1, 1, 3),
            (THEN, "direct"): (1, 3, 3, 0, 1, 2), (NOW, "direct"): (1, 2, 1, 0, 1, 1),
            (THEN, "industry"): (1, 3, 1, 0, 1, 1), (NOW, "industry"): (1, 2, 1, 0, 1, 1),
        }  # fmt: skip
        names = ("joint_branches", "associates", "instructors", "absorbed_general", "absorbed_branch")
        for (on, managed), office in product(wanted, ("", "first")):
            with self.subTest(on=on, managed=managed, office=office):
                totals, branches = self.check(on, managed, office)
                times = 1 if office else 2
                self.assertEqual(
                    (*(totals[name] for name in names), branches), tuple(times * n for n in wanted[on, managed])
                )

    def test_an_office_above_may_ask_for_one_that_is_above_others(self):
        county = City(self.first.committee, "county")
        for committee in (self.above, self.first.committee):
            committee.refresh_from_db()
        self.client.force_login(make_staff(self.above))
        totals, _ = self.check(THEN, "", "first")
        self.assertEqual((totals["associates"], totals["instructors"]), (6, 6))
        page = self.client.get(ASSOCIATES, {"on": THEN.isoformat(), "committee": "first"})
        self.assertContains(page, county.stays.name)
        self.assertContains(page, '<td data-label="综合党委">county市</td>', html=True)

    def test_the_office_itself_opens_its_own(self):
        self.client.force_login(self.clerk)
        for on, managed in product((THEN, NOW), ("", "direct")):
            self.check(on, managed, "second")  # an office that is not below is not pretended to

    def test_the_definition_of_the_day_holds_for_the_rows(self):
        OfficeSetting.objects.create(
            committee=self.above, key="coverage.exclude_registered_less_than_6_months", value=True,
            effective_from=date(2023, 3, 10),
        )  # fmt: skip
        young = make_organization(self.first.committee, registered_on=date(2023, 1, 10))
        send(young, "新来的", start=date(2023, 2, 1))
        for on, number in ((THEN, 7), (NOW, 2)):
            totals, _ = self.check(on, "", "")
            self.assertEqual(totals["instructors"], number)
        self.assertContains(self.client.get(INSTRUCTORS, {"tab": "out"}), "社会组织按口径不计入单位数")


class RightRowsTests(Offices):
    def test_a_branch_dissolved_since_stands_on_the_day_before(self):
        lines, page = self.lines(THEN, committee="first")
        names = ["first总支", "first撤销", "first机关", "first联合"]
        self.assertEqual(self.listed(page.context["branches_url"], "name"), names)
        _, page = self.lines(NOW, committee="first")
        self.assertEqual(self.listed(page.context["branches_url"], "name"), [n for n in names if n != "first撤销"])
        self.assertContains(self.client.get(page.context["branches_url"] + "&tab=out"), "2023-03-15已撤销")
        self.assertEqual(self.listed(lines["joint_branches"]["url"], "name"), ["first联合"])
        self.assertEqual(self.listed(lines["absorbed_general"]["url"], "name"), ["first总支"])
        out = self.client.get(lines["absorbed_branch"]["url"] + "&tab=out")
        self.assertContains(out, "没有未转入组织关系的党员", count=2)
        self.assertContains(out, "截至2023-03-01，first市，全部党组织；在“支部”中")

    def test_of_one_affiliation_only_branches_that_cover_it(self):
        _, page = self.lines(NOW, managed="industry", committee="first")
        self.assertContains(page, "覆盖这些单位的党组织共")
        url = page.context["branches_url"] + "&tab=out"
        self.assertEqual(self.listed(url, "name"), ["first总支", "first撤销", "first机关"])
        out = self.client.get(url)
        self.assertContains(out, "截至2023-03-29，first市，覆盖归口行业党委的社会组织的党组织")
        self.assertContains(out, "当日没有覆盖归口行业党委的社会组织", count=2)

    def test_a_guest_who_left_since_stands_on_the_day_before(self):
        for on, names in ((THEN, ["first两处", "first在", "first离开"]), (NOW, ["first两处", "first在"])):
            lines, _ = self.lines(on, committee="first")
            self.assertEqual(self.listed(lines["associates"]["url"], "member__name"), names)
        page = self.client.get(lines["associates"]["url"])
        self.assertContains(page, f'<a href="{self.first.stays.get_absolute_url()}">first在</a>')
        self.assertContains(page, '<td class="wide" data-label="组织关系所在">first机关</td>', html=True)
        out = self.client.get(lines["associates"]["url"] + "&tab=out")
        self.assertContains(out, "党组织当日没有覆盖社会组织")

    def test_one_with_two_places_counts_once(self):
        make_branch(self.first.committee, covers=(make_organization(self.first.committee),))
        branch_workflows.start_coverage(
            self.first.general, organization=make_organization(self.first.committee), start=date(2022, 5, 1),
            by=self.clerk,
        )  # fmt: skip
        lines, _ = self.lines(NOW, committee="first")
        self.assertEqual(lines["associates"]["total"], 2)
        self.assertEqual(self.client.get(lines["associates"]["url"]).context["page"].count, 2)
        self.assertContains(self.client.get(lines["associates"]["url"] + "&tab=out"), "同一名党员已按另一个党组织计入")

    def test_an_assignment_that_ended_since_stands_on_the_day_before(self):
        for on, names in ((THEN, ["first两家", "first撤回", "first注销"]), (NOW, ["first两家"])):
            lines, _ = self.lines(on, committee="first")
            self.assertEqual(self.listed(lines["instructors"]["url"], "instructor_name"), names)
            out = self.client.get(lines["instructors"]["url"] + "&tab=out")
            self.assertContains(out, "同一名指导员已按另一家计入", count=1)
        self.assertContains(self.client.get(lines["instructors"]["url"]), "当日指导2家")
        lines, _ = self.lines(NOW, managed="industry", committee="first")
        self.assertContains(self.client.get(lines["instructors"]["url"]), "当日指导1家")
        self.assertContains(self.client.get(lines["instructors"]["url"] + "&tab=out"), "社会组织不是归口行业党委的")

    def test_a_branch_whose_kind_changed_since_has_the_kind_of_the_day(self):
        body = make_organization(self.first.committee)
        branch = make_branch(self.first.committee, covers=(body,), kind="general", name="改类", short_name="")
        row = make_application(self.clerk, kind="change", branch=branch, branch_kind="general")
        BranchApplication.objects.filter(pk=row.pk).update(
            status="done", effective_on=BETWEEN, former_kind="branch", approved_on=BETWEEN, approval_no="1号"
        )
        for on, own in ((THEN, "own_branch"), (NOW, "own_general")):
            page = self.client.get(COVERAGE, {"on": on.isoformat(), "committee": "first"})
            found = {row["key"]: row for row in page.context["tree"] if not row.get("extra")}
            for key in ("own_branch", "own_general"):
                rows = self.client.get(found[key]["url"]).context["page"]
                self.assertEqual(rows.count, found[key]["total"], (on, key))
            self.assertIn(body.name, self.listed(found[own]["url"], "name"))
        self.first.guest(branch, "改类客人")
        for on, key in ((THEN, "absorbed_branch"), (NOW, "absorbed_general")):
            lines, _ = self.lines(on, committee="first")
            self.assertIn("改类", self.listed(lines[key]["url"], "name"))

    def test_lists_of_gaps_are_those_of_the_day(self):
        """覆盖空白 and 应建未建 of a past day open the bodies of that day."""
        make_organization(self.first.committee, registered_on=date(2023, 3, 20), no_branch_reason="due")
        old = make_organization(self.first.committee, no_branch_reason="due")
        for on, number in ((THEN, 1), (NOW, 2)):
            page = self.client.get(COVERAGE, {"on": on.isoformat(), "managed": "direct", "committee": "first"})
            for _, url, count in page.context["rows"]:
                self.assertEqual(self.client.get(url).context["page"].count, count, url)
            names = self.listed(page.context["rows"][1][1], "name")
            self.assertEqual((len(names), old.name in names), (number, True))


class PagesTests(Offices):
    def urls(self):
        return [f"{BRANCHES}?figure={key}" for key in statistics.BRANCH_FIGURES] + [INSTRUCTORS, ASSOCIATES]

    def test_nonsense_in_the_address_is_no_error(self):
        for path, query in product((BRANCHES, INSTRUCTORS, ASSOCIATES), (
            {"on": "2023-02-31", "figure": "?"}, {"kind": "99", "managed": "?"}, {"committee": "?", "tab": "x"},
            {"sort": "-name", "page": "9"}, {"q": "甲"}, {"committee": "above"})):  # fmt: skip
            self.assertEqual(self.client.get(path, query).status_code, 200, (path, query))

    def test_nobody_else_gains_anything(self):
        for user in (make_secretary(self.first.joint), make_liaison(self.first.direct)):
            self.client.force_login(user)
            for url in self.urls():
                for export in ("", "&export=xlsx" if "?" in url else "?export=xlsx"):
                    self.assertEqual(self.client.get(url + export).status_code, 403)
        self.client.force_login(make_leader(self.second.committee))
        for url in (BRANCHES, INSTRUCTORS, ASSOCIATES):
            for tab in ("in", "out"):
                page = self.client.get(url, {"committee": "first", "on": THEN.isoformat(), "tab": tab})
                self.assertNotContains(page, "first在")
                self.assertNotContains(page, "first两")
                self.assertNotContains(page, "first联合")

    def test_a_member_who_went_to_another_office_counts_without_a_link(self):
        outside = make_committee()
        PartyMember.objects.filter(pk=self.first.left.pk).update(committee=outside)
        self.client.force_login(self.clerk)
        lines, _ = self.lines(THEN)
        self.assertEqual(lines["associates"]["total"], 3)
        page = self.client.get(lines["associates"]["url"])
        self.assertContains(page, "first离开")
        self.assertNotContains(page, self.first.left.get_absolute_url())
        text = self.workbook(lines["associates"]["url"])
        self.assertNotIn("first离开", text)
        self.assertIn("说明：另有1名党员现在不在本级的名册里，没有列出。", text)

    def workbook(self, url):
        response = self.client.get(f"{url}&export=xlsx")
        sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
        return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]

    def test_exports_hold_the_rows_of_the_day(self):
        lines, page = self.lines(THEN, committee="first")
        self.assertContains(self.client.get(page.context["branches_url"]), "导出这4个")
        branches = self.workbook(page.context["branches_url"])
        self.assertEqual(sum(f"first{word}" in branches for word in ("联合", "总支", "撤销", "机关")), 4)
        instructors = self.workbook(lines["instructors"]["url"])
        self.assertEqual([instructors.count(f"first{word}") for word in ("两家", "撤回", "注销")], [2, 1, 1])
        members = self.workbook(lines["associates"]["url"])
        self.assertEqual([members.count(f"first{word}") for word in ("在", "离开", "两处")], [1, 1, 1])
        self.assertNotIn("second联合", branches)
        self.assertEqual(AuditEntry.objects.filter(event=AuditEvent.EXPORT).count(), 3)

    def test_the_list_keeps_number_day_and_affiliation_when_it_is_searched(self):
        asked = {"figure": "joint_branches", "on": "2023-03-01", "managed": "direct"}
        page = self.client.get(BRANCHES, asked)
        for name, value in asked.items():
            self.assertContains(page, f'<input type="hidden" name="{name}" value="{value}">', html=True)
        self.assertEqual(self.listed(BRANCHES, "name", **asked, q="second"), ["second联合"])
        self.assertEqual(self.listed(ASSOCIATES, "member__name", q="first在"), ["first在"])
        self.assertEqual(self.listed(INSTRUCTORS, "instructor_name", q="second"), ["second两家"])

    def test_rows_are_sorted_by_name_and_say_whose_they_are(self):
        for url, column in ((BRANCHES, "sort_key"), (INSTRUCTORS, "sort_key"), (ASSOCIATES, "member__sort_key")):
            page = self.client.get(url, {"sort": f"-{column}"})
            names = list(page.context["page"].rows.values_list(column, flat=True))
            self.assertEqual(names, sorted(names, reverse=True))
            self.assertContains(page, '<td data-label="综合党委">first市</td>', html=True)

    def test_an_empty_number_says_so(self):
        lines, _ = self.lines(NOW, managed="direct")
        self.assertContains(self.client.get(lines["absorbed_committee"]["url"]), "没有这样的党组织")

    def test_queries_do_not_grow(self):
        def count(url):
            with CaptureQueriesContext(connection) as caught:
                self.client.get(url, {"on": "2023-03-20"})
            return len(caught)

        for user in (self.clerk, self.staff):
            self.client.force_login(user)
            urls = [*self.urls(), *(f"{url}{'&' if '?' in url else '?'}tab=out" for url in self.urls())]
            count(COVERAGE)
            before = [count(url) for url in urls]
            for n in range(3):
                body = make_organization(self.first.committee)
                branch = make_branch(self.first.committee, covers=(body,))
                self.first.guest(branch, f"又{user.pk}-{n}")
                send(body, f"又{user.pk}-{n}")
                send(self.first.direct, f"又{user.pk}-{n}")
            count(COVERAGE)
            self.assertEqual([count(url) for url in urls], before)
