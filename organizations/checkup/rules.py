"""What a rule of the check-up is, and what it finds. The software reminds, people decide."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from organizations.choices import LEVEL_KINDS, FindingLevel, Subject
from organizations.models import MENDABLE

from .limits import Limits

Row = Mapping[str, Any]
OWN_PAGES = ("floatingrecord-detail", "lostrecord-detail", "membercorrection-detail", "memberlapse-detail")
DETAILS = {
    Subject.MEMBER: "organizations:partymember-detail",
    Subject.BRANCH: "organizations:partybranch-detail",
    Subject.BODY: "organizations:socialorganization-detail",
}


@dataclass(frozen=True)
class Place:
    """Where it is mended: a page of this app, the field on it, and which value of the row stands in the address.

    With `query` the row's number is a parameter instead: …/charters/new/?organization=12.
    """

    page: str
    field: str = ""
    ref: str = "pk"
    query: str = ""
    otherwise: "Place | None" = None  # where the row has no such number

    def url(self, row: Row, back: str) -> str:
        number = row.get(self.ref)
        if number is None and self.otherwise is not None:
            return self.otherwise.url(row, back)
        address = reverse(f"organizations:{self.page}", args=[] if self.query else [number])
        params = {**({self.query: number} if self.query else {}), **({"next": back} if back else {})}
        anchor = f"#{self.field}" if self.field else ""
        return f"{address}?{urlencode(params)}{anchor}" if params else f"{address}{anchor}"


@dataclass(frozen=True)
class Rule:
    """One rule. `code` is that of DOMAIN, or in words what asks for it. `breaks` is the condition on rows annotated by `for_checkup`; `says` tells it of one row."""

    key: str
    code: str
    level: FindingLevel
    about: Subject
    title: str
    breaks: Callable[[date, Limits], Q]
    says: Callable[[Row, date], str]
    advice: str
    place: Place | Callable[[Row], Place]
    act: str = "去修改"
    own: Callable[[Row], Place | None] | None = None  # where the secretary mends it, when not in the same field

    @property
    def kind(self) -> str:
        return LEVEL_KINDS[self.level]

    @property
    def flag(self) -> str:
        """The name of its annotation."""
        return f"breaks_{self.key.replace('-', '_')}"

    def place_of(self, row: Row) -> Place:
        return self.place if isinstance(self.place, Place) else self.place(row)

    def own_place(self, row: Row) -> Place | None:
        """Where the secretary of the branch mends it alone; None where it is the office's."""
        place = self.own(row) if self.own is not None else self.place_of(row)
        if place is None:
            return None
        if place.page == "partymember-update":
            return Place("partymember-contact", place.field) if place.field.removeprefix("id_") in MENDABLE else None
        return place if place.page in OWN_PAGES and row.get(place.ref) is not None else None


@dataclass(frozen=True)
class Finding:
    """One row that breaks one rule, in words, with the link to where it is mended."""

    rule: Rule
    pk: int
    name: str
    where: str  # the branch of a member
    text: str
    url: str
    act: str  # empty for those who cannot mend it themselves
    row_url: str

    @property
    def level(self) -> FindingLevel:
        return self.rule.level


def finding(rule: Rule, row: Row, on: date, *, keeps: bool, own: Collection[int] = (), back: str = "") -> Finding:
    """`keeps`: the reader may change the ledgers and gets the form; `own`: the branches of a secretary, who gets a form for
    what may be mended there; the others get the row's page."""
    row_url = reverse(DETAILS[rule.about], args=[row["pk"]])
    place = rule.place_of(row) if keeps else None
    if place is None and rule.about == Subject.MEMBER and row["branch_ref"] in own:
        place = rule.own_place(row)
    return Finding(
        rule=rule,
        pk=row["pk"],
        name=row.get("short_name") or row["name"],
        where=(row["branch_name"] or "") if rule.about == Subject.MEMBER else "",
        text=rule.says(row, on),
        url=place.url(row, back) if place else row_url,
        act=rule.act if place else "",
        row_url=row_url,
    )
