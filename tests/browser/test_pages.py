"""The platform's own pages, under the content policy that they are served with."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complaints(page):
    """Collect what the browser refused to load or to run, and addresses outside."""
    found = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("requestfailed", lambda request: found.append(request.url))
    return found


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_the_docs_try_a_call(page, live_server, complaints):
    page.goto(f"{live_server}/api/docs")
    call = page.locator("#operations-Accounts-signIn")
    call.get_by_role("button", expanded=False).first.click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table").get_by_text("UNAUTHORIZED").first).to_be_visible()
    assert [text for text in complaints if "401" not in text] == []


def test_the_back_office_loads_under_its_policy(page, live_server, complaints):
    page.goto(f"{live_server}/admin/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert complaints == []
