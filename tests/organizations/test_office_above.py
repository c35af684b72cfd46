"""What an office above several committees sees of their ledgers: whose row it is, one office at a time, in the right order."""

import io
from datetime import date

from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from core.pages.filters import FEW
from core.pages.offices import distinct, offices_of
from core.pages.paging import SHARE
from organizations.models import CharterRecord, InstructorAssignment, Liaison, SocialOrganization
from tests.factories import make_branch, make_campaign, make_committee, make_member, make_organization, make_staff

BODIES, LIAISONS = "organizations:socialorganization-list", "organizations:liaison-list"


class OfficeAboveTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        day = date(2023, 4, 6)
        cls.province = make_committee(name="示例省社会组织综合党委", code="province", demo_date=day)
        cls.cities = [
            make_committee(name=f"{place}市社会组织综合党委", code=code, parent=cls.province, demo_date=day)
            for place, code in (("甲", "first"), ("乙", "second"))
        ]
        cls.stranger = make_committee(name="外省社会组织综合党委", code="stranger", demo_date=day)
        cls.province.refresh_from_db()
        cls.first = [make_organization(cls.cities[0], name=f"甲市第{n}协会", short_name="") for n in range(3)]
        cls.second = [make_organization(cls.cities[1], name=f"乙市第{n}协会", short_name="") for n in range(2)]
        cls.own = make_organization(cls.province, name="示例省直属协会", short_name="")
        make_organization(cls.stranger, name="外省协会", short_name="")
        cls.above, cls.clerk = make_staff(cls.province), make_staff(cls.cities[0])

    def get(self, name: str, query: str = "", user=None):
        self.client.force_login(user or self.above)
        return self.client.get(reverse(name) + query)

    def names(self, response) -> set[str]:
        page = response.context["page"]
        return {row["name"] for row in page.rows.values("name")}

    def test_each_row_says_whose_it_is(self):
        page = self.get(BODIES)
        self.assertContains(page, '<td data-label="综合党委">甲市</td>', count=3, html=True)
        self.assertContains(page, '<td data-label="综合党委">乙市</td>', count=2, html=True)
        self.assertContains(page, '<td data-label="综合党委">示例省</td>', count=1, html=True)

    def test_one_office_at_a_time(self):
        page = self.get(BODIES, "?committee=first")
        self.assertEqual(self.names(page), {body.name for body in self.first})
        self.assertContains(page, "综合党委：甲市")
        self.assertNotContains(page, 'data-label="综合党委"')
        self.assertContains(page, "在册3家")
        self.assertEqual(self.names(self.get(BODIES, "?committee=province")), {self.own.name})

    def test_the_export_holds_the_chosen_office_only(self):
        book = load_workbook(io.BytesIO(b"".join(self.get(BODIES, "?committee=second&export=xlsx").streaming_content)))
        text = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
        self.assertTrue({body.name for body in self.second} <= text)
        self.assertFalse({body.name for body in self.first} & text)

    def test_an_office_elsewhere_opens_nothing(self):
        for user in (self.above, self.clerk):
            with self.subTest(user=user):
                self.assertNotIn("外省协会", self.names(self.get(BODIES, "?committee=stranger", user)))
        self.assertEqual(self.names(self.get(BODIES, "?committee=second", self.clerk)), {b.name for b in self.first})

    def test_an_office_without_others_below_chooses_nothing(self):
        self.assertEqual(offices_of(self.clerk), [])
        self.assertNotContains(self.get(BODIES, user=self.clerk), 'name="committee"')

    def test_the_choice_is_kept_by_every_link_and_by_a_saved_filter(self):
        page = self.get(BODIES, "?committee=first&q=协会")
        self.assertIn("committee=first", page.context["saved_query"])
        self.assertContains(page, 'value="first" selected')

    def test_the_balance_is_of_the_chosen_office(self):
        for city, members in zip(self.cities, (2, 3), strict=True):
            branch = make_branch(city)
            for _ in range(members):
                make_member(branch)
        self.assertEqual(self.get("organizations:partymember-list", "?committee=first").context["balance"].closing, 2)
        url = reverse("organizations:memberchange-balance-card")
        for query, closing in (({"committee": "second"}, 3), ({}, 5)):
            card = self.client.get(url, query, headers={"x-requested-with": "fetch"})
            self.assertEqual(card.context["balance"].closing, closing)
            page = self.client.get(url, query, follow=True)  # opened by a person
            self.assertContains(page, "<html")
            self.assertEqual(page.context["balance"].closing, closing)

    def test_dated_rows_stand_in_the_order_of_their_bodies(self):
        """Equal sort keys at the place up to which a page looks first do not lose or double a row."""
        body_count = 2 * SHARE + 5
        bodies = [make_organization(self.cities[n % 2], name=f"同名协会{n}") for n in range(body_count)]
        SocialOrganization.objects.filter(pk__in=[b.pk for b in bodies]).update(sort_key="aaa")
        Liaison.objects.bulk_create(
            Liaison(organization=body, name=f"联络{n}", phone="13900000000", start=date(2020, 1, 1))
            for n, body in enumerate([*bodies, *self.first])
        )
        wanted = list(Liaison.objects.order_by("organization__sort_key", "pk").values_list("pk", flat=True))
        shown = []
        for number in (1, 2):
            page = self.get(LIAISONS, f"?size=20&page={number}").context["page"]
            shown += [row["pk"] for row in page.page_rows()]
        self.assertEqual(shown, wanted[:40])

    def test_days_of_several_offices_stand_in_one_order(self):
        """Each office's newest rows are merged; page by page none is lost, doubled or moved, whichever way it is sorted."""
        bodies = [*self.first, *self.second, self.own]
        days = [date(2020, 1, 1 + n % 7) for n in range(54)]
        CharterRecord.objects.bulk_create(
            CharterRecord(
                committee=bodies[n % 6].committee, organization=bodies[n % 6], version_no=n, approved_on=day,
                status="approved", has_party_clause=True, voted_on=day,
            )
            for n, day in enumerate(days)
        )  # fmt: skip
        for sort in ("-approved_on", "approved_on"):
            wanted = list(CharterRecord.objects.order_by(sort, "pk").values_list("pk", flat=True))
            shown = []
            for number in (1, 2, 3):
                page = self.get("organizations:charterrecord-list", f"?size=20&sort={sort}&page={number}").context[
                    "page"
                ]
                shown += [row["pk"] for row in page.page_rows()]
            with self.subTest(sort=sort):
                self.assertEqual(shown, wanted)

    def test_few_rows_among_many_bodies_are_found(self):
        Liaison.objects.create(organization=self.second[1], name="独一", phone="13900000000", start=date(2020, 1, 1))
        self.assertContains(self.get(LIAISONS), "独一")

    def test_a_person_of_two_offices_is_two_people(self):
        for body in (*self.first, *self.second):
            InstructorAssignment.objects.create(
                organization=body, instructor_name="同名者", sent_by="某单位", start=date(2020, 1, 1)
            )
        page = self.get("organizations:instructorassignment-list").context["page"]
        self.assertEqual((page.count, len(page.page_rows())), (2, 2))
        self.assertEqual(page.counted.count(), 2)

    def test_coverage_of_one_office(self):
        make_branch(self.cities[0], covers=(self.first[0],))
        whole = self.get("organizations:coverage").context["now"]
        one = self.get("organizations:coverage", "?committee=first")
        self.assertEqual((whole.base, whole.covered), (6, 1))
        self.assertEqual((one.context["now"].base, one.context["now"].covered), (3, 1))
        self.assertContains(one, "甲市，全部社会组织3家")
        rows = self.client.get(one.context["tree"][0]["url"]).context["page"]
        self.assertEqual(rows.count, 3)
        book = self.get("organizations:coverage-table", "?committee=first&export=xlsx").content
        self.assertIn(
            "填报单位（盖章）：甲市社会组织综合党委", str(list(load_workbook(io.BytesIO(book)).active.values))
        )
        page = self.get("organizations:coverage-rows", "?figure=base&committee=first")
        self.assertContains(page, 'name="committee"', count=1)
        own = self.get("organizations:coverage-rows", "?figure=base&committee=province")
        self.assertContains(own, "示例省本级，全部社会组织")
        self.assertEqual(own.context["page"].count, 1)
        self.assertEqual(self.get("organizations:coverage", "?committee=second", self.clerk).context["now"].base, 3)

    def test_the_charter_rate_is_of_the_chosen_office(self):
        CharterRecord.objects.create(
            committee=self.cities[0], organization=self.first[0], version_no=1, approved_on=date(2020, 1, 1),
            voted_on=date(2020, 1, 1), status="approved", has_party_clause=True,
        )  # fmt: skip
        for query, numbers in (("?committee=first", (3, 1)), ("?committee=second", (2, 0))):
            figures = self.get("organizations:charterrecord-list", query).context["figures"]
            self.assertEqual(tuple(figure["value"] for figure in figures[:2]), numbers)

    def test_the_charter_rates_of_all_offices_stand_side_by_side(self):
        CharterRecord.objects.create(
            committee=self.cities[0], organization=self.first[0], version_no=1, approved_on=date(2020, 1, 1),
            voted_on=date(2020, 1, 1), status="approved", has_party_clause=True,
        )  # fmt: skip
        ledger = self.get("organizations:charterrecord-list")
        self.assertFalse(ledger.context["figures"])
        self.assertContains(ledger, reverse("organizations:charterrecord-offices"))
        page = self.get("organizations:charterrecord-offices")
        lines = [(row["label"], *(number for number, _ in row["numbers"]), row["rate"]) for row in page.context["rows"]]
        self.assertEqual(
            [(*line[:4], None if line[4] is None else float(line[4])) for line in lines],
            [("示例省本级", 1, 0, 1, 0.0), ("甲市", 3, 1, 2, 33.3), ("乙市", 2, 0, 2, 0.0), ("合计", 6, 1, 5, 16.7)],
        )
        for row in page.context["rows"]:
            for number, url in row["numbers"]:
                with self.subTest(row=row["label"], url=url):
                    self.assertEqual(self.client.get(url).context["page"].count, number)
        own = self.get("organizations:charterrecord-offices", user=self.clerk)
        self.assertEqual([row["label"] for row in own.context["rows"]], ["合计"])
        self.assertNotContains(self.get("organizations:charterrecord-list", user=self.clerk), "charters/offices")
        self.assertContains(page, "16.7%")

    def test_a_search_over_many_offices_counts_and_turns_its_pages(self):
        for city in self.cities:
            for n in range(15):
                make_organization(city, name=f"同业{n:02}促进会", short_name="")
        found = []
        for number in (1, 2, 9):
            page = self.get(BODIES, f"?q=同业&size=20&page={number}").context["page"]
            self.assertEqual((page.count, page.pages), (30, 2))
            found.append([row["name"] for row in page.page_rows()])
        self.assertEqual([len(rows) for rows in found], [20, 10, 10])
        self.assertEqual(sorted(found[0] + found[1]), sorted(f"同业{n:02}促进会" for n in range(15) for _ in "ab"))
        self.assertEqual(found[1], found[2])

    def test_rows_of_one_name_stand_with_their_office_and_of_many_offices_one_is_chosen_first(self):
        campaigns = [make_campaign(city, title="2023年度检查") for city in self.cities]
        address = "reviews:inspectionrecord-list"

        def options(query: str, user=None) -> list[str]:
            bar = self.get(address, query, user).context["page"].bar
            return [label for box in bar if box.name == "campaign" for _, label in box.options]

        self.assertEqual(options(""), ["甲市：2023年度检查", "乙市：2023年度检查"])
        self.assertEqual(options("?committee=second"), ["2023年度检查"])
        self.assertEqual(options("", self.clerk), ["2023年度检查"])
        for n in range(FEW):
            make_campaign(self.cities[1], checked_year=1980 + n)
        self.assertEqual(options(""), [])
        self.assertEqual(options(f"?campaign={campaigns[0].pk}"), ["甲市：2023年度检查"])
        self.assertEqual(options("?committee=first"), ["2023年度检查"])

    def test_labels_are_what_tells_the_offices_apart(self):
        self.assertEqual(
            distinct(["安徽省社会组织综合党委", "芜湖市社会组织综合党委", "合肥市社会组织综合党委"]),
            ["安徽省", "芜湖市", "合肥市"],
        )
        self.assertEqual(distinct(["芜湖市社会组织综合党委", "合肥市社会组织综合党委"]), ["芜湖市", "合肥市"])
        self.assertEqual(distinct(["综合党委", "市综合党委"]), ["综合党委", "市综合党委"])
