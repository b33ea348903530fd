"""The page of one book: what was submitted, and what a moderator may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from unfold.decorators import display

from catalog import lifecycle
from catalog.models import Book
from config.errors import ProblemError
from config.model_admin import Button
from config.problems import as_problem
from moderation.books.as_edition import AsEdition
from moderation.books.comments import Comments, comments_on
from moderation.books.comparing import Comparing
from moderation.books.covers import cover
from moderation.books.duplicates import duplicates_of, work_link
from moderation.books.flags import is_checked
from moderation.books.form import PageForm
from moderation.books.history import trail, version_after
from moderation.books.neighbours import neighbours
from moderation.books.send_back import SendBack
from moderation.books.steps import address
from moderation.comparison.findings import Comparison
from moderation.models import Flag

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    from moderation.models import Screening

FINALIZE, FINALIZE_AND_NEXT = "_finalize", "_finalize_next"
"""The buttons of the form that take a step after saving what was typed."""


class BookPage(SendBack, AsEdition, Comparing, Comments):
    """How one book is shown, corrected, and taken a step."""

    form = PageForm
    page_actions = ("finalize", "withdraw")
    readonly_fields = (
        "status_label",
        "publisher",
        "created_by",
        "placed",
        "locked_fields",
        "created_at",
        "finalized_at",
    )
    # Labels above and fields beside each other: what a decision hangs on is seen without scrolling.
    compressed_fields = False
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status_label", "publisher", "created_by"),
                    "title",
                    "authors",
                    ("isbn13", "book_format", "published_date"),
                    ("price", "currency", "language"),
                    ("genre_names", "cover_images"),
                    "description",
                )
            },
        ),
        (
            "Submission",
            {"fields": (("created_at", "finalized_at"), ("placed", "locked_fields"))},
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        may_be_changed = obj is None or obj.status == Book.Status.PENDING
        return may_be_changed and super().has_change_permission(request, obj)

    @display(description="Genres")
    def genre_names(self, book: Book) -> str:
        return ", ".join(tag.genre.name for tag in book.book_genres.all())

    @display(description="In the catalog")
    def placed(self, book: Book) -> SafeString | str:
        """Link the work under which a finalized book stands, and name its edition."""
        if book.edition is None:
            return "Not yet"
        work = book.edition.work
        told = format_html("“{}”, an edition of ", book.edition.title)
        link = '{}<a class="text-link" href="{}">{}</a>'
        return format_html(link, told, work_link(work), work.title)

    def buttons(self, request: HttpRequest, obj: Book) -> list[Button]:
        """Offer what needs no form; the steps of a pending book stand in `submit_line.html`."""
        if obj.status == Book.Status.ACTIVE and self.has_view_permission(request, obj):
            return [Button("withdraw", "Withdraw …", "danger")]
        return []

    def step_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponseBase:
        """Whoever only looks at books takes them no step."""
        self.require(request, "change")
        return super().step_view(request, object_id, action)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Say what stood in the way when somebody else was quicker, instead of failing."""
        try:
            if answer := self._late_to_save(request, object_id):
                return answer
            page: HttpResponseBase = super().changeform_view(request, object_id, *args, **kwargs)
        except (ProblemError, DatabaseError) as exc:
            problem = as_problem(exc)
            if problem is None:
                raise
            self.message_user(request, str(problem.detail), messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        return page

    def _late_to_save(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Hold a book that is about to be saved; give the answer to whoever comes too late."""
        if request.method != "POST" or not self.get_object(request, object_id or ""):
            return None
        return self.late(request, self.book_of(request, object_id or ""))

    def save_model(self, request: HttpRequest, obj: Book, form: PageForm, change: Any) -> None:
        changes = form.changes()
        if changes:
            lifecycle.replace(obj, **changes)

    def response_change(self, request: HttpRequest, obj: Book) -> HttpResponse:
        """Take the step that was asked for with the saving; else stay on the page."""
        if FINALIZE_AND_NEXT in request.POST:
            lifecycle.finalize(obj)
            return self.onward(request, obj, "is finalized.")
        if FINALIZE in request.POST:
            lifecycle.finalize(obj)
            self.tell(request, obj, "is finalized.")
        else:
            self.tell(request, obj, "is saved.")
        return self.back(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        book = context["original"]
        around, happenings = neighbours(request, book), trail(book)
        version = version_after(book, happenings)
        context["adminform"].form.version = version
        context |= {
            "book": book,
            "cover": _cover(book),
            "trail": happenings,
            "version": version,
            "around": around,
            "previous": address("change", around.previous, around.query) if around.previous else "",
            "next": address("change", around.next, around.query) if around.next else "",
            "query": around.query,
            "comparison": Comparison(book),
            "comments": comments_on(book),
            "duplicates": duplicates_of(book),
            "screening": _screening(book),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _cover(book: Book) -> SafeString | str:
    """Show the first cover; "" where there is none, which a flag says."""
    return (
        cover(book.cover_images[0], f"Cover of {book.title}", "large") if book.cover_images else ""
    )


def _screening(book: Book) -> dict[str, Any]:
    """Give the flags of a book with their sentences, and whether it is being checked yet."""
    screening: Screening | None = getattr(book, "screening", None)
    found = [(Flag(each), screening.facts) for each in screening.flags] if screening else []
    flags = [(flag.label, facts.get(flag, "")) for flag, facts in found]
    return {"flags": flags, "is_current": is_checked(book)}
