from datetime import date
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.periods import chinese_number
from organizations.models import PartyBranch, SocialOrganization, posted_ids
from tasks.choices import (
    HELD_STATUSES,
    MEETING_KINDS,
    RESOLUTION_KINDS,
    AttendeeRole,
    MeetingStatus,
    ResolutionStatus,
)

from .quarterly import QuarterlyQuerySet, QuarterlyRecord, counted


class JointMeetingQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        bodies = SocialOrganization.objects.visible_to(user).values("pk")
        return self.filter(pk__in=MeetingAttendance.objects.filter(organization__in=bodies).values("meeting_id"))

    def held(self) -> Self:
        return self.filter(status__in=HELD_STATUSES)

    def with_attendance(self) -> Self:
        """Annotate `invited_count` and `present_count`, `resolution_count` and `done_count`."""
        invited = MeetingAttendance.objects.filter(meeting=OuterRef("pk"))
        decided = Resolution.objects.filter(meeting=OuterRef("pk"))
        return self.annotate(
            invited_count=counted(invited, "meeting"),
            present_count=counted(invited.present(), "meeting"),
            resolution_count=counted(decided, "meeting"),
            done_count=counted(decided.done(), "meeting"),
        )


class JointMeeting(QuarterlyRecord):
    """会长（秘书长）联席会议. The regular meeting of heads of trade associations and chambers, numbered within its year."""

    quarter_date_field = "held_on"

    year = models.PositiveSmallIntegerField("年度", help_text="第几次按年度计。")
    ordinal = models.PositiveSmallIntegerField("第几次", help_text="写数字，文中写作“第一次”。")
    name = models.CharField("会议名称", max_length=80, default="行业协会商会联席会议", help_text="不写年度和次数。")
    held_on = models.DateField("日期", help_text="召开日期；筹备中的填计划日期。")
    place = models.CharField("地点", max_length=80, blank=True, help_text="会议地点。")
    host = models.CharField("主持人", max_length=30, blank=True, help_text="谁主持。")
    convener = models.CharField("召集单位", max_length=60, blank=True, help_text="谁召集。")
    purpose = models.CharField(
        "会议主旨", max_length=300, blank=True, help_text="写进总结的“会议旨在……”部分，只写旨在后面的话。"
    )
    minutes_no = models.CharField("纪要文号", max_length=60, blank=True, help_text="纪要印发后填。")
    status = models.CharField(
        "状态", max_length=12, choices=MeetingStatus.choices, default=MeetingStatus.PREPARING, editable=False
    )

    objects = JointMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联席会议"
        ordering = ["-year", "-ordinal"]
        indexes = [models.Index(fields=["committee", "quarter"], name="tasks_meeting_quarter")]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year", "ordinal"],
                name="tasks_meeting_ordinal",
                violation_error_message="本年度已有这一次联席会议，请核对次数。",
            ),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1), name="tasks_meeting_first", violation_error_message="次数从1开始。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{chinese_number(self.ordinal)}次{self.name}"

    def get_absolute_url(self) -> str:
        return reverse("tasks:jointmeeting-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return MEETING_KINDS[self.status]


class ConveyedDocument(models.Model):
    """传达文件. A document that was conveyed at a meeting."""

    meeting = models.ForeignKey(JointMeeting, models.CASCADE, verbose_name="会议", related_name="documents")
    issuer = models.CharField("发文机关", max_length=60)
    title = models.CharField("标题", max_length=150, help_text="不加书名号。")
    document_no = models.CharField("文号", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "传达文件"
        ordering = ["meeting", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "title"],
                name="tasks_document_once",
                violation_error_message="这份文件已在传达文件里。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer}《{self.title}》"


class AgendaItem(models.Model):
    """会议议题. One item of the agenda or one requirement that the meeting made."""

    meeting = models.ForeignKey(JointMeeting, models.CASCADE, verbose_name="会议", related_name="agenda")
    text = models.CharField("议题", max_length=200)
    speaker = models.CharField("发言单位或发言人", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "会议议题"
        ordering = ["meeting", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class MeetingRequirement(models.Model):
    """会议要求. What the meeting asked of the bodies; printed one after the other."""

    meeting = models.ForeignKey(JointMeeting, models.CASCADE, verbose_name="会议", related_name="requirements")
    text = models.CharField("要求", max_length=300, help_text="以动词开头，句末不加标点。")
    order = models.PositiveSmallIntegerField("顺序", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "会议要求"
        ordering = ["meeting", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class MeetingAttendanceQuerySet(models.QuerySet):
    def present(self) -> Self:
        return self.filter(attended=True)


class MeetingAttendance(models.Model):
    """参会单位. One invited body: whether it came and who came for it; unknown until it is ticked."""

    meeting = models.ForeignKey(JointMeeting, models.CASCADE, verbose_name="会议", related_name="attendances")
    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="单位", related_name="meeting_attendances"
    )
    attended = models.BooleanField("到会", null=True, blank=True)
    role = models.CharField("身份", max_length=18, choices=AttendeeRole.choices, blank=True)
    person_name = models.CharField("姓名", max_length=30, blank=True)

    objects = MeetingAttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参会单位"
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "organization"],
                name="tasks_attendance_once",
                violation_error_message="这个单位已在参会名单里。",
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)


class ResolutionQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(branch__in=posted_ids(user)[0])

    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(meeting__quarter__range=(first, last))

    def done(self) -> Self:
        return self.filter(status=ResolutionStatus.DONE)

    def overdue(self, on: date) -> Self:
        return self.filter(status=ResolutionStatus.OPEN, due__lt=on)


class Resolution(Record):
    """议定事项. Something a meeting decided, with an owner and a day."""

    meeting = models.ForeignKey(JointMeeting, models.CASCADE, verbose_name="会议", related_name="resolutions")
    text = models.CharField("事项", max_length=300)
    owner = models.CharField("责任单位", max_length=60, blank=True)
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, verbose_name="责任党组织", related_name="resolutions", null=True, blank=True
    )
    due = models.DateField("完成时限", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=8, choices=ResolutionStatus.choices, default=ResolutionStatus.OPEN, editable=False
    )
    result = models.CharField("办理结果", max_length=300, blank=True)
    done_on = models.DateField("办结日期", null=True, blank=True, editable=False)
    order = models.PositiveSmallIntegerField("顺序", default=1)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ["meeting", "order", "pk"]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("tasks:jointmeeting-detail", args=[self.meeting_id])

    @property
    def status_kind(self) -> str:
        return RESOLUTION_KINDS[self.status]
