"""Open Library: https://openlibrary.org/account/import, "Export your reading log"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.library.files import names, statuses
from enrichment.library.files.cells import shown
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.records import LibraryRow
from enrichment.sources import openlibrary_fields, texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells


def row(cells: Cells) -> LibraryRow:
    """Read a book, which in files from before 2022 is named by its ids alone."""
    title, shelf = texts.line(cells.text("title")), cells.shelf("bookshelf")
    return LibraryRow(
        line=cells.line,
        title=title,
        full_title=title,
        authors=names.each_once(cells.text("authors").split("|")),
        openlibrary_work=_id(cells, "work id", "W"),
        openlibrary_edition=_id(cells, "edition id", "M"),
        status=statuses.of_shelf(shelf),
        shelf=shelf,
        rating=cells.rating("my ratings"),
        original_year=cells.year("first publish year"),
    )


def _id(cells: Cells, name: str, letter: str) -> str | None:
    raw = cells.text(name)
    found = openlibrary_fields.key(raw, letter)
    if raw and found is None:
        cells.notes.append(f"{shown(raw)} is no {name} of Open Library.")
    return found


KIND = Kind(
    name="Open Library",
    marks=(columns("work id", "bookshelf"), columns("work id", "edition id")),
    kept=columns(
        "work id",
        "edition id",
        "bookshelf",
        "title",
        "authors",
        "first publish year",
        "my ratings",
    ),
    row=row,
)
