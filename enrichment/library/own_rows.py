"""Books that the catalog does not have, as rows of the reader's own, a batch at a time.

An author of just that name is taken from the reader's own rows or, where there is exactly one, from
the shared ones; else one is made. The caller acts as the reader and holds their profile's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import Author, AuthorWork, Edition, Work
from config.ids import new_id
from config.statements import rows
from enrichment.importing.catalog_writes import LONGEST_NAME
from enrichment.matching.folding import folded

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
_CHOOSE_EDITIONS = """
    UPDATE works SET primary_edition_id = e.id FROM editions e
    WHERE e.id = ANY(%(editions)s::uuid[]) AND works.id = e.work_id RETURNING works.id
"""


class OwnRows:
    """The rows to be made for one batch: planned one by one, as far as there is room, then made."""

    def __init__(self, reader: UUID, room: Room, unmatched: Iterable[LibraryRow]) -> None:
        planned = list(unmatched)
        self._reader, self._room = reader, room
        self._authors = _known_authors(reader, {n for row in planned for n in row.authors})
        self._taken = _taken_isbns(reader, [isbn for row in planned for isbn in row.isbns[:1]])
        self._works: dict[tuple[str, frozenset[str]], UUID] = {}
        self._new_authors: list[Author] = []
        self._new_works: list[Work] = []
        self._links: list[AuthorWork] = []
        self._editions: list[Edition] = []

    def planned(self, row: LibraryRow) -> UUID | None:
        """Give the work that is planned for the same book of the batch already."""
        return self._works.get(_book_key(row))

    def plan(self, row: LibraryRow) -> tuple[UUID | None, str | None]:
        """Plan a work with its authors and place on the shelf; else say which limit is reached."""
        new = list(
            {_name_key(n): n for n in row.authors if _name_key(n) not in self._authors}.values()
        )
        refusal = self._room.take(work_count=1, manual_work_count=1, manual_author_count=len(new))
        if refusal:
            return None, refusal
        for name in new:
            author = Author(
                name=name[:LONGEST_NAME].rstrip(), manual=True, owner_user_id=self._reader
            )
            self._authors[_name_key(name)] = author.pk
            self._new_authors.append(author)
        work = self._work(row)
        self._works[_book_key(row)] = work.pk
        self._link(work, row)
        self._add_edition(work, row)
        return work.pk, None

    def make(self) -> None:
        """Write what was planned, in a statement a table."""
        Author.objects.bulk_create(self._new_authors)
        Work.objects.bulk_create(self._new_works)
        AuthorWork.objects.bulk_create(self._links)
        Edition.objects.bulk_create(self._editions)
        if self._editions:
            rows(_CHOOSE_EDITIONS, {"editions": [edition.pk for edition in self._editions]})

    def _work(self, row: LibraryRow) -> Work:
        work = Work(
            title=row.title,
            first_publish_year=_year(row.original_year),
            manual=True,
            owner_user_id=self._reader,
        )
        self._new_works.append(work)
        return work

    def _link(self, work: Work, row: LibraryRow) -> None:
        authors = dict.fromkeys(self._authors[_name_key(name)] for name in row.authors)
        self._links += [
            AuthorWork(author_id=author, work_id=work.pk, position=position)
            for position, author in enumerate(authors)
        ]

    def _add_edition(self, work: Work, row: LibraryRow) -> None:
        """Keep ISBN, year and language, where the file has any; an ISBN stands once a reader."""
        isbn = next((each for each in row.isbns[:1] if each not in self._taken), None)
        self._taken |= {isbn} if isbn else set()
        if not (isbn or row.language or _year(row.publish_year) is not None):
            return
        edition = Edition(
            id=new_id(),
            work_id=work.pk,
            title=row.full_title or row.title,
            isbn13=isbn,
            publish_year=_year(row.publish_year),
            language=row.language,
            manual=True,
            owner_user_id=self._reader,
        )
        self._editions.append(edition)


def _known_authors(reader: UUID, wanted: set[str]) -> dict[str, UUID]:
    """Find authors by name, the reader's own before shared ones."""
    asked = {"names": sorted(wanted)}
    found = rows(_SHARED_AUTHORS, asked) + rows(_OWN_AUTHORS, asked | {"reader": reader})
    return {_name_key(name): author for name, author in found}


def _taken_isbns(reader: UUID, isbns: list[str]) -> set[str]:
    return {isbn for (isbn,) in rows(_TAKEN_ISBNS, {"reader": reader, "isbns": isbns})}


def _year(year: int | None) -> int | None:
    return year if year in YEARS else None


def _name_key(name: str) -> str:
    return " ".join(name.casefold().split())


def _book_key(row: LibraryRow) -> tuple[str, frozenset[str]]:
    return folded(row.title) or row.title, frozenset(folded(name) or name for name in row.authors)
