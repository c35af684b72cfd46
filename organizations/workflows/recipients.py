"""Whom a notice about a branch goes to."""

from collections.abc import Iterable
from datetime import date

from core.models import User
from organizations.choices import PostingRole
from organizations.models import Posting


def secretaries_of(branch_ids: Iterable[int], on: date) -> list[User]:
    """The accounts of the secretaries of these branches on that day."""
    postings = Posting.objects.on(on).filter(role=PostingRole.SECRETARY, branch__in=list(branch_ids))
    return list(User.objects.filter(pk__in=postings.values("user_id"), is_active=True))


def office_of(committee_id: int) -> list[User]:
    """The committee's staff."""
    return list(User.objects.filter(committee_id=committee_id, role="staff", is_active=True))
