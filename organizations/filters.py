"""Choices of filter bars that several apps share."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.pages.filters import RowsFilter
from organizations.models import PartyBranch


def every_branch(request: HttpRequest | None) -> QuerySet:
    """All that the reader sees, dissolved ones too: their papers are still looked for."""
    rows = PartyBranch.objects.only("pk", "name", "short_name")
    return rows.none() if request is None else rows.visible_to(request.user)


def own_branches(request: HttpRequest | None) -> QuerySet:
    """Those in use."""
    return every_branch(request).filter(dissolved_on=None)


def branch_filter(queryset: Any = own_branches, **kwargs: Any) -> RowsFilter:
    return RowsFilter(label="党支部", queryset=queryset, **kwargs)
