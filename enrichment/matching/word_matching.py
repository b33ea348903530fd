"""How alike two rows of words are, in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from enrichment.matching.title_words import FILLERS

if TYPE_CHECKING:
    from collections.abc import Sequence

MISTYPED_LENGTH = 6
"""Letters from which on two words that differ by one are one word, mistyped."""
MISTYPED_WORD = 0.8
"""What a mistyped word counts: in a title of two words it is forgiven, alone it is doubtful."""
UNMATCHED_WORD = 0.8
"""Each telling word has to have its counterpart; otherwise this much is left, at the most."""


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Give the share of telling words that the two have in common, from 0 to 1."""
    a, b = _telling(one), _telling(other)
    if "".join(a) == "".join(b):
        return 1.0
    in_both, only_a, only_b = _paired(a, b)
    share = 2 * in_both / (len(a) + len(b))
    return share * UNMATCHED_WORD if only_a or only_b else share


def mistyped(one: str, other: str) -> bool:
    """Say whether two words are one, but for a letter (or two that changed places)."""
    if min(len(one), len(other)) < MISTYPED_LENGTH or one.isdigit() or other.isdigit():
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _telling(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in FILLERS] or list(words)


def _paired(a: list[str], b: list[str]) -> tuple[float, list[str], list[str]]:
    """Pair words off: what the pairs count, and what is left on either side."""
    only_b = list(b)
    only_a = []
    pairs = 0.0
    for word in a:
        if word in only_b:
            only_b.remove(word)
            pairs += 1
        else:
            only_a.append(word)
    for word in list(only_a):
        twin = next((other for other in only_b if mistyped(word, other)), None)
        if twin:
            only_a.remove(word)
            only_b.remove(twin)
            pairs += MISTYPED_WORD
    return pairs, only_a, only_b
