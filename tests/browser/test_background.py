"""An operator's way through what went wrong in the background, as they see it."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from enrichment.outside import source_health
from enrichment.outside.answers import CallFailedError, Hold
from enrichment.sources import openlibrary
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(page, live_server, client):
    """Sign a superuser in, without the form."""
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])


@pytest.fixture
def troubles():
    user = factories.UserFactory(email="reader@example.org")
    factories.JobFactory(
        user=user,
        status="failed",
        finished_at=user.created_at,
        error="Open Library does not answer. " * 5,
    )
    service = openlibrary.service()
    hold = Hold(seconds=3600, reason="blocked", advice=service.advice[403])
    source_health.note_failure(service, "/a", CallFailedError("blocked", hold=hold))


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [390], ids=["phone"], indirect=True)
def test_an_operator_sees_to_what_went_wrong(
    page, live_server, operator, troubles, save_screenshot
):
    page.goto(f"{live_server}/admin/")
    assert fits(page)
    save_screenshot("first-page-troubles")
    page.get_by_text("see why, and run them again").click()
    page.get_by_role("link", name="Author works").click()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("link", name="Cancel")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("1 job queued again.")).to_be_visible()

    page.goto(f"{live_server}/admin/")
    page.get_by_text("Open Library is paused for").click()
    expect(page.get_by_role("region", name="Open Library")).to_contain_text("turns away clients")
    assert fits(page)
    save_screenshot("sources")
    page.get_by_role("button", name="Ask again now").click()
    expect(page.get_by_text("Open Library is asked again")).to_be_visible()
    expect(page.get_by_role("button", name="Ask again now")).to_have_count(0)
