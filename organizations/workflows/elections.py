"""换届 (DOMAIN §5.4): reminding, preparing, the vote with its checks, the approval that seats the new committee, extension."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.editing import require_reason
from core.models import User
from core.notices import notify
from core.periods import today
from core.transitions import TransitionError, advance
from organizations.choices import TERM_FLOW, MajorityBase, MemberCategory, PostKind, ReminderWay, TermStatus
from organizations.models import BranchPost, ElectedPerson, ElectionTerm, PartyBranch
from organizations.models.checks.branches import OF_MEMBERS

from .branches import leave_post, require_number
from .election_rules import ElectionRules, election_rules, is_majority
from .intervals import NOT_ASKED, log, require_not_future, store
from .keepers import tell_keepers
from .posts import member_called
from .recipients import secretaries_of
from .terms import follow_ledger, renew

FIGURES = (
    "voters_due", "voters_present", "candidates", "seats", "ballots_issued", "ballots_returned",
)  # fmt: skip
People = list[dict[str, Any]]


def can_run(user: User, term: ElectionTerm) -> bool:
    """Staff keep the course of an election."""
    return user.is_committee_staff and term.is_open


def can_move(user: User, term: ElectionTerm, to: str) -> bool:
    """What the office approves — a result, an extension — its leader or its staff enters from the paper; the rest is staff's."""
    approves = to in (TermStatus.DONE, TermStatus.POSTPONED)
    return (user.is_office if approves else user.is_committee_staff) and to in TERM_FLOW[TermStatus(term.status)]


# Before the vote ---------------------------------------------------------------------------------------------------


def remind(term: ElectionTerm, *, on: date, way: str, by: User) -> ElectionTerm:
    """提醒: by letter or phone; the secretary finds it among the notices too."""
    require_not_future(term, "on", on)
    with transaction.atomic():
        advance(term, TERM_FLOW, TermStatus.REMINDED, by=by, reminded_on=on, reminder_way=way)
        notify(
            secretaries_of([term.branch_id], on),
            key=f"term-{term.pk}-reminded-{on}",
            title=f"{term.branch}应当按期换届",
            body=f"综合党委已于{on}{ReminderWay(way).label}提醒：第{term.number}届任期到{term.latest_day}届满，请抓紧筹备。",
            url=term.get_absolute_url(),
        )
    return term


def prepare(term: ElectionTerm, *, request_no: str, reply_no: str, by: User) -> ElectionTerm:
    """筹备: the branch has asked, the committee has agreed to hold the election."""
    values = {"request_no": request_no.strip(), "reply_no": reply_no.strip()}
    return advance(term, TERM_FLOW, TermStatus.PREPARING, by=by, **values)


def postpone(term: ElectionTerm, *, extension_no: str, until: date, reason: str, by: User) -> ElectionTerm:
    """批准延期: with the number of the approval; together not longer than the setting allows after the due day."""
    number = require_number(extension_no, "extension_no", "请填写批准延期的文号，没有批准不能延期。")
    rules = election_rules(term.committee_id, today(term.committee))
    months, last = rules.extension_max_months, rules.last_extension(term.due_on)
    if until <= term.latest_day:
        raise ValidationError({"until": f"延期至的日期要晚于{term.latest_day}。"}, code="until")
    if until > last:
        raise ValidationError(
            {"until": f"延期合计一般不超过{months}个月：应换届日期{term.due_on}，最晚到{last}。"}, code="until"
        )
    return advance(
        term, TERM_FLOW, TermStatus.POSTPONED, by=by, note=reason, extension_no=number, extended_until=until,
        extension_reason=reason[:200],
    )  # fmt: skip


# The vote ----------------------------------------------------------------------------------------------------------


def voters_of(branch: PartyBranch, on: date) -> int:
    """Full members of the branch on that day; who is on probation has no vote."""
    return branch.memberships.full().on(on).filter(member__category="full").count()


def vote_faults(figures: dict[str, int], people: People, rules: ElectionRules) -> list[str]:
    """Why the vote is not valid, in sentences; empty when it is."""
    due, present = figures["voters_due"], figures["voters_present"]
    issued, returned = figures["ballots_issued"], figures["ballots_returned"]
    found = []
    if not due:
        found.append("应到有选举权人数要大于0。")
    if present > due:
        found.append(f"实到{present}人，多于应到{due}人，请核对。")
    if not rules.quorum_met(present, due):
        found.append(f"应到{due}人，实到{present}人，不足{rules.quorum_words}，会议不能选举。")
    if returned > issued:
        found.append(f"收回选票{returned}张，多于发出的{issued}张，选举无效，请重新选举。")
    if issued > present:
        found.append(f"发出选票{issued}张，多于实到{present}人，请核对。")
    if len(people) > figures["seats"]:
        found.append(f"当选{len(people)}人，多于应选{figures['seats']}人。")
    base = present if rules.majority_base == MajorityBase.PRESENT else due
    return found + _people_faults(people, returned, base, rules)


def _people_faults(people: People, returned: int, base: int, rules: ElectionRules) -> list[str]:
    found, names = [], [person["person_name"] for person in people]
    found += [
        f"{name}填了两次：同一个人在同一党组织只能担任一个职务（PO-06）。"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if sum(person["post"] == PostKind.SECRETARY for person in people) != 1:
        found.append("新一届班子要有一名书记，也只能有一名书记。")
    for person in people:
        votes = person.get("votes")
        if votes is None:
            continue
        if votes > returned:
            found.append(f"{person['person_name']}得{votes}票，多于收回的{returned}张选票。")
        elif not is_majority(votes, base):
            found.append(f"{person['person_name']}得{votes}票，没有超过{rules.base_words}{base}人的半数，不能当选。")
    return found


def hold_election(term: ElectionTerm, *, elected_on: date, people: People, by: User, **figures: int) -> ElectionTerm:
    """登记选举结果: checked as a whole, then kept until it is approved."""
    require_not_future(term, "elected_on", elected_on)
    if term.started_on and elected_on <= term.started_on:
        raise ValidationError({"elected_on": f"选举日期要晚于本届选举日期{term.started_on}。"}, code="order")
    rules = election_rules(term.committee_id, elected_on)
    if faults := vote_faults(figures, people, rules):
        raise ValidationError(faults, code="vote")
    with transaction.atomic():
        advance(
            term, TERM_FLOW, TermStatus.ELECTED, by=by, elected_on=elected_on, majority_base=rules.majority_base,
            note=names_of(people), **figures,
        )  # fmt: skip
        keep_elected(people, term=term)
    return term


def keep_elected(people: People, **owner: Any) -> list[ElectedPerson]:
    """Write down who was elected, in place of whoever stood there."""
    ElectedPerson.objects.filter(**owner).delete()
    return [store(ElectedPerson(place=place, **owner, **person)) for place, person in enumerate(people, 1)]


def names_of(people: Iterable[dict[str, Any]]) -> str:
    return "、".join(f"{PostKind(person['post']).label}{person['person_name']}" for person in people)


def return_election(term: ElectionTerm, *, reason: str, by: User) -> ElectionTerm:
    """退回重选: the result was not approved or the vote was void; what was entered goes back to 筹备."""
    require_reason(reason, "请写明退回重选的原因。", field="")
    if term.status != TermStatus.ELECTED:
        raise TransitionError(f"换届当前为“{term.get_status_display()}”，不能退回重选。", code="transition")
    blank = dict.fromkeys(FIGURES)
    with transaction.atomic():
        advance(
            term, TERM_FLOW, TermStatus.PREPARING, by=by, note=reason, elected_on=None, majority_base="", **blank
        )  # fmt: skip
        term.elected.all().delete()
    return term


def remarks_on(term: ElectionTerm, elected: Sequence[ElectedPerson], rules: ElectionRules) -> list[str]:
    """What staff should look at; the software reminds, people decide."""
    found = []
    if term.candidates is not None and term.seats and not rules.has_margin(term.candidates, term.seats):
        found.append(
            f"候选人{term.candidates}人，应选{term.seats}人，差额不足{rules.margin_percent}%。请核对是否经批准等额选举。"
        )
    if term.elected_on and rules.is_early(term.elected_on, term.due_on) and not term.reply_no:
        found.append(
            f"比应换届日期{term.due_on}提前{rules.early_months}个月以上选举，提前换届要经批准，还没有填同意换届批复文号。"
        )
    seats = rules.seats_problem(term.branch.kind, term.voters_due or 0, len(elected)) if elected else ""
    if term.branch.kind not in OF_MEMBERS:
        return [*found, *([seats] if seats else [])]
    head = next((person for person in elected if person.post == PostKind.SECRETARY), None)
    if head is not None and term.is_open:
        member = member_called(term.branch, head.person_name, term.elected_on)
        if member is None or member.category != MemberCategory.FULL:
            found.append(f"书记{head.person_name}不在本党组织的正式党员名册里，请核对（PO-04）。")
    return [*found, *([seats] if seats else [])]


# The approval ------------------------------------------------------------------------------------------------------


def approve_election(term: ElectionTerm, *, approval_no: str, on: date, by: User) -> ElectionTerm:
    """批复: the new committee takes its posts from the day of the election, the ledger's term is renewed, the next 换届 opens."""
    number = require_number(approval_no, "approval_no", "请填写批准选举结果的文号。")
    require_not_future(term, "on", on)
    if term.elected_on and on < term.elected_on:
        raise ValidationError({"on": f"批复日期不能早于选举日期{term.elected_on}。"}, code="order")
    with transaction.atomic():
        advance(term, TERM_FLOW, TermStatus.DONE, by=by, approval_no=number, approved_on=on)
        branch = PartyBranch.objects.select_related("committee").get(pk=term.branch_id)
        seat(branch, term.elected.all(), start=term.elected_on, by=by, note=f"第{term.number + 1}届，{number}")
        tell_keepers(branch, on=today(branch.committee))
        rules = election_rules(term.committee_id, term.elected_on)
        renew(
            branch, number=term.number + 1, start=term.elected_on, end=rules.due_day(branch.kind, term.elected_on),
            by=by, note=f"换届，选举结果批复{number}",
        )  # fmt: skip
        follow_ledger([branch.pk], by=by)
    return term


def seat(
    branch: PartyBranch, people: Iterable[ElectedPerson], *, start: date, by: User, note: str = ""
) -> list[BranchPost]:
    """The posts of a new committee: whoever held one until now leaves it on that day, also who goes on in the same post."""
    before = {
        post.person_name: post for post in branch.posts.filter(end=None).select_related("branch").order_by("start")
    }
    for post in branch.posts.filter(end=None).select_related("branch"):
        leave_post(post, end=start, by=by)
    rows = []
    for person in people:
        old = before.get(person.person_name)
        row = BranchPost(
            branch=branch, post=person.post, person_name=person.person_name, start=start,
            member=member_called(branch, person.person_name, start) or (old.member if old else None),
            body_post=person.body_post or (old.body_post if old else ""),
            phone=old.phone if old else "", is_full_time=old.is_full_time if old else False,
        )  # fmt: skip
        rows.append(store(row, taken_over=NOT_ASKED))
        log(branch, row.get_post_display(), "", f"{row.person_name}（{start}起）", by, note)
    return rows
