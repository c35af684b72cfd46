"""The page of a body: names that change, all its fields, its whole story once each; merging rows of two codes."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from organizations.models import (
    BranchApplication,
    BranchPost,
    CoveragePlan,
    ElectionTerm,
    MassOrganization,
    OrganizationMerge,
    SocialOrganization,
)
from organizations.workflows.bodies import name_liaison
from organizations.workflows.events import record_event
from tests.factories import make_branch, make_committee, make_organization, make_secretary, make_staff

ORGANIZATION = "organizations:socialorganization"


class BodyCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee, name="示例市甲行业协会", short_name="市甲协")

    def setUp(self):
        self.client.force_login(self.staff)

    def url(self, name, *args):
        return reverse(f"{ORGANIZATION}-{name}", args=[self.body.pk, *args])

    def page(self):
        return self.client.get(self.url("detail"))

    def events(self, row=None):
        """Day and text of the whole timeline, the oldest first."""
        page = self.client.get((row or self.body).get_absolute_url())
        return sorted((event.at.isoformat(), event.text) for event in page.context["events"])


class NameTests(BodyCase):
    def edit(self, **values):
        body = SocialOrganization.objects.get(pk=self.body.pk)
        data = {"name": body.name, "short_name": body.short_name, "code": body.code, "kind": body.kind,
                "registered_on": "2015-01-01", "version": body.version, "phone": "13800000000", **values}  # fmt: skip
        return self.client.post(self.url("update"), data)

    def test_another_name_asks_whether_it_is_a_renaming_or_a_typing_error(self):
        page = self.edit(name="示例市乙行业协会")
        self.assertContains(page, "请选是单位更名，还是更正录错的字")
        page = self.edit(name="示例市乙行业协会", name_change="renamed")
        self.assertContains(page, "请填写更名日期")
        page = self.edit(name="示例市乙行业协会", name_change="renamed", renamed_on="2099-01-01")
        self.assertContains(page, "不能晚于今天")
        self.body.refresh_from_db()
        self.assertEqual((self.body.name, self.body.phone), ("示例市甲行业协会", ""))

    def test_a_renaming_is_an_event_and_the_old_name_finds_the_body(self):
        self.edit(name="示例市乙行业协会", name_change="renamed", renamed_on="2023-02-01", rename_no="民变1号")

        self.body.refresh_from_db()
        event = self.body.events.get()
        self.assertEqual((self.body.name, self.body.phone), ("示例市乙行业协会", "13800000000"))
        self.assertEqual((event.kind, event.on, event.document_no), ("renamed", date(2023, 2, 1), "民变1号"))
        self.assertEqual(SocialOrganization.objects.search("甲行业").get(), self.body)

    def test_the_correction_of_a_typing_error_leaves_nothing(self):
        self.edit(name="示例市甲行业协会总会", name_change="corrected")

        self.body.refresh_from_db()
        self.assertEqual(self.body.name, "示例市甲行业协会总会")
        self.assertEqual((self.body.events.count(), self.body.former_names.count()), (0, 0))

    def test_the_form_of_a_renaming_asks_what_becomes_of_the_short_name(self):
        answers = {"kind": "renamed", "on": "2023-02-01", "new_name": "示例市乙行业协会"}
        self.assertContains(self.client.post(self.url("event"), answers), "单位有简称“市甲协”")
        self.client.post(self.url("event"), {**answers, "new_short_name": "市乙协"})
        self.assertContains(self.page(), "<h1>市乙协", html=False)

    def test_a_former_name_is_entered_found_and_removed_on_the_page(self):
        create = reverse("organizations:formername-create", args=[self.body.pk])
        self.assertContains(self.client.post(create, {"name": self.body.name}), "与现在的名称相同")
        self.client.post(create, {"name": "示例市老行会", "until": "2018-05-06"})
        self.assertContains(self.page(), "用到2018-05-06")
        self.assertEqual(SocialOrganization.objects.search("老行会").get(), self.body)

        row = self.body.former_names.get()
        self.client.post(reverse("organizations:formername-delete", args=[self.body.pk, row.pk]))
        self.assertFalse(SocialOrganization.objects.search("老行会").exists())

    def test_the_name_that_an_event_left_goes_only_with_the_event(self):
        record_event(self.body, kind="renamed", on=date(2023, 2, 1), by=self.staff, new_name="示例市乙行业协会")
        row = self.body.former_names.get()
        page = self.client.post(reverse("organizations:formername-delete", args=[self.body.pk, row.pk]), follow=True)

        self.assertContains(page, "请撤回那件登记事件")
        self.assertEqual(self.body.former_names.count(), 1)

    def test_only_staff_enter_and_remove_them(self):
        self.body.former_names.create(name="示例市老行会")
        row = self.body.former_names.get()
        secretary = make_secretary(make_branch(self.committee, covers=(self.body,)))
        self.client.force_login(secretary)

        self.assertNotContains(self.page(), "登记曾用名")
        url = reverse("organizations:formername-delete", args=[self.body.pk, row.pk])
        self.assertEqual(self.client.post(url).status_code, 403)


class FactTests(BodyCase):
    def test_every_field_of_the_handbook_is_shown(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(
            category="trade", registration_mode="decoupled", registration_no="民社登〔2015〕6号", district="东区", is_charity=True, grade="4A",
            graded_on=date(2021, 3, 1), grade_until=date(2026, 3, 1), council_term_start=date(2018, 6, 1),
            council_term_end=date(2023, 6, 1), council_extension_no="民延1号", council_extended_until=date(2024, 5, 31),
        )  # fmt: skip
        facts = {fact.label: (str(fact.value), fact.note) for fact in self.page().context["facts"]}

        self.assertEqual(facts["社团分类"][0], "行业性")
        self.assertEqual(facts["登记方式"][0], "脱钩后")
        self.assertEqual(facts["成立登记文号"][0], "民社登〔2015〕6号")
        self.assertContains(self.page(), "民社登〔2015〕6号", count=2)  # the timeline tells it too
        self.assertEqual(facts["区县"][0], "东区")
        self.assertEqual(facts["慈善组织"][0], "是")
        self.assertEqual(facts["评估等级"], ("4A", "2021-03-01公布，有效期至2026-03-01"))
        self.assertEqual(facts["本届负责人选举日期"][0], "2018-06-01")
        self.assertEqual(facts["批准延期至"], ("2024-05-31", "经民延1号批准延期"))

    def test_not_graded_is_another_thing_than_not_known(self):
        for grade, words in (("0", "无（未评估）"), ("", "")):
            SocialOrganization.objects.filter(pk=self.body.pk).update(grade=grade)
            facts = {fact.label: fact.value for fact in self.page().context["facts"]}
            self.assertEqual(facts["评估等级"], words)

    def test_the_ledger_has_one_word_for_the_affiliation_of_the_committee(self):
        page = self.client.get(reverse(f"{ORGANIZATION}-list"))

        self.assertContains(page, "综合党委直管</a>")
        self.assertNotContains(page, "直属")

    def test_the_ledger_says_how_many_of_each_kind_affiliation_and_status(self):
        make_organization(self.committee, direct=False, status="abnormal")
        page = self.client.get(reverse(f"{ORGANIZATION}-list"))

        self.assertContains(page, "在册2家；社会团体2家；综合党委直管1家、行业党委1家；活动异常名录1家")


class StoryTests(BodyCase):
    def test_the_body_tells_of_everything_around_it_once(self):
        branch = make_branch(self.committee, covers=(self.body,), founded_on=date(2016, 1, 1), short_name="甲支部")
        BranchPost.objects.create(branch=branch, post="secretary", person_name="旧示例", start=date(2017, 1, 1),
                                  end=date(2020, 1, 1))  # fmt: skip
        BranchPost.objects.create(branch=branch, post="secretary", person_name="新示例", start=date(2020, 1, 1))
        ElectionTerm.objects.create(branch=branch, committee=self.committee, number=1, due_on=date(2020, 1, 1),
                                    elected_on=date(2020, 1, 1), status="done")  # fmt: skip
        name_liaison(self.body, by=self.staff, start=date(2018, 1, 1), name="甲联络", phone="")
        name_liaison(self.body, by=self.staff, start=date(2019, 1, 1), name="乙联络", phone="")
        MassOrganization.objects.create(
            organization=self.body, kind="union", start=date(2018, 2, 1), end=date(2019, 2, 1)
        )
        CoveragePlan.objects.create(organization=self.body, committee=self.committee, planned_on=date(2023, 6, 1))
        texts = [text for _, text in self.events()]

        for told in ("旧示例任甲支部书记", "新示例任甲支部书记", "甲支部选举产生第2届班子", "甲联络不再任党建联络员", "成立工会", "撤销工会",
                     "制定组建计划"):  # fmt: skip
            self.assertEqual(texts.count(told), 1, (told, texts))
        self.assertNotIn("旧示例不再任甲支部书记", texts)

    def test_what_the_branch_did_before_it_covered_the_body_is_not_its_story(self):
        branch = make_branch(self.committee, covers=(self.body,), founded_on=date(2016, 1, 1), short_name="甲支部")
        self.body.coverages.update(start=date(2021, 1, 1))
        BranchPost.objects.create(branch=branch, post="secretary", person_name="旧示例", start=date(2017, 1, 1))

        self.assertFalse([text for _, text in self.events() if "旧示例" in text])

    def test_a_body_that_came_as_ended_tells_of_its_end(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(status="cancelled", ended_on=date(2022, 5, 6))

        self.assertIn(("2022-05-06", "已注销"), self.events())

    def test_a_branch_that_was_applied_for_is_approved_once(self):
        branch = make_branch(self.committee, covers=(self.body,), founded_on=date(2016, 1, 1))
        BranchApplication.objects.create(
            committee=self.committee, branch=branch, kind="set_up", name=branch.name, status="done",
            requested_on=date(2015, 12, 1), approved_on=date(2016, 1, 1), approval_no="批1号",
        )  # fmt: skip
        texts = [text for _, text in self.events(branch)]

        self.assertEqual([text for text in texts if "批复" in text], ["批复成立"])


class TwoCodesTests(BodyCase):
    def test_rows_of_two_valid_codes_are_merged_only_after_a_confirmation(self):
        other = make_organization(
            self.committee, name="示例市甲行业协会", status="cancelled", ended_on=date(2020, 1, 1)
        )
        url = reverse(f"{ORGANIZATION}-merge-with", args=[self.body.pk, other.pk])
        answers = {"keep-version": 1, "drop-version": 1}

        self.assertContains(self.client.get(url), "多半不是重复的记录")
        self.assertContains(self.client.post(url, answers), "没有勾选确认")
        self.assertFalse(OrganizationMerge.objects.exists())
        self.client.post(url, {**answers, "one-body": "1"})
        self.assertTrue(OrganizationMerge.objects.exists())

    def test_a_row_without_a_code_needs_none(self):
        other = make_organization(self.committee, code="")
        url = reverse(f"{ORGANIZATION}-merge-with", args=[self.body.pk, other.pk])

        self.assertNotContains(self.client.get(url), "one-body")
        self.client.post(url, {"keep-version": 1, "drop-version": 1})
        self.assertTrue(OrganizationMerge.objects.exists())
