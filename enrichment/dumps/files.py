"""The files of a dump: which there are, of which month, and whether they can be what they say."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from isal import igzip

from enrichment.dumps.kinds import NEEDED, Kind
from enrichment.dumps.lines import BROKEN, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
# What upstream has put in the place of gigabytes: 20 to 56 bytes (openlibrary, issue 12273).
SMALLEST = 60
LOOKED_AT = 1 << 16
"""Unpacked bytes that are looked at before a file is read."""

_NAME = re.compile(
    rf"ol_dump_(?P<kind>{'|'.join(Kind)})(?:_(?:latest|(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})))?"
    r"\.txt\.gz"
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|head|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a dump is not loaded, as a sentence; `file` is empty where it is about all of them."""

    file: str
    message: str


def find(folder: Path) -> dict[Kind, Path]:
    """Find the file of each kind in a folder: the newest, where there are several.

    One whose name has no date, or "latest", comes before all that have one.
    """
    found = [(named, path) for path in folder.iterdir() if (named := _named(path))]
    found.sort(key=lambda each: each[0][1] or date.max)
    return {kind: path for (kind, _), path in found}


def date_of(files: Mapping[Kind, Path]) -> date | None:
    """Give the date that the files carry in their names; None where they carry none, or several."""
    dates = _dates(files)
    return dates.pop() if len(dates) == 1 else None


def sizes(files: Mapping[Kind, Path]) -> dict[Kind, int]:
    return {kind: path.stat().st_size for kind, path in files.items()}


def check(files: Mapping[Kind, Path]) -> list[Problem]:
    """Find what speaks against loading these files, before anything is read or written."""
    return [*_together(files), *(found for kind in files for found in _alone(kind, files[kind]))]


def _together(files: Mapping[Kind, Path]) -> Iterator[Problem]:
    for kind in NEEDED:
        if kind not in files:
            yield Problem("", f"There is no file of {kind}: ol_dump_{kind}_YYYY-MM-DD.txt.gz.")
    dates = _dates(files)
    if len(dates) > 1:
        listed = ", ".join(str(each) for each in sorted(dates))
        yield Problem("", f"The files are of several dumps: {listed}. Take all of one date.")


def _alone(kind: Kind, path: Path) -> Iterator[Problem]:
    try:
        message = _problem_of(kind, path)
    except BROKEN as exc:
        message = f"cannot be read: {exc}."
    if message:
        yield Problem(path.name, f"{path.name} {message}")


def _problem_of(kind: Kind, path: Path) -> str | None:
    with path.open("rb") as packed:
        start = packed.read(LOOKED_AT)
    if not start:
        return "is empty."
    if _MARKUP.match(start):
        return "is a web page: the download failed."
    if not start.startswith(GZIP_MAGIC):
        return "is no gzip file."
    if len(start) < SMALLEST:
        return f"has only {len(start)} bytes: the dump failed upstream."
    return _problem_of_lines(kind, path)


def _problem_of_lines(kind: Kind, path: Path) -> str | None:
    types = Counter(_types(path))
    if not types:
        return "holds no lines of a dump: type, key, revision, date and JSON between tabs."
    ((most, _),) = types.most_common(1)
    expected = kind.type_key
    return (
        None
        if expected in types
        else f"holds {most.decode(errors='replace')}, not {expected.decode()}."
    )


def _types(path: Path) -> Iterator[bytes]:
    """Give the first column of those of the first lines that have five."""
    with igzip.open(path, "rb") as text:  # type: ignore[no-untyped-call]
        first = text.read(LOOKED_AT)
    for lines in split(iter([first, b""]).__next__):
        for line in lines:
            columns = line.split(b"\t", 4)
            if len(columns) == 5:  # noqa: PLR2004
                yield columns[0]


def _dates(files: Mapping[Kind, Path]) -> set[date]:
    return {named[1] for path in files.values() if (named := _named(path)) and named[1]}


def _named(path: Path) -> tuple[Kind, date | None] | None:
    """Read the kind and the date in a file's name; None for a file of another name."""
    found = _NAME.fullmatch(path.name)
    with suppress(ValueError):
        if found:
            made_on = found["date"] and date.fromisoformat(found["date"])
            return Kind(found["kind"]), made_on or None
    return None
