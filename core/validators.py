"""Checks of identifiers (DOMAIN §9). Each returns or raises with a sentence that says what, where and what to do."""

import re
import unicodedata
from datetime import date
from operator import mul

from django.core.exceptions import ValidationError

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_VALUES = {char: value for value, char in enumerate(CREDIT_ALPHABET)}
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CREDIT_LOOKALIKES = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U或Y"}
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
PHONE_PATTERN = re.compile(r"(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)", re.ASCII)
PHONE_GAPS = re.compile(r"[\s()]+")
PHONE_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
MOBILE_LIKE = re.compile(r"1[0-9-]*", re.ASCII)
INVISIBLE = dict.fromkeys(
    [
        *range(0, 9),
        11,
        12,
        *range(14, 32),
        127,
        0x200B,
        0x200C,
        0x200D,
        0x2060,
        0xFEFF,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)


def clean_text(value: str) -> str:
    """Without control, zero-width and direction characters, trimmed; line breaks and tabs stay."""
    return value.translate(INVISIBLE).strip(" \t\r\n\u3000\xa0")


def normalize_code(value: str) -> str:
    """Full-width to half-width, no blanks, upper case: what people mean when they type a code."""
    if value.isascii() and value.isalnum():
        return value.upper()
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", clean_text(value))).upper()


def normalize_phone(value: str) -> str:
    """Half-width, no blanks and brackets, one kind of dash; a mobile number without dashes and without +86."""
    if value.isascii() and value.isdigit():
        return value
    text = PHONE_DASHES.sub("-", PHONE_GAPS.sub("", unicodedata.normalize("NFKC", clean_text(value))))
    text = text.removeprefix("+86").lstrip("-") if text.startswith("+86") else text
    return text.replace("-", "") if MOBILE_LIKE.fullmatch(text) else text


def credit_check_digit(first17: str) -> str:
    total = sum(map(mul, map(CREDIT_VALUES.__getitem__, first17), CREDIT_WEIGHTS))
    return CREDIT_ALPHABET[-total % 31]


def validate_credit_code(value: str) -> None:
    """统一社会信用代码, GB 32100-2015 (ORG-01)."""
    if len(value) != 18:
        raise ValidationError(f"统一社会信用代码应为18位，现在是{len(value)}位。请对照登记证书。", code="ORG-01")
    for position, char in enumerate(value, 1) if not CREDIT_VALUES.keys() >= set(value) else ():
        if char not in CREDIT_VALUES:
            hint = CREDIT_LOOKALIKES.get(char)
            kind = "字母" if char.isascii() and char.isalpha() else "字符"
            raise ValidationError(
                f"第{position}位是{kind}{char}，信用代码里没有{char}。"
                + (f"是不是{hint}？" if hint else "")
                + "请对照登记证书。",
                code="ORG-01",
            )
    expected = credit_check_digit(value[:17])
    if expected != value[17]:
        raise ValidationError(
            f"统一社会信用代码最后一位校验码不对：按前17位推算，第18位应为{expected}，现在是{value[17]}，"
            "说明其中有字符写错。请对照登记证书逐位核对。",
            code="ORG-01",
        )


def validate_id_number(value: str) -> None:
    """公民身份号码, GB 11643-1999 (MB-01)."""
    if not re.fullmatch(r"\d{17}[\dX]", value):
        raise ValidationError("身份证号应为18位数字，最后一位可以是X。", code="MB-01")
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise ValidationError("身份证号第7至14位不是有效的出生日期。请对照身份证核对。", code="MB-01") from None
    if not date(1900, 1, 1) <= born <= date.today():
        raise ValidationError("身份证号里的出生日期不合理。请对照身份证核对。", code="MB-01")
    if ID_CHECKS[sum(int(c) * w for c, w in zip(value[:17], ID_WEIGHTS, strict=True)) % 11] != value[17]:
        raise ValidationError("身份证号最后一位校验码不对，说明其中有数字写错。请对照身份证核对。", code="MB-01")


def validate_phone(value: str) -> None:
    """A mobile number, or a landline with its area code (DOMAIN §5.2)."""
    if PHONE_PATTERN.fullmatch(value):
        return
    if value.isascii() and value.isdigit() and value.startswith("1") and len(value) != 11:
        raise ValidationError(f"手机号码应为11位，现在是{len(value)}位。请核对。", code="phone")
    raise ValidationError("电话应为11位手机号，或带区号的固定电话，例如0550-1234567。", code="phone")
