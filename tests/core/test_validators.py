from random import Random

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase

from core.validators import (
    CREDIT_ALPHABET,
    credit_check_digit,
    normalize_phone,
    validate_credit_code,
    validate_phone,
)


def codes(count, seed=20230331):
    random = Random(seed)
    for _ in range(count):
        first = random.choice(("51", "52", "53")) + "".join(random.choices("0123456789", k=6))
        first += "".join(random.choices(CREDIT_ALPHABET, k=9))
        yield first + credit_check_digit(first)


class CreditCodeTests(SimpleTestCase):
    def test_ten_thousand_random_codes_are_accepted_and_each_wrong_check_digit_is_not(self):
        for code in codes(10_000):
            validate_credit_code(code)
            wrong = CREDIT_ALPHABET[(CREDIT_ALPHABET.index(code[17]) + 1) % 31]
            with self.assertRaisesMessage(ValidationError, f"第18位应为{code[17]}，现在是{wrong}"):
                validate_credit_code(code[:17] + wrong)

    def test_one_wrong_character_or_two_swapped_are_noticed(self):
        random = Random(7)
        for code in codes(500):
            place = random.randrange(17)
            other = random.choice(CREDIT_ALPHABET.replace(code[place], ""))
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            for wrong in {code[:place] + other + code[place + 1 :], swapped} - {code}:
                with self.assertRaisesMessage(ValidationError, "校验码不对"):
                    validate_credit_code(wrong)

    def test_a_character_that_no_code_has_is_named_with_its_place(self):
        with self.assertRaisesMessage(ValidationError, "第9位是字母I，信用代码里没有I。是不是1？"):
            validate_credit_code("51341700I00000001A")


class PhoneTests(SimpleTestCase):
    def test_what_people_type_is_one_number(self):
        for typed, meant in (
            ("139 0000 1234", "13900001234"),
            ("139-0000-1234", "13900001234"),
            ("+86 13900001234", "13900001234"),
            ("１３９００００１２３４", "13900001234"),
            ("(0550) 1234567", "05501234567"),
            ("0550—1234567", "0550-1234567"),
            ("0550-1234567-8", "0550-1234567-8"),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(normalize_phone(typed), meant)
                validate_phone(meant)

    def test_a_part_of_a_number_and_a_landline_without_area_code_are_refused(self):
        for number, sentence in (
            ("1390000", "手机号码应为11位，现在是7位"),
            ("139000012345", "手机号码应为11位，现在是12位"),
            ("12345678901", "电话应为11位手机号"),
            ("3041234", "带区号的固定电话"),
            ("13900001234\n", "电话应为11位手机号"),
        ):
            with self.subTest(number=number), self.assertRaisesMessage(ValidationError, sentence):
                validate_phone(number)
