"""Starting a real office (没有演示数据): the committee, the first administrators, and what to load next."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction

from core import accounts, audit
from core.choices import AuditEvent, OfficeRole, RowAction
from core.excel.sheet import all_sheets
from core.models import Committee, ImportBatch, ImportRow, User

first_steps: list[Callable[[Committee], object]] = []  # what apps add to a new office, registered in ready()
UNKNOWN = re.compile("里没有“([^”]+)”")  # the sentence of core.excel.lookups
MAX_ROWS = 2000
MAX_NAMES = 50


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
    """One line of 第一次使用: a workbook in its order, and how many rows there are already (None: not to be counted)."""

    kind: str
    title: str
    note: str
    count: int | None


def steps(user: User) -> list[Step]:
    return [
        Step(s.kind, s.title, " ".join(filter(None, [s.intro, s.after])), _count(s.model, user))
        for s in all_sheets()
        if s.can_import
    ]


def _count(label: str, user: User) -> int | None:
    model = apps.get_model(label)
    if model is User:
        return accounts.manageable_accounts(user).count()
    rows = model._default_manager.all()
    return rows.visible_to(user).count() if hasattr(rows, "visible_to") else None


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
        for step in first_steps:
            step(committee)
        audit.record(AuditEvent.SETTING, committee, by=None, note="初始化系统", committee=committee)
    return slips


def unresolved_names(user: User, batches: int = 20) -> list[dict[str, Any]]:
    """Names in the last workbooks that belong to nothing we know: [{batch, names}]."""
    last = list(ImportBatch.objects.visible_to(user).filter(wrong_count__gt=0).order_by("-pk")[:batches])
    names: dict[int, dict[str, None]] = {batch.pk: {} for batch in last}
    wrong = ImportRow.objects.filter(batch__in=last, action=RowAction.WRONG).values_list("batch_id", "errors")
    for batch_id, errors in wrong[:MAX_ROWS]:
        for error in errors:
            names[batch_id].update(dict.fromkeys(UNKNOWN.findall(error.get("m", ""))))
    return [{"batch": batch, "names": list(names[batch.pk])[:MAX_NAMES]} for batch in last if names[batch.pk]]
