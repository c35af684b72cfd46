"""Workbooks of this app, in the order in which an office fills them (DOMAIN §14.4)."""

from . import activities, issues, lists, meetings, training

__all__ = ["activities", "issues", "lists", "meetings", "training"]
