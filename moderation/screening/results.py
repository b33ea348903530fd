"""Writing what was found of a batch of books, in one transaction that waits for nobody's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from config.statements import rows
from moderation.models import Flag, Likeness
from moderation.screening import due

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from moderation.screening.findings import Findings, Subject

    Found = Mapping[UUID, tuple[Subject, Findings]]
    """By the book's id."""

# Whoever changes a book holds its row: that book is screened after them, and nobody is waited for.
HOLD = """
    SELECT id, status, updated_at FROM books
    WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR SHARE SKIP LOCKED
"""
PUT = """
    INSERT INTO book_screenings (book_id, flags, facts, book_version, screened_at)
    VALUES (%s, %s, %s, %s, clock_timestamp())
    ON CONFLICT (book_id) DO UPDATE SET flags = excluded.flags, facts = excluded.facts,
        book_version = excluded.book_version, screened_at = excluded.screened_at
"""
# Those screened before the book became what it is now do not know of it, or know too much.
UNAWARE = """
    SELECT DISTINCT o.id FROM (
        SELECT book_id AS subject, other_book_id AS other FROM book_likenesses
        WHERE book_id = ANY(%(ids)s::uuid[]) AND other_book_id IS NOT NULL
        UNION SELECT other_book_id, book_id FROM book_likenesses
        WHERE other_book_id = ANY(%(ids)s::uuid[])
    ) pairs JOIN books b ON b.id = pairs.subject JOIN books o ON o.id = pairs.other
    JOIN book_screenings s ON s.book_id = o.id
    WHERE o.status = 'PENDING' AND s.screened_at < b.updated_at
"""


def write(found: Found, taken: Mapping[UUID, datetime]) -> set[UUID]:
    """Write the findings of the books that are still what they were; give their ids.

    The rest stays on the list and comes due again.
    """
    with acting_as(SYSTEM):
        held = {key: found[key] for key in _held(found)}
        _write_screenings(held)
        _write_likenesses(held)
        _take_off({key: at for key, at in taken.items() if key in held}, held)
        unaware = [row[0] for row in rows(UNAWARE, {"ids": list(held)})]
    due.note(unaware)
    return set(held)


def _held(found: Found) -> set[UUID]:
    """Hold the books and those that they resemble; give the books of which all are held."""
    others = {
        key: {like.book_id for like in findings.likenesses if like.book_id}
        for key, (_, findings) in found.items()
    }
    asked = list(set(found).union(*others.values()))
    held = {key: (status, version) for key, status, version in rows(HOLD, {"ids": asked})}
    return {
        key
        for key, (subject, _) in found.items()
        if held.get(key) == (Book.Status.PENDING, subject.version) and others[key] <= held.keys()
    }


def _write_screenings(held: Found) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(PUT, [_screening(*held[key]) for key in sorted(held)])


def _screening(subject: Subject, findings: Findings) -> tuple[Any, ...]:
    flags = [flag for flag in Flag if flag in findings.facts]
    facts = Jsonb({flag.value: findings.facts[flag] for flag in flags})
    return subject.id, [flag.value for flag in flags], facts, subject.version


def _write_likenesses(held: Found) -> None:
    """Write what changes alone: a row that goes has its book noted anew."""
    wanted = {
        (key, like.flag.value, like.book_id, like.edition_id): like.score
        for key, (_, findings) in held.items()
        for like in findings.likenesses
    }
    gone = []
    for row in Likeness.objects.filter(book__in=held):
        place = row.book_id, row.flag, row.other_book_id, row.edition_id
        if place not in wanted:
            gone.append(row.pk)
        elif wanted[place] == row.score:
            del wanted[place]
    if gone:
        Likeness.objects.filter(pk__in=gone).delete()
    Likeness.objects.bulk_create(
        (
            Likeness(book_id=book, flag=flag, other_book_id=other, edition_id=edition, score=score)
            for (book, flag, other, edition), score in wanted.items()
        ),
        update_conflicts=True,
        unique_fields=["book", "other_book", "edition", "flag"],
        update_fields=["score"],
    )


def _take_off(taken: Mapping[UUID, datetime], held: Found) -> None:
    awaiting = {key: at for key, at in taken.items() if held[key][1].awaits_cover}
    due.take_off({key: at for key, at in taken.items() if key not in awaiting})
    due.put_off(awaiting, due.AT_ONCE, awaits_cover=True)
