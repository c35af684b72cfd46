"""Forms of 组织设置申请."""

from typing import Any

from django import forms

from core.forms import RecordForm
from core.periods import today
from organizations.choices import ApplicationKind
from organizations.models import BranchApplication
from organizations.workflows.applications import remark_on

from .elections import PeopleMixin
from .fields import BodiesField, branch_field


class ApplicationForm(RecordForm):
    sections = [
        ("申请事项", ["kind", "branch", "applicant", "contact", "request_no", "requested_on", "grounds"]),
        ("成立或变更的内容", ["name", "short_name", "branch_kind", "parent", "covers"]),
        ("党员和拟任人选", ["full_member_count", "confirmed", "member_list", "proposed_posts", "remark"]),
    ]
    confirmed = forms.BooleanField(
        label="已核对，仍按此申请", required=False, help_text="正式党员数与所选类别的一般规模不符时，核对以后勾选。"
    )
    branch = branch_field(required=False, help_text="变更、撤销的写现有党组织；成立的不填，启用时自动建立。")
    parent = branch_field(label="上级党组织", required=False, help_text="直属综合党委的不填；变更的只在改隶属时填。")
    covers = BodiesField(
        label="覆盖单位", help_text="全称或简称，用顿号隔开。成立的写全部覆盖单位，变更的写新增加的单位。"
    )

    class Meta:
        model = BranchApplication
        fields = [
            "kind", "branch", "applicant", "contact", "request_no", "requested_on", "grounds", "name", "short_name",
            "branch_kind", "parent", "covers", "full_member_count", "member_list", "proposed_posts", "remark",
        ]  # fmt: skip
        widgets = {name: forms.Textarea({"rows": 4}) for name in ("grounds", "member_list", "proposed_posts")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and self.initial.get("requested_on") is None:
            self.initial["requested_on"] = today(getattr(self.user, "committee", None))

    def clean(self) -> dict[str, Any]:
        """A number of members that does not fit the kind is asked about once more."""
        cleaned = super().clean()
        names = ("kind", "branch_kind", "full_member_count", "requested_on")
        asked = BranchApplication(committee=self.instance.committee, **{name: cleaned.get(name) for name in names})
        if not cleaned.get("confirmed") and not self.errors and (problem := remark_on(asked)):
            self.add_error("confirmed", f"{problem}核对无误、仍按此申请的，请勾选。")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Which fields belong to which kind is judged by the workflow, in its own sentences."""
        return super()._get_validation_exclusions() | {"branch"}


class StudyForm(RecordForm):
    class Meta:
        model = BranchApplication
        fields = ["studied_on", "study_note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _required(self, "studied_on")


class DecideForm(RecordForm):
    class Meta:
        model = BranchApplication
        fields = ["approval_no", "approved_by", "approved_on", "effective_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _required(self, "approval_no", "approved_by", "approved_on")
        if self.instance.kind == ApplicationKind.SET_UP:
            del self.fields["effective_on"]

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"kind", "branch"}


class FirstElectionForm(PeopleMixin, RecordForm):
    with_votes = False

    class Meta:
        model = BranchApplication
        fields = ["elected_on", "voters_due", "voters_present"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _required(self, "elected_on")
        self.add_people()
        self.sections = [("选举情况", self.Meta.fields), ("第一届班子（没有当选人的行留空）", self.people_fields)]

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | set(self.Meta.fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["people"] = self.people(data)
        return data


class FilingForm(RecordForm):
    class Meta:
        model = BranchApplication
        fields = ["filing_no", "filed_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _required(self, "filing_no", "filed_on")


def _required(form: forms.ModelForm, *names: str) -> None:
    for name in names:
        form.fields[name].required = True
