import json
from datetime import date
from io import StringIO

from celery import Celery
from django.core.management import CommandError, call_command
from django.test import Client, TestCase

from core import health, setup
from core.choices import DayKind, OfficeRole, RowAction
from core.excel.sheet import all_sheets
from core.models import AuditEntry, Committee, Holiday, ImportBatch, Notice, User
from core.notices import notify
from core.working_days import add_working_days
from tests.factories import make_committee, make_staff, make_user


class HealthTests(TestCase):
    def test_well_installation_answers_200_without_sign_in(self):
        response = Client().get("/healthz")

        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            json.loads(response.content),
            {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok", "disk": "ok"},
        )

    def test_broken_part_answers_503_and_tells_no_secret(self):
        def broken():
            raise OSError("password=secret")

        before = health.PARTS["database"]
        health.PARTS["database"] = broken
        self.addCleanup(health.PARTS.__setitem__, "database", before)

        response = Client().get("/healthz")

        self.assertEqual((response.status_code, json.loads(response.content)["database"]), (503, "failed"))
        self.assertNotIn(b"secret", response.content)

    def test_silent_worker_is_reported(self):
        self.assertEqual(health.ping(Celery("nobody", broker="memory://", set_as_current=False)), "absent")


class NoticeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user(make_committee())
        notify([cls.user], key="a", title="任务已下发", url="/notices/?tab=read")
        notify([cls.user], key="a", title="任务已下发")
        notify([cls.user], key="b", title="外站", url="//evil.example/")

    def setUp(self):
        self.client.force_login(self.user)

    def test_same_key_arrives_once(self):
        self.assertEqual(Notice.objects.count(), 2)

    def test_opening_marks_as_read_and_follows_the_link(self):
        notice = Notice.objects.get(key="a")

        response = self.client.post(f"/notices/{notice.pk}/open/")

        self.assertRedirects(response, "/notices/?tab=read", fetch_redirect_response=False)
        self.assertEqual(Notice.objects.filter(read_at=None).count(), 1)

    def test_link_to_another_host_is_not_followed(self):
        response = self.client.post(f"/notices/{Notice.objects.get(key='b').pk}/open/")

        self.assertEqual(response.headers["Location"], "/notices/")

    def test_get_reads_nothing(self):
        self.client.get("/notices/")

        self.assertEqual(self.client.get(f"/notices/{Notice.objects.first().pk}/open/").status_code, 405)
        self.assertEqual(Notice.objects.filter(read_at=None).count(), 2)

    def test_a_strangers_notice_does_not_exist(self):
        self.client.force_login(make_user())

        self.assertEqual(self.client.post(f"/notices/{Notice.objects.first().pk}/open/").status_code, 404)

    def test_all_are_read_at_once(self):
        self.client.post("/notices/read-all/")

        self.assertEqual(Notice.objects.filter(read_at=None).count(), 0)
        self.assertContains(self.client.get("/notices/"), "没有未读消息")


class WorkingDayTests(TestCase):
    def test_weekends_are_left_out_and_the_answer_is_provisional_without_holidays(self):
        self.assertEqual(add_working_days(date(2026, 3, 5), 3), (date(2026, 3, 10), True))

    def test_holidays_and_working_weekends_count(self):
        for day in range(1, 8):
            Holiday.objects.create(day=date(2026, 10, day), name="国庆节")
        Holiday.objects.create(day=date(2026, 10, 10), kind=DayKind.WORKDAY, name="调休")

        self.assertEqual(add_working_days(date(2026, 9, 30), 3), (date(2026, 10, 10), False))

    def test_a_deadline_in_a_year_without_holidays_is_provisional(self):
        Holiday.objects.create(day=date(2026, 10, 1))

        self.assertEqual(add_working_days(date(2026, 12, 31), 1), (date(2027, 1, 1), True))

    def test_no_days_is_the_day_itself(self):
        self.assertEqual(add_working_days(date(2026, 3, 7), 0)[0], date(2026, 3, 7))


class SetupOfficeTests(TestCase):
    def run_command(self, **options):
        out = StringIO()
        call_command("setup_office", interactive=False, stdout=out, **options)
        return out.getvalue()

    def test_office_with_its_first_accounts(self):
        text = self.run_command(
            name="示例市社会组织综合党委",
            admin="qinshifan:秦示范",
            security="wangyanshi:王演示",
            staff="liyangben:李样本",
        )

        self.assertEqual(Committee.objects.get().name, "示例市社会组织综合党委")
        self.assertEqual(
            list(
                User.objects.order_by("username").values_list(
                    "username", "role", "must_change_password", "is_superuser"
                )
            ),
            [
                ("liyangben", OfficeRole.STAFF, True, False),
                ("qinshifan", OfficeRole.SYSTEM_ADMIN, True, False),
                ("wangyanshi", OfficeRole.SECURITY_ADMIN, True, False),
            ],
        )
        password = text.split("账号 qinshifan  初始密码 ")[1].split()[0]
        self.assertTrue(User.objects.get(username="qinshifan").check_password(password))
        self.assertNotIn(password, str(list(AuditEntry.objects.values())))

    def test_second_run_is_refused(self):
        make_committee()

        with self.assertRaisesMessage(CommandError, "不能再次初始化"):
            self.run_command(admin="qinshifan:秦示范", security="wangyanshi:王演示")

    def test_one_person_is_not_two_administrators(self):
        with self.assertRaisesMessage(CommandError, "互不兼任"):
            self.run_command(admin="qinshifan:秦示范", security="qinshifan:秦示范")
        self.assertFalse(Committee.objects.exists())

    def test_missing_administrator_is_asked_for(self):
        with self.assertRaisesMessage(CommandError, "要写成 账号:姓名"):
            self.run_command(admin="qinshifan")


class GuideTests(TestCase):
    def test_guide_lists_every_workbook_and_names_that_do_not_resolve(self):
        committee = make_committee()
        batch = ImportBatch.objects.create(committee=committee, kind="x", file_name="名册.xlsx", wrong_count=1)
        error = {"c": 0, "l": "A", "h": "单位", "m": "社会组织里没有“示例市某某协会”。请先登记，或改成已有的名称。"}
        batch.rows.create(number=3, action=RowAction.WRONG, errors=[error])
        self.client.force_login(make_staff(committee))

        response = self.client.get("/setup/")

        self.assertEqual([item["names"] for item in response.context["unresolved"]], [["示例市某某协会"]])
        self.assertEqual(
            [step.kind for step in response.context["steps"]], [s.kind for s in all_sheets() if s.can_import]
        )
        self.assertEqual(setup.unresolved_names(make_staff(make_committee())), [])
