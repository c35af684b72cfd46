"""党员: the page, its forms and the logged look at full numbers."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.attachments import attachment_context
from core.cleaning import clean_line
from core.pages import Action, Cell, CreatePage, DetailPage, Fact, UpdatePage, visible_or_404
from core.permissions import is_business, require
from core.timeline import Event, events_of
from organizations import forms
from organizations.choices import (
    ChangeKind,
    JoinReason,
    LeaveReason,
    MemberCategory,
    MembershipKind,
    MemberStatus,
    PostKind,
)
from organizations.models import (
    BranchPost,
    FloatingRecord,
    LostRecord,
    MemberCorrection,
    Membership,
    MemberTransfer,
    PartyMember,
    is_secretary_of,
    party_age,
)
from organizations.workflows import conduct as conduct_rules
from organizations.workflows import members as workflows
from organizations.workflows import transfers

from .base import office_day, revealed
from .conduct import conduct_events, conduct_of


class PartyMemberDetail(DetailPage):
    model = PartyMember
    template_name = "organizations/partymember_detail.html"

    @cached_property
    def day(self) -> date:
        return office_day(self.request)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_branch(self.day)

    @cached_property
    def memberships(self) -> list[Membership]:
        return list(self.object.memberships.select_related("branch").order_by("-start"))

    @property
    def current(self) -> Membership | None:
        return next((m for m in self.memberships if m.kind == MembershipKind.FULL and m.end is None), None)

    @cached_property
    def transfer(self) -> MemberTransfer | None:
        """The one that is open."""
        return self.object.transfers.open().select_related("from_branch", "to_branch").first()

    @cached_property
    def keeps(self) -> bool:
        """Staff, and the secretary of a branch where the member is."""
        user = self.request.user
        here = [m.branch_id for m in self.memberships if m.end is None]
        return workflows.can_keep(user) or any(is_secretary_of(user, pk) for pk in here)

    @cached_property
    def absences(self) -> list[FloatingRecord | LostRecord]:
        """Open records of an absence; looked for only where the roster tells of one."""
        member, found = self.object, []
        if member.floating:
            found += member.floating_records.open()
        if member.is_lost:
            found += member.lost_records.open()
        return found

    @cached_property
    def conduct(self) -> list[Any]:
        return conduct_of(self.object, self.request.user)

    def states(self) -> list[Cell]:
        moving = [Cell(f"转接{self.transfer.get_status_display()}", kind="info")] if self.transfer else []
        return [*super().states(), *moving]

    def meta(self) -> str:
        member = self.object
        return f"{member.get_category_display()} · {member.branch_name or '不在任何支部'}"

    def facts(self) -> list[Fact]:
        member = self.object
        url = reverse("organizations:partybranch-detail", args=[member.branch_ref]) if member.branch_ref else ""
        pages = {type(row): row.get_absolute_url() for row in self.absences}
        lost_url = pages.get(LostRecord, "")
        lost = [Fact("失联", Cell(f"{member.lost_on or ''}起失联", kind="bad"), lost_url)] if member.is_lost else []
        moving = [Fact("转接", str(self.transfer), self.transfer.get_absolute_url())] if self.transfer else []
        age = party_age(member.full_on, self.day)
        floating = f"{member.get_floating_display()}{f'，{member.floating_place}' if member.floating_place else ''}"
        extended = "已延长一次" if member.probation_until else ""
        return [
            Fact("所在党支部", member.branch_name, url),
            *(self.fact(name) for name in ("sex", "ethnicity", "born_on", "education", "category")),
            *(self.fact(name) for name in ("joined_on", "full_on")),
            Fact("党龄", f"{age}年" if age is not None else None, note="从转正之日算起" if age is not None else ""),
            *([Fact("预备期满", member.probation_end, note=extended)] if member.probation_end else []),
            self.posts_fact(),
            *(self.fact(name) for name in ("workplace", "position", "is_full_time_staff")),
            *(self.fact(name) for name in ("is_leader", "is_retired") if getattr(member, name)),
            Fact("证件号码", member.masked_id_number or None, note=member.get_id_kind_display()),
            Fact("手机号码", member.masked_phone or None),
            Fact("流动状态", floating if member.floating else "非流动", pages.get(FloatingRecord, "")),
            *lost,
            *moving,
            self.fact("fee_paid_until"),
            *([Fact("备注", member.remark, wide=True)] if member.remark else []),
        ]

    @cached_property
    def posts(self) -> list[BranchPost]:
        return list(self.object.posts.select_related("branch").order_by("start", "pk"))

    def posts_fact(self) -> Fact:
        """The posts of today with the branch in which each is held, then one held elsewhere."""
        held = [post for post in self.posts if post.start <= self.day and (post.end is None or post.end > self.day)]
        held.sort(key=lambda post: PostKind.values.index(post.post))
        words = [f"{post.branch}{post.get_post_display()}" for post in held]
        other = [self.object.party_post] if self.object.party_post else []
        url = held[0].branch.get_absolute_url() if len(held) == 1 and not other else ""
        return Fact("党内职务", "、".join([*words, *other]) or None, url)

    def post_events(self) -> Iterator[Event]:
        for post in self.posts:
            words, url = f"{post.branch}{post.get_post_display()}", post.branch.get_absolute_url()
            yield Event(post.start, f"任{words}", url, post.body_post)
            if post.end:
                yield Event(post.end, f"不再任{words}", url)

    def edit_url(self) -> str:
        """The whole form for staff; the secretary's own small one."""
        if self.keeps and not workflows.can_keep(self.request.user):
            return reverse("organizations:partymember-contact", args=[self.object.pk])
        return super().edit_url()

    def actions(self) -> list[Action]:
        member, current, links = self.object, self.current, []
        user, normal = self.request.user, member.status == MemberStatus.NORMAL
        staff, there = workflows.can_keep(user), member.floating or member.is_lost
        if self.transfer is None and transfers.can_start(user, member, current):
            links.append(("转接组织关系" if current else "转入党支部", "partymember-transfer", False))
        if staff and member.category == MemberCategory.PROBATIONARY and normal:
            links.append(("办理转正", "partymember-full", False))
            if member.probation_until is None:
                links.append(("延长预备期", "partymember-extend", False))
        if staff and current is None and member.status == MemberStatus.SUSPENDED:
            links.append(("恢复党籍", "partymember-restore", False))
        if self.keeps and not there:
            links.append(("登记流动", "partymember-floating", False))
        if self.keeps and current and not member.is_lost:
            links.append(("登记失联", "partymember-lost", False))
        last = current or next(iter(self.memberships), None)
        if staff and last:
            links.append(("更正编入、减少", "partymember-membership", False))
        if staff and (current or member.status == MemberStatus.SUSPENDED):
            links.append(("离开名册", "partymember-leave", True))
        parts = {"partymember-membership": [last.pk]} if last else {}
        return [
            Action(
                label,
                reverse(f"organizations:{name}", args=[member.pk, *parts.get(name, ())]),
                post=False,
                danger=danger,
            )
            for label, name, danger in links
        ]

    def events(self) -> list[Event]:
        member = self.object
        own = [Event(member.joined_on, "入党", key=True)] if member.joined_on else []
        own += [Event(member.full_on, "转正", key=True)] if member.full_on else []
        own += self.post_events()
        for row in self.memberships:
            url = row.branch.get_absolute_url()
            words = (JoinReason(row.join_reason).label, row.origin, row.document_no)
            own.append(Event(row.start, f"编入{row.branch}", url, "，".join(filter(None, words))))
            if row.end:
                words = (LeaveReason(row.leave_reason).label, row.destination, row.leave_document_no)
                own.append(Event(row.end, f"离开{row.branch}", note="，".join(filter(None, words))))
        named = member.changes.filter(membership=None).exclude(kind=ChangeKind.CONFIRMED)
        for change in named:
            note = "，".join(filter(None, (change.note, change.document_no)))
            own.append(Event(change.on, change.get_kind_display(), note=note, key=True))
        return own

    def registers(self) -> dict[str, bool]:
        """Which of the records of conduct this user may add; only one correction runs at a time."""
        user, here = self.request.user, self.current
        may = conduct_rules.keeps_for(user, here)
        running = any(row.is_open for row in self.conduct if isinstance(row, MemberCorrection))
        return {"can_add_lapse": may, "can_add_correction": may and not running}

    def get_context(self) -> dict[str, Any]:
        user, member = self.request.user, self.object
        return {
            **super().get_context(),
            **attachment_context(user, member),
            "events": events_of(member, user, [*self.events(), *conduct_events(self.conduct)]),
            "conduct": self.conduct,
            **self.registers(),
            "can_reveal": self.keeps,
        }


@never_cache
@require_POST
def reveal_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Full numbers on a page of their own, after a purpose was written down; the answer is kept nowhere."""
    member = visible_or_404(PartyMember, request.user, pk)
    require(workflows.can_reveal(request.user, member), request)
    try:
        found = workflows.reveal(member, purpose=clean_line(request.POST.get("purpose", ""))[:200], by=request.user)
    except (ValidationError, ValueError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect(member)
    return revealed(request, member, found.items())


class PartyMemberCreate(CreatePage):
    model = PartyMember
    form_class = forms.MemberForm

    def save(self, form: forms.MemberForm) -> PartyMember:
        answers = form.cleaned_data
        member = form.save(commit=False)
        member.full_clean(exclude=["committee", "created_by"])
        return transfers.enrol_new(
            member,
            branch=answers["branch"],
            start=answers["branch_start"],
            kind=answers["membership_kind"],
            join_reason=answers["join_reason"] or JoinReason.INITIAL,
            origin=answers["origin"],
            await_receipt=answers["await_receipt"],
            by=self.request.user,
        )


class PartyMemberUpdate(UpdatePage):
    model = PartyMember
    form_class = forms.MemberForm


class PartyMemberContact(UpdatePage):
    """What the secretary of the branch puts right: how to reach the member, work, schooling, the fee."""

    model = PartyMember
    title = "修改联系方式和工作"
    intro = "姓名、证件号码、人员类别、入党和转正日期由综合党委工作人员修改，写错的请告诉他们。"
    form_class = forms.MemberContactForm
    allowed = staticmethod(is_business)
    can_edit = staticmethod(workflows.can_mend)
