"""The pages of a menu on a phone: the usual ones, the fold with all of them, and where one stands; in a browser."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import make_committee, make_staff

from .test_checkup import fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "organizations:socialorganization-list",
    "organizations:coverage",
    "tasks:plan-list",
    "reviews:dutyreport-list",
    "reports:outsidefigure-list",
    "core:user-list",
)


@pytest.fixture
def staff(db):
    return make_staff(make_committee(demo_date=date(2023, 3, 31)))


def test_the_page_one_stands_on_is_seen_and_nothing_is_cut_or_scrolls(page, live_server, staff):
    sign_in(page, live_server, staff)
    for width in (360, 800, 1280):
        page.set_viewport_size({"width": width, "height": 760})
        for name in PAGES:
            page.goto(live_server.url + reverse(name))
            here = page.locator(".subbar [aria-current]:visible")
            expect(here).to_have_count(1)
            box = here.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, (name, width)
            row = page.locator(".subnav")
            assert row.evaluate("row => row.scrollWidth <= row.clientWidth"), (name, width)
            assert fits(page), (name, width)


def test_the_keyboard_opens_the_fold_reaches_a_page_and_escape_closes_it(page, live_server, staff):
    page.set_viewport_size({"width": 360, "height": 760})
    sign_in(page, live_server, staff)
    page.goto(live_server.url + reverse("organizations:partymember-list"))
    fold = page.locator(".subfold")

    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold.get_by_role("group", name="覆盖和同步")).to_be_visible()
    page.keyboard.press("Escape")
    expect(fold.locator("nav")).to_be_hidden()
    expect(fold.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(fold.get_by_role("link", name="社会组织")).to_be_focused()
    assert Axe().run(page).violations_count == 0
    fold.get_by_role("link", name="数据体检").click()

    expect(page.locator(".subfold summary")).to_contain_text("数据体检")
    expect(page.locator(".subfold summary")).to_have_attribute("aria-current", "true")
