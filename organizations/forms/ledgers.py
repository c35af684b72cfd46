"""Forms of ledger checks and incubation batches."""

from core.forms import RecordForm
from organizations.models import (
    IncubationBatch,
    LedgerCheck,
    LedgerDifference,
)

from .fields import QuarterField, body_field


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
