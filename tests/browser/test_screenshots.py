"""Writes the pictures of README from the demo: `make test TEST_ARGS="-m screenshots"`."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from core.models import User

pytestmark = [pytest.mark.screenshots, pytest.mark.django_db(transaction=True)]

FOLDER = settings.BASE_DIR / "docs" / "screenshots"
# file, account of the demo, where its page begins (the first link of the menu with this text; "" is the home page), width
SHOTS = [
    ("home", "staff", "", 1280),
    ("organizations", "staff", "社会组织", 1280),
    ("summary", "staff", "季度总结", 1280),
    ("phone", "secretary", "", 390),
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

    for name, username, menu, width in SHOTS:
        page.context.clear_cookies()
        sign_in(page, live_server, username)
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(live_server.url)
        if menu:
            page.goto(live_server.url + page.locator("nav a", has_text=menu).first.get_attribute("href"))
        page.screenshot(path=FOLDER / f"{name}.png")

    assert {path.name for path in FOLDER.glob("*.png")} >= {f"{name}.png" for name, *_rest in SHOTS}
