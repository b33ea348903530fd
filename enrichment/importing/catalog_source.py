"""Open Library as the catalog's source: what `/api/openlibrary/import/...` and the search ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import Author
from catalog.sources import FoundAuthors, Imported
from config.row_security import SYSTEM, acting_as
from enrichment import http
from enrichment.importing import author_search, author_works
from enrichment.importing.catalog_import import CatalogImport

if TYPE_CHECKING:
    from uuid import UUID


class OpenLibrarySource:
    """Implements `catalog.sources.Source`."""

    @http.within(http.A_PERSON_WAITS)
    def search_authors(self, query: str, limit: int) -> FoundAuthors:
        return author_search.search(query, limit)

    @http.within(http.A_PERSON_WAITS)
    def import_author(self, openlibrary_id: str, user_id: UUID | None) -> Imported:
        author = CatalogImport().author(openlibrary_id)
        if not author.works_due:
            return Imported(author.pk)
        return Imported(author.pk, {"job_id": author_works.start(author.pk, user_id)})

    @http.within(http.A_PERSON_WAITS)
    def import_work(self, openlibrary_id: str, author_id: UUID) -> Imported:
        bringing = CatalogImport()
        work = bringing.work(openlibrary_id)
        bringing.link(author_id, work.pk)
        return Imported(work.pk)

    @http.within(http.A_PERSON_WAITS)
    def import_edition(self, openlibrary_id: str, work_id: UUID) -> Imported:
        return Imported(CatalogImport().edition(openlibrary_id, work_id).pk)

    def refresh(self, author_id: UUID, user_id: UUID | None) -> None:
        """Have the works renewed; an author who is not from Open Library has none there."""
        with acting_as(SYSTEM):
            found = Author.objects.filter(pk=author_id, openlibrary_id__isnull=False)
            if found.update(works_due=True):
                author_works.start(author_id, user_id)
