from django.conf import settings
from django.db import models
from django.utils import timezone

from core.choices import JobState

from .base import ScopedQuerySet
from .committees import Committee


class JobQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """A job shows file names and errors of its starter, so only the starter follows it."""
        return self.filter(created_by=user) if user.is_authenticated else self.none()


class Job(models.Model):
    """后台作业. The only truth about background work: state, progress, heartbeat, error and result (DESIGN §8)."""

    kind = models.CharField("作业", max_length=60)
    title = models.CharField("说明", max_length=120)
    params = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    step = models.CharField("步骤", max_length=60, blank=True)
    error = models.CharField("错误", max_length=1000, blank=True)
    result_url = models.CharField("结果", max_length=200, blank=True)
    result_file = models.FileField("结果文件", upload_to="jobs/%Y/%m/", blank=True)
    result_name = models.CharField(max_length=200, blank=True)
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+", null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="jobs", null=True
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台作业"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=models.Q(state__in=["queued", "running"]), name="core_job_open"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)
