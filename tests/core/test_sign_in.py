from datetime import timedelta

import time_machine
from axes.models import AccessAttempt
from django.test import TestCase, override_settings
from django.utils import timezone

from core import accounts
from core.choices import AuditEvent
from core.models import AuditEntry, LoginSession
from tests.factories import PASSWORD, make_committee, make_security_admin, make_staff, make_user

LOGIN = "/accounts/login/"


@override_settings(AXES_ENABLED=True)
class SignInTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(name="市社会组织综合党委", contact_phone="0000-1234567")
        cls.user = make_staff(username="liyangben", name="李样本", committee=cls.committee)

    def sign_in(self, username="liyangben", password=PASSWORD, **extra):
        return self.client.post(LOGIN, {"username": username, "password": password}, **extra)

    def test_page_names_the_office_and_says_not_for_secrets(self):
        with self.assertNumQueries(1):
            response = self.client.get(LOGIN)

        self.assertContains(response, "市社会组织综合党委")
        self.assertContains(response, "0000-1234567")
        self.assertContains(response, "严禁录入涉密信息")

    def test_right_password_opens_a_new_session_and_leaves_traces(self):
        self.client.get(LOGIN)
        before = self.client.session.session_key

        response = self.sign_in()

        self.assertRedirects(response, "/", fetch_redirect_response=False)
        self.assertNotEqual(self.client.session.session_key, before)
        self.assertEqual(LoginSession.objects.get().session_key, self.client.session.session_key)
        self.assertEqual(AuditEntry.objects.get().event, AuditEvent.LOGIN)
        self.assertIn("started", self.client.session)

    def test_full_width_and_capital_letters_of_the_account_name_do_not_matter(self):
        self.assertEqual(self.sign_in(" ＬｉYangBen ").status_code, 302)

    def test_unknown_wrong_and_disabled_get_the_same_words(self):
        make_user(username="gone", is_active=False)
        pages = []
        for username, password in (("nobody", PASSWORD), ("liyangben", "wrong"), ("gone", PASSWORD)):
            response = self.sign_in(username, password)
            pages.append((response.status_code, response.context["form"].non_field_errors()))

        self.assertEqual(pages[0], (200, ["账号或密码不对。再输错4次，账号将锁定15分钟。"]))
        self.assertEqual(pages[1], pages[0])
        self.assertEqual(pages[2], pages[0])

    def test_name_that_is_no_account_is_not_written_down(self):
        self.sign_in("my-secret-pass-1", "x")

        entry = AuditEntry.objects.get()
        self.assertEqual((entry.event, entry.object_label), (AuditEvent.LOGIN_FAILED, "不存在的账号"))
        self.assertNotIn("my-secret", entry.note)
        self.assertEqual(AccessAttempt.objects.get().post_data.count("my-secret"), 0)

    def lock(self, username="liyangben", **extra):
        for _ in range(5):
            response = self.sign_in(username, "wrong", **extra)
        return response

    def test_fifth_wrong_password_locks_the_account_and_says_how_long(self):
        response = self.lock()

        self.assertEqual(response.status_code, 429)
        self.assertContains(response, "请15分钟后再试", status_code=429)
        self.assertEqual(AuditEntry.objects.order_by("-pk").first().event, AuditEvent.LOCKED)

    def test_right_password_is_refused_while_locked_and_taken_afterwards(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            self.lock()
            clock.shift(timedelta(minutes=5))
            refused = self.sign_in()
            clock.shift(timedelta(minutes=11))
            taken = self.sign_in()

        self.assertContains(refused, "请10分钟后再试", status_code=429)
        self.assertEqual(refused.headers["Retry-After"], "600")
        self.assertEqual(taken.status_code, 302)

    def test_lock_holds_for_another_browser_but_not_for_another_account(self):
        other = make_user()
        self.lock(headers={"user-agent": "one"})

        self.assertEqual(self.sign_in(headers={"user-agent": "two"}, REMOTE_ADDR="10.0.0.9").status_code, 429)
        self.assertEqual(self.sign_in(other.username).status_code, 302)

    def test_unknown_names_are_locked_like_known_ones(self):
        self.assertEqual(self.lock("nobody").status_code, 429)

    def test_administrator_unlocks(self):
        self.lock()

        accounts.unlock_account(self.user, by=make_security_admin())

        self.assertEqual(self.sign_in().status_code, 302)

    @override_settings(ADDRESS_FAILURE_LIMIT=7)
    def test_address_has_its_own_looser_limit(self):
        for n in range(7):
            self.sign_in(f"nobody{n}", "x")

        response = self.sign_in()

        self.assertContains(response, "这台电脑所在的网络暂时不能登录", status_code=429)
        self.assertEqual(self.sign_in(REMOTE_ADDR="10.0.0.9").status_code, 302)

    def test_admin_has_no_sign_in_of_its_own(self):
        response = self.client.post("/admin/login/?next=/admin/core/", {"username": "liyangben", "password": PASSWORD})

        self.assertRedirects(response, "/accounts/login/?next=%2Fadmin%2Fcore%2F", fetch_redirect_response=False)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_secretary_is_refused_by_the_admin_without_a_loop(self):
        self.client.force_login(make_user())

        response = self.client.get("/admin/", follow=True)

        self.assertEqual(response.status_code, 403)

    def test_foreign_next_is_not_followed(self):
        response = self.client.post(
            LOGIN, {"username": "liyangben", "password": PASSWORD, "next": "https://example.org/"}
        )

        self.assertRedirects(response, "/", fetch_redirect_response=False)

    def test_sign_out_is_a_post_and_kills_the_session(self):
        self.sign_in()
        key = self.client.session.session_key

        self.assertEqual(self.client.get("/accounts/logout/").status_code, 405)
        self.client.post("/accounts/logout/")
        self.client.cookies["dangjian_session"] = key

        self.assertRedirects(
            self.client.get("/accounts/me/"), "/accounts/login/?next=/accounts/me/", fetch_redirect_response=False
        )
        self.assertFalse(LoginSession.objects.exists())


class SessionLimitTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_staff(make_committee(), username="liyangben", password_changed_at=timezone.now())

    def start(self):
        self.client.post(LOGIN, {"username": "liyangben", "password": PASSWORD})

    def test_idle_session_ends_after_thirty_minutes(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            self.start()
            clock.shift(timedelta(minutes=29))
            self.assertEqual(self.client.get("/accounts/me/").status_code, 200)
            clock.shift(timedelta(minutes=31))
            response = self.client.get("/accounts/me/?a=1")

        self.assertRedirects(
            response, "/accounts/login/?next=%2Faccounts%2Fme%2F%3Fa%3D1", fetch_redirect_response=False
        )
        self.assertEqual(AuditEntry.objects.order_by("-pk").first().note, "到时自动退出")
        self.assertFalse(LoginSession.objects.exists())

    def test_busy_session_ends_after_twelve_hours(self):
        with time_machine.travel("2026-03-02 08:00+08:00", tick=False) as clock:
            self.start()
            for _ in range(36):
                clock.shift(timedelta(minutes=20))
                self.assertEqual(self.client.get("/accounts/me/").status_code, 200)
            clock.shift(timedelta(minutes=1))
            response = self.client.get("/accounts/me/")

        self.assertEqual(response.status_code, 302)

    def test_ended_session_leads_back_to_the_page_of_the_form(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            self.start()
            clock.shift(timedelta(minutes=31))
            response = self.client.post(
                "/accounts/me/sessions/end-others/", headers={"referer": "http://testserver/accounts/me/"}
            )

        self.assertEqual(response.headers["Location"], "/accounts/login/?next=%2Faccounts%2Fme%2F")

    def test_last_seen_is_written_once_a_minute_at_most(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            self.start()
            clock.shift(timedelta(seconds=59))
            self.client.get("/accounts/me/")
            first = LoginSession.objects.get().last_seen_at
            clock.shift(timedelta(seconds=2))
            self.client.get("/accounts/me/")
            second = LoginSession.objects.get().last_seen_at

        self.assertEqual((second - first).total_seconds(), 61)

    def test_pages_behind_the_sign_in_are_not_cached(self):
        self.start()

        self.assertEqual(self.client.get("/accounts/me/").headers["Cache-Control"], "no-store")

    def test_old_sessions_are_forgotten(self):
        with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
            self.start()
            clock.shift(timedelta(minutes=40))
            self.assertEqual(accounts.forget_old_sessions(), 1)
