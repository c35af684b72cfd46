"""Forms of members."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import RecordForm
from organizations.choices import DocumentKind, JoinReason, LeaveReason, MembershipKind
from organizations.models import (
    MENDABLE,
    Membership,
    PartyMember,
    facts_of_number,
    split_posts,
)
from organizations.statistics import needs_reason
from organizations.workflows.memberships import like_reasons

from .dated import SeenForm
from .fields import DatedForm, branch_field


class MemberForm(RecordForm):
    sections = [
        ("基本信息", ["name", "sex", "ethnicity", "id_kind", "id_number", "born_on", "education"]),
        ("所在党支部", ["branch", "branch_start", "membership_kind", "join_reason", "origin", "await_receipt"]),
        ("党籍", ["category", "joined_on", "full_on", "party_post", "fee_paid_until"]),
        ("工作和联系", ["workplace", "position", "is_full_time_staff", "is_leader", "is_retired", "phone",
                    "address", "remark"]),
    ]  # fmt: skip
    id_number = forms.CharField(
        label="证件号码", max_length=30, required=False, help_text="加密保存。修改时不填就保持原来的号码。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    branch = branch_field(label="所在党支部")
    branch_start = forms.DateField(label="进入本支部日期", help_text="从这一天起计入这个支部。")
    membership_kind = forms.ChoiceField(
        label="组织关系",
        choices=MembershipKind.choices,
        help_text="组织关系在外地、只在这里活动的选后一项，不计入党员数。",
    )
    join_reason = forms.ChoiceField(
        label="进入原因", required=False,
        choices=[("", "---------"), *((r.value, r.label) for r in JoinReason if r != JoinReason.RESTORED)],
        help_text="建账以后进入的要选，增减才平。按“转入”登记的，同时记一件组织关系转接。",
    )  # fmt: skip
    origin = forms.CharField(
        label="从何处转入", required=False, max_length=100, help_text="转入的写原党组织全称，其他不填。"
    )
    await_receipt = forms.BooleanField(
        label="由支部确认接收", required=False, help_text="转入的勾选后先记为在途，支部书记确认接收那天起计入。"
    )

    class Meta:
        model = PartyMember
        fields = [
            "name", "sex", "ethnicity", "id_kind", "born_on", "education", "category", "joined_on", "full_on",
            "party_post", "fee_paid_until", "workplace", "position", "is_full_time_staff", "is_leader", "is_retired",
            "phone", "address",
            "remark",
        ]  # fmt: skip
        labels = {"party_post": "本级以外的党内职务"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("branch", "branch_start", "membership_kind", "join_reason", "origin", "await_receipt"):
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
                self.from_number(cleaned)
        branch, start = cleaned.get("branch"), cleaned.get("branch_start")
        if branch and start and not cleaned.get("join_reason"):
            rows = Membership.objects.filter(branch__committee=branch.committee_id)
            if cleaned.get("membership_kind") == MembershipKind.FULL and needs_reason(rows, start):
                self.add_error(
                    "join_reason", "这一天已在建账以后，请选进入原因：发展、转入，或确是建账时漏登的选“建账时已在”。"
                )
        return cleaned

    def clean_party_post(self) -> str:
        own, other = split_posts(self.cleaned_data["party_post"])
        if own:
            words = "、".join(kind.label for kind in own)
            raise ValidationError(f"“{words}”是本级党组织的职务，请在党组织页面登记班子职务，这里不写。", code="post")
        return other

    def from_number(self, cleaned: dict[str, Any]) -> None:
        """The birth date of a resident's ID number, where the office gave none."""
        known = (
            facts_of_number(self.instance.id_number()) if self.instance.id_kind == DocumentKind.RESIDENT_ID else None
        )
        if known and not cleaned.get("born_on"):
            cleaned["born_on"] = known[0]


class MemberContactForm(RecordForm):
    """What the secretary of the branch may put right."""

    class Meta:
        model = PartyMember
        fields = MENDABLE


class MembershipForm(SeenForm):
    """更正编入、减少 of one membership."""

    field_order = ("join_reason", "start", "leave_reason", "end", "reason")
    reason = forms.CharField(
        label="更正依据", max_length=200, help_text="例如“对照转入介绍信，是转入不是建账时已在”。记入修改记录。"
    )

    class Meta:
        model = Membership
        fields = ["join_reason", "start", "leave_reason", "end"]
        labels = {"start": "进入日期", "end": "离开日期"}
        help_texts = {
            "join_reason": "决定在增减里算发展、转入还是恢复。",
            "start": "从这一天起计入这个支部。",
            "leave_reason": "决定在增减里算转出、出党还是死亡。",
            "end": "从这一天起不再计入。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.end is None:
            del self.fields["leave_reason"], self.fields["end"]
        else:
            self.fields["leave_reason"].choices = [(r.value, r.label) for r in like_reasons(self.instance.leave_reason)]
            self.fields["end"].required = True


class LeaveForm(DatedForm):
    """离开名册 for good; 转出 goes through a transfer."""

    class Meta:
        model = Membership
        fields = ["leave_reason", "end", "leave_document_no"]
        help_texts = {"end": "从这一天起不再计入；党员记录保留。", "leave_document_no": "批准文件的文号，没有的不填。"}
        labels = {"leave_document_no": "文号", "end": "日期"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = (LeaveReason.TRANSFERRED, LeaveReason.LEFT)
        reasons = [(reason.value, reason.label) for reason in LeaveReason if reason not in hidden]
        self.fields["leave_reason"] = forms.ChoiceField(
            label="离开原因", choices=[("", "请选择"), *reasons], help_text="转往外单位的请办理“转接组织关系”。"
        )
        self.fields["end"].required = True


class RestoreForm(DatedForm):
    branch = branch_field(label="所在党支部")

    class Meta:
        model = Membership
        fields = ["branch", "start", "document_no"]
        help_texts = {"start": "恢复党籍的日期，从这一天起计入。", "document_no": "批准文件的文号，没有的不填。"}
        labels = {"start": "恢复日期", "document_no": "文号"}


class DecisionForm(RecordForm):
    """What a branch meeting decided about a probationary member."""

    document_no = forms.CharField(label="文号", max_length=60, required=False, help_text="批准文件的文号，没有的不填。")

    class Meta:
        model = Membership
        fields: list[str] = []


class FullForm(DecisionForm):
    """转正."""

    field_order = ("full_on", "document_no")
    full_on = forms.DateField(label="转正日期", help_text="支部大会通过转正的日期。")


class ExtendForm(DecisionForm):
    """延长预备期."""

    field_order = ("on", "until", "document_no")
    on = forms.DateField(label="决定日期", help_text="支部大会决定延长的日期。")
    until = forms.DateField(label="延长至", help_text="只能延长一次，六个月以上、一年以内。")
