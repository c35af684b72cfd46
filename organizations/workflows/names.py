"""曾用名 that no event tells of: entered by hand for search and for the ledgers of past days, and removed again."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core.editing import update_record
from core.models import User
from core.periods import today
from core.pinyin import plain
from organizations.models import FormerName, SocialOrganization

from .intervals import store


def add_former_name(body: SocialOrganization, *, name: str, until: date | None, by: User) -> FormerName:
    """A name that the body had once, until a day where that is known."""
    if plain(name) == plain(body.name):
        raise ValidationError({"name": "与现在的名称相同。"}, code="name")
    if any(plain(name) == plain(row.name) for row in body.former_names.all()):
        raise ValidationError({"name": "已登记这个曾用名。"}, code="twice")
    if until is not None and not body.registered_on <= until <= today(body.committee):
        raise ValidationError({"until": f"应在登记日期{body.registered_on}和今天之间。"}, code="until")
    with transaction.atomic():
        row = store(FormerName(organization=body, name=name, until=until))
        update_record(body, by=by, note=f"登记曾用名“{name}”{f'，用到{until}' if until else ''}")
    return row


def of_an_event(row: FormerName) -> bool:
    """Whether an event that stands made it; that event is taken back, not the name."""
    label = FormerName._meta.label_lower
    journals = row.organization.events.valid().values_list("journal", flat=True)
    return any(entry["model"] == label and entry["pk"] == row.pk for journal in journals for entry in journal)


def remove_former_name(row: FormerName, *, by: User) -> None:
    if of_an_event(row):
        raise ValidationError(f"曾用名“{row}”是登记更名时记下的，登记错了请撤回那件登记事件。", code="event")
    body = row.organization
    with transaction.atomic():
        row.delete()
        update_record(body, by=by, note=f"删去曾用名“{row}”")
