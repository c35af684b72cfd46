"""A duty report that comes as a Word file: its paragraphs sorted into the six sections by their headings."""

import re
import zipfile
from typing import Any

from django.core.exceptions import ValidationError

from core.cleaning import clean_text
from reviews.models import DUTY_SECTIONS

MAX_XML = 20 * 1024 * 1024  # unpacked text of one report; a real one has a few hundred kilobytes
HEADING_LENGTH = 30
NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+|[（(][一二三四五六七八九十]+[)）]|\d{1,2})[、.．：:\s）)]*"
)
TOP_NUMBER = re.compile(r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+)[、.．：:\s]+")
# the first that matches wins: 存在问题及改进措施 are problems, 下步思路和改进措施 are thoughts
KEYWORDS = (
    ("problems", ("存在问题", "存在的问题", "主要问题", "问题不足", "问题和不足", "问题与不足", "不足", "短板")),
    ("thoughts", ("下年思路", "工作思路", "下一步", "下步", "工作打算", "工作计划", "明年")),
    ("measures", ("改进措施", "整改措施", "改进", "措施")),
    ("practices", ("主要做法", "特色做法", "做法", "举措")),
    ("achievements", ("特色成果", "工作成效", "成果", "成效", "亮点", "特色")),
    ("duties", ("履职", "工作开展", "重点工作", "完成情况", "工作情况", "基本情况", "主要工作")),
)  # fmt: skip


def read_duty_report(upload: Any) -> dict[str, str]:
    """{section: text} of an uploaded .docx; ValidationError says what is wrong with the file."""
    paragraphs = paragraphs_of(upload)
    sections = split_sections(paragraphs)
    if not any(sections.values()):
        raise ValidationError("这个文件里没有文字。请检查是不是扫描件；扫描件只能作为附件保存。", code="empty")
    return sections


def paragraphs_of(upload: Any) -> list[str]:
    import docx  # slow to import

    check_size(upload)
    upload.seek(0)
    try:
        document = docx.Document(upload)
        texts = [clean_text(block.text) for block in document.paragraphs]
        cells = [clean_text(cell.text) for table in document.tables for row in table.rows for cell in row.cells]
    except Exception:
        raise ValidationError(
            "这个Word文件打不开，可能已损坏。请用Word或WPS另存为docx后再上传。", code="broken"
        ) from None
    upload.seek(0)
    return [text for text in texts + list(dict.fromkeys(cells)) if text]


def check_size(upload: Any) -> None:
    """Only the directory of the archive is read: a small file that unpacks to gigabytes is refused."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            infos = archive.infolist()
    except Exception:
        raise ValidationError("这不是Word的docx文件。请用Word或WPS另存为docx后再上传。", code="kind") from None
    if not any(info.filename == "word/document.xml" for info in infos):
        raise ValidationError("这不是Word的docx文件。请用Word或WPS另存为docx后再上传。", code="kind")
    if sum(info.file_size for info in infos if info.filename.endswith((".xml", ".rels"))) > MAX_XML:
        raise ValidationError("这个文件展开后过大，不能读取。请只保留述职报告的文字后再上传。", code="bomb")


def split_sections(paragraphs: list[str]) -> dict[str, str]:
    """What stands before the first heading opens 履职情况, without the title; nothing that was written is lost."""
    parts: dict[str, list[str]] = {name: [] for name, _ in DUTY_SECTIONS}
    current, seen = "duties", False
    for number, text in enumerate(paragraphs):
        section, rest = heading_of(text)
        if section:
            current, seen = section, True
            text = rest
        elif number == 0 and not seen and is_title(text):
            continue
        if text:
            parts[current].append(text)
    return {name: "\n".join(lines) for name, lines in parts.items()}


def is_title(text: str) -> bool:
    return len(text) <= 60 and "述职" in text and not text.endswith(("。", "：", ":"))


def heading_of(text: str) -> tuple[str, str]:
    """(section, text that follows on the same line) when the paragraph is or begins with a heading of a section."""
    numbered = TOP_NUMBER.match(text)
    first, mark, rest = text.partition("。")
    candidate = first if mark and numbered else text
    if len(candidate) > HEADING_LENGTH or (not numbered and candidate.endswith(("。", "；", "，", "、"))):
        return "", text
    title = NUMBERED.sub("", candidate)
    if not numbered and not is_bare_heading(text, title):
        return "", text
    for section, words in KEYWORDS:
        if any(word in title for word in words):
            return section, rest.strip() if candidate is first and mark else ""
    return "", text


def is_bare_heading(text: str, title: str) -> bool:
    """Without a top number only a very short line counts: 存在问题, 特色做法."""
    leads_in = any(word in text for word in ("如下", "述职", "汇报", "现将"))  # 现将履职情况述职如下：
    return text == title and len(title.rstrip("：:")) <= 10 and not leads_in
