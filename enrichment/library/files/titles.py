"""Titles without the series that they carry in brackets."""

from __future__ import annotations

import re

# "#1", "#1-3", "Book 2", "Vol. 3", "tom 1".
_NUMBERED = re.compile(
    r"#\s*[0-9]"
    r"|\b(?:book|vol|volume|part|tome?|tomo|band|bd|boek|libro|livre|kniha|księga|cz|część|t)"
    r"\.?\s*[0-9]",
    re.IGNORECASE,
)

_BRACKET = re.compile(r"[()]")


def without_series(title: str) -> str:
    """Give "The Hunger Games" for "The Hunger Games (The Hunger Games, #1)".

    Brackets without a number say other things: "(Annotated)", "(French Edition)".
    """
    begins = _last_bracket(title) if title.endswith(")") else 0
    bare = title[:begins].rstrip()
    return bare if bare and _NUMBERED.search(title, begins) else title


def _last_bracket(title: str) -> int:
    """Say where the brackets open that the title ends with; 0 when there is no such place."""
    depth = 0
    for bracket in reversed(list(_BRACKET.finditer(title))):
        depth += 1 if bracket[0] == ")" else -1
        if depth == 0:
            return bracket.start()
    return 0
