from django.contrib import admin
from django.test import TestCase
from django.urls import reverse

from organizations.models import PartyMember, Posting, SocialOrganization
from tests.factories import (
    make_branch,
    make_committee,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
    make_system_admin,
    make_user,
)


class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.body = make_organization(cls.committee)
        cls.branch = make_branch(cls.committee, covers=(cls.body,), secretary="甲示例")
        cls.member = make_member(cls.branch, phone="13912345678")
        cls.secretary = make_secretary(cls.branch)

    def setUp(self):
        self.staff = make_staff(self.committee)
        self.client.force_login(self.staff)

    def test_every_list_and_form_opens(self):
        for model, registered in admin.site._registry.items():
            if model._meta.app_label != "organizations":
                continue
            name = f"admin:organizations_{model._meta.model_name}"
            row = model.objects.first()
            urls = [reverse(f"{name}_changelist") + "?q=x"]
            urls += [reverse(f"{name}_change", args=[row.pk])] if row else []
            for url in urls:
                self.assertEqual(self.client.get(url).status_code, 200, url)
            wanted = 200 if registered.may_add(self.staff) else 403
            self.assertEqual(self.client.get(reverse(f"{name}_add")).status_code, wanted, name)

    def test_member_page_of_the_admin_shows_no_numbers(self):
        url = reverse("admin:organizations_partymember_change", args=[self.member.pk])

        self.assertNotContains(self.client.get(url), "13912345678")

    def test_rows_of_other_committees_are_hidden(self):
        other = make_organization(make_committee())

        self.assertNotContains(
            self.client.get(reverse("admin:organizations_socialorganization_changelist")), other.name
        )

    def test_status_is_read_only(self):
        page = self.client.get(reverse("admin:organizations_partybranch_change", args=[self.branch.pk]))

        self.assertNotContains(page, 'name="status"')

    def test_posting_offers_only_own_accounts_without_an_office_role(self):
        stranger = make_user(make_committee(), name="外单位账号")

        page = self.client.get(reverse("admin:organizations_posting_add"))

        self.assertContains(page, self.secretary.name)
        self.assertNotContains(page, stranger.name)

    def test_administrators_see_no_business_rows(self):
        self.client.force_login(make_system_admin(self.committee))

        for model in (SocialOrganization, PartyMember, Posting):
            url = reverse(f"admin:organizations_{model._meta.model_name}_changelist")
            self.assertEqual(self.client.get(url).status_code, 403, url)
