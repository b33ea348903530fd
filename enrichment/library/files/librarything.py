"""LibraryThing: https://www.librarything.com/export.php, tab-delimited text and JSON."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from enrichment.library.files import names, statuses
from enrichment.library.files.kinds import Kind, columns
from enrichment.library.files.titles import without_series
from enrichment.library.records import LibraryRow
from enrichment.sources import dates, languages, texts

if TYPE_CHECKING:
    from enrichment.library.files.cells import Cells

_BETWEEN_NAMES = re.compile(r"[|;]")
_AUTHOR = re.compile(r"author|writer|autor|auteur", re.IGNORECASE)
_LANGUAGES = {
    "arabic": "ar",
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "latin": "la",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "slovak": "sk",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
    "ukrainian": "uk",
}


def row(cells: Cells) -> LibraryRow:
    number = cells.text("book id")
    if number and not number.isdecimal():
        cells.refuse("This is no row of a book: what stands in its column Book Id is no number.")
    full_title = texts.line(cells.text("title"))
    collections = cells.shelf("collections")
    return LibraryRow(
        line=cells.line,
        title=without_series(full_title),
        full_title=full_title,
        authors=_authors(cells),
        isbns=cells.isbns("isbn", "isbns"),
        status=_of_collections(collections)
        or statuses.of_dates(
            finished=cells.has_date("date read"), started=cells.has_date("date started")
        ),
        shelf=collections,
        rating=cells.rating("rating"),
        # Cataloguers write "c1979" and "1994-05", too.
        publish_year=dates.year_of(cells.text("date")),
        language=_language(cells.text("languages")),
        added_on=cells.day("entry date"),
        read_on=cells.day("date read"),
    )


def _authors(cells: Cells) -> tuple[str, ...]:
    """Read the authors without translators, illustrators and others whose role is another one."""
    others = zip_longest(
        _BETWEEN_NAMES.split(cells.text("secondary author")),
        _BETWEEN_NAMES.split(cells.text("secondary author roles")),
        fillvalue="",
    )
    wrote = [name for name, role in others if not role.strip() or _AUTHOR.search(role)]
    return names.each_once([names.in_order(n) for n in (cells.text("primary author"), *wrote)])


def _of_collections(collections: str) -> str | None:
    """Give the status of the first collection that means one; "Your library" does not."""
    found = (statuses.of_shelf(name) for name in collections.split(","))
    return next((status for status in found if status), None)


def _language(cell: str) -> str | None:
    first = cell.partition(",")[0].strip().casefold()
    return _LANGUAGES.get(first) or languages.from_marc(first)


KIND = Kind(
    name="LibraryThing",
    marks=(columns("title", "primary author"),),
    kept=columns(
        "title",
        "primary author",
        "secondary author",
        "secondary author roles",
        "isbn",
        "isbns",
        "date",
        "rating",
        "date started",
        "date read",
        "collections",
        "languages",
    ),
    row=row,
)
