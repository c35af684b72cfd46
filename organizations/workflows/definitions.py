"""口径: a dated change of how the two coverages are counted."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.editing import require_reason
from core.models import Committee, OfficeSetting, User
from core.periods import today
from organizations.statistics import DEFAULTS, PREFIX, SHOULD_RULES, Definition, definition

YEARS = 10
LABELS = {
    "functional_weight": "功能型党支部计入组织覆盖",
    "liaison_counts": "只有联络员的计入工作覆盖",
    "mass_org_counts": "只有群团组织的计入工作覆盖",
    "should_build_rule": "应建条件",
    "should_build_staff": "从业人员达到多少人也应建",
    "exclude_abnormal": "活动异常、失信和注销中的不计入基数",
    "exclude_registered_less_than_6_months": "登记不满6个月的不计入基数",
}


def can_change_definition(user: User, committee: Committee | None = None) -> bool:
    return user.is_committee_staff


def change_definition(
    committee: Committee, *, chosen: Definition, effective_from: date, note: str, by: User
) -> list[OfficeSetting]:
    """What differs from the definition in force on that day holds from it on; the same day again corrects it."""
    day = today(committee)
    if not date(2000, 1, 1) <= effective_from <= day.replace(year=day.year + YEARS, day=min(day.day, 28)):
        raise ValidationError({"effective_from": "起算日期应在2000年以后、十年以内。"}, code="range")
    require_reason(note, "请写明依据，例如文件名称或会议决定。", field="note")
    present = definition(committee, effective_from)
    wanted = {
        key: getattr(chosen, key.removeprefix(PREFIX))
        for key in DEFAULTS
        if getattr(chosen, key.removeprefix(PREFIX)) != getattr(present, key.removeprefix(PREFIX))
    }
    if not wanted:
        raise ValidationError(f"与{effective_from}执行的口径相同，不用保存。", code="same")
    with transaction.atomic():
        return [_set(committee, key, value, effective_from, note, by) for key, value in wanted.items()]


def _set(committee: Committee, key: str, value: Any, since: date, note: str, by: User) -> OfficeSetting:
    row = OfficeSetting.objects.filter(committee=committee, key=key, effective_from=since).first()
    old = row.value if row else None
    row = row or OfficeSetting(committee=committee, key=key, effective_from=since)
    row.value, row.note = value, note[:200]
    row.full_clean()
    row.save()
    label = LABELS[key.removeprefix(PREFIX)]
    changes = {"值": [word(key, old), word(key, value)], "自何日起": [None, since.isoformat()]}
    audit.record(AuditEvent.SETTING, row, by=by, label=f"口径：{label}（{since}起）", changes=changes, note=note)
    return row


def word(key: str, value: Any) -> str:
    """A stored value in words."""
    if value is None:
        return ""
    if key.endswith("should_build_rule"):
        return SHOULD_RULES.get(str(value), str(value))
    if key.endswith("should_build_staff"):
        return f"{value}人以上" if value else "不按人数"
    return "是" if value else "否"
