"""What the register says about a body from day to day: former names and dated events with their documents."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import Record, RecordQuerySet
from core.pinyin import plain
from organizations.choices import ENDING_EVENTS, STATUS_AFTER, ChangedItem, OrganizationEventKind, RegistrationStatus

from .organizations import SocialOrganization


class FormerName(models.Model):
    """曾用名. A name the body had until a day; search finds it."""

    organization = models.ForeignKey(
        SocialOrganization, models.CASCADE, verbose_name="社会组织", related_name="former_names"
    )
    name = models.CharField("曾用名", max_length=100)
    until = models.DateField("用到", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        ordering = ["-until"]

    def __str__(self) -> str:
        return self.name


class OrganizationEventQuerySet(RecordQuerySet):
    def search(self, text: str) -> Self:
        words = text.lower().strip()
        return self.filter(Q(organization__search__holds=plain(text)) | Q(document_no__icontains=words))

    def valid(self) -> Self:
        """Events that stand: none that was withdrawn as a mistake."""
        return self.filter(withdrawn_at=None)

    def of_status(self) -> Self:
        """Events after which the body has another registration status."""
        return self.valid().filter(kind__in=STATUS_AFTER)

    def of_standing(self) -> Self:
        """Events that move a body into or out of 正常 without ending it."""
        return self.of_status().exclude(kind__in=ENDING_EVENTS)


class OrganizationEvent(Record):
    """登记事件. A dated event in the life of a body, with the number of its document.

    `journal` is what the event changed in other rows; a withdrawal takes exactly that back.
    """

    organization = models.ForeignKey(SocialOrganization, models.PROTECT, verbose_name="社会组织", related_name="events")
    kind = models.CharField("事件", max_length=10, choices=OrganizationEventKind.choices)
    on = models.DateField("日期")
    document_no = models.CharField("文号", max_length=60, blank=True)
    item = models.CharField("变更事项", max_length=24, choices=ChangedItem.choices, blank=True)
    old_value = models.CharField("变更前", max_length=120, blank=True)
    new_value = models.CharField("变更后", max_length=120, blank=True)
    successor = models.ForeignKey(
        SocialOrganization,
        models.PROTECT,
        verbose_name="并入的社会组织",
        related_name="absorptions",
        null=True,
        blank=True,
    )
    detail = models.CharField("内容", max_length=200, blank=True)
    status_before = models.CharField(
        "事件前的登记状态", max_length=10, choices=RegistrationStatus.choices, blank=True, editable=False
    )
    is_past = models.BooleanField("补登", default=False, editable=False)  # its outcome stood in the ledger already
    journal = models.JSONField(default=list, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="撤回人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True, editable=False)

    objects = OrganizationEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记事件"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["on"], condition=Q(withdrawn_at=None), name="organizations_event_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | Q(kind="merged"),
                name="organizations_event_successor",
                violation_error_message="只有合并才写并入的社会组织。",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("organization")),
                name="organizations_event_self",
                violation_error_message="不能并入自己，请选另一家。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="organizations_event_withdrawn",
                violation_error_message="撤回的登记事件要有撤回时间和撤回人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"

    @property
    def words(self) -> str:
        """What happened beside the kind: the change, the successor, the note."""
        change = f"{self.get_item_display()}由“{self.old_value or '空'}”改为“{self.new_value}”" if self.item else ""
        into = f"并入{self.successor}" if self.successor_id else ""
        return "；".join(filter(None, [change, into, self.detail]))

    def facts(self) -> dict[str, Any]:
        """The answers by which the event was recorded, to record it again with a correction."""
        names = ("kind", "on", "document_no", "item", "new_value", "successor", "detail")
        return {name: getattr(self, name) for name in names}
