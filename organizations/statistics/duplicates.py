"""疑似重复: pairs of rows that may be one body, for people to decide."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from organizations.models import FormerName
from organizations.models.organizations import SocialOrganizationQuerySet

NOISE = re.compile(r"[\s市省县区()\-—·“”\"'.]")
PAIRS = 200
SAME_NAME, SAME_SHORT, FORMER = "名称相同", "简称相同", "曾用名相同"


@dataclass(frozen=True)
class Likeness:
    """Two rows and why they look like one body; the one with more on record comes first."""

    first: dict[str, Any]
    second: dict[str, Any]
    why: str

    @property
    def two_offices(self) -> bool:
        return self.first["committee_id"] != self.second["committee_id"]

    @property
    def two_codes(self) -> bool:
        return bool(self.first["code"] and self.second["code"])


def bare(text: str) -> str:
    """A name without blanks, brackets and the word for the place: 示例市茶业协会（筹） → 示例茶业协会筹."""
    return NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def likely_duplicates(
    bodies: SocialOrganizationQuerySet, dismissed: Collection[tuple[int, int]] = ()
) -> list[Likeness]:
    """At most PAIRS pairs, those without two different codes first; two queries whatever the number of rows.

    `dismissed` are the pairs that were found to be two bodies (DuplicateDismissal.pair).
    """
    names = ("pk", "name", "short_name", "code", "registered_on", "ended_on", "committee_id", "committee__name")
    rows = {row["pk"]: row for row in bodies.order_by("pk").values(*names)}
    former = FormerName.objects.filter(organization__in=bodies.order_by().values("pk")).values_list(
        "organization", "name"
    )
    groups: dict[tuple[str, str], set[int]] = {}
    for pk, row in rows.items():
        for why, text in ((SAME_NAME, row["name"]), (SAME_SHORT, row["short_name"]), (FORMER, row["name"])):
            if text:
                groups.setdefault((why, bare(text)), set()).add(pk)
    for pk, name in former:
        groups.setdefault((FORMER, bare(name)), set()).add(pk)
    found: dict[tuple[int, int], str] = {}
    for why in (SAME_NAME, FORMER, SAME_SHORT):
        for (kind, _), members in groups.items():
            if kind == why:
                for pair in combinations(sorted(members), 2):
                    found.setdefault(pair, why)
    likes = [Likeness(rows[one], rows[other], why) for (one, other), why in found.items()
             if (one, other) not in dismissed]  # fmt: skip
    likes = [pair if pair.first["code"] or not pair.second["code"] else Likeness(pair.second, pair.first, pair.why)
             for pair in likes]  # fmt: skip
    return sorted(likes, key=lambda pair: pair.two_codes)[:PAIRS]
