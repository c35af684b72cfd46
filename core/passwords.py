"""Password rules (M3): GB/T 22239 by default, ASVS by `DANGJIAN_PASSWORD_STYLE=asvs`; and readable random passwords."""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from core.pinyin import sort_key

MIN_LENGTH = {"gb": 10, "asvs": 12}
MAX_LENGTH = 1000
HISTORY = 5
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?!\d)")
REPEATED = re.compile(r"(.)\1{3}")
RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
OWN_WORDS = (
    *("dangjian", "dangwei", "dangzhibu", "dangyuan", "zhibu", "shehuizuzhi", "minzheng", "zuzhibu", "zhengfu"),
    *("zhongguo", "woaini", "password", "passwd", "admin", "root", "qwerty", "welcome", "letmein", "iloveyou"),
    *("党建", "党委", "党支部", "社会组织"),
)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without l, o, i, 0, 1, which look alike on paper


def personal_words(user: Any) -> dict[str, str]:
    """What must not stand in this person's password: {word: how the message calls it}."""
    words: dict[str, str] = {}
    if user is None:
        return words
    for text, label in (
        (getattr(user, "username", ""), "账号"),
        (getattr(user, "name", ""), "姓名"),
        (getattr(getattr(user, "committee", None), "name", ""), "单位名"),
        (getattr(getattr(user, "committee", None), "short_name", ""), "单位名"),
        (getattr(getattr(user, "committee", None), "bureau", ""), "单位名"),
    ):
        for word in (text.lower(), sort_key(text).replace(" ", "") if text else ""):
            if len(word) >= 2 and (len(word) >= 4 or not word.isascii()):
                words.setdefault(word, label)
    return words


def has_run(lower: str) -> bool:
    """Five neighbours of the alphabet or the keyboard, in either direction."""
    pieces = {run[i : i + 5] for row in RUNS for run in (row, row[::-1]) for i in range(len(run) - 4)}
    return any(piece in lower for piece in pieces)


def rule_errors(password: str, user: Any = None) -> list[str]:
    """The rules that this password breaks, each as a sentence; history is checked apart."""
    style, lower = settings.PASSWORD_STYLE, password.lower()
    errors = []
    if len(password) < MIN_LENGTH[style]:
        errors.append(f"密码至少{MIN_LENGTH[style]}个字符，现在是{len(password)}个。")
    if len(password) > MAX_LENGTH:
        errors.append(f"密码最多{MAX_LENGTH}个字符。")
    if style == "gb" and sum(bool(re.search(kind, password)) for kind in CLASSES) < 3:
        errors.append("密码要包含大写字母、小写字母、数字、符号四类中的三类。")
    for word, label in personal_words(user).items():
        if word in lower:
            errors.append(f"密码里不能有{label}或它的拼音。")
            break
    plain = lower.translate(LOOKALIKES)
    if any(word in lower or word in plain for word in OWN_WORDS):
        errors.append("密码里不能有“dangjian”“password”这类容易猜到的词。")
    if YEAR.search(password):
        errors.append("密码里不能有年份，例如2023。")
    if REPEATED.search(password) or has_run(lower):
        errors.append("密码里不能有连续重复的字符或12345、qwert这样的顺序。")
    return errors


class OfficePasswordValidator:
    def validate(self, password: str, user: Any = None) -> None:
        errors = rule_errors(password, user)
        try:
            CommonPasswordValidator().validate(password, user)
        except ValidationError:
            errors.append("这是网上常见的密码，很容易被猜到。请换一个。")
        if not errors and user is not None and user.pk and self.used_before(password, user):
            errors.append(f"不能和最近{HISTORY}次用过的密码相同。")
        if errors:
            raise ValidationError(errors, code="password")

    def used_before(self, password: str, user: Any) -> bool:
        hashes = [user.password, *user.password_records.values_list("hash", flat=True)[:HISTORY]]
        return any(check_password(password, stored) for stored in dict.fromkeys(hashes) if stored)

    def get_help_text(self) -> str:
        kinds = "，包含大写字母、小写字母、数字、符号中的三类" if settings.PASSWORD_STYLE == "gb" else ""
        return (
            f"至少{MIN_LENGTH[settings.PASSWORD_STYLE]}个字符{kinds}；不要用账号、姓名、单位名和年份，"
            f"不能和最近{HISTORY}次用过的相同。"
        )


def random_password(user: Any = None) -> str:
    """A one-time password that can be read from paper and typed: three groups of four, such as h7km-Q3wx-t9pn."""
    while True:
        groups = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)]
        capital = secrets.randbelow(3)
        groups[capital] = groups[capital][0].upper() + groups[capital][1:]
        password = "-".join(groups)
        if re.search(r"[A-Z]", password) and re.search(r"[2-9]", password) and not rule_errors(password, user):
            return password
