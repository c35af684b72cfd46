"""The open 换届 of every branch: it follows the ledger's present term, and it reminds when its day comes near."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from core import audit
from core.choices import AuditEvent
from core.due import due
from core.editing import create_record, update_record
from core.models import AuditEntry, Committee, Notice, User
from core.notices import notices, send
from core.periods import today
from core.transitions import advance
from organizations.choices import TERM_FLOW, TermStatus
from organizations.models import ElectionTerm, PartyBranch

from .election_rules import ElectionRules, election_rules
from .intervals import NOT_ASKED
from .recipients import office_of, secretaries_by_branch

CHUNK = 2000
BLANK = {"remark": "", "request_no": "", "reply_no": "", "extended_until": None, "reminded_on": None}

# Following the ledger ----------------------------------------------------------------------------------------------


def follow_ledger(branch_ids: Iterable[int], *, by: User | None = None) -> int:
    """Make, move or take away the open term of these branches as their 本届 columns say; returns how many changed.

    Once the election has been held the term no longer follows: its result will renew the columns. Any number of times.
    """
    ids, changed = sorted(branch_ids), 0
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            changed += _follow(ids[start : start + CHUNK], by)
    return changed


def _follow(ids: list[int], by: User | None) -> int:
    terms: dict[int, list[ElectionTerm]] = {}
    for term in ElectionTerm.objects.filter(branch__in=ids).select_related("branch"):
        terms.setdefault(term.branch_id, []).append(term)
    new, changed = [], 0
    for branch in PartyBranch.objects.filter(pk__in=ids).order_by("pk"):
        known = terms.get(branch.pk, [])
        open_term = next((term for term in known if term.is_open), None)
        wanted = branch.dissolved_on is None and branch.term_end is not None
        if open_term is not None:
            changed += _adjust(open_term, branch, known, by) if wanted else _withdraw([open_term], by)
        elif wanted:
            new.append(_first(branch, known, by))
    ElectionTerm.objects.bulk_create(new)
    AuditEntry.objects.bulk_create(
        [audit.entry(AuditEvent.CREATE, term, by=by, note="按台账的本届任期建立") for term in new]
    )
    return changed + len(new)


def _free_number(branch: PartyBranch, others: Iterable[ElectionTerm]) -> int:
    taken = {term.number for term in others}
    number = branch.term_number or 1
    return number if number not in taken else max(taken) + 1


def _first(branch: PartyBranch, known: list[ElectionTerm], by: User | None) -> ElectionTerm:
    return ElectionTerm(
        committee_id=branch.committee_id, branch=branch, number=_free_number(branch, known),
        started_on=branch.term_start, due_on=branch.term_end, created_by=by,
    )  # fmt: skip


def _adjust(term: ElectionTerm, branch: PartyBranch, known: list[ElectionTerm], by: User | None) -> int:
    if term.elected_on is not None or (term.extended_until and term.extended_until <= branch.term_end):
        return 0
    number = term.number if branch.term_number is None else _free_number(branch, [t for t in known if t is not term])
    wanted = (number, branch.term_start, branch.term_end)
    if (term.number, term.started_on, term.due_on) == wanted:
        return 0
    term.number, term.started_on, term.due_on = wanted
    update_record(term, by=by, note="按台账的本届任期更新")
    return 1


def _withdraw(terms: list[ElectionTerm], by: User | None) -> int:
    """Take away terms that only followed the ledger; what somebody has worked on stays."""
    gone = [t for t in terms if t.status == TermStatus.WAITING and all(getattr(t, k) == v for k, v in BLANK.items())]
    for term in gone:
        audit.record(AuditEvent.DELETE, term, by=by, note="台账里没有本届届满日期")
    return ElectionTerm.objects.filter(pk__in=[term.pk for term in gone]).delete()[0]


def release_terms(branch_ids: Iterable[int], *, by: User | None = None) -> int:
    """Before branches that an import made are taken away again: their untouched terms go with them."""
    found = ElectionTerm.objects.filter(branch__in=list(branch_ids)).select_related("branch")
    return _withdraw(list(found), by)


# By hand -----------------------------------------------------------------------------------------------------------


def open_term(
    branch: PartyBranch, *, number: int, by: User, started_on: date | None = None, due_on: date | None = None,
    remark: str = "",
) -> ElectionTerm:  # fmt: skip
    """Enter the present term of a branch that has none; the ledger's columns say the same from now on."""
    if branch.dissolved_on is not None:
        raise ValidationError(f"{branch}已于{branch.dissolved_on}撤销，不再换届。", code="dissolved")
    if due_on is None and started_on is not None:
        rules = election_rules(branch.committee_id, started_on)
        due_on = rules.due_day(branch.kind, started_on)
    if due_on is None:
        raise ValidationError({"due_on": "请填写应换届日期；填了本届选举日期的，可以按任期自动算出。"}, code="due")
    term = ElectionTerm(
        branch=branch, committee_id=branch.committee_id, number=number, started_on=started_on, due_on=due_on,
        remark=remark,
    )  # fmt: skip
    with transaction.atomic():
        term.full_clean()
        create_record(term, by=by)
        renew(branch, number=number, start=started_on, end=due_on, by=by, note="登记换届")
    return term


def change_term(term: ElectionTerm, *, by: User, expected: int | None = None) -> ElectionTerm:
    """Correct an open term and, with it, the ledger's columns of the present term."""
    if not term.is_open or term.elected_on is not None:
        raise ValidationError("选举结果已登记，不能再改应换届日期。选举没有通过的，请先退回重选。", code="held")
    with transaction.atomic():
        term.full_clean()
        update_record(term, by=by, expected=expected)
        branch = PartyBranch.objects.get(pk=term.branch_id)
        renew(branch, number=term.number, start=term.started_on, end=term.due_on, by=by, note="更正换届")
    return term


def renew(
    branch: PartyBranch, *, number: int, start: date | None, end: date | None, by: User | None, note: str
) -> PartyBranch:
    """Write the present term into the ledger."""
    if (branch.term_number, branch.term_start, branch.term_end) == (number, start, end):
        return branch
    branch.term_number, branch.term_start, branch.term_end = number, start, end
    branch.full_clean(exclude=NOT_ASKED)
    return update_record(branch, by=by, note=note)


def close_terms(branch: PartyBranch, *, by: User, note: str) -> None:
    """A dissolved branch elects nobody any more; a result that was not approved falls away with it."""
    for term in branch.terms.open().select_related("branch"):
        advance(term, TERM_FLOW, TermStatus.CLOSED, by=by, note=note, elected_on=None)


# Reminding ---------------------------------------------------------------------------------------------------------


def reminder_title(term: ElectionTerm, stage: int, on: date) -> str:
    if stage == 0:
        return f"{term.branch}换届已超期{(on - term.latest_day).days}天"
    return f"{term.branch}{stage}个月内应当换届"


def remind_committee(committee: Committee, on: date) -> int:
    """Notices 6, 3 and 1 months before an election is due and once when it is overdue: to the office and the secretary.

    The key names term, deadline and stage, so that any number of runs leave one notice each, and an extension begins anew.
    """
    rules = election_rules(committee, on)
    terms = ElectionTerm.objects.filter(committee=committee).due_soon(on, rules.near_months).select_related("branch")
    office = office_of(committee.pk)
    heads = secretaries_by_branch([term.branch_id for term in terms], on)
    found = [_reminder(term, rules, [*office, *heads.get(term.branch_id, [])], on) for term in terms]
    send([notice for told in found for notice in told])
    return sum(map(bool, found))


def _reminder(term: ElectionTerm, rules: ElectionRules, users: list[User], on: date) -> list[Notice]:
    stage = rules.reminder_stage(term.latest_day, on)
    if stage is None:
        return []
    day = term.latest_day
    return notices(
        users,
        key=f"term-{term.pk}-{day}-{stage}",
        title=reminder_title(term, stage, on),
        body=f"第{term.number}届任期到{day.year}年{day.month}月{day.day}日届满。请按程序请示、选举、报批；"
        "不能按期换届的，要报请批准延期。",
        url=term.get_absolute_url(),
    )


@due("organizations.elections")
def remind_all() -> int:
    """Bring every open term in step with the ledger, then send what is due."""
    told = 0
    in_step = ElectionTerm.objects.open().filter(branch=OuterRef("pk"), due_on=OuterRef("term_end"))
    behind = PartyBranch.objects.filter(~Exists(in_step), dissolved_on=None).exclude(term_end=None)
    for committee in Committee.objects.all():
        follow_ledger(behind.filter(committee=committee).values_list("pk", flat=True))
        told += remind_committee(committee, today(committee))
    return told
