"""What an office program prints of an export and of a blank form."""

import io
import re
import subprocess

import openpyxl
import pypdfium2
import pytest

from core.excel.blank import blank_workbook
from core.excel.sheet import get_sheet
from core.excel.stamps import stamp
from core.excel.writing import export_to
from tests.factories import make_committee, make_staff

from .excel_data import HEAD, body, bring_in, workbook

pytestmark = [pytest.mark.calc, pytest.mark.django_db]
A4_LANDSCAPE = (842, 595)


def printed(content, folder) -> list[tuple[tuple[int, int], str]]:
    """Size and text of each page, without blanks and line breaks."""
    (folder / "ledger.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "ledger.xlsx")], check=True, capture_output=True, timeout=180)
    file = pypdfium2.PdfDocument(io.BytesIO((folder / "ledger.pdf").read_bytes()))
    pages = []
    for page in file:
        width, height = page.get_size()
        text = "".join(page.get_textpage().get_text_range().split())
        pages.append(((round(width), round(height)), text))
    return pages


@pytest.fixture
def user():
    return make_staff(make_committee(name="示例市社会组织综合党委"))


def test_a_long_ledger_prints_on_a4_landscape_with_its_head_on_every_page(user, tmp_path):
    address = "示例省示例市示例区示例街道示例路一百二十三号示例大厦第八层"
    rows = [body(n, 住所=f"{address}{n:03d}室") for n in range(1, 61)]
    bring_in(workbook([HEAD, *rows]), user)
    file, sheet = io.BytesIO(), get_sheet("test-bodies")
    export_to(file, sheet, sheet.queryset(user), committee=user.committee)

    *pages, (_, notes) = printed(file.getvalue(), tmp_path)

    total = len(pages) + 1
    assert len(pages) > 1
    for number, (size, text) in enumerate(pages, 1):
        assert size == A4_LANDSCAPE
        assert all(heading in text for heading in ("序号", "统一社会信用代码", "住所", "备注"))  # from side to side
        assert f"第{number}页共{total}页" in text
    whole = "".join(text for _, text in pages)
    assert [n for n in range(1, 61) if f"{n:03d}室" not in whole] == []  # nothing is cut off
    assert "#" not in whole
    assert whole.count("测试单位台账") == 1
    assert whole.count("填报单位（盖章）：示例市社会组织综合党委") == 1
    assert all(word in pages[-1][1] for word in ("单位负责人：", "审核人：", "填表人：", "联系电话："))
    assert "测试单位台账填表说明" in notes
    assert f"表样版本：{stamp(sheet)}" in notes  # from the first letter on


def test_a_blank_form_prints_on_one_page(user, tmp_path):
    sheet = get_sheet("coverage_plans")

    (size, text), *notes = printed(blank_workbook(sheet, user.committee), tmp_path)

    assert size == A4_LANDSCAPE
    assert all(re.sub(r"\s", "", c.heading) in text for c in sheet.columns)
    assert "填报单位（盖章）：示例市社会组织综合党委" in text
    assert len(notes) == 1


def test_a_wide_blank_form_prints_readably_on_pages_side_by_side(user, tmp_path):
    sheet = get_sheet("organizations")
    content = blank_workbook(sheet, user.committee)

    *pages, (_, notes) = printed(content, tmp_path)

    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert page.page_setup.scale >= 66
    assert len(pages) == len(page.col_breaks.brk) + 1
    for size, text in pages:
        assert size == A4_LANDSCAPE
        assert "序号社会组织名称" in text
        assert "填报单位（盖章）：示例市社会组织综合党委" in text
    whole = "".join(text for _, text in pages)
    assert [c.heading for c in sheet.columns if not c.readonly and c.heading not in whole] == []
    assert whole.count("社会组织党建工作台账") == 1
    assert "填表说明" in notes
