from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import DateField, F, Q, Value
from django.urls import reverse

from core.models import Record, RecordQuerySet
from core.pinyin import plain
from organizations.choices import SyncEvent

from .charters import OfOrganizationQuerySet
from .organizations import SocialOrganization

PROVED = "台账里已有记录"  # 完成情况 of a duty that a record of the ledgers has proved


class SyncRuleQuerySet(RecordQuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(is_active=True, start__lte=on)


class SyncRule(Record):
    """同步规则. One of the 六个同步: which business event calls for which party action, within how many days."""

    order = models.PositiveSmallIntegerField("序号", default=1, help_text="在列表里排第几。")
    name = models.CharField("名称", max_length=40, help_text="例如登记成立同步。")
    event = models.CharField("业务事件", max_length=12, choices=SyncEvent.choices, help_text="发生什么事时要同步。")
    action = models.CharField("党建动作", max_length=60, help_text="同步要做的党建工作。")
    due_days = models.PositiveSmallIntegerField("期限（天）", default=30, help_text="从业务事件的次日起算。")
    in_working_days = models.BooleanField("按工作日计算", default=False, help_text="不勾选的按自然日计算。")
    start = models.DateField("自何日起执行", help_text="这一天以后的业务事件才生成同步事项。")
    is_active = models.BooleanField("启用", default=True, help_text="不用的规则取消勾选，不要删除。")

    objects = SyncRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同步规则"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "event", "action"],
                name="organizations_rule_once",
                violation_error_message="这个业务事件已有同样的党建动作。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:syncrule-list")


class SyncDutyQuerySet(OfOrganizationQuerySet):
    def search(self, text: str) -> Self:
        return self.filter(organization__search__holds=plain(text))

    def open(self) -> Self:
        """Still to be done; nothing is asked of a body that has ended."""
        return self.applicable().filter(done_on=None)

    def applicable(self) -> Self:
        """Without what does not apply: so decided by staff, or left undone by a body that has ended."""
        return self.filter(Q(done_on__isnull=False) | Q(waived_on=None, organization__ended_on=None))

    def only_proved(self) -> Self:
        """Found to be done by a record of the ledgers, and touched by nobody since."""
        return self.filter(done_note=PROVED, version=2)

    def as_new(self, **more: Any) -> int:
        """Set them back to what they were when they were made."""
        return self.update(done_on=None, done_note="", version=1, **more)

    def not_applicable(self) -> Self:
        return self.filter(Q(waived_on__isnull=False) | Q(organization__ended_on__isnull=False), done_on=None)

    def done(self) -> Self:
        return self.filter(done_on__isnull=False)

    def in_time(self) -> Self:
        return self.filter(done_on__lte=F("due_on"))

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def late(self) -> Self:
        return self.filter(done_on__gt=F("due_on"))

    def running(self, on: date) -> Self:
        """Not done, and its day has not passed."""
        return self.open().filter(due_on__gte=on)

    def with_today(self, on: date) -> Self:
        """Annotate `today`, for the state of each row."""
        return self.annotate(today=Value(on, output_field=DateField()))

    def of_events_between(self, start: date, end: date) -> Self:
        return self.filter(event_on__range=(start, end))


class SyncDuty(Record):
    """同步事项. The party action that one business event of one body calls for, by a day; lateness follows from the days."""

    rule = models.ForeignKey(SyncRule, models.PROTECT, verbose_name="同步规则", related_name="duties")
    organization = models.ForeignKey(
        SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="sync_duties"
    )
    event = models.CharField("业务事件", max_length=12, choices=SyncEvent.choices, editable=False)
    event_on = models.DateField("事件日期")
    action = models.CharField("党建动作", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    due_on = models.DateField("完成期限")
    is_provisional = models.BooleanField("节假日未录全", default=False, editable=False)
    is_automatic = models.BooleanField("由台账生成", default=False, editable=False)
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_note = models.CharField("完成情况", max_length=200, blank=True)
    waived_on = models.DateField("定为不适用的日期", null=True, blank=True, editable=False)
    waived_note = models.CharField("不适用的原因", max_length=200, blank=True, editable=False)

    objects = SyncDutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同步事项"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["committee", "event_on"], name="organizations_duty_event"),
            models.Index(fields=["committee", "due_on"], condition=Q(done_on=None), name="organizations_duty_open"),
            models.Index(fields=["due_on"], condition=Q(done_on=None), name="organizations_duty_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "organization", "event_on"],
                name="organizations_duty_once",
                violation_error_message="这家单位这一天的这个业务事件已有同步事项。",
            ),
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(done_on__gte=F("event_on")),
                name="organizations_duty_order",
                violation_error_message="完成日期不能早于业务事件的日期。",
            ),
            models.CheckConstraint(
                condition=Q(waived_on=None, waived_note="")
                | (Q(waived_on__isnull=False, done_on=None) & ~Q(waived_note="")),
                name="organizations_duty_waived",
                violation_error_message="不适用的事项要写原因，并且没有完成日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}：{self.action}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:syncduty-detail", args=[self.pk])

    def state(self, on: date) -> tuple[str, str]:
        """Kind and word of where it stands on that day; the body has to be there."""
        return duty_state({**self.__dict__, "organization__ended_on": self.organization.ended_on}, on)

    @property
    def why_not(self) -> str:
        """Why nothing is to be done; empty where something is, or was."""
        body = self.organization
        if self.waived_on or self.done_on or body.ended_on is None:
            return self.waived_note
        return f"单位{body.get_status_display()}（{body.ended_on}）"


STATE_FIELDS = ("due_on", "waived_on", "organization__ended_on")


def duty_state(row: dict[str, Any], on: date) -> tuple[str, str]:
    if row["done_on"]:
        return ("ok", "按期完成") if row["done_on"] <= row["due_on"] else ("warn", "超期完成")
    if row["waived_on"]:
        return "off", "不适用"
    if row["organization__ended_on"]:
        return "off", "不适用（单位已终止）"
    if row["due_on"] < on:
        return "bad", f"超期{(on - row['due_on']).days}天"
    left = (row["due_on"] - on).days
    return ("warn", f"还有{left}天") if left <= 5 else ("info", "办理中")
