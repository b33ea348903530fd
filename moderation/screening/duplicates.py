"""Which candidates are the same as a pending book, or nearly: pure rules over what was found.

Titles and names are compared as `enrichment.matching` compares them, so that volumes of a series
and a summary of a book are no duplicates, and "Tolkien, J. R. R." is J.R.R. Tolkien.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from enrichment.matching import names, titles
from enrichment.matching.folding import folded
from moderation.models import DUPLICATES, Flag
from moderation.screening.findings import MOST_LIKENESSES, Alike, Candidate, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    Judged = tuple[Flag, float, Candidate]

NEAR = 0.75
"""From here on titles are near (`titles.compare`, strictly)."""
NEARLY = 0.99
"""The most that a title scores which is near and not the same."""
MISTYPED = 0.8
"""What a title scores that is another one but for a letter."""
MISTYPED_LENGTH = 8
"""Letters from which on that is so: of shorter titles each letter tells."""
SAME_NAME = names.SAME_NAME


def judge(subject: Subject, candidates: Iterable[Candidate]) -> list[Judged]:
    """Give the candidates that are alike, each with its flag and score, the best first.

    What has the same title and authors is not told once more as near. The order does not hang on
    that of the candidates.
    """
    judged = [found for candidate in candidates for found in _judge_one(subject, candidate)]
    best: dict[tuple[object, ...], Judged] = {}
    for found in sorted(judged, key=_place):
        best.setdefault(_key(found), found)
    return list(best.values())


def likenesses(judged: Iterable[Judged]) -> list[Alike]:
    """Give the rows to keep, of what can be linked to."""
    linked = [
        Alike(flag, score, found.book_id, found.edition_id)
        for flag, score, found in judged
        if found.book_id or found.edition_id
    ]
    return linked[:MOST_LIKENESSES]


def _judge_one(subject: Subject, found: Candidate) -> list[Judged]:
    if found.found_by == "isbn":
        return [(Flag.SAME_ISBN, 1.0, found)]
    if found.found_by == "key":
        return [(Flag.SAME_BOOK, 1.0, found)]
    agreement = names.agreement(subject.authors, found.authors)
    if agreement is None or agreement < SAME_NAME:
        return []
    if folded(subject.title) == folded(found.title):
        return [(Flag.SAME_BOOK, round(agreement, 3), found)]
    alike = _alike(subject.title, found.title)
    if alike < NEAR:
        return []
    return [(Flag.NEAR_TITLE, round(min(alike, NEARLY) * agreement, 3), found)]


def _alike(one: str, other: str) -> float:
    """Compare titles word by word, and by letters: "The Hobit" has no word of "The Hobbit"."""
    by_words = titles.compare(one, other).strict
    return max(by_words, MISTYPED) if _is_mistyped(one, other) else by_words


def _is_mistyped(one: str, other: str) -> bool:
    """Say whether titles differ by one letter; by a number they are other volumes or years."""
    a, b = folded(one), folded(other)
    if min(len(a), len(b)) < MISTYPED_LENGTH or _numbers(one) != _numbers(other):
        return False
    return OSA.distance(a, b, score_cutoff=1) <= 1


def _numbers(title: str) -> tuple[frozenset[str], str]:
    return titles.read(title).numbers, "".join(filter(str.isdigit, title))


def _key(judged: Judged) -> tuple[object, ...]:
    """Tell the candidates apart; SAME_BOOK and NEAR_TITLE of one are one."""
    flag, _, found = judged
    return flag == Flag.SAME_ISBN, found.book_id, found.edition_id or (found.title, found.authors)


def _place(judged: Judged) -> tuple[object, ...]:
    flag, score, found = judged
    return -score, DUPLICATES.index(flag), str(found.book_id or found.edition_id or ""), found.title
