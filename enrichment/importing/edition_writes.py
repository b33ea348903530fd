"""The editions of a work as shared rows: their ISBNs, and which of them stands for the work.

Like all of `catalog_writes` this runs inside `written`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import one, rows
from enrichment.importing.catalog_writes import Written, change, put

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from enrichment.records import EditionRecord

# Year and day are what the raw date says, so the three of them change together.
PUT_EDITIONS = f"""
    INSERT INTO editions AS e (work_id, id, openlibrary_id, title, publish_year, publish_date,
        publish_date_raw, isbn13, cover_url, language, ol_fetched_at, ol_expires_at)
    SELECT %(work_id)s::uuid, given.*, now(), now() + %(fresh_for)s::interval
    FROM unnest(%(row_ids)s::uuid[], %(ids)s::text[], %(titles)s::text[], %(years)s::smallint[],
        %(dates)s::date[], %(raw_dates)s::text[], %(isbns)s::text[], %(covers)s::text[],
        %(languages)s::text[])
        AS given (id, openlibrary_id, title, publish_year, publish_date, publish_date_raw, isbn13,
            cover_url, language)
    ORDER BY given.id
    ON CONFLICT (openlibrary_id) WHERE openlibrary_id IS NOT NULL
    DO UPDATE SET work_id = excluded.work_id, title = excluded.title, ol_gone_at = NULL,
        publish_year = CASE WHEN excluded.publish_date_raw IS NULL THEN e.publish_year
            ELSE excluded.publish_year END,
        publish_date = CASE WHEN excluded.publish_date_raw IS NULL THEN e.publish_date
            ELSE excluded.publish_date END,
        publish_date_raw = coalesce(excluded.publish_date_raw, e.publish_date_raw),
        isbn13 = coalesce(excluded.isbn13, e.isbn13),
        cover_url = coalesce(excluded.cover_url, e.cover_url),
        language = coalesce(excluded.language, e.language),
        ol_fetched_at = excluded.ol_fetched_at, ol_expires_at = excluded.ol_expires_at
    RETURNING new.openlibrary_id, new.id, {
    change(
        "work_id",
        "title",
        "publish_year",
        "publish_date",
        "publish_date_raw",
        "isbn13",
        "cover_url",
        "language",
    )
}
"""  # noqa: S608
PUT_ISBNS = """
    INSERT INTO edition_isbns (isbn13, edition_id)
    SELECT * FROM unnest(%(isbns)s::text[], %(edition_ids)s::uuid[]) AS given (isbn13, edition_id)
    ORDER BY edition_id, isbn13
    ON CONFLICT (isbn13, edition_id) DO NOTHING
    RETURNING isbn13
"""
LEFT_WORKS = """
    SELECT DISTINCT work_id FROM editions
    WHERE openlibrary_id = ANY(%(ids)s::text[]) AND work_id <> %(work_id)s::uuid
    ORDER BY work_id
"""
ISBN_HOLDERS = """
    SELECT isbn13, openlibrary_id FROM editions
    WHERE isbn13 = ANY(%(isbns)s::text[]) AND owner_user_id IS NULL
"""
# The earliest that has a cover and an ISBN, else the earliest.
CHOOSE_PRIMARY = """
    UPDATE works SET primary_edition_id = chosen.id FROM (
        SELECT e.id FROM editions e
        WHERE e.work_id = %(work_id)s::uuid AND e.owner_user_id IS NULL
        ORDER BY (e.cover_url IS NOT NULL
                AND EXISTS (SELECT FROM edition_isbns i WHERE i.edition_id = e.id)) DESC,
            e.publish_year NULLS LAST, e.publish_date NULLS LAST, e.id
        LIMIT 1
    ) chosen
    WHERE works.id = %(work_id)s::uuid AND works.primary_edition_id IS NULL
    RETURNING works.id
"""


def put_editions(records: Iterable[EditionRecord], work_id: UUID) -> Written:
    """Add or renew the editions of a work, with all their ISBNs.

    A work that loses the edition that stood for it has another one stand for it.
    """
    given = {record.openlibrary_id: record for record in records}
    editions = given.values()
    left = rows(LEFT_WORKS, {"ids": [*given], "work_id": work_id})
    found = put(
        PUT_EDITIONS,
        given,
        work_id=work_id,
        titles=[edition.title for edition in editions],
        years=[edition.publish_year for edition in editions],
        dates=[edition.publish_date for edition in editions],
        raw_dates=[edition.publish_date_raw for edition in editions],
        isbns=_free_isbns(given),
        covers=[next(iter(edition.covers), None) for edition in editions],
        languages=[edition.language for edition in editions],
    )
    pairs = [(isbn, found.ids[key]) for key, edition in given.items() for isbn in edition.isbns]
    rows(PUT_ISBNS, {"isbns": [p[0] for p in pairs], "edition_ids": [p[1] for p in pairs]})
    for (left_work_id,) in left:
        choose_primary(left_work_id)
    return found


def _free_isbns(editions: Mapping[str, EditionRecord]) -> list[str | None]:
    """Choose the ISBN of each edition that no other shared one has; the first one keeps it."""
    every = [isbn for edition in editions.values() for isbn in edition.isbns]
    holders: dict[str, str | None] = dict(rows(ISBN_HOLDERS, {"isbns": every}))
    return [_free_isbn(edition, holders) for edition in editions.values()]


def _free_isbn(edition: EditionRecord, holders: dict[str, str | None]) -> str | None:
    own = [isbn for isbn in edition.isbns if holders.get(isbn) == edition.openlibrary_id]
    free = [isbn for isbn in edition.isbns if isbn not in holders]
    chosen = next(iter(own + free), None)
    if chosen:
        holders[chosen] = edition.openlibrary_id
    return chosen


def choose_primary(work_id: UUID) -> None:
    """Let an edition stand for a work that has none yet; what was chosen stays."""
    one(CHOOSE_PRIMARY, {"work_id": work_id})
