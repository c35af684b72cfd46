"""Entry forms of inspections and duty reviews; status never stands in a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import RecordForm
from core.periods import quarter_label, quarter_of, today
from reviews.choices import Conclusion, DutyMode
from reviews.models import (
    BallotBatch,
    BallotTally,
    DutyProblem,
    DutyReport,
    Finding,
    InspectionCampaign,
    InspectionRecord,
    ReviewSession,
)
from reviews.sheets import ballot_errors
from reviews.workflows.inspections import over_before


class CampaignForm(RecordForm):
    sections = [
        ("检查", ["checked_year", "title", "scope", "joint_units"]),
        ("时间", ["started_on", "submit_due", "quarter"]),
    ]

    class Meta:
        model = InspectionCampaign
        fields = ("checked_year", "title", "scope", "joint_units", "started_on", "submit_due", "quarter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quarter_optional(self, "不填按启动日期")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, due = data.get("started_on"), data.get("submit_due")
        if start and due and due < start:
            self.add_error("submit_due", f"填报截止日期{due}不能早于启动日期{start}。")
        return data


def quarter_optional(form: RecordForm, help_text: str) -> None:
    """归属季度 is a choice of quarters; left empty it follows from the date."""
    now = form.instance.quarter or quarter_of(today(form.instance.committee if form.instance.committee_id else None))
    words = [(q, quarter_label(q)) for q in range(now + 4, now - 13, -1)]
    form.fields["quarter"] = forms.TypedChoiceField(
        label="归属季度", choices=[("", f"（{help_text}）"), *words], coerce=int, empty_value=None, required=False,
        help_text="习惯上计入前一季度的，可以改。",
    )  # fmt: skip


class InspectionRecordForm(RecordForm):
    sections = [
        ("对象", ["campaign", "organization", "submitted_on"]),
        ("党建情况", ["has_party_clause", "has_branch", "no_branch_reason", "staff_count", "member_count"]),
        ("初审", ["self_score", "party_score", "opinion"]),
        ("结论", ["conclusion", "concluded_on", "notice_no"]),
    ]

    class Meta:
        model = InspectionRecord
        fields = (
            "campaign", "organization", "submitted_on", "has_party_clause", "has_branch", "no_branch_reason",
            "staff_count", "member_count", "self_score", "party_score", "opinion", "conclusion", "concluded_on",
            "notice_no",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # which body in which campaign is what the record is
            del self.fields["campaign"], self.fields["organization"]
        elif self.user is not None:
            self.fields["organization"].queryset = self.fields["organization"].queryset.order_by("sort_key")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("has_branch") is False and not data.get("no_branch_reason"):
            self.add_error("no_branch_reason", "没有建立党组织的要写明未建原因。")
        if data.get("conclusion") and not data.get("concluded_on"):
            self.add_error("concluded_on", "填了年检结论，就要填结论日期。")
        body, campaign = data.get("organization"), data.get("campaign")
        if body and campaign and (problem := over_before(body, campaign)):
            self.add_error("organization", problem)
        return data


class FindingForm(RecordForm):
    sections = [
        ("问题", ["record", "chapter", "description", "is_charter_clause", "severity"]),
        ("整改要求", ["advice", "advised_on", "due", "owner"]),
        ("整改与复查", ["measure", "recheck"]),
    ]

    class Meta:
        model = Finding
        fields = (
            "record", "chapter", "description", "is_charter_clause", "severity", "advice", "advised_on", "due",
            "owner", "measure", "recheck",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk or self.instance.record_id:
            del self.fields["record"]

    def narrow(self) -> None:
        super().narrow()
        if "record" in self.fields:
            records = self.fields["record"].queryset.select_related("organization", "campaign")
            self.fields["record"].queryset = records.order_by("-campaign__checked_year", "organization__sort_key")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        advised, due = data.get("advised_on"), data.get("due")
        if data.get("advice") and not advised:
            self.add_error("advised_on", "写了整改建议，就要填建议日期。")
        if advised and due and due < advised:
            self.add_error("due", f"整改期限{due}不能早于建议日期{advised}。")
        return data


class ReviewSessionForm(RecordForm):
    sections = [
        ("会议", ["year", "name", "held_on", "place", "has_democratic_review", "quarter"]),
        ("述职报告要求", ["report_due", "min_length", "max_length"]),
    ]

    class Meta:
        model = ReviewSession
        fields = (
            "year", "name", "held_on", "place", "has_democratic_review", "quarter", "report_due", "min_length",
            "max_length",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quarter_optional(self, "不填按召开日期")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        due, held = data.get("report_due"), data.get("held_on")
        if due and held and due > held:
            self.add_error("report_due", f"报告提交截止日期{due}不能晚于召开日期{held}。")
        least, most = data.get("min_length") or 0, data.get("max_length") or 0
        if most and least > most:
            self.add_error("max_length", f"字数上限{most}不能小于下限{least}。")
        return data


class DutyReportForm(RecordForm):
    """One report that staff register by hand, for a branch that came later."""

    sections = [("述职", ["session", "branch", "secretary_name", "mode", "excused_reason", "order"])]

    class Meta:
        model = DutyReport
        fields = ("session", "branch", "secretary_name", "mode", "excused_reason", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["session"], self.fields["branch"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        excused, reason = data.get("mode") == DutyMode.EXCUSED, data.get("excused_reason")
        if excused != bool(reason):
            sentence = "述职方式为“不参加”的要写原因。" if excused else "只有“不参加”的才写原因。"
            self.add_error("excused_reason", ValidationError(sentence, code="RV-01"))
        return data


class DutyProblemForm(RecordForm):
    sections = [("查摆问题", ["description", "cause", "measure", "solved_on", "order"])]

    class Meta:
        model = DutyProblem
        fields = ("description", "cause", "measure", "solved_on", "order")


class BallotBatchForm(RecordForm):
    class Meta:
        model = BallotBatch
        fields = ("voter_group", "issued", "returned", "valid", "void")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name, sentence in ballot_errors(data):
            self.add_error(name, ValidationError(sentence, code="RV-02"))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"session"}  # one batch per group and session


class ConclusionForm(forms.Form):
    conclusion = forms.ChoiceField(label="年检结论", choices=[("", "（未选）"), *Conclusion.choices])
    concluded_on = forms.DateField(label="结论日期", required=False)


class TallyForm(forms.Form):
    """The votes for one secretary; a line left empty is not tallied yet."""

    names = ("good", "fair", "ordinary", "poor", "abstained")

    def __init__(self, *args: Any, valid: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.valid = valid
        for name in self.names:
            label = BallotTally._meta.get_field(name).verbose_name
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=100_000, required=False)
            self.fields[name].widget.attrs.update(
                {"class": "form-control", "inputmode": "numeric", "aria-label": label}
            )

    @property
    def is_blank(self) -> bool:
        return all(self.cleaned_data.get(name) is None for name in self.names)

    @property
    def numbers(self) -> dict[str, int]:
        return {name: self.cleaned_data.get(name) or 0 for name in self.names}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        total = sum(data.get(name) or 0 for name in self.names)
        if not self.errors and not self.is_blank and total != self.valid:
            raise ValidationError(f"好、较好、一般、差、弃权合计{total}票，应等于有效票{self.valid}票。", code="RV-03")
        return data
