"""Which work of the catalog a row of a reader's file is; the reader's own works count, too.

Ids of Open Library settle it. Then come the ISBNs, and then title and author. What the catalog has
is judged by `enrichment.matching`: from its THRESHOLD on a work is the one. An ISBN below it counts
where nothing else is sure and the title or the author agrees: a translation stands under a title
that nobody can compare. Works that fit equally well are told apart by the year; of several records
of one author's book the first is taken, and books of different people are not guessed at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from enrichment import matching
from enrichment.library import candidates
from enrichment.models import LibraryImportRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from enrichment.library.candidates import Candidate, Scored
    from enrichment.library.records import LibraryRow

How = LibraryImportRow.How

AMBIGUOUS = "Several books in the catalog fit equally well, so none of them was chosen."
OTHER_BOOK = "The ISBN belongs to another book in the catalog."


class Match(NamedTuple):
    """The work of a row and how it was found; or neither, and why."""

    work_id: UUID | None = None
    how: How | None = None
    note: str | None = None


def matches(batch: Sequence[LibraryRow], reader: UUID) -> list[Match]:
    """Give the match of each row, in their order; the caller acts as the reader."""
    found = candidates.by_openlibrary(batch)
    settled = {place: Match(work_id, How.OPENLIBRARY) for place, work_id in found.items()}
    by_isbn = candidates.by_isbn(_without(batch, settled), batch, reader)
    for place, scored in by_isbn.items():
        sure = _sure(scored)
        if sure:
            settled[place] = Match(_first(sure).work_id, How.ISBN)
    left = _without(batch, settled)
    by_title = candidates.by_title(left, batch, reader)
    for place in left:
        settled[place] = _last_resort(batch[place], by_title[place], by_isbn[place])
    return [settled[place] for place in range(len(batch))]


def _without(batch: Sequence[LibraryRow], settled: dict[int, Match]) -> list[int]:
    return [place for place in range(len(batch)) if place not in settled]


def _sure(scored: Scored) -> Scored:
    return [each for each in scored if each[0] >= matching.THRESHOLD]


def _last_resort(row: LibraryRow, by_title: Scored, by_isbn: Scored) -> Match:
    sure = _sure(by_title)
    if sure:
        chosen = _unambiguous(row, sure)
        return Match(chosen.work_id, How.TITLE) if chosen else Match(note=AMBIGUOUS)
    agreeing = [each for each in by_isbn if each[1].agrees(row)]
    if agreeing:
        return Match(_first(agreeing).work_id, How.ISBN)
    return Match(note=OTHER_BOOK if by_isbn else None)


def _unambiguous(row: LibraryRow, sure: Scored) -> Candidate | None:
    """Choose the best; None when others are as good, and of other people."""
    top = max(score for score, _ in sure)
    good = [each for each in sure if each[0] >= top - matching.EQUALLY_GOOD]
    years = {row.original_year, row.publish_year} - {None}
    own = [each for each in good if each[1].is_own]
    good = own or [each for each in good if each[1].year in years] or good
    first = _first(good)
    is_one = all(first.authors.keys() & each.authors.keys() for _, each in good)
    return first if is_one or len(good) == 1 else None


def _first(scored: Scored) -> Candidate:
    """Give the best; of equally good ones the reader's own, then one that has an edition."""
    return min(
        scored,
        key=lambda each: (-each[0], not each[1].is_own, not each[1].has_edition, each[1].work_id),
    )[1]
