"""Whom a notice about a branch goes to."""

from collections.abc import Iterable
from datetime import date

from core.models import User
from organizations.choices import PostingRole
from organizations.models import Posting


def secretaries_by_branch(branch_ids: Iterable[int], on: date) -> dict[int, list[User]]:
    """The accounts of the secretaries of each of these branches on that day."""
    found: dict[int, list[User]] = {}
    rows = Posting.objects.on(on).filter(role=PostingRole.SECRETARY, branch__in=list(branch_ids), user__is_active=True)
    for row in rows.select_related("user"):
        found.setdefault(row.branch_id, []).append(row.user)
    return found


def secretaries_of(branch_ids: Iterable[int], on: date) -> list[User]:
    """The same of all of them together; nobody is named twice."""
    return list(dict.fromkeys(user for users in secretaries_by_branch(branch_ids, on).values() for user in users))


def office_of(committee_id: int) -> list[User]:
    """The committee's staff."""
    return list(User.objects.filter(committee_id=committee_id, role="staff", is_active=True))
