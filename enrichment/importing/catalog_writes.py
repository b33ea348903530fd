"""Open Library's records as shared rows of the catalog: constant SQL, a whole page at once.

Each function runs inside `written`. A statement takes its rows in the order of their ids, so two
imports never wait for each other in turn. What upstream has lost stays as it is, and nothing is
deleted; rows of readers and of submitted books have no Open Library id, so they are never met.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import DatabaseError, transaction
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, UniqueViolation

from catalog import merges
from catalog.models import OpenLibraryAlias
from catalog.openlibrary_ids import row_id
from config.row_security import SYSTEM, acting_as
from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from enrichment.records import AuthorRecord, EditionRecord, WorkRecord

T = TypeVar("T")
Record = TypeVar("Record")

FRESH_FOR = timedelta(days=7)
TRIES = 3
"""For a transaction that collides with another; the second look sees what the other one wrote."""

# The last one is what a policy says of another's edition whose new work our statement cannot see.
COLLISIONS = (DeadlockDetected, UniqueViolation, InsufficientPrivilege)

LONGEST_NAME = 500
"""Characters of an author's name, which an index takes as a whole: 2,704 bytes are its limit."""
ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"


def change(*columns: str) -> str:
    """Give the expression that says what an upsert did to a row."""
    before, after = (", ".join(f"{row}.{c}" for c in columns) for row in ("old", "new"))
    return (
        f"CASE WHEN old.id IS NULL THEN '{ADDED}'"
        f" WHEN ({before}) IS DISTINCT FROM ({after}) THEN '{UPDATED}' ELSE '{UNCHANGED}' END"
    )


PUT_AUTHORS = f"""
    INSERT INTO authors AS a (id, openlibrary_id, name, works_due, ol_fetched_at, ol_expires_at)
    SELECT given.*, true, now(), now() + %(fresh_for)s::interval
    FROM unnest(%(row_ids)s::uuid[], %(ids)s::text[], %(names)s::text[])
        AS given (id, openlibrary_id, name)
    ORDER BY given.id
    ON CONFLICT (openlibrary_id) WHERE openlibrary_id IS NOT NULL
    DO UPDATE SET name = excluded.name, works_due = true, ol_gone_at = NULL,
        ol_fetched_at = excluded.ol_fetched_at, ol_expires_at = excluded.ol_expires_at
    RETURNING new.openlibrary_id, new.id, {change("name")}
"""  # noqa: S608  (constants of this module, here and below)
# A list of works brings no editions, so a work of a list is not fresh by that.
PUT_WORKS = f"""
    INSERT INTO works AS w
        (id, openlibrary_id, title, first_publish_year, ol_fetched_at, ol_expires_at)
    SELECT given.*, CASE WHEN %(is_whole)s THEN now() END,
        CASE WHEN %(is_whole)s THEN now() + %(fresh_for)s::interval END
    FROM unnest(%(row_ids)s::uuid[], %(ids)s::text[], %(titles)s::text[], %(years)s::smallint[])
        AS given (id, openlibrary_id, title, first_publish_year)
    ORDER BY given.id
    ON CONFLICT (openlibrary_id) WHERE openlibrary_id IS NOT NULL
    DO UPDATE SET title = excluded.title, ol_gone_at = NULL,
        listed = w.listed OR w.ol_gone_at IS NOT NULL,
        first_publish_year = coalesce(excluded.first_publish_year, w.first_publish_year),
        ol_fetched_at = coalesce(excluded.ol_fetched_at, w.ol_fetched_at),
        ol_expires_at = coalesce(excluded.ol_expires_at, w.ol_expires_at)
    WHERE excluded.ol_fetched_at IS NOT NULL OR w.ol_gone_at IS NOT NULL
        OR w.title <> excluded.title OR w.first_publish_year IS DISTINCT FROM
            coalesce(excluded.first_publish_year, w.first_publish_year)
    RETURNING new.openlibrary_id, new.id, {change("title", "first_publish_year")}
"""  # noqa: S608
WORK_IDS = "SELECT openlibrary_id, id FROM works WHERE openlibrary_id = ANY(%(ids)s::text[])"
# Whom the catalog does not have any more gets no link.
LINK = """
    INSERT INTO author_works (author_id, work_id, position)
    SELECT a.id, given.work_id, given.position
    FROM unnest(%(author_ids)s::uuid[], %(work_ids)s::uuid[], %(positions)s::smallint[])
        AS given (author_id, work_id, position)
    JOIN authors a ON a.id = given.author_id
    ORDER BY given.work_id, a.id
    ON CONFLICT (author_id, work_id) DO NOTHING
    RETURNING work_id
"""
LINK_LAST = """
    INSERT INTO author_works (author_id, work_id, position)
    SELECT a.id, %(work_id)s::uuid, (
        SELECT coalesce(max(position) + 1, 0) FROM author_works WHERE work_id = %(work_id)s::uuid)
    FROM authors a WHERE a.id = %(author_id)s::uuid
    ON CONFLICT (author_id, work_id) DO NOTHING
    RETURNING work_id
"""
AUTHOR_IDS = """
    SELECT asked.id, a.id FROM unnest(%(ids)s::text[]) AS asked (id)
    LEFT JOIN openlibrary_aliases o ON o.openlibrary_id = asked.id
    JOIN authors a ON a.openlibrary_id = coalesce(o.target, asked.id) AND a.owner_user_id IS NULL
"""
FILL_YEARS = """
    WITH given AS (
        SELECT w.id, asked.year
        FROM unnest(%(ids)s::text[], %(years)s::smallint[]) AS asked (openlibrary_id, year)
        JOIN works w ON w.openlibrary_id = asked.openlibrary_id AND w.first_publish_year IS NULL
        ORDER BY w.id FOR NO KEY UPDATE OF w
    )
    UPDATE works SET first_publish_year = given.year FROM given WHERE works.id = given.id
    RETURNING works.id
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The row of each record by its Open Library id, and how many rows were added and so on."""

    ids: dict[str, UUID]
    changes: Counter[str]


def written(write: Callable[[], T], *, keeps: bool = True) -> T:
    """Write in one short transaction as the platform, again where somebody else was quicker.

    With `keeps=False` all is taken back in the end: for looking what would change.
    """
    for _ in range(TRIES - 1):
        try:
            return _write(write, keeps=keeps)
        except DatabaseError as exc:
            if not isinstance(exc.__cause__, COLLISIONS):
                raise
    return _write(write, keeps=keeps)


def _write(write: Callable[[], T], *, keeps: bool) -> T:
    with acting_as(SYSTEM):
        result = write()
        if not keeps:
            transaction.set_rollback(True)
        return result


def put_authors(records: Sequence[AuthorRecord]) -> Written:
    """Add or renew authors; their works are due from now on."""
    given, stays = _unmerged({record.openlibrary_id: record for record in records})
    names = [record.name[:LONGEST_NAME].rstrip() for record in given.values()]
    found = put(PUT_AUTHORS, given, names=names)
    return Written(found.ids | stays, found.changes)


def put_works(records: Sequence[WorkRecord], *, is_whole: bool) -> Written:
    """Add or renew works; `is_whole` says that their editions come along, so they are fresh."""
    given, stays = _unmerged({record.openlibrary_id: record for record in records})
    found = put(
        PUT_WORKS,
        given,
        titles=[record.title for record in given.values()],
        years=[record.first_publish_year for record in given.values()],
        is_whole=is_whole,
    )
    # Those that were as they should be have not been written.
    return Written(dict(rows(WORK_IDS, {"ids": [*given]})) | stays, found.changes)


def _unmerged(given: dict[str, Record]) -> tuple[dict[str, Record], dict[str, UUID]]:
    """Part records from those whose row a moderator merged, which have the row that stays.

    Nothing is written of these: what stays has a record of its own.
    """
    stays = merges.keys_stay(given)
    return {key: record for key, record in given.items() if key not in stays}, stays


def put(
    statement: str,
    given: Mapping[str, AuthorRecord | WorkRecord | EditionRecord],
    **columns: object,
) -> Written:
    """Run an upsert of records by their ids, with further columns in the same order."""
    if not given:
        return Written({}, Counter())
    names = {"row_ids": [row_id(key) for key in given], "ids": [*given], "fresh_for": FRESH_FOR}
    found = rows(statement, names | columns)
    changes = Counter(change for *_, change in found)
    changes[UNCHANGED] += len(given) - len(found)
    return Written({openlibrary_id: pk for openlibrary_id, pk, _ in found}, changes)


def author_ids(keys: Iterable[str]) -> dict[str, UUID]:
    """Find the authors whom the catalog has, under an old id, too."""
    return dict(rows(AUTHOR_IDS, {"ids": [*keys]}))


def link_authors(works: Iterable[tuple[UUID, WorkRecord]], *, asked: UUID | None = None) -> None:
    """Link works to those of their authors whom the catalog has, in the records' order.

    `asked` wrote all of them: upstream lists them under this author. Where a record does not say
    so, that author comes last.
    """
    listed = list(works)
    known = author_ids({key for _, record in listed for key in record.authors})
    links: dict[tuple[UUID, UUID], int] = {}
    for work_id, record in listed:
        for position, key in enumerate(record.authors):
            if key in known:
                links.setdefault((known[key], work_id), position)
        if asked:
            links.setdefault((asked, work_id), len(record.authors))
    rows(
        LINK,
        {
            "author_ids": [author_id for author_id, _ in links],
            "work_ids": [work_id for _, work_id in links],
            "positions": [*links.values()],
        },
    )


def link_last(author_id: UUID, work_id: UUID) -> None:
    """Link one author to a work, behind its others."""
    rows(LINK_LAST, {"author_id": author_id, "work_id": work_id})


def fill_years(years: Mapping[str, int]) -> int:
    """Give works the years of their first publication where they have none; returns how many."""
    return len(rows(FILL_YEARS, {"ids": [*years], "years": [*years.values()]}))


def settle_aliases(live: str, old: Sequence[str]) -> None:
    """Let old ids lead to the one whose record is alive, which is an alias no more."""
    if merges.keys_stay([live]):
        # A moderator has merged it: it stays an alias, whatever upstream has alive.
        return
    OpenLibraryAlias.objects.filter(pk=live).delete()
    if not old:
        return
    OpenLibraryAlias.objects.bulk_create(
        [OpenLibraryAlias(openlibrary_id=key, target=live) for key in sorted(old)],
        update_conflicts=True,
        unique_fields=["openlibrary_id"],
        update_fields=["target"],
    )
    OpenLibraryAlias.objects.filter(target__in=old).update(target=live)
