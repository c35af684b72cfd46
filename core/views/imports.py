"""导入导出: choose a workbook, upload or paste, look at the preview, confirm once, undo while untouched."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import audit
from core.choices import BATCH_FLOW, BATCH_KINDS, AuditEvent, BatchStatus
from core.cleaning import clean_line
from core.excel import preview
from core.excel.annotating import is_long, store_annotated
from core.excel.blank import blank_workbook
from core.excel.guard import too_large
from core.excel.jobs import start_applying, start_reading
from core.excel.obstacles import Obstacle, told
from core.excel.pasting import can_mend
from core.excel.sheet import Sheet, all_sheets, get_sheet
from core.excel.staging import already_applied, new_batch
from core.excel.undoing import TouchedError, can_undo, touched_rows, undo_batch
from core.excel.writing import attachment, export_response
from core.models import ImportBatch, Job
from core.pages.details import Action, Crumb, visible_or_404
from core.pages.period import current_period
from core.periods import today
from core.permissions import allow, is_office, is_staff
from core.transitions import advance
from core.uploads import body_too_large

from .audit import what

TOUCHED = "导入以后有人改动过其中的内容，不能整批撤销。下面列出是哪几条、谁在什么时候改的，请逐条处理。"
ACCEPT = ".xlsx,.xls,.csv,.et"
HOME = Crumb("导入导出", "/imports/")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="工作簿",
        allow_empty_file=True,
        max_length=500,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "还没有选择文件。请选一个工作簿；少量的行也可以用“从 Excel 粘贴”。"},
    )
    as_of = forms.DateField(
        label="数据截至", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(label="来源", required=False, max_length=60)


def sheet_or_404(kind: str) -> Sheet:
    try:
        return get_sheet(kind)
    except LookupError:
        raise Http404("没有这种台账。请在“导入”页里选一种。") from None


@require_GET
@allow(is_staff)
def index(request: HttpRequest) -> HttpResponse:
    latest = {}
    for batch in ImportBatch.objects.visible_to(request.user).filter(status=BatchStatus.APPLIED).order_by("-pk")[:500]:
        latest.setdefault(batch.kind, batch)
    kinds = [(number, sheet, latest.get(sheet.kind)) for number, sheet in enumerate(all_sheets(), 1)]
    batches = ImportBatch.objects.visible_to(request.user).select_related("created_by")[:8]
    context = {
        "title": "导入导出",
        "meta": "按下面的次序导入：后面的台账要用到前面的名称。",
        "kinds": kinds,
        "batches": with_titles(batches),
        "actions": [Action("全部导入记录", reverse("core:import-batch-list"), "history", post=False)],
    }
    return render(request, "core/import_index.html", context)


def with_titles(batches):
    """(batch, title of its workbook, state kind) for lists."""
    rows = []
    for batch in batches:
        sheet = preview.sheet_of(batch)
        rows.append((batch, sheet.title if sheet else batch.kind, BATCH_KINDS[batch.status]))
    return rows


@require_http_methods(["GET", "POST"])
@allow(is_staff)
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    sheet = sheet_or_404(kind)
    if not sheet.can_import:
        raise Http404(sheet.instead or "这个台账只能导出。")
    if request.method == "GET":
        return upload_page(request, sheet, UploadForm(initial={"as_of": today(request.user.committee)}))
    if size := body_too_large(request):
        form = UploadForm()
        return upload_page(request, sheet, form, problem=too_large(size), status=413)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return upload_page(request, sheet, form, status=400)
    file = form.cleaned_data["file"]
    batch = new_batch(
        sheet, file, file.name, by=request.user, committee=request.user.committee,
        source=clean_line(form.cleaned_data["source"]), as_of=form.cleaned_data["as_of"],
    )  # fmt: skip
    job = start_reading(batch, by=request.user)
    return redirect("core:job", job.pk) if job else redirect("core:import-batch", batch.pk)


def upload_page(
    request: HttpRequest, sheet: Sheet, form: UploadForm, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": sheet.title,
        "crumbs": [HOME],
        "meta": sheet.intro,
        "sheet": sheet,
        "form": form,
        "problem": problem,
        "columns": [c for c in sheet.columns if not c.readonly],
        "actions": [Action("下载空白表", reverse("core:import-blank", args=[sheet.kind]), "download", post=False)],
    }
    return render(request, "core/import_upload.html", context, status=status)


@require_GET
@allow(is_staff)
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    sheet = sheet_or_404(kind)
    content = ContentFile(blank_workbook(sheet, request.user.committee))
    return attachment(content, f"{sheet.title}（空白表）.xlsx")


@require_POST
@allow(is_office)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    sheet = sheet_or_404(kind)
    if not sheet.can_export:
        raise Http404("这个台账不能导出。")
    purpose = clean_line(request.POST.get("purpose", ""))[:200]
    every = request.POST.get("every") == "1"
    footer = () if every else sheet.footer(request.user, current_period(request))
    return export_response(sheet, sheet.queryset(request.user), request, purpose=purpose, every=every, footer=footer)


@require_GET
@allow(is_staff)
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_or_404(ImportBatch.objects.select_related("created_by", "committee"), request.user, pk)
    if batch.status == BatchStatus.READING:
        job = Job.objects.visible_to(request.user).filter(kind="core.read_workbook", params__batch=batch.pk).first()
        if job is not None and job.is_open:
            return redirect("core:job", job.pk)
    return show_batch(request, batch)


def show_batch(request: HttpRequest, batch: ImportBatch, status: int = 200, **extra) -> HttpResponse:
    sheet = preview.sheet_of(batch)
    more = request.GET.get("show", "")
    limit = 500 if more == "all" else preview.SHOWN
    is_open = batch.is_undecided
    readable = sheet is not None and "fatal" not in batch.report
    headings, news = preview.new_rows(batch, sheet, limit if more else 20) if readable and batch.new_count else ([], [])
    same = already_applied(batch) if batch.status == BatchStatus.PREVIEWED else None
    context = {
        "title": "导入预览" if is_open else "导入结果",
        "crumbs": [
            HOME,
            Crumb(
                sheet.title if sheet else batch.kind, reverse("core:import-upload", args=[batch.kind]) if sheet else ""
            ),
        ],
        "batch": batch,
        "sheet": sheet,
        "state_kind": BATCH_KINDS[batch.status],
        "is_open": is_open,
        "excerpt": preview.excerpt(batch, limit) if batch.wrong_count else None,
        "unresolved": preview.unresolved(batch) if batch.wrong_count else [],
        "can_mend": can_mend(request.user, batch),
        "wrong_cells": preview.wrong_cells(batch) if batch.wrong_count else 0,
        "changes": preview.changes(batch, limit) if batch.changed_count else [],
        "changes_more": max(batch.changed_count - limit, 0),
        "new_headings": headings,
        "new_rows": news,
        "new_more": max(batch.new_count - len(news), 0),
        "skipped": preview.skipped_words(batch),
        "kept": batch.new_count + batch.changed_count + batch.same_count,
        "nothing": readable and not batch.new_count and not batch.changed_count and not batch.wrong_count,
        "same": same,
        "can_undo": can_undo(request.user, batch),
        "long": is_long(batch),
        **extra,
    }
    return render(request, "core/import_batch.html", context, status=status)


@require_GET
@allow(is_staff)
def annotated_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender's workbook with marks; made when it is first asked for."""
    batch = visible_or_404(ImportBatch, request.user, pk)
    if not batch.wrong_count:
        raise Http404("这批导入没有错误，不需要标注。")
    try:
        name = store_annotated(batch)
    except Exception:
        messages.error(request, "这个工作簿里有不能原样保存的内容，做不出标注后的副本。请按页面上列出的行和列改正。")
        return redirect("core:import-batch", batch.pk)
    audit.record(AuditEvent.DOWNLOAD, batch, by=request.user, label=name)
    return attachment(batch.annotated.open("rb"), name)


@require_POST
@allow(is_staff)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm. A second click finds the batch applied and only shows it."""
    batch = visible_or_404(ImportBatch.objects.select_related("created_by", "committee"), request.user, pk)
    if batch.status == BatchStatus.APPLIED:
        messages.info(request, "这批数据已经导入，没有重复写入。")
        return redirect("core:import-batch", batch.pk)
    try:
        job = start_applying(batch, by=request.user)
    except ValidationError as error:
        batch.refresh_from_db()
        return show_batch(request, batch, status=409, problem=" ".join(error.messages))
    if job is not None:
        return redirect("core:job", job.pk)
    messages.success(
        request, f"已导入：新增{batch.new_count}行，变更{batch.changed_count}行。没有人改动之前可以整批撤销。"
    )
    return redirect("core:import-batch", batch.pk)


@require_http_methods(["GET", "POST"])
@allow(is_staff)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_or_404(ImportBatch.objects.select_related("created_by", "committee"), request.user, pk)
    if request.method == "GET":
        return confirm_undo(request, batch)
    try:
        undo_batch(batch, by=request.user)
    except TouchedError as error:
        batch.refresh_from_db()
        return show_batch(
            request,
            batch,
            status=409,
            problem=TOUCHED,
            **in_the_way(request, batch, error.rows),
        )
    except ValidationError as error:
        batch.refresh_from_db()
        return show_batch(request, batch, status=409, problem=" ".join(error.messages))
    messages.success(request, "已撤销，台账恢复到导入以前。")
    return redirect("core:import-batch", batch.pk)


def in_the_way(request: HttpRequest, batch: ImportBatch, obstacles: list[Obstacle]) -> dict:
    """What was edited since, by whom and when, with the way to it."""
    shown = told(obstacles, batch, get_sheet(batch.kind).model_class, request.user)
    return {
        "touched": [(row, edit_words(row.entry)) for row in shown],
        "touched_count": len(obstacles),
        "touched_more": len(obstacles) - len(shown),
    }


def edit_words(entry: dict | None) -> str:
    return "：".join(filter(None, [AuditEvent(entry["event"]).label, what(entry)])) if entry else ""


def confirm_undo(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    if not can_undo(request.user, batch):
        raise Http404("这批导入不能撤销。")
    if touched := touched_rows(batch):
        return show_batch(request, batch, problem=TOUCHED, **in_the_way(request, batch, touched))
    context = {
        "title": "撤销导入",
        "crumbs": [HOME, Crumb(batch.file_name, reverse("core:import-batch", args=[batch.pk]))],
        "question": f"撤销《{batch.file_name}》这一批导入？",
        "consequences": [
            f"删去新增的{batch.new_count}条，恢复变更的{batch.changed_count}条。",
            "导入以后有人改动过其中任何一条，就不能整批撤销，会列出是哪几条。",
        ],
        "submit_label": "撤销这批导入",
        "danger": True,
        "cancel_url": reverse("core:import-batch", args=[batch.pk]),
    }
    return render(request, "generic/confirm.html", context)


@require_POST
@allow(is_staff)
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_or_404(ImportBatch, request.user, pk)
    try:
        advance(batch, BATCH_FLOW, BatchStatus.ABANDONED, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("core:import-batch", batch.pk)
    messages.success(request, "已放弃这次导入，台账没有任何改动。")
    return redirect("core:import-index")
