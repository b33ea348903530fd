"""Names of authors, one or several in a cell, as "First Last"."""

from __future__ import annotations

import re

from enrichment.importing.catalog_writes import LONGEST_NAME
from enrichment.sources import texts

_ENDING = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.? ?d|m\.? ?d|esq|inc|ltd)\.?", re.IGNORECASE)
"""What follows a comma and is no name of its own."""
_LIFE = re.compile(r",\s*(?:[bd]\.|c(?:a\.)?|born)?\s*[0-9]{3,4}\??(?:\s*\W.*)?$")
"""What cataloguers put behind a name: "1846-1916", "b. 1950"."""


def each_once(names: list[str]) -> tuple[str, ...]:
    return texts.lines(names, LONGEST_NAME)


def in_order(name: str) -> str:
    """Turn "Le Guin, Ursula K." and "King, Martin Luther, Jr." round; others stay as they are.

    Dates of a life behind a name are no part of it.
    """
    name = _LIFE.sub("", name)
    last, *others = _parts(name)
    if len(others) != 1:
        return name
    first, _, ending = others[0].partition(",")
    return f"{first} {last}{ending and ' ' + ending.strip()}"


def separated(cell: str) -> list[str]:
    """Take names apart that stand between commas: "Martin Luther King, Jr." is one."""
    return _parts(cell)


def _parts(cell: str) -> list[str]:
    parts: list[str] = []
    for part in map(str.strip, cell.split(",")):
        if parts and _ENDING.fullmatch(part):
            parts[-1] += f", {part}"
        elif part:
            parts.append(part)
    return parts or [""]
