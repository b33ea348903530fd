"""The part of a book's page on which the sources are asked, and what they say is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST

from catalog import lifecycle
from catalog.forms import BookForm
from moderation import comparison
from moderation.books.history import version_of
from moderation.books.steps import BookSteps
from moderation.comparison import choices
from moderation.comparison.findings import COLUMNS, Comparison, shown

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from catalog.models import Book

ASKED_AGAIN = "The sources have been asked again meanwhile. Look at what they say now, and choose."


class Comparing(BookSteps):
    """Asks the sources, shows how far that is, previews what is taken, and writes it."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.step_page("ask", require_POST(self.ask_view)),
            self.step_page("comparison", self.comparison_view),
            self.step_page("take", require_POST(self.take_view)),
            *super().get_urls(),
        ]

    def ask_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        book = self.book_of(request, object_id)
        if answer := self.late(request, book):
            return answer
        comparison.start(book)
        return self.back(request, book)

    def comparison_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the panel alone, which the page asks for again while a job is under way."""
        book = self.book_of(request, object_id)
        return self.show(request, book, "comparison", comparison=Comparison(book))

    def take_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what the book would be; once confirmed, write it in this transaction."""
        book = self.book_of(request, object_id)
        if answer := self.late(request, book):
            return answer
        compared = Comparison(book)
        if problem := self._outdated(request, book, compared):
            messages.warning(request, problem)
            return self.back(request, book)
        taken = choices.chosen(compared.rows, request.POST)
        if not taken:
            messages.info(request, "Nothing was taken: all fields keep what they have.")
            return self.back(request, book)
        return self._take(request, book, compared, taken)

    def _outdated(self, request: HttpRequest, book: Book, compared: Comparison) -> str:
        if compared.job is None or str(compared.job.pk) != request.POST.get("job"):
            return ASKED_AGAIN
        meanwhile = self.changed_since(request, book)
        return f"{meanwhile} Nothing was taken. Look again, and choose." if meanwhile else ""

    def _take(
        self, request: HttpRequest, book: Book, compared: Comparison, taken: dict[str, str]
    ) -> HttpResponse:
        version, values = version_of(book), choices.values(compared.rows, taken)
        preview = _preview(compared, values)
        form = BookForm.typed(book, values)
        if form.is_valid() and "confirmed" in request.POST:
            lifecycle.replace(book, **form.changes())
            self.tell(
                request,
                book,
                f"has taken {len(values)} value{pluralize(len(values))} of the sources.",
            )
            return self.back(request, book)
        return self.show(
            request,
            book,
            "take",
            title="Take over what the sources say",
            preview=preview,
            taken={f"take_{field}": source for field, source in taken.items()},
            job=compared.job,
            seen=version,
            problems=[text for errors in form.errors.values() for text in errors],
        )


def _preview(compared: Comparison, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give label, what is there ("" for nothing), and what would be, of each field taken."""
    return [
        (row.label, "" if row.is_blank else row.shown, shown(row.field, values[COLUMNS[row.field]]))
        for row in compared.rows
        if COLUMNS[row.field] in values
    ]
