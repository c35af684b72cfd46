"""Finding by the keyboard, a filter kept under a name, and a finding mended from the 体检单, in a browser."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import (
    PASSWORD,
    make_branch,
    make_committee,
    make_member,
    make_organization,
    make_secretary,
    make_staff,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Office:
    def __init__(self):
        self.committee = make_committee(demo_date=date(2023, 3, 31))
        self.body = make_organization(self.committee, name="示例市茶业协会", short_name="市茶业协会")
        self.branch = make_branch(self.committee, covers=(self.body,), secretary="甲示例")
        self.member = make_member(self.branch, name="乙示例", fee_paid_until=date(2022, 1, 31))
        self.staff, self.secretary = make_staff(self.committee), make_secretary(self.branch)


@pytest.fixture
def office(db):
    return Office()


def sign_in(page, live_server, user):
    page.goto(live_server.url + reverse("core:login"))
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_slash_goes_to_the_search_box_and_enter_finds(page, live_server, office):
    sign_in(page, live_server, office.staff)
    page.keyboard.press("/")
    page.keyboard.type("cyxh/")
    expect(page.locator(".brand-search input")).to_have_value("cyxh/")
    page.locator(".brand-search input").fill("cyxh")
    page.keyboard.press("Enter")
    expect(page.locator(".found-list a").first).to_have_text("示例市茶业协会")
    expect(page.get_by_label("查找内容")).to_be_focused()


def test_a_phone_finds_too_and_nothing_is_wider_than_it(page, live_server, office):
    page.set_viewport_size({"width": 360, "height": 760})
    sign_in(page, live_server, office.secretary)
    page.get_by_role("link", name="查找单位、党组织和党员").click()
    page.get_by_label("查找内容").fill("茶业")
    page.keyboard.press("Enter")
    expect(page.locator(".found-list a").first).to_be_visible()
    assert fits(page)
    for name in ("partybranch-checkup", "partybranch-checkup-print"):
        page.goto(live_server.url + reverse(f"organizations:{name}", args=[office.branch.pk]))
        assert fits(page), name


def test_a_filter_is_saved_opened_and_deleted(page, live_server, office):
    sign_in(page, live_server, office.staff)
    page.goto(live_server.url + reverse("organizations:partymember-list") + "?q=yi")
    page.get_by_text("存为常用筛选").click()
    page.locator(".saved-filters input[name=name]").fill("姓乙的")
    page.get_by_role("button", name="保存").click()
    page.goto(live_server.url + reverse("organizations:partymember-list"))
    page.get_by_role("link", name="姓乙的").click()
    expect(page.get_by_label("查找党员")).to_have_value("yi")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("summary[aria-label='管理常用筛选“姓乙的”']").click()
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.locator(".alert")).to_contain_text("已删除常用筛选")


def test_a_finding_leads_to_its_field_and_is_gone_when_mended(page, live_server, office):
    sign_in(page, live_server, office.staff)
    page.goto(live_server.url + reverse("organizations:partybranch-detail", args=[office.branch.pk]))
    page.get_by_role("link", name="支部体检单", exact=True).click()
    page.locator(f"a[href*='members/{office.member.pk}/edit/']", has_text="去修改").first.click()
    box = page.locator("#id_fee_paid_until")
    expect(box).to_be_in_viewport()
    box.fill("2023-03-31")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("体检单")
    expect(page.get_by_text("党费缴纳至")).to_have_count(0)
