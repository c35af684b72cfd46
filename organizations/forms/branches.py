"""Forms of party branches."""

from django import forms

from core.forms import RecordForm
from organizations.choices import CoverageMethod
from organizations.models import (
    BranchCoverage,
    BranchPost,
    PartyBranch,
)

from .fields import DatedForm, body_field, branch_field


class BranchForm(RecordForm):
    sections = [
        ("基本信息", ["name", "short_name", "kind", "parent", "founded_on", "approval_no", "approved_by"]),
        ("本届", ["term_number", "term_start", "term_end"]),
        ("其他", ["premises", "is_standard", "contact", "phone", "remark"]),
    ]
    parent = branch_field(label="上级党组织", required=False)

    class Meta:
        model = PartyBranch
        fields = [
            "name", "short_name", "kind", "parent", "founded_on", "approval_no", "approved_by", "term_number",
            "term_start", "term_end", "premises", "is_standard", "contact", "phone", "remark",
        ]  # fmt: skip


class CoverageForm(DatedForm):
    organization = body_field()
    method = forms.ChoiceField(
        label="覆盖方式", required=False, choices=[("", "---------"), *CoverageMethod.choices],
        help_text="不选就按党组织类别。",
    )  # fmt: skip

    class Meta:
        model = BranchCoverage
        fields = ["organization", "method", "start", "document_no"]

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "method"}


class PostForm(DatedForm):
    class Meta:
        model = BranchPost
        fields = ["post", "person_name", "body_post", "phone", "is_full_time", "start"]
        help_texts = {"post": "新书记任职之日，原书记自动免职。"}


class DissolveForm(DatedForm):
    on = forms.DateField(label="撤销日期", help_text="从这一天起不再计入；覆盖关系和班子职务同日结束。")
    document_no = forms.CharField(label="撤销文号", max_length=60, help_text="批准撤销的文号，例如综党〔2023〕12号。")

    class Meta:
        model = PartyBranch
        fields: list[str] = []
