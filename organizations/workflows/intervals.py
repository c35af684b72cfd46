"""What every dated row shares: it is checked as a whole, does not overlap another, and its owner's log tells of it."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.periods import today

NOT_ASKED = ("phone",)  # a number from before the present rule holds up no act that does not set it


def can_keep(user: User, obj: Any = None) -> bool:
    """Staff keep the ledgers; everybody else reads."""
    return user.is_committee_staff


def refuse_overlap(rows: models.QuerySet, start: date, sentence: str, end: date | None = None) -> None:
    """ValidationError when one of `rows` holds on a day of start…end (end not counted)."""
    clash = rows.filter(models.Q(end=None) | models.Q(end__gt=start))
    if end is not None:
        clash = clash.filter(start__lt=end)
    found = clash.order_by("start").first()
    if found is not None:
        span = f"{found.start}至{found.end}" if found.end else f"{found.start}起"
        raise ValidationError(f"{sentence}（{span}）。请先结束或改正原来的。", code="overlap")


def require_not_future(row: Any, name: str, on: date | None) -> None:
    """What is entered has happened: not later than the office's today."""
    if on is not None and on > today(row.committee):
        raise ValidationError({name: "日期不能晚于今天。"}, code="future")


def store(row: models.Model, taken_over: Collection[str] = ()) -> models.Model:
    """Check with the model's own sentences, then insert; two writers at once end in the same sentence.

    `taken_over` are fields that stood in an earlier row and are not judged anew.
    """
    row.full_clean(exclude=taken_over)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.validate_constraints()
        raise ValidationError("同样的内容刚刚已经保存过，请刷新页面查看。", code="twice") from None
    return row


def close(row: Any, end: date, **values: Any) -> Any:
    """Set the end of an open interval; `end` is the first day not counted any more."""
    if row.end is not None:
        raise ValidationError(f"“{row}”已在{row.end}结束，不用再结束。", code="ended")
    if end <= row.start:
        raise ValidationError(
            {
                "end": f"终止日期要晚于起始日期{row.start}。终止日期是不再计算的第一天；登记错了的，请更正或作废那一条记录。"
            },
            code="interval",
        )
    row.end = end
    if hasattr(row, "version"):
        row.version += 1  # a form opened before is stale now, and an import behind it is no longer untouched
    for name, value in values.items():
        setattr(row, name, value)
    untouched = {field.name for field in row._meta.fields} - {"start", "end", *values}
    row.full_clean(exclude=untouched)  # an old number that would not be taken today does not hold up the end
    row.save()
    return row


def log(owner: models.Model, label: str, old: str, new: str, by: User | None, note: str = "") -> None:
    audit.record(AuditEvent.CHANGE, owner, by=by, changes={label: [old, new]}, note=note)
