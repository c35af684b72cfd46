"""Forms of registration events and of duplicates."""

from typing import Any

from django import forms

from core.forms import RecordForm, prepare
from organizations.choices import CHANGED_FIELDS, EVENT_FROM, ChangedItem, OrganizationEventKind
from organizations.models import FormerName, OrganizationEvent, SocialOrganization
from organizations.workflows.events import short_name_problem

from .fields import DatedForm, body_field


class EventForm(DatedForm):
    """登记事件: an event and what it changes."""

    sections = [
        ("事件", ["kind", "on", "document_no", "detail"]),
        ("更名的填", ["new_name", "new_short_name"]),
        ("变更登记的填", ["item", "old_value", "new_value"]),
        ("合并的填", ["successor"]),
    ]
    new_name = forms.CharField(
        label="新名称", max_length=100, required=False, help_text="新的全称；原名称自动记为曾用名。"
    )
    new_short_name = forms.CharField(label="新简称", max_length=50, required=False, help_text="没有简称的不填。")
    successor = body_field(required=False)

    class Meta:
        model = OrganizationEvent
        fields = ["kind", "on", "document_no", "detail", "item", "old_value", "new_value", "successor"]
        help_texts = {
            "kind": "注销、撤销登记和合并会结束这家社会组织：归口、组织覆盖、指导员和联络员同日结束，以后不再计入。",
            "on": "决定或登记的日期。",
            "document_no": "登记管理机关文书的文号，没有的可以不填。",
            "detail": "要补充说明的事。",
            "item": "法定代表人、住所、业务主管单位、登记管理机关会同时写进台账。",
            "old_value": "台账里有的自动填写。",
            "new_value": "变更以后的内容。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = self.kinds()
        self.fields["kind"].choices = [pair for pair in self.fields["kind"].choices if pair[0] in ("", *allowed)]
        if short := self.instance.organization.short_name:
            self.fields["new_short_name"].help_text = f"更名的必填：现在的简称是“{short}”，不变的照写，改了的写新简称。"
        self.fields["successor"].label = "并入哪一家"
        self.fields["successor"].help_text = "保留下来的或新设立的单位，写名称、简称的一部分或信用代码。"

    def kinds(self) -> list[str]:
        """Only what the body's status allows."""
        status = self.instance.organization.status
        return [kind for kind, statuses in EVENT_FROM.items() if status in statuses]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        problem = short_name_problem(self.instance.organization, cleaned.get("new_short_name") or "")
        if cleaned.get("kind") == OrganizationEventKind.RENAMED and problem and not self.instance.is_past:
            self.add_error("new_short_name", problem)
        if cleaned.get("item") in CHANGED_FIELDS:
            cleaned["old_value"] = ""  # the ledger knows it
        elif cleaned.get("item") in (ChangedItem.SCOPE, ChangedItem.FUND, ChangedItem.OTHER) and not cleaned.get(
            "new_value"
        ):
            self.add_error("new_value", "请写变更后的内容。")
        return cleaned


class CorrectionForm(EventForm):
    """更正: the same answers once more, and why."""

    sections = [("更正", ["reason"]), *EventForm.sections]
    reason = forms.CharField(label="更正原因", max_length=200, help_text="例如：日期录错，以登记证书为准。")

    def kinds(self) -> list[str]:
        return [kind for kind in OrganizationEventKind.values if kind != OrganizationEventKind.FOUNDED]


class FormerNameForm(RecordForm):
    class Meta:
        model = FormerName
        fields = ["name", "until"]
        help_texts = {
            "name": "原来的全称。登记以后查找、导入都认得。",
            "until": "改用新名称的那一天；不知道的不填。",
        }


class TwinForm(forms.Form):
    """Which other row is the same body."""

    other = body_field(label="另一条记录")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prepare(self.fields["other"])
        self.fields["other"].widget.attrs["class"] = "form-control"
        self.fields["other"].queryset = SocialOrganization.objects.visible_to(user)
        self.fields["other"].help_text = "写名称、简称的一部分，或信用代码。"
