"""Attachments (M40–M42, M48): what may come in, where it is kept, who may read it.

A model whose rows carry attachments says once who may add and remove them:
`attachments.register(Charter, can_change=can_edit_charter)`. Reading follows the model's own `visible_to`.
"""

import hashlib
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from core import audit
from core.choices import AuditEvent
from core.cleaning import clean_line
from core.models import Attachment, User

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MACROS = "_VBA_PROJECT".encode("utf-16-le")
ZIP_MAX_BYTES = 100 * 1024 * 1024
ZIP_MAX_MEMBERS = 2000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Kind:
    media_type: str
    magic: bytes
    member: str = ""  # a zip-based file must hold this member


KINDS = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "docx": Kind(WORD, b"PK\x03\x04", "word/document.xml"),
    "xlsx": Kind(SHEET, b"PK\x03\x04", "xl/workbook.xml"),
    "ofd": Kind("application/ofd", b"PK\x03\x04", "OFD.xml"),
    "doc": Kind("application/msword", OLE),
    "xls": Kind("application/vnd.ms-excel", OLE),
    "wps": Kind("application/vnd.ms-works", OLE),
    "et": Kind("application/vnd.ms-excel", OLE),
}
INLINE = {"image/jpeg", "image/png"}
ALLOWED_TEXT = "PDF、JPG、PNG、Word（doc、docx、wps）、Excel（xls、xlsx、et）、OFD"
ACCEPT = ",".join(f".{extension}" for extension in KINDS)

CanChange = Callable[[User, Any], bool]
owners: dict[type[models.Model], CanChange] = {}


def register(model: type[models.Model], *, can_change: CanChange) -> None:
    """Rows of this model carry attachments; `can_change(user, row)` says who adds and removes them."""
    owners[model] = can_change


def can_change_attachments(user: User, owner: models.Model) -> bool:
    test = owners.get(type(owner))
    return bool(test and test(user, owner))


# What may come in --------------------------------------------------------------------------------------------------


def clean_name(name: str) -> str:
    """The sender's file name as text: no folders, no invisible characters, at most 200 characters with its ending."""
    base = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1]) or "未命名"
    path = PurePosixPath(base)
    return f"{path.stem[: 200 - len(path.suffix)]}{path.suffix}" if len(path.suffix) < 20 else base[:200]


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def check_upload(upload: UploadedFile) -> Kind:
    """The kind of an acceptable file; ValidationError says what is wrong with another."""
    name = clean_name(upload.name or "")
    extension = extension_of(name)
    kind = KINDS.get(extension)
    if kind is None:
        raise ValidationError(f"“{name}”不能上传：只接受{ALLOWED_TEXT}。", code="kind")
    if not upload.size:
        raise ValidationError(f"“{name}”是空文件，请重新选择。", code="empty")
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        raise ValidationError(f"“{name}”超过{limit}MB。请压缩图片或拆成几个文件后再上传。", code="size")
    upload.seek(0)
    if not upload.read(len(kind.magic)) == kind.magic:
        raise ValidationError(
            f"“{name}”的内容不是{extension}格式。请用原来的软件另存后再上传，不要改扩展名。", code="magic"
        )
    if kind.member:
        check_zip(upload, name, kind.member)
    elif kind.magic == OLE:
        upload.seek(0)
        if MACROS in upload.read():
            raise ValidationError(f"“{name}”带有宏，不能上传。请另存为不带宏的文件。", code="macro")
    upload.seek(0)
    return kind


def check_zip(upload: UploadedFile, name: str, member: str) -> None:
    """Look at the directory only: sizes, number and names of members (M42)."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
    except Exception:
        raise ValidationError(f"“{name}”已损坏，打不开。请重新另存后再上传。", code="broken") from None
    if sum(info.file_size for info in infos) > ZIP_MAX_BYTES or len(infos) > ZIP_MAX_MEMBERS:
        raise ValidationError(f"“{name}”展开后过大，不能上传。", code="bomb")
    if any(part.startswith("/") or ".." in PurePosixPath(part.replace("\\", "/")).parts for part in names):
        raise ValidationError(f"“{name}”里有不合规的路径，不能上传。", code="path")
    if member not in names:
        raise ValidationError(f"“{name}”的内容和扩展名不符。请用原来的软件另存后再上传。", code="magic")
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise ValidationError(f"“{name}”带有宏，不能上传。请另存为不带宏的文件。", code="macro")


# Keeping -----------------------------------------------------------------------------------------------------------


def attach(owner: models.Model, upload: UploadedFile, *, by: User | None, purpose: str = "") -> Attachment:
    """Check and store one file of a row under a random name; a failure leaves neither file nor row."""
    kind = check_upload(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = clean_name(upload.name or "")
    row = Attachment(
        committee_id=getattr(owner, "committee_id", None) or getattr(by, "committee_id", None),
        content_type=ContentType.objects.get_for_model(owner),
        object_id=owner.pk,
        purpose=purpose,
        original_name=name,
        size=upload.size,
        media_type=kind.media_type,
        sha256=digest.hexdigest(),
        uploaded_by=by,
    )
    row.file.save(f"{uuid.uuid4().hex}.{extension_of(name)}", upload, save=False)
    try:
        with transaction.atomic():
            row.save()
            audit.record(AuditEvent.UPLOAD, owner, by=by, note=f"{name}（{purpose}）" if purpose else name)
    except BaseException:
        row.file.storage.delete(row.file.name)
        raise
    return row


def remove(row: Attachment, *, by: User | None) -> None:
    """Remove the row now and its file after commit."""
    owner, file = row.owner, row.file
    with transaction.atomic():
        name = row.original_name
        row.delete()
        audit.record(AuditEvent.DELETE, owner, by=by, note=f"删除附件{name}")
        transaction.on_commit(lambda: file.storage.delete(file.name))


# Reading -----------------------------------------------------------------------------------------------------------


def attachments_of(owner: models.Model) -> list[Attachment]:
    """One query; newest last."""
    kind = ContentType.objects.get_for_model(owner)
    return list(Attachment.objects.filter(content_type=kind, object_id=owner.pk))


def attachment_context(user: User, owner: models.Model) -> dict[str, Any]:
    """What `includes/_attachments.html` needs."""
    return {
        "attachments": attachments_of(owner),
        "attachment_owner": owner,
        "attachment_owner_label": owner._meta.label_lower,
        "can_change_attachments": can_change_attachments(user, owner),
        "attachment_accept": ACCEPT,
        "attachment_hint": f"{ALLOWED_TEXT}，每个不超过{settings.ATTACHMENT_MAX_BYTES // 1024 // 1024}MB。",
    }


def visible_owner(user: User, content_type: ContentType, object_id: int) -> models.Model | None:
    """The row a file belongs to, if this user may see it."""
    model = content_type.model_class()
    manager = getattr(model, "_default_manager", None)
    if manager is None or not hasattr(manager.all(), "visible_to"):
        return None
    return manager.all().visible_to(user).filter(pk=object_id).first()
