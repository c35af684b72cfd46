"""Changes of a summary, one POST each."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.context import is_fragment
from core.periods import Period
from core.permissions import allow, is_office, is_staff, require
from reports import workflows
from reports.choices import EditionKind
from reports.documents.assembly import document_of
from reports.documents.papers import edition_document, paper_of
from reports.documents.pdf import PdfUnavailable, render_pdf
from reports.narrative import Composed
from reports.views.summaries import block_or_404, chosen_committee, render_summary, signed_edition

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def summary_url(composed: Composed, anchor: str = "", **params: str) -> str:
    if composed.committee.code and "committee" not in params and getattr(composed, "foreign", False):
        params["committee"] = composed.committee.code
    query = f"?{urlencode(params)}" if params else ""
    return reverse("reports:summary-detail", args=[composed.period]) + query + (f"#{anchor}" if anchor else "")


def editable(request: HttpRequest, period: Period) -> Composed:
    """The summary, or 403 when this user may not change it."""
    composed = workflows.compose_stored(chosen_committee(request), period)
    require(workflows.can_edit_summary(request.user, composed.committee, composed.summary), request)
    return composed


def opened(request: HttpRequest, composed: Composed) -> Any:
    return workflows.open_summary(composed.committee, composed.period, by=request.user)


def change(request: HttpRequest, period: Period, key: str, done: str, action: Callable[..., Any]) -> HttpResponse:
    """Fetch the paragraph, change it, and go back to it with a message."""
    composed = editable(request, period)
    block = block_or_404(composed, key)
    try:
        action(opened(request, composed), block, composed)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(summary_url(composed, f"b-{key}"))


def posted_segments(request: HttpRequest) -> Any:
    """The paragraph as sent: one JSON field by the script, or the pieces p0, p1 … of the plain form."""
    if raw := request.POST.get("segments"):
        try:
            return json.loads(raw)
        except ValueError:
            raise ValidationError("这一段的内容格式不对，没有保存。请刷新页面后重试。") from None
    segments: list[dict] = []
    for index in range(workflows.MAX_SEGMENTS):
        if f"t{index}" in request.POST:
            segments.append({"text": request.POST[f"t{index}"]})
        elif f"f{index}" in request.POST:
            if f"d{index}" not in request.POST:
                try:
                    segments.append(json.loads(request.POST[f"f{index}"]))
                except ValueError:
                    raise ValidationError("这一段的内容格式不对，没有保存。请刷新页面后重试。") from None
        else:
            break
    if request.POST.get("insert"):
        segments.append({"fact": request.POST["insert"], "params": {}, "format": ""})
        segments.append({"text": request.POST.get("tail", "")})
    return segments


@require_POST
@allow(is_staff)
def block_save(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    composed = editable(request, period)
    block = block_or_404(composed, key)
    quiet = is_fragment(request)
    version = request.POST.get("version", "")
    try:
        segments = posted_segments(request)
        saved = workflows.save_block(
            opened(request, composed),
            block,
            facts=composed.facts,
            heading=request.POST.get("heading", block.heading),
            segments=segments,
            by=request.user,
            expected=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        )
    except ValidationError as error:
        stale = isinstance(error, workflows.StaleBlockError)
        if quiet:
            return JsonResponse({"message": " ".join(error.messages)}, status=409 if stale else 400)
        return refused(request, composed, block, error, 409 if stale else 400)
    if quiet:
        return JsonResponse({"version": saved.version, "saved": f"{timezone.localtime():%H:%M}"})
    messages.success(request, "这一段已保存，数字会继续随记录更新。")
    return redirect(summary_url(composed, f"b-{key}"))


def refused(request: HttpRequest, composed: Composed, block: Any, error: ValidationError, status: int) -> HttpResponse:
    """The page again, with the text that was typed and the sentence that says why it was not saved."""
    try:
        typed = workflows.check_segments(posted_segments(request))
    except ValidationError:
        typed = block.segments
    from reports.narrative import pieces_of

    block.heading = request.POST.get("heading", block.heading)
    block.pieces = pieces_of(typed, composed.facts)
    block.segments = typed
    return render_summary(request, composed, status, editing=block, edit_error=" ".join(error.messages))


@require_POST
@allow(is_staff)
def block_reset(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    own = key.startswith("own-")
    done = "自写段落已删除，原文留在操作日志里。" if own else "已恢复自动生成，原来的写法可以在旧稿里找回。"
    return change(
        request,
        period,
        key,
        done,
        lambda summary, block, composed: workflows.reset_block(summary, block, by=request.user),
    )


@require_POST
@allow(is_staff)
def block_hide(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    hidden = request.POST.get("hidden") == "1"
    return change(
        request,
        period,
        key,
        "这一段不再印出，随时可以恢复。" if hidden else "这一段会印出来。",
        lambda summary, block, composed: workflows.set_hidden(summary, block, hidden, by=request.user),
    )


@require_POST
@allow(is_staff)
def block_move(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    step = -1 if request.POST.get("step") == "up" else 1
    return change(
        request,
        period,
        key,
        "段落已移动。",
        lambda summary, block, composed: workflows.move_block(summary, composed, key, step, by=request.user),
    )


@require_POST
@allow(is_staff)
def block_accept(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    return change(
        request,
        period,
        key,
        "已采用新的自动写法。",
        lambda summary, block, composed: workflows.accept_wording(
            summary, block, facts=composed.facts, by=request.user
        ),
    )


@require_POST
@allow(is_staff)
def block_keep(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    return change(
        request,
        period,
        key,
        "已确认，写法不变，数字用最新的。",
        lambda summary, block, composed: workflows.keep_wording(summary, block, facts=composed.facts, by=request.user),
    )


@require_POST
@allow(is_staff)
def block_restore(request: HttpRequest, period: Period, key: str) -> HttpResponse:
    number = request.POST.get("number", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    return change(
        request,
        period,
        key,
        "已恢复到选定的旧稿。",
        lambda summary, block, composed: workflows.restore_version(
            summary, block, wanted, facts=composed.facts, by=request.user
        ),
    )


@require_POST
@allow(is_staff)
def block_add(request: HttpRequest, period: Period) -> HttpResponse:
    composed = editable(request, period)
    posted = request.POST
    try:
        block = workflows.add_block(
            opened(request, composed),
            composed,
            after=posted.get("after", ""),
            kind=posted.get("kind", ""),
            heading=posted.get("heading", ""),
            text=posted.get("text", ""),
            by=request.user,
        )
    except ValidationError as error:
        return render_summary(
            request, composed, 400, adding=True, add_error=" ".join(error.messages), add_typed=posted.dict()
        )
    messages.success(request, "段落已添加。")
    return redirect(summary_url(composed, f"b-{block.key}"))


@require_POST
@allow(is_staff)
def copy_last(request: HttpRequest, period: Period) -> HttpResponse:
    """Copy the free paragraphs of the period before."""
    composed = editable(request, period)
    source = workflows.stored_summary(composed.committee, period.previous)
    count = 0
    if source is not None:
        count = workflows.copy_free_paragraphs(opened(request, composed), composed, source, by=request.user)
    if count:
        messages.success(request, f"已从{period.previous.label}复制{count}段自写段落，请逐段核对时间和提法。")
    else:
        messages.info(request, f"{period.previous.label}的总结里没有可复制的自写段落。")
    return redirect(summary_url(composed))


@require_POST
@allow(is_staff)
def examples_save(request: HttpRequest, period: Period, fact: str) -> HttpResponse:
    """Chosen examples in the order of the numbers typed beside them."""
    composed = editable(request, period)
    ranked = []
    for name, value in request.POST.items():
        pk = name.removeprefix("rank-")
        if name.startswith("rank-") and pk.isdigit() and value.strip().isdigit():
            ranked.append((int(value.strip()[:4]), int(pk[:18])))
    try:
        workflows.choose_examples(
            opened(request, composed), fact, [pk for _, pk in sorted(ranked)], facts=composed.facts, by=request.user
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "举例已按所填顺序排好。" if ranked else "举例恢复为全部，按记录的先后。")
    return redirect(summary_url(composed))


@require_POST
@allow(is_office)
def download_word(request: HttpRequest, period: Period) -> HttpResponse:
    """The Word file; what was downloaded is kept as an edition. Of a signed summary it is the very file that was signed."""
    composed = workflows.compose_stored(chosen_committee(request), period)
    if signed_edition(composed) is not None:
        return redirect("reports:edition-file", composed.summary.edition_id)
    paper = paper_of(composed, annex=request.POST.get("annex") == "1")
    workflows.keep_edition(paper, kind=EditionKind.DOWNLOADED, by=request.user)
    return file_response(paper.content, f"{composed.title}.docx", WORD)


@require_POST
@allow(is_office)
def download_pdf(request: HttpRequest, period: Period) -> HttpResponse:
    composed = workflows.compose_stored(chosen_committee(request), period)
    edition = signed_edition(composed)
    paper = (
        document_of(composed, annex=request.POST.get("annex") == "1") if edition is None else edition_document(edition)
    )
    try:
        content = render_pdf(paper)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(summary_url(composed))
    return file_response(content, f"{composed.title}.pdf", "application/pdf")


def file_response(content: bytes, name: str, media_type: str) -> HttpResponse:
    from urllib.parse import quote

    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
