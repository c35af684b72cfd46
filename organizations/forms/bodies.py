"""Forms of social organizations."""

from typing import Any

from django import forms

from core.forms import RecordForm
from core.pinyin import plain
from core.validators import normalize_code
from organizations.choices import REASONS_TO_EXPLAIN, NoBranchReason
from organizations.models import (
    Affiliation,
    InstructorAssignment,
    Liaison,
    SocialOrganization,
)

from .fields import DatedForm

RENAMED = "renamed"
NAME_CHANGES = ((RENAMED, "单位更名（原名称记为曾用名）"), ("corrected", "更正录错的字（不留曾用名）"))


class OrganizationForm(RecordForm):
    error_homes = {"ORG-01": "code", "ORG-02": "full_time_count"}
    sections = [
        ("基本信息", ["name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber"]),
        ("名称改了的填", ["name_change", "renamed_on", "rename_no"]),
        ("登记", ["registered_on", "status", "ended_on", "registration_mode", "registration_no", "registration_authority",
                "supervising_unit", "industry_department", "party_leading_body", "affiliation"]),
        ("人员和联系", ["legal_representative", "secretary_general", "contact", "phone", "district", "address",
                   "staff_count", "full_time_count", "council_term_start", "council_term_end",
                   "council_extension_no", "council_extended_until"]),
        ("党建和其他", ["no_branch_reason", "no_branch_note", "batch", "grade", "graded_on", "grade_until", "is_charity",
                   "review_note", "remark"]),
    ]  # fmt: skip
    affiliation = forms.ChoiceField(
        label="党建管理归口", required=False, help_text="从登记日期起算；以后的变化在详情页办理。",
        choices=[("", "---------"), *Affiliation._meta.get_field("kind").choices],
    )  # fmt: skip

    name_change = forms.ChoiceField(
        label="名称为什么改", required=False, choices=[("", "（名称没有改）"), *NAME_CHANGES],
        help_text="单位更名的，原名称记为曾用名，查找和以前的台账仍用它；只是录错了字的选更正。",
    )  # fmt: skip
    renamed_on = forms.DateField(label="更名日期", required=False, help_text="登记管理机关办理更名的日期。")
    rename_no = forms.CharField(label="更名文号", max_length=60, required=False, help_text="没有的可以不填。")

    class Meta:
        model = SocialOrganization
        fields = [
            "name", "short_name", "code", "kind", "category", "is_trade_association", "is_visiting_chamber",
            "registered_on", "status", "ended_on", "registration_mode", "registration_no", "registration_authority", "supervising_unit",
            "industry_department", "party_leading_body", "legal_representative", "secretary_general", "contact", "phone", "district",
            "address", "staff_count", "full_time_count", "council_term_start", "council_term_end",
            "council_extension_no", "council_extended_until", "no_branch_reason", "no_branch_note", "batch", "grade",
            "graded_on", "grade_until", "is_charity", "review_note", "remark",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk or self.instance.ended_on:  # nobody renames a body that has ended
            for name in ("name_change", "renamed_on", "rename_no"):
                del self.fields[name]
        if self.instance.pk:  # from then on events and the page of 归口 change these, with their days
            for name in ("affiliation", "status", "ended_on"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = self.clean_known()
        if "name_change" in self.fields and cleaned.get("name"):
            self.clean_renaming(cleaned)
        return cleaned

    def clean_renaming(self, cleaned: dict[str, Any]) -> None:
        """Another name is a 更名 with its day, or the correction of a typing error; only the office knows which."""
        old, why = self.instance.name, cleaned.get("name_change")
        if cleaned["name"] == old:
            return
        if not why:
            words = f"名称由“{old}”改成了“{cleaned['name']}”。请选是单位更名，还是更正录错的字。"
            self.add_error("name_change", words)
        elif why == RENAMED and not cleaned.get("renamed_on"):
            self.add_error("renamed_on", "单位更名的请填写更名日期。")

    @property
    def renaming(self) -> dict[str, Any]:
        """The answers of the event 更名; empty where the name stays or is only corrected."""
        data = self.cleaned_data
        if data.get("name_change") != RENAMED or data["name"] == self.initial["name"]:
            return {}
        return {"new_name": data["name"], "on": data["renamed_on"], "document_no": data["rename_no"]}

    def clean_known(self) -> dict[str, Any]:
        """A name or code of a row that was merged into another still means the other."""
        cleaned = super().clean() or self.cleaned_data
        merged = SocialOrganization.objects.filter(duplicates__isnull=False).exclude(pk=self.instance.pk)
        for name in ("name", "code"):
            typed = normalize_code(cleaned.get(name) or "") if name == "code" else cleaned.get(name) or ""
            word = plain(typed)
            rows = merged.visible_to(self.user) if self.user and name == "name" else merged  # names are not unique
            label = self.fields[name].label
            near = rows.filter(search__holds=word) if word else ()
            body = next((body for body in near if word in map(plain, body.aliases)), None)
            is_ours = self.user is None or (body is not None and body.committee_id in self.user.scope_ids)
            if body is not None and is_ours:
                self.add_error(name, f"这个{label}的记录已并入“{body.name}”，请直接打开那一家，不要重复登记。")
            elif body is not None or (word and self.user and self.merged_away(**{name: typed})):
                self.add_error(name, f"这个{label}的记录已并入别的综合党委登记的同一家单位，不要重复登记。")
        reason = cleaned.get("no_branch_reason")
        if (
            reason in REASONS_TO_EXPLAIN
            and "no_branch_reason" in self.changed_data
            and not cleaned.get("no_branch_note")
        ):
            self.add_error("no_branch_note", f"未建立原因是“{NoBranchReason(reason).label}”的，要写明具体情况。")
        return cleaned

    def merged_away(self, **word: str) -> bool:
        """A row of this office was merged into one that it does not see."""
        rows = SocialOrganization.everything.visible_to(self.user).filter(duplicate_of__isnull=False, **word)
        return rows.exclude(duplicate_of__committee__in=self.user.scope_ids).exists()


class AffiliationForm(DatedForm):
    class Meta:
        model = Affiliation
        fields = ["kind", "start"]
        help_texts = {"start": "从这一天起按新的归口计算。"}


class InstructorForm(DatedForm):
    class Meta:
        model = InstructorAssignment
        fields = ["instructor_name", "sent_by", "phone", "start"]


class LiaisonForm(DatedForm):
    class Meta:
        model = Liaison
        fields = ["name", "phone", "start"]
