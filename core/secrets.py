"""Personal numbers: Fernet ciphertext at rest, a keyed hash for exact search, a mask for pages (SECURITY M22, M23)."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


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


def mask_id_number(tail: str) -> str:
    """First 3 and last 4 of an ID number; `tail` holds exactly those seven characters."""
    return f"{tail[:3]}{'*' * 11}{tail[3:]}" if len(tail) == 7 else ""


def mask_phone(phone: str) -> str:
    """138****0000; a short landline keeps its last two digits."""
    if len(phone) >= 11:
        return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
    return f"{'*' * max(len(phone) - 2, 0)}{phone[-2:]}"
