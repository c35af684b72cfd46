"""从 Excel 粘贴: a block becomes a batch like an uploaded file; wrong cells come back in the grid until none is left."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.choices import BATCH_FLOW, BatchStatus
from core.cleaning import clean_line
from core.excel import pasting, preview
from core.excel.sheet import Sheet
from core.excel.staging import new_batch, read_batch
from core.models import ImportBatch
from core.pages.details import visible_or_404
from core.periods import today
from core.permissions import allow, is_staff
from core.transitions import advance

from .imports import HOME, sheet_or_404


class PasteForm(forms.Form):
    pasted = forms.CharField(label="粘贴的内容", strip=False, error_messages={
        "required": "还没有粘贴内容。请在 Excel 或 WPS 里选中、复制，粘贴到下面再检查。"})  # fmt: skip
    as_of = forms.DateField(label="数据截至", required=False)
    source = forms.CharField(label="来源", required=False, max_length=60)
    again = forms.IntegerField(required=False, widget=forms.HiddenInput)


def importable(kind: str) -> Sheet:
    sheet = sheet_or_404(kind)
    if not sheet.can_import:
        raise Http404(sheet.instead or "这个台账只能导出。")
    return sheet


@require_http_methods(["GET", "POST"])
@allow(is_staff)
def paste(request: HttpRequest, kind: str) -> HttpResponse:
    sheet = importable(kind)
    if request.method == "GET":
        batch = earlier(request, sheet, request.GET.get("batch", ""))
        return paste_page(request, sheet, batch=batch, text=text_of(sheet, batch) if batch else "")
    form = PasteForm(request.POST)
    text = request.POST.get("pasted", "")
    if not form.is_valid():
        problems = [sentence for sentences in form.errors.values() for sentence in sentences]
        return paste_page(request, sheet, text=text, form=form, problem=" ".join(problems), status=400)
    try:
        rows, heads = pasting.aligned(sheet, text)
    except ValidationError as error:
        return paste_page(request, sheet, text=text, form=form, problem=" ".join(error.messages), status=400)
    file = pasting.pasted_file(sheet, rows)
    batch = new_batch(
        sheet, file, file.name, by=request.user, committee=request.user.committee,
        source=clean_line(form.cleaned_data["source"]), as_of=form.cleaned_data["as_of"],
    )  # fmt: skip
    read_batch(batch)
    note_ignored(batch, heads)
    give_up(request, sheet, form.cleaned_data["again"])
    if batch.status == BatchStatus.REJECTED:
        return redirect(f"{reverse('core:import-paste', args=[sheet.kind])}?batch={batch.pk}")
    return redirect("core:import-batch", batch.pk)


def note_ignored(batch: ImportBatch, heads: pasting.Heads) -> None:
    """The columns that the form does not have are named as those of a workbook are."""
    if heads.ignored:
        batch.report = {**batch.report, "ignored": heads.ignored}
        ImportBatch.objects.filter(pk=batch.pk).update(report=batch.report)


def earlier(request: HttpRequest, sheet: Sheet, pk: str) -> ImportBatch | None:
    """The pasted batch whose rows are mended; other people's and other kinds' are not found."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 16):
        return None
    batch = visible_or_404(ImportBatch.objects.filter(created_by=request.user), request.user, int(pk))
    if batch.kind != sheet.kind or not pasting.is_pasted(batch) or not batch.file:
        raise Http404("这批导入不是粘贴来的。")
    return batch


def give_up(request: HttpRequest, sheet: Sheet, pk: int | None) -> None:
    """The check before this one is done with."""
    batch = ImportBatch.objects.visible_to(request.user).filter(pk=pk or 0, kind=sheet.kind).first()
    if batch is not None and pasting.can_mend(request.user, batch):
        advance(batch, BATCH_FLOW, BatchStatus.ABANDONED, by=request.user)


def text_of(sheet: Sheet, batch: ImportBatch) -> str:
    labels = [c.label for c in pasting.form_columns(sheet)]
    return pasting.block_text([labels, *pasting.pasted_rows(sheet, batch)])


def paste_page(
    request: HttpRequest,
    sheet: Sheet,
    *,
    batch: ImportBatch | None = None,
    form: PasteForm | None = None,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """form: what was sent and refused; its other fields stand again in the page."""
    wrong = batch is not None and bool(batch.wrong_count)
    columns = pasting.grid_columns(sheet)
    context = {
        "title": sheet.title,
        "crumbs": [HOME],
        "meta": sheet.intro,
        "sheet": sheet,
        "batch": batch,
        "text": text,
        "problem": problem or (batch.report.get("fatal", "") if batch else ""),
        **(sent(form) if form else asked(request, batch)),
        "columns": json.dumps(columns, ensure_ascii=False),
        "headings": [c["label"] for c in columns],
        "marks": json.dumps(pasting.marks(batch) if wrong else {}, ensure_ascii=False),
        "first_row": len(pasting.header_lines(pasting.form_columns(sheet))) + 1,
        "max_rows": pasting.MAX_ROWS,
        "max_columns": pasting.MAX_COLUMNS,
        "wrong_cells": preview.wrong_cells(batch) if wrong else 0,
        "excerpt": preview.excerpt(batch, 500) if wrong else None,
        "unresolved": preview.unresolved(batch) if wrong else [],
    }
    return render(request, "core/import_paste.html", context, status=status)


def asked(request: HttpRequest, batch: ImportBatch | None) -> dict[str, Any]:
    day = (batch.as_of if batch else None) or today(request.user.committee)
    return {"as_of": f"{day:%Y-%m-%d}", "source": batch.source if batch else "", "again": batch.pk if batch else ""}


def sent(form: PasteForm) -> dict[str, Any]:
    return {name: form[name].value() or "" for name in ("as_of", "source", "again")}


@require_POST
@allow(is_staff)
def heads(request: HttpRequest, kind: str) -> JsonResponse:
    """How the first lines of a block are read, for the grid; nothing is kept."""
    sheet = importable(kind)
    found = pasting.read_heads(sheet, pasting.parse_block(request.POST.get("pasted", "")[:200_000]))
    return JsonResponse({"first": found.first, "places": found.places, "ignored": found.ignored, "fills": found.fills})
