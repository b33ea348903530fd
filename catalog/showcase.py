"""What the front page shows before anybody searches: new works, and how large the catalog is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from redis.exceptions import RedisError

from catalog import records
from catalog.public_works import shown
from config.row_security import NOBODY, acting_as
from config.statements import rows

if TYPE_CHECKING:
    from catalog.public_works import PublicWork
    from config.statements import Row

SECONDS = 60
"""How long the rows are kept in Redis; without Redis they are read each time."""
MOST_SHOWN = 12
COUNTED = 10_000
"""So many rows are counted; of more, PostgreSQL's own estimate is given."""

_KEY = "front-page"
_LATEST_BOOKS = 60
# The books come by their index `books_by_status`; their works have to be seen by everybody.
NEWEST = f"""
    SELECT {records.WORK_COLUMNS}
    FROM (
        SELECT newest.work_id, max(b.finalized_at) AS finalized_at
        FROM (
            SELECT edition_id, finalized_at FROM books WHERE status = 'ACTIVE'
            ORDER BY created_at DESC, id DESC LIMIT {_LATEST_BOOKS}
        ) b JOIN editions newest ON newest.id = b.edition_id
        GROUP BY newest.work_id
    ) found {records.WORK_SOURCE}
    WHERE w.listed
    ORDER BY e.cover_url IS NULL, found.finalized_at DESC, found.work_id LIMIT {MOST_SHOWN}
"""  # noqa: S608  (constants of this project, here and below)


def _size(table: str) -> str:
    return f"""
    (SELECT count(*) FROM (
        SELECT FROM {table} WHERE owner_user_id IS NULL LIMIT {COUNTED} + 1) AS few),
    (SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('public.{table}'))
    """  # noqa: S608


SIZES = f"SELECT {_size('works')}, {_size('authors')}"


@dataclass(frozen=True)
class Showcase:
    """New works, those with a cover first, and the numbers of works and authors in words."""

    newest: list[PublicWork]
    works: str
    authors: str


def showcase() -> Showcase:
    newest, (works, estimated_works, authors, estimated_authors) = _kept()
    return Showcase(
        [shown(records.work(row)) for row in newest],
        amount(works, estimated_works),
        amount(authors, estimated_authors),
    )


def amount(counted: int, estimated: int) -> str:
    """Say how many there are, with two figures of an estimate where counting would take long."""
    if counted <= COUNTED:
        return f"{counted:,}"
    number = max(estimated, counted - 1)
    return f"about {round(number, 2 - len(str(number))):,}"


def _kept() -> tuple[list[Row], Row]:
    with suppress(RedisError):
        kept: tuple[list[Row], Row] | None = cache.get(_KEY)
        if kept is not None:
            return kept
    read = _read()
    with suppress(RedisError):
        cache.set(_KEY, read, SECONDS)
    return read


def _read() -> tuple[list[Row], Row]:
    with acting_as(NOBODY):
        (sizes,) = rows(SIZES)
        return rows(NEWEST, {"reader": None}), sizes
