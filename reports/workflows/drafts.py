"""The draft of a period: who may change it, the stored row, the summary as it stands now."""

from django.db import IntegrityError, transaction

from core import audit
from core.choices import AuditEvent
from core.models import Committee, User
from core.periods import Period
from reports.facts import FactSet
from reports.models import Summary
from reports.narrative import Composed, compose, office_scope


def can_edit_summary(user: User, committee: Committee, summary: Summary | None) -> bool:
    """Its own office writes it; one above may read it."""
    return user.is_committee_staff and committee.pk == user.committee_id and (summary is None or summary.is_open)


SHOWN = ("edition", "submission", "returned_edition", "submitted_by", "returned_by", "signed_by")


def stored_summary(committee: Committee, period: Period) -> Summary | None:
    return (
        Summary.objects.filter(committee=committee, period_code=period.code)
        .prefetch_related("blocks")
        .select_related(*SHOWN)
        .first()
    )


def open_summary(committee: Committee, period: Period, *, by: User) -> Summary:
    """The stored draft of the period, made when staff change something for the first time."""
    try:
        with transaction.atomic():
            summary, made = Summary.objects.get_or_create(
                committee=committee,
                period_code=period.code,
                defaults={"first_quarter": period.first, "last_quarter": period.last, "created_by": by},
            )
            if made:
                audit.record(AuditEvent.CREATE, summary, by=by)
    except IntegrityError:  # somebody else was first
        summary = Summary.objects.get(committee=committee, period_code=period.code)
    return summary


def compose_stored(committee: Committee, period: Period) -> Composed:
    """The summary as it stands now, with the stored draft if there is one. Writes nothing."""
    return compose(
        committee,
        period,
        summary=stored_summary(committee, period),
        facts=FactSet(office_scope(committee, period)),
    )
