"""What waits for a branch beside its tasks: members on their way here, an election to be approved, 同步事项 of its bodies."""

from collections.abc import Iterator

from core.models import User
from core.periods import today
from core.timeline import Todo
from organizations.models import BranchCoverage, ElectionTerm, PartyBranch, SyncDuty
from organizations.workflows.branches import sees_members

SHOWN = 20


def transfer_todos(branch: PartyBranch, user: User) -> list[Todo]:
    """Members on their way here, whose receipt is to be confirmed; for those who may see the branch's members."""
    if not sees_members(user, branch):
        return []
    rows = branch.transfers_in.in_transit().select_related("member", "from_branch", "to_branch")[:SHOWN]
    return [
        Todo("info", "待接收", f"{row.member}从{row.source}转来，报到以后确认接收", row.get_absolute_url(),
             when=str(row.started_on), act="确认接收", act_url=row.get_absolute_url())
        for row in rows
    ]  # fmt: skip


def election_todos(term: ElectionTerm | None) -> list[Todo]:
    """An election whose result waits for the approval; what is wrong with the branch stands in its check-up."""
    if term is None or not term.elected_on:
        return []
    return [Todo("info", "待批复", "选举结果等待批复", term.get_absolute_url(), act="去办理")]


def branch_dues(branch: PartyBranch, user: User) -> list[Todo]:
    """The same on the check-up as on the branch's own page."""
    term = branch.terms.open().exclude(elected_on=None).first()
    return [*transfer_todos(branch, user), *election_todos(term)]


def sync_dues(branch: PartyBranch, user: User) -> Iterator[Todo]:
    """Open duties of the bodies covered today; their own page is the office's."""
    day = today(user.committee)
    covered = BranchCoverage.objects.on(day).filter(branch=branch).values("organization_id")
    rows = SyncDuty.objects.visible_to(user).open().filter(organization__in=covered).select_related("organization")
    for duty in rows.order_by("due_on", "pk")[:SHOWN]:
        kind, word = duty.state(day)
        url = duty.get_absolute_url() if user.is_office else duty.organization.get_absolute_url()
        yield Todo(kind, word, f"同步事项：{duty}", url, when=f"{duty.due_on}前", act="查看")
