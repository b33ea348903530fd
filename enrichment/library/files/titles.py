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


def without_series(title: str) -> str:
    """Give "The Hunger Games" for "The Hunger Games (The Hunger Games, #1)".

    Brackets without a number say other things: "(Annotated)", "(French Edition)".
    """
    begins = _last_bracket(title)
    bare = title[:begins].rstrip() if begins else ""
    return bare if bare and _NUMBERED.search(title, begins) else title


def _last_bracket(title: str) -> int:
    """Say where the brackets open that the title ends with; 0 when there are none."""
    depth = 0
    for place in range(len(title) - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(title[place], 0)
        if depth == 0:
            return place if title[place] == "(" else 0
    return 0
