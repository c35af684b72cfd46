"""Personal numbers: Fernet ciphertext at rest, a keyed hash for exact search, a mask for pages (SECURITY M22, M23)."""

import base64
import hashlib
import hmac
import re
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PHONE_LABELS = re.compile("电话|手机|固话")
ADDRESS_LABELS = re.compile("家庭住址|现居住地址")
MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
NUMBER = re.compile(r"\d[\d-]{5,}\d")
TECHNICAL = {"id hash", "id tail"}  # columns beside an encrypted number: they tell a reader nothing
LONG = 15  # characters of a resident's ID number, the old form too
SHOWN = 3  # characters of an address that stay, enough for the city


@lru_cache(maxsize=4)
def _cipher(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"dangjian-field:" + key.encode()).digest()))


def encrypt(text: str) -> str:
    return _cipher(settings.FIELD_KEY).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The clear text; ValueError when FIELD_KEY is not the one it was written with."""
    if not token:
        return ""
    try:
        return _cipher(settings.FIELD_KEY).decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("证件号码无法解密：FIELD_KEY 与写入时不同。请恢复原来的密钥文件。") from None


def keyed_hash(text: str) -> str:
    return hmac.new(settings.FIELD_KEY.encode(), text.encode(), hashlib.sha256).hexdigest() if text else ""


def tail_of(number: str) -> str:
    """What is kept in clear of an ID number: first 3 and last 4 of 18; of a shorter paper only the last 4, as three of
    its nine characters more would give it away."""
    if len(number) < 7:
        return ""
    return (number[:3] if len(number) >= LONG else "***") + number[-4:]


def mask_id_number(tail: str) -> str:
    """First 3 and last 4 of an ID number; `tail` holds exactly those seven characters."""
    return f"{tail[:3]}{'*' * 11}{tail[3:]}" if len(tail) == 7 else ""


def mask_phone(phone: str) -> str:
    """138****0000; a short landline keeps its last two digits."""
    if len(phone) >= 11:
        return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
    return f"{'*' * max(len(phone) - 2, 0)}{phone[-2:]}"


def mask_address(text: str) -> str:
    """示例市****."""
    return f"{text[:SHOWN]}****" if text else ""


def masked_words(text: str) -> str:
    """A text of the log without whole mobile numbers."""
    return MOBILE.sub(lambda found: mask_phone(found[0]), text)


def masked_value(label: str, value: Any) -> Any:
    """What the log says of one value: phones and addresses are known by the name of their column, which stands last in a
    label that tells of another row as well (组织覆盖：某支部，起始日期)."""
    if not isinstance(value, str):
        return value
    column = re.split("[，—]", label)[-1]
    if PHONE_LABELS.search(column):
        return value if "*" in value else NUMBER.sub(lambda found: mask_phone(found[0]), value)
    if ADDRESS_LABELS.search(column):
        return value if "*" in value else mask_address(value)
    return masked_words(value)


def masked_changes(changes: dict[str, Any] | None) -> dict[str, Any]:
    """{column: [old, new]} as it is logged and shown (M22); entries from before are masked when they are read."""
    return {
        label: [masked_value(label, value) for value in values]
        if isinstance(values, list)
        else masked_value(label, values)
        for label, values in (changes or {}).items()
        if label not in TECHNICAL
    }
