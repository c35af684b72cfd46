"""Forms of phrases, outside figures and the settings of a summary."""

from core.forms import RecordForm
from reports.models import OutsideFigure, Phrase, Summary


class PhraseForm(RecordForm):
    sections = [("提法", ["kind", "text", "source"]), ("有效期", ["valid_from", "valid_until"])]

    class Meta:
        model = Phrase
        fields = ["kind", "text", "source", "valid_from", "valid_until"]


class OutsideFigureForm(RecordForm):
    sections = [
        ("数据", ["indicator", "value", "unit", "print_form"]),
        ("出处", ["as_of", "source", "quarter", "part_of"]),
    ]

    class Meta:
        model = OutsideFigure
        fields = ["indicator", "value", "unit", "print_form", "as_of", "source", "quarter", "part_of"]


class SummarySettingsForm(RecordForm):
    sections = [("标题", ["title"]), ("落款", ["has_signature", "signature", "signed_on"])]

    class Meta:
        model = Summary
        fields = ["title", "has_signature", "signature", "signed_on"]
