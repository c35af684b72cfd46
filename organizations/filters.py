"""The box 党支部 of filter bars."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.pages.filters import RowsFilter, visible
from organizations.models import PartyBranch


def in_use(request: HttpRequest, branches: QuerySet) -> QuerySet:
    return branches.filter(dissolved_on=None)


def branch_filter(offer: Any = in_use, **kwargs: Any) -> RowsFilter:
    """Those in use are offered; papers of a dissolved branch are still found by its name."""
    return RowsFilter(label="党支部", queryset=visible(PartyBranch, "name", "short_name"), offer=offer, **kwargs)
