"""Finalizing a book as another edition of a work that the catalog has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.contrib import messages
from django.db import transaction

from catalog import lifecycle, merges, placement, search
from catalog.filters import LONGEST_QUERY
from catalog.models import Work
from config.errors import ConflictError, NotFoundError
from config.fields import path_id
from moderation.books.covers import cover
from moderation.books.duplicates import duplicates_of, work_link, works_of
from moderation.books.steps import BookSteps
from moderation.merging import meanwhile

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from catalog.models import Book

MOST_FOUND = 20


class AsEdition(BookSteps):
    """The page on which the work is searched, looked at, and confirmed."""

    def get_urls(self) -> list[URLPattern]:
        return [self.step_page("as_edition", self.as_edition_view), *super().get_urls()]

    def as_edition_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        book = self.book_of(request, object_id)
        if answer := self.late(request, book):
            return answer
        asked = path_id(request.POST.get("work") or request.GET.get("work", ""))
        work = _shared(asked)
        if work is None:
            return self._instead(request, book, asked)
        if request.method == "POST":
            return self._placed(request, book, work)
        return self._preview(request, book, work)

    def _search(self, request: HttpRequest, book: Book) -> HttpResponse:
        query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        return self.show(
            request,
            book,
            "as_edition",
            title="Another edition of a work",
            q=query,
            found=_found(query) if query else [],
            suggested=works_of(duplicates_of(book)),
        )

    def _instead(self, request: HttpRequest, book: Book, work_id: UUID) -> HttpResponse:
        """Show the work into which another one was merged; nothing else leads past the search."""
        stays = _shared(merges.followed(work_id))
        if stays is None:
            return self._search(request, book)
        problem = " ".join(meanwhile.stories([work_id]))
        return self._preview(request, book, stays, f"{problem} This is the one that stays.")

    def _preview(
        self, request: HttpRequest, book: Book, work: Work, problem: str = ""
    ) -> HttpResponse:
        """Show what would be made, or why nothing can be."""
        edition, is_possible = None, True
        try:
            edition = placement.edition_of(book, work)
        except ConflictError as exc:
            is_possible, problem = False, str(exc.detail)
        return self.show(
            request,
            book,
            "as_edition_preview",
            title="Another edition of a work",
            work=work,
            work_link=work_link(work),
            authors="; ".join(author.name for author in work.authors.all()),
            editions=list(work.editions.shared().order_by("-publish_year", "id")[:MOST_FOUND]),
            edition=edition,
            is_possible=is_possible,
            problem=problem,
            cover=cover(next(iter(book.cover_images), None), "", "small"),
        )

    def _placed(self, request: HttpRequest, book: Book, work: Work) -> HttpResponse:
        if meanwhile := self.changed_since(request, book):
            problem = f"{meanwhile} Look at what would be made now, and confirm again."
            return self._preview(request, book, work, problem)
        try:
            with transaction.atomic():
                lifecycle.finalize(book, work)
        except NotFoundError as exc:
            messages.warning(request, str(exc.detail))
            return self._instead(request, book, work.pk)
        except ConflictError as exc:
            messages.warning(request, str(exc.detail))
            return self._preview(request, book, work)
        return self.onward(request, book, f"is finalized as an edition of “{work.title}”.")


def _shared(work_id: UUID) -> Work | None:
    work: Work | None = Work.objects.shared().filter(pk=work_id).first()
    return work


def _found(query: str) -> list[dict[str, Any]]:
    """Search the shared catalog by words of title and author, or by an ISBN."""
    works = search.works(query, reader=None, start=0, size=MOST_FOUND).works
    return [_readable(work) for work in works]


def _readable(work: dict[str, Any]) -> dict[str, Any]:
    edition = work["primary_edition"] or {}
    # They come from the database as JSON, ready for an answer of the API.
    authors = orjson.loads(orjson.dumps(work["authors"]))
    return {
        "id": work["id"],
        "title": work["title"],
        "authors": "; ".join(each["name"] for each in authors),
        "year": work["publish_year"],
        "cover": cover(edition.get("cover_url"), "", "small"),
        "isbn": edition.get("isbn13") or "",
    }
