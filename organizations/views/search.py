"""One search box over bodies, branches and members: names old and new, pinyin initials, parts of codes, tails of phones."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, IntegerField, Model, QuerySet, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.cleaning import clean_line
from core.models import User
from core.pages import Cell
from core.permissions import allow, is_business
from core.pinyin import EDGE, plain
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


def found_in(model: type[Model], user: User, terms: list[str]) -> QuerySet:
    """The rows that hold every term. The search comes before the scope: SQLite asks in this order, and few rows are found."""
    rows = getattr(model, "everything", model._default_manager).all()
    for term in terms:
        rows = rows.search(term)
    rows = rows.visible_to(user)
    return rows.each_once() if hasattr(rows, "each_once") else rows


def best_first(rows: QuerySet, terms: list[str]) -> list[int]:
    """Ids of the found rows, at most CAP and one: first where a name, code or pinyin is the term, then where one begins
    with it, then the rest. Only the search text is read, which an index holds; the rows themselves are not.
    """
    whole = " ".join(terms)
    words = Concat(Value(EDGE), "search", Value(EDGE), output_field=CharField())
    rank = Case(
        When(words__holds=f"{EDGE}{whole}{EDGE}", then=Value(0)),
        When(words__holds=f"{EDGE}{terms[0]}", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ordered = rows.alias(words=words, rank=rank).order_by("rank", "sort_key", "pk")
    return list(ordered.values_list("pk", flat=True)[: CAP + 1])


def shown(rows: QuerySet, ids: list[int], *names: str) -> list[dict[str, Any]]:
    """The fields of the first hits, in their order."""
    found = {row["pk"]: row for row in rows.filter(pk__in=ids[:SHOWN]).values("pk", *names)}
    return [found[pk] for pk in ids[:SHOWN] if pk in found]


def body_hit(row: dict[str, Any]) -> Hit:
    return Hit(
        row["name"],
        reverse("organizations:socialorganization-detail", args=[row["pk"]]),
        "，".join(filter(None, [row["short_name"], row["code"], row["contact"]])),
        Cell(RegistrationStatus(row["status"]).label, kind=REGISTRATION_KINDS[RegistrationStatus(row["status"])]),
    )


def branch_hit(row: dict[str, Any]) -> Hit:
    former = f"曾用名{'、'.join(row['former_names'])}" if row["former_names"] else ""
    return Hit(
        row["name"],
        reverse("organizations:partybranch-detail", args=[row["pk"]]),
        "，".join(filter(None, [row["short_name"], former, row["contact"]])),
        Cell(BranchStatus(row["status"]).label, kind="off") if row["dissolved_on"] else None,
    )


def member_hit(row: dict[str, Any]) -> Hit:
    status = MemberStatus(row["status"])
    return Hit(
        row["name"],
        reverse("organizations:partymember-detail", args=[row["pk"]]),
        "，".join(
            filter(None, [row["branch_name"] or "不在任何支部", mask_phone(row["phone"]) if row["phone"] else ""])
        ),
        None if status == MemberStatus.NORMAL else Cell(status.label, kind=MEMBER_KINDS[status]),
    )


KINDS = (
    (SocialOrganization, "家", ("name", "short_name", "code", "contact", "status"), body_hit),
    (PartyBranch, "个", ("name", "short_name", "former_names", "contact", "status", "dissolved_on"), branch_hit),
    (PartyMember, "名", ("name", "phone", "branch_name", "status"), member_hit),
)


def find(request: HttpRequest, terms: list[str]) -> list[Group]:
    """The groups with hits, each from two queries."""
    groups = []
    for model, unit, names, hit in KINDS:
        rows = model.objects.visible_to(request.user)
        ids = best_first(found_in(model, request.user, terms), terms)
        if not ids:
            continue
        if model is PartyMember:
            rows = rows.with_branch(office_day(request))
        key = model._meta.model_name
        url = f"{reverse(f'organizations:{key}-list')}?{urlencode({'q': ' '.join(terms)})}"
        hits = [hit(row) for row in shown(rows, ids, *names)]
        groups.append(Group(key, model._meta.verbose_name, unit, hits, len(ids), url if len(terms) == 1 else ""))
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
