"""A moderator's way from a publisher's file to its books, as they see it."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from config.row_security import SYSTEM, acting_as
from enrichment.models import Job
from tests import factories
from tests.enrichment.book_uploads.csv_files import csv_of, row
from tests.enrichment.jobs.job_kinds import ran

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator(page, live_server, client):
    """Sign a moderator in, without the form."""
    client.force_login(factories.UserFactory(is_staff=True))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [390], ids=["phone"], indirect=True)
def test_a_moderator_imports_a_file(page, live_server, moderator, save_screenshot):
    factories.PublisherFactory(name="Acme Press")
    content = csv_of(row(1), row(2, price="free"), row(3))
    page.goto(f"{live_server}/admin/catalog/book/")
    page.get_by_role("link", name="Import a file").last.click()
    page.locator("input[type=file]").set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_label("Publisher").select_option("Acme Press")
    assert fits(page)
    save_screenshot("import-choose")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Nothing is imported yet.")).to_be_visible()
    expect(page.get_by_text("price: ")).to_be_visible()
    assert fits(page)
    save_screenshot("import-preview")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("looks again by itself")).to_be_visible()

    with acting_as(SYSTEM):
        job = Job.objects.get()
    ran(job.pk)
    # By itself.
    expect(page.get_by_text("Succeeded:")).to_be_visible()
    assert fits(page)
    save_screenshot("import-over")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    assert download.value.suggested_filename == f"refused-{job.pk}.csv"
