"""The box 党支部 of a filter bar: few branches are chosen from, of many a name or a part of it is typed."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from core.pages.filters import CHOOSABLE
from organizations.models import PartyBranch
from tests.factories import make_branch, make_committee, make_member, make_staff

DAY = date(2023, 4, 6)


def many_branches(committee) -> None:
    PartyBranch.objects.bulk_create(
        PartyBranch(
            committee=committee, name=f"中共示例市凑数{n}支部委员会", short_name=f"凑数{n}党支部", founded_on=date(2016, 1, 1)
        )
        for n in range(CHOOSABLE)
    )  # fmt: skip


class BranchFilterTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.office = make_committee(demo_date=DAY)
        cls.staff = make_staff(cls.office)
        cls.accountants = make_branch(cls.office, name="中共示例市会计学会支部委员会", short_name="市会计学会党支部")
        cls.second = make_branch(cls.office, name="中共示例市会计学会第二支部委员会", short_name="市会计学会第二党支部")
        for branch, name in ((cls.accountants, "张一例"), (cls.second, "李二例")):
            make_member(branch, name=name)
        cls.foreign = make_branch(make_committee(demo_date=DAY), short_name="外市会计学会党支部")
        make_member(cls.foreign, name="王外例")

    def page(self, value: str, name: str = "organizations:partymember-list"):
        self.client.force_login(self.staff)
        return self.client.get(reverse(name), {"branch": value, "tab": "all"} if value else {})

    def names(self, value: str) -> list[str]:
        return sorted(row["name"] for row in self.page(value).context["page"].page_rows())

    def test_few_are_chosen_from_a_list(self):
        self.assertContains(self.page(""), '<select class="form-select" name="branch"')

    def test_of_many_a_name_is_typed(self):
        many_branches(self.office)
        page = self.page(str(self.accountants.pk))
        self.assertNotContains(page, '<select class="form-select" name="branch"')
        self.assertContains(page, 'name="branch" value="市会计学会党支部"')
        self.assertContains(page, "党支部：市会计学会党支部")

    def test_a_number_a_name_and_a_part_of_it(self):
        for value, names in (
            (str(self.accountants.pk), ["张一例"]),
            ("市会计学会党支部", ["张一例"]),
            ("中共示例市会计学会第二支部委员会", ["李二例"]),
            ("会计学会", ["张一例", "李二例"]),
            ("kjxh", ["张一例", "李二例"]),
            ("没有这个支部", []),
        ):
            with self.subTest(value=value):
                self.assertEqual(self.names(value), names)

    def test_branches_of_others_are_neither_found_nor_named(self):
        self.assertEqual(self.names("外市会计学会党支部"), [])
        page = self.page(str(self.foreign.pk))
        self.assertNotContains(page, "外市会计学会党支部")
        self.assertNotContains(page, "王外例")

    def test_every_list_with_the_box_takes_a_typed_name(self):
        for name in (
            "memberlapse", "memberchange", "floatingrecord", "lostrecord", "membercorrection", "membertransfer",
        ):  # fmt: skip
            with self.subTest(name):
                self.assertEqual(self.page("会计学会", f"organizations:{name}-list").status_code, 200)
        self.assertEqual(self.page("会计学会", "tasks:assignment-list").status_code, 200)

    def test_the_balance_is_of_the_branches_that_the_name_finds(self):
        for name in ("organizations:partymember-list", "organizations:memberchange-list"):
            for value, members in (
                ("市会计学会党支部", 1),
                (str(self.second.pk), 1),
                ("会计学会", 2),
                ("没有这个支部", 0),
            ):
                with self.subTest(name, value=value):
                    self.assertEqual(self.page(value, name).context["balance"].closing, members)

    def test_a_number_that_means_none_of_the_own_branches_finds_nothing(self):
        for value in (str(self.foreign.pk), "999999999", "①", "１２", "²"):
            with self.subTest(value):
                self.assertEqual(self.names(value), [])

    def test_a_dissolved_branch_is_not_offered_but_its_papers_are_found(self):
        PartyBranch.objects.filter(pk=self.second.pk).update(dissolved_on=date(2023, 1, 31), status="dissolved")
        page = self.page("", "organizations:memberchange-list")
        self.assertNotContains(page, "市会计学会第二党支部</option>")
        page = self.page(str(self.second.pk), "organizations:memberchange-list")
        self.assertContains(page, "党支部：市会计学会第二党支部")

    def test_of_branches_with_one_name_the_number_tells_which(self):
        twin = make_branch(self.office, name="中共示例市会计学会联合支部委员会", short_name="市会计学会党支部")
        make_member(twin, name="赵三例")
        many_branches(self.office)
        box = next(box for box in self.page(str(twin.pk)).context["page"].bar if box.name == "branch")
        self.assertEqual(box.value, f"市会计学会党支部（{twin.pk}号）")
        self.assertEqual(self.names(box.value), ["赵三例"])
        self.assertEqual(self.names("市会计学会党支部"), ["张一例", "赵三例"])
