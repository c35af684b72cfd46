"""The request being served: its number and the caller's address, for log lines and audit entries."""

import logging
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass
class RequestContext:
    request_id: str = ""
    address: str | None = None


NO_REQUEST = RequestContext()
request_context: ContextVar[RequestContext] = ContextVar("request_context", default=NO_REQUEST)


def is_fragment(request: HttpRequest) -> bool:
    """Asked by a page for a part of itself, not opened by a person."""
    return request.headers.get("x-requested-with") == "fetch"


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_context.get().request_id or "-"
        return True
