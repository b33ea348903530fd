"""What the formats of the trade and of libraries share: records that are mapped to the API's body.

Their refusals are JSON Lines: a person mends a book there more easily than in ONIX or MARC, and
the file can be loaded as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rest_framework.exceptions import ValidationError

from catalog.serializers import CoverUrlField
from enrichment.book_files.json_lines import ACTION, refusal_line
from enrichment.book_files.rows import Action, Detail, Row
from enrichment.sources import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Body = dict[str, Any]

LONGEST_TITLE = 500
LONGEST_GENRE = 100
MOST_GENRES = 20
MOST_COVERS = 10
_COVER = CoverUrlField(max_length=2000)


class MappedFile:
    """Writes refusals that `json_lines.JsonLines` reads again."""

    def refusals_begin(self) -> str:
        return ""

    def refusal(self, row: Row, details: Sequence[Detail]) -> str:
        return refusal_line(row, details)


def mapped_row(
    line: int,
    body: Body,
    size: int,
    *,
    action: Action = Action.CREATE,
    problem: str | None = None,
    notes: Sequence[Detail] = (),
) -> Row:
    """Make a row of a mapped record: what it does not say is left out, but for an update.

    There a field that is named and empty is emptied.
    """
    if action is not Action.UPDATE:
        body = {name: said for name, said in body.items() if said not in (None, "", [])}
    original = body if action is Action.CREATE else body | {ACTION: str(action)}
    return Row(line, None if problem else body, original, size, problem, action, tuple(notes))


def whole_title(title: str, subtitle: str) -> str:
    """Put title and subtitle into the one field; without the subtitle where both are too long."""
    whole = f"{title}: {subtitle}" if title and subtitle else title
    return whole if len(whole) <= LONGEST_TITLE else title


def genre_names(names: Iterable[str]) -> list[str]:
    """Keep the first names that the API takes; "General" names nothing."""
    kept = [each for each in texts.lines(list(names)) if len(each) <= LONGEST_GENRE]
    return [each for each in kept if each.casefold() != "general"][:MOST_GENRES]


def note(field: str, message: str) -> Detail:
    return {"field": field, "message": message}


def covers(links: Iterable[str], notes: list[Detail]) -> list[str]:
    """Keep the addresses that the API takes; the others cost the book nothing but a note."""
    good: list[str] = []
    for link in links:
        try:
            good.append(_COVER.run_validation(link))
        except ValidationError as exc:
            notes += [note("coverImages", str(why)) for why in cast("list[str]", exc.detail)]
    return good[:MOST_COVERS]
