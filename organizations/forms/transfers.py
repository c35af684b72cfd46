"""Form that starts a transfer of the organization relationship."""

from typing import Any

from django import forms

from organizations.choices import TransferDirection
from organizations.models import MemberTransfer

from .fields import LIVE_BRANCHES, DatedForm, branch_field


class TransferForm(DatedForm):
    """`instance.from_branch` is the branch of today; without one the member comes from outside."""

    to_branch = branch_field(label="转入党支部", required=False)
    at_once = forms.BooleanField(
        label="直接办结", required=False, help_text="已经报到、只补录结果的勾选：发起、审核、接收记在同一天。"
    )
    day_fields = ("started_on",)

    class Meta:
        model = MemberTransfer
        fields = ["direction", "to_branch", "outside", "started_on", "cause", "letter_no"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inward = self.instance.from_branch_id is None
        allowed = [TransferDirection.INWARD] if inward else [TransferDirection.BETWEEN, TransferDirection.OUTWARD]
        self.fields["direction"].choices = [(d.value, d.label) for d in allowed]
        self.initial["direction"] = allowed[0]
        if not self.user.is_committee_staff:
            del self.fields["at_once"]

    def narrow(self) -> None:
        """Any branch of the committee may receive, also one whose members the secretary does not see."""
        super().narrow()
        self.fields["to_branch"].queryset = LIVE_BRANCHES.within(self.user.committee)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        direction = cleaned.get("direction")
        if direction == TransferDirection.OUTWARD:
            cleaned["to_branch"] = None
        elif direction and not cleaned.get("to_branch") and "to_branch" not in self.errors:
            self.add_error("to_branch", "请写转入的党支部。")
        if direction == TransferDirection.BETWEEN:
            cleaned["outside"] = ""
        elif direction and not cleaned.get("outside") and "outside" not in self.errors:
            self.add_error("outside", "请写外单位党组织的全称。")
        return cleaned
