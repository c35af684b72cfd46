"""Workbooks of the ledgers, in the office's own layout (DOMAIN §14.1–14.3). Importing the package registers them."""

from . import (
    absences,
    accounts,
    bodies,
    branches,
    changes,
    conduct,
    coverage,
    elections,
    events,
    ledgers,
    liaisons,
    members,
    merges,
    processes,
    registration,
)

__all__ = [
    "absences",
    "accounts",
    "bodies",
    "branches",
    "changes",
    "conduct",
    "coverage",
    "elections",
    "events",
    "ledgers",
    "liaisons",
    "members",
    "merges",
    "processes",
    "registration",
]
