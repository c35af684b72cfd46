"""Forms of charters, commitment letters and surveys."""

from core.forms import RecordForm
from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    MemberSurvey,
)

from .fields import body_field


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
