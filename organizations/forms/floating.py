"""Forms of 流动党员 and 失联党员."""

from typing import Any

from django import forms

from core.forms import RecordForm
from core.periods import today
from organizations.models import FloatingContact, FloatingRecord, LostRecord

from .fields import DatedForm


class FloatingForm(RecordForm):
    sections = [
        ("外出情况", ["direction", "left_on", "place", "is_settled", "is_abroad", "cause"]),
        ("联系", ["other_party", "contact_person", "remark"]),
    ]  # fmt: skip

    class Meta:
        model = FloatingRecord
        fields = [
            "direction", "left_on", "place", "is_settled", "is_abroad", "cause", "other_party", "contact_person", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].required = self.fields["place"].required = True
        if self.instance.pk:
            del self.fields["direction"]


class ContactForm(DatedForm):
    class Meta:
        model = FloatingContact
        fields = ["on", "way", "reached", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].help_text = "每季度至少联系一次。"
        self.fields["way"].help_text = "怎样联系的。"

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > today(self.user.committee):
            raise forms.ValidationError("联系日期不能晚于今天。", code="future")
        return on


class LostForm(RecordForm):
    class Meta:
        model = LostRecord
        fields = ["circumstance", "lost_on", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circumstance"].required = self.fields["lost_on"].required = True
