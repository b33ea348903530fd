"""What a source of books is, and what the sources share."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from config.errors import UnprocessableRecordError, UpstreamError
from enrichment import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from enrichment.records import BookRecord, Wanted


class Plugin(Protocol):
    """A source that can be asked for a book: a module with these names is one."""

    name: str
    """What people write to choose it; that of its `http.Service`, too, for its health."""

    def is_configured(self) -> bool:
        """Say whether the operator has set all that it needs."""

    def find(self, wanted: Wanted, *, patience: float = 10.0) -> list[BookRecord]:
        """Look a book up by its ISBN when it has one, else by title and authors.

        Gives candidates, for `matching` to judge, and none when the source has no such book.
        Raises NoAnswerError, NoAnswerNowError or UpstreamNotConfiguredError. `patience` is that of
        `http.get`, for each of the requests.
        """


@dataclass(frozen=True, slots=True)
class Candidate:
    """A book as a search shows it, and the id under which the source has more about it."""

    id: str
    book: BookRecord


def readable(read: Callable[[object], Candidate], items: Iterable[object]) -> list[Candidate]:
    """Read those of a search's items that can be used."""
    found = []
    for item in items:
        with suppress(UnprocessableRecordError):
            found.append(read(item))
    return found


def completed(
    wanted: Wanted,
    candidates: Sequence[Candidate],
    complete: Callable[[Candidate], BookRecord | None],
) -> list[BookRecord]:
    """Give the books of a search, and of the one that surely is the book more than that.

    To ask for more costs a request. Where it fails, what the search said is good enough.
    """
    match = matching.best(wanted, [each.book for each in candidates])
    chosen = match.record if match and match.is_sure else None
    return [
        (each.book is chosen and _unless_it_fails(complete, each)) or each.book
        for each in candidates
    ]


def _unless_it_fails(
    complete: Callable[[Candidate], BookRecord | None], candidate: Candidate
) -> BookRecord | None:
    with suppress(UpstreamError, UnprocessableRecordError):
        return complete(candidate)
    return None


def titles(wanted: Wanted) -> list[str]:
    """Give what to search for in turn, until something is found: the title, and its main part.

    Sources want all words of a title, and have many a book without its subtitle.
    """
    main = re.split(r"\s*[:(\[]", wanted.title, maxsplit=1)[0].strip()
    return list(dict.fromkeys(title for title in (wanted.title, main) if title))


def user_agent() -> str:
    """Name the platform and whom to write to, as Open Library demands and others like to know."""
    contact = " ".join(settings.OPENLIBRARY_CONTACT.split())
    return f"{settings.SOURCES_USER_AGENT} ({contact})" if contact else settings.SOURCES_USER_AGENT
