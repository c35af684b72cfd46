"""Filter bars of the lists."""

import django_filters as filters

from core.pages.filters import RowsFilter, visible
from organizations.models import PartyBranch
from tasks.choices import (
    ActivityKind,
    AssignmentStatus,
    ListSource,
    MeetingStatus,
    PlanStatus,
    ProblemCategory,
    ProblemStatus,
    TaskCategory,
    TaskListStatus,
    TrainingAudience,
    TrainingStatus,
)
from tasks.models import Activity, JointMeeting, PlanItem, Problem, TaskAssignment, TaskList, Training


def choice(field: str, label: str, choices: type) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(field_name=field, label=label, choices=choices.choices)


class TaskListFilter(filters.FilterSet):
    status = choice("status", "状态", TaskListStatus)
    source = choice("source", "来源", ListSource)

    class Meta:
        model = TaskList
        fields: list[str] = []


class AssignmentFilter(filters.FilterSet):
    status = choice("status", "状态", AssignmentStatus)
    category = choice("item__category", "类别", TaskCategory)
    branch = RowsFilter(label="党支部", queryset=visible(PartyBranch, "name", "short_name"))

    class Meta:
        model = TaskAssignment
        fields: list[str] = []


class ActivityFilter(filters.FilterSet):
    kind = choice("kind", "类型", ActivityKind)
    usable_for_summary = filters.BooleanFilter(label="可用于总结")

    class Meta:
        model = Activity
        fields: list[str] = []


class MeetingFilter(filters.FilterSet):
    status = choice("status", "状态", MeetingStatus)

    class Meta:
        model = JointMeeting
        fields: list[str] = []


class TrainingFilter(filters.FilterSet):
    audience = choice("audience", "对象", TrainingAudience)
    status = choice("status", "状态", TrainingStatus)

    class Meta:
        model = Training
        fields: list[str] = []


class ProblemFilter(filters.FilterSet):
    category = choice("category", "类别", ProblemCategory)
    status = choice("status", "状态", ProblemStatus)

    class Meta:
        model = Problem
        fields: list[str] = []


class PlanFilter(filters.FilterSet):
    category = choice("category", "类别", TaskCategory)
    status = choice("status", "状态", PlanStatus)

    class Meta:
        model = PlanItem
        fields: list[str] = []
