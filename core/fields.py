"""A form field for one row out of many: typed by name, short name or code, with the browser's own list of suggestions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SUGGESTIONS = 300


class SuggestInput(forms.TextInput):
    suggestions: Any = staticmethod(lambda: ())

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        attrs = {**(attrs or {}), "list": f"{name}-names", "autocomplete": "off", "maxlength": "120"}
        options = format_html_join("", '<option value="{}"></option>', ((str(word),) for word in self.suggestions()))
        return format_html(
            '{}<datalist id="{}-names">{}</datalist>', super().render(name, value, attrs, renderer), name, options
        )


class RowField(forms.CharField):
    """`queryset` is narrowed by the form to what the user sees; `names` are tried in turn before the search."""

    widget = SuggestInput

    def __init__(self, queryset: QuerySet, names: tuple[str, ...] = ("name", "short_name"), **kwargs: Any) -> None:
        self.queryset, self.names = queryset, names
        kwargs.setdefault("help_text", "写名称、简称的一部分，只对上一个就行。")
        super().__init__(**kwargs)
        self.widget.suggestions = self.suggestions

    def __deepcopy__(self, memo: dict) -> "RowField":
        twin = super().__deepcopy__(memo)
        twin.widget.suggestions = twin.suggestions
        return twin

    def suggestions(self) -> list[str]:
        return [str(row) for row in self.queryset[:SUGGESTIONS]]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            row = self.queryset.filter(pk=value).first()
            return str(row) if row else ""
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        for name in self.names:
            if len(rows := list(self.queryset.filter(**{name: text})[:2])) == 1:
                return rows[0]
        rows = list(self.queryset.search(text)[:6])
        if len(rows) == 1:
            return rows[0]
        label = self.queryset.model._meta.verbose_name
        if not rows:
            raise ValidationError(f"没有找到{label}“{text}”。请写名称或简称，或先登记。", code="unknown")
        words = "、".join(str(row) for row in rows[:5])
        raise ValidationError(
            f"“{text}”对上了不止一个：{words}{'等' if len(rows) > 5 else ''}。请写全称。", code="ambiguous"
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")
