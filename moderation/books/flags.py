"""A book's flags as labels: each opens into the sentence that says what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from catalog.models import Book
from moderation.models import DUPLICATES, Flag

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from moderation.models import Screening

CHECKING = mark_safe('<span class="book-flag book-flag-checking">Being checked</span>')


def is_checked(book: Book) -> bool:
    """Say whether the book's flags are of what it says today."""
    screening = _screening(book)
    return screening is not None and screening.book_version >= book.updated_at


def flag_labels(book: Book) -> SafeString | str:
    """Show the flags of a pending book, or that they are being worked out; "" where there are none.

    They open without a mouse, too: a title that shows on hovering is no help to fingers and keys.
    """
    if not is_checked(book):
        return CHECKING if book.status == Book.Status.PENDING else ""
    labels = [(_label(Flag(flag), book.screening),) for flag in book.screening.flags]
    if not labels:
        return ""
    return format_html(
        '<ul class="book-flags">{}</ul>', format_html_join("", "<li>{}</li>", labels)
    )


def _label(flag: Flag, screening: Screening) -> SafeString:
    kind = "duplicate" if flag in DUPLICATES else "doubt"
    fact = screening.facts.get(flag, "")
    if not fact:
        return format_html('<span class="book-flag book-flag-{}">{}</span>', kind, flag.label)
    return format_html(
        '<details class="book-flag book-flag-{}"><summary title="{}">{}</summary>'
        "<p>{}</p></details>",
        kind,
        fact,
        flag.label,
        fact,
    )


def _screening(book: Book) -> Screening | None:
    return getattr(book, "screening", None)
