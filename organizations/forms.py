"""Forms of the ledgers. Consequences go through workflows; a form only asks."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.fields import RowField
from core.forms import RecordForm
from core.periods import Period, quarter_code, today
from organizations.choices import CoverageMethod, LeaveReason, MembershipKind, OrganizationEventKind
from organizations.models import (
    Affiliation,
    BranchCoverage,
    BranchPost,
    CharterRecord,
    CommitmentLetter,
    IncubationBatch,
    InstructorAssignment,
    LedgerCheck,
    LedgerDifference,
    Liaison,
    Membership,
    MemberSurvey,
    OrganizationEvent,
    PartyBranch,
    PartyMember,
    SocialOrganization,
)

LIVE_BODIES = SocialOrganization.objects.filter(ended_on=None)
LIVE_BRANCHES = PartyBranch.objects.filter(dissolved_on=None)


def body_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BODIES, ("name", "short_name", "code"), label="社会组织", **kwargs)


def branch_field(**kwargs: Any) -> RowField:
    return RowField(LIVE_BRANCHES, **{"label": "党组织", **kwargs})


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


class OrganizationForm(RecordForm):
    sections = [
        ("基本信息", ["name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber"]),
        ("登记", ["registered_on", "status", "ended_on", "registration_mode", "registration_authority",
                "supervising_unit", "industry_department", "affiliation"]),
        ("人员和联系", ["legal_representative", "secretary_general", "contact", "phone", "district", "address",
                   "staff_count", "full_time_count", "council_term_end"]),
        ("党建和其他", ["no_branch_reason", "no_branch_note", "batch", "grade", "grade_until", "is_charity", "remark"]),
    ]  # fmt: skip
    affiliation = forms.ChoiceField(
        label="党建管理归口", required=False, help_text="从登记日期起算；以后的变化在详情页办理。",
        choices=[("", "---------"), *Affiliation._meta.get_field("kind").choices],
    )  # fmt: skip

    class Meta:
        model = SocialOrganization
        fields = [
            "name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber",
            "registered_on", "status", "ended_on", "registration_mode", "registration_authority", "supervising_unit",
            "industry_department", "legal_representative", "secretary_general", "contact", "phone", "district",
            "address", "staff_count", "full_time_count", "council_term_end", "no_branch_reason", "no_branch_note",
            "batch", "grade", "grade_until", "is_charity", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["affiliation"]


class AffiliationForm(DatedForm):
    class Meta:
        model = Affiliation
        fields = ["kind", "start"]
        help_texts = {"start": "从这一天起按新的归口计算。"}


class InstructorForm(DatedForm):
    class Meta:
        model = InstructorAssignment
        fields = ["instructor_name", "sent_by", "phone", "start"]


class LiaisonForm(DatedForm):
    class Meta:
        model = Liaison
        fields = ["name", "phone", "start"]


class EventForm(DatedForm):
    """变更登记事项: an event and what it changes."""

    new_name = forms.CharField(label="新名称", max_length=100, required=False, help_text="更名的才填，写新的全称。")
    new_short_name = forms.CharField(label="新简称", max_length=50, required=False, help_text="更名的才填。")

    class Meta:
        model = OrganizationEvent
        fields = ["kind", "on", "document_no", "detail"]
        help_texts = {"kind": "注销、撤销登记和合并会结束这家社会组织，以后不再计入。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [pair for pair in field.choices if pair[0] != OrganizationEventKind.FOUNDED]


class BranchForm(RecordForm):
    sections = [
        ("基本信息", ["name", "short_name", "kind", "parent", "founded_on", "approval_no", "approved_by"]),
        ("本届", ["term_number", "term_start", "term_end"]),
        ("其他", ["premises", "is_standard", "contact", "phone", "remark"]),
    ]
    parent = branch_field(label="上级党组织", required=False)

    class Meta:
        model = PartyBranch
        fields = [
            "name", "short_name", "kind", "parent", "founded_on", "approval_no", "approved_by", "term_number",
            "term_start", "term_end", "premises", "is_standard", "contact", "phone", "remark",
        ]  # fmt: skip


class CoverageForm(DatedForm):
    organization = body_field()
    method = forms.ChoiceField(
        label="覆盖方式", required=False, choices=[("", "---------"), *CoverageMethod.choices],
        help_text="不选就按党组织类别。",
    )  # fmt: skip

    class Meta:
        model = BranchCoverage
        fields = ["organization", "method", "start", "document_no"]

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "method"}


class PostForm(DatedForm):
    class Meta:
        model = BranchPost
        fields = ["post", "person_name", "body_post", "phone", "is_full_time", "start"]
        help_texts = {"post": "新书记任职之日，原书记自动免职。"}


class DissolveForm(DatedForm):
    on = forms.DateField(label="撤销日期", help_text="从这一天起不再计入；覆盖关系和班子职务同日结束。")
    document_no = forms.CharField(label="撤销文号", max_length=60, required=False)

    class Meta:
        model = PartyBranch
        fields: list[str] = []


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


class CharterForm(RecordForm):
    organization = body_field()
    sections = [
        ("章程", ["organization", "version_no", "has_party_clause", "has_values_clause", "clause_kind"]),
        ("表决和核准", ["vote_body", "voted_on", "approved_on", "approved_by", "remark"]),
    ]

    class Meta:
        model = CharterRecord
        fields = [
            "organization", "version_no", "has_party_clause", "has_values_clause", "clause_kind", "vote_body",
            "voted_on", "approved_on", "approved_by", "remark",
        ]  # fmt: skip


class LetterForm(RecordForm):
    organization = body_field()

    class Meta:
        model = CommitmentLetter
        fields = ["organization", "title", "signed_on", "signer", "is_sealed", "handed_over_on"]


class SurveyForm(RecordForm):
    organization = body_field()

    class Meta:
        model = MemberSurvey
        fields = [
            "organization",
            "filled_on", "staff_count", "member_count", "full_member_count", "can_transfer", "planned_form",
            "liaison", "liaison_phone",
        ]  # fmt: skip


class LedgerCheckForm(RecordForm):
    quarter = QuarterField()
    sections = [
        ("核对", ["checked_on", "quarter", "source", "compared_with", "data_as_of", "checked_by"]),
        ("范围", ["organizations_checked", "members_checked", "remark"]),
    ]

    class Meta:
        model = LedgerCheck
        fields = [
            "checked_on", "quarter", "source", "compared_with", "data_as_of", "checked_by", "organizations_checked",
            "members_checked", "remark",
        ]  # fmt: skip


class DifferenceForm(RecordForm):
    organization = body_field(required=False)

    class Meta:
        model = LedgerDifference
        fields = ["object_label", "organization", "field", "ours", "theirs", "decision", "corrected_on"]


class BatchForm(RecordForm):
    class Meta:
        model = IncubationBatch
        fields = ["number", "centre", "entered_on", "left_on"]
