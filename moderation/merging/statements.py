"""How the statements of a merge are run, and what they share.

Each works on whole sets of rows as the platform, in the caller's transaction, and returns a row
for each that it has touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.statements import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models import Merge

OF_MERGE = "m.merge_id = %(merge)s AND m.kind = '{kind}' AND m.user_id = ANY(%(readers)s::uuid[])"
"""The noted moves of a kind, of the readers at hand."""
LOCK = "SELECT public.lock_profiles(%(readers)s::uuid[])"


def lock_readers(readers: Sequence[UUID]) -> None:
    """Let readers' own changes wait; each of theirs begins with the same lock."""
    rows(LOCK, {"readers": [*readers]})


def run(statements: Sequence[str], merge: Merge, readers: Sequence[UUID] = ()) -> int:
    """Run statements in turn, each with what it names; give how many rows the last one touched."""
    given = {
        "merge": merge.pk,
        "merged": merge.merged_id,
        "kept": merge.kept_id,
        "readers": [*readers],
    }
    touched = 0
    for statement in statements:
        named = {name: value for name, value in given.items() if f"%({name})s" in statement}
        touched = len(rows(statement, named))
    return touched
