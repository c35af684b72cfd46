"""导入记录: every workbook that came in, by kind, state, person and day; what was refused says why."""

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django_filters import ChoiceFilter, DateFilter, FilterSet, ModelChoiceFilter

from core.choices import BATCH_KINDS, BatchStatus
from core.excel.sheet import all_sheets
from core.models import ImportBatch, User
from core.pages import Cell, Column, ListPage
from core.pages.lists import Button
from core.permissions import is_staff

from .audit import day_start


def kinds() -> list[tuple[str, str]]:
    return [(sheet.kind, sheet.title) for sheet in all_sheets() if sheet.can_import]


def importers(request) -> QuerySet:
    if request is None:
        return User.objects.none()
    batches = ImportBatch.objects.visible_to(request.user)
    return User.objects.filter(pk__in=batches.order_by().values("created_by"))


class BatchFilter(FilterSet):
    kind = ChoiceFilter(label="台账", choices=kinds)
    status = ChoiceFilter(label="状态", choices=BatchStatus.choices)
    created_by = ModelChoiceFilter(label="导入人", queryset=importers)
    since = DateFilter(label="从", method="by_since")
    until = DateFilter(label="到", method="by_until")

    class Meta:
        model = ImportBatch
        fields: list[str] = []

    def by_since(self, rows, name, value):
        return rows.filter(created_at__gte=day_start(value))

    def by_until(self, rows, name, value):
        return rows.filter(created_at__lt=day_start(value) + timedelta(days=1))


def sheet_title(row) -> str:
    return dict(kinds()).get(row["kind"], row["kind"])


def why(row):
    """One sentence on what came of it."""
    if row["status"] == BatchStatus.REJECTED:
        text = row["report__fatal"] or f"{row['wrong_count']}行有错误，整批没有写入。"
        return text if len(text) <= 60 else f"{text[:60]}…"
    if row["status"] == BatchStatus.PREVIEWED:
        return "还没有写入，等待确认。"
    return ""


class BatchList(ListPage):
    model = ImportBatch
    allowed = staticmethod(is_staff)
    title = "导入记录"
    unit = "批"
    meta_text = "谁在什么时候导入了哪个文件，结果怎样。已导入的点进去可以撤销。"
    empty_title = "没有导入记录"
    empty_text = "导入过的文件、导入人和结果都会留在这里。"
    filterset_class = BatchFilter
    columns = (
        Column("文件", "file_name", phone="name", url=lambda row: reverse("core:import-batch", args=[row["pk"]])),
        Column("时间", "created_at", "date", sort="created_at"),
        Column("台账", "kind", value=sheet_title, sort="kind"),
        Column("导入人", "created_by__name"),
        Column("数据截至", "as_of", "date", phone="hide"),
        Column("新增", "new_count", "number"),
        Column("变更", "changed_count", "number"),
        Column("不变", "same_count", "number", phone="hide"),
        Column("错误", "wrong_count", "number"),
        Column("状态", "status", "state", states={str(k): v for k, v in BATCH_KINDS.items()}),
        Column(
            "说明", fields=("status", "report__fatal", "wrong_count"), value=lambda row: Cell(why(row)), phone="wide"
        ),
    )

    def extra_actions(self):
        return [Button("导入导出", reverse("core:import-index"), "file-spreadsheet")]
