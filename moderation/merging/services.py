"""Merging two authors or two works, and undoing it, step by step; `rules` says what may be.

The platform writes, whoever asks: shared rows and readers' shelves are neither a moderator's to
change nor to see. Each function opens its own transactions, with the locks in the platform's
order: the two rows, the readers' profiles by id, then their rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.utils import timezone

from catalog.models import Author, Merge, Work
from config.errors import ConflictError
from config.statements import one
from enrichment.importing.edition_writes import choose_primary
from moderation.merging import moves, reader_moves, reader_returns, returns
from moderation.merging.rules import NOT_THERE, Pair, refuse_unfit, why_not_undone
from moderation.merging.statements import lock_readers
from moderation.merging.writing import written

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

MODELS: dict[str, type[Author | Work]] = {"author": Author, "work": Work}
MOST_AT_ONCE = 1_000
"""Readers whose rows one transaction moves; where there are more, it is a job."""
ROW = {
    "author": "SELECT to_jsonb(r) FROM authors r WHERE r.id = %(id)s",
    "work": "SELECT to_jsonb(r) - 'search_vector' - 'title_key' FROM works r WHERE r.id = %(id)s",
}


def begin(kind: str, merged_id: UUID, kept_id: UUID, moderator: User) -> Merge:
    """Merge a row into another of its kind, or, where many readers have it, only begin to.

    Raises ConflictError where one of the two is not there or is being merged, where Open Library's
    row would go into another, and while a dump is being loaded, which works with the ids of before.
    """

    def write() -> Merge:
        rows = _locked(kind, merged_id, kept_id)
        refuse_unfit(rows)
        merge = _noted(kind, rows, moderator)
        if len(reader_moves.readers_of(kind, merged_id)) <= MOST_AT_ONCE:
            _finish(merge)
        return merge

    return written(write)


def go_on(merge: Merge) -> bool:
    """Move the rows of the next readers; say whether that was the last of the merge."""

    def write() -> bool:
        _locked(merge.kind, merge.merged_id, merge.kept_id)
        merge.refresh_from_db()
        if merge.status != Merge.Status.MERGING:
            return True
        if merge.kind == Merge.Kind.AUTHOR:
            moves.move_links(merge)
        readers = reader_moves.next_readers(merge, MOST_AT_ONCE)
        if len(readers) < MOST_AT_ONCE:
            _finish(merge)
            return True
        lock_readers(readers)
        reader_moves.move_readers(merge, readers)
        return False

    return written(write)


def begin_undo(merge_id: UUID, moderator: User) -> Merge:
    """Bring the merged row back, with its readers' rows unless they are many.

    Raises ConflictError with the reason of `why_not_undone`.
    """

    def write() -> Merge:
        merge = Merge.objects.select_for_update().get(pk=merge_id)
        if why := why_not_undone(merge):
            raise ConflictError(why)
        # Readers may put it on shelves meanwhile: they hold the profiles that are locked below.
        staying = MODELS[merge.kind].objects.select_for_update(no_key=True)
        if not staying.filter(pk=merge.kept_id).exists():
            raise ConflictError(f"“{merge.kept_name}”, into which it went, is not there any more.")
        merge.status, merge.undone_at = Merge.Status.UNDOING, timezone.now()
        merge.save(update_fields=["status", "undone_at"])
        returns.bring_catalog(merge)
        _tell(merge, moderator, ("merged into", str(merge.kept_id), "itself again"))
        readers = reader_returns.next_readers(merge, MOST_AT_ONCE + 1)
        if len(readers) <= MOST_AT_ONCE:
            _finish_undo(merge, readers)
        return merge

    return written(write)


def go_on_undoing(merge: Merge) -> bool:
    """Bring back the rows of the next readers; say whether that was the last."""

    def write() -> bool:
        merge.refresh_from_db()
        if merge.status != Merge.Status.UNDOING:
            return True
        readers = reader_returns.next_readers(merge, MOST_AT_ONCE)
        if len(readers) < MOST_AT_ONCE:
            _finish_undo(merge, readers)
            return True
        merge.stayed += reader_returns.bring_readers(merge, readers)
        merge.save(update_fields=["stayed"])
        return False

    return written(write)


def _locked(kind: str, merged_id: UUID, kept_id: UUID) -> Pair:
    """Lock both rows, in the order of their ids; readers may put them on shelves meanwhile."""
    both = MODELS[kind].objects.shared().filter(pk__in=[merged_id, kept_id])
    found = {
        row.pk: row for row in both.order_by("pk").select_for_update(of=("self",), no_key=True)
    }
    if len(found) != 2:  # noqa: PLR2004  (it takes two)
        raise ConflictError(NOT_THERE)
    return Pair(found[kept_id], found[merged_id])


def _noted(kind: str, rows: Pair, moderator: User) -> Merge:
    columns, kept = (one(ROW[kind], {"id": row.pk}) for row in (rows.merged, rows.kept))
    merge = Merge.objects.create(
        kind=kind,
        merged_id=rows.merged.pk,
        merged_name=str(rows.merged),
        merged_openlibrary_id=rows.merged.openlibrary_id,
        kept_id=rows.kept.pk,
        kept_name=str(rows.kept),
        row=_read(columns),
        kept_before=_read(kept),
        merged_by=moderator,
    )
    _tell(merge, moderator, ("merged into", "itself", str(merge.kept_id)))
    return merge


def _read(found: Any) -> Any:
    """Read a row of one JSON column, which comes as text."""
    return json.loads(found[0])


def _finish(merge: Merge) -> None:
    """Move all that is left, and let the merged row go."""
    lock_readers(reader_moves.readers_of(merge.kind, merge.merged_id))
    moves.move_links(merge)
    if merge.kind == Merge.Kind.WORK:
        moves.move_editions(merge)
    reader_moves.move_readers(merge, reader_moves.readers_of(merge.kind, merge.merged_id))
    moves.move_aliases(merge)
    # Not by Django, whose collector would look for what hangs on it, and delete that.
    MODELS[merge.kind].objects.filter(pk=merge.merged_id)._raw_delete("default")  # noqa: SLF001
    merge.status, merge.counts = Merge.Status.MERGED, moves.counts(merge)
    merge.save(update_fields=["status", "counts"])


def _finish_undo(merge: Merge, readers: list[UUID]) -> None:
    merge.stayed += reader_returns.bring_readers(merge, readers)
    if merge.kept_before.get("primary_edition_id"):
        choose_primary(merge.kept_id)
    returns.date_row(merge)
    merge.moves.all().delete()
    merge.status = Merge.Status.UNDONE
    merge.save(update_fields=["status", "stayed"])


def _tell(merge: Merge, moderator: User, change: tuple[str, str, str]) -> None:
    """Leave who merged or undid what in the trail, on both rows."""
    field, old, new = change
    model = MODELS[merge.kind]
    told = (
        (merge.merged_id, merge.merged_name, {field: [old, new]}),
        (merge.kept_id, merge.kept_name, {"took in": _kept_side(merge, old)}),
    )
    for row_id, name, changes in told:
        LogEntry.objects.log_create(
            model(pk=row_id),
            action=LogEntry.Action.UPDATE,
            object_repr=name,
            changes=changes,
            actor=moderator,
        )


def _kept_side(merge: Merge, old: str) -> list[str]:
    name = f"{merge.merged_name} ({merge.merged_id})"
    return ["", name] if old == "itself" else [name, ""]
