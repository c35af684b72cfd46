"""Forms of social organizations."""

from typing import Any

from django import forms

from core.forms import RecordForm
from organizations.choices import OrganizationEventKind
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    OrganizationEvent,
    SocialOrganization,
)

from .fields import DatedForm


class OrganizationForm(RecordForm):
    sections = [
        ("基本信息", ["name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber"]),
        ("登记", ["registered_on", "status", "ended_on", "registration_mode", "registration_authority",
                "supervising_unit", "industry_department", "affiliation"]),
        ("人员和联系", ["legal_representative", "secretary_general", "contact", "phone", "district", "address",
                   "staff_count", "full_time_count", "council_term_start", "council_term_end"]),
        ("党建和其他", ["no_branch_reason", "no_branch_note", "batch", "grade", "graded_on", "grade_until", "is_charity", "remark"]),
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
            "address", "staff_count", "full_time_count", "council_term_start", "council_term_end", "no_branch_reason", "no_branch_note",
            "batch", "grade", "graded_on", "grade_until", "is_charity", "remark",
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
