"""Files of other services, told apart by their columns and read into rows."""

from __future__ import annotations

from typing import IO

from enrichment.library.records import Export, ExportError


def read(file: IO[bytes], name: str) -> Export:
    """Read a reader's file; `name` is for the words to the person alone.

    Raises ExportError, and only here: the rows of what it gives can all be read.
    """
    raise ExportError(f"{name or 'The file'} is of no kind that is known.")
