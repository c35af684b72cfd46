"""One search box: 40 questions with known answers, and what each person may find."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import FormerName
from organizations.workflows.transfers import transfer_member
from tests.factories import (
    make_branch,
    make_committee,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    make_system_admin,
)

ID_NUMBER = "11010519491231002X"
BODIES = (
    ("示例市建筑业协会", "市建筑业协会", "51341700MJ0000001", "张明华", "13905501234"),
    ("示例市江苏商会", "市江苏商会", "51341700MJ0000002", "刘一", "0550-3012345"),
    ("示例市长江流域文化研究会", "市长江文化研究会", "51341700MJ0000003", "", ""),
    ("示例市银行业协会", "市银行业协会", "51341700MJ0000004", "", ""),
    ("示例市同心重症儿童救助基金会", "同心基金会", "53341700MJ0000005", "", ""),
    ("示例市乐龄养老服务中心", "乐龄养老中心", "52341700MJ0000006", "", "13505507788"),
    ("示例市茶叶流通促进会（新区）", "", "51341700MJ0000007", "", ""),
)
BRANCHES = (
    ("中共示例市建筑业协会支部委员会", "市建筑业协会党支部"),
    ("中共示例市江苏商会支部委员会", "市江苏商会党支部"),
)
MEMBERS = (("单于青", "13012349876"), ("欧阳晓明", "13112340001"), ("解晓东", "13212340002"), ("张明", "13312345678"))
# what is typed → positions among the bodies, branches and members above that are found
QUESTIONS = {
    "示例市建筑业协会": ([0], [0], []),
    "市建筑业协会": ([0], [0], []),
    "建筑": ([0], [0], []),
    "筑业": ([0], [0], []),
    "jz": ([0, 4], [0], []),
    "jzyxh": ([0], [0], []),
    "JZYXH": ([0], [0], []),
    "ｊｚｙｘｈ": ([0], [0], []),
    "jianzhu": ([0], [0], []),
    "建筑 协会": ([0], [0], []),
    "协会 建筑": ([0], [0], []),
    "　建筑　": ([0], [0], []),
    "建设工程造价": ([0], [], []),
    "jsgczj": ([0], [], []),
    "MJ0000001": ([0], [], []),
    "mj0000001": ([0], [], []),
    "0000002": ([1], [], []),
    "53341700": ([4], [], []),
    "张明华": ([0], [], []),
    "张明": ([0], [], [3]),
    "1234": ([0, 1], [], [0, 1, 2, 3]),
    "01234": ([0, 1], [], [0]),
    "3012345": ([1], [], []),
    "7788": ([5], [], []),
    "江苏": ([1], [1], []),
    "jssh": ([1], [1], []),
    "商会": ([1], [1], []),
    "长江": ([2], [], []),
    "cjwh": ([2], [], []),
    "银行": ([3], [], []),
    "yhyxh": ([3], [], []),
    "重症": ([4], [], []),
    "同心": ([4], [], []),
    "养老": ([5], [], []),
    "lelingyanglao": ([5], [], []),
    "支部委员会": ([], [0, 1], []),
    "党支部": ([], [0, 1], []),
    "单于": ([], [], [0]),
    "cyq": ([], [], [0]),
    "oyxm": ([], [], [1]),
    "xxd": ([], [], [2]),
    "9876": ([], [], [0]),
    "5678": ([], [], [3]),
    "（新区）": ([6], [], []),
    "(新区)": ([6], [], []),
    "促进会(新": ([6], [], []),
    "没有这家": ([], [], []),
}


class SearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=date(2023, 3, 29))
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.bodies = [
            make_organization(cls.committee, name=n, short_name=s, code=c, kind=c[:2], contact=who, phone=phone)
            for n, s, c, who, phone in BODIES
        ]
        FormerName.objects.create(organization=cls.bodies[0], name="示例市建设工程造价协会", until=date(2020, 1, 1))
        cls.bodies[0].save()
        cls.branches = [
            make_branch(cls.committee, name=n, short_name=s, covers=(cls.bodies[i],))
            for i, (n, s) in enumerate(BRANCHES)
        ]
        cls.members = [make_member(cls.branches[i % 2], name=n, phone=p) for i, (n, p) in enumerate(MEMBERS)]
        cls.members[3].set_id_number(ID_NUMBER)
        cls.members[3].save()

    def found(self, text, user=None):
        self.client.force_login(user or self.staff)
        groups = self.client.get(reverse("organizations:search"), {"q": text}).context["groups"]
        return {group.key: [hit.url for hit in group.hits] for group in groups}, groups

    def test_forty_questions(self):
        rows = (self.bodies, self.branches, self.members)
        keys = ("socialorganization", "partybranch", "partymember")
        wrong = []
        for text, expected in QUESTIONS.items():
            found, _ = self.found(text)
            for key, known, places in zip(keys, rows, expected, strict=True):
                wanted = {known[place].get_absolute_url() for place in places}
                if set(found.get(key, [])) != wanted:
                    wrong.append((text, key, found.get(key), sorted(wanted)))
        self.assertGreaterEqual(len(QUESTIONS), 40)
        self.assertEqual(wrong, [])

    def test_the_nearest_name_comes_first(self):
        near = make_organization(self.committee, name="示例市安徽同心商会", short_name="安徽同心商会")
        found, _ = self.found("同心")
        self.assertEqual(found["socialorganization"], [self.bodies[4].get_absolute_url(), near.get_absolute_url()])

    def test_one_character_is_too_short_and_long_text_is_no_error(self):
        self.assertEqual(self.found("建")[1], [])
        self.assertEqual(self.found("")[1], [])
        self.assertEqual(self.found("建" * 500)[1], [])
        self.assertEqual(self.found("%%")[1], [])
        self.assertEqual(self.found("\x00'\"建筑")[1], [])

    def test_an_id_number_is_neither_searched_nor_shown_by_get(self):
        self.client.force_login(self.staff)
        response = self.client.get(reverse("organizations:search"), {"q": ID_NUMBER})
        self.assertEqual(response.context["groups"], [])
        self.assertNotContains(response, ID_NUMBER)

    def test_an_id_number_finds_its_member_by_post(self):
        self.client.force_login(self.staff)
        response = self.client.post(reverse("organizations:partymember-find"), {"id_number": ID_NUMBER})
        self.assertRedirects(response, self.members[3].get_absolute_url(), fetch_redirect_response=False)

    def test_phones_of_members_are_masked(self):
        self.client.force_login(self.staff)
        response = self.client.get(reverse("organizations:search"), {"q": "张明"})
        self.assertNotContains(response, "13312345678")

    def test_a_secretary_finds_only_the_own_branch_and_no_counts_of_others(self):
        secretary = make_secretary(self.branches[0])
        self.assertEqual(self.found("市", secretary)[1], [])
        found, groups = self.found("示例", secretary)
        self.assertEqual(found["socialorganization"], [self.bodies[0].get_absolute_url()])
        self.assertEqual(found["partybranch"], [self.branches[0].get_absolute_url()])
        self.assertEqual([group.count for group in groups], [1, 1])
        self.assertEqual(self.found("欧阳", secretary)[1], [])
        self.assertEqual(self.found("单于", secretary)[0], {"partymember": [self.members[0].get_absolute_url()]})

    def test_a_secretary_gets_of_every_question_only_the_own_rows(self):
        secretary = make_secretary(self.branches[0])
        own = {row.get_absolute_url() for row in (self.bodies[0], self.branches[0], self.members[0], self.members[2])}
        for text in QUESTIONS:
            everything, _ = self.found(text)
            found, groups = self.found(text, secretary)
            for key in ("socialorganization", "partybranch", "partymember"):
                wanted = set(everything.get(key, [])) & own
                self.assertEqual(set(found.get(key, [])), wanted, text)
            self.assertEqual(sum(group.count for group in groups), sum(map(len, found.values())), text)
            shown = self.client.get(reverse("organizations:search"), {"q": text}).content.decode()
            for row in (*self.bodies[1:], self.branches[1], self.members[1], self.members[3]):
                self.assertNotIn(f'"{row.get_absolute_url()}"', shown)

    def test_the_list_behind_a_group_has_as_many_rows_as_the_group_says(self):
        self.branches[1].status, self.branches[1].dissolved_on = "dissolved", date(2023, 1, 1)
        self.branches[1].save()
        self.bodies[5].status, self.bodies[5].ended_on = "cancelled", date(2023, 1, 1)
        self.bodies[5].save()
        _, groups = self.found("示例")
        counted = {group.key: self.client.get(group.url).context["page"].count for group in groups}
        self.assertEqual(counted, {"socialorganization": 7, "partybranch": 2})
        self.assertEqual(counted, {group.key: group.count for group in groups})

    def test_whoever_was_transferred_is_found_by_the_new_secretary_only(self):
        old, new = make_secretary(self.branches[0]), make_secretary(self.branches[1])
        transfer_member(self.members[0], branch=self.branches[1], start=date(2023, 3, 1), by=self.staff)
        self.assertEqual(self.found("单于", old)[1], [])
        self.assertEqual(self.found("单于", new)[0], {"partymember": [self.members[0].get_absolute_url()]})

    def test_nothing_found_says_what_to_do(self):
        self.client.force_login(self.staff)
        page = self.client.get(reverse("organizations:search"), {"q": "没有这家"})
        self.assertContains(page, "没有找到“没有这家”")
        self.assertContains(page, "拼音首字母、信用代码的一段、电话尾号再试")

    def test_a_phone_leads_to_the_search_page_by_a_link(self):
        self.client.force_login(make_secretary(self.branches[0]))
        for url in ("/", reverse("organizations:partybranch-list")):
            self.assertContains(self.client.get(url), f'href="{reverse("organizations:search")}"')

    def test_a_liaison_finds_no_members_and_a_strange_office_nothing(self):
        liaison = make_liaison(self.bodies[0])
        self.assertEqual(self.found("单于", liaison)[1], [])
        self.assertEqual(self.found("示例", make_staff(make_committee()))[1], [])

    def test_an_administrator_has_no_search(self):
        self.client.force_login(make_system_admin(self.committee))
        self.assertEqual(self.client.get(reverse("organizations:search"), {"q": "建筑"}).status_code, 403)

    def test_the_frame_leads_to_the_search_page(self):
        self.client.force_login(self.staff)
        response = self.client.get(reverse("organizations:search"))
        self.assertContains(response, f'role="search" action="{reverse("organizations:search")}"')

    def test_the_number_of_queries_does_not_grow(self):
        counts = []
        self.client.force_login(self.leader)
        self.client.get(reverse("organizations:search"))
        for n in range(2):
            with CaptureQueriesContext(connection) as caught:
                self.client.get(reverse("organizations:search"), {"q": "示例"})
            counts.append(len(caught))
            make_organization(self.committee, name=f"示例市又{n}协会", short_name="")
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 8)
