"""A moderator's way through the queue: by keys, in numbers, and back to where they were."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from moderation.models import Flag, Screening
from tests import factories
from tests.browser.accessibility import axe, fits

pytestmark = pytest.mark.django_db(transaction=True)
FACT = "“Emma” by Jane Austen, in the catalog since 2019, has a title like this one."


@pytest.fixture
def books(page):
    factories.UserFactory(email="ann@example.org", password=factories.PASSWORD, is_staff=True)
    acme = factories.PublisherFactory(name="Acme Press")
    made = [
        factories.BookFactory(title=title, authors=["Jane Austen"], publisher=acme)
        for title in ("Emma", "Emma, annotated", "Persuasion", "Sanditon", "Lady Susan")
    ]
    with acting_as(SYSTEM):
        for book in made[:4]:
            flags = [Flag.NEAR_TITLE, Flag.NO_COVER] if book == made[1] else []
            Screening.objects.create(
                book=book,
                flags=flags,
                facts=dict.fromkeys(flags, FACT),
                book_version=book.updated_at,
            )
    return made


@pytest.fixture
def queue(page, live_server, books):
    page.goto(f"{live_server}/admin/catalog/book/")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#result_list tbody")).to_have_count(5)
    return page


def active_titles():
    with acting_as(SYSTEM):
        return sorted(Book.objects.filter(status="ACTIVE").values_list("title", flat=True))


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_goes_through_it_by_keys(queue, save_screenshot):
    queue.get_by_text("Near title").first.click()
    expect(queue.get_by_text(FACT).first).to_be_visible()
    axe(queue)
    save_screenshot("queue-flags")
    queue.emulate_media(color_scheme="dark")
    queue.reload()
    queue.get_by_text("Near title").first.click()
    axe(queue)
    save_screenshot("queue-flags-dark")
    queue.emulate_media(color_scheme="light")
    queue.reload()
    queue.get_by_text("Near title").first.click()

    queue.keyboard.press("?")
    expect(queue.get_by_role("dialog")).to_be_visible()
    save_screenshot("queue-keys")
    queue.keyboard.press("f")
    queue.keyboard.press("Escape")
    # From the row whose flag was opened.
    queue.keyboard.press("k")
    expect(queue.get_by_role("link", name=re.compile("^Emma Jane"))).to_be_focused()
    queue.keyboard.press("ArrowDown")
    queue.keyboard.press("j")
    expect(queue.get_by_role("link", name=re.compile("^Persuasion"))).to_be_focused()
    save_screenshot("queue-marked")
    queue.keyboard.press("f")
    expect(queue.get_by_text("1 book finalized.")).to_be_visible()
    # The next one stands where the last one did.
    expect(queue.get_by_role("link", name=re.compile("^Sanditon"))).to_be_focused()
    assert active_titles() == ["Persuasion"]

    queue.keyboard.press("/")
    queue.keyboard.type("jfxb?")
    expect(queue.locator("#searchbar")).to_have_value("jfxb?")
    assert active_titles() == ["Persuasion"]

    queue.keyboard.press("Tab")
    queue.evaluate("document.activeElement.blur()")
    queue.keyboard.press("j")
    queue.keyboard.press("Enter")
    expect(queue).to_have_url(re.compile("/change/"))


@pytest.mark.parametrize("page", [390], ids=["phone"], indirect=True)
def test_finalizes_many_after_showing_what_will_happen(queue, books, save_screenshot):
    boxes = queue.locator("input.action-select")
    for number in range(5):
        boxes.nth(number).check()
    save_screenshot("queue-selected")
    queue.locator("select[name=action]").select_option("bulk_finalize")
    queue.get_by_role("button", name="Run").click()
    expect(queue.get_by_text("Will be finalized: 4")).to_be_visible()
    expect(queue.get_by_text("May be here already: 1")).to_be_visible()
    expect(queue.get_by_label("Leave those out")).to_be_checked()
    axe(queue)
    save_screenshot("bulk-confirm")
    queue.emulate_media(color_scheme="dark")
    queue.reload()
    axe(queue)
    save_screenshot("bulk-confirm-dark")
    queue.get_by_role("button", name="Finalize").click()
    expect(queue.get_by_text("4 books finalized.")).to_be_visible()
    expect(queue.get_by_text("flagged as a possible duplicate")).to_be_visible()
    expect(queue.locator("#result_list tbody")).to_have_count(1)
    save_screenshot("bulk-done")
    assert len(active_titles()) == 4


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_filters_survive_a_book_and_back(queue, save_screenshot):
    queue.get_by_role("link", name="All", exact=True).click()
    expect(queue).to_have_url(re.compile(r"state=all"))
    queue.locator("#searchbar").fill("emma")
    queue.keyboard.press("Enter")
    expect(queue.locator("#result_list tbody")).to_have_count(2)
    kept = queue.url
    queue.get_by_role("link", name=re.compile("^Emma Jane")).click()
    expect(queue).to_have_url(re.compile("_changelist_filters"))
    queue.get_by_role("heading", level=1).get_by_role("link", name="Books").click()
    expect(queue).to_have_url(re.compile(r"/book/\?"))
    assert sorted(queue.url.split("?")[1].split("&")) == sorted(kept.split("?")[1].split("&"))
    queue.locator("#searchbar").fill("nothing like it")
    queue.keyboard.press("Enter")
    expect(queue.get_by_role("heading", name="No book matches")).to_be_visible()
    assert fits(queue)
    save_screenshot("queue-empty")
