"""Stops a far too large upload from filling the disk: its bytes are read and thrown away, so that the page can still answer."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MARGIN = 1024 * 1024  # the form's other fields


def limit() -> int:
    return max(settings.WORKBOOK_MAX_BYTES, settings.ATTACHMENT_MAX_BYTES) + MARGIN


def body_too_large(request: HttpRequest) -> int:
    """The size of a request body beyond every limit, else 0."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    return int(size) if str(size).isdigit() and int(size) > limit() else 0


class BoundedUploadHandler(FileUploadHandler):
    """Stands before the handlers that keep files."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: bytes, encoding: str | None = None
    ) -> None:
        self.refuses = content_length > limit()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.refuses:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
