"""Forms of 两个覆盖: the definition, the plan of a body, instructors, liaisons, mass organizations."""

from typing import Any

from django import forms

from core.forms import DateInput, RecordForm, prepare
from organizations.models import CoveragePlan, InstructorAssignment, InstructorVisit, Liaison, MassOrganization
from organizations.statistics import SHOULD_RULES, Definition

from .fields import DatedForm, body_field

YES = [("1", "是"), ("0", "否")]


class DefinitionForm(forms.Form):
    """口径 from a day on; every switch is answered, so that nothing is left open."""

    functional_weight = forms.ChoiceField(
        label="功能型党支部、区域覆盖计入组织覆盖", choices=YES, help_text="一般计入。"
    )
    liaison_counts = forms.ChoiceField(label="只有联络员的计入工作覆盖", choices=YES, help_text="一般不计入。")
    mass_org_counts = forms.ChoiceField(
        label="只有工会、共青团、妇联的计入工作覆盖", choices=YES, help_text="各地不一，一般不计入。"
    )
    should_build_rule = forms.ChoiceField(
        label="应建条件", choices=list(SHOULD_RULES.items()), help_text="年检表按专职人员；支部工作条例按全部正式党员。"
    )
    should_build_staff = forms.IntegerField(
        label="从业人员达到多少人也应建", min_value=0, max_value=100_000, required=False,
        help_text="有的地方规定从业人员多的单位也要建党组织；不按人数的填0。",
    )  # fmt: skip
    exclude_abnormal = forms.ChoiceField(
        label="活动异常、失信和注销中的不计入基数", choices=YES, help_text="“是”表示从基数里去掉。"
    )
    exclude_registered_less_than_6_months = forms.ChoiceField(
        label="登记不满6个月的不计入基数", choices=YES, help_text="“是”表示从基数里去掉。"
    )
    effective_from = forms.DateField(label="自何日起执行", widget=DateInput, help_text="这一天以前的数字不变。")
    note = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号或会议决定。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            prepare(field)

    @property
    def definition(self) -> Definition:
        data = self.cleaned_data
        return Definition(
            functional_weight=int(data["functional_weight"]),
            should_build_rule=data["should_build_rule"],
            should_build_staff=data["should_build_staff"] or 0,
            **{
                name: data[name] == "1"
                for name in (
                    "liaison_counts",
                    "mass_org_counts",
                    "exclude_abnormal",
                    "exclude_registered_less_than_6_months",
                )
            },
        )

    @staticmethod
    def values(chosen: Definition) -> dict[str, Any]:
        """A definition as the answers of this form."""
        found = {name: "1" if value else "0" for name, value in chosen.__dict__.items()}
        exact = {name: getattr(chosen, name) for name in ("should_build_rule", "should_build_staff")}
        return {**found, **exact}


class PlanForm(RecordForm):
    class Meta:
        model = CoveragePlan
        fields = ["planned_on", "responsible", "measures", "group_since"]
        widgets = {"measures": forms.Textarea({"rows": 3})}

    sections = [("组建计划", ["planned_on", "responsible", "measures", "group_since"])]


class InstructorCreateForm(DatedForm):
    """选派 from the list: the body is named too."""

    organization = body_field()

    class Meta:
        model = InstructorAssignment
        fields = ["instructor_name", "sent_by", "phone", "start"]
        help_texts = {
            "instructor_name": "指导几家的分几次登记，姓名和派出单位要写得一样。",
            "sent_by": "指导员所在的单位或党组织。",
            "phone": "手机，或带区号的固定电话。",
            "start": "从这一天起计算工作覆盖。",
        }

    sections = [("选派", ["organization", "instructor_name", "sent_by", "phone", "start"])]


class InstructorChangeForm(RecordForm):
    """Mistakes of writing; the days change by ending the assignment."""

    class Meta:
        model = InstructorAssignment
        fields = ["instructor_name", "sent_by", "phone", "start"]
        help_texts = InstructorCreateForm.Meta.help_texts


class LiaisonCreateForm(DatedForm):
    organization = body_field()

    class Meta:
        model = Liaison
        fields = ["name", "phone", "start"]
        help_texts = {
            "name": "同一单位原来的联络员同日结束。",
            "phone": "手机，或带区号的固定电话。",
            "start": "从这一天起担任。",
        }

    sections = [("联络员", ["organization", "name", "phone", "start"])]


class MassForm(DatedForm):
    organization = body_field()

    class Meta:
        model = MassOrganization
        fields = ["kind", "start"]

    sections = [("群团组织", ["organization", "kind", "start"])]


class VisitForm(DatedForm):
    day_fields = ("visited_on",)

    class Meta:
        model = InstructorVisit
        fields = ["visited_on", "content"]
