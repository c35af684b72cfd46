"""Sign-in, sign-out, the own password, the own sessions."""

import math

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from core import accounts, audit
from core.account_forms import LOCK_MINUTES, OwnPasswordForm, SignInForm
from core.choices import AuditEvent
from core.context import request_context
from core.models import AuditEntry, Committee, LoginSession, User
from core.pages import next_url
from core.passwords import OfficePasswordValidator
from core.permissions import require
from core.validators import normalize_code


def office():
    """The committee whose name and telephone stand on the sign-in page: the topmost one."""
    return Committee.objects.filter(parent=None).order_by("pk").first()


@method_decorator(login_not_required, name="dispatch")
class Login(auth_views.LoginView):
    template_name = "core/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request, *args, **kwargs):
        if request.headers.get("HX-Request"):  # a part of a page asked after the session had ended
            response = redirect("core:login")
            response.status_code = 200
            del response.headers["Location"]
            response.headers["HX-Redirect"] = reverse("core:login")
            return response
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if accounts.failures(address=request_context.get().address) >= settings.ADDRESS_FAILURE_LIMIT:
            audit.record(AuditEvent.LOCKED, by=None, success=False, note="这个地址的登录失败次数过多")
            return locked_page(request, LOCK_MINUTES, address=True)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        response = super().form_valid(form)
        session = self.request.session
        session["started"] = session["seen"] = int(timezone.now().timestamp())
        session.save()
        LoginSession.objects.create(
            user=form.get_user(),
            session_key=session.session_key,
            address=request_context.get().address,
            agent=self.request.headers.get("user-agent", "")[:200],
        )
        audit.record(AuditEvent.LOGIN, form.get_user(), by=form.get_user())
        return response

    def form_invalid(self, form):
        record_failure(self.request, form)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{**kwargs, "office": office(), "title": "登录"})


def record_failure(request, form):
    """One audit row for a refused sign-in; a name that is no account is not written down: it may be a password."""
    username = form.cleaned_data.get("username") or ""
    if not username or "password" not in form.cleaned_data:
        return
    user = User.objects.filter(username=username).first()
    locked = getattr(request, "axes_locked_out", False)
    first = getattr(request, "axes_failures_since_start", None) is not None
    audit.record(
        AuditEvent.LOCKED if locked and first else AuditEvent.LOGIN_FAILED,
        user,
        by=None,
        success=False,
        label="" if user else "不存在的账号",
        note="锁定期间又尝试登录" if locked and not first else "",
    )


def locked_page(request, minutes, *, address=False):
    context = {"title": "暂时不能登录", "minutes": minutes, "address": address, "office": office()}
    response = render(request, "core/locked.html", context, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def locked_out(request, original=None, credentials=None):
    """django-axes calls this for every sign-in to a locked account, also with the right password (M4)."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = accounts.locked_until(normalize_code(username).lower())
    left = (until - timezone.now()).total_seconds() if until else LOCK_MINUTES * 60
    return locked_page(request, max(1, math.ceil(left / 60)))


@login_not_required
@require_POST
def sign_out(request):
    """`next`: the page that another account is to open."""
    if request.user.is_authenticated:
        audit.record(AuditEvent.LOGOUT, request.user, by=request.user)
        LoginSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        messages.info(request, "您已退出。")
    if wanted := next_url(request, ""):
        return redirect(f"{reverse('core:login')}?{urlencode({'next': wanted})}")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
def admin_login(request):
    """The admin has no sign-in of its own: whoever is not signed in goes to the one page, others are refused."""
    if request.user.is_authenticated:
        require(request.user.is_staff, request, "系统后台只对工作人员和管理员开放。")
    target = request.GET.get("next", "")
    target = target if target.startswith("/admin/") else resolve_url("admin:index")
    if request.user.is_authenticated:
        return redirect(resolve_url("admin:index"))
    return redirect(f"{reverse('core:login')}?{urlencode({'next': target})}")


class Password(auth_views.PasswordChangeView):
    """Change of the own password; the only open page while it is an initial or an expired one."""

    template_name = "core/password.html"
    form_class = OwnPasswordForm
    title = "修改密码"

    def form_valid(self, form):
        accounts.change_password(
            form.user, form.cleaned_data["new_password1"], session_key=self.request.session.session_key
        )
        old_key = self.request.session.session_key
        update_session_auth_hash(self.request, form.user)
        self.request.session.save()
        LoginSession.objects.filter(session_key=old_key).update(session_key=self.request.session.session_key)
        messages.success(self.request, "密码已修改，其他地方的登录都已退出。")
        return redirect(settings.LOGIN_REDIRECT_URL)

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            **{
                **kwargs,
                "office": user.committee,
                "forced": user.password_expired(),
                "rules": OfficePasswordValidator().get_help_text(),
            }
        )


def own_account(request):
    """我的账号: who I am here, where I am signed in, my last sign-ins."""
    user = request.user
    context = {
        "title": "我的账号",
        "sessions": list(user.login_sessions.all()),
        "current": request.session.session_key,
        "entries": list(
            AuditEntry.objects.filter(
                object_type="core.user",
                object_id=user.pk,
                event__in=[AuditEvent.LOGIN, AuditEvent.LOGIN_FAILED, AuditEvent.LOCKED, AuditEvent.PASSWORD],
            )[:10]
        ),
        "password_days": settings.PASSWORD_DAYS,
    }
    return render(request, "core/account.html", context)


@require_POST
def end_session(request, pk):
    """End one of the own sessions; somebody else's number does nothing."""
    ended = accounts.end_sessions(request.user, keep=request.session.session_key, only=[pk])
    if ended:
        audit.record(AuditEvent.LOGOUT, request.user, by=request.user, note="结束自己在另一处的登录")
        messages.success(request, "那一处的登录已结束。")
    else:
        messages.info(request, "那一处已经退出了。")
    return redirect("core:session-list")


@require_POST
def end_other_sessions(request):
    ended = accounts.end_sessions(request.user, keep=request.session.session_key)
    if ended:
        audit.record(AuditEvent.LOGOUT, request.user, by=request.user, note=f"结束自己其余{ended}处登录")
    messages.success(request, f"已结束其余{ended}处登录。" if ended else "没有其他地方的登录。")
    return redirect("core:session-list")
