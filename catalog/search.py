"""Search over the catalog: works by title, author or ISBN, and authors by name.

The database's functions (migration 0009) find and rank; the rows are read under the policies.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog import records
from catalog.isbn import to_isbn13
from catalog.records import seen
from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.sources import FoundAuthor

MOST_WORKS = 1000
"""How many works a search finds at most, however many have its words."""

BY_WORDS = "public.search_works(%(q)s) AS ids"
BY_ISBN = f"""(
    SELECT coalesce(array_agg(w.id ORDER BY w.primary_edition_id IS NULL, w.id), '{{}}') AS ids
    FROM works w
    WHERE w.listed AND {seen("w")} AND w.id IN (
        SELECT e.work_id FROM edition_isbns i JOIN editions e ON e.id = i.edition_id
        WHERE i.isbn13 = %(q)s AND {seen("e")}
    )
) AS every"""  # noqa: S608  (constants of this project, here and below)


def _page(finding: str) -> str:
    """Give the statement of a page of works, with the number of all that were found."""
    return f"""
    SELECT {records.WORK_COLUMNS}, cardinality(ids)
    FROM {finding} CROSS JOIN LATERAL unnest(ids[%(start)s + 1 : %(start)s + %(size)s])
        WITH ORDINALITY AS found(work_id, place) {records.WORK_SOURCE}
    ORDER BY found.place
    """  # noqa: S608


def _total(finding: str) -> str:
    return f"SELECT cardinality(ids) FROM {finding}"  # noqa: S608


PAGES = {finding: _page(finding) for finding in (BY_WORDS, BY_ISBN)}
TOTALS = {finding: _total(finding) for finding in (BY_WORDS, BY_ISBN)}

_PREFIX = re.compile(r"\A\s*isbn(?:-1[03])?[:\s]*", re.IGNORECASE)
"""What stands before the number where books print it."""

_OF_ROW = ("id", "ol_fetched_at", "ol_expires_at")
FOUND_AUTHOR_FIELDS = ("id", "openlibrary_id", "name", "ol_fetched_at", "ol_expires_at")
AUTHORS = f"""
    SELECT a.id, a.openlibrary_id, a.name, a.ol_fetched_at, a.ol_expires_at
    FROM unnest(public.search_authors(%(q)s, %(limit)s)) WITH ORDINALITY AS found(author_id, place)
    JOIN authors a ON a.id = found.author_id AND {seen("a")}
    ORDER BY found.place
"""  # noqa: S608
KNOWN_AUTHORS = """
    SELECT openlibrary_id, id, ol_fetched_at, ol_expires_at FROM authors
    WHERE openlibrary_id = ANY(%(ids)s::text[]) AND owner_user_id IS NULL
"""


class Found(NamedTuple):
    """A page of works, best first, and how many works were found in all."""

    works: list[dict[str, Any]]
    total: int


def works(q: str, *, reader: UUID | None, start: int, size: int) -> Found:
    """Find the works that `reader`, the actor, may see; what is an ISBN is looked up as one."""
    isbn = _isbn(q)
    finding = BY_ISBN if isbn else BY_WORDS
    asked = {"q": isbn or q, "reader": reader, "start": min(start, MOST_WORKS), "size": size}
    found = rows(PAGES[finding], asked)
    # A page past the end has no row to carry the total; an empty first page says it itself.
    carriers = found or (rows(TOTALS[finding], asked) if start else [])
    total = carriers[0][-1] if carriers else 0
    return Found([records.work(row) for row in found], total)


def authors(q: str, *, reader: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Find up to `limit` authors by words of their names, an exact name first."""
    found = rows(AUTHORS, {"q": q, "reader": reader, "limit": limit})
    return [dict(zip(FOUND_AUTHOR_FIELDS, row, strict=True)) for row in found]


def recognised(authors: Sequence[FoundAuthor]) -> list[dict[str, Any]]:
    """Give a source's authors, each whom the catalog has with the `id` and the times of its row."""
    found = rows(KNOWN_AUTHORS, {"ids": [author.openlibrary_id for author in authors]})
    known = {openlibrary_id: dict(zip(_OF_ROW, row, strict=True)) for openlibrary_id, *row in found}
    return [asdict(author) | known.get(author.openlibrary_id, {}) for author in authors]


def mixed(
    known: list[dict[str, Any]], others: list[dict[str, Any]], limit: int
) -> list[dict[str, Any]]:
    """Take authors from both lists in turn, nobody twice, so that neither crowds out the other."""
    found = [author for author in chain.from_iterable(zip_longest(known, others)) if author]
    once = {author["openlibrary_id"] or author["id"]: author for author in reversed(found)}
    return list(reversed(once.values()))[:limit]


def _isbn(q: str) -> str | None:
    try:
        return to_isbn13(_PREFIX.sub("", q))
    except ValueError:
        return None
