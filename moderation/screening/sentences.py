"""The sentences in which moderators read what a pending book is like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import Book
from config.model_admin import shortened
from enrichment.matching import LIKE_TITLE, titles
from moderation.models import DUPLICATES, Flag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.screening.duplicates import Judged
    from moderation.screening.findings import Candidate, Subject

LONGEST = 100
"""Characters of a title or of names in a sentence."""
STATUSES = {Book.Status.PENDING.value: "pending", Book.Status.ACTIVE.value: "on sale"}


def facts(subject: Subject, judged: Sequence[Judged]) -> dict[Flag, str]:
    """Give a sentence for each flag: of the best that it stands for, and of how many more."""
    told: dict[Flag, str] = {}
    for flag in DUPLICATES:
        found = [candidate for own, _, candidate in judged if own == flag]
        if found:
            told[flag] = _fact(flag, subject, found[0]) + _more(len(found) - 1)
    return told


def _fact(flag: Flag, subject: Subject, found: Candidate) -> str:
    if flag == Flag.SAME_ISBN:
        return _same_isbn(subject, found)
    if flag == Flag.SAME_BOOK:
        return f"{_named(found)} has the same title and author."
    return f"{_named(found)} has nearly the same title, and the same author."


def _same_isbn(subject: Subject, found: Candidate) -> str:
    alike = titles.compare(subject.title, found.title).lenient
    but = "" if alike >= LIKE_TITLE else ", though its title is another one"
    return f"{_named(found)} has this ISBN{but}; finalizing adds to that work."


def _named(found: Candidate) -> str:
    title = f"“{_short(found.title)}”"
    if found.book_id:
        whose = _possessive(_short(found.submitter)) if found.submitter else "A member's"
        return f"{whose} {title} ({STATUSES[found.status]})"
    whose = "Open Library's" if found.is_openlibrarys else "The catalog's"
    said = [_short("; ".join(found.authors)), str(found.year or "")]
    details = ", ".join(each for each in said if each)
    return f"{whose} {title} ({details})" if details else f"{whose} {title}"


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _more(count: int) -> str:
    if not count:
        return ""
    return " There is one more like it." if count == 1 else f" There are {count} more like it."


def _short(text: str) -> str:
    return shortened(text, LONGEST)
