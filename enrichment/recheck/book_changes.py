"""What a source would change about a book: only real differences, and nothing for the worse.

Values stand under the API's names. A source that says less, says the same in other words or only
writes it another way changes nothing; nothing is ever taken away:

- title: it must tell something that ours does not; series and editions in brackets do not count,
  nor does a subtitle that ours is without. One that differs in case and accents alone is taken
  when ours has neither.
- authors: the same people in another order or spelling are no change; others are added, but for
  names that POST /books would not take.
- coverImages: the best cover on a host that we show is added behind what is there.
- language: "en" says less than "en-GB".
- publishedDate: a bare year or month fills a blank, as the first of it, and replaces no date.
- genres are added, whatever their case none twice, up to 20.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import ValidationError

from enrichment.matching import names, titles
from enrichment.matching.folding import folded
from shelves.book_serializers import MOST_AUTHORS, BookToAddSerializer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from rest_framework.fields import Field

    from enrichment.records import BookRecord, PublishDate

Said = dict[str, Any]
"""What a book says, by the API's names of the fields that a recheck looks at."""

_RULES: Mapping[str, Field[Any, Any, Any, Any]] = BookToAddSerializer().fields
"""The rules of POST /books, field by field."""
_ONE_LINE = {"title", "authors", "genres"}
_MARKUP = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
MOST_COVERS = 10
MOST_GENRES = 20


@dataclass(frozen=True, slots=True)
class Change:
    """A field that the source has better; `reason` says why it is not applied, if it is not."""

    field: str
    old: Any
    new: Any
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """Shape it for the API."""
        told = {"field": self.field, "old": _json(self.old), "new": _json(self.new)}
        told["applied"] = not self.reason
        return told | ({"reason": self.reason} if self.reason else {})


def proposed(said: Said, found: BookRecord) -> list[Change]:
    """Give what the source would change, in the contract's order of the fields."""
    better = {
        "title": _title(said["title"], found),
        "authors": _authors(said["authors"], found.authors),
        "coverImages": _covers(said["coverImages"], found.covers),
        "description": _description(said["description"], found.description),
        "language": _language(said["language"], found.language),
        "publishedDate": _published(said["publishedDate"], found.published),
        "genres": _genres(said["genres"], found.genres),
    }
    return [Change(name, said[name], new) for name, new in better.items() if new != said[name]]


def held_back(changes: Iterable[Change], why_not: Callable[[Change], str]) -> list[Change]:
    """Say of each change why it is not applied, where there is a reason.

    Values are checked by the rules of POST /books, and all go in or none: one that is no good
    ("invalid") holds the others back ("held_back").
    """
    ruled = [replace(change, reason=why_not(change)) for change in changes]
    checked = [change if change.reason else _checked(change) for change in ruled]
    if not any(change.reason == "invalid" for change in checked):
        return checked
    return [replace(change, reason=change.reason or "held_back") for change in checked]


def _checked(change: Change) -> Change:
    return change if is_valid(change.field, change.new) else replace(change, reason="invalid")


def is_valid(field: str, value: Any) -> bool:
    """Say whether a member might have typed it; markup is what only programs write."""
    if field in _ONE_LINE and _MARKUP.search(str(value)):
        return False
    try:
        _RULES[field].run_validation(value)
    except ValidationError:
        return False
    return True


def _json(value: Any) -> Any:
    """Write a value as the book shows it: no text is null, and no genres are an empty list."""
    return value.isoformat() if isinstance(value, date) else None if value == "" else value


def _title(ours: str, found: BookRecord) -> str:
    """Compare as much of theirs as we say: whoever leaves the subtitle out may do so."""
    a = titles.read(ours)
    theirs = found.full_title if a.rest else found.title
    if folded(ours) == folded(theirs):
        return theirs if _is_written_better(ours, theirs) else ours
    b = titles.read(theirs)
    return theirs if set(b.main + b.rest) - set(a.main + a.rest) else ours


def _is_written_better(ours: str, theirs: str) -> bool:
    """Say whether the same words have their accents, or their capitals, there alone."""
    if _accents(ours) != _accents(theirs):
        return _accents(ours) < _accents(theirs)
    return _has_no_case(ours) and not _has_no_case(theirs)


def _accents(text: str) -> int:
    return sum(not char.isascii() and char.isalpha() for char in unicodedata.normalize("NFC", text))


def _has_no_case(text: str) -> bool:
    return text in (text.lower(), text.upper())


def _authors(ours: list[str], theirs: Collection[str]) -> list[str]:
    """Write our authors better where the source does, and add those that we lack."""
    known = [name for name in theirs if is_valid("authors", [name])]
    # What is left over on both sides may be a name in two languages: "Lew Tołstoj", "Leo Tolstoy".
    alone = [name for name in ours if _twin(name, known) is None]
    strangers = [name for name in known if _twin(name, ours) is None]
    new = [name for name in strangers if _twin(names.with_initial(name), alone) is None]
    if len(new) == len(known):
        return known[:MOST_AUTHORS] or ours
    merged = [_name(name, _twin(name, known) or name) for name in ours]
    return (merged + new)[: max(MOST_AUTHORS, len(ours))]


def _twin(name: str, others: Iterable[str]) -> str | None:
    """Find the same person among others."""
    return next((other for other in others if names.same_people([name], [other])), None)


def _name(ours: str, theirs: str) -> str:
    """Take theirs when ours is a family name alone, or lacks its accents or capitals."""
    is_fuller = len(folded(ours).split()) == 1 < len(folded(theirs).split())
    same = folded(ours) == folded(theirs)
    return theirs if is_fuller or (same and _is_written_better(ours, theirs)) else ours


def _covers(ours: list[str], theirs: Iterable[str]) -> list[str]:
    cover = next((url for url in theirs if is_valid("coverImages", [url])), None)
    is_new = cover is not None and cover not in ours and len(ours) < MOST_COVERS
    return [*ours, cover] if cover and is_new else ours


def _description(ours: str, theirs: str) -> str:
    return ours if not theirs or theirs.split() == ours.split() else theirs


def _language(ours: str, theirs: str) -> str:
    return ours if not theirs or ours == theirs or ours.startswith(f"{theirs}-") else theirs


def _published(ours: date | None, theirs: PublishDate | None) -> date | None:
    if theirs is None or (ours and theirs.precision != "day"):
        return ours
    return theirs.day


def _genres(ours: list[str], theirs: Iterable[str]) -> list[str]:
    kept = {_genre_key(name): name for name in ours}
    for name in theirs:
        if len(kept) < MOST_GENRES and is_valid("genres", [name]):
            kept.setdefault(_genre_key(name), name)
    return list(kept.values()) if len(kept) > len({_genre_key(n) for n in ours}) else ours


def _genre_key(name: str) -> str:
    """Fold a genre as the database does (`fold_text`): one in any case is one genre."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
