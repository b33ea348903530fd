"""What may be merged and undone, and what is said where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone

from catalog.models import Merge
from catalog.models.merges import UNDO_WITHIN
from config.errors import ConflictError, on_constraint
from config.row_security import SYSTEM, acting_as
from enrichment.models import DumpLoad

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from catalog.models.works import CatalogRow

NOT_THERE = "One of the two is not there any more. Look for it again."

on_constraint("merges_one_living", lambda: ConflictError("It has been merged already."))
on_constraint("merges_of_one_kind", lambda: ConflictError(NOT_THERE))
on_constraint(
    "merges_one_at_a_time",
    lambda: ConflictError("Another merge of one of these is under way. Wait for its end."),
)


class Pair(NamedTuple):
    """The row that stays, and the one that goes into it."""

    kept: Any
    merged: Any


def may_stay(rows: Sequence[CatalogRow]) -> Sequence[CatalogRow]:
    """Give the rows that others may go into: Open Library's, where there are any.

    Loads and imports go by Open Library's key, so its row stays.
    """
    return [row for row in rows if row.openlibrary_id] or rows


def staying(rows: Sequence[CatalogRow], wanted: UUID) -> CatalogRow:
    """Choose the row that stays: the wanted one, if it may, else the first that may."""
    eligible = may_stay(rows)
    return next((row for row in eligible if row.pk == wanted), eligible[0])


def refuse_unfit(pair: Pair) -> None:
    """Raise ConflictError where the wrong row would stay, and while a dump is being loaded."""
    if pair.kept not in may_stay(pair):
        raise ConflictError("The one of Open Library stays: loads and imports go by its id.")
    if DumpLoad.objects.filter(status=DumpLoad.Status.RUNNING).exists():
        raise ConflictError("A dump of Open Library is being loaded. Merge when that has ended.")


def why_not_undone(merge: Merge) -> str:
    """Say why a merge cannot be undone now; empty when it can."""
    if merge.status != Merge.Status.MERGED:
        return {
            "merging": "It is still under way.",
            "undoing": "It is being undone.",
            "undone": "It has been undone.",
        }[merge.status]
    if too_late := why_too_late(merge):
        return too_late
    later = _later(merge)
    return f"“{later}” was merged since: undo that first." if later else ""


def why_too_late(merge: Merge) -> str:
    """Say that what is kept for an undo is gone by now; empty while it is there."""
    if merge.created_at >= timezone.now() - UNDO_WITHIN:
        return ""
    return f"A merge can be undone within {UNDO_WITHIN.days} days."


def _later(merge: Merge) -> Merge | None:
    """Give a later merge that built on this one: of its staying row, or of what hangs on it."""
    since = Merge.objects.living().filter(pk__gt=merge.pk)
    direct = since.filter(merged_id=merge.kept_id) | since.filter(kept_id=merge.kept_id)
    found: Merge | None = direct.order_by("-pk").first()
    if found:
        return found
    with acting_as(SYSTEM):
        other_end = "before__author_id" if merge.kind == Merge.Kind.WORK else "before__work_id"
        linked = merge.moves.filter(kind="link").values_list(other_end, flat=True)
        crossing = since.exclude(kind=merge.kind).filter(merged_id__in=list(linked))
        return crossing.order_by("-pk").first()
