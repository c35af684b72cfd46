from datetime import timedelta

import time_machine
from django.core.exceptions import ValidationError
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from core import accounts
from core.checks import superuser_in_use
from core.choices import AuditEvent, OfficeRole
from core.models import AuditEntry, LoginSession, User
from tests.factories import (
    PASSWORD,
    make_audit_admin,
    make_committee,
    make_leader,
    make_security_admin,
    make_staff,
    make_system_admin,
    make_user,
)

NEW = "Lvse-Shan7-Shui"


class OneTimePasswordTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)

    def make(self):
        return accounts.create_account(username="zhangshili", name="张示例", committee=self.committee, by=self.staff)

    def sign_in(self, password):
        return self.client.post("/accounts/login/", {"username": "zhangshili", "password": password})

    def test_one_time_password_opens_only_the_change_page(self):
        _, password = self.make()
        self.sign_in(password)

        for url in ("/", "/accounts/me/", "/notices/", "/admin/"):
            self.assertRedirects(self.client.get(url), "/accounts/password/", fetch_redirect_response=False)
        self.assertContains(self.client.get("/accounts/password/"), "您用的是初始密码")

    def change(self, old, new=NEW, again=None):
        return self.client.post(
            "/accounts/password/", {"old_password": old, "new_password1": new, "new_password2": again or new}
        )

    def test_own_password_opens_the_system_and_ends_other_sessions(self):
        user, password = self.make()
        other = Client()
        other.post("/accounts/login/", {"username": "zhangshili", "password": password})
        self.sign_in(password)

        self.assertRedirects(self.change(password), "/", fetch_redirect_response=False)

        self.assertEqual(self.client.get("/accounts/me/").status_code, 200)
        self.assertEqual(other.get("/accounts/me/").status_code, 302)
        self.assertEqual(LoginSession.objects.get().session_key, self.client.session.session_key)
        user.refresh_from_db()
        self.assertFalse(user.must_change_password)
        self.assertTrue(user.check_password(NEW))

    def test_change_asks_for_the_old_password_and_names_the_broken_rule(self):
        _, password = self.make()
        self.sign_in(password)

        self.assertContains(self.change("wrong"), "原密码不对")
        self.assertContains(self.change(password, "short"), "密码至少10个字符，现在是5个。")
        self.assertContains(self.change(password, again="Lvse-Shan7-Shuj"), "两次填写的新密码不一样。")
        self.assertContains(self.change(password, password), "不能和最近5次用过的密码相同。")

    def test_the_last_five_passwords_are_not_used_again(self):
        user, _ = self.make()
        for n in range(6):
            accounts.change_password(user, f"{NEW}-{n}x")
        self.sign_in(f"{NEW}-5x")

        self.assertContains(self.change(f"{NEW}-5x", f"{NEW}-1x"), "不能和最近5次用过的密码相同。")
        self.assertEqual(self.change(f"{NEW}-5x", f"{NEW}-0x").status_code, 302)

    def test_one_time_password_dies_after_seven_days(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            _, password = self.make()
            clock.shift(timedelta(days=7, minutes=1))
            response = self.sign_in(password)

        self.assertContains(response, "初始密码已超过7天有效期")

    @override_settings(PASSWORD_DAYS=90)
    def test_password_of_ninety_days_must_be_changed(self):
        user = make_user(self.committee, username="zhangshili", password_changed_at=timezone.now() - timedelta(days=91))
        self.client.force_login(user)

        self.assertRedirects(self.client.get("/notices/"), "/accounts/password/", fetch_redirect_response=False)

    def test_reset_ends_sessions_and_writes_no_password_down(self):
        user = make_user(self.committee, username="zhangshili")
        self.sign_in(PASSWORD)

        password = accounts.reset_password(user, by=self.staff)

        self.assertEqual(self.client.get("/accounts/me/").status_code, 302)
        written = str(list(AuditEntry.objects.values()))
        self.assertNotIn(password, written)
        self.assertNotIn(user.password, written)


class SessionTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.user = make_user(cls.committee, username="zhangshili")

    def sign_in(self):
        client = Client()
        client.post("/accounts/login/", {"username": "zhangshili", "password": PASSWORD})
        return client

    def test_person_sees_and_ends_an_own_session(self):
        here, there = self.sign_in(), self.sign_in()
        row = LoginSession.objects.get(session_key=there.session.session_key)

        self.assertContains(here.get("/accounts/me/"), "结束这处登录")
        here.post(f"/accounts/me/sessions/{row.pk}/end/")

        self.assertEqual(there.get("/accounts/me/").status_code, 302)
        self.assertEqual(here.get("/accounts/me/").status_code, 200)

    def test_nobody_ends_a_strangers_session_by_number(self):
        mine = self.sign_in()
        stranger = Client()
        stranger.force_login(make_user(self.committee))
        row = LoginSession.objects.get(session_key=mine.session.session_key)

        stranger.post(f"/accounts/me/sessions/{row.pk}/end/")

        self.assertEqual(mine.get("/accounts/me/").status_code, 200)

    def test_all_other_sessions_end_at_once(self):
        here, *others = self.sign_in(), self.sign_in(), self.sign_in()

        here.post("/accounts/me/sessions/end-others/")

        self.assertEqual([client.get("/accounts/me/").status_code for client in others], [302, 302])
        self.assertEqual(here.get("/accounts/me/").status_code, 200)

    def test_disabling_ends_the_session_at_the_next_request(self):
        client = self.sign_in()

        accounts.disable_account(self.user, by=None)

        self.assertEqual(client.get("/accounts/me/").status_code, 302)

    def test_security_administrator_ends_anyones_sessions(self):
        client, guard = self.sign_in(), Client()
        guard.force_login(make_security_admin())

        guard.post(f"/accounts/users/{self.user.pk}/end-sessions/")

        self.assertEqual(client.get("/accounts/me/").status_code, 302)

    def test_new_role_ends_the_session(self):
        client = self.sign_in()

        accounts.set_role(self.user, OfficeRole.STAFF, by=make_security_admin())

        self.assertEqual(client.get("/accounts/me/").status_code, 302)


class RoleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.other = make_committee()
        cls.people = {
            "staff": make_staff(cls.committee),
            "leader": make_leader(cls.committee),
            "secretary": make_user(cls.committee),
            "system": make_system_admin(),
            "security": make_security_admin(),
            "audit": make_audit_admin(),
        }
        cls.secretary = make_user(cls.committee, username="zhangshili")
        cls.stranger = make_user(cls.other, username="waishiren")

    def statuses(self, url, method="get", data=None):
        answers = {}
        for name, person in self.people.items():
            client = Client()
            client.force_login(person)
            answers[name] = getattr(client, method)(url, data).status_code
        return answers

    def test_who_opens_which_page(self):
        yes = {"/accounts/users/": {"staff", "system", "security"}, "/audit/": {"audit"}, "/setup/": {"staff"}}
        yes["/accounts/users/new/"] = {"staff", "system"}
        yes["/accounts/users/issue/"] = {"staff", "system", "security"}
        yes["/accounts/me/"] = yes["/notices/"] = set(self.people)
        for url, allowed in yes.items():
            with self.subTest(url):
                self.assertEqual(self.statuses(url), {name: 200 if name in allowed else 403 for name in self.people})
                self.assertEqual(Client().get(url).status_code, 302)

    def test_refusals_are_written_down(self):
        self.client.force_login(self.people["leader"])
        self.client.get("/audit/")

        entry = AuditEntry.objects.get(event=AuditEvent.REFUSED)
        self.assertEqual((entry.user_id, entry.success), (self.people["leader"].pk, False))

    def test_form_without_its_token_is_refused_and_written_down(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.people["staff"])

        response = client.post(f"/accounts/users/{self.secretary.pk}/reset/")

        self.assertEqual(response.status_code, 403)
        entry = AuditEntry.objects.get(event=AuditEvent.REFUSED)
        self.assertEqual((entry.user_id, entry.success), (self.people["staff"].pk, False))

    def test_staff_keep_accounts_without_role_in_their_committees_only(self):
        staff = self.people["staff"]
        self.client.force_login(staff)

        self.assertEqual(self.client.get(f"/accounts/users/{self.secretary.pk}/").status_code, 200)
        self.assertEqual(self.client.get(f"/accounts/users/{self.stranger.pk}/").status_code, 404)
        self.assertEqual(self.client.get(f"/accounts/users/{self.people['leader'].pk}/").status_code, 404)
        self.assertEqual(self.client.post(f"/accounts/users/{self.stranger.pk}/reset/").status_code, 404)

    def test_only_the_security_administrator_gives_roles_and_never_to_himself(self):
        url = f"/accounts/users/{self.secretary.pk}/role/"
        answers = self.statuses(url, "post", {"role": "leader"})

        self.assertEqual(
            answers, {"staff": 403, "leader": 403, "secretary": 403, "system": 403, "security": 302, "audit": 403}
        )
        self.assertEqual(User.objects.get(pk=self.secretary.pk).role, "leader")
        security = self.people["security"]
        self.client.force_login(security)
        self.assertEqual(self.client.post(f"/accounts/users/{security.pk}/role/", {"role": ""}).status_code, 403)

    def test_unknown_role_changes_nothing(self):
        self.client.force_login(self.people["security"])

        self.client.post(f"/accounts/users/{self.secretary.pk}/role/", {"role": "god"})

        self.assertEqual(User.objects.get(pk=self.secretary.pk).role, "")

    def test_system_administrator_cannot_seize_another_administrator(self):
        self.client.force_login(self.people["system"])

        url = f"/accounts/users/{self.people['security'].pk}/reset/"
        self.assertEqual(self.client.post(url).status_code, 403)

    def test_account_with_a_role_is_not_made_by_who_may_not_give_roles(self):
        with self.assertRaises(ValidationError):
            accounts.create_account(
                username="qinshifan", name="秦示范", committee=self.committee, role="staff", by=self.people["system"]
            )

    def test_extra_fields_of_the_form_change_nothing(self):
        self.client.force_login(self.people["staff"])
        data = {"username": "wangyanshi", "name": "王演示", "committee": self.committee.pk, "phone": ""}
        data |= {"role": "security_admin", "is_superuser": "1", "is_staff": "1"}

        self.client.post("/accounts/users/new/", data)

        account = User.objects.get(username="wangyanshi")
        self.assertEqual((account.role, account.is_superuser, account.is_staff), ("", False, False))

    def test_staff_cannot_place_an_account_in_a_strange_committee(self):
        self.client.force_login(self.people["staff"])

        response = self.client.post(
            "/accounts/users/new/", {"username": "wangyanshi", "name": "王演示", "committee": self.other.pk}
        )

        self.assertEqual(response.status_code, 422)
        self.assertFalse(User.objects.filter(username="wangyanshi").exists())

    def test_slips_are_shown_exactly_once_and_encrypted_until_then(self):
        self.client.force_login(self.people["staff"])
        self.client.post(f"/accounts/users/{self.secretary.pk}/reset/")
        stored = self.client.session[accounts.SLIPS]

        first, second = self.client.get("/accounts/users/slips/"), self.client.get("/accounts/users/slips/")

        password = first.context["slips"][0].password
        self.assertTrue(User.objects.get(pk=self.secretary.pk).check_password(password))
        self.assertNotIn(password, stored)
        self.assertContains(first, "zhangshili")
        self.assertContains(second, "密码条只显示一次")

    def test_several_slips_are_printed_together(self):
        waiting = make_user(self.committee, must_change_password=True)
        self.client.force_login(self.people["staff"])

        self.client.post("/accounts/users/issue/", {"account": [waiting.pk, self.stranger.pk, "x", "9" * 30]})

        slips = self.client.get("/accounts/users/slips/").context["slips"]
        self.assertEqual([slip.username for slip in slips], [waiting.username])

    def test_list_queries_do_not_grow(self):
        self.client.force_login(self.people["staff"])
        self.client.get("/accounts/users/")
        for _ in range(2):
            make_user(self.committee)
            with self.assertNumQueries(5):
                self.client.get("/accounts/users/?q=user&state=active")

    def test_superuser_in_use_is_warned_about(self):
        self.assertEqual(superuser_in_use(["default"]), [])

        User.objects.create_superuser("root1", password=PASSWORD, name="超")

        self.assertEqual([w.id for w in superuser_in_use(["default"])], ["core.W001"])
