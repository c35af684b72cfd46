"""The secretary writes and hands in the report on a phone; an ended sign-in costs not one character."""

from datetime import date

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from reviews.models import DutyReport
from tests.factories import PASSWORD, make_branch, make_committee, make_duty_report, make_secretary, make_session

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 360, "height": 780}}


@pytest.fixture
def report(transactional_db):
    committee = make_committee(demo_date=date(2023, 2, 17))
    branch = make_branch(committee, secretary="陈例文")
    make_secretary(branch, username="liwen")
    return make_duty_report(make_session(committee), branch)


def sign_in(page):
    page.fill("input[name=username]", "liwen")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()


def saved(page):
    expect(page.locator("[data-autosave-state]")).to_contain_text("已保存")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= 360


def test_report_survives_the_end_of_the_session_and_is_handed_in(page, live_server, report):
    page.goto(live_server.url + reverse("reviews:dutyreport-edit", args=[report.pk]))
    sign_in(page)
    assert page.locator("#id_duties").is_visible() and not page.locator("#id_problems").is_visible()
    assert fits(page)

    page.fill("#id_duties", "全年开展主题党日12次。")
    saved(page)
    assert DutyReport.objects.get(pk=report.pk).duties == "全年开展主题党日12次。"

    Session.objects.all().delete()
    page.click("[aria-label='四、存在问题']")
    page.fill("#id_problems", "一是活动形式单一。")
    page.click("text=预览并提交")
    expect(page.locator("[data-autosave-state]")).to_contain_text("登录已过期")
    assert page.input_value("#id_problems") == "一是活动形式单一。"

    with page.context.expect_page() as opened:
        page.click("text=在新标签页登录")
    sign_in(opened.value)
    opened.value.close()
    page.click("[aria-label='六、改进措施']")
    page.fill("#id_measures", "每季度开展一次跨单位活动。")
    page.troubles.clear()  # the refused tries while signed out are told by the console, as they should
    page.click("text=预览并提交")
    page.wait_for_url("**/submit/")
    page.troubles.clear()
    assert page.locator(".reading").inner_text().count("一是活动形式单一。") == 1
    assert fits(page)

    page.click("text=确认提交")
    page.wait_for_url(f"**{report.get_absolute_url()}")
    assert "提交回执" in page.content() and fits(page)

    stored = DutyReport.objects.get(pk=report.pk)
    assert (stored.status, stored.problems, stored.measures) == (
        "submitted",
        "一是活动形式单一。",
        "每季度开展一次跨单位活动。",
    )
    assert stored.versions.get().content["duties"] == "全年开展主题党日12次。"


def test_second_tab_does_not_overwrite_the_first(page, live_server, report):
    page.goto(live_server.url + reverse("reviews:dutyreport-edit", args=[report.pk]))
    sign_in(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.fill("#id_duties", "第一页写的。")
    saved(page)

    other.fill("#id_duties", "第二页写的。")
    expect(other.locator("[data-autosave-state]")).to_contain_text("改动过")
    other.get_by_role("button", name="保存", exact=True).click()
    other.wait_for_selector(".alert-warning")

    assert other.input_value("#id_duties") == "第二页写的。"
    assert "第一页写的。" in other.locator(".alert-warning").inner_text()
    assert DutyReport.objects.get(pk=report.pk).duties == "第一页写的。"
    other.close()


def test_writing_works_without_a_script(browser, live_server, report):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(live_server.url + reverse("reviews:dutyreport-edit", args=[report.pk]))
    sign_in(page)
    page.fill("#id_problems", "一是活动偏少。")
    page.fill("#id_measures", "每月一次。")
    page.click("text=预览并提交")
    page.click("text=确认提交")

    assert DutyReport.objects.get(pk=report.pk).status == "submitted"
    assert settings.SESSION_COOKIE_NAME in {cookie["name"] for cookie in context.cookies()}
    context.close()
