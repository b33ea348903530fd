"""Open Library's authors, works and editions, one by one, into the catalog.

Read, fetch, apply: what is fresh is left alone, the requests are made outside any transaction, and
one short one writes all that they brought. A failure leaves everything as it was.

Upstream's redirects are followed. A row that was imported under an id which upstream has merged
since is kept for the shelves that hold it; the row of the live id is made beside it, and an alias
leads there from then on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from catalog import openlibrary_ids
from catalog.models import Author, Edition, OpenLibraryAlias, Work
from config.errors import NotFoundError, UnprocessableRecordError
from config.row_security import SYSTEM, acting_as
from enrichment.importing import catalog_writes as writes
from enrichment.importing import edition_writes
from enrichment.outside import single_flight
from enrichment.sources import openlibrary

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from catalog.models.works import CatalogRow
    from enrichment.importing.catalog_writes import Written
    from enrichment.records import AuthorRecord, EditionRecord, WorkRecord
    from enrichment.sources.openlibrary import Fetched

Row = TypeVar("Row", bound="CatalogRow")
T = TypeVar("T")

MOST_AUTHORS = 10
"""Authors of one work that are fetched by name; a handbook may have hundreds."""


@dataclass(frozen=True, slots=True)
class WholeWork:
    """A work with what comes along: its editions, and authors whom the catalog did not have."""

    fetched: Fetched[WorkRecord]
    editions: tuple[EditionRecord, ...]
    authors: tuple[Fetched[AuthorRecord], ...]


class CatalogImport:
    """Brings records; `changes` counts what became of the rows, by table and kind of change.

    `patience`: seconds that each request may wait for our own pace. With `keeps=False` everything
    is fetched and counted, and nothing written. All methods raise NotFoundError,
    UnprocessableRecordError and UpstreamError.
    """

    def __init__(self, *, patience: float = 10.0, keeps: bool = True) -> None:
        self._patience, self._keeps = patience, keeps
        self.changes: Counter[tuple[str, str]] = Counter()
        self._changes: Counter[tuple[str, str]] = Counter()  # of the transaction under way

    def author(self, openlibrary_id: str) -> Author:
        """Bring an author, or give the one that is fresh."""
        return single_flight.once(
            f"author:{openlibrary_id}",
            partial(self._bring_author, openlibrary_id),
            is_done=partial(fresh, Author, openlibrary_id),
        )

    def work(self, openlibrary_id: str) -> Work:
        """Bring a work with its editions and those of its authors that are missing."""
        return single_flight.once(
            f"work:{openlibrary_id}",
            partial(self._bring_work, openlibrary_id),
            is_done=partial(fresh, Work, openlibrary_id),
        )

    def edition(self, openlibrary_id: str, work_id: UUID) -> Edition:
        """Bring an edition of this work; NotFoundError where upstream has it under another one."""
        work = _of_openlibrary(work_id)
        return single_flight.once(
            f"edition:{openlibrary_id}:{work.pk}",
            partial(self._bring_edition, openlibrary_id, work),
            is_done=partial(_fresh_edition, openlibrary_id, work),
        )

    def edition_with_work(self, openlibrary_id: str) -> Edition:
        """Bring an edition, and its work unless that is fresh."""
        return single_flight.once(
            f"edition:{openlibrary_id}",
            partial(self._bring_edition_with_work, openlibrary_id),
            is_done=partial(fresh, Edition, openlibrary_id),
        )

    def link(self, author_id: UUID, work_id: UUID) -> None:
        """Link a work to an author who asked for it, unless it is."""
        self._written(partial(writes.link_last, author_id, work_id))

    def _bring_author(self, openlibrary_id: str) -> Author:
        fetched = openlibrary.author(openlibrary_id, patience=self._patience)
        return self._written(partial(self._put_author, fetched))

    def _put_author(self, fetched: Fetched[AuthorRecord]) -> Author:
        found = self._count("authors", writes.put_authors([fetched.record]))
        _settle(fetched)
        return Author.objects.get(pk=found.ids[fetched.record.openlibrary_id])

    def _bring_work(self, openlibrary_id: str) -> Work:
        whole = self._fetch_work(openlibrary_id)
        return self._written(partial(self._put_work, whole))

    def _fetch_work(self, openlibrary_id: str) -> WholeWork:
        fetched = openlibrary.work(openlibrary_id, patience=self._patience)
        return WholeWork(fetched, self._editions_of(fetched.record), self._missing(fetched.record))

    def _editions_of(self, work: WorkRecord) -> tuple[EditionRecord, ...]:
        try:
            return openlibrary.work_editions(work.openlibrary_id, patience=self._patience)
        except NotFoundError:
            return ()

    def _missing(self, work: WorkRecord) -> tuple[Fetched[AuthorRecord], ...]:
        """Fetch the authors whom the catalog lacks; who is no good upstream is left out."""
        with acting_as(SYSTEM):
            known = writes.author_ids(work.authors)
        unknown = [key for key in work.authors if key not in known][:MOST_AUTHORS]
        fetched = (_unless_unusable(partial(self._fetch_author, key)) for key in unknown)
        return tuple(author for author in fetched if author)

    def _fetch_author(self, openlibrary_id: str) -> Fetched[AuthorRecord]:
        return openlibrary.author(openlibrary_id, patience=self._patience)

    def _put_work(self, whole: WholeWork) -> Work:
        record = whole.fetched.record
        self._count("authors", writes.put_authors([author.record for author in whole.authors]))
        for author in whole.authors:
            _settle(author)
        found = self._count("works", writes.put_works([record], is_whole=True))
        _settle(whole.fetched)
        work_id = found.ids[record.openlibrary_id]
        writes.link_authors([(work_id, record)])
        self._put_editions(whole.editions, work_id)
        return Work.objects.get(pk=work_id)

    def _put_editions(self, records: tuple[EditionRecord, ...], work_id: UUID) -> Written:
        found = self._count("editions", edition_writes.put_editions(records, work_id))
        edition_writes.choose_primary(work_id)
        return found

    def _bring_edition(self, openlibrary_id: str, work: Work) -> Edition:
        fetched = openlibrary.edition(openlibrary_id, patience=self._patience)
        if not self._is_of(fetched.record, work):
            raise NotFoundError("Open Library has this edition under another work.")
        return self._written(partial(self._put_edition, fetched, work.pk))

    def _put_edition(self, fetched: Fetched[EditionRecord], work_id: UUID) -> Edition:
        found = self._put_editions((fetched.record,), work_id)
        _settle(fetched)
        return Edition.objects.get(pk=found.ids[fetched.record.openlibrary_id])

    def _bring_edition_with_work(self, openlibrary_id: str) -> Edition:
        fetched = openlibrary.edition(openlibrary_id, patience=self._patience)
        if not fetched.record.works:
            raise UnprocessableRecordError("Open Library does not say of which work this is.")
        work_key = fetched.record.works[0]
        work = fresh(Work, work_key)
        whole = None if work else self._fetch_work(work_key)

        def put() -> Edition:
            home = self._put_work(whole) if whole else work
            assert home is not None  # noqa: S101  (one of the two is there)
            return self._put_edition(fetched, home.pk)

        return self._written(put)

    def _is_of(self, edition: EditionRecord, work: Work) -> bool:
        """Say whether upstream has an edition under a work, whose id or whose own may be old."""
        ours = work.openlibrary_id or ""
        if ours in edition.works:
            return True
        live = self._live_id(ours)
        return live in edition.works or any(self._live_id(key) == live for key in edition.works)

    def _live_id(self, work_key: str) -> str:
        """Follow upstream's redirects of a work, unless the catalog knows where they end."""
        with acting_as(SYSTEM):
            alias = OpenLibraryAlias.objects.filter(pk=work_key).first()
        if alias:
            return alias.target
        if fresh(Work, work_key):
            return work_key
        fetched = _unless_unusable(partial(openlibrary.work, work_key, patience=self._patience))
        if fetched is None:
            return work_key
        self._written(partial(_settle, fetched))
        return fetched.record.openlibrary_id

    def _written(self, write: Callable[[], T]) -> T:
        def counted() -> T:
            self._changes = Counter()
            return write()

        result = writes.written(counted, keeps=self._keeps)
        self.changes += self._changes
        return result

    def _count(self, table: str, found: Written) -> Written:
        for change, number in found.changes.items():
            self._changes[table, change] += number
        return found


def fresh(model: type[Row], openlibrary_id: str) -> Row | None:
    """Find the row that answers to an id, if it needs no request."""
    with acting_as(SYSTEM):
        row = openlibrary_ids.known(model, openlibrary_id)
    return row if row is not None and openlibrary_ids.is_fresh(row) else None


def _fresh_edition(openlibrary_id: str, work: Work) -> Edition | None:
    row = fresh(Edition, openlibrary_id)
    return row if row is not None and row.work_id == work.pk else None


def _of_openlibrary(work_id: UUID) -> Work:
    """Give the work under which editions of this one hang: that of the live id.

    A reader's own work, and a submitted book's, has no editions of Open Library.
    """
    with acting_as(SYSTEM):
        work = Work.objects.filter(pk=work_id, openlibrary_id__isnull=False).first()
        if work is None:
            raise NotFoundError("Open Library has no editions of this work.")
        return openlibrary_ids.known(Work, work.openlibrary_id or "") or work


def _unless_unusable(fetch: Callable[[], T]) -> T | None:
    try:
        return fetch()
    except (NotFoundError, UnprocessableRecordError):
        return None


def _settle(fetched: Fetched[Any]) -> None:
    writes.settle_aliases(fetched.record.openlibrary_id, fetched.aliases)
