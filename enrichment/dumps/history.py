"""What is kept of loads after their end, and what a new dump is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now

from config.row_security import SYSTEM, acting_as
from enrichment.dumps.files import Problem
from enrichment.dumps.kinds import NEEDED
from enrichment.models import DumpLoad

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from enrichment.dumps.kinds import Kind
    from enrichment.dumps.load import Load, Outcome

LEAST_SHARE = 0.8
"""Of the size that a file had last time: dumps grow, and a smaller one was cut off upstream."""


def problems(files: Mapping[Kind, Path], made_on: date) -> Iterator[Problem]:
    """Compare a dump with the one that was loaded last."""
    with acting_as(SYSTEM):
        last = DumpLoad.objects.filter(status=DumpLoad.Status.SUCCEEDED).first()
    if last is None:
        return
    if made_on < last.made_on:
        yield Problem(
            "", f"The dump is of {made_on}, and the catalog has that of {last.made_on} already."
        )
    for kind in NEEDED:
        before = last.files.get(kind, {}).get("size", 0)
        size = files[kind].stat().st_size if kind in files else 0
        if size < before * LEAST_SHARE:
            name = files[kind].name if kind in files else str(kind)
            told = f"{name} has {size:,} bytes; that of {last.made_on} had {before:,}."
            yield Problem(name, told)


def begun(load: Load, made_on: date) -> DumpLoad:
    """Note that a load is under way: the one that was cut off, where this one goes on with it."""
    with acting_as(SYSTEM):
        unended = DumpLoad.objects.filter(status=DumpLoad.Status.RUNNING)
        row = unended.first() if load.resumed else None
        if row is None:
            unended.update(
                status=DumpLoad.Status.FAILED, error="It was given up.", finished_at=Now()
            )
            row = DumpLoad.objects.create(made_on=made_on, way=load.way, files=load.files)
        return row


def succeeded(row: DumpLoad, outcome: Outcome) -> None:
    _end(row, DumpLoad.Status.SUCCEEDED, changes=outcome.changes, refused=outcome.refused)


def failed(row: DumpLoad, error: str) -> None:
    _end(row, DumpLoad.Status.FAILED, error=error)


def _end(row: DumpLoad, status: DumpLoad.Status, **columns: Any) -> None:
    with acting_as(SYSTEM):
        DumpLoad.objects.filter(pk=row.pk).update(status=status, finished_at=Now(), **columns)
