"""Books that the catalog does not have, as rows of the reader's own, a batch at a time.

An author of just that name is taken from the reader's own rows or, where there is exactly one, from
the shared ones; else one is made. The caller acts as the reader and holds their profile's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from config.ids import new_id
from config.statements import rows
from enrichment.library.candidates import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from enrichment.library.records import LibraryRow
    from shelves.brought import Room

YEARS = range(10_000)
"""Of four digits, as our columns have them; a book from before our era keeps none."""

_OWN_AUTHORS = """
    SELECT asked.name, a.id FROM unnest(%(names)s::text[]) AS asked (name)
    JOIN authors a ON a.owner_user_id = %(reader)s
        AND public.fold_text(a.name) = public.fold_text(asked.name)
    ORDER BY a.id DESC
"""
_SHARED_AUTHORS = """
    SELECT asked.name, (array_agg(named.id))[1] FROM unnest(%(names)s::text[]) AS asked (name)
    CROSS JOIN LATERAL public.shared_authors_named(asked.name) AS named (id)
    GROUP BY asked.name HAVING count(*) = 1
"""
_TAKEN_ISBNS = """
    SELECT isbn13 FROM editions
    WHERE owner_user_id = %(reader)s AND isbn13 = ANY(%(isbns)s::text[])
"""
_ADD_AUTHORS = """
    INSERT INTO authors (id, name, manual, owner_user_id)
    SELECT id, name, true, %(reader)s
    FROM json_to_recordset(%(rows)s::json) AS given (id uuid, name text) RETURNING id
"""
_ADD_WORKS = """
    INSERT INTO works (id, title, first_publish_year, manual, owner_user_id)
    SELECT id, title, year, true, %(reader)s
    FROM json_to_recordset(%(rows)s::json) AS given (id uuid, title text, year smallint)
    RETURNING id
"""
_ADD_LINKS = """
    INSERT INTO author_works (author_id, work_id, position, owner_user_id)
    SELECT author_id, work_id, position, %(reader)s
    FROM json_to_recordset(%(rows)s::json)
        AS given (author_id uuid, work_id uuid, position smallint)
    RETURNING work_id
"""
_ADD_EDITIONS = """
    INSERT INTO editions
        (id, work_id, title, isbn13, publish_year, language, manual, owner_user_id)
    SELECT id, work_id, title, isbn13, year, language, true, %(reader)s
    FROM json_to_recordset(%(rows)s::json) AS given
        (id uuid, work_id uuid, title text, isbn13 text, year smallint, language text)
    RETURNING id
"""
_CHOOSE_EDITIONS = """
    UPDATE works SET primary_edition_id = e.id
    FROM json_to_recordset(%(rows)s::json) AS given (id uuid)
    JOIN editions e ON e.id = given.id AND e.owner_user_id = %(reader)s
    WHERE works.id = e.work_id RETURNING works.id
"""

Given = dict[str, Any]


class OwnRows:
    """The rows to be made for one batch: planned one by one, as far as there is room, then made."""

    def __init__(self, reader: UUID, room: Room, unmatched: Iterable[LibraryRow]) -> None:
        planned = list(unmatched)
        self._reader, self._room = reader, room
        self._known = _known_authors(reader, {n for row in planned for n in row.authors})
        self._taken = _taken_isbns(reader, [isbn for row in planned for isbn in row.isbns[:1]])
        self._planned: dict[tuple[str, frozenset[str]], UUID] = {}
        self._authors: list[Given] = []
        self._works: list[Given] = []
        self._links: list[Given] = []
        self._editions: list[Given] = []

    def planned(self, row: LibraryRow) -> UUID | None:
        """Give the work that is planned for the same book of the batch already."""
        return self._planned.get(_book_key(row))

    def plan(self, row: LibraryRow) -> tuple[UUID | None, str | None]:
        """Plan a work with its authors and place on the shelf; else say which limit is reached."""
        named = {_name_key(name): name for name in row.authors}
        new = named.keys() - self._known.keys()
        refusal = self._room.take(work_count=1, manual_work_count=1, manual_author_count=len(new))
        if refusal:
            return None, refusal
        for key in new:
            self._known[key] = new_id()
            self._authors.append({"id": self._known[key], "name": named[key]})
        work_id = self._planned[_book_key(row)] = new_id()
        year = kept_year(row.original_year)
        self._works.append({"id": work_id, "title": row.title, "year": year})
        authors = dict.fromkeys(self._known[key] for key in named)
        self._links += [
            {"author_id": author, "work_id": work_id, "position": position}
            for position, author in enumerate(authors)
        ]
        self._plan_edition(work_id, row)
        return work_id, None

    def _plan_edition(self, work_id: UUID, row: LibraryRow) -> None:
        """Keep ISBN, year and language, where the file has any; an ISBN stands once a reader."""
        isbn = next((each for each in row.isbns[:1] if each not in self._taken), None)
        said = {"isbn13": isbn, "year": kept_year(row.publish_year), "language": row.language}
        if any(value is not None for value in said.values()):
            self._taken |= {isbn} if isbn else set()
            title = row.full_title or row.title
            self._editions.append({"id": new_id(), "work_id": work_id, "title": title} | said)

    def make(self) -> None:
        """Write what was planned, in a statement a table."""
        for sql, given in (
            (_ADD_AUTHORS, self._authors),
            (_ADD_WORKS, self._works),
            (_ADD_LINKS, self._links),
            (_ADD_EDITIONS, self._editions),
            (_CHOOSE_EDITIONS, self._editions),
        ):
            if given:
                rows(sql, {"reader": self._reader, "rows": orjson.dumps(given).decode()})


def _known_authors(reader: UUID, wanted: set[str]) -> dict[str, UUID]:
    """Find authors by name, the reader's own before shared ones."""
    asked = {"names": sorted(wanted)}
    found = rows(_SHARED_AUTHORS, asked) + rows(_OWN_AUTHORS, asked | {"reader": reader})
    return {_name_key(name): author for name, author in found}


def _taken_isbns(reader: UUID, isbns: list[str]) -> set[str]:
    return {isbn for (isbn,) in rows(_TAKEN_ISBNS, {"reader": reader, "isbns": isbns})}


def kept_year(year: int | None) -> int | None:
    """Give the year as a work keeps it; None for one that it cannot have."""
    return year if year is not None and year in YEARS else None


def _name_key(name: str) -> str:
    return " ".join(name.casefold().split())


def _book_key(row: LibraryRow) -> tuple[str, frozenset[str]]:
    return key_of(row.title), frozenset(map(key_of, row.authors))
