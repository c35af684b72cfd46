"""Request number and address for logs, session limits, and the forced change of an initial password."""

import secrets
import time
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from core import audit
from core.choices import AuditEvent
from core.context import RequestContext, is_fragment, request_context
from core.models import LoginSession
from core.views import errors

GetResponse = Callable[[HttpRequest], HttpResponse]
ALWAYS_OPEN = ("core:password", "core:logout", "core:login")


def client_address(request: HttpRequest) -> str | None:
    """The caller's address; X-Forwarded-For counts only behind the configured number of own proxies."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
        if len(hops) >= settings.PROXY_COUNT:
            address = hops[-settings.PROXY_COUNT]
    try:
        return str(ip_address(address))
    except ValueError:  # a socket without address, or a forged header
        return None


class RequestContextMiddleware:
    """Gives each request a number, keeps it and the address for audit entries, and forbids caching of pages (M24)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(4)
        token = request_context.set(RequestContext(request.request_id, client_address(request)))
        try:
            response = self.get_response(request)
        finally:
            request_context.reset(token)
        response.headers.setdefault("X-Request-Id", request.request_id)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class NotAllowedPageMiddleware:
    """A page instead of the empty answer to the wrong method; scripts keep the bare status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not is_fragment(request):
            return errors.not_allowed(request, response.headers["Allow"])
        return response


class SessionLimitMiddleware:
    """Ends a session after the idle limit or the absolute limit (M7); last-seen is written once a minute at most."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            started, seen = session.get("started", now), session.get("seen", now)
            if now - seen > settings.SESSION_IDLE_MINUTES * 60:
                return self.end(request, "太久没有操作，已自动退出。请重新登录，写到一半的内容都在草稿里。")
            if now - started > settings.SESSION_HOURS * 3600:
                return self.end(request, f"登录已满{settings.SESSION_HOURS}小时，已自动退出。请重新登录。")
            if now - seen >= 60 or "seen" not in session:
                session["seen"] = now
                session.setdefault("started", now)
                LoginSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
        return self.get_response(request)

    def end(self, request: HttpRequest, message: str) -> HttpResponse:
        """Sign out, and lead back after the next sign-in to the page on which the person was."""
        audit.record(AuditEvent.LOGOUT, request.user, by=request.user, note="到时自动退出")
        LoginSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        messages.info(request, message)
        here = request.get_full_path() if request.method == "GET" else same_site_path(request)
        login = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}"
        if is_fragment(request):
            return HttpResponse("登录已过期。", status=401)
        if request.headers.get("HX-Request"):
            return HttpResponse("登录已过期。", status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
        return redirect(login)


def same_site_path(request: HttpRequest) -> str:
    """The page of this site from which a form was sent."""
    source = urlsplit(request.headers.get("referer", ""))
    path = f"{source.path}?{source.query}" if source.query else source.path
    return path if source.netloc == request.get_host() and path.startswith("/") else "/"


class PasswordChangeMiddleware:
    """An initial or expired password opens only the page on which it is changed (M2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.password_expired():
            allowed = {reverse(name) for name in ALWAYS_OPEN}
            if request.path not in allowed and not request.path.startswith(settings.STATIC_URL):
                return redirect("core:password")
        return self.get_response(request)
