"""Browser tests run in the machine's own Chromium: nothing is downloaded, nothing outside this machine is asked."""

import pytest

from tests.conftest import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=zh-CN"]
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 860},
    }


@pytest.fixture
def page(page, live_server):
    """A page that fails its test when the console shows an error or another host is asked."""
    troubles = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((live_server.url, "data:", "blob:", "about:"))
            else troubles.append(request.url)
        ),
    )
    page.troubles = troubles
    yield page
    assert troubles == []
