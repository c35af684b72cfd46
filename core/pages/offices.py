"""An office above others reads their ledgers in one list: whose row it is, and one office at a time (?committee=CODE)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from django.db.models import QuerySet
from django.http import HttpRequest

from core.models import Committee, User
from core.pages.columns import Column

PARAMETER = "committee"
PLACES = "省市县区州盟旗"


@dataclass(frozen=True)
class Office:
    pk: int
    code: str
    label: str  # what tells it from the others
    scope_ids: tuple[int, ...]


def offices_of(user: User) -> list[Office]:
    """The committees below, each with those under it, after the own rows; none where there is nothing to choose.

    The account of a request asks once.
    """
    if len(user.scope_ids) < 2:
        return []
    if "offices" not in user.__dict__:
        user.__dict__["offices"] = read_offices(user)
    return user.__dict__["offices"]


def read_offices(user: User) -> list[Office]:
    rows = list(Committee.objects.filter(pk__in=user.scope_ids).values("pk", "code", "name", "scope_ids"))
    rows.sort(key=lambda row: (row["pk"] != user.committee_id, row["code"]))
    labels = distinct([row["name"] for row in rows])
    found = [Office(r["pk"], r["code"], label, tuple(r["scope_ids"])) for r, label in zip(rows, labels, strict=True)]
    return [replace(found[0], scope_ids=(user.committee_id,)), *found[1:]]


def asked_for(offices: Iterable[Office], code: str | None) -> Office | None:
    """The one of that code; None is all of them, and a code that is not among them is not pretended to."""
    return next((office for office in offices if office.code == code), None)


def asked_committees(request: HttpRequest) -> tuple[int, ...]:
    """For a page that is no list: the ids of the office named in the address; none is all that the reader sees."""
    office = asked_for(offices_of(request.user), request.GET.get(PARAMETER))
    return office.scope_ids if office else ()


def distinct(names: Iterable[str]) -> list[str]:
    """The names without the words in which all of them end: 芜湖市社会组织综合党委 is 芜湖市 among its like."""
    names = list(names)
    from_the_end = takewhile(lambda letters: len(set(letters)) == 1, zip(*(name[::-1] for name in names), strict=False))
    ending = "".join(letters[0] for letters in from_the_end)[::-1].lstrip(PLACES)
    short = [name.removesuffix(ending) for name in names]
    return short if all(short) else names


class OfficeChoice:
    """The part of a list page that knows whose rows it shows; `model`, `params`, `columns`, `request` are the page's own."""

    by_office = True  # whether an office above others may look at one of them

    @cached_property
    def keeper(self) -> str:
        """The path from a row to its committee; nothing where rows belong to none."""
        return getattr(self.model._default_manager.none(), "keeper", "")

    @cached_property
    def offices(self) -> list[Office]:
        """What an office above others may choose from; none for everybody else."""
        return offices_of(self.request.user) if self.by_office and self.keeper else []

    @cached_property
    def office(self) -> Office | None:
        """The one whose rows are asked for; None is all of them."""
        return asked_for(self.offices, self.params.get(PARAMETER))

    @cached_property
    def is_wide(self) -> bool:
        """Whether rows of many committees stand in this list."""
        return len(self.office.scope_ids if self.office else self.request.user.scope_ids) > 1

    def of_office(self, rows: QuerySet) -> QuerySet:
        """Those of the chosen office; figures above a list go through here as well."""
        return rows.in_committees(list(self.office.scope_ids)) if self.office else rows

    @cached_property
    def office_columns(self) -> tuple[Column, ...]:
        """Whose row it is, where that is in question."""
        if not self.offices or not self.is_wide:
            return ()
        labels, keeper = {office.pk: office.label for office in self.offices}, self.keeper
        return (Column("综合党委", keeper, value=lambda row: labels.get(row[keeper], "")),)

    @cached_property
    def shown_columns(self) -> tuple[Column, ...]:
        return (*self.columns[:1], *self.office_columns, *self.columns[1:])
