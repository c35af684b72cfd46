"""Fields and the dated form that several forms of the ledgers share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import RowField
from core.forms import RecordForm
from core.periods import Period, quarter_code, today
from organizations.models import (
    PartyBranch,
    SocialOrganization,
)

LIVE_BODIES = SocialOrganization.objects.filter(ended_on=None)


LIVE_BRANCHES = PartyBranch.objects.filter(dissolved_on=None)


def body_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BODIES, ("name", "short_name", "code"), **{"label": "社会组织", **kwargs})


def branch_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BRANCHES, **{"label": "党组织", **kwargs})


def quarter_number(value: str) -> int | None:
    """2023Q1 or 2023年第一季度 → the stored number."""
    text = (value or "").strip().upper()
    if not text:
        return None
    for ordinal, digit in zip("一二三四", "1234", strict=True):
        text = text.replace(f"年第{ordinal}季度", f"Q{digit}")
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.kind != "quarter":
        raise ValidationError("请写成2023Q1，或2023年第一季度。", code="quarter")
    return period.first


class QuarterField(forms.CharField):
    """归属季度 as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "归属季度", "required": False, "max_length": 12,
                            "help_text": "不填按日期；写成2023Q1。", **kwargs})  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return quarter_code(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        return quarter_number(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")


class DatedForm(RecordForm):
    """A form whose day defaults to the office's today."""

    day_fields = ("start", "end", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = today(getattr(self.user, "committee", None))
        for name in self.day_fields:
            if name in self.fields and self.initial.get(name) is None:
                self.initial[name] = day
