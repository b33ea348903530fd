"""The front page, as readers with a keyboard and without JavaScript use it."""

import pytest
from playwright.sync_api import expect

from catalog import lifecycle
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.browser.accessibility import axe

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = ["Pan Tadeusz", "Solaris", "Żółw i zając", "Emma", "1984"]


@pytest.fixture
def _books():
    """Finalized books with covers, which nothing here can load, and a long list of others."""
    with acting_as(SYSTEM):
        for title in TITLES:
            cover = "https://covers.openlibrary.org/b/id/1-L.jpg"
            lifecycle.finalize(factories.BookFactory(title=title, cover_images=[cover]))
        for number in range(41):
            factories.WorkFactory(title=f"Saga of the longest of all titles, volume {number}")


@pytest.mark.usefixtures("_books")
@pytest.mark.parametrize(
    ("page", "scheme"),
    [(1440, "light"), (390, "dark")],
    ids=["desktop-light", "phone-dark"],
    indirect=["page"],
)
def test_a_search_from_the_front_page(page, live_server, save_screenshot, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)
    save_screenshot(f"front-page-{scheme}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Search the catalog").fill("zolw")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("Żółw i zając")
    expect(page.get_by_label("Search the catalog")).to_have_value("zolw")
    expect(page.get_by_alt_text("Cover of Żółw i zając")).to_be_visible()
    axe(page)
    save_screenshot(f"front-page-found-{scheme}")

    page.get_by_label("Search the catalog").fill("saga")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next page").click()
    expect(page.get_by_text("41 found; here 21 to 40")).to_be_visible()
    axe(page)
    save_screenshot(f"front-page-pages-{scheme}")

    page.get_by_label("Search the catalog").fill("nothing of the kind")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing found")
    axe(page)


@pytest.mark.usefixtures("_books")
def test_it_works_without_javascript(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{live_server}/")
    plain.get_by_label("Search the catalog").fill("emma")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=2)).to_have_text("Emma")
    context.close()


@pytest.mark.parametrize("page", [1440], ids=["desktop"], indirect=True)
def test_it_leads_to_the_docs(page, live_server):
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="Try the API").click()
    expect(page).to_have_url(f"{live_server}/api/docs")
