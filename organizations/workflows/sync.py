"""六个同步 (DOMAIN §8.2): `emit` is the one place where a business event becomes the party action that belongs to it.

Workflows call `emit(SyncEvent.CHARTER, body, on=day, by=user)` inside their transaction. Rows that come in by the
hundred (imports) are caught up by `catch_up`, which asks every registered source for events that have no duty yet;
apps to the right register theirs in ready(): `register_source(SyncEvent.INSPECTED, inspected_since)`.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from core.due import due
from core.editing import create_record, update_record
from core.models import Committee, User
from core.periods import today
from core.working_days import add_working_days
from organizations.choices import CharterStatus, OrganizationEventKind, SyncEvent
from organizations.models import (
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    InstructorAssignment,
    MemberSurvey,
    OrganizationEvent,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)

SIX = (
    (SyncEvent.REGISTERED, "登记成立同步", "签订承诺书、填报党员情况调查表", 5, True),
    (SyncEvent.CHARTER, "章程核准同步", "党的建设和社会主义核心价值观写入章程", 5, True),
    (SyncEvent.SET_UP, "机构组建同步", "组建党组织或选派党建指导员", 90, False),
    (SyncEvent.INSPECTED, "年检（年报）同步", "开展党建检查", 30, False),
    (SyncEvent.GRADED, "等级评估同步", "开展党建评估", 30, False),
    (SyncEvent.REELECTED, "换届变更同步", "党组织换届或调整", 90, False),
)
Events = Iterable[tuple[int, date]]
Source = Callable[[Committee, date], Events]


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
            made.append(_make(rule, organization, on, by, note))
        return made


def _make(rule: SyncRule, organization: SocialOrganization, on: date, by: User | None, note: str) -> SyncDuty:
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
    )
    return create_record(duty, by=by, committee=organization.committee, note=f"{rule.get_event_display()}（{on}）")


def finish_duty(duty: SyncDuty, *, on: date, by: User | None, note: str = "") -> SyncDuty:
    if duty.done_on is not None:
        raise ValidationError(f"“{duty}”已在{duty.done_on}完成，不用再登记。", code="done")
    if on < duty.event_on:
        raise ValidationError(f"完成日期不能早于业务事件的日期{duty.event_on}。", code="order")
    if on > today(duty.committee):
        raise ValidationError("完成日期不能晚于今天。", code="future")
    duty.done_on, duty.done_note = on, note[:200]
    return update_record(duty, by=by, note="同步完成")


def reopen_duty(duty: SyncDuty, *, by: User, note: str) -> SyncDuty:
    if duty.done_on is None:
        raise ValidationError("这件事项还没有完成，不用恢复。", code="open")
    duty.done_on, duty.done_note = None, ""
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
        rows.filter(organization=body).filter(end=None).order_by("start").values_list("start", flat=True).first()
        for rows in (BranchCoverage.objects, InstructorAssignment.objects)
    ]
    found = [day for day in days if day]
    return max(min(found), since) if found else None


EVIDENCE: dict[str, Callable[[SocialOrganization, date], date | None]] = {
    SyncEvent.REGISTERED: _papers,
    SyncEvent.CHARTER: _clause,
    SyncEvent.SET_UP: _guided,
}


def settle(body: SocialOrganization, *, by: User | None) -> list[SyncDuty]:
    """Finish the open duties of a body whose action stands in the ledgers already."""
    finished, day = [], today(body.committee)
    for duty in SyncDuty.objects.open().filter(organization=body, event__in=EVIDENCE).select_related("committee"):
        proved = EVIDENCE[duty.event](body, duty.event_on)
        if proved and proved <= day:
            finished.append(finish_duty(duty, on=proved, by=by, note="台账里已有记录"))
    return finished


# Catching up with what came in without a workflow ------------------------------------------------------------------


def _registered(committee: Committee, since: date) -> Events:
    return SocialOrganization.objects.filter(
        committee=committee, registered_on__gte=since, registered_on__lte=today(committee), ended_on=None
    ).values_list("pk", "registered_on")


def _approved(committee: Committee, since: date) -> Events:
    return CharterRecord.objects.filter(
        committee=committee, status=CharterStatus.APPROVED, approved_on__gte=since, organization__ended_on=None
    ).values_list("organization_id", "approved_on")


def _certified(committee: Committee, since: date) -> Events:
    return RegistrationReview.objects.filter(
        committee=committee, review_type="founding", certified_on__gte=since, organization__ended_on=None
    ).values_list("organization_id", "certified_on")


def _changed(committee: Committee, since: date) -> Events:
    return (
        OrganizationEvent.objects.valid()
        .filter(committee=committee, kind=OrganizationEventKind.CHANGED, on__gte=since, organization__ended_on=None)
        .values_list("organization_id", "on")
    )


SOURCES: dict[str, Source] = {
    SyncEvent.REGISTERED: _registered,
    SyncEvent.CHARTER: _approved,
    SyncEvent.SET_UP: _certified,
    SyncEvent.REELECTED: _changed,
}


def register_source(event: SyncEvent, source: Source) -> None:
    SOURCES[event] = source


def catch_up(committee: Committee) -> int:
    """Make the duties that events in the ledgers still lack, and finish those that are proved. Safe to run any time."""
    count, day, bodies = 0, today(committee), set()
    for rule in SyncRule.objects.in_force(day).filter(committee=committee):
        known = set(rule.duties.values_list("organization_id", "event_on"))
        for body_id, on in SOURCES.get(rule.event, lambda *_: ())(committee, rule.start):
            if body_id and (body_id, on) not in known:
                known.add((body_id, on))
                _make(rule, SocialOrganization.objects.select_related("committee").get(pk=body_id), on, None, "")
                count += 1
    waiting = SyncDuty.objects.open().filter(committee=committee, event__in=EVIDENCE)
    bodies.update(waiting.values_list("organization_id", flat=True))
    for body in SocialOrganization.objects.filter(pk__in=bodies).select_related("committee"):
        settle(body, by=None)
    return count


@due("organizations.sync")
def catch_up_all() -> int:
    return sum(catch_up(committee) for committee in Committee.objects.all())
