"""What became of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enrichment.book_files.rows import Detail, Row


@dataclass(frozen=True, slots=True)
class Refusal:
    row: Row
    details: list[Detail]


@dataclass(slots=True)
class Result:
    """What became of a batch: each row is created, updated, deleted, already there or refused.

    `already_there` counts what had to be done no more: a new book that is in, a deletion of one
    that is out. `finalized` counts those of the books there that went from PENDING to ACTIVE.
    `notes` tell what was left out of rows that are in otherwise.
    """

    created: int = 0
    updated: int = 0
    deleted: int = 0
    already_there: int = 0
    finalized: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Detail] = field(default_factory=list)

    @property
    def read(self) -> int:
        done = self.created + self.updated + self.deleted + self.already_there
        return done + len(self.refused)
