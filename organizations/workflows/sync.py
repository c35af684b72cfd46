"""六个同步 (DOMAIN §8.2): `emit` is the one place where a business event becomes the party action that belongs to it.

Workflows call `emit(SyncEvent.CHARTER, body, on=day, by=user)` inside their transaction. Rows that come in by the
hundred (imports), or from a form without a workflow, are caught up by `sync_sources.catch_up`.
"""

from collections.abc import Callable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, update_record
from core.models import Committee, User
from core.periods import today
from core.working_days import add_working_days
from organizations.choices import CharterStatus, SyncEvent
from organizations.models import (
    PROVED,
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    InstructorAssignment,
    MemberSurvey,
    PartyBranch,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)

LOST = "所凭的记录已作废或更正"
LASTING = (SyncEvent.REGISTERED,)  # events whose records do not end in the course of things
SIX = (
    (SyncEvent.REGISTERED, "登记成立同步", "签订承诺书、填报党员情况调查表", 5, True),
    (SyncEvent.CHARTER, "章程核准同步", "党的建设和社会主义核心价值观写入章程", 5, True),
    (SyncEvent.SET_UP, "机构组建同步", "组建党组织或选派党建指导员", 90, False),
    (SyncEvent.INSPECTED, "年检（年报）同步", "开展党建检查", 30, False),
    (SyncEvent.GRADED, "等级评估同步", "开展党建评估", 30, False),
    (SyncEvent.REELECTED, "换届变更同步", "党组织换届或调整", 90, False),
)


def can_keep_sync(user: User, obj: object = None) -> bool:
    return user.is_committee_staff


# Rules -------------------------------------------------------------------------------------------------------------


def ensure_rules(committee: Committee, *, by: User | None = None) -> list[SyncRule]:
    """The default six for an office that has no rules yet; they count from its today on."""
    if SyncRule.objects.filter(committee=committee).exists():
        return []
    start = today(committee)
    return [
        create_record(
            SyncRule(
                order=n, event=event, name=name, action=action, due_days=days, in_working_days=working, start=start
            ),
            by=by,
            committee=committee,
            note="默认的六个同步",
        )
        for n, (event, name, action, days, working) in enumerate(SIX, 1)
    ]


def due_day(rule: SyncRule, on: date) -> tuple[date, bool]:
    if rule.in_working_days:
        return add_working_days(on, rule.due_days)
    return on + timedelta(days=rule.due_days), False


# Events ------------------------------------------------------------------------------------------------------------


def emit(
    event: SyncEvent, organization: SocialOrganization, *, on: date, by: User | None, note: str = ""
) -> list[SyncDuty]:
    """The duties of every rule in force for this event; the same event twice makes nothing new."""
    with transaction.atomic():
        ensure_rules(organization.committee, by=by)
        made = []
        for rule in SyncRule.objects.in_force(on).filter(committee_id=organization.committee_id, event=event):
            if SyncDuty.objects.filter(rule=rule, organization=organization, event_on=on).exists():
                continue
            made.append(make_duty(rule, organization, on, by=by, note=note))
        return made


def make_duty(
    rule: SyncRule,
    organization: SocialOrganization,
    on: date,
    *,
    by: User | None,
    note: str = "",
    automatic: bool = False,
) -> SyncDuty:
    day, provisional = due_day(rule, on)
    duty = SyncDuty(
        rule=rule,
        organization=organization,
        event=rule.event,
        event_on=on,
        action=rule.action,
        note=note[:200],
        due_on=day,
        is_provisional=provisional,
        is_automatic=automatic,
    )
    return create_record(duty, by=by, committee=organization.committee, note=f"{rule.get_event_display()}（{on}）")


def not_applicable_problem(duty: SyncDuty) -> str:
    """Why nothing is to be done or corrected: so decided, or left undone by a body that has ended."""
    return f"“{duty}”不适用（{why}），不用再办理。" if (why := duty.why_not) else ""


def done_day_problem(event_on: date, on: date, day: date) -> str:
    """Why the party action cannot have been done on that day, seen on `day`."""
    if on < event_on:
        return f"完成日期不能早于业务事件的日期{event_on}。"
    return "完成日期不能晚于今天。" if on > day else ""


def event_problem(on: date, registered_on: date, ended_on: date | None, day: date) -> str:
    """Why a body that was on the register from and until these days had no event on that day, seen on `day`."""
    if on > day:
        return "事件日期不能晚于今天。"
    if on < registered_on:
        return f"事件日期不能早于这家单位的登记日期{registered_on}。"
    return f"这家单位{ended_on}已终止，事件日期应早于这一天。" if ended_on and on >= ended_on else ""


def require_open(duty: SyncDuty) -> None:
    if duty.done_on is not None:
        raise ValidationError(f"“{duty}”已在{duty.done_on}完成，不用再登记。", code="done")
    if problem := not_applicable_problem(duty):
        raise ValidationError(problem, code="waived")


def finish_duty(duty: SyncDuty, *, on: date, by: User | None, note: str = "") -> SyncDuty:
    require_open(duty)
    if problem := done_day_problem(duty.event_on, on, today(duty.committee)):
        raise ValidationError(problem, code="day")
    duty.done_on, duty.done_note = on, note[:200]
    return update_record(duty, by=by, note="同步完成")


def waive_duty(duty: SyncDuty, *, by: User, note: str) -> SyncDuty:
    """不适用: nothing is to be done, for a reason; it leaves the open lists and the base of the rate."""
    require_open(duty)
    if not (note := note.strip()[:200]):
        raise ValidationError("请写明不适用的原因。", code="reason")
    duty.waived_on, duty.waived_note = today(duty.committee), note
    return update_record(duty, by=by, note=f"不适用：{note}"[:200])


def reopen_duty(duty: SyncDuty, *, by: User, note: str) -> SyncDuty:
    if duty.done_on is None and duty.waived_on is None:
        raise ValidationError("这件事项还没有完成，也没有定为不适用，不用恢复。", code="open")
    duty.done_on, duty.done_note = None, ""
    duty.waived_on, duty.waived_note = None, ""
    return update_record(duty, by=by, note=note)


# What the ledgers already prove ------------------------------------------------------------------------------------


def _papers(body: SocialOrganization, since: date) -> date | None:
    """The day on which letter and survey were both there."""
    letter = CommitmentLetter.objects.signed().filter(organization=body).values_list("signed_on", flat=True).first()
    survey = MemberSurvey.objects.filter(organization=body).order_by("filled_on").values_list("filled_on", flat=True)
    return max(letter, survey[0], since) if letter and survey else None


def _clause(body: SocialOrganization, since: date) -> date | None:
    rows = CharterRecord.objects.filter(
        organization=body,
        status=CharterStatus.APPROVED,
        has_party_clause=True,
        has_values_clause=True,
        approved_on__gte=since,
    )
    return rows.order_by("approved_on").values_list("approved_on", flat=True).first()


def _guided(body: SocialOrganization, since: date) -> date | None:
    days = [
        rows.filter(organization=body)
        .filter(Q(end=None) | Q(end__gt=since))
        .order_by("start")
        .values_list("start", flat=True)
        .first()
        for rows in (BranchCoverage.objects, InstructorAssignment.objects)
    ]
    found = [day for day in days if day]
    return max(min(found), since) if found else None


def _elected(body: SocialOrganization, since: date) -> date | None:
    """A branch that covers the body was elected anew or set up since."""
    terms = PartyBranch.objects.filter(coverages__organization=body, coverages__end=None, term_start__gte=since)
    return terms.order_by("term_start").values_list("term_start", flat=True).first()


Evidence = Callable[[SocialOrganization, date], date | None]
EVIDENCE: dict[str, Evidence] = {
    SyncEvent.REGISTERED: _papers,
    SyncEvent.CHARTER: _clause,
    SyncEvent.SET_UP: _guided,
    SyncEvent.REELECTED: _elected,
}


def register_evidence(event: SyncEvent, evidence: Evidence) -> None:
    """Apps to the right register in ready() what their ledgers prove."""
    EVIDENCE[event] = evidence


def settle(body: SocialOrganization, *, by: User | None) -> list[SyncDuty]:
    """Finish the open duties of a body whose action stands in the ledgers already."""
    finished, day = [], today(body.committee)
    for duty in SyncDuty.objects.open().filter(organization=body, event__in=EVIDENCE).select_related("committee"):
        proved = EVIDENCE[duty.event](body, duty.event_on)
        if proved and proved <= day:
            finished.append(finish_duty(duty, on=proved, by=by, note=PROVED))
    return finished


def unsettle(body: SocialOrganization, event: SyncEvent, *, lost: date, by: User | None) -> None:
    """A record entered by mistake is voided or moved to another day: what it had proved on the day `lost` is proved by
    another record, or is to be done again. What was proved on another day stays as it is."""
    done = SyncDuty.objects.done().filter(organization=body, event=event, done_note=PROVED).select_related("committee")
    for duty in done:
        proved = EVIDENCE[event](body, duty.event_on)
        by_it = duty.done_on == max(lost, duty.event_on) or (proved is None and event in LASTING)
        if by_it and proved != duty.done_on:
            _take_up_again(duty, by)
    settle(body, by=by)


def _take_up_again(duty: SyncDuty, by: User | None) -> None:
    """A duty on which nobody has worked is as new again, so that the import that made it can still be undone."""
    if duty.is_automatic and duty.version == 2:
        SyncDuty.objects.only_proved().filter(pk=duty.pk).as_new()
        audit.record(AuditEvent.CHANGE, duty, by=by, note=LOST, changes={"完成日期": [duty.done_on.isoformat(), ""]})
    else:
        reopen_duty(duty, by=by, note=LOST)
