"""Writes the pictures of README from the demo: `make test TEST_ARGS="-m screenshots"`."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from core.models import User

pytestmark = [pytest.mark.screenshots, pytest.mark.django_db(transaction=True)]

FOLDER = settings.BASE_DIR / "docs" / "screenshots"
# file, account of the demo, page, width
SHOTS = [
    ("home", "staff", ("reports:home",), 1280),
    ("organizations", "staff", ("organizations:socialorganization-list",), 1280),
    ("coverage", "staff", ("organizations:coverage",), 1280),
    ("summary", "staff", ("reports:summary-detail", "2023Q1"), 1280),
    ("phone", "secretary", ("reports:home",), 390),
]


def sign_in(page, live_server, username):
    client = Client()
    client.force_login(User.objects.get(username=username))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def test_pictures_of_the_demo(page, live_server):
    call_command("seed_demo", verbosity=0)
    User.objects.update(must_change_password=False)
    FOLDER.mkdir(parents=True, exist_ok=True)

    for name, username, (view, *place), width in SHOTS:
        page.context.clear_cookies()
        sign_in(page, live_server, username)
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(live_server.url + reverse(view, args=place))
        expect(page.locator("[data-fragment][aria-busy]")).to_have_count(0)
        page.screenshot(path=FOLDER / f"{name}.png")

    assert {path.name for path in FOLDER.glob("*.png")} >= {f"{name}.png" for name, *_rest in SHOTS}
