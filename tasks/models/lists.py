from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.periods import quarter_of, quarter_start
from core.pinyin import plain
from organizations.models import PartyBranch, posted_ids
from tasks.choices import (
    ASSIGNMENT_KINDS,
    TASK_LIST_KINDS,
    WAITING_FOR_BRANCH,
    AssignmentStatus,
    ListSource,
    TaskCategory,
    TaskListStatus,
    TaskScope,
)

from .quarterly import QuarterlyQuerySet, QuarterlyRecord, counted


class TaskListQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return (
            self.exclude(status=TaskListStatus.DRAFT)
            .filter(committee_id=user.committee_id, items__assignments__branch__in=posted_ids(user)[0])
            .distinct()
        )

    def issued(self) -> Self:
        return self.exclude(status=TaskListStatus.DRAFT)

    def search(self, text: str) -> Self:
        return self.filter(Q(title__icontains=text) | Q(document_no__icontains=text) | Q(issued_by__icontains=text))

    def with_progress(self) -> Self:
        """Annotate `item_count`, `applicable_count` and `passed_count`."""
        rows = TaskAssignment.objects.filter(item__task_list=OuterRef("pk"))
        items = TaskItem.objects.filter(task_list=OuterRef("pk"))
        return self.annotate(
            item_count=counted(items, "task_list"),
            applicable_count=counted(rows.applicable(), "item__task_list"),
            passed_count=counted(rows.passed(), "item__task_list"),
        )


class TaskList(QuarterlyRecord):
    """季度任务清单. The list of tasks of one quarter, handed down by the superior or drawn up by the committee."""

    title = models.CharField("标题", max_length=120, help_text="文件标题，不加书名号。")
    source = models.CharField(
        "来源",
        max_length=10,
        choices=ListSource.choices,
        default=ListSource.SUPERIOR,
        help_text="上级下发的写发文机关和文号。",
    )
    issued_by = models.CharField("发文机关", max_length=60, blank=True, help_text="例如市委非公经济和社会组织工委。")
    document_no = models.CharField("文号", max_length=60, blank=True, help_text="没有文号的不填。")
    issued_on = models.DateField("发文日期", null=True, blank=True, help_text="文件落款日期。")
    status = models.CharField(
        "状态", max_length=12, choices=TaskListStatus.choices, default=TaskListStatus.DRAFT, editable=False
    )

    objects = TaskListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "季度任务清单"
        ordering = ["-quarter", "title"]
        indexes = [models.Index(fields=["committee", "quarter"], name="tasks_list_quarter")]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "quarter", "title"],
                name="tasks_list_once",
                violation_error_message="本季度已有同名的任务清单，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tasks:tasklist-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return TASK_LIST_KINDS[self.status]


class TaskItemQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(assignments__branch__in=posted_ids(user)[0]).distinct()

    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(task_list__quarter__range=(first, last)).exclude(task_list__status=TaskListStatus.DRAFT)

    def with_progress(self) -> Self:
        """Annotate `applicable_count`, `passed_count` and the last `finished_on` of the item's assignments."""
        rows = TaskAssignment.objects.filter(item=OuterRef("pk"))
        last = rows.passed().order_by("-passed_on").values("passed_on")[:1]
        return self.annotate(
            applicable_count=counted(rows.applicable(), "item"),
            passed_count=counted(rows.passed(), "item"),
            finished_on=Subquery(last),
        )

    def completed(self) -> Self:
        """All assignments passed or not applicable, and at least one of them (TK-04)."""
        settled = [AssignmentStatus.PASSED, AssignmentStatus.NOT_APPLICABLE]
        open_rows = TaskAssignment.objects.filter(item=models.OuterRef("pk")).exclude(status__in=settled)
        passed = TaskAssignment.objects.filter(item=models.OuterRef("pk"), status=AssignmentStatus.PASSED)
        return self.filter(~models.Exists(open_rows), models.Exists(passed))


class TaskItem(Record):
    """任务事项. One line of a task list: what is to be done, by whom, until when, with which evidence."""

    task_list = models.ForeignKey(TaskList, models.CASCADE, verbose_name="任务清单", related_name="items")
    number = models.PositiveSmallIntegerField("序号", help_text="在清单里的序号。")
    category = models.CharField(
        "类别", max_length=12, choices=TaskCategory.choices, default=TaskCategory.OTHER, help_text="用于分类汇总。"
    )
    text = models.CharField("工作任务", max_length=200, help_text="一句话写明做什么。")
    requirement = models.CharField("具体要求", max_length=500, blank=True, help_text="做到什么程度。")
    leader = models.CharField("责任领导", max_length=30, blank=True, help_text="综合党委的责任领导。")
    department = models.CharField("责任科室", max_length=60, blank=True, help_text="综合党委的责任科室。")
    scope = models.CharField(
        "责任范围",
        max_length=12,
        choices=TaskScope.choices,
        default=TaskScope.ALL_BRANCHES,
        help_text="下发时按它分派。",
    )
    start = models.DateField("开始日期", help_text="从哪天开始。")
    due = models.DateField("完成时限", help_text="最后一天。")
    points = models.DecimalField(
        "分值", max_digits=5, decimal_places=1, null=True, blank=True, help_text="没有分值的不填。"
    )
    evidence = models.CharField("佐证要求", max_length=200, blank=True, help_text="例如照片2张、签到表1份。")
    target = models.PositiveIntegerField("量化目标", null=True, blank=True, help_text="有数量要求的才填。")
    unit = models.CharField("计量单位", max_length=10, blank=True, help_text="例如次、份。")
    partners = models.CharField("协办单位", max_length=100, blank=True, help_text="没有的不填。")
    branches = models.ManyToManyField(
        PartyBranch,
        verbose_name="选定党支部",
        related_name="chosen_items",
        blank=True,
        help_text="责任范围是“选定党支部”时填。",
    )
    carried_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name="延续自",
        related_name="carried_to",
        null=True,
        blank=True,
        editable=False,
    )
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")

    objects = TaskItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务事项"
        ordering = ["task_list", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["task_list", "number"],
                name="tasks_item_number",
                violation_error_message="清单里已有这个序号。",
            ),
            models.CheckConstraint(
                condition=Q(due__gte=F("start")),
                name="tasks_item_dates",
                violation_error_code="TK-01",
                violation_error_message="完成时限不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("tasks:taskitem-detail", args=[self.pk])

    def before_save(self) -> None:
        """An item without a first day runs from the beginning of the quarter in which it is due."""
        if self.start is None and self.due is not None:
            self.start = quarter_start(quarter_of(self.due))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)


class TaskAssignmentQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(branch__in=posted_ids(user)[0]).exclude(item__task_list__status=TaskListStatus.DRAFT)

    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(quarter__range=(first, last))

    def applicable(self) -> Self:
        return self.exclude(status=AssignmentStatus.NOT_APPLICABLE)

    def passed(self) -> Self:
        return self.filter(status=AssignmentStatus.PASSED)

    def passed_on_time(self) -> Self:
        return self.passed().filter(submitted_on__lte=F("due"))

    def submitted(self) -> Self:
        return self.filter(status=AssignmentStatus.SUBMITTED)

    def overdue(self, on: date) -> Self:
        """Still with the branch after the due day (derived, never stored)."""
        return self.filter(status__in=WAITING_FOR_BRANCH, due__lt=on)

    def waiting(self) -> Self:
        """With the branch: not signed for, in work or sent back."""
        return self.filter(status__in=WAITING_FOR_BRANCH)

    def search(self, text: str) -> Self:
        return self.filter(Q(item__text__icontains=text) | Q(branch__search__holds=plain(text)))

    def with_lateness(self, on: date) -> Self:
        """Annotate `is_late`: the same rule as `overdue`."""
        return self.annotate(is_late=Q(status__in=WAITING_FOR_BRANCH, due__lt=on))


class TaskAssignment(Record):
    """任务分派. One item for one branch (or the committee itself): accepted, reported, checked."""

    item = models.ForeignKey(TaskItem, models.CASCADE, verbose_name="任务事项", related_name="assignments")
    branch = models.ForeignKey(
        PartyBranch,
        models.PROTECT,
        verbose_name="党支部",
        related_name="assignments",
        null=True,
        blank=True,
        help_text="综合党委本级的任务不选。",
    )
    quarter = models.IntegerField("季度", editable=False)
    due = models.DateField("完成时限", help_text="默认与事项相同，批准延期后可以不同。")
    status = models.CharField(
        "状态", max_length=16, choices=AssignmentStatus.choices, default=AssignmentStatus.OPEN, editable=False
    )
    report = models.CharField("完成情况", max_length=2000, blank=True, help_text="写明做了什么、什么时候、多少人。")
    quantity = models.PositiveIntegerField("完成数量", null=True, blank=True, help_text="有量化目标的填实际数量。")
    submitted_on = models.DateField("提交日期", null=True, blank=True, editable=False)
    passed_on = models.DateField("通过日期", null=True, blank=True, editable=False)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="填报人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="代填人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    remark = models.CharField("审核意见", max_length=500, blank=True, editable=False)
    activities = models.ManyToManyField(
        "tasks.Activity", verbose_name="佐证活动", related_name="assignments", blank=True
    )

    objects = TaskAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务分派"
        ordering = ["item", "branch"]
        indexes = [
            models.Index(fields=["committee", "quarter", "status"], name="tasks_assignment_quarter"),
            models.Index(fields=["item", "status"], name="tasks_assignment_state"),
            models.Index(fields=["committee", "status", "due"], name="tasks_assignment_due"),
            models.Index(fields=["committee", "submitted_on"], name="tasks_assignment_handed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "branch"],
                condition=Q(branch__isnull=False),
                name="tasks_assignment_once",
                violation_error_message="这项任务已经分派给该党支部。",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(branch=None),
                name="tasks_assignment_own",
                violation_error_message="这项任务已经分派给综合党委本级。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "passed"]) | Q(submitted_on__isnull=False),
                name="tasks_assignment_submitted",
                violation_error_message="已提交的任务要有提交日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.text}（{self.branch or '综合党委本级'}）"

    def get_absolute_url(self) -> str:
        return reverse("tasks:assignment-detail", args=[self.pk])

    def before_save(self) -> None:
        """Quarter and due day are those of the item unless they were set."""
        if self.quarter is None:
            self.quarter = self.item.task_list.quarter
        if self.due is None:
            self.due = self.item.due

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.before_save()
        super().save(*args, **kwargs)

    @property
    def status_kind(self) -> str:
        return ASSIGNMENT_KINDS[self.status]

    def is_overdue(self, on: date) -> bool:
        return self.status in WAITING_FOR_BRANCH and self.due < on
