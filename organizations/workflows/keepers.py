"""Accounts that act as the secretary of a branch whose secretary is somebody else by now: told to those who keep accounts."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from core.notices import notify
from organizations.choices import PostingRole
from organizations.models import BranchPost, PartyBranch, Posting

from .recipients import office_of


def posting_url(pk: int) -> str:
    """Where staff end the posting of an account."""
    return reverse("admin:organizations_posting_change", args=[pk])


def outdated_postings(on: date) -> QuerySet:
    """Open accounts of secretaries under a name that holds the post in that branch no more."""
    holding = BranchPost.objects.secretaries().on(on)
    holding = holding.filter(branch=OuterRef("branch"), person_name=OuterRef("user__name"))
    return Posting.objects.on(on).filter(~Exists(holding), role=PostingRole.SECRETARY, user__is_active=True)


def tell_keepers(branch: PartyBranch, *, on: date) -> None:
    """After a secretary's post has ended or passed on: which accounts still act as secretary, once for each successor."""
    rows = list(outdated_postings(on).filter(branch=branch).select_related("user"))
    if not rows:
        return
    now = BranchPost.objects.secretaries().on(on).filter(branch=branch).order_by("-start").first()
    keepers = office_of(branch.committee_id)
    for row in rows:
        said = f"现任书记是{now.person_name}" if now else "现在没有登记书记"
        what, todo = "书记已换，请更换账号任职", "请结束原任职，给新书记建立账号或登记任职。"
        if branch.dissolved_on:
            said, what, todo = f"这个党组织{branch.dissolved_on}已撤销", "已撤销，请结束账号任职", "请结束这项任职。"
        notify(
            keepers,
            key=f"posting-{row.pk}-{now.pk if now else 'none'}",
            title=f"{branch}{what}",
            body=f"账号“{row.user}”（{row.user.username}）仍以书记身份管理{branch}，{said}。{todo}",
            url=posting_url(row.pk),
        )
