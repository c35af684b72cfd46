"""Forms of party branches."""

from collections import Counter
from typing import Any

from django import forms

from core.forms import RecordForm
from core.periods import today
from organizations.choices import CoverageMethod
from organizations.models import (
    BranchCoverage,
    BranchPost,
    Membership,
    PartyBranch,
    PartyMember,
)

from .fields import DatedForm, body_field, branch_field

NAME_CHANGES = [("renamed", "更名"), ("mistake", "更正错字")]


class BranchForm(RecordForm):
    sections = [
        ("基本信息", ["name", "short_name", "name_change", "kind", "parent", "unit_situation", "founded_on",
                  "approval_no", "approved_by"]),
        ("本届", ["term_number", "term_start", "term_end"]),
        ("其他", ["group_count", "premises", "is_standard", "contact", "phone", "remark"]),
    ]  # fmt: skip
    name_change = forms.ChoiceField(
        label="改动名称的原因", required=False, choices=[("", "---------"), *NAME_CHANGES],
        help_text="改了全称的选：更名的，原名称作为曾用名保留，查找和导入都认得；写错字的，原来的不保留。",
    )  # fmt: skip
    parent = branch_field(label="上级党组织", required=False)

    class Meta:
        model = PartyBranch
        fields = [
            "name", "short_name", "kind", "parent", "unit_situation", "founded_on", "approval_no", "approved_by",
            "term_number", "term_start", "term_end", "group_count", "premises", "is_standard", "contact", "phone", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = (self.instance.name, self.instance.short_name)  # before the answers are written into the row
        if not self.instance.pk:
            del self.fields["name_change"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        changed = self.instance.pk and "name" in cleaned and cleaned["name"] != self.names[0]
        if changed and not cleaned.get("name_change") and "name_change" not in self.errors:
            self.add_error("name_change", f"全称由“{self.names[0]}”改为“{cleaned['name']}”，请选更名还是更正错字。")
        return cleaned

    @property
    def former(self) -> tuple[str, ...]:
        """The names that the branch leaves behind."""
        return self.names if self.cleaned_data.get("name_change") == "renamed" else ()


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


class MemberChoice(forms.ModelChoiceField):
    """A member of the branch; who shares the name with another is told by the month of birth."""

    namesakes: frozenset[str] = frozenset()

    def label_from_instance(self, member: PartyMember) -> str:
        born = f"（{member.born_on:%Y-%m}出生）" if member.born_on and member.name in self.namesakes else ""
        return f"{member.name}{born}"


class PostForm(DatedForm):
    """`instance.branch` is the branch; its members of today can be chosen."""

    member = MemberChoice(
        PartyMember.objects.none(), label="党员", required=False,
        help_text="从本党组织的党员名册里选，名册的党内职务、台账的书记身份证号随之显示。",
    )  # fmt: skip

    class Meta:
        model = BranchPost
        fields = ["post", "member", "person_name", "body_post", "phone", "is_full_time", "start"]
        labels = {"person_name": "姓名（不在名册里的）"}
        help_texts = {
            "post": "新书记任职之日，原书记自动免职。",
            "person_name": "组织关系不在这里的才写，例如功能型党支部的书记。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_name"].required = False
        here = Membership.objects.full().on(today(self.instance.branch.committee)).filter(branch=self.instance.branch)
        field = self.fields["member"]
        field.queryset = field.queryset.model.objects.filter(pk__in=here.values("member_id")).order_by("sort_key", "pk")
        names = Counter(field.queryset.values_list("name", flat=True))
        field.namesakes = frozenset(name for name, number in names.items() if number > 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if member := cleaned.get("member"):
            cleaned["person_name"] = member.name
        elif not cleaned.get("person_name") and "member" not in self.errors:
            self.add_error("member", "请从名册里选择党员；不在名册里的写姓名。")
        return cleaned


class DissolveForm(DatedForm):
    on = forms.DateField(label="撤销日期", help_text="从这一天起不再计入；覆盖关系和班子职务同日结束。")
    document_no = forms.CharField(label="撤销文号", max_length=60, help_text="批准撤销的文号，例如综党〔2023〕12号。")

    class Meta:
        model = PartyBranch
        fields: list[str] = []
