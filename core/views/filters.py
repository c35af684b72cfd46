"""常用筛选: saved, renamed, made the default and deleted from above the list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.models import SavedFilter
from core.pages import visible_or_404
from core.pages.saved import (
    choose_default,
    conditions,
    delete_filter,
    drop_default,
    page_named,
    rename_filter,
    save_filter,
)
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


def own_filter(request: HttpRequest, pk: int) -> SavedFilter:
    row = visible_or_404(SavedFilter, request.user, pk)
    page_named(row.page)
    return row


def opened(row: SavedFilter) -> HttpResponse:
    return redirect(f"{reverse(row.page)}?{row.query}")


@require_POST
def filter_rename(request: HttpRequest, pk: int) -> HttpResponse:
    row = own_filter(request, pk)
    try:
        rename_filter(row, name=request.POST.get("name", ""), by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"已改名为“{row.name}”。")
    return opened(row)


@require_POST
def filter_default(request: HttpRequest, pk: int) -> HttpResponse:
    """`default` says whether it is to be the default or no longer."""
    row = own_filter(request, pk)
    wanted = bool(request.POST.get("default"))
    try:
        (choose_default if wanted else drop_default)(row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return opened(row)
    done = "以后打开这个列表先用它，要看全部点“全部”" if wanted else "以后打开这个列表显示全部"
    messages.success(request, f"{'已设为' if wanted else '不再'}默认：“{row.name}”。{done}。")
    return opened(row)


@require_POST
def filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = own_filter(request, pk)
    delete_filter(row, by=request.user)
    messages.success(request, f"已删除常用筛选“{row.name}”。")
    return redirect(row.page)
