"""The post of a branch and the member of its roster are one person: posts that only name somebody are linked."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet

from core.excel.among import one_of
from organizations.models import BranchPost, Membership, PartyBranch, PartyMember

CHUNK = 2000


def member_called(branch: PartyBranch, name: str, on: date) -> PartyMember | None:
    """The member of this name in the branch's roster of that day, when there is exactly one."""
    rows = Membership.objects.full().on(on).filter(branch=branch, member__name=name).select_related("member")[:2]
    found = list(rows)
    return found[0].member if len(found) == 1 else None


def link_posts(posts: QuerySet) -> int:
    """Link each of these posts with the only member of that name whom its branch had on a day of the post; how many.

    The roster may come before the posts or after them; a few queries per two thousand posts.
    """
    linked, ids = 0, list(posts.filter(member=None).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        changed = list(matched(list(BranchPost.objects.filter(one_of(BranchPost, "id", ids[first : first + CHUNK])))))
        BranchPost.objects.bulk_update(changed, ["member"], batch_size=CHUNK)
        linked += len(changed)
    return linked


def matched(posts: list[BranchPost]) -> Iterator[BranchPost]:
    rows = Membership.objects.full().filter(one_of(Membership, "branch", {post.branch_id for post in posts}))
    named = PartyMember.objects.filter(one_of(PartyMember, "name", {post.person_name for post in posts}))
    rows = rows.filter(member__in=named.order_by().values("pk"))
    people: dict[tuple[int, str], list[tuple]] = {}
    for branch, name, *row in rows.values_list("branch_id", "member__name", "member_id", "start", "end"):
        people.setdefault((branch, name), []).append(tuple(row))
    for post in posts:
        namesakes = people.get((post.branch_id, post.person_name), ())
        found = {pk for pk, start, end in namesakes if overlap(post, start, end)}
        if len(found) == 1:
            post.member_id = found.pop()
            yield post


def overlap(post: BranchPost, start: date, end: date | None) -> bool:
    return (post.end is None or start < post.end) and (end is None or post.start < end)


def release_posts(member_ids: Iterable[int]) -> None:
    """Members who are taken back with their import: their posts keep the name."""
    BranchPost.objects.filter(one_of(BranchPost, "member", member_ids)).update(member=None)
