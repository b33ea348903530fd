"""A moderator's work on one book, as they see it: sources, another edition, back, two at once."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from enrichment.http import NoAnswerError
from enrichment.jobs import runner
from enrichment.sources import plugins
from moderation import comparison
from moderation.models import Likeness, Screening
from tests import factories
from tests.admin_pages import page_of
from tests.browser.accessibility import axe
from tests.enrichment.fake_plugin import FakePlugin
from tests.moderation.books.moderators import corrects

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator(page, live_server, client, moderator):
    """Sign the moderator in, without the form; phones are dark."""
    page.emulate_media(color_scheme="dark" if page.viewport_size["width"] < 1000 else "light")
    client.force_login(moderator)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])
    return moderator


@pytest.fixture
def sources(monkeypatch):
    both = {name: FakePlugin() for name in plugins.PLUGINS}
    both["openlibrary"].says(
        title="Emma",
        authors=("Jane Austen",),
        description="Emma Woodhouse, handsome, clever, and rich.",
        genres=("Classics", "Novel"),
    )
    both["googlebooks"].error = NoAnswerError(
        "Google Books refuses to answer us.", reason="blocked"
    )
    monkeypatch.setattr(plugins, "PLUGINS", both)


@pytest.fixture
def books():
    """Give three pending books, the first of which looks like a work of the catalog."""
    books = [
        factories.BookFactory(
            title=title, authors=["Jane Austen"], publisher__name=f"{title} Press"
        )
        for title in ("Emma", "Persuasion", "Sanditon")
    ]
    edition = factories.EditionFactory(title="Emma (1815)", work__title="Emma", publish_year=1815)
    factories.CommentFactory(book=books[0], body="Read this.\nTwice.")
    with acting_as(SYSTEM):
        Screening.objects.create(
            book=books[0],
            flags=["near_title"],
            facts={"near_title": "“Emma” of the catalog has a title like this one."},
            book_version=books[0].updated_at,
        )
        Likeness.objects.create(book=books[0], edition=edition, flag="near_title", score=0.9)
    return books


def answer_now(book):
    with acting_as(SYSTEM):
        job = comparison.latest(book)
    runner.run(job.pk)


@pytest.mark.parametrize("page", [390], ids=["phone"], indirect=True)
def test_a_moderator_asks_takes_and_finalizes(
    page, live_server, moderator, sources, books, save_screenshot
):
    emma, persuasion, _ = books
    page.goto(f"{live_server}{page_of(emma)}")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.get_by_label("Price").fill("7.50")
    page.locator("body").press("Tab")
    page.get_by_role("heading", name="What the sources say").click()
    page.keyboard.press("r")
    expect(page.get_by_text("The sources are being asked.")).to_be_visible()
    answer_now(emma)
    expect(page.get_by_text("It has this book, with a confidence of")).to_be_visible()
    expect(page.get_by_text("Google Books refuses to answer us.")).to_be_visible()
    # What was typed is still there: nothing was reloaded.
    expect(page.get_by_label("Price")).to_have_value("7.50")
    axe(page)
    save_screenshot("book-sources")

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is saved.")).to_be_visible()
    page.get_by_role("group", name="Description").get_by_text("Take from Open Library").click()
    page.get_by_role("button", name="Preview the choice").click()
    expect(page.get_by_text("handsome, clever, and rich")).to_be_visible()
    axe(page)
    save_screenshot("book-take")
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_text("has taken 1 value of the sources.")).to_be_visible()
    save_screenshot("book-taken")

    # It shows once the script listens.
    expect(page.get_by_role("button", name="Keys on this page")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("link", name="Emma", exact=True)).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value(persuasion.title)
    with acting_as(SYSTEM):
        book = Book.objects.get(pk=emma.pk)
        assert (book.status, book.description[:4], str(book.price)) == ("ACTIVE", "Emma", "7.50")


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_a_book_goes_back_and_another_one_under_its_work(
    page, live_server, moderator, books, save_screenshot
):
    emma, persuasion, sanditon = books
    page.goto(f"{live_server}{page_of(persuasion)}")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys on this page")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("b")
    page.get_by_role("button", name="The cover is missing. Please add one.").click()
    expect(page.get_by_label("Why does it go back?")).to_have_value(
        "The cover is missing. Please add one."
    )
    axe(page)
    save_screenshot("book-send-back")
    page.get_by_role("button", name="Send back", exact=True).click()
    expect(page.get_by_text("is sent back.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value(sanditon.title)

    page.goto(f"{live_server}{page_of(emma)}")
    page.get_by_role("link", name="Finalize as another edition of this work").click()
    expect(page.get_by_role("heading", name="A new edition of it")).to_be_visible()
    axe(page)
    save_screenshot("book-as-edition")
    page.get_by_role("button", name="Finalize as this edition").click()
    expect(page.get_by_text("is finalized as an edition of “Emma”.")).to_be_visible()
    page.goto(f"{live_server}{page_of(emma)}")
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    axe(page)
    save_screenshot("book-active")


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_two_moderators_on_one_book(page, live_server, moderator, books, save_screenshot):
    emma = books[0]
    page.goto(f"{live_server}{page_of(emma)}")
    corrects(factories.UserFactory(email="first@example.org"), emma, title="Emma, a novel")
    page.get_by_label("Description").fill("Mine")
    page.get_by_role("button", name="Finalize", exact=True).click()
    expect(page.get_by_text("first@example.org changed title at")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Mine")
    expect(page.get_by_label("Title")).to_have_value("Emma, a novel")
    save_screenshot("book-conflict")
    page.get_by_role("button", name="Finalize", exact=True).click()
    expect(page.get_by_text("is finalized.")).to_be_visible()
    assert reverse("admin:catalog_book_change", args=[emma.pk]) in page.url
