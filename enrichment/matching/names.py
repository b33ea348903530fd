"""Whether the authors of two books are the same people, however their names are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import JaroWinkler

from enrichment.matching.folding import folded, words

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_NAME = 0.85
"""From here on two names are one person's."""
SPELT_ALIKE = 0.88
"""Jaro-Winkler, of words from four letters on: "Dostoevsky" and "Dostojewski"."""
INITIAL = 0.95
"""What an initial counts that fits the other's first name."""
LONGEST_ENDING = 1
"""Letters; with more of them behind it, a name is another one: "Nowak" and "Nowakowski"."""
MISSING_AUTHOR = 0.1
"""What it takes away when the source has none of the authors but one; a share for some."""
EXTRA_AUTHOR = 0.01
"""For each name more at the source, up to five: narrators, translators, illustrators."""
MOST_EXTRA = 5
DIFFERENT = 0.5
"""What is left of the likeness of names that are not one person's."""

_NOTE = re.compile(r"[(\[][^()\[\]]*[)\]]?|\d+")
_TITLES = frozenset(
    [
        "dr",
        "jr",
        "sr",
        "sir",
        "dame",
        "lord",
        "lady",
        "mr",
        "mrs",
        "ms",
        "prof",
        "phd",
        "md",
        "st",
        "ks",
        "esq",
    ]
)
_NOBODY = frozenset(
    {"", "anonymous", "various", "various authors", "unknown", "anonim", "n a", "collective"}
)
_INITIALS = re.compile(r"[b-df-hj-np-tv-xz]{2,3}")


def agreement(wanted: Sequence[str], found: Sequence[str]) -> float | None:
    """Say how well the authors found fit those wanted, from 0 to 1; None when nobody can tell.

    That is when one side has none, or in another script: "Лев Толстой". One author in common is
    enough; names more at the source take little away.
    """
    ours, theirs = _people(wanted), _people(found)
    if not ours or not theirs or _are_latin(ours) != _are_latin(theirs):
        return None
    best = [max(_alike(name, other) for other in theirs) for name in ours]
    if max(best) < SAME_NAME:
        return max(best) * DIFFERENT
    known = sum(likeness >= SAME_NAME for likeness in best)
    extra = min(max(len(theirs) - known, 0), MOST_EXTRA)
    return max(best) - MISSING_AUTHOR * (1 - known / len(ours)) - EXTRA_AUTHOR * extra


def same_people(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Say whether two lists name the same people, in any order and spelling of the names."""
    left = _people(theirs)
    for name in _people(ours):
        twin = next((other for other in left if _alike(name, other) >= SAME_NAME), None)
        if twin is None:
            return False
        left.remove(twin)
    return not left


def with_initial(name: str) -> str:
    """Give "L Tolstoy" for "Leo Tolstoy", who is Lew where another language is spoken."""
    first, _, rest = name.partition(" ")
    return f"{first[0]} {rest}" if rest else name


def _people(names: Sequence[str]) -> list[list[str]]:
    return [_parts(name) for name in names if folded(name) not in _NOBODY and _parts(name)]


def _are_latin(people: list[list[str]]) -> bool:
    return any(part.isascii() for parts in people for part in parts)


def _parts(name: str) -> list[str]:
    """Take a name apart: "Tolkien, J. R. R. (John Ronald), 1892-1973" is [tolkien, j, r, r]."""
    parts: list[str] = []
    for word in words(_NOTE.sub(" ", name)):
        if word not in _TITLES:
            # "JRR" is three initials.
            parts += list(word) if _INITIALS.fullmatch(word) else [word]
    return parts


def _alike(one: list[str], other: list[str]) -> float:
    """Compare two names; what only the longer one says (a middle name) does not count."""
    if "".join(sorted("".join(one))) == "".join(sorted("".join(other))) and set(one) & set(other):
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    left, scores, has_word = list(longer), [], False
    # Whole names first, so that no initial takes the place of one.
    for part in sorted(shorter, key=len, reverse=True):
        score, twin = max(((_same_part(part, x), x) for x in left), default=(0.0, ""))
        if score:
            left.remove(twin)
            has_word = has_word or (len(part) > 1 and len(twin) > 1)
        scores.append(score)
    return sum(scores) / len(scores) if has_word else 0.0


def _same_part(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return INITIAL if one[0] == other[0] else 0.0
    if min(len(one), len(other)) < len("anna") or _is_derived(one, other):
        return 0.0
    likeness = JaroWinkler.similarity(one, other)
    return likeness if likeness >= SPELT_ALIKE else 0.0


def _is_derived(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and len(longer) - len(shorter) > LONGEST_ENDING
