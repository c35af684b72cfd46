"""Forms that mend or take away a dated row."""

from typing import Any

from django import forms

from core.forms import RecordForm
from core.journal import mark_of
from organizations.workflows.dated import KINDS


class SeenForm(RecordForm):
    """Carries the mark of the row as it was shown (`form.expected`), and asks why."""

    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text="依据什么改，例如：批复文件上是3月1日，录入时写错。记入操作记录。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.CharField(
            widget=forms.HiddenInput, initial=mark_of(self.instance), required=True, max_length=64
        )


HELP = {
    "start": "从这一天起计算。",
    "end": "不再计算的第一天；仍在继续的留空。",
    "method": "单独、联合、功能型或区域（行业）覆盖。",
    "phone": "手机，或带区号的固定电话。",
}


def correction_form(name: str) -> type[SeenForm]:
    """The form of one kind of dated row."""
    kind = KINDS[name]
    fields = [*kind.fields, "start", "end"]
    made = forms.modelform_factory(kind.model, form=SeenForm, fields=fields, help_texts=HELP)
    made.sections = [("正确的内容", fields), ("更正原因", ["reason"])]
    return made


class VoidRowForm(SeenForm):
    sections = [("作废原因", ["reason"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "为什么不该有这一条，例如：登记到了另一家单位。记入操作记录。"


def void_form(name: str) -> type[VoidRowForm]:
    return forms.modelform_factory(KINDS[name].model, form=VoidRowForm, fields=[])
