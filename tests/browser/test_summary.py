"""The main line in a browser: sign in → 工作台 → 季度总结 → a number → its rows → reword → Word."""

import re
from zipfile import ZipFile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.models import Committee
from reports.models import Block, Edition
from reviews.choices import DutyMode
from reviews.models import DutyReport
from tests.factories import PASSWORD, make_leader
from tests.reports.test_narrative import Q1, NarrativeTest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Office:
    pass


@pytest.fixture
def office(db):
    NarrativeTest.setUpTestData.__func__(Office)
    Committee.objects.update(demo_date="2023-04-06")
    return Office


def sign_in(page, live_server, user):
    page.goto(live_server.url + reverse("core:login"))
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()


def open_summary(page, live_server):
    page.locator("nav.mainnav a", has_text="总结报表").click()
    page.get_by_role("link", name="2023年第一季度党建工作总结").first.click()


def test_from_the_desk_to_the_word_file(page, live_server, office, tmp_path):
    sign_in(page, live_server, office.staff)
    expect(page.locator("nav.mainnav a.active")).to_have_text("工作台")
    open_summary(page, live_server)

    chip = page.locator(".paper a.chip", has_text=re.compile(r"^3$")).first
    number = int(chip.inner_text())
    chip.click()
    expect(page.locator("[data-fact-rows] tr")).to_have_count(number)
    page.go_back()

    page.goto(page.url.split("?")[0].split("#")[0] + "?edit=duty")
    box = page.locator(".block-box")
    box.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("会前认真准备，")
    page.get_by_role("button", name="保存这一段").click()
    expect(page.locator("#b-duty")).to_contain_text("会前认真准备，组织召开")
    assert any("fact" in part for part in Block.objects.get(key="duty").segments)

    with page.expect_download() as download:
        page.get_by_role("button", name="下载Word", exact=True).click()
    path = tmp_path / "a.docx"
    download.value.save_as(path)
    assert download.value.suggested_filename == "市社会组织综合党委2023年第一季度党建工作总结.docx"
    assert "会前认真准备" in ZipFile(path).read("word/document.xml").decode()
    assert Edition.objects.count() == 1


def test_reworded_paragraph_shows_the_new_number(page, live_server, office):
    sign_in(page, live_server, office.staff)
    page.goto(live_server.url + reverse("reports:summary-detail", args=[Q1]) + "?edit=duty")
    page.locator(".block-box").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("会后逐一反馈。")
    expect(page.locator("[data-saved]")).to_contain_text("已保存", timeout=10_000)

    DutyReport.objects.filter(pk=office.reports[-1].pk).update(mode=DutyMode.ORAL)
    page.goto(live_server.url + reverse("reports:summary-detail", args=[Q1]))

    expect(page.locator("#b-duty")).to_contain_text("会后逐一反馈。")
    expect(page.locator(".hint")).to_contain_text("口头述职的党支部书记 2 → 3")


@pytest.mark.parametrize("width", [1280, 360])
def test_summary_page_is_accessible_and_fits(page, live_server, office, width):
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live_server, office.staff)
    for query in ("", "?fact=activities#fact", "?edit=study", "?add=1"):
        page.goto(live_server.url + reverse("reports:summary-detail", args=[Q1]) + query)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, query
        results = Axe().run(page)
        assert results.response["violations"] == [], results.generate_report()


def test_from_the_draft_to_the_signed_paper(page, live_server, office):
    leader = make_leader(office.committee)
    sign_in(page, live_server, office.staff)
    open_summary(page, live_server)
    page.get_by_role("link", name="送审").click()
    page.get_by_label("以上各项已核对").check()
    page.get_by_role("button", name="送审").click()
    expect(page.locator(".editor-note")).to_contain_text("送审，正文暂不能改")
    expect(page.get_by_role("button", name="撤回送审")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, live_server, leader)
    page.get_by_role("link", name="去审阅").first.click()
    page.get_by_role("link", name="2023年第一季度党建工作总结").first.click()
    page.get_by_role("link", name="签发").click()
    expect(page.get_by_label("签发人")).to_have_value(leader.name)
    page.get_by_role("button", name="签发").click()
    expect(page.locator(".paper .sign")).to_contain_text("2023年4月6日")
    DutyReport.objects.filter(pk=office.reports[-1].pk).update(mode=DutyMode.ORAL)
    page.reload()
    expect(page.locator(".paper")).to_contain_text("2个党支部书记作口头述职")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载定稿").click()
    assert "2个党支部书记作口头述职" in ZipFile(download.value.path()).read("word/document.xml").decode()
