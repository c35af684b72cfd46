"""组织设置申请 (DOMAIN §5.3): 申请 → 研究 → 批复 → 选举 → 报批备案 → 启用; a change and a cancellation end with the approval."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, require_reason, update_record
from core.models import User
from core.notices import notify
from core.periods import today
from core.transitions import TransitionError, advance
from organizations.choices import (
    APPLICATION_FLOW,
    ApplicationKind,
    ApplicationStatus,
    BranchKind,
    BranchStatus,
    PostKind,
)
from organizations.models import BranchApplication, BranchCoverage, PartyBranch, SocialOrganization, posted_ids

from .branches import dissolve_branch, end_coverage, method_of, require_number, start_coverage
from .election_rules import election_rules
from .elections import People, keep_elected, names_of, seat
from .intervals import NOT_ASKED, log, require_not_future
from .recipients import office_of
from .terms import follow_ledger

S, K = ApplicationStatus, ApplicationKind
APPOINTED = (
    BranchKind.TEMPORARY,
    BranchKind.FLOATING,
    BranchKind.FUNCTIONAL,
)  # their committee may be named from above
CHANGEABLE = (("name", "name"), ("short_name", "short_name"), ("branch_kind", "kind"), ("parent", "parent"))

# Who -----------------------------------------------------------------------------------------------------------------


def can_apply(user: User) -> bool:
    """Staff enter what came on paper; a secretary or a liaison drafts for the own branch or body."""
    return user.is_committee_staff or (not user.is_office and not user.is_administrator and any(posted_ids(user)))


def can_edit_application(user: User, row: BranchApplication) -> bool:
    return row.is_editable and (user.is_committee_staff or (row.created_by_id == user.pk and not user.is_office))


def can_move_application(user: User, row: BranchApplication, to: str) -> bool:
    """The leader approves and refuses, staff too from the signed paper; every other step is staff's."""
    if to == S.APPLIED:
        return can_edit_application(user, row) and to in steps_from(row)
    decides = to in (S.APPROVED, S.REFUSED) and row.status != S.ELECTED
    allowed = user.is_office if decides else user.is_committee_staff
    return allowed and to in steps_from(row)


def steps_from(row: BranchApplication) -> list[ApplicationStatus]:
    """The moves that this kind of application allows now: nothing is elected for a change or a cancellation."""
    found = APPLICATION_FLOW[S(row.status)]
    if row.status == S.APPROVED:
        return [S.ELECTED] if row.kind == K.SET_UP else [S.DONE]
    return list(found)


def _move(row: BranchApplication, to: str, **values: Any) -> BranchApplication:
    """`advance` with the moves of this kind only."""
    return advance(row, {row.status: steps_from(row)}, to, **values)


def remark_on(row: BranchApplication) -> str:
    """What the number of formal members says about the kind that is asked for; people decide (PO-02, PO-03)."""
    if row.kind == K.CANCEL or not row.branch_kind or row.full_member_count is None:
        return ""
    rules = election_rules(row.committee_id, row.requested_on or today(row.committee))
    return rules.members_problem(row.branch_kind, row.full_member_count)


# 申请 ----------------------------------------------------------------------------------------------------------------


AFTER = {
    "studied_on": ("requested_on",), "approved_on": ("requested_on",), "elected_on": ("approved_on",),
    "filed_on": ("elected_on",), "finished_on": ("approved_on", "requested_on"),
}  # fmt: skip


def order_problem(row: BranchApplication, name: str, day: date) -> str:
    """Why this step cannot have been on that day: one before it was later."""
    word = row._meta.get_field(name).verbose_name
    for earlier in AFTER[name]:
        if (first := getattr(row, earlier)) and day < first:
            return f"{word}不能早于{row._meta.get_field(earlier).verbose_name}{first}。"
    return ""


def _require_order(row: BranchApplication, name: str, day: date) -> None:
    if problem := order_problem(row, name, day):
        raise ValidationError({name: problem}, code="order")


def closed_problem(row: BranchApplication) -> str:
    """Why what was applied for cannot be changed any more."""
    if row.is_editable:
        return ""
    return "申请已经办结，不能再改。" if row.is_ended else "申请已进入研究，不能再改。要改请先退回补充。"


def check_application(row: BranchApplication, covers: Iterable[SocialOrganization | int]) -> None:
    """What a running application has to say, by its kind; of the bodies only their number counts."""
    bodies, wrong = list(covers), {}
    if row.kind == K.SET_UP:
        if row.branch_id:
            wrong["branch"] = "成立申请不写现有党组织，启用时自动建立。"
        if not row.name:
            wrong["name"] = "请填写拟成立党组织的全称。"
        elif PartyBranch.objects.filter(committee=row.committee_id, name=row.name, dissolved_on=None).exists():
            wrong["name"] = "已有同名的党组织。请先查找，不要重复申请（PO-05）。"
        if not row.branch_kind:
            wrong["branch_kind"] = "请选择拟成立党组织的类别。"
        if row.branch_kind == BranchKind.JOINT:
            least = election_rules(row.committee_id, row.requested_on or today(row.committee)).least_bodies
            if len(bodies) < least:
                number = "两" if least == 2 else least
                wrong["covers"] = f"联合党支部要写{number}家以上覆盖单位（COV-02）。"
    elif row.branch_id is None:
        wrong["branch"] = f"{row.get_kind_display()}要写现有的党组织。"
    elif row.branch.dissolved_on is not None:
        wrong["branch"] = f"{row.branch}已于{row.branch.dissolved_on}撤销。"
    elif row.kind == K.CHANGE and not bodies and not any(getattr(row, mine) for mine, _ in CHANGEABLE):
        raise ValidationError("请写明变更什么：名称、类别、上级党组织或者覆盖单位，至少一项。", code="change")
    if row.parent_id and row.parent_id == row.branch_id:
        wrong["parent"] = "上级党组织不能是自己。"
    if wrong:
        raise ValidationError(wrong, code="application")


def _check_own(row: BranchApplication, bodies: list[SocialOrganization], by: User) -> None:
    """Whoever is not of the office asks for the own branch, or for a branch of which the own body is part."""
    if by.is_committee_staff:
        return
    branches, own = posted_ids(by)
    if row.kind == K.SET_UP:
        if not {body.pk for body in bodies} & set(own):
            raise ValidationError({"covers": "覆盖单位里要有您负责的社会组织。"}, code="own")
    elif row.branch_id not in branches:
        raise ValidationError({"branch": "只能为您任书记的党组织申请。"}, code="own")


def apply(row: BranchApplication, *, covers: Iterable[SocialOrganization] = (), by: User) -> BranchApplication:
    """登记申请: the request as it came in; what a branch drafts itself is told to the office."""
    bodies = list(covers)
    check_application(row, bodies)
    _check_own(row, bodies, by)
    with transaction.atomic():
        row.full_clean()
        create_record(row, by=by)
        row.covers.set(bodies)
        if not by.is_committee_staff:
            _tell(row, office_of(row.committee_id), f"{row.applicant}申请{row}", "请检查材料，齐全的提交研究。")
    return row


def _tell(row: BranchApplication, users: Iterable[User], title: str, body: str) -> None:
    notify(users, key=f"application-{row.pk}-{row.version}", title=title, body=body, url=row.get_absolute_url())


def _tell_author(row: BranchApplication, by: User, body: str) -> None:
    """The answer, to whoever drafted the request outside the office."""
    author = row.created_by
    if author is not None and author != by and not author.is_office:
        _tell(row, [author], f"申请“{row}”：{row.get_status_display()}", body)


def change_application(
    row: BranchApplication, *, covers: Iterable[SocialOrganization], by: User, expected: int | None = None
) -> BranchApplication:
    bodies = list(covers)
    if problem := closed_problem(row):
        raise ValidationError(problem, code="closed")
    check_application(row, bodies)
    _check_own(row, bodies, by)
    with transaction.atomic():
        row.full_clean()
        update_record(row, by=by, expected=expected)
        row.covers.set(bodies)
    return row


# 研究 and 批复 ---------------------------------------------------------------------------------------------------------


def study(row: BranchApplication, *, studied_on: date, study_note: str = "", by: User) -> BranchApplication:
    """提交研究: staff have checked the papers; the committee talks about it on that day."""
    _require_order(row, "studied_on", studied_on)
    return _move(row, S.STUDYING, by=by, studied_on=studied_on, study_note=study_note)


def return_application(row: BranchApplication, *, reason: str, by: User) -> BranchApplication:
    """退回补充, or 退回重选 where an election result cannot be approved."""
    require_reason(reason, "请写明退回的原因。", field="")
    if row.status != S.ELECTED:
        with transaction.atomic():
            _move(row, S.RETURNED, by=by, note=reason, decision=reason[:500])
            _tell_author(row, by, reason)
        return row
    with transaction.atomic():
        _move(row, S.APPROVED, by=by, note=reason, elected_on=None, voters_due=None, voters_present=None)
        row.elected.all().delete()
    return row


def resubmit(row: BranchApplication, *, by: User) -> BranchApplication:
    if row.status != S.RETURNED:
        raise TransitionError(f"组织设置申请当前为“{row.get_status_display()}”，不用重新提交。", code="transition")
    with transaction.atomic():
        _move(row, S.APPLIED, by=by, decision="")
        if not by.is_committee_staff:
            _tell(row, office_of(row.committee_id), f"{row.applicant}补充了申请“{row}”", "请再检查材料。")
    return row


def refuse_application(row: BranchApplication, *, reason: str, by: User) -> BranchApplication:
    require_reason(reason, "请写明不予批准的理由。", field="")
    day = today(row.committee)
    with transaction.atomic():
        _move(row, S.REFUSED, by=by, note=reason, decision=reason[:500], finished_on=day)
        _tell_author(row, by, reason)
    return row


def approve_application(
    row: BranchApplication, *, approval_no: str, approved_by: str, approved_on: date, by: User,
    effective_on: date | None = None,
) -> BranchApplication:  # fmt: skip
    """批复: number, authority and day; a change or a cancellation counts from `effective_on`."""
    number = require_number(approval_no, "approval_no")
    require_not_future(row, "approved_on", approved_on)
    _require_order(row, "approved_on", approved_on)
    if row.status == S.ELECTED:
        raise TransitionError("已登记选举结果，不用再批复成立。", code="transition")
    with transaction.atomic():
        _move(
            row, S.APPROVED, by=by, approval_no=number, approved_by=approved_by.strip(),
            approved_on=approved_on, effective_on=effective_on or approved_on,
        )  # fmt: skip
        _tell_author(row, by, f"批复文号{row.approval_no}。" + ("请召开党员大会选举。" if row.kind == K.SET_UP else ""))
    return row


# 选举 and 报批备案 -------------------------------------------------------------------------------------------------------


def _vote_faults(row: BranchApplication, people: People, due: int | None, present: int | None) -> list[str]:
    rules, found = election_rules(row.committee_id, row.approved_on), []
    if sum(person["post"] == PostKind.SECRETARY for person in people) != 1:
        found.append("班子要有一名书记，也只能有一名书记。")
    if due and present is not None:
        if present > due:
            found.append(f"实到{present}人，多于应到{due}人，请核对。")
        elif not rules.quorum_met(present, due):
            found.append(f"应到{due}人，实到{present}人，不足{rules.quorum_words}，会议不能选举。")
    elif row.branch_kind not in APPOINTED:
        found.append("请填写应到、实到有选举权人数。只有临时、流动、功能型党支部的班子可以由上级指定。")
    return found


def elect_first(
    row: BranchApplication, *, elected_on: date, people: People, by: User, voters_due: int | None = None,
    voters_present: int | None = None,
) -> BranchApplication:  # fmt: skip
    """The first committee: elected by the members' meeting, or named from above where the kind allows it."""
    if S.ELECTED not in steps_from(row):
        return _move(row, S.ELECTED, by=by)
    require_not_future(row, "elected_on", elected_on)
    _require_order(row, "elected_on", elected_on)
    if faults := _vote_faults(row, people, voters_due, voters_present):
        raise ValidationError(faults, code="vote")
    with transaction.atomic():
        _move(
            row, S.ELECTED, by=by, note=names_of(people), elected_on=elected_on, voters_due=voters_due,
            voters_present=voters_present,
        )  # fmt: skip
        keep_elected(people, application=row)
    return row


def file_result(row: BranchApplication, *, filing_no: str, filed_on: date, by: User) -> BranchApplication:
    """报批备案: the secretary is approved, the others are put on record."""
    number = require_number(filing_no, "filing_no")
    require_not_future(row, "filed_on", filed_on)
    _require_order(row, "filed_on", filed_on)
    return _move(row, S.FILED, by=by, filing_no=number, filed_on=filed_on)


# 启用 ----------------------------------------------------------------------------------------------------------------


def finish(row: BranchApplication, *, by: User) -> BranchApplication:
    """启用 (成立), 执行变更 or 撤销: everything that follows, once, in one transaction. A second click is refused."""
    if S.DONE not in steps_from(row):
        return _move(row, S.DONE, by=by)
    if row.kind != K.SET_UP and row.effective_on and row.effective_on > today(row.committee):
        raise ValidationError(f"{row.effective_on}才生效，请到那一天再办结。", code="future")
    do = {K.SET_UP: _set_up, K.CHANGE: _change, K.CANCEL: _cancel}[K(row.kind)]
    with transaction.atomic():
        branch = do(row, by)
        before = {"former_name": row.former_name, "former_kind": row.former_kind}
        _move(row, S.DONE, by=by, finished_on=today(row.committee), branch=branch, **before)
    return row


def _set_up(row: BranchApplication, by: User) -> PartyBranch:
    """The branch with its coverage, its first committee and its first term."""
    due_day = election_rules(row.committee_id, row.elected_on).due_day(row.branch_kind, row.elected_on)
    branch = PartyBranch(
        committee_id=row.committee_id, name=row.name, short_name=row.short_name, kind=row.branch_kind, parent=row.parent,
        founded_on=row.approved_on, approval_no=row.approval_no, approved_by=row.approved_by, contact=row.contact,
        term_number=1, term_start=row.elected_on, term_end=due_day, status=BranchStatus.NORMAL,
    )  # fmt: skip
    branch.full_clean(exclude=NOT_ASKED)
    create_record(branch, by=by, note=f"成立，批复{row.approval_no}")
    _cover(row, branch, row.approved_on, by)
    seat(branch, row.elected.all(), start=row.elected_on, by=by, note=f"第1届，{row.filing_no}")
    follow_ledger([branch.pk], by=by)
    return branch


def _cover(row: BranchApplication, branch: PartyBranch, start: date, by: User) -> None:
    there = set(branch.coverages.filter(end=None).values_list("organization_id", flat=True))
    for body in row.covers.select_related("committee"):
        if body.pk not in there:
            start_coverage(
                branch, organization=body, start=max(start, body.registered_on), by=by, document_no=row.approval_no
            )


def _change(row: BranchApplication, by: User) -> PartyBranch:
    """Name, kind and superior; a kind that covers in another way closes the old coverage and opens the new on that day."""
    branch = PartyBranch.objects.select_related("committee").get(pk=row.branch_id)
    method, on, names = method_of(branch), row.effective_on, (branch.name, branch.short_name)
    row.former_name = branch.name if row.name and row.name != branch.name else ""
    row.former_kind = branch.kind if row.branch_kind and row.branch_kind != branch.kind else ""
    for mine, theirs in CHANGEABLE:
        if value := getattr(row, mine):
            setattr(branch, theirs, value)
    branch.remember(*names)
    branch.full_clean(exclude=NOT_ASKED)
    update_record(branch, by=by, note=f"变更，批复{row.approval_no}")
    if method_of(branch) != method:
        open_rows = branch.coverages.filter(end=None).select_related("organization__committee", "branch")
        _require_begun(open_rows.filter(start__gte=on).order_by("start", "pk"), on)
        for coverage in open_rows:
            end_coverage(coverage, end=on, by=by, note=f"类别变更，{row.approval_no}")
            start_coverage(branch, organization=coverage.organization, start=on, by=by, document_no=row.approval_no)
    _cover(row, branch, on, by)
    log(branch, "变更批复", "", row.approval_no, by, f"{on}起生效")
    return branch


def _require_begun(young: Iterable[BranchCoverage], on: date) -> None:
    """A coverage that began on the day of the change or later cannot be closed on that day."""
    if faults := [
        f"{row.branch}对{row.organization}的覆盖从{row.start}才开始，不能在变更生效的{on}改换覆盖方式。"
        "请先在党组织的页面上结束对这家的覆盖，变更办结以后再按新的类别登记。"
        for row in young
    ]:
        raise ValidationError(faults, code="order")


def _cancel(row: BranchApplication, by: User) -> PartyBranch:
    branch = PartyBranch.objects.select_related("committee").get(pk=row.branch_id)
    dissolve_branch(branch, on=row.effective_on, document_no=row.approval_no, by=by)
    audit.record(AuditEvent.CHANGE, branch, by=by, note=f"按撤销申请办理，批复{row.approval_no}")
    return branch
