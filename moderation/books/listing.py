"""The queue of pending books, and the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
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
from catalog.functions import SearchBooks
from catalog.isbn import to_isbn13
from catalog.models import Book
from config.model_admin import DayRangeFilter, ModeratedAdmin, shortened
from moderation.books.filters import ALL, LanguageFilter, StatusFilter

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    Base = ModeratedAdmin
else:
    Base = object


class BookListing(Base):
    """How books are listed, searched, narrowed, and taken a step in numbers."""

    actions = ("finalize", "withdraw")
    list_display = ("book", "isbn13", "price_text", "submitter", "status_label", "age")
    list_filter = (
        StatusFilter,
        ("publisher", AutocompleteSelectFilter),
        ("book_format", ChoicesDropdownFilter),
        LanguageFilter,
        ("created_at", DayRangeFilter),
    )
    list_disable_select_all = True
    search_fields = ("title", "authors", "isbn13")
    search_help_text = "Words of the title or the authors, or an ISBN"
    list_before_template = "admin/catalog/book/import_link.html"

    def sidebar_links(self, request: HttpRequest) -> list[dict[str, Any]]:
        link = reverse("admin:catalog_book_changelist")
        here, shows_all = request.path.startswith(link), request.GET.get("status") == ALL
        pending = Book.objects.filter(status=Book.Status.PENDING).count()
        return [
            {
                "title": "Pending books",
                "link": link,
                "active": here and not shows_all,
                "badge": str(pending),
                "badge_variant": "warning" if pending else "success",
                "icon": "hourglass_top",
            },
            {"title": "All books", "link": f"{link}?status={ALL}", "active": here and shows_all},
        ]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The queue begins with who has waited longest; other lists with what is new."""
        chosen = request.GET.get("status") or request.GET.get(SEARCH_VAR)
        is_queue = chosen in (None, "", Book.Status.PENDING)
        return ("created_at", "id") if is_queue else ("-created_at", "-id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Book], search_term: str
    ) -> tuple[QuerySet[Book], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(isbn13=to_isbn13(search_term)), False
        except ValueError:
            words = SearchBooks(Value(search_term[:LONGEST_QUERY]))
            return queryset.filter(pk__in=words), False

    @display(description="Book", ordering="title", header=True)
    def book(self, book: Book) -> list[str]:
        return [shortened(book.title), shortened("; ".join(book.authors))]

    @display(description="Price", ordering="price")
    def price_text(self, book: Book) -> str:
        return "" if book.price is None else f"{book.price}\N{NO-BREAK SPACE}{book.currency}"

    @display(description="Publisher or member")
    def submitter(self, book: Book) -> str:
        return str(book.publisher or book.created_by or "a deleted account")

    @display(description="Age", ordering="created_at")
    def age(self, book: Book) -> SafeString:
        moment = f"{book.created_at:%Y-%m-%d %H:%M} UTC"
        return format_html(
            '<span class="whitespace-nowrap" title="{}">{}</span>',
            moment,
            timesince(book.created_at),
        )

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
