"""What may be the same as a pending book, out of the database's indexes; a batch at a time.

The functions of migration 0003 give ids of what is like a title by a shared author; a trigram index
over all titles is not needed. All of this runs as the system.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

from config.statements import rows
from moderation.screening.findings import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    Found = dict[UUID, list[Candidate]]
    """By the id of the pending book."""

MOST_OF_A_KIND = 20
"""Candidates for one book; common titles have hundreds."""

NAMES_OF_WORK = """
    ARRAY(SELECT a.name FROM author_works aw JOIN authors a ON a.id = aw.author_id
    WHERE aw.work_id = w.id AND a.owner_user_id IS NULL ORDER BY aw.position, a.id LIMIT 5)
"""
# Finalizing takes the first of them (catalog.placement).
BY_ISBN = f"""
    SELECT b.id, e.title, {NAMES_OF_WORK}, e.id, e.publish_year, e.openlibrary_id IS NOT NULL
    FROM books b CROSS JOIN LATERAL (
        SELECT e.* FROM edition_isbns i JOIN editions e ON e.id = i.edition_id
        WHERE i.isbn13 = b.isbn13 AND e.owner_user_id IS NULL
        ORDER BY e.isbn13 DESC NULLS LAST, e.created_at LIMIT %(most)s
    ) e JOIN works w ON w.id = e.work_id
    WHERE b.id = ANY(%(ids)s::uuid[])
"""  # noqa: S608  (constants of this module, here and below)
LIKE_WORKS = f"""
    SELECT b.id, w.title, {NAMES_OF_WORK}, coalesce(w.primary_edition_id, (
            SELECT e.id FROM editions e WHERE e.work_id = w.id AND e.owner_user_id IS NULL
            ORDER BY e.id LIMIT 1)),
        w.publish_year, w.openlibrary_id IS NOT NULL
    FROM books b CROSS JOIN LATERAL works_like(b.title, b.authors, %(most)s) found
    JOIN works w ON w.id = found.work_id
    WHERE b.id = ANY(%(ids)s::uuid[]) AND w.owner_user_id IS NULL
"""  # noqa: S608
BOOK_COLUMNS = "b.id, o.title, o.authors, o.id, o.status, p.name"
SAME_KEY = f"""
    SELECT {BOOK_COLUMNS}
    FROM books b CROSS JOIN LATERAL (
        SELECT o.* FROM books o WHERE o.match_key = b.match_key AND o.id <> b.id
            AND o.status <> 'INACTIVE' ORDER BY o.id LIMIT %(most)s
    ) o LEFT JOIN publishers p ON p.id = o.publisher_id
    WHERE b.id = ANY(%(ids)s::uuid[])
"""  # noqa: S608
LIKE_BOOKS = f"""
    SELECT {BOOK_COLUMNS}
    FROM books b CROSS JOIN LATERAL books_like(b.id, b.title, b.authors, %(most)s) found
    JOIN books o ON o.id = found.book_id LEFT JOIN publishers p ON p.id = o.publisher_id
    WHERE b.id = ANY(%(ids)s::uuid[]) AND o.match_key <> b.match_key
"""  # noqa: S608


def editions_with_isbn(ids: Sequence[UUID]) -> Found:
    return _found(BY_ISBN, ids, lambda row: _edition("isbn", row))


def books_of_same_key(ids: Sequence[UUID]) -> Found:
    return _found(SAME_KEY, ids, lambda row: _book("key", row))


def works_of_like_title(ids: Sequence[UUID]) -> Found:
    return _found(LIKE_WORKS, ids, lambda row: _edition("title", row))


def books_of_like_title(ids: Sequence[UUID]) -> Found:
    return _found(LIKE_BOOKS, ids, lambda row: _book("title", row))


SEARCHES: Mapping[str, Callable[[Sequence[UUID]], Found]] = {
    search.__name__: search
    for search in (
        editions_with_isbn,
        books_of_same_key,
        works_of_like_title,
        books_of_like_title,
    )
}


def _found(sql: str, ids: Sequence[UUID], read: Callable[[tuple[Any, ...]], Candidate]) -> Found:
    found: Found = defaultdict(list)
    for row in rows(sql, {"ids": list(ids), "most": MOST_OF_A_KIND}):
        found[row[0]].append(read(row[1:]))
    return found


def _edition(found_by: Literal["isbn", "title"], row: tuple[Any, ...]) -> Candidate:
    title, names, edition_id, year, is_openlibrarys = row
    return Candidate(
        found_by=found_by,
        title=title,
        authors=tuple(names),
        edition_id=edition_id,
        year=year,
        is_openlibrarys=is_openlibrarys,
    )


def _book(found_by: Literal["key", "title"], row: tuple[Any, ...]) -> Candidate:
    title, names, book_id, status, publisher = row
    return Candidate(
        found_by=found_by,
        title=title,
        authors=tuple(names),
        book_id=book_id,
        status=status,
        submitter=publisher or "",
    )
