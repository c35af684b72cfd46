"""The record of an activity: all of it for staff, the short one for a secretary's phone."""

from typing import Any

from django import forms

from organizations.models import PartyBranch, posted_ids
from tasks.choices import PartyRole
from tasks.models import Activity

from .common import QuarterlyForm, UnitsField


class ActivityForm(QuarterlyForm):
    organizers = UnitsField(label="组织单位", help_text="党组织或社会组织的全称、简称，几个之间用顿号隔开。")
    participants = UnitsField(label="参加单位", help_text="联合开展的写其他参加单位；组织单位不用重复写。")
    sections = [
        ("活动", ["kind", "theme", "held_on", "quarter", "place", "host", "speaker"]),
        ("单位", ["is_by_committee", "organizers", "participants", "batch"]),
        ("人数", ["expected", "attended", "guests", "hours"]),
        ("写进总结", ["highlight", "usable_for_summary", "remark"]),
    ]

    class Meta:
        model = Activity
        fields = [
            "kind", "theme", "held_on", "quarter", "place", "host", "speaker", "is_by_committee", "batch", "expected",
            "attended", "guests", "hours", "highlight", "usable_for_summary", "remark",
        ]  # fmt: skip
        widgets = {"highlight": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = list(self.instance.parties.select_related("branch", "organization")) if self.instance.pk else []
        for name, role in (("organizers", PartyRole.ORGANIZER), ("participants", PartyRole.PARTICIPANT)):
            if name in self.fields:
                self.fields[name].user = self.user
                self.initial.setdefault(name, [p.branch or p.organization for p in parties if p.role == role])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not cleaned.get("organizers") and not cleaned.get("is_by_committee"):
            self.add_error("organizers", "请写组织单位；由综合党委直接组织的，勾选“综合党委组织”。")
        return cleaned

    @property
    def organizers_chosen(self) -> list:
        return self.cleaned_data.get("organizers") or []

    @property
    def participants_chosen(self) -> list:
        return self.cleaned_data.get("participants") or []


class OwnActivityForm(ActivityForm):
    """For a secretary: the organizer is the own branch."""

    branch = forms.ModelChoiceField(PartyBranch.objects.none(), label="党支部", empty_label=None)
    organizers = None
    sections = [
        ("活动", ["kind", "theme", "held_on", "place", "host", "speaker"]),
        ("人数", ["expected", "attended", "guests", "hours"]),
        ("单位和亮点", ["branch", "participants", "highlight", "remark"]),
    ]

    class Meta(ActivityForm.Meta):
        fields = [
            "kind", "theme", "held_on", "quarter", "place", "host", "speaker", "expected", "attended", "guests",
            "hours", "highlight", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["quarter"]  # staff decide when an activity counts in another quarter
        own = PartyBranch.objects.filter(pk__in=posted_ids(self.user)[0])
        self.fields["branch"].queryset = own
        if self.instance.pk:
            first = self.instance.parties.organizers().filter(branch__in=own.values("pk")).first()
            self.initial["branch"] = first.branch_id if first else None
        if len(posted_ids(self.user)[0]) == 1:
            self.fields["branch"].initial = posted_ids(self.user)[0][0]
            self.fields["branch"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super(ActivityForm, self).clean()
        cleaned.pop("quarter", None)
        return cleaned

    @property
    def organizers_chosen(self) -> list:
        """The own branch first; other organizers that staff entered stay."""
        chosen = [self.cleaned_data["branch"]]
        if self.instance.pk:
            others = self.instance.parties.organizers().select_related("branch", "organization")
            chosen += [u for p in others if (u := p.branch or p.organization) != chosen[0]]
        return chosen
