"""The queue of pending books, and the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Value
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import display

from catalog import lifecycle
from catalog.filters import LONGEST_QUERY
from catalog.functions import HasWords
from catalog.isbn import to_isbn13
from catalog.models import Book
from config.model_admin import DayRangeFilter, Listing, ModeratedAdmin, labelled, shortened
from moderation.books.covers import cover
from moderation.books.filters import (
    ALL,
    STATES,
    WAITING,
    FlagFilter,
    LanguageFilter,
    StateFilter,
    SubmitterFilter,
    state_of,
)
from moderation.books.flags import flag_labels
from moderation.bulk.pages import choose

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    Base = ModeratedAdmin
else:
    Base = object

STATUS_COLOURS = {"PENDING": "warning", "ACTIVE": "success", "INACTIVE": "info"}


class BookList(Listing):
    """A list that looks for the ids of a page by an index, and reads what belongs to these alone.

    In one statement PostgreSQL joins all that it skips, too, which are most rows of the last pages.
    """

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        ids = list(self.result_list.values_list("pk", flat=True))
        found = self.model_admin.get_queryset(request).in_bulk(ids)
        self.result_list = [found[pk] for pk in ids if pk in found]


class BookListing(Base):
    """How books are listed, searched, narrowed, and taken a step in numbers (`moderation.bulk`)."""

    actions = ("bulk_finalize", "bulk_send_back", "bulk_withdraw")
    list_display = ("thumbnail", "book", "flags", "submitter", "isbn13", "price_text", "age")
    list_display_links = ("book",)
    list_filter = (
        StateFilter,
        FlagFilter,
        SubmitterFilter,
        ("publisher", AutocompleteSelectFilter),
        ("book_format", ChoicesDropdownFilter),
        LanguageFilter,
        ("created_at", DayRangeFilter),
        ("finalized_at", DayRangeFilter),
    )
    search_fields = ("title", "authors", "isbn13")
    search_help_text = "Words of the title or the authors, or an ISBN"
    list_before_template = "admin/catalog/book/import_link.html"

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        link = reverse("admin:catalog_book_changelist")
        here, shows_queue = request.path.startswith(link), state_of(request) == WAITING
        waiting = Book.objects.filter(STATES[WAITING][1]).count()
        return [
            {
                "title": "Pending books",
                "link": link,
                "active": here and shows_queue,
                "badge": f"{waiting:,}",
                "badge_variant": "warning" if waiting else "success",
                "icon": "hourglass_top",
            },
            {
                "title": "All books",
                "link": f"{link}?state={ALL}",
                "active": here and not shows_queue,
            },
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BookList]:
        return BookList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the state last, where it tells books apart: addresses name columns by number."""
        return self.list_display if state_of(request) == WAITING else (*self.list_display, "state")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The queue begins with who has waited longest; other lists with what is new."""
        return ("created_at", "id") if state_of(request) == WAITING else ("-created_at", "-id")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        states = [(name, label, name == state_of(request)) for name, (label, _) in STATES.items()]
        context = {"states": states, **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Book], search_term: str
    ) -> tuple[QuerySet[Book], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(isbn13=to_isbn13(search_term)), False
        except ValueError:
            has_words = HasWords("pk", Value(search_term[:LONGEST_QUERY]))
            return queryset.filter(has_words), False

    @display(description="Cover")
    def thumbnail(self, book: Book) -> SafeString:
        return cover(next(iter(book.cover_images), ""), "", "small")

    @display(description="Book", ordering="title")
    def book(self, book: Book) -> SafeString:
        return format_html(
            '<span class="book-title">{}</span> <span class="book-authors">{}</span>',
            shortened(book.title),
            shortened("; ".join(book.authors)),
        )

    @display(description="Flags")
    def flags(self, book: Book) -> SafeString | str:
        return flag_labels(book)

    @display(description="Price", ordering="price")
    def price_text(self, book: Book) -> str:
        return "" if book.price is None else f"{book.price}\N{NO-BREAK SPACE}{book.currency}"

    @display(description="Publisher or member")
    def submitter(self, book: Book) -> str:
        return str(book.publisher or book.created_by or "a deleted account")

    @display(description="Age", ordering="created_at")
    def age(self, book: Book) -> SafeString:
        return _since(book.created_at, "")

    @display(description="State")
    def state(self, book: Book) -> SafeString:
        if book.sent_back_at:
            return _since(book.sent_back_at, "Sent back, ")
        return labelled(book.status, STATUS_COLOURS)

    @admin.action(description="Finalize …", permissions=["change"])
    def bulk_finalize(self, request: HttpRequest, queryset: QuerySet[Book]) -> HttpResponse | None:
        return choose(request, queryset, "finalize")

    @admin.action(description="Send back …", permissions=["change"])
    def bulk_send_back(self, request: HttpRequest, queryset: QuerySet[Book]) -> HttpResponse | None:
        return choose(request, queryset, "send_back")

    @admin.action(description="Withdraw …", permissions=["change"])
    def bulk_withdraw(self, request: HttpRequest, queryset: QuerySet[Book]) -> HttpResponse | None:
        return choose(request, queryset, "withdraw")

    @admin.action(description="Finalize")
    def finalize(self, request: HttpRequest, queryset: QuerySet[Book]) -> None:
        self.take_step(request, queryset, lifecycle.finalize, "finalized")

    @admin.action(description="Withdraw …")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Book]) -> HttpResponseBase | None:
        """Make books INACTIVE, after a page that asks whether to."""
        if "confirmed" in request.POST:
            self.take_step(request, queryset, lifecycle.deactivate, "withdrawn")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw books",
            "opts": self.opts,
            "books": queryset,
        }
        return TemplateResponse(request, "admin/catalog/book/withdraw.html", context)


def _since(moment: datetime, before: str) -> SafeString:
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}" title="{}">{}{}</time>',
        moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M} UTC",
        before,
        timesince(moment, depth=1),
    )
