"""What a kind of export is: how it is known by its columns, and how its rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from enrichment.library.files.cells import Cells
    from enrichment.library.records import LibraryRow


@dataclass(frozen=True, slots=True)
class Kind:
    """An export of one service. Columns are named folded, in small letters."""

    name: str
    marks: tuple[frozenset[str], ...]
    """A file with all columns of one of these sets is of this kind."""
    kept: frozenset[str]
    """The columns that are read."""
    row: Callable[[Cells], LibraryRow]

    def is_marked_by(self, columns: Collection[str]) -> bool:
        return any(mark.issubset(columns) for mark in self.marks)


def columns(*names: str) -> frozenset[str]:
    return frozenset(names)
