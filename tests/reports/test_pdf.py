"""What the PDF shows, and what the user is told where it cannot be made."""

import io
import sys
from dataclasses import replace

import pypdfium2
import pytest

from reports.documents.model import paragraph, plain_text
from reports.documents.pdf import PdfUnavailable, render_pdf
from tests.reports.document_cases import BASIS, make_document


def pages(file: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(file))]


def letters(text: str) -> str:
    return "".join(text.split())


def long_document(**overrides):
    text = paragraph("body", "第一季度，社会组织综合党委落实各项工作任务，全面提升社会组织党的建设质量和水平。" * 30)
    return make_document(paragraphs=(text, text), **overrides)


@pytest.mark.fonts
def test_pdf_holds_the_same_text_in_the_same_order():
    document = make_document()

    (page,) = pages(render_pdf(document))

    assert letters(page) == letters(plain_text(document)) + "—1—"


@pytest.mark.fonts
def test_a_full_page_has_22_lines_and_a_page_number():
    first, second, *_ = pages(render_pdf(long_document()))

    assert (len(second.splitlines()), second.splitlines()[-1]) == (23, "— 2 —")
    assert len(first.splitlines()) == 22  # the blank line under the title has no text


@pytest.mark.fonts
def test_page_is_a4_and_a_wide_annex_is_turned():
    file = pypdfium2.PdfDocument(io.BytesIO(render_pdf(make_document(annexes=(BASIS, replace(BASIS, landscape=True))))))

    assert [tuple(round(length / 72 * 25.4) for length in page.get_size()) for page in file] == [
        (210, 297),
        (210, 297),
        (297, 210),
    ]


@pytest.mark.fonts
def test_annex_is_announced_and_follows():
    main, annex = pages(render_pdf(make_document(annexes=(BASIS,))))

    assert "附件：数据依据表" in main
    assert letters(annex).startswith("附件数据依据表序号指标数值1口头述职党支部书记4人2书面述职党支部书记（含补交）—")


@pytest.mark.fonts
@pytest.mark.fonts
@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', "$x$ *a* _b_ `c` <d> @e", "\x00\ud800党建", '"}]\\', "#panic()", "= 标题"]
)
def test_text_is_never_run(text):
    document = make_document(paragraphs=(paragraph("body", text), paragraph("heading1", text)), signature=text)

    (page,) = pages(render_pdf(document))

    assert letters(page) == letters(plain_text(document)) + "—1—"


@pytest.mark.fonts
def test_an_empty_document_is_still_a_page():
    empty = make_document(title_lines=(), paragraphs=(), signature="", date=None)

    assert [letters(page) for page in pages(render_pdf(empty))] == ["—1—"]


@pytest.mark.fonts
def test_the_same_document_gives_the_same_file():
    assert render_pdf(make_document()) == render_pdf(make_document())


def test_without_fonts_the_user_is_told_what_to_install(settings, tmp_path):
    settings.PDF_FONT_DIRS = [str(tmp_path), str(tmp_path / "missing")]

    with pytest.raises(PdfUnavailable, match=r"没有安装中文字体.*可以先下载 Word 文件"):
        render_pdf(make_document())


def test_without_typst_the_user_is_told_what_to_install(settings, monkeypatch, tmp_path):
    settings.PDF_FONT_DIRS = [str(tmp_path / "never read before")]
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(PdfUnavailable, match=r"没有安装 PDF 排版组件 typst.*可以先下载 Word 文件"):
        render_pdf(make_document())
