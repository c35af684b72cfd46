"""What a branch owes through the bodies it covers and keeps itself: open 同步事项."""

from collections.abc import Iterator

from core.models import User
from core.periods import today
from core.timeline import Todo
from organizations.models import BranchCoverage, PartyBranch, SyncDuty

SHOWN = 20


def sync_dues(branch: PartyBranch, user: User) -> Iterator[Todo]:
    """Open duties of the bodies covered today; their own page is the office's."""
    day = today(user.committee)
    covered = BranchCoverage.objects.on(day).filter(branch=branch).values("organization_id")
    rows = SyncDuty.objects.visible_to(user).open().filter(organization__in=covered).select_related("organization")
    for duty in rows.order_by("due_on", "pk")[:SHOWN]:
        kind, word = duty.state(day)
        url = duty.get_absolute_url() if user.is_office else duty.organization.get_absolute_url()
        yield Todo(kind, word, f"同步事项：{duty}", url, when=f"{duty.due_on}前", act="查看")
