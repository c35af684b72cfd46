from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory, TestCase
from django.urls import get_resolver

from core import accounts
from core.choices import AuditEvent
from core.models import AuditEntry, Committee, Holiday, User
from core.office_admin import RecordAdmin
from organizations.models import Membership, SocialOrganization
from tests.factories import (
    PASSWORD,
    make_audit_admin,
    make_committee,
    make_leader,
    make_organization,
    make_security_admin,
    make_staff,
    make_system_admin,
    make_user,
)

PAGES = {
    "user": {"system", "security"},
    "committee": {"staff", "system"},
    "officesetting": {"staff", "system"},
    "holiday": {"staff", "system"},
    "auditentry": {"audit"},
    "job": {"system"},
    "importbatch": {"staff"},
}


class AdminRightsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.people = {
            "staff": make_staff(cls.committee),
            "leader": make_leader(cls.committee),
            "secretary": make_user(cls.committee),
            "system": make_system_admin(),
            "security": make_security_admin(),
            "audit": make_audit_admin(),
        }
        cls.account = make_user(cls.committee, username="zhangshili")

    def client_of(self, name):
        client = Client()
        client.force_login(self.people[name])
        return client

    def test_who_opens_which_list(self):
        for name in self.people:
            client = self.client_of(name)
            opened = {page for page in PAGES if client.get(f"/admin/core/{page}/").status_code == 200}
            with self.subTest(name):
                self.assertEqual(opened, {page for page, allowed in PAGES.items() if name in allowed})

    def test_no_business_model_is_open_to_administrators(self):
        for name in ("system", "security", "audit"):
            for model in admin.site._registry:
                if hasattr(model._default_manager.all(), "visible_to") and model._meta.label != "core.Job":
                    url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                    with self.subTest(name=name, url=url):
                        self.assertEqual(self.client_of(name).get(url).status_code, 403)

    def test_nothing_is_deleted_in_the_admin(self):
        superuser = User.objects.create_superuser("root1", password=PASSWORD, name="超")
        request = RequestFactory().get("/")
        request.user = superuser

        self.assertEqual(
            [
                m._meta.label
                for m, a in admin.site._registry.items()
                if m._meta.app_label in ("core", "organizations", "tasks", "reviews", "reports")
                and a.has_delete_permission(request)
            ],
            [],
        )

    def test_members_and_their_memberships_are_never_deleted(self):
        """No address, no button and no admin deletes them; the database holds a member by his memberships."""
        names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
        for _, resolver in get_resolver().namespace_dict.values():
            names |= {name for name in resolver.reverse_dict if isinstance(name, str)}
        self.assertIn("partymember-list", names)
        self.assertEqual([n for n in names if n.startswith(("partymember", "membership")) and "delete" in n], [])
        self.assertIs(Membership._meta.get_field("member").remote_field.on_delete, models.PROTECT)

    def test_audit_log_cannot_be_changed_or_added_to(self):
        entry = AuditEntry.objects.create(event=AuditEvent.LOGIN, note="x")
        client = self.client_of("audit")

        self.assertEqual(client.post(f"/admin/core/auditentry/{entry.pk}/change/", {"note": "y"}).status_code, 403)
        self.assertEqual(client.post("/admin/core/auditentry/add/", {"note": "y"}).status_code, 403)
        self.assertEqual(client.post(f"/admin/core/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code, 403)
        entry.refresh_from_db()
        self.assertEqual(entry.note, "x")

    def test_password_hash_and_role_are_not_in_the_form(self):
        client = self.client_of("system")
        url = f"/admin/core/user/{self.account.pk}/change/"

        self.assertNotContains(client.get(url), self.account.password)
        data = {"name": "张新名", "phone": "", "committee": self.committee.pk}
        client.post(url, data | {"role": "staff", "is_superuser": "on", "password": "x", "is_active": ""})

        account = User.objects.get(pk=self.account.pk)
        self.assertEqual(
            (account.name, account.role, account.is_superuser, account.is_active), ("张新名", "", False, True)
        )
        self.assertEqual(account.password, self.account.password)
        entry = AuditEntry.objects.get(event=AuditEvent.ACCOUNT)
        self.assertEqual(entry.changes, {"姓名": [self.account.name, "张新名"]})

    def test_new_account_leads_to_its_slip(self):
        client = self.client_of("system")
        data = {"username": "WangYanshi", "name": "王演示", "phone": "", "committee": self.committee.pk}

        response = client.post("/admin/core/user/add/", data)

        self.assertRedirects(response, "/accounts/users/slips/", fetch_redirect_response=False)
        slip = client.get("/accounts/users/slips/").context["slips"][0]
        self.assertTrue(User.objects.get(username="wangyanshi").check_password(slip.password))

    def test_actions_reach_only_accounts_one_keeps(self):
        client, others = self.client_of("system"), [self.account.pk, self.people["security"].pk]

        client.post("/admin/core/user/", {"action": "give_passwords", "_selected_action": others})

        self.assertEqual([s.username for s in accounts.take_slips(client.session)], ["zhangshili"])

    def test_junk_is_no_error(self):
        client = self.client_of("system")
        for ticked in ("", "x", "9" * 40, "-1"):
            with self.subTest(ticked):
                data = {"action": "unlock", "_selected_action": ticked}
                self.assertEqual(client.post("/admin/core/user/", data).status_code, 302)
        lists = ("user/?role=%00", "user/?q=%00", "user/?p=9999", "user/?o=x", "user/?committee__id__exact=" + "9" * 40)
        for url in ("user/x/change/", "user/" + "9" * 40 + "/change/", *lists):
            with self.subTest(url):
                self.assertLess(client.get(f"/admin/core/{url}").status_code, 500)
        term = "/admin/autocomplete/?app_label=core&model_name=user&field_name=committee&term="
        self.assertEqual([client.get(term + word).status_code for word in ("%00", "x")], [302, 200])

    def test_settings_are_written_down(self):
        client = self.client_of("staff")

        client.post("/admin/core/holiday/add/", {"day": "2026-10-01", "kind": "holiday", "name": "国庆节"})

        entry = AuditEntry.objects.get(event=AuditEvent.SETTING, object_type="core.holiday")
        self.assertEqual((Holiday.objects.count(), entry.user_id), (1, self.people["staff"].pk))

    def test_staff_look_at_the_committee_and_change_nothing(self):
        self.client_of("staff").post(f"/admin/core/committee/{self.committee.pk}/change/", {"name": "别的"})

        self.assertFalse(Committee.objects.filter(name="别的").exists())

    def test_index_warns_while_a_superuser_can_sign_in(self):
        words = "还有可用的超级用户"
        self.assertNotContains(self.client_of("system").get("/admin/"), words)

        User.objects.create_superuser("root1", password=PASSWORD, name="超")

        self.assertContains(self.client_of("system").get("/admin/"), words)


class RecordAdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)
        cls.body = make_organization(cls.committee)
        cls.foreign = make_organization(make_committee())

    def setUp(self):
        self.admin = RecordAdmin(SocialOrganization, admin.site)
        self.admin.fields = ["name"]
        self.request = RequestFactory().get("/")
        self.request.user = self.staff

    def form(self, **data):
        form = self.admin.get_form(self.request, self.body, change=True)
        return form(data, instance=SocialOrganization.objects.get(pk=self.body.pk))

    def test_rows_follow_the_scope(self):
        self.assertEqual(list(self.admin.get_queryset(self.request)), [self.body])
        self.request.user = make_system_admin()
        self.assertEqual(list(self.admin.get_queryset(self.request)), [])

    def test_saving_counts_the_version_and_writes_the_log(self):
        form = self.form(name="新名称", opened_version=self.body.version)
        self.assertTrue(form.is_valid(), form.errors)

        self.admin.save_model(self.request, form.save(commit=False), form, change=True)

        stored = SocialOrganization.objects.get(pk=self.body.pk)
        self.assertEqual((stored.name, stored.version), ("新名称", self.body.version + 1))
        entry = AuditEntry.objects.get(event=AuditEvent.CHANGE)
        self.assertEqual(entry.user_id, self.staff.pk)

    def test_stale_save_is_refused_once_and_keeps_what_was_typed(self):
        SocialOrganization.objects.filter(pk=self.body.pk).update(version=9)

        form = self.form(name="我的名称", opened_version=1)

        self.assertFalse(form.is_valid())
        self.assertIn("没有保存", str(form.non_field_errors()))
        self.assertEqual((form.data["name"], form.data["opened_version"]), ("我的名称", "9"))

    def test_status_is_never_editable(self):
        fields = self.admin.get_readonly_fields(self.request)

        self.assertEqual(
            [f.name for f in SocialOrganization._meta.fields if f.name == "status" and f.name not in fields], []
        )
