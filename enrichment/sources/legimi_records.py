"""What Legimi's JSON says, read strictly: what has another shape than this is no answer at all.

No answer of Legimi's is recorded anywhere. The fields are those that its consumers read
(external-services, "Legimi", 1.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from enrichment.sources import texts

FORMATS = ("ebook", "audiobook")
SUBSCRIPTION = "subscription"
PLANS = {
    SUBSCRIPTION: "isInSubscription",
    "library": "isInLibrarySubscription",
    "library_pass": "isInLibraryPass",
    "kindle": "isInKindleSubscription",
}
"""Ways to read a book, by our name, and the field that grants each."""
LARGEST_ID = 2**63 - 1

Formats = dict[str, list[str]]
"""The formats in which a title is there, with the plans that each of them is in."""


class WrongShapeError(ValueError):
    """The body is not what Legimi is known to send; nobody can say what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A title in a list of Legimi's. The id is the same for its e-book and its audiobook."""

    legimi_id: int
    title: str
    authors: tuple[str, ...] = ()
    is_available: bool = True


def read_listings(body: dict[str, Any]) -> tuple[Listing, ...]:
    """Read a search's answer; raises WrongShapeError.

    A book that makes no sense is left out. Where not one of them does, the layout has changed.
    """
    books = _object(body.get("bookList")).get("books")
    if not isinstance(books, list):
        raise WrongShapeError("There is no list of books.")
    listings = tuple(listing for book in books if (listing := _listing(book)))
    if books and not listings:
        raise WrongShapeError("No book of the list has an id and a title.")
    return listings


def _listing(book: Any) -> Listing | None:
    if not isinstance(book, dict):
        return None
    legimi_id, title = book.get("id"), texts.line(book.get("title"))
    # To Python, true is a number.
    if type(legimi_id) is not int or not 0 < legimi_id <= LARGEST_ID or not title:
        return None
    authors = book.get("authors")
    named = (
        [each for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    )
    return Listing(
        legimi_id=legimi_id,
        title=title,
        authors=tuple(name for each in named if (name := texts.line(each.get("name")))),
        is_available=book.get("isAvailable") is not False,
    )


def read_formats(body: dict[str, Any]) -> Formats:
    """Read the formats of a title's own page and the plans of each; raises WrongShapeError.

    One format may be in the subscription and the other only for sale.
    """
    book = _object(body.get("book"))
    if book.keys().isdisjoint(FORMATS):
        raise WrongShapeError("The book names no format.")
    return {name: _plans(book[name]) for name in FORMATS if book.get(name) is not None}


def _plans(granted: Any) -> list[str]:
    granted = _object(granted)
    if not isinstance(granted.get(PLANS[SUBSCRIPTION]), bool):
        raise WrongShapeError("A format does not say whether it is in the subscription.")
    return [plan for plan, field in PLANS.items() if granted.get(field) is True]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongShapeError("Something is no JSON object.")
    return value
