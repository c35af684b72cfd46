"""The base form of every record: cleaned text, bounded numbers, Chinese sections, the version it was opened with."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from core.cleaning import clean_line, clean_text
from core.validators import normalize_code, normalize_phone, validate_credit_code, validate_phone

BIG = 2**31 - 1
WHOLE = re.compile(r"[+-]?[0-9]{1,12}", re.ASCII)
WIDE = forms.Textarea | forms.CheckboxSelectMultiple | forms.ClearableFileInput


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def whole_number(value: Any) -> Any:
    """Only ASCII digits are a number; Python's int() would also take 1_000 and full-width digits (M30)."""
    if isinstance(value, str) and value.strip() and not WHOLE.fullmatch(value.strip()):
        raise forms.ValidationError("请填写整数，只用数字0到9。", code="invalid")
    return value


def cleaned_first(field: forms.Field, clean: Callable[[Any], Any]) -> None:
    """Let the field see the value only after `clean`."""
    inner = field.to_python
    field.to_python = lambda value: inner(clean(value) if isinstance(value, str) else value)


def prepare(field: forms.Field) -> None:
    """Widgets, limits and sentences that every form of the product shares."""
    label = field.label or "这一项"
    chosen = isinstance(field, forms.ChoiceField)
    field.error_messages["required"] = f"请{'选择' if chosen else '填写'}{label}。"
    if isinstance(field, forms.IntegerField):
        low = -BIG if field.min_value is None else max(field.min_value, -BIG)
        high = BIG if field.max_value is None else min(field.max_value, BIG)
        field.validators += [MinValueValidator(low), MaxValueValidator(high)]
        field.widget.attrs.setdefault("inputmode", "numeric")
        cleaned_first(field, whole_number)
    elif isinstance(field, forms.DateTimeField):
        field.widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    elif isinstance(field, forms.DateField):
        field.widget = DateInput(field.widget.attrs)
        field.error_messages["invalid"] = "请填写日期，例如2023-03-29。"
    elif isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
        many = isinstance(field.widget, forms.Textarea)
        cleaned_first(field, clean_text if many else clean_line)
        if many:
            field.widget.attrs.setdefault("rows", 4)
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label is not None:
            field.empty_label = "请选择" if field.required else "（未选）"
    elif chosen and isinstance(field.widget, forms.Select):
        blank = "请选择" if field.required else "（未选）"
        field.choices = [(v, blank if v == "" and w == "---------" else w) for v, w in field.choices]


NORMAL = {validate_credit_code: normalize_code, validate_phone: normalize_phone}  # by the model field's own check
ROOM = "40"  # characters that may be typed where blanks and marks fall away


def normal_first(field: forms.Field, normalize: Callable[[str], str]) -> None:
    """Codes and numbers as people type them — blanks, lower case, full width — before anything is checked (DOMAIN §9.1)."""
    cleaned_first(field, normalize)
    field.widget.attrs["maxlength"] = ROOM


class RecordForm(forms.ModelForm):
    """`sections = [("基本信息", ["name", "code"]), …]` orders the fields; the page gives `user`; `error_homes` names
    the field at which the error of a constraint is shown, by its code."""

    sections: ClassVar[list[tuple[str, list[str]]]] = []
    error_homes: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            prepare(field)
        for name, field in self.fields.items():
            if normalize := self.normal_form(name):
                normal_first(field, normalize)
        if self.instance.pk and hasattr(self.instance, "version"):
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self.instance.version, required=True, min_value=0, max_value=BIG
            )
        self.narrow()

    def normal_form(self, name: str) -> Callable[[str], str] | None:
        """How what is typed into this field is written, told by the checks of the model's field."""
        columns = {f.name: f for f in self._meta.model._meta.concrete_fields} if self._meta.model else {}
        checks = columns[name].validators if name in columns else ()
        return next((normalize for check, normalize in NORMAL.items() if check in checks), None)

    def add_error(self, field: str | None, error: Any) -> None:
        for one in getattr(error, "error_dict", {}).pop(NON_FIELD_ERRORS, ()):
            home = self.error_homes.get(one.code)
            super().add_error(home if home in self.fields else None, one)
        if getattr(error, "error_dict", True):
            super().add_error(field, error)

    def narrow(self) -> None:
        """Only rows the user sees can be chosen (M13); a form with other rules extends this."""
        if self.user is None:
            return
        for field in self.fields.values():
            rows = getattr(field, "queryset", None)
            if isinstance(rows, models.QuerySet) and hasattr(rows, "visible_to"):
                field.queryset = rows.visible_to(self.user)

    @property
    def expected(self) -> int | None:
        """The version the form was opened with."""
        return self.cleaned_data.get("version")

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        named = [(title, [n for n in names if n in self.fields]) for title, names in self.sections]
        known = {n for _, names in named for n in names} | {"version"}
        rest = [n for n in self.fields if n not in known]
        parts = [(title, names) for title, names in named if names]
        return [*parts, *([("其他" if parts else "内容", rest)] if rest else [])]

    @property
    def toc(self) -> list[dict]:
        """Sections for the list at the left, with how many fields are wrong in each."""
        return [
            {"id": f"s{i}", "title": title, "wrong": sum(1 for n in names if n in self.errors) if self.is_bound else 0}
            for i, (title, names) in enumerate(self.parts, 1)
        ]

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        """In the order in which they stand on the page, not in that in which they were found wrong."""
        return [self[name] for _, names in self.parts for name in names if name in self.errors]

    def width(self, name: str) -> str:
        field = self.fields[name]
        if isinstance(field.widget, WIDE):
            return "col-12"
        if isinstance(field, forms.IntegerField | forms.DateField | forms.DecimalField):
            return "col-sm-6 col-lg-3"
        return "col-md-6"

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        helper.form_show_errors = True
        sections = [
            Fieldset(title, Row(*(Column(Field(n), css_class=self.width(n)) for n in names), css_class="g-3"),
                     css_class="form-section", css_id=f"s{i}")
            for i, (title, names) in enumerate(self.parts, 1)
        ]  # fmt: skip
        helper.layout = Layout(*sections, *(["version"] if "version" in self.fields else []))
        return helper
