"""Which listing of Legimi is the work that we look for; pure, with named numbers.

The rules are those that others have found to work (external-services, "Legimi", 1.5). Legimi's
search takes titles alone and wants every word of the query in the title, so a query is tried in
several shapes; what comes back is evidence, and the score below decides. Names are compared as
everywhere (`enrichment.matching.names`): half of a name in common makes nobody the author.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enrichment.matching import names
from enrichment.matching.folding import folded
from enrichment.matching.title_words import NUMBERS, VOLUME_MARKS, kinds_in, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from enrichment.sources.legimi_records import Listing

THRESHOLD = 0.85
TITLE_WEIGHT, AUTHOR_WEIGHT = 0.7, 0.3
EQUAL, CONTAINED, DIFFERENT = 1.0, 0.95, 0.0
UNKNOWN_AUTHOR = 0.5
"""Where one side names no author: enough beside an equal title, and beside no other."""
FIRST_WORDS = 3
LONGEST_PHRASE = 150
"""Characters of a query; a title that is longer is cut after a word."""

_PUNCTUATION = re.compile(r"[.,:;!?\"()„”“«»]")
_PARTS = re.compile("[.:\N{EN DASH}\N{EM DASH}-]")
# A lone "i" is the Polish "and", so a letter is a number only behind a word that announces one, and
# where the title ends.
_VOLUME = re.compile(
    rf"\b(?:{VOLUME_MARKS}) ({NUMBERS})\b|\b(i{{2,3}}|iv|vi{{1,3}}|ix)\b|\b(\d+)\b|\b([ivx])$"
)
OTHER_BOOKS = {"about", "adapted", "drawn"}
"""A study guide, an adaptation or a comic is not the work whose title it has in its own."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A work under the names by which Legimi may know it, the likeliest title first."""

    titles: tuple[str, ...]
    authors: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name the question: equal for the same titles and authors, in whatever order."""
        said = "\n".join((*sorted(set(self.titles)), "", *sorted(set(self.authors))))
        return hashlib.sha256(said.encode()).hexdigest()


def phrases(sought: Sought) -> Iterator[str]:
    """Give what to search for, the best first; each is worth a request when the former failed."""
    seen = set()
    for title in sought.titles:
        for phrase in _variants(title):
            same = folded(phrase) or phrase
            if same not in seen:
                seen.add(same)
                yield phrase


def _variants(title: str) -> Iterator[str]:
    """Give the full title, its parts from the longest on, and its first words.

    A single word would match any volume of a series, so it is tried only where it is all there is.
    """
    full = _phrase(title)
    if full:
        yield full
    parts = {_phrase(part) for part in _PARTS.split(title)}
    yield from sorted((part for part in parts if " " in part), key=len, reverse=True)
    beginning = full.split(" ")[:FIRST_WORDS]
    if len(beginning) == FIRST_WORDS:
        yield " ".join(beginning)


def _phrase(text: str) -> str:
    """Take out what Legimi finds nothing with: punctuation, and dashes that stand alone."""
    kept = (word for word in _PUNCTUATION.sub(" ", text).split() if folded(word))
    phrase = " ".join(kept)
    if len(phrase) <= LONGEST_PHRASE:
        return phrase
    whole_words, _, _ = phrase[: LONGEST_PHRASE + 1].rpartition(" ")
    return whole_words or phrase[:LONGEST_PHRASE]


def best(sought: Sought, listings: Iterable[Listing]) -> list[Listing]:
    """Give the listings that are the work, all of the same score; none where all are below.

    Of a classic there are many, of as many publishers. Those that can be had come first.
    """
    scored = [(score(sought, each), each) for each in listings]
    top = max((found for found, _ in scored), default=0)
    if top < THRESHOLD:
        return []
    equals = [each for found, each in scored if found == top]
    return sorted(equals, key=lambda each: not each.is_available)


def score(sought: Sought, listing: Listing) -> float:
    """Say from 0 to 1 how sure it is that the listing is the work, by its best title."""
    theirs = folded(listing.title)
    title = max((_title_score(folded(ours), theirs) for ours in sought.titles), default=DIFFERENT)
    author = _author_score(sought.authors, listing.authors)
    return round(TITLE_WEIGHT * title + AUTHOR_WEIGHT * author, 4)


def _title_score(ours: str, theirs: str) -> float:
    if not ours or not theirs or _is_other_volume(ours, theirs) or _is_other_book(ours, theirs):
        return DIFFERENT
    if ours == theirs:
        return EQUAL
    if f" {ours} " in f" {theirs} " or f" {theirs} " in f" {ours} ":
        return CONTAINED
    return _dice(ours, theirs)


def _is_other_volume(ours: str, theirs: str) -> bool:
    """Tell volumes of a series apart, whose titles differ in a number alone."""
    one, other = _numbers(ours), _numbers(theirs)
    return not (one <= other or other <= one)


def _numbers(text: str) -> set[str]:
    return {number("".join(groups)) for groups in _VOLUME.findall(text)}


def _is_other_book(ours: str, theirs: str) -> bool:
    return not OTHER_BOOKS.isdisjoint(kinds_in(ours) ^ kinds_in(theirs))


def _dice(ours: str, theirs: str) -> float:
    """Give the share of common pairs of letters (Dice's coefficient)."""
    our_pairs, their_pairs = _pairs(ours), _pairs(theirs)
    total = our_pairs.total() + their_pairs.total()
    return 2 * (our_pairs & their_pairs).total() / total if total else DIFFERENT


def _pairs(text: str) -> Counter[str]:
    letters = text.replace(" ", "")
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))


def _author_score(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """Compare names, and then first names by their initials: Jules Verne is Juliusz to Legimi."""
    found = [names.agreement(each, theirs) for each in (ours, [*map(names.with_initial, ours)])]
    return max((each for each in found if each is not None), default=UNKNOWN_AUTHOR)
