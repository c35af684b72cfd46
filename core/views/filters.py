"""常用筛选: saved and deleted from above the list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.models import SavedFilter
from core.pages import visible_or_404
from core.pages.saved import conditions, delete_filter, page_named, save_filter
from core.permissions import require


@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    name, query = request.POST.get("page", ""), request.POST.get("query", "")
    page = page_named(name)
    require(page.allowed(request.user), request)
    try:
        row = save_filter(name, name=request.POST.get("name", ""), query=query, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(f"{reverse(name)}?{conditions(page, query)}")
    messages.success(request, f"已存为常用筛选“{row.name}”。")
    return redirect(f"{reverse(name)}?{row.query}")


@require_POST
def filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_or_404(SavedFilter, request.user, pk)
    page_named(row.page)
    delete_filter(row, by=request.user)
    messages.success(request, f"已删除常用筛选“{row.name}”。")
    return redirect(row.page)
