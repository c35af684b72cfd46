"""Look at an uploaded file before anything opens it (SECURITY M40–M45). Every refusal says what, why and what to do."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_MEMBERS = 2000
MAX_UNPACKED = 100 * 1024 * 1024  # anything up to here may be opened
MAX_UNPACKED_DENSE = 320 * 1024 * 1024  # up to here if it is packed no tighter than a real workbook
DENSE_RATIO = 40
SAVE_AS = "请用Excel或WPS打开它，另存为“Excel工作簿（*.xlsx）”后再上传。"


@dataclass(frozen=True)
class Accepted:
    """The true format of a file, and what the sender should know about it."""

    format: str  # xlsx | xls | csv
    notice: str = ""
    encoding: str = ""


def refuse(sentence: str, code: str) -> None:
    raise ValidationError(sentence, code=code)


def megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def too_large(size: int) -> str:
    limit = megabytes(settings.WORKBOOK_MAX_BYTES)
    return (
        f"文件有{megabytes(size)}，超过{limit}的上限，没有读取。"
        "请删去工作簿里的图片和不用的工作表，或把名册分成几个文件分批导入。"
    )


def accept(path: Path, name: str) -> Accepted:
    """The file's format by its content; ValidationError when it is nothing that can be read safely."""
    size = path.stat().st_size
    if size == 0:
        refuse(f"《{name}》是空文件，没有内容。请确认保存成功后再上传。", "empty")
    if size > settings.WORKBOOK_MAX_BYTES:
        refuse(too_large(size), "too-large")
    with path.open("rb") as file:
        head = file.read(8192)
    suffix = Path(name).suffix.lower()
    if head.startswith(ZIP_MAGIC):
        check_zip(path, name)
        notice = (
            "" if suffix in (".xlsx", ".xlsm", "") else f"文件名以{suffix}结尾，内容是.xlsx工作簿，已按工作簿读取。"
        )
        return Accepted("xlsx", notice)
    if head.startswith(OLE_MAGIC):
        return accept_ole(path, name, suffix)
    return accept_text(path, name, suffix, head)


def check_zip(path: Path, name: str) -> None:
    """Sizes and names stand in the directory at the end of the file: nothing is unpacked here."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        refuse(f"《{name}》已损坏，打不开。请向发送人重新要一份，或{SAVE_AS[1:]}", "damaged")
    names = {m.filename for m in members}
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    dense = total <= MAX_UNPACKED_DENSE and total <= DENSE_RATIO * max(packed, 1)
    if len(members) > MAX_MEMBERS or (total > MAX_UNPACKED and not dense):
        refuse(
            f"《{name}》解压后有{megabytes(total)}、{len(members)}个部分，远超正常工作簿，可能是压缩炸弹，没有打开。"
            "如确需导入，请把数据复制到新建的工作簿里再上传。",
            "zip-bomb",
        )
    if any(n.startswith(("/", "\\")) or ".." in n.replace("\\", "/").split("/") for n in names):
        refuse(f"《{name}》内部有不正常的路径，没有打开。{SAVE_AS}", "zip-path")
    if any(m.flag_bits & 1 for m in members):
        refuse(f"《{name}》设了密码，读不了。请在Excel或WPS里取消打开密码，另存后再上传。", "password")
    if not names & {"xl/workbook.xml"}:
        kinds = {
            "word/document.xml": "Word文档",
            "ppt/presentation.xml": "演示文稿",
            "xl/workbook.bin": "二进制工作簿（.xlsb）",
        }
        kind = next((word for part, word in kinds.items() if part in names), "压缩包或其他格式的文件")
        refuse(f"《{name}》是{kind}，不是Excel工作簿。{SAVE_AS}", "not-workbook")


def stream_names(content: bytes) -> set[str]:
    """Names in the directory of a compound file: entries of 128 bytes; the same words in a cell do not count."""
    names = set()
    for start in range(512, len(content) - 127, 128):
        length = int.from_bytes(content[start + 64 : start + 66], "little")
        if content[start + 66] in (1, 2, 5) and 2 < length <= 64 and length % 2 == 0:
            names.add(content[start : start + length - 2].decode("utf-16-le", "replace"))
    return names


def accept_ole(path: Path, name: str, suffix: str) -> Accepted:
    """Old binary container: a real .xls, an encrypted .xlsx, or a Word file. The names of its streams tell which."""
    names = stream_names(path.read_bytes())
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        refuse(f"《{name}》设了打开密码，读不了。请在Excel或WPS里取消打开密码，另存后再上传。", "password")
    if "WordDocument" in names:
        refuse(
            f"《{name}》是Word文档，不是Excel工作簿。请把表格复制到Excel或WPS里，另存为.xlsx后再上传。", "not-workbook"
        )
    if not names & {"Workbook", "Book"}:
        refuse(f"《{name}》不是Excel工作簿，或已损坏。{SAVE_AS}", "damaged")
    if suffix in (".xls", ".et", ""):
        return Accepted("xls")
    return Accepted("xls", f"文件名以{suffix}结尾，内容其实是旧版.xls工作簿，已按.xls读取。标注后的副本是.xlsx。")


def accept_text(path: Path, name: str, suffix: str, head: bytes) -> Accepted:
    probe = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if probe.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")) or b"<table" in probe[:4096]:
        refuse(
            f"《{name}》其实是网页（有些平台导出的“假Excel”），不是工作簿。{SAVE_AS}",
            "html",
        )
    if probe.startswith(b"<?xml"):
        refuse(f"《{name}》是XML文件，不是Excel工作簿。{SAVE_AS}", "xml")
    if probe.startswith(b"%pdf"):
        refuse(f"《{name}》是PDF文件，不能当作表格读取。请向发送人要Excel工作簿。", "pdf")
    encoding = text_encoding(path)
    if not encoding:
        refuse(f"《{name}》不是Excel工作簿，或已损坏，打不开。请向发送人重新要一份，或{SAVE_AS[1:]}", "damaged")
    notice = "" if suffix in (".csv", ".txt", ".tsv", "") else f"文件名以{suffix}结尾，内容其实是CSV文本，已按CSV读取。"
    return Accepted("csv", notice, encoding)


def text_encoding(path: Path) -> str:
    """utf-8-sig, utf-16 or gb18030 when the whole file is text in it, else ""."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\ue000-\uf8ff]", text):
            return encoding
    return ""
