"""Books and genres in the back-office, and its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db import DatabaseError
from django.db.models import Count, Min, Value
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from rest_framework import serializers
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
)
from unfold.decorators import display

from accounts.models import Publisher
from catalog import lifecycle
from catalog.admin_filters import ALL, LanguageFilter, StatusFilter
from catalog.filters import LONGEST_QUERY
from catalog.forms import BookForm
from catalog.functions import SearchBooks
from catalog.isbn import to_isbn13
from catalog.models import Book, Genre
from catalog.serializers import CoverUrlField
from config.admin import Card, cards
from config.errors import ProblemError
from config.model_admin import (
    Button,
    DayRangeFilter,
    ModeratedAdmin,
    changes_of,
    counted,
    labelled,
    shortened,
)
from config.problems import as_problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

STATUS_COLOURS = {"PENDING": "warning", "ACTIVE": "success", "INACTIVE": "info"}


@admin.register(Book)
class BookAdmin(ModeratedAdmin):
    """The queue and all other books. Statuses change through `catalog.lifecycle` alone.

    Books come in through the APIs and the commands, and none is deleted: they are withdrawn.
    """

    section = "Books"
    icon = "menu_book"
    moderators_may = superusers_may = frozenset({"view", "change"})
    form = BookForm
    actions = ("finalize", "withdraw")
    page_actions = ("finalize", "withdraw")
    list_display = ("book", "isbn13", "price_text", "submitter", "status_label", "age")
    list_filter = (
        StatusFilter,
        ("publisher", AutocompleteSelectFilter),
        ("book_format", ChoicesDropdownFilter),
        LanguageFilter,
        ("created_at", DayRangeFilter),
    )
    list_select_related = ("publisher", "created_by")
    list_disable_select_all = True
    search_fields = ("title", "authors", "isbn13")
    search_help_text = "Words of the title or the authors, or an ISBN"
    readonly_fields = (
        "cover",
        "status_label",
        "publisher",
        "created_by",
        "edition",
        "locked_fields",
        "created_at",
        "finalized_at",
    )
    fieldsets = (
        (None, {"fields": ("status_label", "cover", "title", "authors", "isbn13", "genre_names")}),
        (
            "Edition",
            {
                "fields": (
                    ("price", "currency"),
                    "published_date",
                    "language",
                    "book_format",
                    "description",
                    "cover_images",
                )
            },
        ),
        (
            "Submission",
            {
                "fields": (
                    "publisher",
                    "created_by",
                    "created_at",
                    "finalized_at",
                    "edition",
                    "locked_fields",
                )
            },
        ),
    )
    change_form_outer_after_template = "admin/trail.html"
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

    def has_change_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        may_be_changed = obj is None or obj.status == Book.Status.PENDING
        return may_be_changed and super().has_change_permission(request, obj)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The queue begins with who has waited longest; other lists with what is new."""
        chosen = request.GET.get("status") or request.GET.get(SEARCH_VAR)
        is_queue = chosen in (None, "", Book.Status.PENDING)
        return ("created_at", "id") if is_queue else ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        books: QuerySet[Book] = super().get_queryset(request)
        return books.select_related("publisher", "created_by", "edition")

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

    @display(description="Status", ordering="status")
    def status_label(self, book: Book) -> SafeString:
        return labelled(book.status, STATUS_COLOURS)

    @display(description="Age", ordering="created_at")
    def age(self, book: Book) -> SafeString:
        moment = f"{book.created_at:%Y-%m-%d %H:%M} UTC"
        return format_html(
            '<span class="whitespace-nowrap" title="{}">{}</span>',
            moment,
            timesince(book.created_at),
        )

    @display(description="Cover")
    def cover(self, book: Book) -> SafeString | str:
        """Show the first image, if it is on a host that covers may come from today."""
        try:
            url = CoverUrlField().run_validation(next(iter(book.cover_images), ""))
        except serializers.ValidationError:
            return "None"
        return format_html(
            '<img src="{}" alt="" width="120" loading="lazy" referrerpolicy="no-referrer">', url
        )

    @display(description="Genres")
    def genre_names(self, book: Book) -> str:
        return ", ".join(tag.genre.name for tag in book.book_genres.select_related("genre"))

    def buttons(self, request: HttpRequest, obj: Book) -> list[Button]:
        return {
            "PENDING": [Button("finalize", "Finalize", "primary")],
            "ACTIVE": [Button("withdraw", "Withdraw", "danger")],
        }.get(obj.status, [])

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

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Say what stood in the way when somebody else was quicker, instead of failing."""
        try:
            if request.method == "POST" and (book := self.get_object(request, object_id)):
                lifecycle.require_pending(book)
            page: HttpResponseBase = super().changeform_view(request, object_id, *args, **kwargs)
        except (ProblemError, DatabaseError) as exc:
            problem = as_problem(exc)
            if problem is None:
                raise
            self.message_user(request, str(problem.detail), messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        return page

    def save_model(self, request: HttpRequest, obj: Book, form: BookForm, change: Any) -> None:
        changes = form.changes()
        if changes:
            lifecycle.replace(obj, **changes)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        entries = LogEntry.objects.get_for_object(context["original"]).select_related("actor")
        context["trail"] = [(entry, changes_of(entry)) for entry in entries[:100]]
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Genre)
class GenreAdmin(ModeratedAdmin):
    section = "Books"
    icon = "sell"
    moderators_may = frozenset({"view", "change"})
    list_display = ("name", "book_count", "created_at")
    search_fields = ("name",)
    fields = ("name", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Genre]:
        genres: QuerySet[Genre] = super().get_queryset(request)
        return genres.annotate(book_count=counted(Genre.objects.all(), "book_genres"))

    @display(description="Books")
    def book_count(self, genre: Genre) -> int:
        return int(genre.book_count)  # type: ignore[attr-defined]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Say what waits, on the first page (settings, UNFOLD)."""
    books = reverse("admin:catalog_book_changelist")
    publishers = reverse("admin:accounts_publisher_changelist")
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    pending = Book.objects.filter(status=Book.Status.PENDING).aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    # Naming every status lets the index on status and time answer.
    new = Book.objects.filter(status__in=Book.Status.values, created_at__gte=today).count()
    suspended = Publisher.objects.filter(suspended_at__isnull=False).count()
    oldest = (
        f"The oldest waits {timesince(pending['oldest'])}" if pending["oldest"] else "None waits"
    )
    return context | {
        "cards": [
            Card("Pending books", pending["count"], oldest, books),
            Card("New today", new, "Books submitted since midnight UTC", f"{books}?status={ALL}"),
            Card("Suspended publishers", suspended, "Their members have no rights", publishers),
            *cards(request),
        ]
    }
