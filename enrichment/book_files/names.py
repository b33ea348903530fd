"""Names of people as catalogues invert them."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?:jr|sr|[IVX]{1,4})\.?", re.IGNORECASE)


def upright(name: str) -> str:
    """Turn "Le Guin, Ursula K." and "King, Martin Luther, Jr." round, as they are spoken."""
    family, *others = [part.strip() for part in name.split(",") if part.strip()] or [""]
    given = [part for part in others if not _SUFFIX.fullmatch(part)]
    suffixes = [part for part in others if _SUFFIX.fullmatch(part)]
    return " ".join([*given[:1], ", ".join([family, *suffixes])])
