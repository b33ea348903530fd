"""A real browser: Debian's Chromium, driven by Playwright."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.accessibility import watch

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
    """Keep a picture of the page in the folder BOOKHUB_SCREENSHOTS, where one is named."""
    folder = os.environ.get("BOOKHUB_SCREENSHOTS")

    def save(name):
        if folder:
            page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png")

    return save
