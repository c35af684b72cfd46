"""Error pages (M37): no database, no context processor, in Chinese, with the number for the help desk."""

import logging
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from core import audit
from core.choices import AuditEvent

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
    403: Problem(403, "您没有打开这一页的权限", "这项工作由别的岗位办理。需要时请联系系统管理员或综合党委办公室。", "lock"),
    404: Problem(404, "没有找到这个页面", "它可能已合并、已结束，或不在您的工作范围。请从菜单进入，或在列表里查找。", "search-x"),
    413: Problem(413, "提交的内容太大", "一次最多上传20 MB的文件。请压缩图片或分几次上传。", "file-x"),
    429: Problem(429, "操作太频繁", "请稍等几分钟再试。", "clock"),
    500: Problem(500, "页面出错了", "系统没能完成这一步，没有写入任何数据。请返回后再试；再次出现时，请把下面的编号告诉系统管理员。"),
    503: Problem(503, "系统正在维护", "数据库暂时连不上，没有写入任何数据。请过几分钟再试，不要关掉正在填写的页面。", "wrench"),
}  # fmt: skip
CSRF = Problem(
    403,
    "这一页停留太久，没有保存",
    "为了安全，提交前要重新确认身份。请按浏览器的“后退”，刷新页面后再提交；也可以先复制下面您填的文字。",
    "timer-off",
)


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
    return error_response(request, 403, sentence(exception))


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
    return problem_response(request, CSRF, kept=kept)
