"""What the steps of a book's page share: the book, its place in the queue, and the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from catalog import lifecycle
from catalog.models import Book, BookGenre
from config.model_admin import ModeratedAdmin, shortened
from moderation.books.form import typed_in_vain
from moderation.books.history import since, version_of
from moderation.books.neighbours import PRESERVED, neighbours

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

    Base = ModeratedAdmin
else:
    Base = object

CONFLICT = 409


def address(page: str, book_id: UUID, query: str) -> str:
    """Give the address of one of a book's pages, which remembers the filters of the list."""
    link = reverse(f"admin:catalog_book_{page}", args=[book_id])
    return f"{link}?{urlencode({PRESERVED: query})}" if query else link


class BookSteps(Base):
    """Reads the book that a step is about, and goes on to the next one."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Book | None:
        book: Book | None = super().get_object(request, object_id, from_field)
        if book:
            tags = Prefetch("book_genres", BookGenre.objects.select_related("genre"))
            prefetch_related_objects([book], tags)
        return book

    def step_page(self, name: str, view: Callable[..., HttpResponseBase]) -> URLPattern:
        """Give the address of a page of a book's, for moderators alone."""
        address: URLPattern = path(
            f"<path:object_id>/{name.replace('_', '-')}/",
            self.admin_site.admin_view(view),
            name=f"catalog_book_{name}",
        )
        return address

    def book_of(self, request: HttpRequest, object_id: str) -> Book:
        """Read the book of the address, and hold it where something is to be done to it."""
        # Without the book: one that is finalized may be changed no more, which is said in words.
        if not self.has_change_permission(request):
            raise PermissionDenied
        book = self.get_object(request, unquote(object_id))
        if book is None:
            raise Http404
        if request.method == "POST":
            lifecycle.hold(book)
            # Somebody who held it before us may have changed it.
            book = self.get_object(request, unquote(object_id))
        if book is None:
            raise Http404
        return book

    def late(self, request: HttpRequest, book: Book) -> HttpResponse | None:
        """Say who was quicker, and keep what was typed in sight; None while the book is PENDING."""
        if book.status == Book.Status.PENDING:
            return None
        return self.show(
            request,
            book,
            "late",
            status=CONFLICT,
            title="Somebody else was quicker",
            happenings=since(book, request.POST.get("version", "")),
            typed=typed_in_vain(book, request.POST) if "title" in request.POST else [],
            reason=request.POST.get("reason", ""),
        )

    def changed_since(self, request: HttpRequest, book: Book) -> str:
        """Say what others did since the page was opened; empty when it shows the book as it is."""
        seen = request.POST.get("version", "")
        if seen == version_of(book):
            return ""
        story = " ".join(str(each) for each in since(book, seen))
        return story or "The book is not as it was when you opened its page."

    def show(
        self, request: HttpRequest, book: Book, name: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Render a page of a book's, with what they all need."""
        query = request.GET.get(PRESERVED, "")
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "book": book,
            "original": book,
            "version": version_of(book),
            "back": address("change", book.pk, query),
            "query": query,
        }
        return TemplateResponse(request, f"moderation/book/{name}.html", context, status=status)

    def onward(self, request: HttpRequest, book: Book, done: str) -> HttpResponse:
        """Go on to the next book of the list, with a message that links to this one."""
        around = neighbours(request, self.get_queryset(request).get(pk=book.pk))
        self.tell(request, book, done, around.query)
        if around.next:
            return HttpResponseRedirect(address("change", around.next, around.query))
        messages.info(request, "That was the last book of this list.")
        return HttpResponseRedirect(f"{reverse('admin:catalog_book_changelist')}?{around.query}")

    def back(self, request: HttpRequest, book: Book) -> HttpResponse:
        """Go back to the book's own page."""
        query = request.GET.get(PRESERVED, "")
        return HttpResponseRedirect(address("change", book.pk, query))

    def tell(self, request: HttpRequest, book: Book, done: str, query: str = "") -> None:
        link = address("change", book.pk, query)
        told = format_html('<a class="underline" href="{}">{}</a> {}', link, shortened(book), done)
        messages.success(request, told)
