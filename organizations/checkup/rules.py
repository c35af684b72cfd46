"""What a rule of the check-up is, and what it finds. The software reminds, people decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from organizations.choices import LEVEL_KINDS, FindingLevel, Subject

from .limits import Limits

Row = Mapping[str, Any]
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

    @property
    def kind(self) -> str:
        return LEVEL_KINDS[self.level]

    @property
    def flag(self) -> str:
        """The name of its annotation."""
        return f"breaks_{self.key.replace('-', '_')}"

    def place_of(self, row: Row) -> Place:
        return self.place if isinstance(self.place, Place) else self.place(row)


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


def finding(rule: Rule, row: Row, on: date, *, keeps: bool, back: str = "") -> Finding:
    """`keeps`: the reader may change the ledgers and gets the form; the others get the row's page."""
    row_url = reverse(DETAILS[rule.about], args=[row["pk"]])
    return Finding(
        rule=rule,
        pk=row["pk"],
        name=row.get("short_name") or row["name"],
        where=(row["branch_name"] or "") if rule.about == Subject.MEMBER else "",
        text=rule.says(row, on),
        url=rule.place_of(row).url(row, back) if keeps else row_url,
        act=rule.act if keeps else "",
        row_url=row_url,
    )
