"""The list of what is to be screened: taken in hand for a while, and taken off when it is done.

Nothing here waits for another's lock while it holds one, so it cannot be part of a deadlock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from config.row_security import SYSTEM, acting_as
from config.statements import one, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    Taken = dict[UUID, datetime]
    """Books, each with when it was noted."""

IN_HAND = timedelta(minutes=2)
"""After this what somebody took comes due again: whoever had it was killed."""
AT_ONCE = timedelta()

TAKE = """
    UPDATE screenings_due d SET due_at = clock_timestamp() + %(in_hand)s::interval FROM (
        SELECT book_id FROM screenings_due
        WHERE due_at <= clock_timestamp() AND awaits_cover = %(awaits_cover)s::boolean
        ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) next WHERE d.book_id = next.book_id RETURNING d.book_id, d.noted_at
"""
DONE = """
    DELETE FROM screenings_due WHERE book_id IN (
        SELECT d.book_id FROM screenings_due d
        JOIN unnest(%(ids)s::uuid[], %(noted)s::timestamptz[]) AS done(book_id, noted_at)
            USING (book_id, noted_at)
        FOR UPDATE OF d SKIP LOCKED)
"""
LATER = """
    UPDATE screenings_due SET awaits_cover = %(awaits_cover)s::boolean,
        due_at = clock_timestamp() + %(wait)s::interval
    WHERE book_id IN (
        SELECT d.book_id FROM screenings_due d
        JOIN unnest(%(ids)s::uuid[], %(noted)s::timestamptz[]) AS done(book_id, noted_at)
            USING (book_id, noted_at)
        FOR UPDATE OF d SKIP LOCKED)
"""
NOTE = """
    INSERT INTO screenings_due (book_id, noted_at, due_at)
    SELECT id, clock_timestamp(), clock_timestamp() FROM books
    WHERE status = 'PENDING' AND id = ANY(%(ids)s::uuid[]) ORDER BY id
    ON CONFLICT (book_id) DO UPDATE SET noted_at = excluded.noted_at, due_at = excluded.due_at,
        awaits_cover = false
"""
NOTE_ALL = """
    INSERT INTO screenings_due (book_id)
    SELECT b.id FROM books b LEFT JOIN book_screenings s ON s.book_id = b.id
    WHERE b.status = 'PENDING'
        AND (s.book_id IS NULL OR s.screened_at <= clock_timestamp() - %(older)s::interval)
    ORDER BY b.id
    ON CONFLICT (book_id) DO NOTHING
"""
COUNT = "SELECT count(*) FROM screenings_due WHERE due_at <= clock_timestamp() AND NOT awaits_cover"


def take(most: int, *, awaits_cover: bool = False) -> Taken:
    """Take up to so many books in hand, those due first."""
    options = {"most": most, "in_hand": IN_HAND, "awaits_cover": awaits_cover}
    with acting_as(SYSTEM):
        return dict(rows(TAKE, options))


def take_off(taken: Mapping[UUID, datetime]) -> None:
    """Take books off, but for those that have been noted anew; stands in a transaction."""
    _run(DONE, {"ids": list(taken), "noted": list(taken.values())})


def put_off(taken: Mapping[UUID, datetime], wait: timedelta, *, awaits_cover: bool = False) -> None:
    """Have books come due later, but for those that have been noted anew; in a transaction."""
    which = {"ids": list(taken), "noted": list(taken.values())}
    _run(LATER, {**which, "wait": wait, "awaits_cover": awaits_cover})


def note(ids: Sequence[UUID]) -> None:
    """Note pending books, each in a transaction of its own, so that none waits with a lock held."""
    for book_id in sorted(ids):
        with acting_as(SYSTEM):
            _run(NOTE, {"ids": [book_id]})


def note_all(older: timedelta = AT_ONCE) -> None:
    """Note all pending books whose screening is as old as that, or that have none."""
    with acting_as(SYSTEM):
        _run(NOTE_ALL, {"older": older})


def count() -> int:
    with acting_as(SYSTEM):
        found = one(COUNT)
    return int(found[0]) if found else 0


def _run(sql: str, params: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
