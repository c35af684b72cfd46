"""限期改正 and 未履行义务 (MB-10, MB-11): what is known of a member; what becomes of the membership people decide elsewhere."""

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import DateField, Exists, F, OuterRef, Q, Value
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from core.models import Record
from core.periods import add_months
from organizations.choices import (
    PARTING_OUTCOMES,
    CorrectionCircumstance,
    CorrectionOutcome,
    LapseGround,
    LapseOutcome,
)

from .branches import PartyBranch
from .checks.dates import YEAR, DateNumber
from .floating import OfBranchQuerySet
from .members import Membership, PartyMember

CORRECTION_MONTHS = 12  # MB-11: fixed by the party's rules, not by an office


def outcome_check(name: str) -> models.CheckConstraint:
    """The outcome and its day are one."""
    return models.CheckConstraint(
        condition=Q(outcome="", outcome_on=None) | (~Q(outcome="") & Q(outcome_on__isnull=False)),
        name=name,
        violation_error_message="有结论的要写结论日期，没有结论的不写。",
    )


class ConductQuerySet(OfBranchQuerySet):
    def open(self) -> Self:
        return self.filter(outcome="")

    def closed(self) -> Self:
        return self.exclude(outcome="")

    def not_executed(self) -> Self:
        """Ended in 劝退 or 除名, and the member is still on the roster by the membership of that day."""
        here = Membership.objects.full().filter(
            member=OuterRef("member"), end=None, start__lte=OuterRef("outcome_on")
        )  # fmt: skip
        return self.filter(Exists(here), outcome__in=PARTING_OUTCOMES)

    def with_days(self, on: date, **months: int) -> Self:
        """Annotate `today` and the named numbers of months, for the state of each row."""
        numbers = {name: Value(number) for name, number in months.items()}
        return self.annotate(today=Value(on, output_field=DateField()), **numbers)


class ConductRecord(Record):
    """What two ledgers share: whose it is, which branch keeps it, and how it ended."""

    member = models.ForeignKey(PartyMember, models.PROTECT, verbose_name="党员", related_name="%(class)ss")
    branch = models.ForeignKey(PartyBranch, models.PROTECT, verbose_name="党支部", related_name="%(class)ss")
    outcome_on = models.DateField("结论日期", null=True, blank=True, editable=False)
    outcome_note = models.CharField("结论说明", max_length=200, blank=True, editable=False)

    first_day = ""  # the field with which it begins

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse(f"organizations:{self._meta.model_name}-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return not self.outcome

    @property
    def begins_on(self) -> date:
        return getattr(self, self.first_day)


class MemberCorrectionQuerySet(ConductQuerySet):
    def over(self, on: date) -> Self:
        """MB-11: the last day of the period has passed without an outcome."""
        return self.open().filter(until__lt=on)

    def ending(self, on: date, months: int) -> Self:
        """MB-11: the period ends within so many months."""
        return self.open().filter(until__range=(on, add_months(on, months)))


class MemberCorrection(ConductRecord):
    """限期改正. A member whom the branch has told to mend his or her conduct by a day, one year on at most (MB-11)."""

    circumstance = models.CharField(
        "情形", max_length=12, choices=CorrectionCircumstance.choices, help_text="按主要表现选一项。"
    )
    detail = models.CharField("具体表现", max_length=200, blank=True, help_text="简要写明事实，不写与处置无关的隐私。")
    start_on = models.DateField("责令改正日期", help_text="支部大会作出限期改正决定的日期。")
    until = models.DateField("改正期限", help_text="改正期的最后一天，从责令改正之日起不超过一年。")
    document_no = models.CharField(
        "决定文号", max_length=60, blank=True, help_text="上级党组织批复的文号；没有的不填。"
    )
    outcome = models.CharField(
        "结论", max_length=12, choices=CorrectionOutcome.choices, blank=True, editable=False
    )  # fmt: skip

    first_day = "start_on"
    objects = MemberCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "限期改正"
        ordering = ["-start_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(outcome=""),
                name="organizations_membercorrection_open",
                violation_error_message="这名党员已有一次限期改正没有结论，请先登记那一次的结论。",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("start_on")),
                name="organizations_membercorrection_order",
                violation_error_message="改正期限要晚于责令改正日期。",
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(DateNumber("until"), DateNumber("start_on") + YEAR)),
                name="organizations_membercorrection_year",
                violation_error_code="MB-11",
                violation_error_message="限期改正的时间不超过一年。",
            ),
            models.CheckConstraint(
                condition=Q(outcome_on=None) | Q(outcome_on__gte=F("start_on")),
                name="organizations_membercorrection_ended",
                violation_error_message="结论日期不能早于责令改正日期。",
            ),
            outcome_check("organizations_membercorrection_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.member}（{self.start_on}起限期改正）"

    @property
    def heading(self) -> str:
        return f"限期改正：{self.get_circumstance_display()}"

    def clean(self) -> None:
        if self.start_on and self.until and self.until > (last := add_months(self.start_on, CORRECTION_MONTHS)):
            sentence = f"限期改正的时间不超过一年，最迟到{last}。"
            raise ValidationError({"until": ValidationError(sentence, code="MB-11")})


class MemberLapseQuerySet(ConductQuerySet):
    def unexcused(self) -> Self:
        return self.open().filter(excuse="")

    def excused(self) -> Self:
        return self.open().exclude(excuse="")

    def lasting(self, on: date, months: int) -> Self:
        """MB-10: without a good reason for so many months or more."""
        return self.unexcused().filter(since__lte=add_months(on, -months))


class MemberLapse(ConductRecord):
    """未履行义务. A member who takes no part in organization life, or does no work given by the party, since a day (MB-10)."""

    ground = models.CharField("情形", max_length=8, choices=LapseGround.choices, help_text="两种都有的，登记两条。")
    since = models.DateField("起始日期", help_text="从哪一天起没有参加（没有做），一般写最后一次参加的次日。")
    excuse = models.CharField(
        "正当理由", max_length=200, blank=True, help_text="因病、外出等有正当理由的写明，写了不再报警；没有的不填。"
    )
    note = models.CharField("核实情况", max_length=200, blank=True, help_text="谁在哪天同本人谈过话，本人怎么说。")
    outcome = models.CharField("结论", max_length=12, choices=LapseOutcome.choices, blank=True, editable=False)

    first_day = "since"
    objects = MemberLapseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "未履行义务"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "ground"],
                condition=Q(outcome=""),
                name="organizations_memberlapse_open",
                violation_error_message="这名党员的这种情形已经登记，还没有结论，请在原来的登记上修改。",
            ),
            models.CheckConstraint(
                condition=Q(outcome_on=None) | Q(outcome_on__gte=F("since")),
                name="organizations_memberlapse_ended",
                violation_error_message="结论日期不能早于起始日期。",
            ),
            outcome_check("organizations_memberlapse_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.member}（{self.since}起{self.get_ground_display()}）"

    @property
    def heading(self) -> str:
        return self.get_ground_display()


def correction_state(row: Any) -> tuple[str, str]:
    """Kind and word of an open correction; `row` needs until, today and correction_months."""
    if row["until"] < row["today"]:
        return "bad", "期满没有结论"
    if row["until"] <= add_months(row["today"], row["correction_months"]):
        return "warn", "临近期满"
    return "info", "改正中"


def lapse_state(row: Any) -> tuple[str, str]:
    """Kind and word of an open lapse; `row` needs since, excuse, today, lapse_remind and lapse_alarm."""
    if row["excuse"]:
        return "off", "有正当理由"
    for kind, months in (("bad", row["lapse_alarm"]), ("warn", row["lapse_remind"])):
        if row["since"] <= add_months(row["today"], -months):
            return kind, f"满{months}个月"
    return "info", f"不满{row['lapse_remind']}个月"
