"""Word: the document as an official .docx by GB/T 9704-2012.

The folder `package` is an unzipped Word file: styles, settings, fonts and page numbers, readable and never changed
per document. It is read once per process; a document adds its body and its properties. Lengths are twentieths of
a point (twips), sizes half-points, as Word counts them.
"""

import io
import zipfile
from datetime import UTC
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from .model import Document, Paragraph, Segment, Table, cell_lines, clean, closing

PACKAGE = Path(__file__).with_name("package")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_EM = 320  # one Chinese character of 16 points
_TEXT_WIDTH = 8845  # 156 mm
_TEXT_HEIGHT = 12756  # 225 mm, 22 lines of 28.95 points
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PORTRAIT = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="1417" w:gutter="0"/>'
)
_LANDSCAPE = (  # the page turned clockwise: what was the binding side is now the top
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1587" w:right="2098" w:bottom="1474" w:left="1984" w:header="851" w:footer="907" w:gutter="0"/>'
)
_STYLES = {"body": "GwBody", "heading1": "Heading1", "heading2": "Heading2", "heading3": "Heading3"}
_VOICES = {"": "", "hei": "GwHei", "kai": "GwKai", "bold": "GwBold"}
_COMPLETE_FONTS = {"": "仿宋", "bold": "仿宋", "kai": "楷体", "hei": "黑体"}
_ONE_LINE_ABOVE = '<w:spacing w:beforeLines="100" w:before="579"/>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def render_word(document: Document) -> bytes:
    """The .docx file; the same document always gives the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, content in _base_package():
            package.writestr(_entry(name), content)
        package.writestr(_entry("docProps/core.xml"), _properties(document))
        package.writestr(_entry("word/document.xml"), _body(document))
    return stream.getvalue()


@cache
def _base_package() -> tuple[tuple[str, bytes], ...]:
    files = [path for path in PACKAGE.rglob("*") if path.is_file()]
    return tuple(sorted((path.relative_to(PACKAGE).as_posix(), path.read_bytes()) for path in files))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # without a time of its own: 1980-01-01
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _properties(document: Document) -> str:
    """Title, author and so on as Word shows them under 文件 → 信息."""
    texts = {
        "dc:title": document.title,
        "dc:subject": document.subject,
        "dc:creator": document.author,
        "cp:keywords": "，".join(document.keywords),
        "cp:lastModifiedBy": document.author,
    }
    items = "".join(f"<{tag}>{escape(clean(text))}</{tag}>" for tag, text in texts.items() if clean(text))
    if document.created:
        moment = document.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for tag in ("dcterms:created", "dcterms:modified"):
            items += f'<{tag} xsi:type="dcterms:W3CDTF">{moment}</{tag}>'
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</cp:coreProperties>'
    )


def _body(document: Document) -> str:
    parts = [_title(document.title_lines)]
    parts += [_paragraph(paragraph) for paragraph in document.paragraphs]
    parts += _annex_lines(document)
    parts += _closing(document)
    landscape = False
    for number, table in enumerate(document.annexes, 1):
        turned = table.landscape != landscape
        if turned:  # a section ends in its last paragraph, so that paragraph takes the page with it
            parts[-1] = parts[-1].replace("</w:pPr>", f"{_section(landscape)}</w:pPr>", 1)
            landscape = table.landscape
        parts += _annex(table, number if len(document.annexes) > 1 else None, new_page=not turned)
    return f"{_HEAD}<w:document {_NAMESPACES}><w:body>{''.join(parts)}{_section(landscape)}</w:body></w:document>"


def _section(landscape: bool) -> str:
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rIdOdd"/><w:footerReference w:type="even" r:id="rIdEven"/>'
        f'{_LANDSCAPE if landscape else _PORTRAIT}<w:cols w:space="425"/>'
        '<w:docGrid w:type="lines" w:linePitch="579"/></w:sectPr>'
    )


def _p(style: str, content: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{content}</w:p>'


def _run(text: str, voice: str = "", font: str = "") -> str:
    """One run. The hint puts “ ” — … into the Chinese font, where the Latin one would draw them narrow."""
    style = f'<w:rStyle w:val="{_VOICES[voice]}"/>' if voice else ""
    face = f' w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"' if font else ""
    return (
        f'<w:r><w:rPr>{style}<w:rFonts w:hint="eastAsia"{face}/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def _runs(segment: Segment) -> str:
    """A segment; characters the GB2312 fonts do not hold (喆, 堃 in names) get the complete font of the same look."""
    try:
        segment.text.encode("gb2312")
    except UnicodeEncodeError:
        pieces: list[list] = []
        for char in segment.text:
            font = _COMPLETE_FONTS[segment.voice] if _beyond_gb2312(char) else ""
            if pieces and pieces[-1][1] == font:
                pieces[-1][0] += char
            else:
                pieces.append([char, font])
        return "".join(_run(text, segment.voice, font) for text, font in pieces)
    return _run(segment.text, segment.voice)


def _beyond_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return char >= "\u2e80"
    return False


def _title(lines: tuple[str, ...]) -> str:
    runs = [_run(text) for line in lines if (text := clean(line))]
    return _p("GwTitle", "<w:r><w:br/></w:r>".join(runs))


def _paragraph(paragraph: Paragraph) -> str:
    return _p(_STYLES[paragraph.kind], "".join(_runs(segment) for segment in paragraph.segments()))


def _annex_lines(document: Document) -> list[str]:
    """附件：name, two characters in; a name that wraps stands under its own first character."""
    lines = document.annex_lines
    label = 3 if len(lines) < 2 else 4  # 附件： and, with several, 1.
    parts = []
    for number, line in enumerate(lines):
        hanging = label if number == 0 else 1
        indent = f'<w:ind w:left="{(2 + label) * _EM}" w:hanging="{hanging * _EM}"/>'
        parts.append(_p("GwAnnexNote", _run(line), (_ONE_LINE_ABOVE if number == 0 else "") + indent))
    return parts


def _closing(document: Document) -> list[str]:
    signature, day, place = clean(document.signature), document.date_text, closing(document)
    parts = []
    if signature:
        more = ("<w:keepNext/>" if day else "") + _ONE_LINE_ABOVE + _right(place.signature)
        parts.append(_p("GwSign", _runs(Segment(signature)), more))
    if day:
        parts.append(_p("GwSign", _run(day), ("" if signature else _ONE_LINE_ABOVE) + _right(place.date)))
    return parts


def _right(ems: float) -> str:
    return f'<w:ind w:rightChars="{round(ems * 100)}" w:right="{round(ems * _EM)}"/>'


def _annex(table: Table, number: int | None, *, new_page: bool) -> list[str]:
    """附件 on the first line of its own page, the title on the third, the table, its note."""
    mark = _p("GwAnnexMark", _run(f"附件{number or ''}"), "<w:pageBreakBefore/>" if new_page else "")
    above = '<w:keepNext/><w:spacing w:beforeLines="100" w:before="579" w:afterLines="50" w:after="290"/>'
    title = _p("GwTitle", _run(clean(table.title)), above)
    note = clean(table.note)  # Word wants a paragraph after a table in any case; without a note it is one point high
    last = _p("GwTableNote", _run(note)) if note else _p("GwCell", "", '<w:spacing w:line="20" w:lineRule="exact"/>')
    return [mark, title, _table(table), last]


def _table(table: Table) -> str:
    available = _TEXT_HEIGHT if table.landscape else _TEXT_WIDTH
    widths = [int(share * available) for share in table.shares]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = _row(
        [_cell(column.heading, width, "GwHead", "") for column, width in zip(table.columns, widths, strict=True)]
    )
    rows = [
        _row(
            [
                _cell(text, width, "GwCell", column.align)
                for text, column, width in zip(row, table.columns, widths, strict=True)
            ]
        )
        for row in table.rows
    ]
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:top w:w="60" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{head.replace('<w:cantSplit/>', '<w:cantSplit/><w:tblHeader/>', 1)}{''.join(rows)}</w:tbl>"
    )


def _row(cells: list[str]) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, width: int, style: str, align: str) -> str:
    jc = f'<w:jc w:val="{align}"/>' if align in ("center", "right") else ""
    paragraphs = "".join(_p(style, _runs(Segment(line)), jc) for line in cell_lines(text))
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{paragraphs}</w:tc>'
