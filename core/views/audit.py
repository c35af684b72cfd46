"""操作日志: read and exported by the 审计管理员, changed by nobody (M18, S5)."""

import csv
import io
from datetime import datetime, time, timedelta

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from core import accounts, audit
from core.choices import AuditEvent
from core.models import AuditEntry
from core.pages import Cell, Column, ListPage
from core.pages.lists import Button
from core.secrets import masked_changes, masked_words

EXPORT_ROWS = 100_000
HEADINGS = ("编号", "时间", "操作人", "事件", "成功", "对象类别", "对象", "改动", "说明", "地址", "请求编号")


def day_start(day):
    return timezone.make_aware(datetime.combine(day, time.min))


class AuditFilter(FilterSet):
    event = ChoiceFilter(label="事件", choices=AuditEvent.choices)
    success = ChoiceFilter(label="结果", choices=[("1", "成功"), ("0", "失败或被拒")], method="by_success")
    user = CharFilter(label="操作人", method="by_user")
    label = CharFilter(label="对象", field_name="object_label", lookup_expr="contains")
    address = CharFilter(label="地址", method="by_address")
    since = DateFilter(label="从", method="by_since")
    until = DateFilter(label="到", method="by_until")

    class Meta:
        model = AuditEntry
        fields = []

    def by_success(self, rows, name, value):
        return rows.filter(success=value == "1")

    def by_user(self, rows, name, value):
        return rows.filter(Q(user_name__contains=value) | Q(user__username=value.lower()))

    def by_address(self, rows, name, value):
        """Compared as text: half an address is a valid question, and junk finds nothing."""
        return rows.annotate(address_text=Cast("address", CharField())).filter(address_text__startswith=value)

    def by_since(self, rows, name, value):
        return rows.filter(at__gte=day_start(value))

    def by_until(self, rows, name, value):
        return rows.filter(at__lt=day_start(value) + timedelta(days=1))


def changes_text(changes):
    """{"姓名": ["甲", "乙"]} as “姓名：甲→乙”."""
    parts = []
    for label, values in masked_changes(changes).items():
        old, new = ([*values, "", ""])[:2] if isinstance(values, list) else ("", values)
        parts.append(f"{label}：{old or '空'}→{new or '空'}" if old not in ("", None) else f"{label}：{new}")
    return "；".join(parts)


def what(row):
    text = "；".join(filter(None, [masked_words(row["note"]), changes_text(row["changes"])]))
    return text if len(text) <= 200 else f"{text[:200]}…"


def result(row):
    return Cell("成功", kind="off") if row["success"] else Cell("失败", kind="bad")


class AuditList(ListPage):
    model = AuditEntry
    allowed = staticmethod(accounts.is_audit_admin)
    title = "操作日志"
    meta_text = "谁在什么时候做了什么。日志只能查看和导出，任何人都不能修改或删除。"
    filterset_class = AuditFilter
    ordering = ("-pk",)
    unit = "条"
    empty_title = "没有符合条件的日志"
    empty_text = "放宽时间或去掉一个条件再试。"
    columns = (
        Column("时间", "at", "date", phone="name"),
        Column("操作人", "user_name"),
        Column("事件", "event"),
        Column("结果", fields=("success",), value=result),
        Column("对象", "object_label"),
        Column("内容", fields=("note", "changes"), value=what, phone="wide"),
        Column("地址", "address"),
    )

    def get_queryset(self):
        return AuditEntry.objects.all()

    def extra_actions(self):
        if not self.count:
            return []
        return [
            Button("导出CSV", self.link(export="csv"), "download", fold_phone=True),
            Button("导出Excel", self.link(export="xlsx"), "download", fold_phone=True),
        ]

    def get(self, request, *args, **kwargs):
        kind = request.GET.get("export")
        if kind in ("csv", "xlsx"):
            return self.export_as(kind)
        return super().get(request, *args, **kwargs)

    def export_rows(self):
        names = ("pk", "at", "user_name", "event", "success", "object_type", "object_label", "changes", "note",
                 "address", "request_id")  # fmt: skip
        words = dict(AuditEvent.choices)
        for row in self.rows.values(*names)[:EXPORT_ROWS].iterator(chunk_size=2000):
            at = f"{timezone.localtime(row['at']):%Y-%m-%d %H:%M:%S}"
            yield (
                row["pk"], at, row["user_name"], words.get(row["event"], row["event"]), "是" if row["success"] else "否",
                row["object_type"], row["object_label"], changes_text(row["changes"]), masked_words(row["note"]),
                row["address"] or "", row["request_id"],
            )  # fmt: skip

    def export_as(self, kind):
        audit.record(AuditEvent.EXPORT, by=self.request.user, label="操作日志", note=f"{kind}，{self.count_text}条")
        if kind == "csv":
            response = StreamingHttpResponse(csv_lines(self.export_rows()), content_type="text/csv; charset=utf-8")
        else:
            response = StreamingHttpResponse(
                [workbook(self.export_rows())],
                content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        stamp = f"{timezone.localtime():%Y%m%d-%H%M}"
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{stamp}.{kind}"'
        return response


def harmless(value):
    """A text that a spreadsheet program will not take for a formula (M47)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def csv_lines(rows):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in chain_rows(rows):
        writer.writerow([harmless(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def chain_rows(rows):
    yield HEADINGS
    yield from rows


def workbook(rows):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("操作日志")
    for row in chain_rows(rows):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
        sheet.append(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
