"""Fields that several forms of this app share."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from core.forms import RecordForm
from core.models import User
from core.periods import quarter_label, quarter_of, today
from organizations.models import PartyBranch, SocialOrganization

SPLIT = re.compile(r"[、，,;；\n\r]+")
BACK, AHEAD = 12, 2  # quarters offered before and after the office's day
Unit = PartyBranch | SocialOrganization


def quarter_choices(user: User | None, kept: int | None = None) -> list[tuple[int, str]]:
    now = quarter_of(today(getattr(user, "committee", None)))
    quarters = {*range(now - BACK, now + AHEAD + 1), *([kept] if kept is not None else [])}
    return [(q, quarter_label(q)) for q in sorted(quarters, reverse=True)]


class OwnedForm(RecordForm):
    """A form whose page sets the owner: rules like “one number per list” are checked with it, in the words of the model."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"committee", "task_list", "meeting"}


class QuarterlyForm(OwnedForm):
    """A form with 归属季度 as a choice; left open it follows the date of the record."""

    quarter_required = False
    quarter_default = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old = self.fields["quarter"]
        self.fields["quarter"] = forms.TypedChoiceField(
            label=old.label,
            help_text=old.help_text if not self.quarter_required else "",
            coerce=int,
            empty_value=None,
            required=self.quarter_required,
            initial=old.initial,
            choices=[("", "（按日期）" if not self.quarter_required else "（未选）"),
                     *quarter_choices(self.user, self.instance.quarter)],
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("quarter") is None and not self.quarter_required:
            date_field = self.instance.quarter_date_field
            if date_field and cleaned.get(date_field):
                cleaned["quarter"] = quarter_of(cleaned[date_field])
        return cleaned


def split_names(text: str) -> list[str]:
    return list(dict.fromkeys(name for name in (part.strip() for part in SPLIT.split(text)) if name))


def find_units(names: Iterable[str], user: User, *, branches: bool = True) -> tuple[list[Unit], list[str]]:
    """The branches and bodies of these full or short names, in that order, and the names that none of them has."""
    names = list(names)
    found: dict[str, Unit] = {}
    for model in (SocialOrganization, *((PartyBranch,) if branches else ())):
        rows = model._default_manager.visible_to(user).filter(Q(name__in=names) | Q(short_name__in=names))
        for row in rows.only("pk", "name", "short_name"):
            found[row.name] = row
            if row.short_name:
                found.setdefault(row.short_name, row)
    return [found[n] for n in names if n in found], [n for n in names if n not in found]


class UnitsField(forms.CharField):
    """Names of branches and bodies, one a line or divided by 、; `user` is set by the form."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, *, branches: bool = True, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, **kwargs)
        self.user: User | None = None
        self.branches = branches

    def clean(self, value: Any) -> list[Unit]:
        names = split_names(super().clean(value) or "")
        if not names:
            return []
        units, unknown = find_units(names, self.user, branches=self.branches)
        if unknown:
            shown = "、".join(f"“{n}”" for n in unknown[:10])
            raise ValidationError(f"没有找到{shown}。请核对名称，或先在组织台账登记；几个名称之间用顿号或换行隔开。")
        return units

    def prepare_value(self, value: Any) -> Any:
        return "、".join(str(v) for v in value) if isinstance(value, list | tuple) else value
