"""Forms of charters, commitment letters and surveys."""

from typing import Any

from django import forms

from core.forms import RecordForm
from core.periods import today
from organizations.models import CharterRecord, CommitmentLetter, MemberSurvey, liaised_ids
from organizations.workflows.papers import letter_title, next_version

from .fields import body_field


class PaperForm(RecordForm):
    """A liaison hands in papers of the own bodies only."""

    def narrow(self) -> None:
        super().narrow()
        if self.user is not None and not self.user.is_committee_staff:
            field = self.fields["organization"]
            field.queryset = field.queryset.filter(pk__in=liaised_ids(self.user))


class CharterForm(PaperForm):
    organization = body_field()
    sections = [
        ("章程", ["organization", "version_no", "has_party_clause", "has_values_clause", "has_integrity_clause",
                "clause_kind"]),
        ("表决和核准", ["vote_body", "voted_on", "approved_on", "approved_by", "remark"]),
    ]  # fmt: skip

    class Meta:
        model = CharterRecord
        fields = [
            "organization", "version_no", "has_party_clause", "has_values_clause", "has_integrity_clause",
            "clause_kind", "vote_body", "voted_on", "approved_on", "approved_by", "remark",
        ]  # fmt: skip
        help_texts = {"version_no": "不填就接着最近一版；第一版是1。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version_no"].required = False
        if not self.instance.pk:
            body = self.instance.organization if self.instance.organization_id else None
            self.initial["version_no"] = next_version(body) if body else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        body = cleaned.get("organization")
        if body and cleaned.get("version_no") is None and "version_no" not in self.errors:
            cleaned["version_no"] = self.instance.version_no if self.instance.pk else next_version(body)
        return cleaned


class LetterForm(PaperForm):
    organization = body_field()

    class Meta:
        model = CommitmentLetter
        fields = ["organization", "title", "signed_on", "signer", "is_sealed", "handed_over_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is None:
            return
        if not self.instance.pk:
            self.initial["title"] = letter_title(self.user.committee, today(self.user.committee))
        if not self.user.is_committee_staff:
            del self.fields["handed_over_on"]  # the office hands over


class SurveyForm(PaperForm):
    organization = body_field()

    class Meta:
        model = MemberSurvey
        fields = [
            "organization",
            "filled_on", "staff_count", "member_count", "full_member_count", "can_transfer", "planned_form",
            "liaison", "liaison_phone",
        ]  # fmt: skip
        help_texts = {
            "filled_on": "调查表上的填报日期。",
            "member_count": "在本单位工作的党员，包括组织关系不在本单位的。",
            "full_member_count": "不能多于党员数。",
            "can_transfer": "党员同意并且能够把组织关系转来的勾选。",
            "planned_form": "打算怎样建立党组织。",
            "liaison_phone": "手机，或带区号的固定电话。",
        }


class VoidForm(RecordForm):
    reason = forms.CharField(
        label="作废原因", max_length=300, widget=forms.Textarea({"rows": 2}), help_text="例如：同一次调查登记了两份。"
    )

    class Meta:
        model = MemberSurvey
        fields: list[str] = []
