"""Accounts: making, resetting, locking out, roles and sessions (M2, M4, M6, M8, M9). Each function writes its audit row."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from core import audit
from core.choices import ADMINISTRATORS, AuditEvent, OfficeRole
from core.due import due
from core.models import Committee, LoginSession, PasswordRecord, User
from core.passwords import HISTORY, random_password
from core.secrets import decrypt, encrypt

LOCK_TIME = timedelta(hours=settings.AXES_COOLOFF_TIME)


@dataclass(frozen=True)
class Slip:
    """One printed line with a one-time password; it lives only until the page that shows it was opened."""

    name: str
    username: str
    password: str
    until: str
    note: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


# Who may do what ---------------------------------------------------------------------------------------------------


def is_system_admin(user: User) -> bool:
    return user.is_active and (user.is_superuser or user.role == OfficeRole.SYSTEM_ADMIN)


def is_security_admin(user: User) -> bool:
    return user.is_active and (user.is_superuser or user.role == OfficeRole.SECURITY_ADMIN)


def is_audit_admin(user: User) -> bool:
    return user.is_active and (user.is_superuser or user.role == OfficeRole.AUDIT_ADMIN)


def can_see_accounts(user: User) -> bool:
    return is_system_admin(user) or is_security_admin(user) or user.is_committee_staff


def can_create_account(user: User) -> bool:
    """Accounts without a role; a role is given afterwards by the 安全管理员."""
    return is_system_admin(user) or user.is_committee_staff


def can_set_role(user: User, account: User) -> bool:
    return is_security_admin(user) and user.pk != account.pk


def can_manage_account(user: User, account: User) -> bool:
    """Reset the password, unlock, disable. Staff: people without an office role in their committees;
    系统管理员: everybody but administrators; 安全管理员: administrators, so that nobody can seize the other's post."""
    if user.pk == account.pk:
        return False
    if account.is_superuser or account.role in ADMINISTRATORS:
        return is_security_admin(user)
    if is_system_admin(user):
        return True
    return user.is_committee_staff and not account.role and account.committee_id in user.scope_ids


def can_end_sessions(user: User, account: User) -> bool:
    """M8: the 安全管理员 ends anyone's sessions, others those of the accounts they keep."""
    return (is_security_admin(user) and user.pk != account.pk) or can_manage_account(user, account)


def manageable_accounts(user: User) -> Any:
    """The accounts a person finds on the account page."""
    accounts = User.objects.select_related("committee")
    if is_system_admin(user) or is_security_admin(user):
        return accounts
    if user.is_committee_staff:
        return accounts.filter(committee_id__in=user.scope_ids, role="", is_superuser=False)
    return accounts.none()


# Passwords ---------------------------------------------------------------------------------------------------------


def _set_one_time_password(user: User) -> str:
    password = random_password(user)
    user.set_password(password)
    user.must_change_password = True
    user.initial_password_until = timezone.now() + timedelta(days=settings.INITIAL_PASSWORD_DAYS)
    user.password_changed_at = timezone.now()
    return password


def slip(user: User, password: str) -> Slip:
    until = f"{timezone.localtime(user.initial_password_until):%Y-%m-%d %H:%M}" if user.initial_password_until else ""
    return Slip(name=user.name, username=user.username, password=password, until=until)


def create_account(
    *,
    username: str,
    name: str,
    committee: Committee | None,
    by: User | None,
    role: str = "",
    phone: str = "",
    note: str = "",
) -> tuple[User, str]:
    """A new account with a one-time password, which is returned and stored nowhere. A role needs the right to give it."""
    if role and by is not None and not is_security_admin(by):
        raise ValidationError("角色由安全管理员授予。请先建立没有角色的账号。", code="role")
    user = User(username=username.strip().lower(), name=name.strip(), committee=committee, role=role, phone=phone)
    return user, register_account(user, by=by, note=note)


def register_account(user: User, *, by: User | None, note: str = "") -> str:
    """Save an account that was put together elsewhere (a form, a workbook); returns its one-time password."""
    password = _set_one_time_password(user)
    user.full_clean()
    with transaction.atomic():
        user.save()
        PasswordRecord.objects.create(user=user, hash=user.password)
        changes = {"账号": ["", user.username], "机关角色": ["", user.get_role_display() or "无"]}
        audit.record(AuditEvent.ACCOUNT, user, by=by, changes=changes, note=note or "建立账号")
    return password


def reset_password(user: User, *, by: User | None) -> str:
    """A new one-time password; every session of the account ends and a lock-out is lifted."""
    with transaction.atomic():
        password = _set_one_time_password(user)
        user.save(update_fields=["password", "must_change_password", "initial_password_until", "password_changed_at"])
        PasswordRecord.objects.create(user=user, hash=user.password)
        AccessAttempt.objects.filter(username=user.username).delete()
        end_sessions(user)
        audit.record(AuditEvent.PASSWORD, user, by=by, note="重新发放初始密码")
    return password


def change_password(user: User, new: str, *, session_key: str | None = None) -> None:
    """The owner's own change: remembers the hash and ends the account's other sessions."""
    with transaction.atomic():
        user.set_password(new)
        user.must_change_password = False
        user.initial_password_until = None
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "initial_password_until", "password_changed_at"])
        PasswordRecord.objects.create(user=user, hash=user.password)
        keep = list(user.password_records.values_list("pk", flat=True)[:HISTORY])
        user.password_records.exclude(pk__in=keep).delete()
        end_sessions(user, keep=session_key)
        audit.record(AuditEvent.PASSWORD, user, by=user, note="本人修改密码")


# State and role ----------------------------------------------------------------------------------------------------


def disable_account(user: User, *, by: User | None, note: str = "") -> None:
    _set_active(user, False, by, note or "停用账号")


def enable_account(user: User, *, by: User | None, note: str = "") -> None:
    _set_active(user, True, by, note or "启用账号")


def _set_active(user: User, active: bool, by: User | None, note: str) -> None:
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            end_sessions(user)
        words = {True: "启用", False: "停用"}
        audit.record(AuditEvent.ACCOUNT, user, by=by, changes={"状态": [words[not active], words[active]]}, note=note)


def set_role(user: User, role: str, *, by: User | None) -> None:
    """Give another office role; one account has one, so the three administrators exclude one another (M9)."""
    if by is not None and not can_set_role(by, user):
        raise ValidationError("角色由安全管理员授予，且不能改自己的角色。", code="role")
    old = user.get_role_display() or "无"
    with transaction.atomic():
        user.role = OfficeRole(role) if role else ""
        user.save(update_fields=["role"])
        end_sessions(user)
        changes = {"机关角色": [old, user.get_role_display() or "无"]}
        audit.record(AuditEvent.ACCOUNT, user, by=by, changes=changes, note="变更角色")


# Lock-out (M4) -----------------------------------------------------------------------------------------------------


def failures(*, username: str | None = None, address: str | None = None) -> int:
    """Wrong passwords of the last 15 minutes for an account or from an address."""
    attempts = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - LOCK_TIME)
    attempts = attempts.filter(username=username) if username is not None else attempts.filter(ip_address=address)
    return attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0


def locked_until(username: str) -> datetime | None:
    """When a locked account opens again; None while it is open."""
    if failures(username=username) < settings.AXES_FAILURE_LIMIT:
        return None
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    return last.attempt_time + LOCK_TIME if last else None


def locked_usernames() -> set[str]:
    rows = (
        AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - LOCK_TIME)
        .values("username")
        .annotate(n=Sum("failures_since_start"))
        .order_by()
    )
    return {row["username"] for row in rows if row["n"] >= settings.AXES_FAILURE_LIMIT}


def unlock_account(user: User, *, by: User | None) -> None:
    with transaction.atomic():
        AccessAttempt.objects.filter(username=user.username).delete()
        audit.record(AuditEvent.ACCOUNT, user, by=by, note="解除锁定")


# Sessions (M6, M8) -------------------------------------------------------------------------------------------------


def end_sessions(user: User, *, keep: str | None = None, only: Iterable[int] | None = None) -> int:
    """End the account's sessions: all, all but the one with the key `keep`, or `only` those rows. Returns how many."""
    rows = LoginSession.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(pk__in=only)
    if keep:
        rows = rows.exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    LoginSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


@due("sessions")
def forget_old_sessions() -> int:
    """Remove sessions that nobody can use any more."""
    oldest = timezone.now() - timedelta(hours=settings.SESSION_HOURS)
    idle = timezone.now() - timedelta(minutes=settings.SESSION_IDLE_MINUTES + 2)
    rows = LoginSession.objects.filter(started_at__lt=oldest) | LoginSession.objects.filter(last_seen_at__lt=idle)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return LoginSession.objects.filter(session_key__in=keys).delete()[0]


# One-time passwords on paper (M2) ----------------------------------------------------------------------------------

SLIPS = "slips"


def keep_slips(session: Any, slips: Iterable[Slip]) -> None:
    """Keep slips, encrypted, for the next page of this session only; they are shown once and nowhere stored in clear."""
    waiting = [*_stored_slips(session), *(slip.as_dict() for slip in slips)]
    session[SLIPS] = encrypt(json.dumps(waiting, ensure_ascii=False))


def take_slips(session: Any) -> list[Slip]:
    slips = [Slip(**values) for values in _stored_slips(session)]
    session.pop(SLIPS, None)
    return slips


def _stored_slips(session: Any) -> list[dict[str, str]]:
    token = session.get(SLIPS, "")
    return json.loads(decrypt(token)) if token else []


def issue_passwords(users: Iterable[User], *, by: User) -> list[Slip]:
    """New one-time passwords for several accounts at once, all or none."""
    with transaction.atomic():
        return [slip(user, reset_password(user, by=by)) for user in users]
