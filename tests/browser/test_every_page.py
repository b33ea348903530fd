"""Every page of the back-office, light and dark: its policy, its scripts, axe, and its width."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of
from tests.browser.accessibility import fits, grave_findings
from tests.moderation.submitted import active

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOM = ("index", "sources", "import_books", "password_change")
FORBIDDEN = 403
"""To moderators."""


@pytest.fixture
def rows():
    """Make a row or two of what the back-office shows."""
    publisher = factories.PublisherFactory(name="Blue Heron")
    factories.MembershipFactory(publisher=publisher)
    factories.BookFactory(title="Emma", publisher=publisher)
    active(title="Persuasion", publisher=publisher)
    factories.JobFactory(status="failed", error="It broke.", finished_at=timezone.now())
    factories.DumpLoadFactory()
    factories.CommentFactory()
    factories.RatingFactory()


def every_page():
    """Give the addresses of all lists, of the first row of each, and of what has no rows."""
    yield from (reverse(f"admin:{name}") for name in CUSTOM)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        with acting_as(SYSTEM):
            row = model._default_manager.first()
        if row is not None:
            yield page_of(row)


def sign_in(page, server, client, user):
    """Give the browser the session of a test client, which is quicker than the form."""
    client.force_login(user)
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": str(server)}])


@pytest.mark.parametrize(
    ("page", "scheme", "is_superuser"),
    [(1440, "light", True), (390, "dark", False)],
    indirect=["page"],
)
def test_every_page(page, live_server, client, rows, scheme, is_superuser):
    user = factories.UserFactory(is_staff=True, is_superuser=is_superuser)
    sign_in(page, live_server, client, user)
    page.emulate_media(color_scheme=scheme)
    wrong = []
    for path in every_page():
        answer = page.goto(f"{live_server}{path}", wait_until="domcontentloaded")
        if answer.status != FORBIDDEN:
            assert answer.status == 200, path
            wrong += grave_findings(page)
            wrong += [] if fits(page) else [f"{path} is too wide"]
    assert not wrong, "\n".join(wrong)
