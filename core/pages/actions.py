"""Things that happen: the three lines of every @require_POST view (CONVENTIONS §7)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from core.cleaning import clean_text
from core.pages.details import page_url, visible_or_404
from core.permissions import require

WHOLE = "whole"  # asks a page for its slow parts together with the rest, where no script fetches them


def act(
    request: HttpRequest,
    model: type[Model] | QuerySet,
    pk: Any,
    workflow: Callable[..., Any],
    *,
    done: str = "",
    can: Callable[[Any, Any], bool] | None = None,
    to: str = "",
    **values: Any,
) -> HttpResponse:
    """Fetch the row through `visible_to` (else 404), ask `can(user, row)` (else 403), call
    `workflow(row, by=user, **values)` and go back with a message. A refusal of the workflow becomes the message."""
    row = visible_or_404(model, request.user, pk)
    if can is not None:
        require(can(request.user, row), request)
    try:
        workflow(row, by=request.user, **values)
    except ValidationError as error:  # TransitionError is one
        for sentence in error.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, done or "已办好。")
    return redirect(next_url(request, to or own_url(row)))


def reason(request: HttpRequest, name: str = "reason", limit: int = 500) -> str:
    """The reason typed beside a button."""
    return clean_text(request.POST.get(name, ""))[:limit]


def own_url(row: Model) -> str:
    if hasattr(row, "get_absolute_url"):
        return row.get_absolute_url()
    return page_url(type(row), "detail", row.pk) or page_url(type(row), "list") or "/"


def next_url(request: HttpRequest, fallback: str) -> str:
    """The page named by the form's `next`, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if safe else fallback


def asks_whole(request: HttpRequest) -> bool:
    return WHOLE in request.GET


def whole_page(name: str, **query: str) -> HttpResponse:
    """To the page that holds a part, for a person who has opened the address of the part."""
    return redirect(f"{reverse(name)}?{urlencode({**query, WHOLE: 1})}")
