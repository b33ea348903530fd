"""Open Library: its records, lists and searches (external-services.md, section 2).

Everything here goes through the door. It raises NoAnswerError or NoAnswerNowError when there is no
answer; `patience` is that of `http.get`, for each request.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from config.errors import NotFoundError, UnprocessableRecordError
from enrichment import http
from enrichment.records import AuthorRecord, BookRecord, EditionRecord, Wanted, WorkRecord
from enrichment.sources import base, openlibrary_records
from enrichment.sources import openlibrary_requests as upstream
from enrichment.sources.openlibrary_fields import id_in, is_redirect, key
from enrichment.sources.openlibrary_records import AUTHOR, EDITION, WORK

if TYPE_CHECKING:
    from collections.abc import Callable

    from enrichment.sources.base import Candidate
    from enrichment.sources.openlibrary_records import Kind

R = TypeVar("R", AuthorRecord, WorkRecord, EditionRecord)
R_co = TypeVar("R_co", covariant=True)

name = upstream.NAME
service = upstream.service

MOST_HOPS = 10
MOST_EDITION_PAGES = 5

MOST_CANDIDATES = 10
MOST_AUTHORS = 5
"""Each name is a request. Of a work with more authors none is asked: a part would pass for all."""
LONGEST_QUERY = 200

_AUTHOR_FIELDS = "key,type,name,alternate_names"
_BOOK_FIELDS = (
    "key,title,subtitle,author_name,first_publish_year,cover_i,language,isbn,subject,"
    "editions,editions.key,editions.title,editions.subtitle,editions.language,editions.isbn,"
    "editions.cover_i,editions.publish_date"
)


@dataclass(frozen=True, slots=True)
class Fetched(Generic[R_co]):
    """A live record, and the old ids that led to it."""

    record: R_co
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorksPage:
    """A part of an author's works; `refused` counts those that cannot be used.

    `size` is what Open Library's search engine believes to be the number of all works.
    """

    works: tuple[WorkRecord, ...]
    refused: int
    next_offset: int | None
    size: int | None


def is_configured() -> bool:
    """It needs no key; without a contact it may turn us away, which its health shows."""
    return True


# --- Records --------------------------------------------------------------------------------------


def author(openlibrary_id: str, *, patience: float = 10.0) -> Fetched[AuthorRecord]:
    """Fetch an author, whatever record theirs has been merged into: one request, one more a hop.

    Raises NotFoundError, or UnprocessableRecordError for a record that is deleted, that leads to
    another kind, in circles or too far, or that has no name. `work` and `edition` are just so.
    """
    return _fetched(AUTHOR, openlibrary_id, patience)


def work(openlibrary_id: str, *, patience: float = 10.0) -> Fetched[WorkRecord]:
    return _fetched(WORK, openlibrary_id, patience)


def edition(openlibrary_id: str, *, patience: float = 10.0) -> Fetched[EditionRecord]:
    return _fetched(EDITION, openlibrary_id, patience)


def _fetched(kind: Kind[R], openlibrary_id: str, patience: float) -> Fetched[R]:
    path = f"/{kind.folder}/{openlibrary_id}.json"
    found = upstream.record(path, patience)
    try:
        return _live(kind, found, [openlibrary_id], patience)
    except UnprocessableRecordError:
        http.unusable(service(), path)
        raise


def _live(kind: Kind[R], found: http.Found, passed: list[str], patience: float) -> Fetched[R]:
    """Follow redirects: a merged record's JSON names another one, with the HTTP status 200."""
    for _hop in range(MOST_HOPS):
        if not is_redirect(found.body):
            break
        passed.append(_next_id(kind, found.body, passed))
        found = upstream.record(f"/{kind.folder}/{passed[-1]}.json", patience)
    if is_redirect(found.body):
        raise UnprocessableRecordError(f"Open Library sends us on too often for this {kind.name}.")
    record = kind.read(found.body)
    if id_in(found.url) not in {None, record.openlibrary_id}:
        # To believe it would write one record's values into another one's row.
        raise UnprocessableRecordError(f"Open Library gives another record than this {kind.name}.")
    return Fetched(record, tuple(each for each in passed if each != record.openlibrary_id))


def _next_id(kind: Kind[Any], body: dict[str, Any], passed: list[str]) -> str:
    target = key(body.get("location"), kind.letter)
    if target is None:
        raise UnprocessableRecordError(
            f"Open Library has something else now than this {kind.name}."
        )
    if target in passed:
        raise UnprocessableRecordError(f"Open Library sends us in circles for this {kind.name}.")
    return target


# --- Lists ----------------------------------------------------------------------------------------


def author_works(openlibrary_id: str, offset: int = 0, *, patience: float = 10.0) -> WorksPage:
    """Fetch a page of an author's works, in one request.

    Ask for the next one until `next_offset` is None, whatever `size` says. Raises NotFoundError,
    for the old id of a merged author, too.
    """
    page = upstream.page(f"/authors/{openlibrary_id}/works.json", offset, patience)
    works = _usable(openlibrary_records.work, page.entries)
    refused = len(page.entries) - len(works)
    return WorksPage(tuple(works), refused, page.next_offset, page.size)


def work_editions(openlibrary_id: str, *, patience: float = 10.0) -> tuple[EditionRecord, ...]:
    """Fetch a work's editions, each once: a request for each thousand, five at most.

    Those that cannot be used are left out. Raises NotFoundError as `author_works` does.
    """
    found: dict[str, EditionRecord] = {}
    offset: int | None = 0
    for _page_number in range(MOST_EDITION_PAGES):
        page = upstream.page(f"/works/{openlibrary_id}/editions.json", offset or 0, patience)
        editions = _usable(openlibrary_records.edition, page.entries)
        found |= {each.openlibrary_id: each for each in editions}
        offset = page.next_offset
        if offset is None:
            break
    return tuple(found.values())


def _usable(read: Callable[[object], R], entries: list[Any]) -> list[R]:
    found = []
    for entry in entries:
        with suppress(UnprocessableRecordError):
            found.append(read(entry))
    return found


# --- Searches -------------------------------------------------------------------------------------


def search_authors(query: str, limit: int, *, patience: float = 10.0) -> list[AuthorRecord]:
    """Search authors by name, in one request; the best first.

    A search that is not there (404) is no answer: it would be kept, and found for a week.
    """
    asked = {"q": query[:LONGEST_QUERY], "limit": limit, "fields": _AUTHOR_FIELDS}
    docs = upstream.docs("/search/authors.json", asked, patience)
    if docs is None:
        raise http.wrong_shape(service(), "/search/authors.json")
    return _usable(openlibrary_records.author, docs)[:limit]


def find(wanted: Wanted, *, patience: float = 10.0) -> list[BookRecord]:
    """Look a book up (`base.Plugin`).

    By ISBN that is two requests for the edition, one for its work and one for each author; a search
    is one request, two where only the main title is known there, and one for the description of
    the book that fits.
    """
    known = _by_isbn(wanted.isbn13, patience) if wanted.isbn13 else None
    return [known] if known else _by_title(wanted, patience)


def edition_by_isbn(isbn13: str, *, patience: float = 10.0) -> EditionRecord | None:
    """Fetch the edition with this ISBN, in two requests; None where there is none of any use."""
    answer = http.get(service(), f"/isbn/{isbn13}.json", patience=patience)
    with suppress(NotFoundError, UnprocessableRecordError):
        if isinstance(answer, http.Found):
            return _live(EDITION, answer, [], patience).record
    return None


def candidates(wanted: Wanted, *, patience: float = 10.0) -> list[Candidate]:
    """Search works by title and authors; one request, two where the main title alone is known."""
    searches = (_search(title, wanted) for title in base.titles(wanted))
    answers = (upstream.docs("/search.json", asked, patience) for asked in searches)
    docs = next(filter(None, answers), [])[:MOST_CANDIDATES]
    return [each for doc in docs for each in openlibrary_records.hits(doc)]


def _by_isbn(isbn13: str, patience: float) -> BookRecord | None:
    found = edition_by_isbn(isbn13, patience=patience)
    if found is None:
        return None
    of_work = _known(work, found.works[0], patience) if found.works else None
    names = _names(of_work.authors if of_work else found.authors, patience)
    return openlibrary_records.book(found, of_work, names)


def _names(authors: tuple[str, ...], patience: float) -> tuple[str, ...]:
    asked = authors if len(authors) <= MOST_AUTHORS else ()
    found = (_known(author, each, patience) for each in asked)
    return tuple(dict.fromkeys(each.name for each in found if each))


def _known(fetch: Callable[..., Fetched[R]], openlibrary_id: str, patience: float) -> R | None:
    """Fetch what a record refers to; it may be gone, or no good, and the record is still one."""
    with suppress(NotFoundError, UnprocessableRecordError):
        return fetch(openlibrary_id, patience=patience).record
    return None


def _by_title(wanted: Wanted, patience: float) -> list[BookRecord]:
    def described(candidate: Candidate) -> BookRecord | None:
        found = _known(work, candidate.id, patience)
        return replace(candidate.book, description=found.description) if found else None

    return base.completed(wanted, candidates(wanted, patience=patience), described)


def _search(title: str, wanted: Wanted) -> dict[str, Any]:
    asked = {"title": title[:LONGEST_QUERY]}
    if wanted.authors:
        asked["author"] = wanted.authors[0][:LONGEST_QUERY]
    if wanted.language:
        # Of a work's editions, that in this language is shown.
        asked["lang"] = wanted.language.partition("-")[0]
    return {**asked, "limit": MOST_CANDIDATES, "fields": _BOOK_FIELDS}
