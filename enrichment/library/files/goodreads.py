"""Goodreads: https://www.goodreads.com/review/import, "Export Library"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from enrichment.library.files import names, statuses
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.files.titles import without_series
from enrichment.library.records import LibraryRow
from enrichment.sources import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enrichment.library.files.cells import Cells

COLUMNS = (
    "Book Id",
    "Title",
    "Author",
    "Author l-f",
    "Additional Authors",
    "ISBN",
    "ISBN13",
    "My Rating",
    "Average Rating",
    "Publisher",
    "Binding",
    "Number of Pages",
    "Year Published",
    "Original Publication Year",
    "Date Read",
    "Date Added",
    "Bookshelves",
    "Bookshelves with positions",
    "Exclusive Shelf",
    "My Review",
    "Spoiler",
    "Private Notes",
    "Read Count",
    "Owned Copies",
)
OLDER_COLUMNS = (
    *COLUMNS[:-1],
    "Recommended For",
    "Recommended By",
    "Owned Copies",
    "Original Purchase Date",
    "Original Purchase Location",
    "Condition",
    "Condition Description",
    "BCID",
)
LAYOUTS = (COLUMNS, OLDER_COLUMNS)
_RATING, _DATE_ADDED = COLUMNS.index("My Rating"), COLUMNS.index("Date Added")
_STARS = re.compile(r"[0-5]?")
_DAY = re.compile(r"([0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2})?")


def is_book(cells: Sequence[str], layout: Sequence[str]) -> bool:
    """Say whether these are the cells of a book in the order of the layout."""
    return (
        len(cells) == len(layout)
        and cells[0].strip().isdecimal()
        and _STARS.fullmatch(cells[_RATING].strip()) is not None
        and _DAY.fullmatch(cells[_DATE_ADDED].strip()) is not None
    )


def row(cells: Cells) -> LibraryRow:
    number = cells.text("book id")
    if number and not number.isdecimal():
        cells.refuse("This is no row of a book: what stands in its column Book Id is no number.")
    full_title = texts.line(cells.text("title"))
    shelf = cells.shelf("exclusive shelf") or _known_shelf(cells)
    return LibraryRow(
        line=cells.line,
        title=without_series(full_title),
        full_title=full_title,
        authors=_authors(cells),
        isbns=cells.isbns("isbn13", "isbn"),
        status=statuses.of_shelf(shelf) or statuses.of_dates(finished=cells.has_date("date read")),
        shelf=shelf,
        rating=cells.rating("my rating"),
        publish_year=cells.year("year published"),
        original_year=cells.year("original publication year"),
        added_on=cells.day("date added"),
        read_on=cells.day("date read"),
    )


def _known_shelf(cells: Cells) -> str:
    """Give the first of the book's other shelves that means a status."""
    shelves = cells.shelf("bookshelves").split(", ")
    return next((shelf for shelf in shelves if statuses.of_shelf(shelf)), "")


def _authors(cells: Cells) -> tuple[str, ...]:
    """Read the author, who in files that went through another program stands last name first."""
    author, inverted = cells.text("author"), cells.text("author l-f")
    main = names.in_order(inverted) if author in {"", inverted} else author
    return names.each_once([main, *names.separated(cells.text("additional authors"))])


KIND = Kind(
    name="Goodreads",
    marks=(
        columns("title", "author", "exclusive shelf"),
        columns("title", "author", "author l-f"),
        columns("title", "author", "my rating"),
    ),
    kept=columns(
        "title",
        "author",
        "author l-f",
        "additional authors",
        "isbn",
        "isbn13",
        "my rating",
        "year published",
        "original publication year",
        "date read",
        "exclusive shelf",
    ),
    row=row,
)
