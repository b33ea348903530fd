"""Calibre: "Create a catalog of the books in your library", in the format CSV.

Its stars go from 0 to 5 there, and it says of no book whether it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.library.files import names
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.files.titles import without_series
from enrichment.library.records import LibraryRow
from enrichment.sources import dates, isbns, languages, openlibrary_fields, texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells

NO_DATE = 101
"""The year that stands where Calibre knows of none."""


def row(cells: Cells) -> LibraryRow:
    full_title = texts.line(cells.text("title"))
    identifiers = _identifiers(cells.text("identifiers"))
    year = dates.year_of(cells.text("pubdate"))
    key = identifiers.get("openlibrary", "")
    return LibraryRow(
        line=cells.line,
        title=without_series(full_title),
        full_title=full_title,
        authors=_authors(cells),
        # The column has lost the letter X of an ISBN-10.
        isbns=isbns.read([identifiers.get("isbn", "")]) or cells.isbns("isbn"),
        openlibrary_work=openlibrary_fields.key(key, "W"),
        openlibrary_edition=openlibrary_fields.key(key, "M"),
        rating=cells.rating("rating"),
        publish_year=None if year == NO_DATE else year,
        language=languages.from_marc(cells.text("languages").partition(",")[0].strip()),
        added_on=cells.day("timestamp"),
    )


def _identifiers(cell: str) -> dict[str, str]:
    """Read "goodreads:39077187,isbn:9780756411800"."""
    pairs = (part.partition(":") for part in cell.split(","))
    return {scheme.strip().casefold(): value.strip() for scheme, _, value in pairs}


def _authors(cells: Cells) -> tuple[str, ...]:
    """Read names with "&" between them; an older Calibre put commas there.

    That the column for sorting has as many "&" tells the one from a "Last, First".
    """
    authors, sorted_as = cells.text("authors"), cells.text("author_sort")
    if "&" not in authors and 0 < sorted_as.count("&") == authors.count(","):
        return names.each_once(names.separated(authors))
    return names.each_once([names.in_order(name.strip()) for name in authors.split("&")])


KIND = Kind(
    name="Calibre",
    marks=(
        columns("title", "authors", "author_sort"),
        columns("title", "authors", "identifiers"),
        columns("title", "authors", "timestamp"),
        columns("title", "authors", "uuid"),
    ),
    kept=columns(
        "title",
        "authors",
        "author_sort",
        "isbn",
        "identifiers",
        "rating",
        "pubdate",
        "languages",
    ),
    row=row,
)
