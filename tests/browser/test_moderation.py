"""A moderator's way through the queue, as they see it."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(page):
    factories.UserFactory(email="ann@example.org", password=factories.PASSWORD, is_staff=True)
    long = "The Life and Strange Surprizing Adventures of Robinson Crusoe, of York, Mariner " * 4
    factories.BookFactory(title=long.strip(), publisher__name="Acme Press")
    factories.BookFactory(title="Emma", authors=["Jane Austen"], publisher__name="Blue Heron")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_a_moderator_finalizes_a_book(page, live_server, books, save_screenshot):
    page.goto(f"{live_server}/admin/")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("The oldest has waited")).to_be_visible()
    assert fits(page)
    save_screenshot("first-page")

    page.get_by_text("The oldest has waited").click()
    expect(page.locator("#result_list tbody")).to_have_count(2)
    assert fits(page)
    save_screenshot("queue")

    page.get_by_role("link", name=re.compile("Emma")).click()
    expect(page.get_by_label("Title")).to_have_value("Emma")
    assert fits(page)
    save_screenshot("pending-book")

    page.get_by_role("button", name="Finalize", exact=True).click()
    expect(page.get_by_text("is finalized.")).to_be_visible()
    expect(page.get_by_text("ACTIVE", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(page.get_by_role("button", name="Finalize")).to_have_count(0)
    assert fits(page)
    save_screenshot("active-book")

    with acting_as(SYSTEM):
        assert Book.objects.get(title="Emma").status == "ACTIVE"
