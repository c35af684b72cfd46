"""One search box over bodies, branches and members: names old and new, pinyin initials, parts of codes, tails of phones."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.cleaning import clean_line
from core.pages import Cell
from core.permissions import allow, is_business
from core.pinyin import plain
from core.secrets import mask_phone
from core.validators import validate_id_number
from organizations.choices import MEMBER_KINDS, REGISTRATION_KINDS, BranchStatus, MemberStatus, RegistrationStatus
from organizations.models import PartyBranch, PartyMember, SocialOrganization

from .base import office_day

SHOWN = 10
CAP = 100  # more are counted as 100+
MAX_TERMS = 4


@dataclass(frozen=True)
class Hit:
    name: str
    url: str
    note: str = ""
    state: Cell | None = None


@dataclass(frozen=True)
class Group:
    """One kind of rows: the best hits and how many there are, at most CAP counted."""

    key: str
    label: str
    unit: str
    hits: list[Hit]
    count: int
    url: str

    @property
    def count_text(self) -> str:
        return f"{CAP}+" if self.count > CAP else str(self.count)


def terms_of(text: str) -> list[str]:
    """What was typed, in half-width lower case, split at blanks: 建筑 协会 finds rows with both."""
    words = plain(clean_line(text))[:50].strip()
    return re.split(r"\s+", words)[:MAX_TERMS] if words else []


def is_id_number(text: str) -> bool:
    try:
        validate_id_number(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper())
    except ValidationError:
        return False
    return True


def best_first(rows: QuerySet, terms: list[str], names: tuple[str, ...]) -> QuerySet:
    """Rows that hold every term: equal names, then names that begin so, then names that contain it, then the rest."""
    for term in terms:
        rows = rows.search(term)
    whole = " ".join(terms)
    steps = (("iexact", whole), ("istartswith", terms[0]), ("icontains", terms[0]))
    cases = []
    for place, (lookup, value) in enumerate(steps):
        condition = Q()
        for name in names:
            condition |= Q(**{f"{name}__{lookup}": value})
        cases.append(When(condition, then=Value(place)))
    rank = Case(*cases, default=Value(len(steps)), output_field=IntegerField())
    return rows.annotate(rank=rank).order_by("rank", "sort_key", "pk")


def bodies(request: HttpRequest, terms: list[str]) -> list[Hit]:
    rows = best_first(SocialOrganization.objects.visible_to(request.user), terms, ("name", "short_name"))
    return [
        Hit(
            row["name"],
            reverse("organizations:socialorganization-detail", args=[row["pk"]]),
            "，".join(filter(None, [row["short_name"], row["code"], row["contact"]])),
            Cell(RegistrationStatus(row["status"]).label, kind=REGISTRATION_KINDS[RegistrationStatus(row["status"])]),
        )
        for row in rows.values("pk", "name", "short_name", "code", "contact", "status")[: CAP + 1]
    ]


def branches(request: HttpRequest, terms: list[str]) -> list[Hit]:
    rows = best_first(PartyBranch.objects.visible_to(request.user), terms, ("name", "short_name"))
    return [
        Hit(
            row["name"],
            reverse("organizations:partybranch-detail", args=[row["pk"]]),
            "，".join(filter(None, [row["short_name"], former_words(row["former_names"], terms), row["contact"]])),
            Cell(BranchStatus(row["status"]).label, kind="off") if row["dissolved_on"] else None,
        )
        for row in rows.values("pk", "name", "short_name", "former_names", "contact", "status", "dissolved_on")[
            : CAP + 1
        ]
    ]


def former_words(names: list[str], terms: list[str]) -> str:
    """The former name by which the row was found."""
    found = [name for name in names if any(term in plain(name) for term in terms)]
    return f"曾用名{found[0]}" if found else ""


def members(request: HttpRequest, terms: list[str]) -> list[Hit]:
    seen = PartyMember.objects.visible_to(request.user).with_branch(office_day(request))
    rows = best_first(seen, terms, ("name",))
    return [
        Hit(
            row["name"],
            reverse("organizations:partymember-detail", args=[row["pk"]]),
            "，".join(
                filter(None, [row["branch_name"] or "不在任何支部", mask_phone(row["phone"]) if row["phone"] else ""])
            ),
            None
            if row["status"] == MemberStatus.NORMAL
            else Cell(MemberStatus(row["status"]).label, kind=MEMBER_KINDS[MemberStatus(row["status"])]),
        )
        for row in rows.values("pk", "name", "phone", "branch_name", "status")[: CAP + 1]
    ]


GROUPS = (
    ("socialorganization", "社会组织", "家", bodies),
    ("partybranch", "党组织", "个", branches),
    ("partymember", "党员", "名", members),
)


def find(request: HttpRequest, terms: list[str]) -> list[Group]:
    """The groups with hits, each from one query."""
    groups = []
    for key, label, unit, look in GROUPS:
        hits = look(request, terms)
        if hits:
            url = f"{reverse(f'organizations:{key}-list')}?{urlencode({'q': ' '.join(terms)})}"
            groups.append(Group(key, label, unit, hits[:SHOWN], len(hits), url if len(terms) == 1 else ""))
    return groups


@require_GET
@allow(is_business)
def search(request: HttpRequest) -> HttpResponse:
    """GET takes names and codes only; a full ID number goes by POST to the roster's own search (M23)."""
    text = request.GET.get("q", "")
    terms = terms_of(text)
    number = is_id_number(text)
    short = sum(len(term) for term in terms) < 2
    context: dict[str, Any] = {
        "title": "查找",
        "query": "" if number else " ".join(terms),
        "number": number,
        "short": short,
        "groups": [] if short or number else find(request, terms),
    }
    return render(request, "organizations/search.html", context)
