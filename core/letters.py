"""Small official papers as Word files: a title, paragraphs, one form table, a signature (GB/T 9704 faces and sizes)."""

import io
from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from core.validators import clean_text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
LINE = Pt(28.95)
Row = Sequence[tuple[str, str]]


class Letter:
    """One paper, written from top to bottom; `content()` is the file."""

    def __init__(self, title: str, author: str = "") -> None:
        self.document = Document()
        self._page()
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, author, ""
        heading = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER)
        self._run(heading, title, TITLE, 22)
        heading.paragraph_format.space_after = Pt(14)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = BODY, Pt(16)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)

    def _paragraph(self, alignment: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
        paragraph = self.document.add_paragraph()
        self._space(paragraph, LINE)
        paragraph.alignment = alignment
        return paragraph

    @staticmethod
    def _space(paragraph: Paragraph, line: Pt) -> None:
        layout = paragraph.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line

    @staticmethod
    def _run(paragraph: Paragraph, text: str, font: str = BODY, size: float = 16) -> None:
        run = paragraph.add_run(clean_text(str(text)))
        run.font.name, run.font.size = font, Pt(size)
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hint"), "eastAsia")

    def opening(self, text: str) -> None:
        """The addressee: flush left, with its colon."""
        self._run(self._paragraph(), text)

    def text(self, *paragraphs: str) -> None:
        for words in paragraphs:
            paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.JUSTIFY)
            paragraph.paragraph_format.first_line_indent = Pt(32)
            self._run(paragraph, words)

    def table(self, rows: Sequence[Row]) -> None:
        """A form: each row is one or two pairs of label and value; a single pair takes the whole width."""
        table = self.document.add_table(rows=0, cols=4)
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        widths = (Mm(32), Mm(46), Mm(32), Mm(46))
        for pairs in rows:
            cells = table.add_row().cells
            for cell, width in zip(cells, widths, strict=True):
                cell.width = width
            if len(pairs) == 1:
                cells[1].merge(cells[3])
            for place, (label, value) in zip((0, 2), pairs, strict=False):
                self._cell(cells[place], label, HEAD)
                self._cell(cells[place + 1], value, BODY)
        self._paragraph()

    def _cell(self, cell, text: str, font: str) -> None:
        for number, line in enumerate(str(text).split("\n")):
            paragraph = cell.paragraphs[0] if not number else cell.add_paragraph()
            self._space(paragraph, Pt(22))
            self._run(paragraph, line, font, 12)

    def closing(self, *lines: str) -> None:
        """Who signs and when, at the right."""
        for line in lines:
            paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.RIGHT)
            paragraph.paragraph_format.right_indent = Pt(64)
            self._run(paragraph, line)

    def content(self) -> bytes:
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()


def letter_response(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.docx")
    return response
