"""A moderator makes two works one, and takes it back, as they see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_moderation import fits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def works(page):
    factories.UserFactory(email="ann@example.org", password=factories.PASSWORD, is_staff=True)
    lem = factories.AuthorFactory(name="Stanisław Lem")
    titles = ("Solaris", "Solaris: a novel with a very long title that goes on, and on, and on")
    works = [factories.AuthorWorkFactory(author=lem, work__title=title).work for title in titles]
    for work in works:
        factories.EditionFactory(work=work, title=work.title, publish_year=1961)
    factories.UserWorkFactory(work=works[1])


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_two_works_are_merged_and_it_is_undone(page, live_server, works, save_screenshot):
    page.goto(f"{live_server}/admin/catalog/work/")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Search to see something here")).to_be_visible()
    save_screenshot("works-without-search")

    page.goto(f"{live_server}/admin/catalog/work/?q=solaris")
    expect(page.get_by_role("link", name="Solaris", exact=False).first).to_be_visible()
    assert fits(page)
    save_screenshot("works-found")

    page.get_by_role("link", name="Solaris: a novel").click()
    expect(page.get_by_role("heading", name="Editions")).to_be_visible()
    assert fits(page)
    save_screenshot("work")

    page.get_by_role("link", name="Merge with …").click()
    page.get_by_label("Words, an ISBN").fill("solaris")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("link", name="Solaris", exact=True)).to_be_visible()
    save_screenshot("merge-choose")
    page.get_by_role("link", name="Solaris", exact=True).click()

    page.get_by_role("radio", name="Solaris OL").check()
    page.get_by_role("button", name="Show what moves then").click()
    expect(page.get_by_text("Shelves that have it: 1")).to_be_visible()
    assert fits(page)
    save_screenshot("merge-preview")

    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("merged into “Solaris”.")).to_be_visible()
    assert fits(page)
    save_screenshot("merge")

    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("1 merge undone.")).to_be_visible()
    expect(page.get_by_text("It has been undone.")).to_be_visible()
    save_screenshot("merge-undone")
