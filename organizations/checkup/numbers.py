"""MB-01: birth date and sex against the ID number. Nothing of the number is stored in clear or shown."""

from datetime import date
from typing import Any

from django.db.models import Q

from core.secrets import decrypt
from organizations.choices import DocumentKind, FindingLevel, Subject
from organizations.models import facts_of_number

from .rules import Place, Row, Rule

NEVER = Q(pk__in=[])  # the database cannot read the number


def unlike_number(row: Row) -> list[str]:
    """Words of the facts that differ from the number; unknown facts do not."""
    if row["id_kind"] != DocumentKind.RESIDENT_ID or not row["id_cipher"]:
        return []
    try:
        known = facts_of_number(decrypt(row["id_cipher"]))
    except ValueError:  # the key is another one; that is told where numbers are revealed
        return []
    if known is None:
        return []
    found = ["出生日期"] if row["born_on"] not in (None, known[0]) else []
    return found + (["性别"] if row["sex"] not in ("", known[1]) else [])


def says(row: Row, on: date) -> str:
    return f"登记的{'和'.join(unlike_number(row))}与证件号码不一致。"


RULE = Rule(
    "mb-01", "MB-01", FindingLevel.CHECK, Subject.MEMBER, "与证件号码不一致", lambda on, limits: NEVER, says,
    "对照身份证和人事档案核对；出生日期以档案为准，号码写错的改号码。", Place("partymember-update", "id_born_on"),
)  # fmt: skip


def breaks(row: dict[str, Any]) -> bool:
    return bool(unlike_number(row))
