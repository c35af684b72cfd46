"""Attachments: read through the right to their row, added and removed by those who may change it (M14, M41, M48)."""

import logging

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.choices import AuditEvent
from core.models import Attachment
from core.pages import next_url, visible_or_404
from core.pages.actions import own_url
from core.permissions import require

logger = logging.getLogger(__name__)


def find(request, pk):
    """The attachment and its row; both are missing for somebody who may not see the row."""
    row = Attachment.objects.select_related("content_type").filter(pk=pk).first()
    owner = attachments.visible_owner(request.user, row.content_type, row.object_id) if row else None
    if owner is None:
        raise Http404("没有找到这个附件。")
    return row, owner


@require_GET
def download(request, pk):
    row, owner = find(request, pk)
    try:
        file = row.file.open("rb")
    except OSError:
        logger.error("attachment %s: file %s is missing", row.pk, row.file.name)
        raise Http404(f"附件“{row.original_name}”的文件不在服务器上。请联系管理员从备份中恢复。") from None
    inline = "inline" in request.GET and row.media_type in attachments.INLINE
    response = FileResponse(file, as_attachment=not inline, filename=row.original_name, content_type=row.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    audit.record(AuditEvent.DOWNLOAD, owner, by=request.user, note=row.original_name)
    return response


@require_POST
def add(request, label, object_id):
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise Http404 from None
    if model not in attachments.owners:
        raise Http404
    owner = visible_or_404(model, request.user, object_id)
    require(attachments.can_change_attachments(request.user, owner), request)
    uploads = request.FILES.getlist("file")[:20]
    if not uploads:
        messages.error(request, "请先选择要上传的文件。")
    for upload in uploads:
        try:
            row = attachments.attach(owner, upload, by=request.user, purpose=request.POST.get("purpose", "")[:30])
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, f"已上传“{row.original_name}”。")
    return redirect(next_url(request, own_url(owner)))


@require_POST
def delete(request, pk):
    row, owner = find(request, pk)
    require(attachments.can_change_attachments(request.user, owner), request)
    attachments.remove(row, by=request.user)
    messages.success(request, f"已删除附件“{row.original_name}”。")
    return redirect(next_url(request, own_url(owner)))
