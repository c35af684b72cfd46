"""F08: a block copied from Excel goes into the checked grid by Ctrl+V, is mended there and becomes a batch."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.excel.pasting import block_text
from core.models import ImportBatch
from organizations.models import SocialOrganization
from tests.core.excel_data import code
from tests.factories import PASSWORD, make_committee, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = ["单位名称", "信用代码", "类型", "登记日期", "电话", "行业协会商会", "住所", "备注"]


def line(number, **changes):
    values = {
        "单位名称": f"市第{number}协会",
        "信用代码": code(number),
        "类型": "社会团体",
        "登记日期": "2015-03-01",
        "电话": f"138{number:08d}",
        "行业协会商会": "是",
        "住所": f"示例路{number}号\n二楼",
        "备注": f'他们叫它"第{number}家"，\n换行后还有',
        **changes,
    }
    return [values[h] for h in HEAD]


@pytest.fixture
def grid(page, live_server, db):
    staff = make_staff(make_committee())
    page.goto(live_server.url + reverse("core:login"))
    page.fill("[name=username]", staff.username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    page.goto(live_server.url + reverse("core:import-paste", args=["organizations"]))
    return page


def copy_and_paste(page, rows):
    """As Excel puts a block on the clipboard, then Ctrl+V in the cell that has the focus."""
    page.evaluate("text => navigator.clipboard.writeText(text)", block_text(rows))
    page.keyboard.press("Control+v")


def cell(page, row, column):
    return page.locator(f"td[data-r='{row}'][data-c='{column}']")


def column(page, label):
    heads = page.locator(".paste-grid thead th").all_inner_texts()
    return next(i - 1 for i, text in enumerate(heads) if re.match(rf"[A-Z]+ {label}", text))


def test_200_rows_with_quotes_and_line_breaks_become_a_batch(grid):
    cell(grid, 0, 0).click()
    copy_and_paste(grid, [HEAD, *(line(n) for n in range(1, 201))])

    expect(grid.locator("[data-grid-note]")).to_contain_text("粘贴了200行。已按表头对列。")
    expect(grid.locator("[data-grid-count]")).to_have_text("200行")
    expect(cell(grid, 41, column(grid, "备注"))).to_have_text('他们叫它"第42家"，\n换行后还有')
    grid.get_by_role("button", name="检查").click()

    grid.get_by_role("button", name="确认导入").click()
    expect(grid.locator("h1")).to_have_text("导入结果")
    assert SocialOrganization.objects.count() == 200
    stored = SocialOrganization.objects.get(code=code(200))
    assert (stored.remark, stored.address) == ('他们叫它"第200家"，\n换行后还有', "示例路200号\n二楼")


def test_wrong_cells_are_marked_mended_and_checked_again(grid):
    cell(grid, 0, 0).click()
    copy_and_paste(grid, [HEAD, line(1), line(2, 登记日期="2009.13.1"), line(3, 类型="协会")])
    expect(grid.locator("[data-grid-note]")).to_contain_text("粘贴了3行")
    cell(grid, 0, 0).click()
    grid.keyboard.press("Enter")
    grid.keyboard.type("（改）")
    grid.keyboard.press("Enter")
    expect(cell(grid, 0, 0)).to_have_text("市第1协会（改）")
    grid.get_by_role("button", name="检查").click()

    expect(grid.locator(".alert-danger")).to_contain_text("2行有错误，2个单元格要改")
    expect(cell(grid, 0, 0)).to_have_text("市第1协会（改）")
    day = cell(grid, 1, column(grid, "登记日期"))
    expect(day).to_contain_text("没有13月")
    expect(grid.locator(".paste-grid td.bad")).to_have_count(2)
    grid.get_by_role("button", name="下一处错误").click()
    expect(cell(grid, 2, column(grid, "类型"))).to_be_focused()
    grid.keyboard.press("F2")
    grid.keyboard.press("Control+a")
    grid.keyboard.type("社会团体")
    grid.keyboard.press("Enter")
    day.click()
    grid.keyboard.press("Delete")
    grid.keyboard.type("2009-12-01")
    grid.keyboard.press("Tab")
    expect(grid.locator(".paste-grid td.bad")).to_have_count(0)
    grid.get_by_role("button", name="检查").click()

    expect(grid.get_by_role("button", name="确认导入")).to_be_enabled()
    assert [b.get_status_display() for b in ImportBatch.objects.order_by("pk")] == ["已放弃", "待确认"]


def test_rows_and_cells_can_be_added_deleted_and_taken_back(grid):
    cell(grid, 0, 0).click()
    copy_and_paste(grid, [line(1)[:2], line(2)[:2], line(3)[:2]])
    expect(grid.locator("[data-grid-note]")).to_contain_text("没有认出表头，按列的次序放入。")
    cell(grid, 1, 0).click()
    grid.get_by_role("button", name="删去本行").click()
    expect(cell(grid, 1, 0)).to_have_text("市第3协会")
    grid.get_by_role("button", name="插入一行").click()
    expect(cell(grid, 1, 0)).to_have_text("")
    copy_and_paste(grid, [["=HYPERLINK(1)"]])
    expect(cell(grid, 1, 0)).to_have_text("=HYPERLINK(1)")
    for _ in range(3):
        grid.get_by_role("button", name="撤回").click()

    expect(cell(grid, 1, 0)).to_have_text("市第2协会")
    expect(grid.locator("[data-grid-count]")).to_have_text("3行")


def test_leaving_with_unchecked_rows_asks_first(grid):
    cell(grid, 0, 0).click()
    copy_and_paste(grid, [line(1), line(2)])
    expect(cell(grid, 1, 0)).to_have_text("市第2协会")
    asked = []
    grid.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    grid.evaluate("setTimeout(() => location.reload(), 0)")

    expect(cell(grid, 1, 0)).to_have_text("市第2协会")
    grid.wait_for_timeout(300)
    assert asked == ["beforeunload"]


def test_without_javascript_the_same_block_goes_into_a_text_box(browser, live_server, browser_context_args, db):
    staff = make_staff(make_committee())
    page = browser.new_context(**browser_context_args, java_script_enabled=False).new_page()
    page.goto(live_server.url + reverse("core:login"))
    page.fill("[name=username]", staff.username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.goto(live_server.url + reverse("core:import-paste", args=["organizations"]))
    page.get_by_label("复制来的表格").fill(block_text([HEAD, line(1), line(2, 登记日期="2009.13.1")]))
    page.get_by_role("button", name="检查").click()

    expect(page.locator("td.bad")).to_have_text("2009.13.1")
    expect(page.locator("td.why")).to_contain_text("没有13月")
    box = page.get_by_label("复制来的表格")
    box.fill(box.input_value().replace("2009.13.1", "2009-12-01"))
    page.get_by_role("button", name="检查").click()

    expect(page.get_by_role("button", name="确认导入")).to_be_enabled()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_grid_is_accessible_and_fits(grid, width):
    from axe_playwright_python.sync_playwright import Axe

    grid.set_viewport_size({"width": width, "height": 800})
    cell(grid, 0, 0).click()
    copy_and_paste(grid, [HEAD, line(1), line(2, 登记日期="2009.13.1")])
    expect(grid.locator("[data-grid-note]")).to_contain_text("粘贴了2行")
    grid.get_by_role("button", name="检查").click()
    expect(grid.locator(".paste-grid td.bad")).to_have_count(1)

    wide = grid.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    results = Axe().run(grid)
    assert results.response["violations"] == [], results.generate_report()
