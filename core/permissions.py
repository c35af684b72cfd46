"""Who may open a page. Rows are always narrowed by `visible_to`; a function without the right is a 403 and is logged."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from core import audit
from core.choices import AuditEvent
from core.models import User


def is_staff(user: User) -> bool:
    return user.is_committee_staff


def is_office(user: User) -> bool:
    return user.is_office


def is_business(user: User) -> bool:
    """Everybody but the three administrators."""
    return user.is_active and not user.is_administrator


def require(allowed: bool, request: HttpRequest, note: str = "") -> None:
    """Refuse with 403 and an audit row when `allowed` is false."""
    if not allowed:
        audit.record(
            AuditEvent.REFUSED, by=request.user, note=f"{request.method} {request.path} {note}".strip(), success=False
        )
        raise PermissionDenied(note)  # without a sentence the page says what the account is for


def allow(test: Callable[[User], bool]) -> Callable:
    """Decorator for function views: `@allow(is_staff)`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(test(request.user), request)
            return view(request, *args, **kwargs)

        wrapped.allowed = test
        return wrapped

    return decorate


class AllowMixin:
    """For class views: `allowed = staticmethod(is_staff)`; the default opens the page to every business role."""

    allowed = staticmethod(is_business)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(type(self).allowed(request.user), request)
        return super().dispatch(request, *args, **kwargs)
