"""疑似重复: which pairs are suggested, and the pages from the pair to the merge."""

from django.urls import reverse

from organizations.models import (
    FormerName,
    SocialOrganization,
)
from organizations.statistics import likely_duplicates
from tests.factories import (
    make_organization,
)
from tests.organizations.merging_cases import MergeTestCase


class SuggestionTests(MergeTestCase):
    def pairs(self):
        found = likely_duplicates(SocialOrganization.objects.within(self.committee))
        return [(p.first["pk"], p.second["pk"], p.why) for p in found]

    def test_same_name_but_for_blanks_brackets_and_the_place(self):
        self.assertEqual(self.pairs(), [])
        twin = make_organization(self.committee, name="示例（茶业） 协会", short_name="", code="")

        self.assertEqual(self.pairs(), [(self.keep.pk, twin.pk, "名称相同")])

    def test_a_former_name_and_a_short_name(self):
        FormerName.objects.create(organization=self.drop, name="示例市茶业协会")
        self.assertEqual(self.pairs(), [(self.keep.pk, self.drop.pk, "曾用名相同")])
        FormerName.objects.all().delete()
        SocialOrganization.objects.filter(pk=self.drop.pk).update(short_name="市茶业协会")

        self.assertEqual(self.pairs(), [(self.keep.pk, self.drop.pk, "简称相同")])

    def test_the_pages_lead_from_the_pair_to_the_merge(self):
        twin = make_organization(self.committee, name="示例茶业协会", short_name="", code="")
        self.client.force_login(self.staff)
        side = reverse("organizations:socialorganization-merge-with", args=[self.keep.pk, twin.pk])

        self.assertContains(self.client.get(reverse("organizations:duplicate-index")), side)
        choose = reverse("organizations:socialorganization-merge", args=[self.keep.pk])
        self.assertContains(self.client.get(choose), side)
        self.assertRedirects(self.client.get(choose, {"other": "示例茶业协会"}), side)
        self.assertContains(self.client.get(choose, {"other": "没有的"}), "没有找到社会组织")
        self.assertContains(self.client.get(side), "党建管理归口")
