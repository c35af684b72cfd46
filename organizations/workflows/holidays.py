"""节假日: entered from the yearly notice; deadlines that were provisional without it are worked out anew."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent, DayKind
from core.editing import update_record
from core.models import Holiday, User
from core.working_days import add_working_days
from organizations.models import Correction, RegistrationReview, SyncDuty

from .registration import clock_of
from .sync import due_day

LONGEST = 15  # days of one entry


def can_keep_holidays(user: User, row: Holiday | None = None) -> bool:
    return user.is_committee_staff


def add_holidays(*, first: date, last: date, kind: str, name: str, by: User) -> list[Holiday]:
    """Every day of first…last; a day that is entered already gets the new kind."""
    if last < first:
        raise ValidationError({"last": "最后一天不能早于第一天。"}, code="order")
    if (last - first).days >= LONGEST:
        raise ValidationError({"last": f"一次最多录入{LONGEST}天，请核对起止日期。"}, code="long")
    if kind not in DayKind.values:
        raise ValidationError({"kind": "请选择放假或上班。"}, code="kind")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if kind == DayKind.WORKDAY and any(day.weekday() < 5 for day in days):
        raise ValidationError({"first": "调休上班的日子应是星期六或星期日，请核对日期。"}, code="weekday")
    with transaction.atomic():
        found = [Holiday.objects.update_or_create(day=day, defaults={"kind": kind, "name": name})[0] for day in days]
        span = f"{first}" if first == last else f"{first}至{last}"
        changes = {"节假日": ["", f"{span}{DayKind(kind).label}"]}
        audit.record(AuditEvent.SETTING, found[0], by=by, label=f"节假日：{name or span}", changes=changes)
        recalculate(by=by)
    return found


def remove_holiday(row: Holiday, *, by: User) -> None:
    with transaction.atomic():
        changes = {"节假日": [f"{row.day}{row.get_kind_display()}", "删除"]}
        audit.record(AuditEvent.SETTING, row, by=by, label=f"节假日：{row}", changes=changes)
        row.delete()
        recalculate(by=by)


def recalculate(*, by: User | None) -> int:
    """Deadlines of everything that is still running; returns how many changed."""
    note, changed = "节假日有改动，期限重算", 0
    reviews = RegistrationReview.objects.undecided().select_related("committee").prefetch_related("corrections")
    for review in reviews:
        due = clock_of(review)
        if due != (review.due_on, review.is_provisional):
            review.due_on, review.is_provisional = due
            update_record(review, by=by, note=note)
            changed += 1
    for row in Correction.objects.filter(answered_on=None).select_related("review"):
        due = add_working_days(row.asked_on, row.days)
        if due != (row.due_on, row.is_provisional):
            log = {"补正期限": [row.due_on.isoformat(), due[0].isoformat()]}
            row.due_on, row.is_provisional = due
            row.save()
            audit.record(AuditEvent.CHANGE, row.review, by=by, changes=log, note=note)
            changed += 1
    for duty in SyncDuty.objects.open().filter(rule__in_working_days=True).select_related("rule", "organization"):
        due = due_day(duty.rule, duty.event_on)
        as_made = (
            duty.is_provisional or duty.rule.updated_at <= duty.created_at
        )  # a rule changed since is for later events
        if as_made and due != (duty.due_on, duty.is_provisional):
            duty.due_on, duty.is_provisional = due
            update_record(duty, by=by, note=note)
            changed += 1
    return changed
