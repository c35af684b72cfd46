"""Training courses: held or cancelled, and who came."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.periods import today
from core.transitions import advance
from tasks.choices import TRAINING_FLOW, TrainingStatus
from tasks.models import Training, TrainingParticipant


def can_hold_training(user: User, training: Training) -> bool:
    return user.is_committee_staff and training.status == TrainingStatus.PLANNED


def hold_training(training: Training, *, by: User) -> Training:
    if training.start > today(training.committee):
        raise ValidationError(f"培训{training.start}才开始，还不能登记为已举办。")
    return advance(training, TRAINING_FLOW, TrainingStatus.HELD, by=by)


def can_cancel_training(user: User, training: Training) -> bool:
    return user.is_committee_staff and training.status == TrainingStatus.PLANNED


def cancel_training(training: Training, *, by: User, reason: str) -> Training:
    if not reason.strip():
        raise ValidationError("请写明取消的原因。")
    return advance(training, TRAINING_FLOW, TrainingStatus.CANCELLED, by=by, note=reason)


def tick_participants(training: Training, rows: Mapping[int, bool | None], *, by: User) -> int:
    """Store who came: {participant id: True, False or None for unknown}."""
    changed = []
    for row in training.participants.all():
        if row.pk in rows and row.attended != rows[row.pk]:
            row.attended = rows[row.pk]
            changed.append(row)
    if changed:
        with transaction.atomic():
            TrainingParticipant.objects.bulk_update(changed, ["attended"])
            came = training.participants.filter(attended=True).count()
            audit.record(AuditEvent.CHANGE, training, by=by, note=f"登记到课{len(changed)}人，共到课{came}人")
    return len(changed)
