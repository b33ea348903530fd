"""BookWyrm: Settings, "Export Book List", of any of its servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.library.files import names, statuses
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.files.titles import without_series
from enrichment.library.records import LibraryRow
from enrichment.sources import openlibrary_fields, texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells


def row(cells: Cells) -> LibraryRow:
    full_title = texts.line(cells.text("title"))
    key = cells.text("openlibrary_key")
    shelf = cells.shelf("shelf_name") or cells.shelf("shelf")
    return LibraryRow(
        line=cells.line,
        title=without_series(full_title),
        full_title=full_title,
        authors=names.each_once(names.separated(cells.text("author_text"))),
        isbns=cells.isbns("isbn_13", "isbn_10"),
        openlibrary_work=openlibrary_fields.key(key, "W"),
        openlibrary_edition=openlibrary_fields.key(key, "M"),
        # The first names the shelf to programs, the second in the language of the reader.
        status=statuses.of_shelf(cells.text("shelf"))
        or statuses.of_shelf(shelf)
        or statuses.of_dates(
            finished=cells.has_date("finish_date"),
            started=cells.has_date("start_date"),
            stopped=cells.has_date("stopped_date"),
        ),
        shelf=shelf,
        rating=cells.rating("rating"),
        added_on=cells.day("shelf_date"),
        read_on=cells.day("finish_date"),
    )


KIND = Kind(
    name="BookWyrm",
    marks=(columns("title", "author_text"),),
    kept=columns(
        "title",
        "author_text",
        "openlibrary_key",
        "isbn_10",
        "isbn_13",
        "start_date",
        "finish_date",
        "stopped_date",
        "rating",
        "shelf",
        "shelf_name",
    ),
    row=row,
)
