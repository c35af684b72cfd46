"""Joint meetings and their parts."""

from typing import Any

from django import forms

from tasks.models import AgendaItem, ConveyedDocument, JointMeeting, MeetingRequirement, Resolution

from .common import OwnedForm, QuarterlyForm, UnitsField


class JointMeetingForm(QuarterlyForm):
    sections = [
        ("会议", ["year", "ordinal", "name", "held_on", "quarter", "place"]),
        ("组织", ["host", "convener", "purpose", "minutes_no"]),
    ]

    class Meta:
        model = JointMeeting
        fields = ["year", "ordinal", "name", "held_on", "quarter", "place", "host", "convener", "purpose", "minutes_no"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}


class ConveyedDocumentForm(OwnedForm):
    class Meta:
        model = ConveyedDocument
        fields = ["issuer", "title", "document_no", "order"]


class AgendaItemForm(OwnedForm):
    class Meta:
        model = AgendaItem
        fields = ["text", "speaker", "order"]


class MeetingRequirementForm(OwnedForm):
    class Meta:
        model = MeetingRequirement
        fields = ["text", "order"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class ResolutionForm(OwnedForm):
    class Meta:
        model = Resolution
        fields = ["text", "owner", "branch", "due", "order"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def narrow(self) -> None:
        super().narrow()
        self.fields["branch"].queryset = self.fields["branch"].queryset.filter(dissolved_on=None)


class InviteForm(forms.Form):
    """Further bodies by name."""

    bodies = UnitsField(label="补充参会单位", branches=False, help_text="社会组织的全称或简称，用顿号或换行隔开。")

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bodies"].user = user
