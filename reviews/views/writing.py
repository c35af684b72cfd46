"""The page on which a secretary writes the report, mostly on a phone; staff use it too, for a branch (代填)."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.attachments import attach, check_upload
from core.cleaning import clean_text
from core.editing import StaleError
from core.pages import visible_or_404
from core.permissions import require
from reviews import workflows
from reviews.documents import read_duty_report
from reviews.models import DUTY_SECTIONS, DutyReport
from reviews.statistics import branch_year, last_year_report
from reviews.workflows.reports import OPEN_STATUSES, SECTION_NAMES

GUIDES = {
    "duties": "重点工作完成情况，写清次数和人数。",
    "practices": "怎么做的，写具体做法。",
    "achievements": "有特色的做法和取得的成果。",
    "problems": "每条写明一个实例和原因，一般不少于全文三分之一。",
    "thoughts": "下一年的工作思路。",
    "measures": "对应每个问题写措施、责任人和时间。",
}
CLOSED = "这份报告已经提交或归档，不能再改。请刷新页面查看。"


def writable(request: HttpRequest, pk: int) -> DutyReport:
    """The report if this user may write it now; 404 for a stranger's, 403 for one that is handed in."""
    rows = DutyReport.objects.select_related("session", "branch", "committee", "entered_by")
    report = visible_or_404(rows, request.user, pk)
    require(workflows.can_edit_duty_report(request.user, report), request, CLOSED)
    return report


def posted_version(request: HttpRequest) -> int:
    raw = request.POST.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


def texts_in(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in SECTION_NAMES if name in request.POST}


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the stored draft; POST keeps it (保存, or 预览并提交), all without a script."""
    report = writable(request, pk)
    if request.method != "POST":
        return edit_page(request, report)
    try:
        workflows.save_draft(report, texts_in(request), by=request.user, expected=posted_version(request))
    except StaleError as error:
        return stale_page(request, pk, error)
    except ValidationError as error:
        return edit_page(request, typed(report, request), errors=error.messages)
    if "preview" in request.POST:
        return redirect("reviews:dutyreport-submit", pk=pk)
    messages.success(request, "草稿已保存，还没有提交。")
    return redirect("reviews:dutyreport-edit", pk=pk)


def typed(report: DutyReport, request: HttpRequest) -> DutyReport:
    """A copy that carries what was typed, to be shown again."""
    mine = copy(report)
    for name, text in texts_in(request).items():
        setattr(mine, name, clean_text(text))
    return mine


def edit_page(request: HttpRequest, report: DutyReport, status: int = 200, **extra) -> HttpResponse:
    before = last_year_report(report)
    context = {
        "title": f"{report.session.year}年度述职报告",
        "report": report,
        "sections": [(name, heading, text, GUIDES[name]) for name, heading, text in report.sections],
        "before": before,
        "before_sections": before.sections if before else [],
        "year": branch_year(report.branch_id, report.session.year),
        "base": "base.html" if request.user.is_office else "base_phone.html",
        "can_submit": workflows.can_submit_duty_report(request.user, report),
        "has_text": bool(report.length),
        **extra,
    }
    return render(request, "reviews/dutyreport_edit.html", context, status=status)


def stale_page(request: HttpRequest, pk: int, error: StaleError) -> HttpResponse:
    """409: the own text stays in the fields, what is stored stands beside it; saving again is a decision."""
    stored = writable(request, pk)
    mine = typed(stored, request)
    differences = [
        {"heading": heading, "theirs": getattr(stored, name), "mine": getattr(mine, name)}
        for name, heading in DUTY_SECTIONS
        if getattr(stored, name) != getattr(mine, name)
    ]
    return edit_page(request, mine, status=409, stale=error.messages[0], differences=differences)


@require_POST
def autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """The same as 保存, for the script: {version, at}, or 409 with a sentence when the page must not overwrite."""
    rows = DutyReport.objects.select_related("session", "committee")
    report = visible_or_404(rows, request.user, pk)
    if report.status not in OPEN_STATUSES:
        return JsonResponse({"message": CLOSED}, status=409)
    require(workflows.can_edit_duty_report(request.user, report), request, CLOSED)
    try:
        workflows.save_draft(report, texts_in(request), by=request.user, expected=posted_version(request))
    except StaleError as error:
        return JsonResponse({"message": error.messages[0]}, status=409)
    except ValidationError as error:
        return JsonResponse({"message": error.messages[0]}, status=422)
    return JsonResponse({"version": report.version, "at": f"{timezone.localtime():%H:%M}", "length": report.length})


def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET previews the whole text with what is still missing; POST hands it in."""
    report = writable(request, pk)
    require(workflows.can_submit_duty_report(request.user, report), request)
    if request.method == "POST":
        try:
            if posted_version(request) != report.version:
                raise StaleError(report)
            workflows.submit_duty_report(report, by=request.user)
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
            return redirect("reviews:dutyreport-submit", pk=pk)
        messages.success(request, "述职报告已提交，请等待审核。")
        return redirect("reviews:dutyreport-detail", pk=pk)
    context = {
        "title": "预览并提交",
        "report": report,
        "errors": workflows.submission_errors(report),
        "base": "base.html" if request.user.is_office else "base_phone.html",
    }
    return render(request, "reviews/dutyreport_submit.html", context)


@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a .docx into the six sections of the draft and keep the original as an attachment."""
    report = writable(request, pk)
    back = redirect("reviews:dutyreport-edit", pk=pk)
    file = request.FILES.get("file")
    try:
        if file is None or not file.name.lower().endswith(".docx"):
            raise ValidationError("请选择一个docx文件。doc或wps文件请先另存为docx。", code="kind")
        if report.length and "replace" not in request.POST:
            raise ValidationError("报告里已经有内容。要用文件替换，请先勾选“替换现有内容”。", code="replace")
        check_upload(file)
        sections = {name: text for name, text in read_duty_report(file).items() if text}
        with transaction.atomic():
            workflows.save_draft(report, sections, by=request.user, expected=posted_version(request))
            attach(report, file, by=request.user, purpose="述职报告原件")
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return back
    empty = [heading for name, heading in DUTY_SECTIONS if name not in sections]
    more = f"没有认出：{'、'.join(empty)}，请核对后补写。" if empty else "请核对各部分后提交。"
    messages.success(request, f"已读入{len(sections)}个部分，原件已存为附件。{more}")
    return back
