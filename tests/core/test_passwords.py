from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase, override_settings

from core.passwords import OfficePasswordValidator, random_password, rule_errors
from tests.factories import PASSWORD, make_committee, make_staff

BAD = {
    "Ab3!x": "密码至少10个字符，现在是5个。",
    "abcxyzkmnt": "密码要包含大写字母、小写字母、数字、符号四类中的三类。",
    "Dangjian-77x": "密码里不能有“dangjian”“password”这类容易猜到的词。",
    "P@ssw0rd-77x": "密码里不能有“dangjian”“password”这类容易猜到的词。",
    "Shan-2023-Shui": "密码里不能有年份，例如2023。",
    "Shan-aaaa-Shu7": "密码里不能有连续重复的字符或12345、qwert这样的顺序。",
    "Shan-54321-Shu": "密码里不能有连续重复的字符或12345、qwert这样的顺序。",
}


class RuleTests(SimpleTestCase):
    def test_each_broken_rule_is_named(self):
        for password, message in BAD.items():
            with self.subTest(password):
                self.assertEqual(rule_errors(password), [message])

    @override_settings(PASSWORD_STYLE="asvs")
    def test_asvs_style_asks_length_not_classes(self):
        self.assertEqual(rule_errors("lvse shan shui hua"), [])
        self.assertEqual(rule_errors("Lvse-Shan7"), ["密码至少12个字符，现在是10个。"])

    def test_random_passwords_pass_and_differ(self):
        made = {random_password() for _ in range(50)}

        self.assertEqual(len(made), 50)
        self.assertEqual([p for p in made if rule_errors(p)], [])
        self.assertEqual([p for p in made if set(p) & set("0O1lIoi")], [])


class PersonTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        committee = make_committee(name="市社会组织综合党委", short_name="样例市", bureau="样例民政局")
        cls.user = make_staff(username="shifan_q", name="秦示范", committee=committee)

    def errors(self, password):
        try:
            OfficePasswordValidator().validate(password, self.user)
        except ValidationError as error:
            return error.messages
        return []

    def test_account_name_real_name_and_office_are_refused(self):
        for password in ("Xx7-shifan_q-Yy", "Xx7-qinshifan-Yy", "Xx7-秦示范-YyZz", "Xx7-yanglishi-Yy"):
            with self.subTest(password):
                self.assertIn("或它的拼音。", self.errors(password)[0])

    def test_long_passwords_are_accepted_and_compared_in_full(self):
        for length in (64, 200):
            long = ("Lv7-sShq" * 30)[: length - 1]
            self.assertEqual(self.errors(long + "x"), [])
            self.user.set_password(long + "x")
            self.assertFalse(self.user.check_password(long + "y"))

    def test_password_in_use_is_refused(self):
        self.assertEqual(self.errors(PASSWORD), ["不能和最近5次用过的密码相同。"])
