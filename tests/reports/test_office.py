"""What an office program makes of the Word file."""

import io
import subprocess

import pypdfium2
import pytest

from reports.documents.model import paragraph, plain_text
from reports.documents.word import render_word
from tests.reports.document_cases import BASIS, make_document

pytestmark = pytest.mark.office


def printed(document, folder) -> list[str]:
    """The text of each page LibreOffice prints."""
    (folder / "summary.docx").write_bytes(render_word(document))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / "summary.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    file = pypdfium2.PdfDocument(io.BytesIO((folder / "summary.pdf").read_bytes()))
    return [page.get_textpage().get_text_range() for page in file]


def letters(text: str) -> str:
    return "".join(text.split())


def test_office_prints_the_text_22_lines_a_page(tmp_path):
    long = paragraph("body", "第一季度，社会组织综合党委落实各项工作任务，全面提升社会组织党的建设质量和水平。" * 40)
    document = make_document(paragraphs=(long, long), annexes=(BASIS,))

    pages = printed(document, tmp_path)

    bodies = [page.splitlines()[:-1] for page in pages[:-1]]
    assert [len(lines) for lines in bodies[1:-1]] == [22] * (len(bodies) - 2)
    assert [page.splitlines()[-1] for page in pages] == [f"— {n} —" for n in range(1, len(pages) + 1)]
    expected = plain_text(document).replace(
        "市社会组织综合党委\n2023年4月", "附件：数据依据表市社会组织综合党委\n2023年4月"
    )
    assert letters("".join(line for lines in bodies for line in lines)) == letters(expected)
    assert letters(pages[-1]).startswith("附件数据依据表序号指标数值")
