"""核对无误: the secretary declares the data of the branch right; the row is kept with its day."""

from datetime import date

from django.core.exceptions import ValidationError

from core.editing import create_record
from core.models import User
from organizations import checkup
from organizations.choices import FindingLevel
from organizations.models import DataConfirmation, PartyBranch, is_secretary_of


def can_confirm(user: User, branch: PartyBranch) -> bool:
    """Only the secretary can say that the branch's data is right; the office reads it."""
    return is_secretary_of(user, branch.pk) and branch.dissolved_on is None


def confirm_data(branch: PartyBranch, *, on: date, by: User) -> DataConfirmation:
    """Once a day. Open findings do not stop it: their number is kept, and people decide."""
    found = checkup.findings_of_branch(branch, checkup.reader(by, on))
    row = DataConfirmation(
        committee=branch.committee,
        branch=branch,
        confirmed_on=on,
        checker=by.name or by.username,
        member_count=branch.memberships.full().on(on).count(),
        open_count=sum(1 for one in found if one.level == FindingLevel.MUST),
    )
    if DataConfirmation.objects.filter(branch=branch, confirmed_on=on).exists():
        raise ValidationError("今天已经确认过，不用再确认。", code="twice")
    return create_record(row, by=by)
