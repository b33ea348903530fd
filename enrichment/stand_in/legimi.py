"""Legimi's catalogue, as its consumers read it; no answer of the real one was ever recorded.

All terms must stand in the title, and a sign of punctuation among them finds nothing. The list says
nothing of the subscription but through the filter `unlimited`; a title's own page says it, of the
e-book and the audiobook apart.
"""

from __future__ import annotations

import json
import re

from enrichment.stand_in.lookup import Answer, Asked, Row, is_found, rows

PREFIX = "/legimi"
CATALOGUE = "/api/catalogue"
FORMATS = {"ebooks": "ebook", "audiobooks": "audiobook"}
UNLIMITED = {"unlimited", "unlimitedlegimi"}


def answer(path: str, asked: Asked) -> Answer:
    """Answer a path below the service's base URL."""
    if path == CATALOGUE:
        return _list(asked)
    found = re.fullmatch(rf"{CATALOGUE}/book/(\d+)", path)
    return _detail(int(found[1])) if found else Answer({"message": "Not Found"}, 404)


def _list(asked: Asked) -> Answer:
    phrase, filters = asked.get("searchphrase", ""), _array(asked.get("filters", ""))
    books = [_listed(row) for row in rows("legimi_books") if _fits(row, phrase, filters)]
    if "polish" not in (_array(asked.get("languages", "")) or {"polish"}):
        books = []
    return Answer({"bookList": {"books": books, "pagination": {"totalPages": 1}}})


def _array(text: str) -> set[str]:
    """Read `["a","b"]`."""
    return set(json.loads(text)) if text.startswith("[") else set()


def _fits(row: Row, phrase: str, filters: set[str]) -> bool:
    if re.search(r'[.,:;!?"()]', phrase) or not is_found(phrase, row["title"]):
        return False
    formats = [row[form] for name, form in FORMATS.items() if name in filters] or _formats(row)
    if UNLIMITED & filters:
        return any(form and form["isInSubscription"] for form in formats)
    return any(formats)


def _formats(row: Row) -> list[Row | None]:
    return [row[form] for form in FORMATS.values()]


def _listed(row: Row) -> Row:
    return {
        "id": _id_of(row),
        "title": row["title"],
        "url": row["url"],
        "ebookFormat": row["ebook"] is not None,
        "audiobookFormat": row["audiobook"] is not None,
        **({"isAvailable": row["isAvailable"]} if "isAvailable" in row else {}),
        "authors": [{**author, "key": None, "description": None} for author in row["authors"]],
    }


def _detail(book_id: int) -> Answer:
    book = next((row for row in rows("legimi_books") if _id_of(row) == book_id), None)
    return Answer({"book": book, "bookCollections": []})


def _id_of(row: Row) -> int:
    """Read the number that stands at the end of the address: `...,b99000001.html`."""
    return int(row["url"].rsplit(",b", 1)[1].removesuffix(".html"))
