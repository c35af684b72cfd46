from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Subquery

from core.choices import CommitteeLevel


class Committee(models.Model):
    """社会组织综合党委. The office that keeps the rows; offices form a tree, and one office sees its subtree."""

    name = models.CharField("名称", max_length=100, unique=True, help_text="公文落款用的全称，例如市社会组织综合党委。")
    short_name = models.CharField("简称", max_length=50, blank=True, help_text="正文中反复出现时的叫法。")
    code = models.SlugField("代号", max_length=20, unique=True, help_text="命令行和网址里用，例如 city。")
    level = models.CharField("层级", max_length=10, choices=CommitteeLevel.choices, default=CommitteeLevel.CITY)
    place = models.CharField(
        "行政区划", max_length=20, default="市", help_text="正文里“全市”“我市”的那个字，例如市、县、区。"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, blank=True, related_name="children"
    )
    superior_body = models.CharField("上级部门", max_length=100, blank=True, default="市委非公经济和社会组织工委")
    superior_short = models.CharField("上级部门简称", max_length=50, blank=True, default="市委非公工委")
    bureau = models.CharField(
        "所在单位", max_length=100, blank=True, default="市民政局", help_text="综合党委设在哪个单位。"
    )
    contact_phone = models.CharField("办公室电话", max_length=30, blank=True, help_text="印在登录页上。")
    demo_date = models.DateField("演示日期", null=True, blank=True, editable=False)
    scope_ids = models.JSONField("本级及下级", default=list, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "综合党委"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        node = self.parent
        while node is not None:
            if node.pk == self.pk:
                raise ValidationError({"parent": "上级不能是自己或自己的下级。"})
            node = node.parent

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            refresh_scopes()
            self.refresh_from_db(fields=["scope_ids"])


def refresh_scopes() -> None:
    """Write for each committee the ids of its subtree, so that a page needs no query to know its scope."""
    rows = list(Committee.objects.values_list("pk", "parent_id", "scope_ids"))
    children: dict[int | None, list[int]] = {}
    for pk, parent, _ in rows:
        children.setdefault(parent, []).append(pk)

    def subtree(pk: int) -> list[int]:
        return [pk, *(below for child in children.get(pk, []) for below in subtree(child))]

    for pk, _, stored in rows:
        wanted = sorted(subtree(pk))
        if wanted != stored:
            Committee.objects.filter(pk=pk).update(scope_ids=wanted)


class OfficeSettingQuerySet(models.QuerySet["OfficeSetting"]):
    def value(self, committee: Committee | int, key: str, on: date, default: Any = None) -> Any:
        """The value of `key` in force on that day for that committee, else `default`."""
        row = (
            self.filter(committee=committee, key=key, effective_from__lte=on)
            .order_by("-effective_from")
            .values_list("value", flat=True)
            .first()
        )
        return default if row is None else row

    def of_rows(self, names: Mapping[str, str], on: date) -> dict[str, Subquery]:
        """For annotate(): under each name the value of its key in force for the row's own committee, None where none is."""
        rows = self.filter(committee=OuterRef("committee"), effective_from__lte=on).order_by("-effective_from")
        return {name: Subquery(rows.filter(key=key).values("value")[:1]) for name, key in names.items()}


class OfficeSetting(models.Model):
    """办公设置. One dated value of a rule that differs by place or year (DOMAIN §15); the latest one in force counts."""

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="综合党委", related_name="settings")
    key = models.CharField("项目", max_length=60)
    value = models.JSONField("值")
    effective_from = models.DateField("自何日起", default=date(2000, 1, 1))
    note = models.CharField("依据", max_length=200, blank=True)

    objects = OfficeSettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办公设置"
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "key", "effective_from"],
                name="core_setting_unique",
                violation_error_message="同一天起已有这个项目的设置，请直接修改它。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}（{self.effective_from}起）"
