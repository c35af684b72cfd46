"""Problems and plans."""

from django import forms

from tasks.models import PlanItem, Problem

from .common import QuarterlyForm


class ProblemForm(QuarterlyForm):
    quarter_required = True
    sections = [
        ("问题", ["quarter", "category", "description", "example", "cause"]),
        ("处理", ["owner", "order", "usable_for_summary"]),
    ]

    class Meta:
        model = Problem
        fields = ["quarter", "category", "description", "example", "cause", "owner", "order", "usable_for_summary"]
        widgets = {n: forms.Textarea(attrs={"rows": 2}) for n in ("description", "example", "cause")}


class PlanItemForm(QuarterlyForm):
    quarter_required = True
    sections = [
        ("打算", ["quarter", "category", "heading", "description"]),
        ("落实", ["owner", "due", "order", "result"]),
    ]

    class Meta:
        model = PlanItem
        fields = ["quarter", "category", "heading", "description", "owner", "due", "order", "result"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4}), "result": forms.Textarea(attrs={"rows": 2})}
