from django.db import models
from django.urls import reverse

from tasks.choices import PLAN_KINDS, PROBLEM_KINDS, PlanStatus, ProblemCategory, ProblemStatus, TaskCategory

from .quarterly import QuarterlyQuerySet, QuarterlyRecord


class Problem(QuarterlyRecord):
    """存在问题. A problem of the quarter with its instance and cause, as the summary tells it."""

    category = models.CharField(
        "类别",
        max_length=12,
        choices=ProblemCategory.choices,
        default=ProblemCategory.OTHER,
        help_text="用于分类汇总。",
    )
    description = models.CharField("问题", max_length=300, help_text="一句完整的话，句末不加标点。")
    example = models.CharField("举例", max_length=300, blank=True, help_text="写在“如”后面，句末不加标点。")
    cause = models.CharField("原因", max_length=300, blank=True, help_text="写在“主要原因在于”后面，句末不加标点。")
    owner = models.CharField("责任人", max_length=30, blank=True, help_text="谁来解决。")
    order = models.PositiveSmallIntegerField("顺序", default=1, help_text="在总结里的先后。")
    usable_for_summary = models.BooleanField("写进总结", default=True, help_text="不勾选的只在台账里。")
    status = models.CharField(
        "状态", max_length=10, choices=ProblemStatus.choices, default=ProblemStatus.OPEN, editable=False
    )

    objects = QuarterlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "存在问题"
        ordering = ["-quarter", "order", "pk"]
        indexes = [models.Index(fields=["committee", "quarter"], name="tasks_problem_quarter")]

    def __str__(self) -> str:
        return self.description

    def get_absolute_url(self) -> str:
        return reverse("tasks:problem-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return PROBLEM_KINDS[self.status]


class PlanItem(QuarterlyRecord):
    """下步打算. What the committee means to do in a quarter; the next summary tells what became of it."""

    category = models.CharField(
        "类别", max_length=12, choices=TaskCategory.choices, default=TaskCategory.OTHER, help_text="用于分类汇总。"
    )
    heading = models.CharField("小标题", max_length=60, help_text="写在“一是”后面，例如继续抓好思想政治建设。")
    description = models.CharField("内容", max_length=500, help_text="完整的话，以句号结尾。")
    owner = models.CharField("责任人", max_length=30, blank=True, help_text="谁来落实。")
    due = models.DateField("完成时限", null=True, blank=True, help_text="没有时限的不填。")
    order = models.PositiveSmallIntegerField("顺序", default=1, help_text="在总结里的先后。")
    status = models.CharField(
        "状态", max_length=10, choices=PlanStatus.choices, default=PlanStatus.PLANNED, editable=False
    )
    result = models.CharField("落实情况", max_length=300, blank=True, help_text="季度末填，下一份总结会用到。")

    objects = QuarterlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下步打算"
        ordering = ["-quarter", "order", "pk"]
        indexes = [models.Index(fields=["committee", "quarter"], name="tasks_plan_quarter")]

    def __str__(self) -> str:
        return self.heading

    def get_absolute_url(self) -> str:
        return reverse("tasks:plan-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return PLAN_KINDS[self.status]
