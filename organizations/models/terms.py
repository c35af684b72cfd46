from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import DateField, F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from core.models import Record, RecordQuerySet, User
from core.periods import add_months
from core.pinyin import plain
from organizations.choices import (
    TERM_ENDED,
    TERM_KINDS,
    MajorityBase,
    PostKind,
    ReminderWay,
    TermStatus,
)

from .branches import PartyBranch

NEAR_MONTHS = 6  # unless the office's setting says otherwise


class ElectionTermQuerySet(RecordQuerySet):
    def for_postings(self, user: User) -> Self:
        return self.filter(branch__in=PartyBranch.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> Self:
        return self.filter(branch__search__holds=plain(text))

    def open(self) -> Self:
        return self.exclude(status__in=TERM_ENDED)

    def awaiting(self) -> Self:
        """The election has not been held."""
        return self.open().filter(elected_on=None)

    def running(self) -> Self:
        """Somebody has begun to work on it."""
        return self.open().exclude(status=TermStatus.WAITING)

    def done(self) -> Self:
        return self.filter(status=TermStatus.DONE)

    def with_deadline(self) -> Self:
        """Annotate `deadline`: the due day, or the day until which it was put off with approval."""
        return self.annotate(deadline=Coalesce("extended_until", "due_on"))

    def overdue(self, on: date) -> Self:
        return self.awaiting().with_deadline().filter(deadline__lt=on)

    def near(self, on: date, months: int = NEAR_MONTHS) -> Self:
        return self.awaiting().with_deadline().filter(deadline__range=(on, add_months(on, months)))

    def due_soon(self, on: date, months: int = NEAR_MONTHS) -> Self:
        """Near or overdue."""
        return self.awaiting().with_deadline().filter(deadline__lte=add_months(on, months))

    def with_today(self, on: date, months: int = NEAR_MONTHS) -> Self:
        """Annotate `today` and `near_months`, for the state of each row."""
        return self.annotate(today=Value(on, output_field=DateField()), near_months=Value(months))


class ElectionTerm(Record):
    """换届. The election that ends one term (届次) of a branch: when it is due, how it went, what was approved.

    `PartyBranch.term_number/term_start/term_end` stay the home of the present term: the ledger's workbook, its form, the
    lists and the facts read and write them there. The open row here follows them (workflows.terms.follow_ledger) until
    the election is held; the approved election is the only thing that goes the other way and renews them.
    """

    branch = models.ForeignKey(PartyBranch, models.PROTECT, verbose_name="党组织", related_name="terms")
    number = models.PositiveSmallIntegerField("届次", help_text="任期将满的是第几届，写数字。")
    started_on = models.DateField(
        "本届选举日期", null=True, blank=True, help_text="本届是哪一天选举产生的，不清楚可以不填。"
    )
    due_on = models.DateField("应换届日期", help_text="本届选举日期加上任期；党支部、党总支三年，党委五年。")
    status = models.CharField(
        "状态", max_length=10, choices=TermStatus.choices, default=TermStatus.WAITING, editable=False
    )
    reminded_on = models.DateField("提醒日期", null=True, blank=True, help_text="发函或打电话提醒的日期。")
    reminder_way = models.CharField(
        "提醒方式", max_length=8, choices=ReminderWay.choices, blank=True, help_text="怎样提醒的。"
    )
    request_no = models.CharField(
        "请示文号", max_length=60, blank=True, help_text="党组织关于换届的请示，没有文号写日期。"
    )
    reply_no = models.CharField("同意换届批复文号", max_length=60, blank=True, help_text="同意召开党员大会换届的批复。")
    elected_on = models.DateField("选举日期", null=True, blank=True, help_text="召开党员大会选举的日期。")
    voters_due = models.PositiveIntegerField(
        "应到有选举权人数", null=True, blank=True, help_text="正式党员数，预备党员和留党察看的不计。"
    )
    voters_present = models.PositiveIntegerField(
        "实到有选举权人数", null=True, blank=True, help_text="到会的有选举权党员，要达到应到的五分之四。"
    )
    candidates = models.PositiveSmallIntegerField(
        "候选人数", null=True, blank=True, help_text="差额应不少于应选数的20%。"
    )
    seats = models.PositiveSmallIntegerField("应选数", null=True, blank=True, help_text="应选出的委员数。")
    ballots_issued = models.PositiveIntegerField("发出选票", null=True, blank=True, help_text="发出的张数。")
    ballots_returned = models.PositiveIntegerField(
        "收回选票", null=True, blank=True, help_text="收回的张数，多于发出的选举无效。"
    )
    majority_base = models.CharField(
        "过半数基数", max_length=8, choices=MajorityBase.choices, blank=True, editable=False
    )
    approval_no = models.CharField("选举结果批复文号", max_length=60, blank=True, help_text="批准选举结果的文号。")
    approved_on = models.DateField("批复日期", null=True, blank=True, help_text="批准选举结果的日期。")
    extension_no = models.CharField("延期批准文号", max_length=60, blank=True, help_text="批准延期换届的文号。")
    extended_until = models.DateField("延期至", null=True, blank=True, help_text="一般不超过一年。")
    extension_reason = models.CharField("延期原因", max_length=200, blank=True, help_text="为什么不能按期换届。")
    remark = models.CharField("备注", max_length=200, blank=True, help_text="其他要说明的事。")

    objects = ElectionTermQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "换届"
        ordering = ["due_on", "pk"]
        indexes = [  # all that the warnings and the rate ask for: they look through the terms of every branch
            models.Index(
                fields=["committee", "status", "due_on", "extended_until", "elected_on"], name="organizations_term_days"
            ),
            models.Index(
                "committee",
                Coalesce("extended_until", "due_on"),
                "status",
                condition=Q(elected_on=None),
                name="organizations_term_awaiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "number"],
                name="organizations_term_once",
                violation_error_message="这个党组织已有这一届的换届记录。",
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=~Q(status__in=["done", "closed"]),
                name="organizations_term_open",
                violation_error_message="这个党组织还有没办完的换届，请先办完。",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(due_on__gt=F("started_on")),
                name="organizations_term_days",
                violation_error_message="应换届日期要晚于本届选举日期。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["elected", "done"], elected_on__isnull=False)
                | (~Q(status__in=["elected", "done"]) & Q(elected_on=None)),
                name="organizations_term_elected",
                violation_error_message="选举日期在登记选举结果时填写，没有选举的不填。",
            ),
            models.CheckConstraint(
                condition=Q(extended_until=None, extension_no="")
                | (Q(extended_until__gt=F("due_on")) & ~Q(extension_no="")),
                name="organizations_term_extension",
                violation_error_message="延期要有批准文号，延期至的日期要晚于应换届日期。",
            ),
            models.CheckConstraint(
                condition=Q(voters_due=None) | Q(voters_present=None) | Q(voters_present__lte=F("voters_due")),
                name="organizations_term_voters",
                violation_error_message="实到有选举权人数不能多于应到。",
            ),
            models.CheckConstraint(
                condition=Q(ballots_issued=None)
                | Q(ballots_returned=None)
                | Q(ballots_returned__lte=F("ballots_issued")),
                name="organizations_term_ballots",
                violation_error_message="收回选票多于发出选票，选举无效。",
            ),
            models.CheckConstraint(
                condition=Q(approved_on=None) | Q(elected_on=None) | Q(approved_on__gte=F("elected_on")),
                name="organizations_term_approval",
                violation_error_message="批复日期不能早于选举日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}第{self.number}届换届"

    def get_absolute_url(self) -> str:
        return reverse("organizations:electionterm-detail", args=[self.pk])

    def clean(self) -> None:
        self.settle_new()

    def settle_new(self) -> None:
        """A row that comes in whole (an earlier term out of a workbook) stands where its dates say."""
        if self._state.adding and self.status == TermStatus.WAITING:
            if self.elected_on:
                self.status = TermStatus.DONE if self.approval_no else TermStatus.ELECTED
            elif self.reminded_on:
                self.status = TermStatus.REMINDED

    @property
    def status_kind(self) -> str:
        return TERM_KINDS[TermStatus(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status not in TERM_ENDED

    @property
    def latest_day(self) -> date:
        """The last day that is still in time."""
        return self.extended_until or self.due_on

    @property
    def base(self) -> int | None:
        """How many persons “more than half” is counted of."""
        return self.voters_present if self.majority_base == MajorityBase.PRESENT else self.voters_due

    def state(self, on: date, months: int = NEAR_MONTHS) -> tuple[str, str]:
        """Kind and word of how it stands with its deadline on that day."""
        return term_state(self.__dict__, on, months)


def term_state(row: dict[str, Any], on: date, months: int = NEAR_MONTHS) -> tuple[str, str]:
    """未到期, 临近, 超期 and how it ended, derived from the dates of a row."""
    deadline, elected = row["extended_until"] or row["due_on"], row["elected_on"]
    if row["status"] == TermStatus.CLOSED:
        return "off", "不再换届"
    if elected:
        late = (elected - deadline).days
        return ("warn", f"超期{late}天选举") if late > 0 else ("ok", "按期选举")
    left = (deadline - on).days
    if left < 0:
        return "bad", f"超期{-left}天"
    if deadline <= add_months(on, months):
        return "warn", f"还有{left}天" if left else "今天到期"
    return "off", "未到期"


def branch_term_state(row: dict[str, Any]) -> tuple[str, str]:
    """Kind and word of the 换届 of a branch as `for_ledger` annotates it; no word for a branch without a term."""
    if row["deadline"] is None:
        return "off", ""
    term = {"due_on": row["deadline"], "extended_until": None, "status": row["term_status"]}
    months = row.get("near_months", NEAR_MONTHS)
    kind, word = term_state({**term, "elected_on": row["term_elected_on"]}, row["today"], months)
    if row["term_elected_on"]:
        return kind, "已选举"
    return kind, {"bad": "超期", "warn": "临近"}.get(kind, word)


class ElectedPerson(models.Model):
    """当选人. One person of the committee that an election produced; the posts are opened when the result is approved."""

    term = models.ForeignKey(
        ElectionTerm, models.CASCADE, verbose_name="换届", related_name="elected", null=True, blank=True
    )
    application = models.ForeignKey(
        "organizations.BranchApplication",
        models.CASCADE,
        verbose_name="组织设置申请",
        related_name="elected",
        null=True,
        blank=True,
    )
    place = models.PositiveSmallIntegerField("顺序", default=1)
    post = models.CharField("职务", max_length=12, choices=PostKind.choices)
    person_name = models.CharField("姓名", max_length=30)
    body_post = models.CharField("在社会组织职务", max_length=30, blank=True)
    votes = models.PositiveIntegerField("得赞成票", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "当选人"
        ordering = ["place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term__isnull=False, application=None) | Q(term=None, application__isnull=False),
                name="organizations_elected_owner",
                violation_error_message="当选人要属于一次换届或一件成立申请。",
            ),
            models.UniqueConstraint(
                fields=["term", "person_name"],
                name="organizations_elected_once",
                violation_error_code="PO-06",
                violation_error_message="同一个人在同一党组织只能担任一个职务。",
            ),
            models.UniqueConstraint(
                fields=["application", "person_name"],
                name="organizations_elected_first",
                violation_error_code="PO-06",
                violation_error_message="同一个人在同一党组织只能担任一个职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()}{self.person_name}"
