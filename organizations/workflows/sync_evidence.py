"""What the ledgers prove of 六个同步: the day on which the party action of a business event was there.

Each function takes events, as (body, day of the event), and tells of those that are proved on which day they were; the
number of its statements does not depend on how many they are. Apps to the right register theirs in ready().
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from core.excel.among import one_of
from organizations.choices import CharterStatus, SyncEvent
from organizations.models import (
    BranchCoverage,
    CharterRecord,
    CommitmentLetter,
    InstructorAssignment,
    MemberSurvey,
)

Event = tuple[int, date]
Evidence = Callable[[Collection[Event]], dict[Event, date]]


def rows_of(events: Collection[Event], rows: QuerySet, *names: str) -> dict[int, list]:
    """Body → these columns of its rows, in the order of the first of them."""
    found = defaultdict(list)
    rows = rows.filter(one_of(rows.model, "organization", {body for body, _ in events}))
    for body, *values in rows.order_by(names[0]).values_list("organization_id", *names):
        found[body].append(values)
    return found


def first_since(events: Iterable[Event], days: dict[int, list]) -> dict[Event, date]:
    """The first of the days of a body that does not lie before the event."""
    found = {(body, on): next((day for (day,) in days[body] if day and day >= on), None) for body, on in events}
    return {event: day for event, day in found.items() if day}


def papers(events: Collection[Event]) -> dict[Event, date]:
    """承诺书 and 党员情况调查表: since when both were there."""
    letters = rows_of(events, CommitmentLetter.objects.signed().exclude(signed_on=None), "signed_on")
    surveys = rows_of(events, MemberSurvey.objects.exclude(filled_on=None), "filled_on")
    return {
        (body, on): max(letters[body][0][0], surveys[body][0][0], on)
        for body, on in events
        if letters[body] and surveys[body]
    }


def clause(events: Collection[Event]) -> dict[Event, date]:
    """A charter with both clauses was approved."""
    rows = CharterRecord.objects.filter(status=CharterStatus.APPROVED, has_party_clause=True, has_values_clause=True)
    return first_since(events, rows_of(events, rows, "approved_on"))


def guided(events: Collection[Event]) -> dict[Event, date]:
    """A party organization covers the body, or an instructor has been sent."""
    intervals = defaultdict(list)
    for model in (BranchCoverage, InstructorAssignment):
        for body, found in rows_of(events, model.objects.all(), "start", "end").items():
            intervals[body] += found
    days = {(body, on): [start for start, end in intervals[body] if end is None or end > on] for body, on in events}
    return {(body, on): max(min(found), on) for (body, on), found in days.items() if found}


def elected(events: Collection[Event]) -> dict[Event, date]:
    """A branch that covers the body was elected anew or set up."""
    rows = BranchCoverage.objects.filter(end=None, branch__term_start__isnull=False)
    return first_since(events, rows_of(events, rows, "branch__term_start"))


EVIDENCE: dict[str, Evidence] = {
    SyncEvent.REGISTERED: papers,
    SyncEvent.CHARTER: clause,
    SyncEvent.SET_UP: guided,
    SyncEvent.REELECTED: elected,
}


def register_evidence(event: SyncEvent, evidence: Evidence) -> None:
    """Apps to the right register in ready() what their ledgers prove."""
    EVIDENCE[event] = evidence
