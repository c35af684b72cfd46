"""The base form of every record: cleaned text, bounded numbers, Chinese sections, the version it was opened with."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Fieldset, Layout, Row
from django import forms
from django.db import models

from core.cleaning import clean_line, clean_text

BIG = 2**31 - 1
WIDE = forms.Textarea | forms.CheckboxSelectMultiple | forms.ClearableFileInput


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def prepare(name: str, field: forms.Field) -> None:
    """Widgets and limits that every form of the product shares."""
    if isinstance(field, forms.IntegerField):
        field.max_value = BIG if field.max_value is None else min(field.max_value, BIG)
        field.min_value = -BIG if field.min_value is None else max(field.min_value, -BIG)
        field.validators.append(forms.IntegerField(min_value=field.min_value, max_value=field.max_value).run_validators)
        field.widget.attrs.setdefault("inputmode", "numeric")
    elif isinstance(field, forms.DateTimeField):
        field.widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    elif isinstance(field, forms.DateField):
        field.widget = DateInput(field.widget.attrs)
    elif isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput | forms.HiddenInput):
        many = isinstance(field.widget, forms.Textarea)
        inner = field.to_python
        field.to_python = lambda value: inner(
            (clean_text if many else clean_line)(value) if isinstance(value, str) else value
        )
        if many:
            field.widget.attrs.setdefault("rows", 4)
    if isinstance(field, forms.ChoiceField) and not field.required and hasattr(field, "empty_label"):
        field.empty_label = "（未选）"


class RecordForm(forms.ModelForm):
    """`sections = [("基本信息", ["name", "code"]), …]` orders the fields; the page gives `user`."""

    sections: ClassVar[list[tuple[str, list[str]]]] = []

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            prepare(name, field)
        if self.instance.pk and hasattr(self.instance, "version"):
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self.instance.version, required=True, min_value=0, max_value=BIG
            )
        self.narrow()

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
        return [self[name] for name in self.errors if name in self.fields and name != "version"]

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
