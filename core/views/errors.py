"""Error pages (M37): no context processor, nothing that fails without the database, in Chinese, each with what to do now
and the number for the help desk."""

import logging
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.urls import Resolver404, resolve

from core import audit
from core.choices import AuditEvent
from core.models import Committee, User

logger = logging.getLogger(__name__)
TEMPLATE = "errors/error.html"
KEPT_LENGTH = 15  # shorter values are quickly typed again
SECRET = ("csrf", "password", "token")


@dataclass(frozen=True)
class Problem:
    status: int
    title: str
    text: str
    icon: str = "circle-alert"


PROBLEMS = {
    400: Problem(400, "看不懂这个请求", "网址或提交的内容不完整。请返回上一页，刷新后再试一次。"),
    403: Problem(403, "您现在不能打开这一页", "它由别的岗位使用，或者这条记录现在的状态不能办。", "lock"),
    404: Problem(404, "没有找到这个页面", "它可能已合并、已结束，或不在您的工作范围。请从菜单进入，或在列表里查找。", "search-x"),
    405: Problem(405, "这个地址不能这样打开", "它只接收页面上的按钮提交的内容，不能直接打开，没有办理任何事项。", "mouse-pointer-click"),
    413: Problem(413, "提交的内容太大", "一次最多上传20 MB的文件。请压缩图片或分几次上传。", "file-x"),
    429: Problem(429, "操作太频繁", "请稍等几分钟再试。", "clock"),
    500: Problem(500, "页面出错了", "系统没能完成这一步，没有写入任何数据。请返回后再试；再次出现时，请把下面的编号告诉系统管理员。"),
    503: Problem(503, "系统正在维护", "数据库暂时连不上，没有写入任何数据。请过几分钟再试，不要关掉正在填写的页面。", "wrench"),
}  # fmt: skip
CSRF = Problem(
    403,
    "这一页停留太久，没有保存",
    "为了安全，提交前要重新确认身份。请按浏览器的“后退”，刷新页面后再提交。",
    "timer-off",
)


KEPT_WORDS = "您填的文字在下面，可以先复制下来。"
REFUSED_ACT = "您现在不能办这件事"
READ_ONLY = "它只能打开查看，不接收提交的内容，没有办理任何事项。"
AFTER_ACT = "请打开按钮所在的页面，看那里现在的状态，需要时再按一次。"
FOR_ADMINISTRATORS = "管理员账号只管账号、设置和日志。台账、任务、检查和总结由综合党委工作人员办理。"
FOR_LEADERS = "分管领导的账号用来查看、点评和签发。登记和修改由综合党委工作人员办理。"
FOR_STAFF = "账号和操作日志由管理员办理；已办结、已签发的记录不能再改，请先打开那条记录，看它现在的状态。"
FOR_THE_FIELD = "书记和联络员的账号只办本支部、本单位的事项，您能办的都列在工作台。"


def problem_response(request: HttpRequest, problem: Problem, text: str = "", **extra: Any) -> HttpResponse:
    context = {
        "problem": problem,
        "title": problem.title,
        "text": text or problem.text,
        "number": getattr(request, "request_id", ""),
        "back": back_path(request),
        **extra,
    }
    return HttpResponse(loader.get_template(TEMPLATE).render(context), status=problem.status)


def error_response(request: HttpRequest, status: int, text: str = "") -> HttpResponse:
    """An error page on purpose, e.g. `error_response(request, 429, "…。")`."""
    return problem_response(request, PROBLEMS[status], text)


def back_path(request: HttpRequest) -> str:
    """Where the user came from, if that was a page of ours."""
    try:
        came, host = urlsplit(request.headers.get("referer", "")), request.get_host()
    except (ValueError, SuspiciousOperation):  # a broken address, a host that is not ours
        return ""
    if came.netloc != host or not came.path.startswith("/") or came.path.startswith("//"):
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path


def sentence(exception: Any) -> str:
    """Our own sentence of a refusal; developers' English stays in the log."""
    text = str(exception.args[0]) if getattr(exception, "args", ()) else ""
    return text if text.endswith("。") else ""


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return error_response(request, 413 if too_big else 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Who is signed in is told what this account is for, whom to ask, and may sign in with another one."""
    user, text = getattr(request, "user", None), sentence(exception)
    reads = request.method in ("GET", "HEAD")
    extra: dict[str, Any] = {} if reads else {"title": REFUSED_ACT}
    if user is not None and user.is_authenticated:
        extra |= {"user": user, "office": office_of(user), "csrf_token": get_token(request)}
        extra["again"] = request.get_full_path() if reads else ""
        text = text or duties(user)
    return problem_response(request, PROBLEMS[403], text, **extra)


def duties(user: User) -> str:
    """What the account is for, so that nobody looks here for what another one does."""
    if user.is_administrator:
        return FOR_ADMINISTRATORS
    if user.is_leader:
        return FOR_LEADERS
    return FOR_STAFF if user.is_committee_staff else FOR_THE_FIELD


def office_of(user: User) -> Committee | None:
    """Whom to ask; the page is shown also while the database is down."""
    try:
        return user.committee
    except DatabaseError:
        return None


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """Instead of Django's empty answer: opened after a new sign-in or from the history, a button's address leads to its row."""
    opened = request.method in ("GET", "HEAD")
    extra = {"advice": AFTER_ACT, "owner": page_of_button(request.path)} if opened else {}
    response = problem_response(request, PROBLEMS[405], "" if opened else READ_ONLY, **extra)
    response.headers["Allow"] = methods
    return response


def page_of_button(path: str) -> str:
    """The page on which the button of `/organizations/sync-duties/1/done/` stands."""
    owner = path.rstrip("/").rpartition("/")[0] + "/"
    try:
        return owner if resolve(owner).kwargs else ""
    except Resolver404:
        return ""


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return error_response(request, 404, sentence(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    down = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return error_response(request, 503 if down else 500)


def note_refusal(request: HttpRequest) -> None:
    """A refused form of a signed-in person stands in the log; the page is shown even where the log cannot be written."""
    user = getattr(request, "user", None)
    try:
        if user is not None and user.is_authenticated:
            note = f"{request.method} {request.path} 表单校验失败"
            audit.record(AuditEvent.REFUSED, by=user, note=note, success=False)
    except DatabaseError:
        logger.exception("refusal not written to the audit log")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The typed text is given back for copying, but only to a page of our own (M36)."""
    note_refusal(request)
    kept = []
    if back_path(request) and request.content_type == "application/x-www-form-urlencoded":
        kept = [
            value
            for name, value in request.POST.items()
            if len(value) >= KEPT_LENGTH and not any(word in name.lower() for word in SECRET)
        ]
    return problem_response(request, CSRF, kept=kept, advice=KEPT_WORDS if kept else "")
