"""Forms of 前置审查 and 六个同步."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.choices import DayKind
from core.forms import RecordForm, prepare
from core.periods import today
from organizations.choices import REVIEW_PATHS, ReviewStage, ReviewType, SyncEvent
from organizations.models import Correction, RegistrationReview, SyncDuty, SyncRule
from organizations.workflows.review_checks import days_problem, order_problems
from organizations.workflows.sync import event_problem

from .fields import body_field

STAGE_FIELDS = {
    ReviewStage.CHARTER: ["clause_article", "clause_kind", "clause_text", "values_article", "vote_body", "voted_on"],
    ReviewStage.LETTER: ["letter_signer", "letter_signed_on", "letter_sealed"],
    ReviewStage.APPROVAL: ["approved_on", "approval_no"],
    ReviewStage.SURVEY: ["survey_filled_on", "staff_count", "member_count", "full_member_count", "can_transfer",
                         "planned_form", "liaison", "liaison_phone"],
    ReviewStage.CERTIFICATE: ["certified_on", "code"],
    ReviewStage.HANDOVER: ["handed_over_on", "receiver"],
}  # fmt: skip
CHANGE_FIELDS = ["changed_item", "changed_to", "changed_short_name"]
TAKEN = ("name", "short_name", "kind", "is_trade_association", "supervising_unit")


def fields_of(stage: ReviewStage, review: RegistrationReview) -> list[str]:
    """What is filled in at a stage; of a change that is what changes, instead of the charter."""
    if stage == ReviewStage.CHARTER and review.review_type == ReviewType.CHANGE:
        return CHANGE_FIELDS
    return STAGE_FIELDS[stage]


def open_stages(review: RegistrationReview) -> list[ReviewStage]:
    """Stages whose fields can still be filled: before approval all up to it, afterwards the present one and those to come."""
    path = REVIEW_PATHS[ReviewType(review.review_type)]
    if review.is_ended:
        return []
    start = 0 if review.is_undecided else path.index(ReviewStage(review.status))
    if review.is_undecided:
        path = path[: path.index(ReviewStage.APPROVAL) + 1]
    return [stage for stage in path[start:] if stage in STAGE_FIELDS]


class RegistrationForm(RecordForm):
    """受理: what is applied for and by whom."""

    sections = [
        ("申请事项", ["review_type", "organization", "name", "short_name", "kind", "is_trade_association",
                  "supervising_unit", "affiliation"]),
        ("发起人和联系人", ["founder", "legal_representative", "contact", "phone"]),
        ("受理", ["accepted_on", "review_days", "remark"]),
    ]  # fmt: skip
    organization = body_field(required=False)

    class Meta:
        model = RegistrationReview
        fields = ["review_type", "name", "short_name", "kind", "is_trade_association", "supervising_unit",
                  "affiliation", "founder", "legal_representative", "contact", "phone", "accepted_on", "review_days",
                  "remark", "organization"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].help_text = "成立登记不填；章程核准、变更登记写已登记单位的名称或简称。"
        for name in ("name", "kind"):
            self.fields[name].required = False
        if not self.instance.pk:
            day = today(self.instance.committee) if self.instance.committee_id else None
            self.initial["accepted_on"] = day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        body, founding = data.get("organization"), data.get("review_type") == ReviewType.FOUNDING
        if founding and body:
            self.add_error("organization", "成立登记不选已有单位，批准以后自动建立。")
        if not founding and not body and "organization" not in self.errors:
            self.add_error("organization", "请写已登记的社会组织。")
        if body and not founding:
            data.update({name: getattr(body, name) for name in TAKEN})
        for name in ("name", "kind"):
            if founding and not data.get(name) and name not in self.errors:
                self.add_error(name, f"请{'填写' if name == 'name' else '选择'}{self.fields[name].label}。")
        if "review_days" not in self.errors and (problem := days_problem(data.get("review_days"))):
            self.add_error("review_days", problem)
        return data


class StageForm(RecordForm):
    """The evidence of the stages that are open now; required is what the checklist says, not the form."""

    class Meta:
        model = RegistrationReview
        fields = [*CHANGE_FIELDS, *(name for names in STAGE_FIELDS.values() for name in names)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = open_stages(self.instance)
        named = [(stage.label, fields_of(stage, self.instance)) for stage in stages]
        keep = {name for _, names in named for name in names} | {"version"}
        for name in [name for name in self.fields if name not in keep]:
            del self.fields[name]
        self.sections = [("变更内容" if names is CHANGE_FIELDS else label, names) for label, names in named]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        day = today(self.instance.committee)
        for name, value in list(data.items()):
            if name in self.fields and isinstance(self.fields[name], forms.DateField) and value and value > day:
                self.add_error(name, f"{self.fields[name].label}不能晚于今天（{day}）。")
        for name, sentence in order_problems({**self.instance.__dict__, **data}):
            if name in self.fields:
                self.add_error(name, sentence)
        return data


class CorrectionForm(RecordForm):
    class Meta:
        model = Correction
        fields = ["reason", "asked_on", "days"]
        widgets = {"reason": forms.Textarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "一次写清全部要补正的内容，例如“章程第四条没有写明党组织的设立”。"
        self.initial |= {"asked_on": today(self.user.committee), "days": 5}
        self.fields["days"].help_text = "从通知次日起算，节假日顺延。"

    def clean_days(self) -> int:
        days = self.cleaned_data["days"]
        if not 1 <= days <= 120:
            raise ValidationError("补正期限应为1至120个工作日。")
        return days


class HolidayForm(forms.Form):
    """One holiday, or the working days that make up for it."""

    name = forms.CharField(label="名称", max_length=30, help_text="例如春节、国庆节调休。")
    kind = forms.ChoiceField(label="类别", choices=DayKind.choices, help_text="周末调休上班的选后一种。")
    first = forms.DateField(label="第一天", help_text="放假（或上班）的第一天。")
    last = forms.DateField(label="最后一天", required=False, help_text="只有一天的不填。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            prepare(field)


class SyncRuleForm(RecordForm):
    class Meta:
        model = SyncRule
        fields = ["order", "name", "event", "action", "due_days", "in_working_days", "start", "is_active"]

    def clean_due_days(self) -> int:
        days = self.cleaned_data["due_days"]
        if not 1 <= days <= 730:
            raise ValidationError("期限应为1至730天。")
        return days


class SyncEventForm(RecordForm):
    """登记业务事件: an event that no other page records, such as a grading."""

    organization = body_field()
    event = forms.ChoiceField(label="业务事件", choices=[("", "请选择"), *SyncEvent.choices])

    class Meta:
        model = SyncDuty
        fields = ["event_on", "note"]

    sections = [("业务事件", ["organization", "event", "event_on", "note"])]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        body, on = data.get("organization"), data.get("event_on")
        if body and on and (why := event_problem(on, body.registered_on, body.ended_on, today(self.user.committee))):
            self.add_error("event_on", why)
        return data
