"""Workbooks of the ledgers, in the office's own layout (DOMAIN §14.1–14.3). Importing the package registers them."""

from . import accounts, bodies, branches, elections, ledgers, members, registration

__all__ = ["accounts", "bodies", "branches", "elections", "ledgers", "members", "registration"]
from . import events

__all__ = ["accounts", "bodies", "branches", "events", "ledgers", "members", "registration"]
