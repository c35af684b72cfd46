"""不是重复: two rows that look alike are two bodies; the pair is no longer suggested, until somebody brings it back."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.choices import AuditEvent
from core.editing import create_record
from core.models import User
from organizations.models import DuplicateDismissal, SocialOrganization

from .intervals import can_keep


def looks_after(user: User, *committees: int) -> bool:
    """Whether all these committees are in the user's scope: two rows of two offices are a matter of the one above."""
    return set(committees) <= set(user.scope_ids)


def can_dismiss(user: User, one: SocialOrganization, other: SocialOrganization) -> bool:
    return can_keep(user) and looks_after(user, one.committee_id, other.committee_id)


def can_restore(user: User, row: DuplicateDismissal) -> bool:
    return can_dismiss(user, row.first, row.second)


def dismissal_of(one: SocialOrganization, other: SocialOrganization) -> DuplicateDismissal | None:
    return DuplicateDismissal.objects.of_pair(one, other).select_related("created_by").first()


def words_of(row: DuplicateDismissal) -> str:
    """2026-11-25由王例文判定，理由：两家的业务主管单位不同."""
    day = timezone.localtime(row.created_at).date()
    return f"{day}由{row.created_by or '系统'}判定，理由：{row.reason}"


def dismiss_duplicate(
    one: SocialOrganization, other: SocialOrganization, *, by: User, reason: str
) -> DuplicateDismissal:
    """These two are two bodies."""
    reason = reason.strip()[:200]
    if one.pk == other.pk:
        raise ValidationError("要选两条不同的记录。", code="same")
    if not looks_after(by, one.committee_id, other.committee_id):
        raise ValidationError("两条记录由不同的综合党委登记，要由管着这两家的上级综合党委判定。", code="committee")
    if not reason:
        raise ValidationError("请写明为什么不是重复，例如：两家的业务主管单位不同。", code="reason")
    if (known := dismissal_of(one, other)) is not None:
        raise ValidationError(f"这两条已经判定不是重复：{words_of(known)}。", code="twice")
    first, second = sorted((one, other), key=lambda body: body.pk)
    row = DuplicateDismissal(first=first, second=second, names=[first.name, second.name], reason=reason)
    row.committee_id = first.committee_id if first.committee_id == second.committee_id else by.committee_id
    try:
        with transaction.atomic():
            return create_record(row, by=by)
    except IntegrityError:
        raise ValidationError("这两条刚刚已经判定不是重复，请刷新页面查看。", code="twice") from None


def restore_duplicate(row: DuplicateDismissal, *, by: User) -> None:
    """恢复到疑似重复: the pair is suggested again where it still looks alike. A second click finds nothing to do."""
    with transaction.atomic():
        gone, _ = DuplicateDismissal.objects.filter(pk=row.pk).delete()
        if gone:
            audit.record(AuditEvent.UNDO, row, by=by, note=f"恢复到疑似重复（{words_of(row)}）")
