"""Forms of phrases, outside figures, and of a summary: its settings, its signing, its way upwards."""

from django import forms

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


class SigningForm(RecordForm):
    """签发. Nothing of it is a column that the form writes; the workflow does."""

    signer = forms.CharField(
        label="签发人", max_length=40, help_text="领导在纸上签发的，写领导姓名；日志里另记着由谁登记。"
    )
    on = forms.DateField(label="签发日期", help_text="就是文件的成文日期。")
    closing = forms.BooleanField(
        label="印落款", required=False, help_text="定稿末尾印署名和成文日期；署名在“标题和落款”里可以改。"
    )
    sections = [("签发", ["signer", "on", "closing"])]

    class Meta:
        model = Summary
        fields = []

    def width(self, name: str) -> str:
        """It stands in the narrow column beside the paper."""
        return "col-12"


class ReportForm(RecordForm):
    """登记上报."""

    on = forms.DateField(label="上报日期")
    to = forms.CharField(label="报送单位", max_length=60, help_text="收文的上级单位，例如市委组织部。")
    sections = [("上报", ["on", "to"])]

    class Meta:
        model = Summary
        fields = []
