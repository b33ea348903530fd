"""The stand-in's covers are what the platform takes for covers, and for none."""

import pytest

from enrichment import covers as door
from enrichment.stand_in import covers
from enrichment.stand_in.lookup import rows

OPENLIBRARY = "/covers/covers.openlibrary.org/b/id"


def test_a_cover_that_a_record_names_is_a_picture():
    number = next(row["covers"][0] for row in rows("openlibrary_editions") if "covers" in row)
    assert door._kind(covers.reply(f"{OPENLIBRARY}/{number}-L.jpg").body) == "image"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{OPENLIBRARY}/999999999-L.jpg", "blank"),
        ("/covers/books.google.com/books/content", "image"),
    ],
)
def test_other_addresses(path, kind):
    assert door._kind(covers.reply(path).body) == kind


def test_what_is_no_covers_path_is_not_answered():
    assert covers.reply("/ol/works/OL1W.json") is None
