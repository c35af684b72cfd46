"""On a phone: the bar of those outside the office, what is folded away, charts at their newest end; and the way back."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.core.excel_data import HEAD, body, bring, workbook
from tests.factories import make_branch, make_committee, make_organization, make_secretary, make_staff

from .test_checkup import fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 360, "height": 760}, {"width": 1280, "height": 860}


@pytest.fixture
def committee(db):
    return make_committee(demo_date=date(2023, 3, 31))


def test_a_secretary_has_the_bar_under_every_page_of_a_phone_and_nothing_is_under_it(page, live_server, committee):
    secretary = make_secretary(make_branch(committee, covers=(make_organization(committee),)))
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, secretary)
    bar = page.locator(".tabbar")
    for name in (
        "reports:home", "tasks:assignment-list", "tasks:activity-list", "tasks:activity-create", "reviews:dutyreport-list",
        "organizations:partybranch-list", "organizations:partymember-list", "core:notice-list", "organizations:search",
    ):  # fmt: skip
        page.goto(live_server.url + reverse(name))
        expect(bar).to_be_visible()
        assert fits(page), name
        for low in page.locator(".savebar, .page-foot").all():
            low.scroll_into_view_if_needed()
            inside = "low => low.getBoundingClientRect().bottom - parseFloat(getComputedStyle(low).paddingBottom)"
            assert low.evaluate(inside) <= bar.bounding_box()["y"], name
    expect(bar.locator("[aria-current=page]")).to_have_count(0)
    page.goto(live_server.url + reverse("organizations:partybranch-list"))
    expect(bar.locator("[aria-current=page]")).to_have_text("支部")
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size(DESK)
    expect(bar).to_be_hidden()


def test_the_office_has_no_bar_and_finds_what_is_folded_away(page, live_server, committee):
    make_organization(committee)
    sign_in(page, live_server, make_staff(committee))
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("organizations:socialorganization-list"))
    expect(page.locator(".tabbar")).to_have_count(0)
    expect(page.get_by_role("link", name="疑似重复")).to_be_hidden()

    page.locator(".only-phone summary").click()
    expect(page.locator(".only-phone").get_by_role("link", name="登记事件")).to_be_visible()
    page.locator(".only-phone").get_by_role("link", name="疑似重复").click()

    expect(page).to_have_url(live_server.url + reverse("organizations:duplicate-index"))
    page.set_viewport_size(DESK)
    page.goto(live_server.url + reverse("organizations:socialorganization-list"))
    expect(page.locator(".only-phone")).to_be_hidden()
    expect(page.get_by_role("link", name="疑似重复")).to_be_visible()


def test_every_button_of_a_head_is_reached_on_a_phone(page, live_server, committee):
    make_organization(committee)
    make_branch(committee)
    sign_in(page, live_server, make_staff(committee))
    heads = "all => all.filter(a => a.checkVisibility()).map(a => a.innerText.trim())"
    folded = {}
    for name in (
        "organizations:registration-list", "organizations:coverage", "organizations:coverage-gaps", "core:user-list",
        "organizations:partybranch-list", "organizations:partymember-list", "organizations:socialorganization-list",
        "reviews:dutyreport-list", "tasks:activity-list",
    ):  # fmt: skip
        page.set_viewport_size(DESK)
        page.goto(live_server.url + reverse(name))
        wanted = page.locator(".page-head .actions > :is(a, form)").evaluate_all(heads)
        page.set_viewport_size(PHONE)
        more = page.locator(".only-phone > summary")
        if more.count():
            more.click()
            folded[name] = page.locator(".only-phone .menu-panel a").all_inner_texts()
        reached = page.locator(".page-head .actions a, .page-head .actions form").evaluate_all(heads)
        assert sorted(reached) == sorted(wanted), name
        assert fits(page), name
    assert folded == {
        "organizations:registration-list": ["节假日", "导入"],
        "organizations:socialorganization-list": ["登记事件", "疑似重复", "导入"],
        "reviews:dutyreport-list": ["述职评议会议", "导入"],
    }


def test_the_latest_imports_are_cards_on_a_phone(page, live_server, committee):
    clerk = make_staff(committee)
    bring(workbook([HEAD, body(1)]), clerk, name="organizations_2023Q1_the_final_version_of_the_office.xlsx")
    sign_in(page, live_server, clerk)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("core:import-index"))

    recent = page.get_by_role("region", name="导入记录")
    assert recent.evaluate("region => region.scrollWidth <= region.clientWidth")
    expect(recent.locator("thead")).to_be_hidden()
    for label in ("时间", "台账", "导入人", "错误", "状态"):
        cell = recent.locator(f"td[data-label={label}]").first
        expect(cell).to_be_visible()
        assert cell.bounding_box()["height"] < 40, label


def test_a_chart_that_is_wider_than_the_phone_shows_its_last_quarter(page, live_server, committee):
    make_branch(committee, covers=(make_organization(committee),))
    sign_in(page, live_server, make_staff(committee))
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("organizations:coverage"))

    last, first = (page.get_by_text(quarter, exact=True).bounding_box() for quarter in ("2023Q1", "2021Q2"))

    assert last["x"] >= 0 and last["x"] + last["width"] <= 360
    assert first["x"] < 0


def test_back_to_a_refused_form_asks_for_the_form_and_sends_nothing_again(page, live_server, committee):
    sign_in(page, live_server, make_staff(committee))
    address = live_server.url + reverse("organizations:liaison-create")
    page.goto(address)
    page.locator("input[name=name]").fill("孙例文")
    page.locator(".savebar button").click()
    expect(page.locator("#errors")).to_be_visible()
    page.goto(live_server.url + reverse("organizations:coverage"))
    sent = []
    page.on("request", lambda request: sent.append(request.method) if request.url == address else None)

    page.go_back()

    expect(page.get_by_role("heading", name="登记联络员")).to_be_visible()
    assert sent == ["GET"]
