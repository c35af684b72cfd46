"""Task lists, their items, and the report on one assignment."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import DateInput, RecordForm
from core.periods import quarter_end, quarter_start
from tasks.choices import TaskScope
from tasks.models import Activity, TaskAssignment, TaskItem, TaskList

from .common import OwnedForm, QuarterlyForm


class TaskListForm(QuarterlyForm):
    quarter_required = True
    sections = [("清单", ["title", "quarter", "source"]), ("来文", ["issued_by", "document_no", "issued_on"])]

    class Meta:
        model = TaskList
        fields = ["title", "quarter", "source", "issued_by", "document_no", "issued_on"]


class TaskItemForm(OwnedForm):
    sections = [
        ("任务", ["number", "category", "text", "requirement", "evidence"]),
        ("责任", ["scope", "branches", "leader", "department", "partners"]),
        ("时间和分值", ["start", "due", "points", "target", "unit", "remark"]),
    ]

    class Meta:
        model = TaskItem
        fields = [
            "number", "category", "text", "requirement", "evidence", "scope", "branches", "leader", "department",
            "partners", "start", "due", "points", "target", "unit", "remark",
        ]  # fmt: skip
        widgets = {"requirement": forms.Textarea(attrs={"rows": 3}), "branches": forms.CheckboxSelectMultiple}

    def narrow(self) -> None:
        super().narrow()
        rows = self.fields["branches"].queryset.filter(committee_id=self.instance.committee_id, dissolved_on=None)
        self.fields["branches"].queryset = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("scope") == TaskScope.CHOSEN and not cleaned.get("branches"):
            self.add_error("branches", "责任范围是“选定党支部”，请至少选一个党支部。")
        if cleaned.get("due") and cleaned["due"] < quarter_start(self.instance.task_list.quarter):
            self.add_error("due", "完成时限在清单的季度之前，请核对。")
        return cleaned


class PasteForm(forms.Form):
    """The table of a list as it is copied from Word or Excel: one line a task, cells divided by tabs."""

    table = forms.CharField(
        label="粘贴表格",
        max_length=60000,
        widget=forms.Textarea(attrs={"rows": 12, "class": "form-control", "placeholder": "序号\t工作任务\t具体要求\t责任科室\t完成时限"}),
        help_text="在Word或Excel里选中清单的表格（含表头）复制，粘贴到这里。认得的表头：序号、类别、工作任务、具体要求、责任领导、责任科室、协办单位、完成时限、分值、佐证要求、备注。",
    )  # fmt: skip


class ReportForm(RecordForm):
    """What the branch did for one task; handing it in is another button of the same form."""

    sections = [("完成情况", ["report", "quantity", "activities"])]

    class Meta:
        model = TaskAssignment
        fields = ["report", "quantity", "activities"]
        widgets = {
            "report": forms.Textarea(attrs={"rows": 7}),
            "activities": forms.CheckboxSelectMultiple,
        }
        labels = {"activities": "用已有活动作佐证"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance.item
        if item.target:
            self.fields["quantity"].help_text = f"目标是{item.target}{item.unit}，填实际完成的数量。"
        else:
            del self.fields["quantity"]
        rows = self.fields["activities"]
        rows.label_from_instance = lambda activity: f"{activity.held_on:%m-%d} {activity.theme}"
        if not rows.queryset.exists():
            del self.fields["activities"]

    def narrow(self) -> None:
        """Activities of the branch between the quarter before the task's and its due day."""
        task = self.instance
        rows = Activity.objects.filter(
            committee_id=task.committee_id,
            held_on__range=(quarter_start(task.quarter - 1), max(task.due, quarter_end(task.quarter))),
        )
        if task.branch_id:
            rows = rows.filter(parties__branch=task.branch_id)
        else:
            rows = rows.by_committee()
        self.fields["activities"].queryset = rows.order_by("-held_on", "-pk")


class ExtendForm(forms.Form):
    due = forms.DateField(label="延期到", widget=DateInput)
    reason = forms.CharField(label="理由", max_length=300)

    def first_error(self) -> ValidationError:
        return ValidationError("请填写延期到哪一天和理由。")
