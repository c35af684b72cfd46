from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from organizations.models import PartyBranch, posted_ids
from reviews.choices import (
    DUTY_REPORT_KINDS,
    SESSION_KINDS,
    DutyGrade,
    DutyMode,
    DutyReportStatus,
    SessionStatus,
    VoterGroup,
)
from tasks.models.quarterly import QuarterlyQuerySet, QuarterlyRecord


class ReviewSessionQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.exclude(status=SessionStatus.PREPARING).filter(
            pk__in=DutyReport.objects.filter(branch__in=posted_ids(user)[0]).values("session_id")
        )

    def held(self) -> Self:
        return self.filter(status__in=[SessionStatus.HELD, SessionStatus.CLOSED])


class ReviewSession(QuarterlyRecord):
    """述职评议会议. The yearly review of secretaries; it keeps the year it judges and the quarter in which it is held."""

    quarter_date_field = "held_on"

    year = models.PositiveSmallIntegerField("述职年度", help_text="评议哪一年的工作，例如2022。")
    name = models.CharField(
        "会议名称", max_length=120, help_text="例如2022年度直属社会组织党支部书记抓基层党建工作述职评议会议。"
    )
    held_on = models.DateField("召开日期", help_text="还没有召开的填计划日期。")
    place = models.CharField("地点", max_length=80, blank=True, help_text="会议地点。")
    report_due = models.DateField("报告提交截止日期", null=True, blank=True, help_text="书记提交述职报告的最后一天。")
    min_length = models.PositiveIntegerField("字数下限", default=0, help_text="正文总字数不少于，0表示不限。")
    max_length = models.PositiveIntegerField("字数上限", default=5000, help_text="正文总字数不超过。")
    has_democratic_review = models.BooleanField(
        "开展民主评议", null=True, blank=True, help_text="会上是否进行民主测评，没有召开的留空。"
    )
    status = models.CharField(
        "状态", max_length=10, choices=SessionStatus.choices, default=SessionStatus.PREPARING, editable=False
    )

    objects = ReviewSessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "述职评议会议"
        ordering = ["-year", "-held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year"],
                name="reviews_session_year",
                violation_error_message="这个年度已有述职评议会议，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年度述职评议"

    def get_absolute_url(self) -> str:
        return reverse("reviews:reviewsession-detail", args=[self.pk])

    @property
    def status_kind(self) -> str:
        return SESSION_KINDS[self.status]


DUTY_SECTIONS = (
    ("duties", "一、履职情况"),
    ("practices", "二、主要做法"),
    ("achievements", "三、特色成果"),
    ("problems", "四、存在问题"),
    ("thoughts", "五、下年思路"),
    ("measures", "六、改进措施"),
)


class DutyReportQuerySet(QuarterlyQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(branch__in=posted_ids(user)[0])

    def due(self) -> Self:
        """应述职: everybody but those excused with a reason (RV-01)."""
        return self.exclude(mode=DutyMode.EXCUSED)

    def oral(self) -> Self:
        return self.filter(mode=DutyMode.ORAL)

    def written(self) -> Self:
        return self.filter(mode=DutyMode.WRITTEN)

    def accepted(self) -> Self:
        return self.filter(status=DutyReportStatus.ACCEPTED)

    def handed_in(self) -> Self:
        return self.filter(status__in=[DutyReportStatus.SUBMITTED, DutyReportStatus.ACCEPTED])

    def late(self, on: date) -> Self:
        return self.due().filter(
            status__in=[DutyReportStatus.DRAFT, DutyReportStatus.RETURNED], session__report_due__lt=on
        )


class DutyReport(QuarterlyRecord):
    """述职报告. What one branch secretary reports for one year, orally or in writing."""

    session = models.ForeignKey(ReviewSession, models.PROTECT, verbose_name="述职评议会议", related_name="reports")
    branch = models.ForeignKey(PartyBranch, models.PROTECT, verbose_name="党支部", related_name="duty_reports")
    secretary_name = models.CharField("书记", max_length=30, help_text="述职人姓名。")
    mode = models.CharField(
        "述职方式", max_length=8, choices=DutyMode.choices, default=DutyMode.WRITTEN, help_text="不参加的要写原因。"
    )
    excused_reason = models.CharField("不参加原因", max_length=200, blank=True, help_text="例如新成立不满六个月。")
    order = models.PositiveSmallIntegerField("顺序", default=1, help_text="口头述职的先后，也是总结举例的先后。")
    duties = models.TextField("履职情况", blank=True, help_text="重点工作完成情况，写清次数和人数。")
    practices = models.TextField("主要做法", blank=True, help_text="怎么做的。")
    achievements = models.TextField("特色成果", blank=True, help_text="有特色的做法和取得的成果。")
    problems = models.TextField("存在问题", blank=True, help_text="每条写明一个实例和原因。")
    thoughts = models.TextField("下年思路", blank=True, help_text="下一年的工作思路。")
    measures = models.TextField("改进措施", blank=True, help_text="对应每个问题写措施。")
    submitted_on = models.DateField("提交日期", null=True, blank=True, editable=False)
    accepted_on = models.DateField("审核通过日期", null=True, blank=True, editable=False)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="提交人",
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
    status = models.CharField(
        "状态", max_length=10, choices=DutyReportStatus.choices, default=DutyReportStatus.DRAFT, editable=False
    )

    objects = DutyReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "述职报告"
        ordering = ["session", "order", "pk"]
        indexes = [
            models.Index(fields=["committee", "quarter", "mode"], name="reviews_report_quarter"),
            models.Index(fields=["committee", "submitted_on"], name="reviews_report_handed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "branch"],
                name="reviews_report_once",
                violation_error_message="该党支部在这个年度已有述职报告，请直接修改。",
            ),
            models.CheckConstraint(
                condition=(Q(mode="excused") & ~Q(excused_reason="")) | (~Q(mode="excused") & Q(excused_reason="")),
                name="reviews_report_excused",
                violation_error_code="RV-01",
                violation_error_message="述职方式为“不参加”的要写原因，其他方式不写。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "accepted"]) | Q(submitted_on__isnull=False),
                name="reviews_report_submitted",
                violation_error_message="已提交的报告要有提交日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}{self.secretary_name}述职报告"

    def get_absolute_url(self) -> str:
        return reverse("reviews:dutyreport-detail", args=[self.pk])

    def before_save(self) -> None:
        if self.quarter is None:
            self.quarter = self.session.quarter

    @property
    def status_kind(self) -> str:
        return DUTY_REPORT_KINDS[self.status]

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """(field, heading, text) of the six parts, in the order of the form."""
        return [(name, heading, getattr(self, name)) for name, heading in DUTY_SECTIONS]

    @property
    def length(self) -> int:
        """Characters of the whole text, blanks not counted."""
        return sum(len("".join(text.split())) for _, _, text in self.sections)


class DutyReportVersion(models.Model):
    """述职报告提交版本. The text as it was handed in; never changed afterwards."""

    report = models.ForeignKey(DutyReport, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("第几稿")
    content = models.JSONField("内容")
    at = models.DateTimeField("提交时间", auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "述职报告提交版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="reviews_version_number")]

    def __str__(self) -> str:
        return f"第{self.number}稿"


class DutyProblemQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(report__branch__in=posted_ids(user)[0])

    def for_quarters(self, first: int, last: int) -> Self:
        return self.filter(report__quarter__range=(first, last))

    def with_measure(self) -> Self:
        return self.exclude(measure="")


class DutyProblem(Record):
    """查摆问题. One problem named in a duty report and the measure against it."""

    report = models.ForeignKey(DutyReport, models.CASCADE, verbose_name="述职报告", related_name="named_problems")
    description = models.CharField(
        "问题", max_length=300, help_text="一行写一个问题，例如：组织生活形式单一，年轻党员参加不够。"
    )
    cause = models.CharField("原因", max_length=300, blank=True, help_text="报告里分析了原因的照写。")
    measure = models.CharField(
        "改进措施", max_length=300, blank=True, help_text="写了措施的，季度总结才计入“制定改进措施”。"
    )
    solved_on = models.DateField("解决日期", null=True, blank=True, help_text="已经解决的才填。")
    order = models.PositiveSmallIntegerField("顺序", default=1, help_text="在报告里的先后，写数字。")

    objects = DutyProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "查摆问题"
        ordering = ["report", "order", "pk"]

    def __str__(self) -> str:
        return self.description

    def get_absolute_url(self) -> str:
        return reverse("reviews:dutyreport-detail", args=[self.report_id])


class LeaderComment(Record):
    """领导点评. What a leader said about one report (一述一评)."""

    report = models.ForeignKey(DutyReport, models.CASCADE, verbose_name="述职报告", related_name="comments")
    leader_name = models.CharField("点评人", max_length=30)
    praise = models.CharField("肯定", max_length=300, blank=True)
    problem = models.CharField("问题", max_length=300, blank=True)
    demand = models.CharField("要求", max_length=300, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导点评"
        ordering = ["report", "pk"]

    def __str__(self) -> str:
        return f"{self.leader_name}点评"


class BallotBatch(Record):
    """民主测评票. The ballots of one voter group at one session, as issued and collected (RV-02)."""

    session = models.ForeignKey(
        ReviewSession, models.CASCADE, verbose_name="述职评议会议", related_name="ballot_batches"
    )
    voter_group = models.CharField("测评人", max_length=12, choices=VoterGroup.choices)
    issued = models.PositiveIntegerField("发出票", help_text="单位：张。")
    returned = models.PositiveIntegerField("收回票", help_text="不能多于发出票。")
    valid = models.PositiveIntegerField("有效票", help_text="有效票加作废票等于收回票。")
    void = models.PositiveIntegerField("作废票", default=0, help_text="单位：张。")

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "民主测评票"
        ordering = ["session", "voter_group"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "voter_group"],
                name="reviews_batch_group",
                violation_error_message="这次会议已有该组测评人的票数，请直接修改。",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("issued")),
                name="reviews_batch_returned",
                violation_error_code="RV-02",
                violation_error_message="收回票不能多于发出票。",
            ),
            models.CheckConstraint(
                condition=Q(returned=F("valid") + F("void")),
                name="reviews_batch_sum",
                violation_error_code="RV-02",
                violation_error_message="有效票加作废票应等于收回票。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}{self.get_voter_group_display()}"


class BallotTally(Record):
    """测评计票. The votes for one secretary in one batch; grades and abstentions sum to the valid ballots (RV-03)."""

    batch = models.ForeignKey(BallotBatch, models.CASCADE, verbose_name="测评票", related_name="tallies")
    report = models.ForeignKey(DutyReport, models.PROTECT, verbose_name="述职报告", related_name="tallies")
    good = models.PositiveIntegerField(DutyGrade.GOOD.label, default=0)
    fair = models.PositiveIntegerField(DutyGrade.FAIR.label, default=0)
    ordinary = models.PositiveIntegerField(DutyGrade.ORDINARY.label, default=0)
    poor = models.PositiveIntegerField(DutyGrade.POOR.label, default=0)
    abstained = models.PositiveIntegerField("弃权", default=0)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测评计票"
        ordering = ["batch", "report"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "report"],
                name="reviews_tally_once",
                violation_error_message="这名书记在该组已有计票，请直接修改。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report}计票"

    @property
    def total(self) -> int:
        return self.good + self.fair + self.ordinary + self.poor + self.abstained
