"""六个同步 (DOMAIN §8.2): `emit` is the one place where a business event becomes the party action that belongs to it.

Workflows call `emit(SyncEvent.CHARTER, body, on=day, by=user)` inside their transaction. Rows that come in by the
hundred (imports), or from a form without a workflow, are caught up by `sync_sources.catch_up`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, partial

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import create_record, create_records, update_record, update_records
from core.excel.among import one_of
from core.models import Committee, User
from core.periods import today
from core.working_days import add_working_days
from organizations.choices import SyncEvent
from organizations.models import PROVED, SocialOrganization, SyncDuty, SyncRule
from organizations.models.sync import SyncDutyQuerySet

from .sync_evidence import EVIDENCE

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
) -> SyncDuty:
    duty = new_duty(rule, organization, on, due_day(rule, on))
    duty.note = note[:200]
    return create_record(duty, by=by, committee=organization.committee, note=made_by(duty))


def make_duties(
    rule: SyncRule, events: Iterable[tuple[SocialOrganization, date]], *, by: User | None
) -> list[SyncDuty]:
    """Those that events in the ledgers call for, in few statements."""
    due = cache(partial(due_day, rule))
    duties = [new_duty(rule, body, on, due(on)) for body, on in events]
    for duty in duties:
        duty.is_automatic = True
    return create_records(duties, by=by, note=made_by)


def new_duty(rule: SyncRule, body: SocialOrganization, on: date, due: tuple[date, bool]) -> SyncDuty:
    return SyncDuty(
        rule=rule, committee=body.committee, organization=body, event=rule.event, event_on=on, action=rule.action,
        due_on=due[0], is_provisional=due[1],
    )  # fmt: skip


def made_by(duty: SyncDuty) -> str:
    return f"{duty.get_event_display()}（{duty.event_on}）"


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


def settle(body: SocialOrganization, *, by: User | None) -> list[SyncDuty]:
    """Finish the open duties of a body whose action stands in the ledgers already."""
    return settle_duties(SyncDuty.objects.filter(organization=body), on=today(body.committee), by=by)


def settle_duties(duties: SyncDutyQuerySet, *, on: date, by: User | None) -> list[SyncDuty]:
    """The same for any number of duties in few statements; `on` is the office's today."""
    waiting = defaultdict(set)
    for event, body, day in duties.open().filter(event__in=EVIDENCE).values_list("event", "organization", "event_on"):
        waiting[event].add((body, day))
    proved = {
        (event, *pair): day
        for event, pairs in waiting.items()
        for pair, day in EVIDENCE[event](pairs).items()
        if day <= on
    }
    if not proved:
        return []
    with transaction.atomic():
        bodies = {body for _, body, _ in proved}
        rows = duties.open().filter(one_of(SyncDuty, "organization", bodies)).select_related("organization")
        locked = rows.select_for_update(of=("self",))
        found = [duty for duty in locked if (duty.event, duty.organization_id, duty.event_on) in proved]
        for duty in found:
            duty.done_on = proved[duty.event, duty.organization_id, duty.event_on]
            duty.done_note = PROVED
        return update_records(found, ("done_on", "done_note"), by=by, note="同步完成")


def unsettle(body: SocialOrganization, event: SyncEvent, *, lost: date, by: User | None) -> None:
    """A record entered by mistake is voided or moved to another day: what it had proved on the day `lost` is proved by
    another record, or is to be done again. What was proved on another day stays as it is."""
    done = SyncDuty.objects.done().filter(organization=body, event=event, done_note=PROVED).select_related("committee")
    for duty in done:
        proved = EVIDENCE[event]({(body.pk, duty.event_on)}).get((body.pk, duty.event_on))
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
