"""What the catalog has that may be the book of a reader's row, each with how sure that is.

Each statement asks for a whole batch, and reads along indexes under the reader's policies. Rows are
named by their places in the batch.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from catalog.records import AUTHORS_COLUMN, seen
from config.statements import rows
from enrichment import matching
from enrichment.matching import names, titles
from enrichment.matching.folding import folded
from enrichment.records import BookRecord, Wanted
from enrichment.sources import base

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from config.statements import Row
    from enrichment.library.records import LibraryRow

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
        ours, theirs = {key_of(name) for name in row.authors}, map(key_of, self.authors.values())
        return key_of(self.title) == key_of(row.title) and ours == set(theirs)


def key_of(text: str) -> str:
    """Fold a text; one without letters and digits is compared as it is."""
    return folded(text) or text


Scored = list[tuple[float, Candidate]]


def by_openlibrary(batch: Sequence[LibraryRow]) -> dict[int, UUID]:
    """Give the shared works that rows name by their id, or else by the id of an edition."""
    found: dict[int, UUID] = {}
    for sql, attribute in (
        (_BY_EDITION_ID, "openlibrary_edition"),
        (_BY_WORK_ID, "openlibrary_work"),
    ):
        asked = {place: getattr(row, attribute) for place, row in enumerate(batch)}
        keys = {place: key for place, key in asked.items() if key}
        if keys:
            known = rows(sql, {"places": [*keys], "keys": [*keys.values()]})
            found |= dict(known)
    return found


def by_isbn(places: Iterable[int], batch: Sequence[LibraryRow], reader: UUID) -> dict[int, Scored]:
    """Judge the works of which an edition has one of a row's ISBNs."""
    pairs = [(place, isbn) for place in places for isbn in batch[place].isbns]
    asked = {"places": [pair[0] for pair in pairs], "isbns": [pair[1] for pair in pairs]}
    found = rows(_BY_ISBN, asked | {"reader": reader}) if pairs else []
    return _scored(found, batch, by_isbn=True)


def by_title(places: Iterable[int], batch: Sequence[LibraryRow], reader: UUID) -> dict[int, Scored]:
    """Judge the works of a row's title, with and without what stands behind it."""
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
