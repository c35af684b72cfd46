"""账号: who keeps them, finds them here; one-time passwords come out on paper, once."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import View
from django_filters import ChoiceFilter, FilterSet

from core import accounts, audit
from core.account_forms import AccountForm
from core.choices import AuditEvent, OfficeRole
from core.models import User
from core.pages import Action, Cell, Column, Crumb, Fact, ListPage
from core.pages.lists import Button
from core.permissions import AllowMixin, allow, require

MAX_ISSUE = 300


def find(request, pk):
    """An account this person keeps; others do not exist here."""
    require(accounts.can_see_accounts(request.user), request)
    account = accounts.manageable_accounts(request.user).filter(pk=pk).first()
    if account is None:
        raise Http404("没有找到这个账号。")
    return account


def local(moment):
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else None


def state_of(active, must_change, until, last_login):
    if not active:
        return Cell("已停用", kind="off")
    if must_change and until and until < timezone.now():
        return Cell("初始密码过期", kind="bad")
    if must_change:
        return Cell("待首次登录" if last_login is None else "待改密码", kind="warn")
    return Cell("正常", kind="ok")


class UserFilter(FilterSet):
    role = ChoiceFilter(label="机关角色", choices=[*OfficeRole.choices, ("none", "没有机关角色")], method="by_role")
    state = ChoiceFilter(
        label="状态",
        choices=[("active", "正常"), ("waiting", "待改初始密码"), ("locked", "锁定"), ("off", "已停用")],
        method="by_state",
    )

    class Meta:
        model = User
        fields = []

    def by_role(self, rows, name, value):
        return rows.filter(role="" if value == "none" else value)

    def by_state(self, rows, name, value):
        if value == "locked":
            return rows.filter(username__in=accounts.locked_usernames())
        if value == "waiting":
            return rows.filter(is_active=True, must_change_password=True)
        return rows.filter(is_active=value == "active")


class UserList(ListPage):
    model = User
    allowed = staticmethod(accounts.can_see_accounts)
    title = "账号"
    filterset_class = UserFilter
    ordering = ("username",)
    unit = "个"
    searchable = True
    search_hint = "账号、姓名"
    create_url_name = "core:user-create"
    create_label = "建立账号"
    can_create = staticmethod(accounts.can_create_account)
    empty_title = "没有符合条件的账号"
    empty_text = "建立账号，或者用“账号”工作簿成批导入，书记、联络员、指导员就能登录。"
    columns = (
        Column("账号", "username", link=True, sort="username"),
        Column("姓名", "name", sort="name"),
        Column("机关角色", "role"),
        Column("综合党委", "committee__name", phone="hide"),
        Column(
            "状态",
            fields=("is_active", "must_change_password", "initial_password_until", "last_login"),
            value=lambda r: state_of(
                r["is_active"], r["must_change_password"], r["initial_password_until"], r["last_login"]
            ),
        ),
        Column("上次登录", "last_login", "date", sort="last_login"),
    )

    @cached_property
    def narrowed(self):
        rows, words = accounts.manageable_accounts(self.request.user), self.params.get("q")
        return rows.filter(Q(username__contains=words.lower()) | Q(name__contains=words)) if words else rows

    def extra_actions(self):
        return [Button("打印初始密码", reverse("core:user-issue"), "printer", fold_phone=True)]


class UserDetail(AllowMixin, View):
    allowed = staticmethod(accounts.can_see_accounts)

    def get(self, request, pk):
        account = find(request, pk)
        lock = accounts.locked_until(account.username)
        state = state_of(
            account.is_active, account.must_change_password, account.initial_password_until, account.last_login
        )
        context = {
            "title": f"{account.name}（{account.username}）",
            "crumbs": [Crumb("账号", reverse("core:user-list"))],
            "states": [Cell("已锁定", kind="bad")] if lock else [state],
            "facts": self.facts(account, lock),
            "actions": self.actions(request.user, account, lock),
            "account": account,
            "roles": OfficeRole.choices if accounts.can_set_role(request.user, account) else [],
            "history": audit.history(account, 20),
        }
        return render(request, "core/user_detail.html", context)

    def facts(self, account, lock):
        return [
            Fact("账号", account.username),
            Fact("姓名", account.name),
            Fact("联系电话", account.phone),
            Fact("机关角色", account.get_role_display() or "没有"),
            Fact("综合党委", account.committee.name if account.committee else None),
            Fact("上次登录", local(account.last_login)),
            Fact("登录着的地方", account.login_sessions.count()),
            Fact("初始密码有效至", local(account.initial_password_until)),
            *([Fact("锁定至", local(lock))] if lock else []),
        ]

    def actions(self, user, account, lock):
        def url(name):
            return reverse(f"core:user-{name}", args=[account.pk])

        actions = []
        keeps = accounts.can_manage_account(user, account)
        if keeps and account.is_active:
            actions.append(Action("重新发放密码", url("reset"), "key-round", primary=True))
        if keeps and lock:
            actions.append(Action("解除锁定", url("unlock"), "lock-open"))
        if accounts.can_end_sessions(user, account):
            actions.append(Action("结束登录", url("end-sessions"), "log-out"))
        if keeps and account.is_active:
            note = "停用后不能登录，资料和记录都保留。"
            actions.append(Action("停用账号", url("disable"), "user-x", reason="停用原因", danger=True, note=note))
        elif keeps:
            actions.append(Action("启用账号", url("enable"), "user-check"))
        return actions


@allow(accounts.can_create_account)
def user_create(request):
    form = AccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        account = form.save(commit=False)
        account.committee = account.committee or request.user.committee
        password = accounts.register_account(account, by=request.user)
        accounts.keep_slips(request.session, [accounts.slip(account, password)])
        return redirect("core:user-slips")
    context = {
        "form": form,
        "title": "建立账号",
        "crumbs": [Crumb("账号", reverse("core:user-list"))],
        "intro": "机关角色由安全管理员在建立以后授予；书记、联络员、指导员在“任职”里登记。",
        "submit_label": "建立账号",
        "cancel_url": reverse("core:user-list"),
    }
    return render(request, "generic/form.html", context, status=422 if request.method == "POST" else 200)


def change(request, pk, workflow, done, can=accounts.can_manage_account):
    account = find(request, pk)
    require(can(request.user, account), request)
    workflow(account)
    messages.success(request, done)
    return redirect("core:user-detail", pk=account.pk)


@require_POST
def user_reset(request, pk):
    account = find(request, pk)
    require(accounts.can_manage_account(request.user, account), request)
    accounts.keep_slips(request.session, accounts.issue_passwords([account], by=request.user))
    return redirect("core:user-slips")


@require_POST
def user_unlock(request, pk):
    return change(request, pk, lambda a: accounts.unlock_account(a, by=request.user), "已解除锁定，可以马上登录。")


@require_POST
def user_disable(request, pk):
    note = request.POST.get("reason", "")[:200]
    return change(request, pk, lambda a: accounts.disable_account(a, by=request.user, note=note), "账号已停用。")


@require_POST
def user_enable(request, pk):
    return change(request, pk, lambda a: accounts.enable_account(a, by=request.user), "账号已启用。")


@require_POST
def user_end_sessions(request, pk):
    """M8: the 安全管理员, and whoever keeps the account, ends its sessions."""

    def end(account):
        ended = accounts.end_sessions(account)
        audit.record(AuditEvent.ACCOUNT, account, by=request.user, note=f"结束{ended}处登录")

    return change(request, pk, end, "这个账号的登录都已结束。", can=accounts.can_end_sessions)


@require_POST
def user_role(request, pk):
    account = find(request, pk)
    require(accounts.can_set_role(request.user, account), request)
    role = request.POST.get("role", "")
    try:
        accounts.set_role(account, role, by=request.user)
    except (ValueError, ValidationError):
        messages.error(request, "没有这个角色，请重新选择。")
    else:
        messages.success(
            request, f"已把{account.name}的机关角色改为{account.get_role_display() or '没有'}，原有登录已结束。"
        )
    return redirect("core:user-detail", pk=account.pk)


@allow(accounts.can_see_accounts)
def user_issue(request):
    """Choose accounts that wait for their first sign-in and print their slips."""
    waiting = accounts.manageable_accounts(request.user).filter(is_active=True, must_change_password=True)
    choices = [a for a in waiting[:MAX_ISSUE] if accounts.can_manage_account(request.user, a)]
    if request.method == "POST":
        wanted = {int(pk) for pk in request.POST.getlist("account") if pk.isascii() and pk.isdigit()}
        chosen = [a for a in choices if a.pk in wanted]
        if chosen:
            accounts.keep_slips(request.session, accounts.issue_passwords(chosen, by=request.user))
            return redirect("core:user-slips")
        messages.error(request, "请先勾选要打印的账号。")
    crumbs = [Crumb("账号", reverse("core:user-list"))]
    return render(request, "core/user_issue.html", {"title": "打印初始密码", "crumbs": crumbs, "accounts": choices})


@require_GET
@allow(accounts.can_see_accounts)
def user_slips(request):
    """The slips of what was just issued. Shown once: opening the page forgets them."""
    slips = accounts.take_slips(request.session)
    if slips:
        audit.record(AuditEvent.PRINT, by=request.user, label="初始密码条", note="、".join(s.username for s in slips))
    address = request.build_absolute_uri("/")
    crumbs = [Crumb("账号", reverse("core:user-list"))]
    return render(
        request, "core/user_slips.html", {"title": "初始密码条", "crumbs": crumbs, "slips": slips, "address": address}
    )
