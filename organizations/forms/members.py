"""Forms of members."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import RecordForm
from organizations.choices import LeaveReason, MembershipKind
from organizations.models import (
    Membership,
    PartyMember,
)

from .fields import DatedForm, branch_field


class MemberForm(RecordForm):
    sections = [
        ("基本信息", ["name", "sex", "ethnicity", "id_kind", "id_number", "born_on", "education"]),
        ("党籍", ["branch", "branch_start", "membership_kind", "category", "joined_on", "full_on", "party_post",
                "fee_paid_until"]),
        ("工作和联系", ["workplace", "position", "is_full_time_staff", "phone", "address"]),
        ("流动和失联", ["floating", "floating_place", "is_lost", "lost_on", "remark"]),
    ]  # fmt: skip
    id_number = forms.CharField(
        label="证件号码", max_length=30, required=False, help_text="加密保存。修改时不填就保持原来的号码。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    branch = branch_field(label="所在党支部")
    branch_start = forms.DateField(label="进入本支部日期", help_text="从这一天起计入这个支部。")
    membership_kind = forms.ChoiceField(label="组织关系", choices=MembershipKind.choices)

    class Meta:
        model = PartyMember
        fields = [
            "name", "sex", "ethnicity", "id_kind", "born_on", "education", "category", "joined_on", "full_on",
            "party_post", "fee_paid_until", "workplace", "position", "is_full_time_staff", "phone", "address",
            "floating", "floating_place", "is_lost", "lost_on", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("branch", "branch_start", "membership_kind"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if number := cleaned.get("id_number"):
            self.instance.id_kind = cleaned.get("id_kind") or self.instance.id_kind
            try:
                self.instance.set_id_number(number)
            except ValidationError as error:
                self.add_error("id_number", error)
            else:
                self.from_number(number.strip().upper(), cleaned)
        return cleaned

    def from_number(self, number: str, cleaned: dict[str, Any]) -> None:
        """The birth date of a resident's ID number, where the office gave none."""
        if not cleaned.get("born_on") and len(number) == 18 and number[:17].isdigit():
            cleaned["born_on"] = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


class TransferForm(DatedForm):
    branch = branch_field(label="转入党支部")

    class Meta:
        model = Membership
        fields = ["branch", "start", "document_no"]
        help_texts = {"start": "接收之日；从这一天起计入新支部，不再计入原支部。"}


class LeaveForm(DatedForm):
    class Meta:
        model = Membership
        fields = ["leave_reason", "end", "document_no"]
        help_texts = {"end": "从这一天起不再计入；党员记录保留。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leave_reason"] = forms.ChoiceField(
            label="离开原因", choices=[("", "请选择"), *LeaveReason.choices]
        )
        self.fields["end"].required = True


class RestoreForm(DatedForm):
    branch = branch_field(label="所在党支部")

    class Meta:
        model = Membership
        fields = ["branch", "start"]


class FullForm(RecordForm):
    """转正."""

    class Meta:
        model = Membership
        fields: list[str] = []

    full_on = forms.DateField(label="转正日期", help_text="支部大会通过转正的日期。")
