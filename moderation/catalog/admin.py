"""Authors and works of the shared catalog, in the back-office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch
from unfold.decorators import display

from catalog.isbn import to_isbn13
from catalog.models import Author, AuthorWork, Book, Edition, Work
from catalog.search import BY_ISBN, BY_WORDS
from config.model_admin import shortened
from config.statements import rows
from moderation.books.covers import cover
from moderation.catalog.listing import FIRST_ROWS, MOST_FOUND, CatalogAdmin

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Author)
class AuthorAdmin(CatalogAdmin):
    kind = "author"
    icon = "person_book"
    openlibrary_folder = "authors"
    list_display = ("author", "some_works", "key")
    search_help_text = "Words of a name, or an id of Open Library (OL…A)"
    search_sql = "SELECT public.search_authors(%(q)s, %(most)s)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Author]:
        """Name a few works of each: namesakes are told apart by them."""
        links = AuthorWork.objects.shared().filter(author=OuterRef("pk"), listed=True)
        titles = links.order_by("title_key").values("work__title")[:2]
        authors: QuerySet[Author] = super().get_queryset(request)
        return authors.annotate(some_titles=ArraySubquery(titles))

    @display(description="Author")
    def author(self, author: Author) -> str:
        return shortened(author.name)

    @display(description="Works")
    def some_works(self, author: Author) -> str:
        titles: list[str] = author.some_titles  # type: ignore[attr-defined]
        return "; ".join(shortened(title, 40) for title in titles) or "None"

    def shown(self, row: Author) -> dict[str, Any]:
        links = AuthorWork.objects.shared().filter(author=row).select_related("work")
        works = [link.work for link in links.order_by("title_key", "work")[: FIRST_ROWS + 1]]
        return {
            "works": works[:FIRST_ROWS],
            "has_more": len(works) > FIRST_ROWS,
            "books": Book.objects.filter(pk__in=[row.book_id]),
        }


@admin.register(Work)
class WorkAdmin(CatalogAdmin):
    kind = "work"
    icon = "auto_stories"
    openlibrary_folder = "works"
    list_display = ("work", "year", "key")
    search_help_text = "Words of a title or an author, an ISBN, or an id of Open Library (OL…W)"
    search_sql = f"SELECT ids FROM {BY_WORDS}"  # noqa: S608  (constants of the search, here and below)
    isbn_sql = f"SELECT ids FROM {BY_ISBN}"  # noqa: S608

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        shared = AuthorWork.objects.shared().select_related("author").order_by("position")
        works: QuerySet[Work] = super().get_queryset(request).defer("search_vector")
        return works.select_related("primary_edition").prefetch_related(
            Prefetch("author_works", shared, to_attr="shared_links")
        )

    def find(self, term: str) -> list[UUID]:
        try:
            isbn = to_isbn13(term)
        except ValueError:
            found = rows(self.search_sql, {"q": term})
        else:
            found = rows(self.isbn_sql, {"q": isbn, "reader": None})
        return list(found[0][0] or ())[:MOST_FOUND]

    @display(description="First published")
    def year(self, work: Work) -> str:
        return str(work.publish_year or "not known")

    @display(description="Work", header=True)
    def work(self, work: Work) -> list[str]:
        return [shortened(work.title), shortened(authors_of(work)) or "No author"]

    def shown(self, row: Work) -> dict[str, Any]:
        editions = list(
            Edition.objects.shared()
            .filter(work=row)
            .order_by("publish_year", "pk")[: FIRST_ROWS + 1]
        )
        return {
            "authors": [link.author for link in row.shared_links],  # type: ignore[attr-defined]
            "editions": [
                (edition, cover(edition.cover_url, f"Cover of {edition.title}", "small"))
                for edition in editions[:FIRST_ROWS]
            ],
            "has_more": len(editions) > FIRST_ROWS,
            "books": Book.objects.filter(edition__work=row).order_by("-created_at")[:FIRST_ROWS],
        }


def authors_of(work: Work) -> str:
    return "; ".join(link.author.name for link in work.shared_links)  # type: ignore[attr-defined]
