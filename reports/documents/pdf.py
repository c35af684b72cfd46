"""PDF: the same page as the Word file, drawn by typst where it and Chinese fonts are installed.

PDF is a convenience; the Word file is the official one and needs neither. So everything that may be missing on a
server ends in a sentence that says what to install, never in a page with squares for characters.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from .model import Document, Segment, Table, cell_lines, clean, closing

LAYOUT = Path(__file__).with_name("paper.typ")
MEDIA_TYPE = "application/pdf"

# The official fonts first, then what Debian offers. Fandol lacks characters of some names, Noto follows to fill in.
_ANY_CHINESE = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "Source Han Sans SC", "SimSun", "宋体")
_FACES = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05", "STZhongsong"),
    "fang": ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong", "FandolFang R"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti", "FandolKai", "AR PL KaitiM GB", "LXGW WenKai"),
    "hei": ("黑体", "SimHei", "STHeiti", "Noto Sans CJK SC", "FandolHei", "WenQuanYi Zen Hei"),
    "song": ("宋体", "SimSun", "STSong", "FandolSong"),
}
_NO_TYPST = "服务器没有安装 PDF 排版组件 typst，暂不能生成 PDF。请系统管理员执行 make env-pdf（没有 make 时执行 pip install typst），然后重新启动系统；现在可以先下载 Word 文件。"
_NO_FONTS = (
    "服务器没有安装中文字体，暂不能生成 PDF。请系统管理员安装仿宋、楷体、黑体、小标宋字体（或 Debian 的 fonts-noto-cjk 软件包），"
    "也可以用 DANGJIAN_PDF_FONT_DIRS 指明字体所在文件夹，然后重新启动系统；现在可以先下载 Word 文件。"
)


class PdfUnavailable(Exception):
    """This server cannot make PDF files; the message tells the user why and what to do."""


def pdf_available() -> str | None:
    """None when PDF files can be made, else the Chinese sentence that says what is missing."""
    try:
        fonts = _fonts(tuple(settings.PDF_FONT_DIRS))
    except ImportError:
        return _NO_TYPST
    return None if _stacks(fonts)["fang"] else _NO_FONTS


def render_pdf(document: Document) -> bytes:
    """The PDF file; the same document gives the same bytes. Raises PdfUnavailable."""
    if reason := pdf_available():
        raise PdfUnavailable(reason)
    import typst  # optional and slow to load

    fonts = _fonts(tuple(settings.PDF_FONT_DIRS))
    return typst.compile(
        LAYOUT.read_bytes(),
        root=str(LAYOUT.parent),
        font_paths=fonts,
        sys_inputs={"data": json.dumps(_data(document) | {"fonts": _stacks(fonts)}, ensure_ascii=False)},
        timestamp=int(document.created.timestamp()) if document.created else 0,
    )


@cache
def _fonts(folders: tuple[str, ...]) -> Any:
    """The fonts of these folders; reading them takes up to a second, so once per process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[f for f in folders if Path(f).is_dir()]
    )


@cache
def _stacks(fonts: Any) -> dict[str, list[str]]:
    """For each role the installed fonts in order of preference; empty lists when none of them is Chinese."""
    installed = set(fonts.families())
    return {
        role: [name for name in dict.fromkeys(names + _ANY_CHINESE) if name in installed]
        for role, names in _FACES.items()
    }


def _data(document: Document) -> dict[str, Any]:
    place = closing(document)
    several = len(document.annexes) > 1
    return {
        "title": document.title,
        "title_lines": [line for raw in document.title_lines if (line := clean(raw))],
        "author": clean(document.author),
        "keywords": [clean(word) for word in document.keywords],
        "paragraphs": [
            {"kind": paragraph.kind, "segments": [_pair(segment) for segment in paragraph.segments()]}
            for paragraph in document.paragraphs
            if paragraph.text
        ],
        "annex_lines": document.annex_lines,
        "signature": clean(document.signature),
        "date": document.date_text,
        "closing": {"signature": place.signature, "date": place.date},
        "annexes": [
            _annex(table, f"附件{number if several else ''}") for number, table in enumerate(document.annexes, 1)
        ],
    }


def _pair(segment: Segment) -> tuple[str, str]:
    return segment.text, segment.voice


def _annex(table: Table, mark: str) -> dict[str, Any]:
    return {
        "mark": mark,
        "title": clean(table.title),
        "headings": [clean(column.heading) for column in table.columns],
        "aligns": [column.align for column in table.columns],
        "shares": table.shares,
        "rows": [[cell_lines(text) for text in row] for row in table.rows],
        "note": clean(table.note),
        "landscape": table.landscape,
    }
