"""Changes of a branch: what it covers, who holds its posts, its status."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from core.editing import create_record, update_record
from core.models import User
from core.periods import today
from core.transitions import advance
from organizations.choices import BRANCH_FLOW, BranchKind, BranchStatus, CoverageMethod, PostKind
from organizations.models import (
    BranchCoverage,
    BranchPost,
    PartyBranch,
    PartyMember,
    SocialOrganization,
    is_secretary_of,
)

from .bodies import require_live
from .intervals import can_keep, close, log, refuse_overlap, store
from .keepers import tell_keepers
from .posts import member_called
from .sync import settle
from .terms import close_terms, follow_ledger

METHOD_OF_KIND = {BranchKind.JOINT: CoverageMethod.JOINT, BranchKind.FUNCTIONAL: CoverageMethod.FUNCTIONAL}
EXCLUSIVE = (CoverageMethod.OWN, CoverageMethod.JOINT)


def method_of(branch: PartyBranch) -> CoverageMethod:
    """How a branch of this kind covers a body."""
    return METHOD_OF_KIND.get(BranchKind(branch.kind), CoverageMethod.OWN)


def keep_branch(
    branch: PartyBranch, *, by: User, expected: int | None = None, former: Iterable[str] = ()
) -> PartyBranch:
    """Save a new or a changed branch, with the names that it leaves behind; its open 换届 follows the 本届 columns."""
    branch.remember(*former)
    with transaction.atomic():
        if branch.pk is None:
            create_record(branch, by=by)
        else:
            update_record(branch, by=by, expected=expected)
        follow_ledger([branch.pk], by=by)
    return branch


def start_coverage(
    branch: PartyBranch,
    *,
    organization: SocialOrganization,
    start: date,
    by: User,
    method: str = "",
    document_no: str = "",
) -> BranchCoverage:
    """The branch covers the body from `start`; own and joint coverage exclude one another (COV-01)."""
    require_live(organization)
    if branch.dissolved_on is not None:
        raise ValidationError(f"{branch}已于{branch.dissolved_on}撤销，不能再覆盖社会组织。", code="dissolved")
    method = method or method_of(branch)
    earliest = max(branch.founded_on, organization.registered_on)
    if start < earliest:
        raise ValidationError({"start": f"不能早于{earliest}：党组织成立、单位登记以后才能覆盖。"}, code="start")
    with transaction.atomic():
        row = BranchCoverage(
            branch=branch, organization=organization, method=method, start=start, document_no=document_no
        )
        if method in EXCLUSIVE:
            refuse_overlap(
                organization.coverages.filter(method__in=EXCLUSIVE),
                start,
                f"{organization}这段时间已由一个党组织单独或联合覆盖",
            )
        store(row)
        words = f"{row.get_method_display()}，{start}起"
        log(branch, "组织覆盖", "", f"{organization}（{words}）", by)
        log(organization, "组织覆盖", "", f"{branch}（{words}）", by)
        settle(organization, by=by)
    return row


def end_coverage(row: BranchCoverage, *, end: date, by: User, note: str = "") -> BranchCoverage:
    with transaction.atomic():
        close(row, end)
        log(row.branch, "组织覆盖", str(row.organization), f"{end}起不再覆盖", by, note)
        log(row.organization, "组织覆盖", str(row.branch), f"{end}起不再覆盖", by, note)
    return row


def appoint(
    branch: PartyBranch,
    *,
    post: str,
    start: date,
    by: User,
    member: PartyMember | None = None,
    person_name: str = "",
    **values: Any,
) -> BranchPost:
    """A person takes a post; a new secretary ends the post of the one before on the same day.

    Without `member` the person is the one of that name in the branch's roster of the day, where there is exactly one.
    """
    person_name = member.name if member else person_name
    member = member or member_called(branch, person_name, start)
    with transaction.atomic():
        if start < branch.founded_on:
            raise ValidationError({"start": f"不能早于党组织成立日期{branch.founded_on}。"}, code="start")
        require_one_post(branch, person_name, post, member)
        old = None
        if post == PostKind.SECRETARY:
            old = branch.posts.filter(post=post, end=None).first()
            if old is not None:
                close(old, start)
            refuse_overlap(branch.posts.filter(post=post), start, "这段时间已有书记")
        row = store(BranchPost(branch=branch, post=post, start=start, member=member, person_name=person_name, **values))
        log(branch, row.get_post_display(), old.person_name if old else "", f"{row.person_name}（{start}起）", by)
        if post == PostKind.SECRETARY:
            tell_keepers(branch, on=today(branch.committee))
    return row


def require_one_post(
    branch: PartyBranch, name: str, post: str, member: PartyMember | None = None, but: int | None = None
) -> None:
    """One person holds one post in one branch (PO-06), `but` that row; the same post twice is the database's own sentence."""
    held = branch.posts.filter(person_name=name, end=None).exclude(post=post).exclude(pk=but)
    other = (held.filter(Q(member=member) | Q(member=None)) if member else held).first()
    if other is not None:
        raise ValidationError(
            {
                "person_name": f"{name}现任{other.get_post_display()}，同一个人在同一党组织只担任一个职务。请先免去原职务。"
            },
            code="PO-06",
        )


def leave_post(row: BranchPost, *, end: date, by: User) -> BranchPost:
    """End a post as part of an act that tells of all posts together."""
    with transaction.atomic():
        close(row, end)
        log(row.branch, row.get_post_display(), row.person_name, f"{end}起免职", by)
    return row


def end_post(row: BranchPost, *, end: date, by: User) -> BranchPost:
    with transaction.atomic():
        leave_post(row, end=end, by=by)
        if row.post == PostKind.SECRETARY:
            tell_keepers(row.branch, on=today(row.branch.committee))
    return row


def sees_members(user: User, branch: PartyBranch) -> bool:
    """Members' names are for the office and the branch's own secretary; a liaison sees the branch without them."""
    return user.is_office or is_secretary_of(user, branch.pk)


def can_move(user: User, branch: PartyBranch, to: str) -> bool:
    return can_keep(user) and to in BRANCH_FLOW[BranchStatus(branch.status)]


def require_number(number: str, field: str = "", sentence: str = "请填写批准文号，没有批准不能办理。") -> str:
    """Setting up, changing and dissolving need an approval; its number is what proves it (DOMAIN §5.3)."""
    if not number.strip():
        raise ValidationError({field: sentence} if field else sentence, code="number")
    return number.strip()


def move_branch(branch: PartyBranch, *, to: str, by: User, note: str = "") -> PartyBranch:
    """启用, 整顿 or 恢复正常 by an approval whose number stands in the note; to dissolve is an act of its own."""
    if to == BranchStatus.DISSOLVED:
        raise ValidationError("撤销党组织要填撤销日期。", code="dissolve")
    if to in BRANCH_FLOW[BranchStatus(branch.status)]:
        require_number(note)
    return advance(branch, BRANCH_FLOW, to, by=by, note=note)


def dissolve_branch(branch: PartyBranch, *, on: date, document_no: str, by: User) -> PartyBranch:
    """撤销: coverage, posts and the open election end on the same day; members must have been transferred before."""
    require_number(document_no, "document_no")
    left = branch.memberships.full().on(on).count()
    if left:
        raise ValidationError(f"还有{left}名党员的组织关系在{branch}，请先为他们办理转出。", code="members")
    if on <= branch.founded_on:
        raise ValidationError({"on": f"撤销日期要晚于成立日期{branch.founded_on}。"}, code="dates")
    coverages = branch.coverages.filter(end=None).select_related("organization", "branch")
    posts = branch.posts.filter(end=None).select_related("branch")
    young = [(f"对{row.organization}的覆盖", row.start) for row in coverages.filter(start__gte=on)]
    young += [(f"{row.person_name}的{row.get_post_display()}职务", row.start) for row in posts.filter(start__gte=on)]
    if young:
        words = "、".join(f"{what}从{start}起" for what, start in young)
        raise ValidationError(f"{words}，不早于撤销日期{on}。请核对撤销日期，或先结束这几项。", code="dates")
    with transaction.atomic():
        for coverage in coverages:
            end_coverage(coverage, end=on, by=by, note="党组织撤销")
        for post in posts:
            leave_post(post, end=on, by=by)
        close_terms(branch, by=by, note=f"党组织撤销，{document_no}")
        branch = advance(
            branch, BRANCH_FLOW, BranchStatus.DISSOLVED, by=by, dissolved_on=on, dissolution_no=document_no
        )
        tell_keepers(branch, on=today(branch.committee))
        return branch
