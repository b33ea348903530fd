"""A real browser: Debian's Chromium, driven by Playwright."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.accessibility import fits, watch

ARGUMENTS = [
    # Nothing outside is reached; to answer for each request here would switch the browser's cache off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="package")
def _allow_queries():
    """Let Django query the database: Playwright runs an event loop in the test's own thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="package")
def browser(_allow_queries):
    """One for all files that a worker has of this folder; each page has a context of its own."""
    path = _chromium()
    if path is None:
        absence = pytest.fail if os.environ.get("BOOKHUB_REQUIRE_BROWSER") == "1" else pytest.skip
        absence("no chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=[1440, 390], ids=["desktop", "phone"])
def page(request, browser):
    """A page as wide as a desktop's or a phone's, from which nothing outside is reached."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    found = watch(page)
    yield page
    context.close()
    assert found == []


@pytest.fixture
def save_screenshot(page):
    """Look at a stage of a way at the other width, too: nothing is to be scrolled sideways.

    Keep a picture in the folder BOOKHUB_SCREENSHOTS, where one is named. Who walks a way at one
    width alone sees it at both like this, in a tenth of the time.
    """
    folder = os.environ.get("BOOKHUB_SCREENSHOTS")
    own = page.viewport_size

    def look(name, width):
        page.set_viewport_size({"width": width, "height": own["height"]})
        assert fits(page), f"{name} at {width}"
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png")

    def save(name):
        for width in {1440, 390} - {own["width"]}:
            look(name, width)
        look(name, own["width"])

    return save
