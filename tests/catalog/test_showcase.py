"""What the front page shows before anybody searches."""

import pytest
from django.core.cache import cache

from catalog import lifecycle
from catalog.showcase import COUNTED, MOST_SHOWN, amount, showcase
from config.row_security import SYSTEM, acting_as
from tests import factories

COVER = "https://covers.openlibrary.org/b/id/1-L.jpg"


def finalized(**kwargs):
    book = factories.BookFactory(**kwargs)
    with acting_as(SYSTEM):
        lifecycle.finalize(book)
    return book


@pytest.mark.parametrize(
    ("counted", "estimated", "words"),
    [
        (0, -1, "0"),
        (30, -1, "30"),
        (COUNTED, 9_000, "10,000"),
        (COUNTED + 1, -1, "about 10,000"),
        (COUNTED + 1, 1_003_214, "about 1,000,000"),
        (COUNTED + 1, 1_260_000, "about 1,300,000"),
    ],
)
def test_an_estimate_says_so(counted, estimated, words):
    assert amount(counted, estimated) == words


@pytest.mark.django_db
class TestShowcase:
    def test_of_an_empty_catalog(self):
        found = showcase()
        assert (found.newest, found.works, found.authors) == ([], "0", "0")

    def test_the_newest_come_first_and_those_with_a_cover_before_them(self):
        for title, covers in (("Old", [COVER]), ("New", [COVER]), ("Bare", [])):
            finalized(title=title, cover_images=covers)
        assert [work.title for work in showcase().newest] == ["New", "Old", "Bare"]

    def test_a_dozen_are_shown(self):
        with acting_as(SYSTEM):
            for _ in range(MOST_SHOWN + 1):
                finalized()
        assert len(showcase().newest) == MOST_SHOWN

    def test_nothing_that_waits_or_was_withdrawn_or_is_somebodys_own(self, reader):
        factories.BookFactory(title="Waits")
        withdrawn = finalized(title="Withdrawn")
        with acting_as(SYSTEM):
            lifecycle.deactivate(withdrawn)
        factories.EditionFactory(title="Own", owner_user=reader)
        found = showcase()
        assert found.newest == []
        # A withdrawn book's work stays in the catalog, on shelves.
        assert (found.works, found.authors) == ("1", "1")

    def test_it_is_kept_for_a_minute(self, django_assert_num_queries):
        showcase()
        with django_assert_num_queries(0):
            showcase()
        cache.clear()
        finalized(title="New")
        assert [work.title for work in showcase().newest] == ["New"]
