"""Training courses and who is invited."""

from typing import Any

from django import forms

from organizations.models import PartyBranch
from tasks.models import Training

from .common import SPLIT, QuarterlyForm


class TrainingForm(QuarterlyForm):
    sections = [
        ("培训", ["name", "audience", "host", "topics"]),
        ("时间地点", ["start", "end", "quarter", "place", "hours", "cost"]),
    ]

    class Meta:
        model = Training
        fields = ["name", "audience", "host", "topics", "start", "end", "quarter", "place", "hours", "cost"]
        widgets = {"topics": forms.Textarea(attrs={"rows": 3})}


class ParticipantsForm(forms.Form):
    """Names of one branch to be put on the list."""

    branch = forms.ModelChoiceField(
        PartyBranch.objects.none(), label="党支部", required=False, empty_label="（不属于党支部）"
    )
    names = forms.CharField(
        label="姓名", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), help_text="几个人用顿号或换行隔开。"
    )

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = PartyBranch.objects.visible_to(user).filter(dissolved_on=None)

    def clean_names(self) -> list[str]:
        names = list(dict.fromkeys(n for n in (p.strip() for p in SPLIT.split(self.cleaned_data["names"])) if n))
        if too_long := next((n for n in names if len(n) > 30), ""):
            raise forms.ValidationError(f"“{too_long[:40]}”超过30个字，请核对是不是一个人的姓名。")
        return names
