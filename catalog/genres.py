"""Genres as tags: "Poetry" and "POETRY" are one, and the first spelling stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlog.models import LogEntry

from catalog.models import BookGenre, Genre

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalog.models import Book

_IN_THE_ORDER_NAMED = """
    SELECT g.*, wanted.position FROM genres g
    JOIN (SELECT fold_text(name) AS name, min(position) AS position
          FROM unnest(%s::text[]) WITH ORDINALITY AS w(name, position) GROUP BY 1) wanted
    ON fold_text(g.name) = wanted.name ORDER BY wanted.position
"""


def named(names: Sequence[str]) -> list[Genre]:
    """Find or make the genres of these names, each once, in the order named."""
    if not names:
        return []
    # In one order everywhere, so that of two books with the same new genres none waits for ever.
    new = [Genre(name=name) for name in sorted(names, key=str.casefold)]
    Genre.objects.bulk_create(new, ignore_conflicts=True)
    return list(Genre.objects.raw(_IN_THE_ORDER_NAMED, [list(names)]))


def set_on(book: Book, names: Sequence[str]) -> None:
    """Give a book just these genres, and tell the audit trail what came and what went."""
    before = set(book.genres.all())
    after = named(names)
    if before:
        BookGenre.objects.filter(book=book).delete()
    BookGenre.objects.bulk_create(
        BookGenre(book=book, genre=genre, position=position) for position, genre in enumerate(after)
    )
    _log(book, "add", set(after) - before)
    _log(book, "delete", before - set(after))


def add_to(book: Book, names: Sequence[str]) -> None:
    """Give a book these genres beside those it has, after them, and tell the audit trail."""
    there = {tag.genre_id: tag.position for tag in book.book_genres.all()} if names else {}
    new = [genre for genre in named(names) if genre.pk not in there]
    BookGenre.objects.bulk_create(
        BookGenre(book=book, genre=genre, position=position)
        for position, genre in enumerate(new, max(there.values(), default=-1) + 1)
    )
    _log(book, "add", new)


def _log(book: Book, operation: str, genres: Iterable[Genre]) -> None:
    LogEntry.objects.log_m2m_changes(list(genres), book, operation, "genres")
