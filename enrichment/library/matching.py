"""Which work of the catalog a row of a reader's file is; the reader's own works count, too.

Ids of Open Library settle it. Then come the ISBNs, and then title and author. What the catalog has
is judged by `enrichment.matching`: from its THRESHOLD on a work is the one. An ISBN below it counts
where nothing else is sure and the title or the author agrees: a translation stands under a title
that nobody can compare. Works that fit equally well are told apart by the year; of several records
of one author's book the first is taken, and books of different people are not guessed at.

Each statement asks for a whole batch, and reads along indexes under the reader's policies.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import orjson

from catalog.records import AUTHORS_COLUMN, seen
from config.statements import rows
from enrichment import matching
from enrichment.matching import names, titles
from enrichment.matching.folding import folded
from enrichment.models import LibraryImportRow
from enrichment.records import BookRecord, Wanted
from enrichment.sources import base

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from config.statements import Row
    from enrichment.library.records import LibraryRow

How = LibraryImportRow.How

AMBIGUOUS = "Several books in the catalog fit equally well, so none of them was chosen."
OTHER_BOOK = "The ISBN belongs to another book in the catalog."

_LIVE_ID = "CASE WHEN o.target IS NULL THEN asked.key ELSE o.target END"
_BY_WORK_ID = f"""
    SELECT asked.place, w.id
    FROM unnest(%(places)s::int[], %(keys)s::text[]) AS asked (place, key)
    LEFT JOIN openlibrary_aliases o ON o.openlibrary_id = asked.key
    JOIN works w ON w.openlibrary_id = {_LIVE_ID} AND w.owner_user_id IS NULL
"""  # noqa: S608  (constants of this project, here and below)
_BY_EDITION_ID = f"""
    SELECT asked.place, e.work_id
    FROM unnest(%(places)s::int[], %(keys)s::text[]) AS asked (place, key)
    LEFT JOIN openlibrary_aliases o ON o.openlibrary_id = asked.key
    JOIN editions e ON e.openlibrary_id = {_LIVE_ID} AND e.owner_user_id IS NULL
"""  # noqa: S608
_CANDIDATE = f"""
    w.id, w.title, w.first_publish_year, w.owner_user_id IS NOT NULL,
    w.primary_edition_id IS NOT NULL, {AUTHORS_COLUMN}
"""
_BY_ISBN = f"""
    SELECT asked.place, {_CANDIDATE}, e.title
    FROM unnest(%(places)s::int[], %(isbns)s::text[]) AS asked (place, isbn)
    JOIN edition_isbns i ON i.isbn13 = asked.isbn AND {seen("i")}
    JOIN editions e ON e.id = i.edition_id AND {seen("e")}
    JOIN works w ON w.id = e.work_id AND {seen("w")}
"""  # noqa: S608
# "Poems" is the title of thousands of works: those of an author of just this name are found from
# the author's side, of the others as many are looked at as a person would.
_BY_TITLE = f"""
    WITH asked AS MATERIALIZED (
        SELECT place, public.title_key(title) AS key, author
        FROM unnest(%(places)s::int[], %(titles)s::text[], %(authors)s::text[])
            AS given (place, title, author)
    ), found AS MATERIALIZED (
        SELECT asked.place, same.id FROM asked CROSS JOIN LATERAL (
            SELECT w.id FROM works w
            WHERE w.title_key = asked.key AND w.listed AND {seen("w")} LIMIT 50
        ) same
        UNION
        SELECT asked.place, longer.id FROM asked CROSS JOIN LATERAL (
            SELECT w.id FROM works w
            WHERE w.title_key >= asked.key || ':' AND w.title_key < asked.key || ';'
                AND w.listed AND {seen("w")} LIMIT 20
        ) longer
        UNION
        SELECT asked.place, aw.work_id
        FROM asked CROSS JOIN LATERAL public.shared_authors_named(asked.author) AS named (id)
        JOIN author_works aw ON aw.author_id = named.id AND aw.title_key = asked.key
            AND aw.listed AND {seen("aw")}
    )
    SELECT found.place, {_CANDIDATE}, w.title
    FROM found JOIN works w ON w.id = found.id AND {seen("w")}
"""  # noqa: S608


class Match(NamedTuple):
    """The work of a row and how it was found; or neither, and why."""

    work_id: UUID | None = None
    how: How | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that may be the row's, with a title of its own or of one of its editions."""

    work_id: UUID
    title: str
    year: int | None
    is_own: bool
    has_edition: bool
    authors: dict[str, str]
    """Their names by their ids."""

    def score(self, row: LibraryRow, isbn: str | None = None) -> float:
        if self.is_own and self._says_the_same(row):
            return 1.0
        wanted = Wanted(title=row.full_title or row.title, authors=row.authors, isbn13=isbn)
        shown = BookRecord(
            title=self.title, authors=tuple(self.authors.values()), isbns=(isbn,) if isbn else ()
        )
        return matching.confidence(wanted, shown)

    def agrees(self, row: LibraryRow) -> bool:
        """Say whether the title or an author is the row's, so that its ISBN is no mistake.

        A row that says nothing but its ISBN means it.
        """
        if not row.title:
            return True
        people = names.agreement(row.authors, tuple(self.authors.values()))
        alike = titles.compare(row.full_title or row.title, self.title).lenient
        return (people or 0.0) >= names.SAME_NAME or alike >= matching.LIKE_TITLE

    def _says_the_same(self, row: LibraryRow) -> bool:
        """Tell a row that was added as it stands, also one without an author."""
        ours, theirs = {_key(name) for name in row.authors}, map(_key, self.authors.values())
        return _key(self.title) == _key(row.title) and ours == set(theirs)


def _key(text: str) -> str:
    """Fold a text; one without letters and digits is compared as it is."""
    return folded(text) or text


Scored = list[tuple[float, Candidate]]


def matches(batch: Sequence[LibraryRow], reader: UUID) -> list[Match]:
    """Give the match of each row, in their order; the caller acts as the reader."""
    settled = _by_openlibrary(batch)
    by_isbn = _scored_by_isbn(_without(batch, settled), batch, reader)
    for place, scored in by_isbn.items():
        sure = [each for each in scored if each[0] >= matching.THRESHOLD]
        if sure:
            settled[place] = Match(_first(sure).work_id, How.ISBN)
    by_title = _by_title(_without(batch, settled), batch, reader)
    for place in _without(batch, settled):
        settled[place] = _last_resort(batch[place], by_title[place], by_isbn.get(place, []))
    return [settled[place] for place in range(len(batch))]


def _without(batch: Sequence[LibraryRow], settled: dict[int, Match]) -> list[int]:
    return [place for place in range(len(batch)) if place not in settled]


def _by_openlibrary(batch: Sequence[LibraryRow]) -> dict[int, Match]:
    found: dict[int, Match] = {}
    for sql, attribute in (
        (_BY_EDITION_ID, "openlibrary_edition"),
        (_BY_WORK_ID, "openlibrary_work"),
    ):
        asked = {place: getattr(row, attribute) for place, row in enumerate(batch)}
        keys = {place: key for place, key in asked.items() if key}
        if keys:
            known = rows(sql, {"places": [*keys], "keys": [*keys.values()]})
            found |= {place: Match(work_id, How.OPENLIBRARY) for place, work_id in known}
    return found


def _scored_by_isbn(
    places: Iterable[int], batch: Sequence[LibraryRow], reader: UUID
) -> dict[int, Scored]:
    pairs = [(place, isbn) for place in places for isbn in batch[place].isbns]
    asked = {"places": [pair[0] for pair in pairs], "isbns": [pair[1] for pair in pairs]}
    found = rows(_BY_ISBN, asked | {"reader": reader}) if pairs else []
    return _scored(found, batch, by_isbn=True)


def _by_title(
    places: Iterable[int], batch: Sequence[LibraryRow], reader: UUID
) -> dict[int, Scored]:
    asked = [(place, title) for place in places for title in _titles(batch[place])]
    given = {
        "places": [place for place, _ in asked],
        "titles": [title for _, title in asked],
        "authors": [next(iter(batch[place].authors), None) for place, _ in asked],
        "reader": reader,
    }
    return _scored(rows(_BY_TITLE, given) if asked else [], batch, by_isbn=False)


def _titles(row: LibraryRow) -> list[str]:
    """Give the forms of a title to look for: as it is, without its series, without what follows."""
    forms = [row.title, *base.titles(Wanted(title=row.full_title))]
    return list(dict.fromkeys(form for form in forms if form))


def _scored(
    found: Iterable[Row], batch: Sequence[LibraryRow], *, by_isbn: bool
) -> dict[int, Scored]:
    """Judge each work by the better of its title and its edition's."""
    best: dict[int, dict[UUID, tuple[float, Candidate]]] = defaultdict(dict)
    for place, work_id, title, year, is_own, has_edition, authors, other_title in found:
        row = batch[place]
        people = {each["id"]: each["name"] for each in orjson.loads(authors or "[]")}
        for each in {title, other_title}:
            candidate = Candidate(work_id, each, year, is_own, has_edition, people)
            score = candidate.score(row, row.isbns[0] if by_isbn else None)
            before = best[place].get(work_id)
            if before is None or score > before[0]:
                best[place][work_id] = (score, candidate)
    return defaultdict(list, {place: [*works.values()] for place, works in best.items()})


def _last_resort(row: LibraryRow, by_title: Scored, by_isbn: Scored) -> Match:
    sure = [each for each in by_title if each[0] >= matching.THRESHOLD]
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
