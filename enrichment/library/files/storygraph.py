"""The StoryGraph: https://app.thestorygraph.com, Manage Account, "Export StoryGraph Library"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.library.files import names, statuses
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.files.titles import without_series
from enrichment.library.records import LibraryRow
from enrichment.sources import texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells


def row(cells: Cells) -> LibraryRow:
    full_title = texts.line(cells.text("title"))
    shelf = cells.shelf("read status")
    return LibraryRow(
        line=cells.line,
        title=without_series(full_title),
        full_title=full_title,
        authors=names.each_once(names.separated(cells.text("authors"))),
        isbns=cells.isbns("isbn/uid"),
        status=statuses.of_shelf(shelf)
        or statuses.of_dates(finished=cells.has_date("last date read")),
        shelf=shelf,
        rating=cells.rating("star rating"),
        added_on=cells.day("date added"),
        read_on=cells.day("last date read"),
    )


KIND = Kind(
    name="StoryGraph",
    marks=(columns("title", "authors", "read status"), columns("title", "isbn/uid")),
    kept=columns(
        "title",
        "authors",
        "isbn/uid",
        "read status",
        "last date read",
        "star rating",
    ),
    row=row,
)
