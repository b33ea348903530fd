"""The page of one book: what was submitted, and what a moderator may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from rest_framework import serializers
from unfold.decorators import display

from catalog import lifecycle
from catalog.forms import BookForm
from catalog.models import Book
from catalog.serializers import CoverUrlField
from config.errors import ProblemError
from config.model_admin import Button, ModeratedAdmin, changes_of
from config.problems import as_problem

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    Base = ModeratedAdmin
else:
    Base = object


class BookPage(Base):
    """How one book is shown, corrected, and taken a step."""

    form = BookForm
    page_actions = ("finalize", "withdraw")
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

    def has_change_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        may_be_changed = obj is None or obj.status == Book.Status.PENDING
        return may_be_changed and super().has_change_permission(request, obj)

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
