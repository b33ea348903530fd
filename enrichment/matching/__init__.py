"""Whether a book that a source found is the one that was submitted: a score from 0 to 1.

The score is an opinion on evidence, made of three kinds of it:

1. **Titles** (`titles`). Both are folded, so that case, accents, Polish letters,
   punctuation and leading articles make no difference, and every telling word must have its
   counterpart: "Dune" is not "Dune Messiah". What stands in brackets (a series, an edition) counts
   for nothing, but for its number: volumes that differ are different books. A subtitle that only
   describes may be missing on one side; one that may name a part may not, since "The Lord of the
   Rings" is not "The Two Towers". A summary, a study guide, a box set or a comic is another book.
2. **Authors** (`names`). Names are sets of words: "Tolkien, J. R. R." is "J.R.R.
   Tolkien", and initials fit first names. One author in common is enough, more at the source
   (narrators) hurt little. Nobody in common ends the matter. Where one side names nobody, the
   best of titles stays below the threshold.
3. **The ISBN.** The same one and a like title are as good as certain, with no authors known,
   too. The same one and a quite different title, or another part of the series, are not: real
   ISBNs stand on several works, and people copy the wrong one. Another ISBN says nothing, since
   it is another edition's.

Without an ISBN in common the score is titles times authors, so that each can bring it down alone;
a book in another language than the one submitted is a translation, and loses as well, even where
the titles are equal ("Solaris").

From THRESHOLD on a match is good enough to be written down. Below it is a suggestion, for people:
one that is missed costs a look, a wrong one a book. How well this goes is measured on real pairs,
tests/data/book_pairs.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from enrichment.matching import names, titles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from enrichment.records import BookRecord, Wanted

THRESHOLD = 0.85

LIKE_TITLE = 0.6
"""From here on titles are alike enough for an ISBN in common to settle it."""
ISBN_AND_TITLE = 0.9
"""What an ISBN and the least like title give together; the title's likeness brings the rest."""
ISBN_ALONE = 0.6
"""The most that an ISBN is worth when the title is quite different."""
ISBN_OTHER_AUTHOR = 0.8
"""An ISBN and a title in common, and nobody among the authors."""
HALF_A_NAME = 0.2
"""Where the ISBN agrees, names that agree in part are one: "Lew Tołstoj" is "Leo Tolstoy"."""
AUTHORS_UNKNOWN = 0.8
OTHER_LANGUAGE = 0.8
EQUALLY_GOOD = 0.05
"""Candidates this close to the best are as good as it: ISBN and language decide then."""


@dataclass(frozen=True, slots=True)
class Match:
    record: BookRecord
    confidence: float

    @property
    def is_sure(self) -> bool:
        return self.confidence >= THRESHOLD


def confidence(wanted: Wanted, found: BookRecord) -> float:
    """Say how sure it is that `found` is the book `wanted`, from 0 to 1."""
    alike = titles.compare(wanted.title, found.full_title)
    authors = names.agreement(wanted.authors, found.authors)
    if _shares_isbn(wanted, found):
        return round(_with_isbn(alike.lenient, authors), 3)
    score = alike.strict * (AUTHORS_UNKNOWN if authors is None else authors)
    return round(score * (OTHER_LANGUAGE if _is_translation(wanted, found) else 1), 3)


def best(wanted: Wanted, records: Iterable[BookRecord]) -> Match | None:
    """Choose among a source's candidates; None when there is none.

    Among equally good ones the one with the ISBN comes first, then one in the book's own language,
    then the better one, then the source's own order.
    """
    matches = [Match(record, confidence(wanted, record)) for record in records]
    top = max((match.confidence for match in matches), default=0.0)
    good = [match for match in matches if match.confidence >= top - EQUALLY_GOOD]
    return max(good, key=lambda match: _merits(wanted, match), default=None)


def _merits(wanted: Wanted, match: Match) -> tuple[bool, bool, bool, float]:
    return (
        match.is_sure,
        _shares_isbn(wanted, match.record),
        bool(wanted.language) and _speaks(match.record.language) == _speaks(wanted.language),
        match.confidence,
    )


def _with_isbn(title: float, authors: float | None) -> float:
    if title < LIKE_TITLE:
        return ISBN_ALONE * (1 + title) / 2
    if authors is not None and authors < HALF_A_NAME:
        return ISBN_OTHER_AUTHOR
    return ISBN_AND_TITLE + (1 - ISBN_AND_TITLE) * title


def _shares_isbn(wanted: Wanted, found: BookRecord) -> bool:
    return wanted.isbn13 is not None and wanted.isbn13 in found.isbns


def _is_translation(wanted: Wanted, found: BookRecord) -> bool:
    known = wanted.language and found.language
    return bool(known) and _speaks(wanted.language) != _speaks(found.language)


def _speaks(tag: str) -> str:
    """Give a tag's language alone: "pt-BR" and "pt" are one here."""
    return tag.partition("-")[0].lower()
