"""消息: the inbox of one person."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.models import Notice
from core.pages import next_url

PAGE = 30


@require_GET
def notice_list(request):
    """Unread first to see; `?tab=read` for those already read."""
    tab = "read" if request.GET.get("tab") == "read" else "unread"
    mine = Notice.objects.filter(user=request.user)
    unread, read = mine.filter(read_at=None), mine.exclude(read_at=None)
    paginator = Paginator(read if tab == "read" else unread, PAGE)
    context = {
        "title": "消息",
        "tab": tab,
        "unread_count": unread.count() if tab == "read" else paginator.count,
        "notices": paginator.get_page(request.GET.get("page")),
    }
    return render(request, "core/notices.html", context)


@require_POST
def notice_open(request, pk):
    """Mark one notice as read and go where it points."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    if notice.read_at is None:
        Notice.objects.filter(pk=pk).update(read_at=timezone.now())
    local = notice.url.startswith("/") and not notice.url.startswith("//")
    return redirect(notice.url if local else next_url(request, "/notices/"))


@require_POST
def notice_read_all(request):
    count = Notice.objects.filter(user=request.user, read_at=None).update(read_at=timezone.now())
    messages.success(request, f"已将{count}条消息标为已读。" if count else "没有未读消息。")
    return redirect("core:notice-list")
