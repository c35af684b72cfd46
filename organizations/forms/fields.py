"""Fields and the dated form that several forms of the ledgers share."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from core.fields import RowField
from core.forms import RecordForm
from core.periods import Period, quarter_code, today
from organizations.models import (
    PartyBranch,
    SocialOrganization,
)

SPLIT = re.compile(r"[、，,;；\n\r]+")
LIVE_BODIES = SocialOrganization.objects.filter(ended_on=None)


LIVE_BRANCHES = PartyBranch.objects.filter(dissolved_on=None)


def body_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BODIES, ("name", "short_name", "code"), **{"label": "社会组织", **kwargs})


def branch_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BRANCHES, **{"label": "党组织", **kwargs})


class BodiesField(forms.CharField):
    """Several bodies by full or short name, divided by 、 or one a line; the form narrows `queryset` to what the user sees."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **kwargs: Any) -> None:
        self.queryset = LIVE_BODIES
        super().__init__(**{"label": "社会组织", "required": False, "max_length": 3000, **kwargs})

    def clean(self, value: Any) -> list[SocialOrganization]:
        names = [name.strip() for name in SPLIT.split(super().clean(value) or "") if name.strip()]
        found: dict[str, SocialOrganization] = {}
        for row in self.queryset.filter(Q(name__in=names) | Q(short_name__in=names)) if names else ():
            found[row.name] = row
            found.setdefault(row.short_name, row)
        if unknown := [name for name in dict.fromkeys(names) if name not in found]:
            words = "、".join(f"“{name}”" for name in unknown[:10])
            raise ValidationError(
                f"没有找到{words}。请写社会组织的全称或简称，几家之间用顿号或换行隔开。", code="unknown"
            )
        return list({found[name].pk: found[name] for name in names}.values())

    def prepare_value(self, value: Any) -> Any:
        return "、".join(str(row) for row in value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")


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
