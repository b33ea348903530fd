"""BookHub's own library, `GET /api/user/export?format=csv`, of any of its servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.spreadsheet import split_names, unescape
from enrichment.library.files import names, statuses
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.records import LibraryRow
from enrichment.sources import languages, openlibrary_fields, texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells

NO_BOOK = "This row is an author who is followed, not a book: follow them anew."


def row(cells: Cells) -> LibraryRow:
    """Read a work; the rows of followed authors are told, and not taken."""
    if cells.text("kind") == "author":
        cells.refuse(NO_BOOK)
    title, shelf = texts.line(unescape(cells.text("title"))), cells.shelf("status")
    return LibraryRow(
        line=cells.line,
        title=title,
        full_title=title,
        authors=names.each_once(split_names(unescape(cells.text("authors")))),
        isbns=cells.isbns("isbn13"),
        openlibrary_work=openlibrary_fields.key(cells.text("openlibrary_id"), "W"),
        status=statuses.of_shelf(shelf),
        shelf=shelf,
        rating=cells.rating("rating"),
        publish_year=cells.year("publish_year"),
        original_year=cells.year("first_publish_year"),
        language=languages.from_tag(cells.text("language")),
        added_on=cells.day("created_at"),
        # Of a book that was read, this is when.
        read_on=cells.day("status_updated_at"),
    )


KIND = Kind(
    name="BookHub",
    marks=(columns("kind", "work_id", "title", "status"),),
    kept=columns(
        "kind",
        # The ids of a server mean nothing on another one.
        "work_id",
        "author_ids",
        "openlibrary_id",
        "title",
        "authors",
        "isbn13",
        "publish_year",
        "first_publish_year",
        "language",
        "status",
        "rating",
        "status_updated_at",
    ),
    row=row,
)
