"""Business events that stand in the ledgers: rows that came in by a form or a workbook get the duties they call for.

`catch_up` asks every registered source for events that have no duty yet; apps to the right register theirs in ready():
`register_source(SyncEvent.INSPECTED, concluded)`. A source gives (body, day) pairs since a day, of some bodies or all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core import audit
from core.choices import AuditEvent
from core.due import due
from core.excel.among import one_of
from core.models import Committee, User
from core.periods import today
from organizations.choices import PLAIN_ITEMS, CharterStatus, Grade, OrganizationEventKind, ReviewType, SyncEvent
from organizations.models import (
    CharterRecord,
    OrganizationEvent,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
    SyncRule,
)

from .sync import due_day, make_duties, settle_duties

Bodies = Collection[int] | None
Events = Iterable[tuple[int, date]]
Source = Callable[[Committee, date, Bodies], Events]


def events(rows: QuerySet, body: str, day: str, since: date, bodies: Bodies) -> Events:
    """(body, day) pairs of rows whose day lies on or after `since`; only of those bodies, where some are named."""
    found = rows.filter(**{f"{day}__gte": since}).order_by().values_list(body, day)
    return found if bodies is None else found.filter(one_of(rows.model, body, bodies))


def _live(committee: Committee) -> QuerySet:
    return SocialOrganization.objects.filter(committee=committee, ended_on=None)


def _registered(committee: Committee, since: date, bodies: Bodies) -> Events:
    return events(_live(committee).filter(registered_on__lte=today(committee)), "id", "registered_on", since, bodies)


def _approved(committee: Committee, since: date, bodies: Bodies) -> Events:
    rows = CharterRecord.objects.filter(committee=committee, status=CharterStatus.APPROVED, organization__ended_on=None)
    return events(rows, "organization_id", "approved_on", since, bodies)


def _set_up(committee: Committee, since: date, bodies: Bodies) -> Events:
    """The certificate of a reviewed body; the registration of a body that came without a review."""
    reviews = RegistrationReview.objects.filter(committee=committee, review_type=ReviewType.FOUNDING)
    certified = reviews.filter(organization__ended_on=None, certified_on__isnull=False)
    unreviewed = _live(committee).exclude(registration_reviews__review_type=ReviewType.FOUNDING)
    unreviewed = unreviewed.filter(registered_on__lte=today(committee))
    return [
        *events(certified, "organization_id", "certified_on", since, bodies),
        *events(unreviewed, "id", "registered_on", since, bodies),
    ]


def _graded(committee: Committee, since: date, bodies: Bodies) -> Events:
    graded = _live(committee).exclude(Q(grade__in=("", Grade.NONE)) | Q(graded_on=None))
    return events(graded, "id", "graded_on", since, bodies)


def _changed(committee: Committee, since: date, bodies: Bodies) -> Events:
    """变更登记 of what touches the party organization, and a new council (换届)."""
    rows = (
        OrganizationEvent.objects.valid()
        .filter(committee=committee, kind=OrganizationEventKind.CHANGED, organization__ended_on=None)
        .exclude(item__in=PLAIN_ITEMS)
    )
    elected = _live(committee).filter(
        council_term_start__gt=F("registered_on"), council_term_start__lte=today(committee)
    )
    return [
        *events(rows, "organization_id", "on", since, bodies),
        *events(elected, "id", "council_term_start", since, bodies),
    ]


SOURCES: dict[str, Source] = {
    SyncEvent.REGISTERED: _registered,
    SyncEvent.CHARTER: _approved,
    SyncEvent.SET_UP: _set_up,
    SyncEvent.GRADED: _graded,
    SyncEvent.REELECTED: _changed,
}


def register_source(event: SyncEvent, source: Source) -> None:
    SOURCES[event] = source


@transaction.atomic
def catch_up(committee: Committee, bodies: Bodies = None, *, by: User | None = None) -> int:
    """Make the duties that events in the ledgers still lack, and finish those that are proved. Safe to run any time."""
    count, day = 0, today(committee)
    bodies = None if bodies is None else set(bodies)
    made_before = bodies is not None and untouched().filter(one_of(SyncDuty, "organization", bodies)).exists()
    for rule in SyncRule.objects.in_force(day).filter(committee=committee):
        source = SOURCES.get(rule.event)
        found = {pair for pair in source(committee, rule.start, bodies) if pair[0]} if source else set()
        if made_before and source:
            prune(rule, found, bodies, by=by)
        if not found:
            continue
        stored = rule.duties.all() if bodies is None else rule.duties.filter(one_of(SyncDuty, "organization", bodies))
        wanted = found - set(stored.values_list("organization_id", "event_on"))
        owners = SocialOrganization.objects.select_related("committee").in_bulk({pk for pk, _ in wanted})
        make_duties(rule, [(owners[pk], on) for pk, on in sorted(wanted)], by=by)
        count += len(wanted)
    waiting = SyncDuty.objects.filter(committee=committee)
    if bodies is not None:
        waiting = waiting.filter(one_of(SyncDuty, "organization", bodies))
    settle_duties(waiting, on=day, by=by)
    return count


def notice(body: SocialOrganization, *, by: User) -> int:
    """After a form has saved the body: what its dates call for."""
    return catch_up(body.committee, [body.pk], by=by)


def untouched() -> QuerySet:
    """Duties made from the ledgers that no person has worked on."""
    rows = SyncDuty.objects.filter(is_automatic=True)
    return rows.filter(done_on=None, version=1) | rows.only_proved()


def prune(rule: SyncRule, found: set[tuple[int, date]], bodies: Collection[int], *, by: User | None) -> None:
    """What an event called for that does not stand in the ledgers any more goes to its new day, where it was corrected,
    and else away. A correction that is taken back so finds the very duty of before."""
    rows = untouched().filter(
        rule=rule, event_on__gte=rule.start, organization__ended_on=None
    )  # the past stays as it was
    rows = rows.filter(one_of(SyncDuty, "organization", bodies)).select_related("organization").order_by("event_on")
    stale = [duty for duty in rows if (duty.organization_id, duty.event_on) not in found]
    if not stale:
        return
    stored = rule.duties.filter(one_of(SyncDuty, "organization", {duty.organization_id for duty in stale}))
    days, gone = defaultdict(list), []
    for body, on in sorted(found - set(stored.values_list("organization_id", "event_on")), reverse=True):
        days[body].append(on)
    for duty in stale:
        if left := days[duty.organization_id]:
            _move(duty, rule, left.pop(), by)
        else:
            gone.append(duty.pk)
    if gone:
        _remove(SyncDuty.objects.filter(pk__in=gone), by, "业务事件已更正或撤销，自动生成的同步事项一并删去。")


def _move(duty: SyncDuty, rule: SyncRule, on: date, by: User | None) -> None:
    """The duty as if it had been made for that day."""
    due_on, provisional = due_day(rule, on)
    changes = {"事件日期": [duty.event_on.isoformat(), on.isoformat()]}
    audit.record(
        AuditEvent.CHANGE, duty, by=by, note="业务事件的日期已更正，自动生成的同步事项一并改期。", changes=changes
    )
    values = {"event_on": on, "due_on": due_on, "is_provisional": provisional}
    SyncDuty.objects.filter(pk=duty.pk).as_new(**values)


def retract(committee: Committee, bodies: Collection[int], *, by: User | None) -> None:
    """Before the import of new bodies is undone: their duties go first."""
    rows = untouched().filter(committee=committee, organization__in=bodies)
    _remove(rows, by, "撤销导入，自动生成的同步事项一并删去。")


def _remove(rows: QuerySet, by: User | None, note: str) -> None:
    for duty in rows.select_related("organization"):
        audit.record(AuditEvent.DELETE, duty, by=by, note=note)
    rows.delete()


@due("organizations.sync")
def catch_up_all() -> int:
    return sum(catch_up(committee) for committee in Committee.objects.all())
