"""LibraryThing's export as JSON: an object of books by their ids.

A book has `title`, `primaryauthor`, `authors` (objects with `lf` and `fl`), `isbn` (a list, or an
object of numbered ones), `rating`, `date`, `dateread`, `entrydate`, `collections`, `language_codeA`
and more; what stands in brackets in the tab-delimited file, stands bare.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from enrichment.library.files.cells import Record
from enrichment.library.files.lines import LONGEST_CELL
from enrichment.library.files.registry import KNOWN
from enrichment.library.records import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_BOOK = "What stands here is no book: it is no object, or a text in it is too long."
_MARKS = {"title", "primaryauthor", "books_id"}
_COLUMNS = {
    "books_id": "book id",
    "title": "title",
    "primaryauthor": "primary author",
    "isbn": "isbn",
    "ean": "isbns",
    "date": "date",
    "rating": "rating",
    "datestarted": "date started",
    "dateread": "date read",
    "entrydate": "entry date",
    "collections": "collections",
    "language_codeA": "languages",
}
"""The column of the tab-delimited file that says the same."""
_DEEPEST = 3
"""Lists in one another that LibraryThing writes, at most; a file may be made to have more."""
_BETWEEN = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder(strict=False)


class JsonBooks:
    """The records of a file, as often as they are asked for."""

    kind = "librarything"

    def __init__(self, text: str) -> None:
        self._text = text
        self.columns: dict[str, str] = {}
        """The keys that the file has, by the names of their columns."""

    def __iter__(self) -> Iterator[Record]:
        line, counted = 1, 0
        for place, key, book in _members(self._text):
            line, counted = line + self._text.count("\n", counted, place), place
            yield self._record(line, key, book)

    def _record(self, line: int, key: str, book: Any) -> Record:
        if not isinstance(book, dict):
            return Record(line, {}, problem=NO_BOOK)
        values: dict[str, str] = {}
        for name, value in book.items():
            column = _COLUMNS.get(str(name), str(name))
            values[column] = _text(value)
            self.columns.setdefault(column, str(name))
        values.pop("authors", None)
        values = {"book id": key} | values | _authors(book)
        if any(len(value) > LONGEST_CELL for value in values.values()):
            return Record(line, {}, problem=NO_BOOK)
        return Record(line, values)


def opened(text: str) -> JsonBooks:
    """Raise ExportError for JSON that is none of LibraryThing's, or is broken anywhere."""
    marked = [isinstance(book, dict) and bool(_MARKS & book.keys()) for *_, book in _members(text)]
    if not any(marked):
        raise ExportError(f"This JSON is no export of LibraryThing, by ids of books. {KNOWN}")
    return JsonBooks(text)


def _members(text: str) -> Iterator[tuple[int, str, Any]]:
    """Give place, key and value of each member of the object that the text is."""
    place = _after(text, text.index("{") + 1)
    try:
        while not text.startswith("}", place):
            begins = place
            key, place = _DECODER.raw_decode(text, place)
            value, place = _DECODER.raw_decode(text, _after(text, place))
            yield begins, str(key), value
            place = _after(text, place)
    except (ValueError, RecursionError) as exc:
        line = text.count("\n", 0, place) + 1
        raise ExportError(f"The JSON cannot be read from line {line} on: it is broken.") from exc


def _after(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    return found.end() if found else place


def _text(value: Any, depth: int = 0) -> str:
    """Give a value as the tab-delimited file would: several with commas between."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and depth < _DEEPEST:
        return ", ".join(filter(None, (_text(each, depth + 1) for each in value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _authors(book: dict[str, Any]) -> dict[str, str]:
    """Read the further authors, each with a role; the first one is the main author."""
    given = book.get("authors")
    authors = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    names = [_text(each.get("lf")) or _text(each.get("fl")) for each in authors]
    main = _text(book.get("primaryauthor")) or next(iter(names), "")
    others = [(name, _text(each.get("role"))) for name, each in zip(names, authors, strict=True)]
    others = [(name, role) for name, role in others if name and name != main]
    return {
        "primary author": main,
        "secondary author": "|".join(name for name, _ in others),
        "secondary author roles": "|".join(role for _, role in others),
    }
