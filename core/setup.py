"""Starting a real office (没有演示数据): the committee, the first administrators, and what to load next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import accounts, audit
from core.choices import AuditEvent, CommitteeLevel, OfficeRole
from core.models import Committee, ImportBatch, User


@dataclass
class Office:
    """What setup_office asks for."""

    name: str
    code: str
    place: str
    level: str
    superior_body: str
    superior_short: str
    bureau: str
    contact_phone: str = ""


@dataclass(frozen=True)
class Step:
    """One line of 第一次使用: which workbook, why, and how many rows there are. `count(user)` asks the database."""

    order: int
    label: str
    why: str
    count: Callable[[User], int]
    import_kind: str = ""
    list_url: str = ""  # view name
    unit: str = "条"


_steps: list[Step] = []


def register_step(step: Step) -> None:
    """Apps say in AppConfig.ready() which workbook is loaded when."""
    if step.label not in {known.label for known in _steps}:
        _steps.append(step)


def steps() -> list[Step]:
    return sorted(_steps, key=lambda step: step.order)


def office_exists() -> bool:
    return Committee.objects.exists() or User.objects.exists()


def setup_office(office: Office, people: list[tuple[OfficeRole, str, str]]) -> list[accounts.Slip]:
    """Make the committee and the named accounts [(role, username, name)]; returns their one-time passwords."""
    if office_exists():
        raise ValidationError("这个系统里已有综合党委或账号，不能再次初始化。要增加账号，请登录后在“账号”里办理。")
    roles = [role for role, *_ in people]
    if OfficeRole.SYSTEM_ADMIN not in roles:
        raise ValidationError("至少要有一名系统管理员。")
    if len({username for _, username, _ in people}) != len(people):
        raise ValidationError("几个账号的名称不能相同：三种管理员互不兼任。")
    with transaction.atomic():
        committee = Committee(**vars(office))
        committee.full_clean()
        committee.save()
        slips = []
        for role, username, name in people:
            user, password = accounts.create_account(
                username=username, name=name, committee=committee, role=role, by=None, note="初始化系统"
            )
            slips.append(accounts.slip(user, password))
        audit.record(AuditEvent.SETTING, committee, by=None, note="初始化系统", committee=committee)
    return slips


LEVELS = dict(CommitteeLevel.choices)


def unresolved_names(user: User, batches: int = 20) -> list[dict[str, Any]]:
    """Names in the last workbooks that belong to nothing we know: [{batch, names}]."""
    rows = ImportBatch.objects.visible_to(user).order_by("-pk")[:batches]
    found = []
    for batch in rows:
        names = batch.report.get("unresolved") if isinstance(batch.report, dict) else None
        if names:
            found.append({"batch": batch, "names": names if isinstance(names, list) else [str(names)]})
    return found
