"""Rows in batches: each is loaded in one transaction, and done again whole where it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enrichment.book_files.rows import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from enrichment.book_files.rows import Row

ROWS_A_BATCH = 200
BYTES_A_BATCH = 4 * 1024 * 1024


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into batches that are small enough to be kept in memory and to be done again.

    Where the file cannot be read any further, what came before is the last batch; then the
    FileError goes on.
    """
    batch: list[Row] = []
    size = 0
    broken: list[FileError] = []
    for row in _until_broken(rows, broken):
        batch.append(row)
        size += row.size
        if len(batch) == ROWS_A_BATCH or size >= BYTES_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
    if broken:
        raise broken[0]


def _until_broken(rows: Iterable[Row], broken: list[FileError]) -> Iterator[Row]:
    try:
        yield from rows
    except FileError as exc:
        broken.append(exc)
