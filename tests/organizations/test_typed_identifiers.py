"""What is typed into the forms of the ledgers: codes, ID numbers and phones with blanks, lower case and full width."""

from django.test import TestCase
from django.urls import reverse

from core.validators import ID_CHECKS, ID_WEIGHTS
from organizations.models import PartyBranch, PartyMember, SocialOrganization
from tests.factories import make_branch, make_code, make_committee, make_organization, make_staff


def wide(text):
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


class TypedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.staff = make_staff(cls.committee)

    def setUp(self):
        self.client.force_login(self.staff)

    def body(self, **changed):
        answers = {"name": "示例市茶业协会", "kind": "51", "registered_on": "2020-01-01", "status": "normal", **changed}
        return self.client.post(reverse("organizations:socialorganization-create"), answers)

    def test_a_code_is_taken_as_it_was_meant(self):
        code = make_code(number=77)
        for typed in (f"{code[:8]} {code[8:].lower()}", wide(code), f"  {code.lower()}\u3000"):
            with self.subTest(typed=typed):
                self.body(code=typed, phone="139 0000 1234")
                body = SocialOrganization.objects.get()
                self.assertEqual((body.code, body.phone), (code, "13900001234"))
                body.affiliations.all().delete()
                SocialOrganization.objects.all().delete()

    def test_the_box_has_room_for_the_blanks(self):
        page = self.client.get(reverse("organizations:socialorganization-create")).content.decode()
        self.assertRegex(page, r'name="code"[^>]*maxlength="40"')

    def test_a_body_that_is_there_is_found_by_its_code_in_another_way_of_writing(self):
        body = make_organization(self.committee)

        answer = self.body(code=body.code.lower())

        self.assertIn("code", answer.context["form"].errors)

    def test_a_phone_that_is_too_short_is_refused_at_its_field(self):
        answer = self.body(code=make_code(number=78), phone="1390000")

        self.assertEqual(answer.context["form"].errors["phone"], ["手机号码应为11位，现在是7位。请核对。"])

    def test_branch_and_member_take_what_was_meant(self):
        self.client.post(
            reverse("organizations:partybranch-create"),
            {"name": "中共示例支部", "kind": "branch", "founded_on": "2020-01-01", "phone": "（0550）1234567"},
        )
        self.assertEqual(PartyBranch.objects.get().phone, "05501234567")
        branch = make_branch(self.committee)
        first = "34170219800101001"
        check = ID_CHECKS[sum(int(c) * w for c, w in zip(first, ID_WEIGHTS, strict=True)) % 11]
        answers = {
            "name": "王芳", "sex": "female", "ethnicity": "汉族", "id_kind": "resident_id", "category": "full",
            "joined_on": "2010-07-01", "full_on": "2011-07-01", "branch": branch.name, "branch_start": "2018-01-01",
            "membership_kind": "full", "join_reason": "initial", "phone": "139－0000－1234",
            "id_number": wide(f"{first[:6]} {first[6:]}{check.lower()}"),
        }  # fmt: skip

        self.client.post(reverse("organizations:partymember-create"), answers)

        member = PartyMember.objects.get()
        self.assertEqual((member.phone, member.id_number()), ("13900001234", first + check))

    def test_more_full_time_than_staff_is_said_once_at_its_field(self):
        answer = self.body(staff_count="3", full_time_count="5")

        errors = answer.context["form"].errors
        self.assertEqual(list(errors), ["full_time_count"])
        self.assertEqual(answer.content.decode().count(errors["full_time_count"][0]), 1)

    def test_an_error_of_the_whole_form_is_printed_once(self):
        body = make_organization(self.committee)
        answer = self.client.post(
            reverse("organizations:charterrecord-create"),
            {"organization": body.name, "version_no": "1", "voted_on": "2023-02-01", "approved_on": "2023-01-01"},
        )

        self.assertEqual(answer.content.decode().count("核准日期不能早于表决日期"), 1)
