import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.browser


def sign_in(page, live_server, username, password):
    page.goto(live_server.url + reverse("core:login"))
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")


@pytest.mark.parametrize("width", [1280, 360])
def test_sign_in_page_fits_and_asks_no_other_host(page, live_server, width):
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(live_server.url + reverse("core:login"))

    assert "非涉密" in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


def test_wrong_password_is_answered_on_the_page(page, live_server):
    user = make_user()

    sign_in(page, live_server, user.username, "not the password")

    assert page.locator("[role=alert], .alert, .errorlist").first.is_visible()
    assert "/accounts/login/" in page.url
