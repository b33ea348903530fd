"""Search over the catalog: works by title, author or ISBN, and authors by name.

The database's functions (migration 0009) find and rank; the rows are read under the policies.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog import records
from catalog.isbn import to_isbn13
from config.statements import one, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

MOST_WORKS = 1000
"""How many works a search finds at most, however many have its words."""

# One page of ids, and how many there are in all.
WORKS_BY_WORDS = """
    SELECT cardinality(ids), ids[%(start)s + 1 : %(start)s + %(size)s]
    FROM public.search_works(%(q)s) AS ids
"""
WORKS_BY_ISBN = """
    SELECT cardinality(ids), ids[%(start)s + 1 : %(start)s + %(size)s]
    FROM (
        SELECT coalesce(array_agg(w.id ORDER BY w.primary_edition_id IS NULL, w.id), '{}') AS ids
        FROM works w
        WHERE w.listed AND w.id IN (
            SELECT e.work_id FROM edition_isbns i JOIN editions e ON e.id = i.edition_id
            WHERE i.isbn13 = %(isbn)s
        )
    ) AS found
"""
WORKS = f"""
    SELECT {records.WORK_COLUMNS}
    FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS found(work_id, place) {records.WORK_SOURCE}
    ORDER BY found.place
"""  # noqa: S608  (constants of this project)

FOUND_AUTHOR_FIELDS = ("id", "openlibrary_id", "name", "ol_fetched_at", "ol_expires_at")
AUTHORS = """
    SELECT a.id, a.openlibrary_id, a.name, a.ol_fetched_at, a.ol_expires_at
    FROM unnest(public.search_authors(%(q)s, %(limit)s)) WITH ORDINALITY AS found(author_id, place)
    JOIN authors a ON a.id = found.author_id
    ORDER BY found.place
"""
AUTHOR_IDS = "SELECT openlibrary_id, id FROM authors WHERE openlibrary_id = ANY(%(ids)s::text[])"


class Found(NamedTuple):
    """A page of works, best first, and how many works were found in all."""

    works: list[dict[str, Any]]
    total: int


def works(q: str, *, reader: UUID | None, start: int, size: int) -> Found:
    """Find the works that `reader`, the actor, may see; what is an ISBN is looked up as one."""
    page = {"start": min(start, MOST_WORKS), "size": size}
    isbn = _isbn(q)
    total, ids = (
        one(WORKS_BY_ISBN, page | {"isbn": isbn}) if isbn else one(WORKS_BY_WORDS, page | {"q": q})
    ) or (0, [])
    found = rows(WORKS, {"ids": ids, "reader": reader}) if ids else []
    return Found([records.work(row) for row in found], total)


def authors(q: str, limit: int) -> list[dict[str, Any]]:
    """Find up to `limit` authors by words of their names, an exact name first."""
    found = rows(AUTHORS, {"q": q, "limit": limit})
    return [dict(zip(FOUND_AUTHOR_FIELDS, row, strict=True)) for row in found]


def with_ids(authors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a source's authors, each whom the catalog has with its `id`."""
    ids: dict[str, UUID] = dict(
        rows(AUTHOR_IDS, {"ids": [author["openlibrary_id"] for author in authors]})
    )
    return [
        ({"id": ids[author["openlibrary_id"]]} if author["openlibrary_id"] in ids else {}) | author
        for author in authors
    ]


def mixed(
    known: list[dict[str, Any]], others: list[dict[str, Any]], limit: int
) -> list[dict[str, Any]]:
    """Take authors from both lists in turn, nobody twice, so that neither crowds out the other."""
    found = [author for author in chain.from_iterable(zip_longest(known, others)) if author]
    once = {author["openlibrary_id"] or author["id"]: author for author in reversed(found)}
    return list(reversed(once.values()))[:limit]


def _isbn(q: str) -> str | None:
    try:
        return to_isbn13(q)
    except ValueError:
        return None
