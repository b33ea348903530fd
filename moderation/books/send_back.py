"""Sending a book back to whoever brought it, with a reason that they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from rest_framework import serializers
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog import lifecycle
from catalog.forms import MultilineField
from catalog.models import Book
from config.fields import StrictCharField
from moderation.books.duplicates import duplicates_of
from moderation.books.messages import tell_submitter
from moderation.books.steps import BookSteps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

_COLUMN = Book._meta.get_field("sent_back_reason")  # noqa: SLF001  (documented)
LONGEST_REASON = cast("int", _COLUMN.max_length)
READY = (
    "The cover is missing. Please add one.",
    "The ISBN is not that of this book. Please correct it.",
    "The title is unclear. Please write it as it stands on the cover.",
)
NOBODY = "Nobody could be told by e-mail: no active account may correct it."


class SendBackForm(forms.Form):
    reason = MultilineField(label="Why does it go back?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.required = True
        field.widget = UnfoldAdminTextareaWidget({"rows": 8, "required": True, "autofocus": True})
        field.help_text = f"Plain text, up to {LONGEST_REASON:,} characters. They read just this."

    def clean_reason(self) -> str:
        """Hold the reason to what the platform's other texts are held to."""
        rule = StrictCharField(max_length=LONGEST_REASON, multiline=True)
        try:
            return str(rule.run_validation(self.cleaned_data["reason"]))
        except serializers.ValidationError as exc:
            raise forms.ValidationError([str(each) for each in exc.detail]) from exc


class SendBack(BookSteps):
    """The page that asks for the reason."""

    def get_urls(self) -> list[URLPattern]:
        return [self.step_page("send_back", self.send_back_view), *super().get_urls()]

    def send_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        book = self.book_of(request, object_id)
        if answer := self.late(request, book):
            return answer
        form = SendBackForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if meanwhile := self.changed_since(request, book):
                form.add_error(None, f"{meanwhile} Look again before you send it back.")
            else:
                return self._sent_back(request, book, form.cleaned_data["reason"])
        return self.show(
            request, book, "send_back", title="Send back", form=form, ready=_ready_for(book)
        )

    def _sent_back(self, request: HttpRequest, book: Book, reason: str) -> HttpResponse:
        told = tell_submitter(lifecycle.send_back(book, reason))
        people = f"{told} {'person is' if told == 1 else 'people are'} told by e-mail."
        return self.onward(request, book, f"is sent back. {people if told else NOBODY}")


def _ready_for(book: Book) -> list[str]:
    """Give sentences that often fit, the likeliest duplicate by its name."""
    likely = [
        f"It looks like a duplicate of “{each.title}” by {each.authors or 'an unknown author'}."
        for each in duplicates_of(book)[:1]
    ]
    return [*READY, *likely]
